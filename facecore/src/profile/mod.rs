//! Whose album is it? From the photos of an account, among friends, children and strangers, which face is the owner; and the profile
//! by which the owner is recognised later (Tobol 2018).
//!
//! 1. [`select_photos`]: the most promising photos, at most 100; more if that is not enough ([`Session`]).
//! 2. Clusters of the good faces ([`crate::cluster`]), which the other faces may join.
//! 3. A weight for each cluster from five [`Features`]; the heaviest is the owner if it leads by a fitted constant.
//! 4. The [`Profile`]: counts and sums, to which photos can be added and from which they can be taken exactly.
//! 5. [`Feedback`] of people, which holds at once and in each rebuild; [`Rebuild`]: passes over all accounts, in which friends' profiles
//!    sharpen the choice.
//!
//! May use: `cluster`, `embed`, `error`, `space`. Knows no pixels and no network. Every number that was fitted is in [`Settings`].

mod apply;
mod builder;
mod centroid;
#[cfg(feature = "decode")]
mod exif;
mod explain;
mod features;
mod feedback;
mod photos;
mod rebuild;
mod session;
mod settings;
mod stored_face;
mod value;

pub use builder::{AlbumPhoto, Build, Builder, Cluster, Outcome};
pub use centroid::Centroid;
#[cfg(feature = "decode")]
pub use exif::read_exif;
pub use features::{AlbumFace, Features, Owner, Pin};
pub use feedback::{FaceId, Feedback, Opinion};
pub use photos::{PhotoMeta, Source, mark_trips, select_photos};
pub use rebuild::{PassReport, Rebuild, Snapshot, pass};
pub use session::Session;
pub use settings::{EpsRule, LeadPoint, Settings, Weights, fit_lead, lead_curve};
pub use stored_face::StoredFace;
pub use value::{Profile, Role, Slot};

//! What the C ABI and the JVM binding share, so that the two cannot drift apart.
//!
//! - `status`: the one table of what can go wrong: number in C and Java, name, class of exception.
//! - `failure`: an error on its way out, and the guard that turns a panic into one.
//! - `numbers`: the numbers of the enumerations.
//! - `album`: the builder of profiles for a space; `non_face`: a filter that comes with the library or is the caller's own.
//! - `change`: changes to a store as they are recorded; `kept`: the numbers of its enumerations; `search`: what an index is asked.
//!
//! Part of the bindings, no API: it may change with every version.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod album;
mod change;
mod failure;
mod kept;
mod non_face;
mod numbers;
mod search;
mod status;

pub use album::{builder, known};
pub use change::{Change, What, write};
pub use failure::{Failure, Result, guard};
pub use kept::{clone_state, clone_state_number, durability, face_id, opinion, opinion_number};
pub use non_face::{Filter, non_face_excess};
pub use numbers::{
    BuildOutcome, Outcome, build_outcome, compute, damage, detector, detector_number, encoding, orientation, outcome,
    pin, pin_number, pixel_format, proposal_filter, role, source, source_number,
};
pub use search::{Clones, Question, search_clones};
pub use status::{Exception, Status};

//! Face recognition that a photo service embeds in its own process.
//!
//! Photo → faces → embeddings → match, each stage a call of its own:
//!
//! ```no_run
//! use facecore::{Candidate, DetectOptions, Engine, Limits, Matcher, Photo};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::open("models")?; // one for all threads
//! let photo = Photo::decode(&std::fs::read("party.jpg")?, &Limits::default())?;
//! let found = engine.detect(&photo, &DetectOptions::default())?;
//! let embeddings: Vec<_> = engine.embed(&photo, &found.faces)?.into_iter().collect::<Result<_, _>>()?;
//!
//! let friends: Vec<Candidate> = vec![/* name and embeddings of each */];
//! let matcher = Matcher::for_space(engine.space().ok_or("no embedder")?)?; // one stranger in a hundred gets a name
//! for verdict in matcher.decide(&embeddings, &friends)? {
//!     println!("{:?}", verdict.outcome);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - [`Photo`]: bytes or raw pixels, upright, within [`Limits`].
//! - [`Engine`]: the networks; [`Engine::detect`] and [`Engine::embed`].
//! - [`Embedding`]: a unit vector of one space; encodings for storage.
//! - [`Matcher`]: who of the candidates it is, or why nobody.
//! - [`store`]: profiles at rest, read by several processes.
//! - [`index`]: search among millions of faces.
//! - [`search`]: stars, clones, and who a stranger is.
//! - [`video`]: people in clips: faces followed from frame to frame, one decision a person.
//! - [`evaluate`]: how often that is right.
//! - [`adapt`]: embeddings that fit one's own people better, learned without photos.
//!
//! Five short programs in `examples/` of this crate show it on files: `detect`, `who_is_it`, `build_profile`, `search`, `camera_frames`.
//!
//! Nothing is global: no thread pool, no logger, no environment variable, no download.

#![deny(missing_docs)]
// Rooms that have some: `net::kernel`, `store::generation`, `index::kernel` and `index::mapping`.
#![deny(unsafe_code)]

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// And that of the document on training.
#[cfg(doctest)]
#[doc = include_str!("../../docs/training.md")]
struct Training;

/// And that of the document on video.
#[cfg(doctest)]
#[doc = include_str!("../../docs/video.md")]
struct Video;

pub mod adapt;
mod album;
pub mod attributes;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
pub mod bootstrap;
pub mod cluster;
mod crop;
mod detect;
mod embed;
mod engine;
mod error;
pub mod evaluate;
mod geometry;
#[cfg(feature = "store")]
pub mod index;
mod matching;
mod models;
mod net;
#[cfg(feature = "rayon")]
mod parallel;
mod photo;
pub mod profile;
mod random;
#[cfg(feature = "store")]
pub mod search;
pub mod social;
mod space;
#[cfg(feature = "store")]
pub mod store;
pub mod video;

pub use album::{AlbumReader, FoundFace};
pub use detect::{
    Budget, Cut, DetectOptions, DetectStats, Detection, Face, MtcnnOptions, MtcnnStats, ProposalFilter, YunetOptions,
    YunetStats,
};
pub use embed::{
    Embedding, Encoding, Ensemble, FaceQuality, NonFaceFilter, NonFaceVerdict, TwoLayerNet, mirror_average,
};
pub use engine::{Engine, EngineOptions};
pub use error::{Error, Result};
pub use geometry::{BoundingBox, Landmarks};
pub use matching::{
    Calibration, Candidate, Cohort, Crowding, Gallery, Logistic, Matcher, MatchingNumbers, Neighbour, OperatingPoint,
    Outcome, Refusal, Thresholds, Verdict,
};
pub use models::{
    ColourOrder, Crop, DetectorKind, LandmarkFit, Manifest, ModelEntry, ModelFile, ModelKind, Normalisation,
    Preprocessing,
};
pub use net::Compute;
#[cfg(feature = "decode")]
pub use photo::Degradation;
pub use photo::{Damage, Limits, Orientation, Photo, PixelFormat, RawView};
pub use space::{ParseSpaceIdError, SpaceId};

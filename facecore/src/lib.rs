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
//! let matcher = Matcher::new(engine.default_threshold().unwrap_or(0.5), 0.05)?;
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
//! - [`evaluate`]: how often that is right.
//!
//! Nothing is global: no thread pool, no logger, no environment variable, no download.

#![deny(missing_docs)]
// One room has some: `net::kernel`.
#![deny(unsafe_code)]

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

pub mod attributes;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
pub mod cluster;
mod detect;
mod embed;
mod engine;
mod error;
pub mod evaluate;
mod geometry;
mod matching;
mod net;
#[cfg(feature = "rayon")]
mod parallel;
mod photo;
pub mod profile;
pub mod social;

pub use detect::{Budget, Cut, DetectOptions, DetectStats, Detection, Face, ProposalFilter};
pub use embed::{
    Embedding, Encoding, Ensemble, FaceQuality, NonFaceFilter, NonFaceVerdict, SpaceId, TwoLayerNet, mirror_average,
};
pub use engine::{Engine, EngineOptions};
pub use error::{Error, Result};
pub use geometry::{BoundingBox, Landmarks};
pub use matching::{
    CalibratedMatcher, Calibration, Candidate, Cohort, Logistic, Matcher, Neighbour, OperatingPoint, Outcome, Refusal,
    Verdict,
};
pub use net::{Compute, Manifest, ModelEntry, ModelFile, Normalisation};
#[cfg(feature = "decode")]
pub use photo::Degradation;
pub use photo::{Damage, Limits, Orientation, Photo, PixelFormat, RawView};

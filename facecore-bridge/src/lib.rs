//! What the C ABI and the JVM binding share, so that the two cannot drift apart.
//!
//! - `status`: the one table of what can go wrong: number in C and Java, name, class of exception.
//! - `failure`: an error on its way out, and the guard that turns a panic into one.
//! - `numbers`: the numbers of the enumerations.
//! - `album`: the builder of profiles for a space; `non_face`: a filter that comes with the library or is the caller's own.
//!
//! Part of the bindings, no API: it may change with every version.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod album;
mod failure;
mod non_face;
mod numbers;
mod status;

pub use album::{builder, known};
pub use failure::{Failure, Result, guard};
pub use non_face::{Filter, non_face_excess};
pub use numbers::{
    BuildOutcome, Outcome, build_outcome, compute, damage, detector, detector_number, encoding, orientation, outcome,
    pin, pin_number, pixel_format, proposal_filter, role, source, source_number,
};
pub use status::{Exception, Status};

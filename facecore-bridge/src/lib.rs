//! What the C ABI and the JVM binding share, so that the two cannot drift apart.
//!
//! - `status`: the one table of what can go wrong: number in C and Java, name, class of exception.
//! - `failure`: an error on its way out, and the guard that turns a panic into one.
//! - `numbers`: the numbers of the enumerations.
//!
//! Part of the bindings, no API: it may change with every version.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod failure;
mod numbers;
mod status;

pub use failure::{Failure, Result, guard};
pub use numbers::{
    BuildOutcome, Outcome, build_outcome, compute, damage, detector, detector_number, encoding, non_face_excess,
    orientation, outcome, pin, pixel_format, proposal_filter, role, source,
};
pub use status::{Exception, Status};

//! Who is it? Faces of one photo against named candidates.
//!
//! This room knows embeddings only, never pixels. [`Matcher`] has the rule, and [`MatchingNumbers`] the thresholds fitted on other
//! people's faces. [`Calibration`] has thresholds fitted on one's own people, with a [`Cohort`]. May use: `embed`, `error`,
//! `random`, `space`.

mod assignment;
mod calibration;
mod cohort;
mod crowding;
mod decision;
mod gallery;
mod matcher;
mod numbers;
mod ridge;
mod thresholds;
mod verdict;

pub(crate) use assignment::assign;
pub use calibration::{Calibration, Logistic, OperatingPoint};
pub use cohort::Cohort;
pub use crowding::Crowding;
pub use gallery::{Candidate, Gallery};
pub use matcher::Matcher;
pub use numbers::MatchingNumbers;
pub(crate) use ridge::fit as ridge;
pub use thresholds::Thresholds;
pub use verdict::{Neighbour, Outcome, Refusal, Verdict};

#[cfg(test)]
mod tests;

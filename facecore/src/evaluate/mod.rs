//! How good is it? Figures to set beside those that others publish, and figures on a user's own photos.
//!
//! This room knows embeddings, scores and labels only, never pixels: the caller detects and embeds.
//! [`verify`] is the verification of pairs of FaceNet's reference code, bit for bit; [`Population`] and [`identify`] ask
//! who a face is, among a user's friends; [`all_pairs`] compares every face with every other. Every [`Rate`] has its interval, and a
//! rate of false positives for which there are too few data is refused ([`resolve`]). May use: `embed`, `error`, `matching`, `random`,
//! `space`.

mod all_pairs;
mod calibration;
mod estimate;
mod fusion;
mod identification;
mod numbers;
mod pairs;
mod population;
mod resolution;
mod verification;

use crate::random;
pub use all_pairs::{
    AcceptRates, AllPairs, AllPairsOptions, Estimate, LabelledFaces, Offsets, OperateAt, SliceRates, all_pairs,
};
pub use calibration::{CalibrationOptions, calibrate, check};
pub use estimate::{Rate, Tally};
pub use fusion::{Fusion, fit_share};
pub use identification::{Draws, Identification, Normalisation, Profile, Trial, identify, threshold_at};
pub use numbers::{LabelledSet, MatchingDraws, MatchingFit, fit_matching, measure_matching};
pub use pairs::{Pair, PairList, PhotoRef, read_pairs};
pub use population::Population;
pub use resolution::{Resolution, resolve};
pub use verification::{FP_TARGET, Fold, MeanStd, PairScore, Verification, verify};

//! How good is it? Figures that compare with those that others publish.
//!
//! This room knows distances and labels only: the caller detects, embeds and compares. [`read_pairs`] reads which
//! photos to compare, [`verify`] makes accuracy and TP@FP of the distances, exactly as the reference code of FaceNet
//! does.

mod pairs;
mod verification;

pub use pairs::{Pair, PairList, PhotoRef, read_pairs};
pub use verification::{FP_TARGET, Fold, MeanStd, PairScore, Verification, verify};

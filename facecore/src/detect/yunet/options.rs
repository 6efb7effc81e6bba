//! The options of YuNet, and its statistics.

use std::time::Duration;

use crate::error::{Error, Result};

/// YuNet's own options; the defaults are OpenCV's, but for the second look.
#[derive(Debug, Clone, PartialEq)]
pub struct YunetOptions {
    /// The score, 0…1, from which a cell is a face. Default 0.6.
    pub threshold: f32,
    /// Of two boxes that overlap by more than this share of their union, 0…1, the one with the lower score is dropped. Default
    /// 0.3.
    pub overlap: f32,
    /// Whether a large photo is looked at shrunken too, so that large faces are not missed. Default true.
    pub second_look: bool,
}

impl Default for YunetOptions {
    fn default() -> Self {
        Self { threshold: 0.6, overlap: 0.3, second_look: true }
    }
}

impl YunetOptions {
    pub(in crate::detect) fn check(&self) -> Result<()> {
        for (name, value) in [("threshold", self.threshold), ("overlap", self.overlap)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Option { name, reason: "must be between 0 and 1".into() });
            }
        }
        Ok(())
    }
}

/// Counts and times of YuNet.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct YunetStats {
    /// Sizes of the photo that the network saw to their end.
    pub scales: usize,
    /// Pixels that the network saw, all sizes together.
    pub pixels: u64,
    /// Cells whose score reached the threshold.
    pub proposed: usize,
    /// Shrinking and the network.
    pub network_time: Duration,
    /// Time to make faces of the cells.
    pub filter_time: Duration,
}

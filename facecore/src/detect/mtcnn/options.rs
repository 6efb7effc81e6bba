//! The options of the cascade, and its statistics.

use std::time::Duration;

use crate::error::{Error, Result};

/// The cascade's own options.
#[derive(Debug, Clone, PartialEq)]
pub struct MtcnnOptions {
    /// Step between the scales of the pyramid, at least 0.1 and below 1. Default 0.709.
    pub factor: f32,
    /// Probabilities, 0…1, from which P-, R- and O-Net pass a candidate on. Default 0.6, 0.7, 0.7.
    pub thresholds: [f32; 3],
    /// How P-Net's answer at a scale becomes candidates. Default: blobs.
    pub filter: ProposalFilter,
}

impl Default for MtcnnOptions {
    fn default() -> Self {
        Self { factor: 0.709, thresholds: [0.6, 0.7, 0.7], filter: ProposalFilter::default() }
    }
}

impl MtcnnOptions {
    pub(in crate::detect) fn check(&self) -> Result<()> {
        let refuse = |name, reason: &str| Err(Error::Option { name, reason: reason.into() });
        if !(0.1..1.0).contains(&self.factor) {
            return refuse("factor", "must be at least 0.1 and below 1");
        }
        if !self.thresholds.iter().all(|threshold| (0.0..=1.0).contains(threshold)) {
            return refuse("thresholds", "must be between 0 and 1");
        }
        Ok(())
    }
}

/// How one is chosen of the P-Net cells that see the same face at the same scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProposalFilter {
    /// Blobs of the score map, a box for each peak: what NMS keeps, several times faster.
    #[default]
    Blobs,
    /// Non-maximum suppression, as the reference has it.
    Nms,
}

/// Counts and times of the cascade's stages.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct MtcnnStats {
    /// Scales of the pyramid that P-Net saw to their end.
    pub scales: usize,
    /// Pixels of the pyramid that P-Net saw.
    pub pixels: u64,
    /// Cells that P-Net passed.
    pub proposed: usize,
    /// Candidates after filtering and suppression.
    pub candidates: usize,
    /// Candidates that R-Net passed, after suppression.
    pub refined: usize,
    /// The pyramid, P-Net, and making candidates of its answer.
    pub propose_time: Duration,
    /// The part of `propose_time` that filters P-Net's cells and suppresses double finds across scales.
    pub filter_time: Duration,
    /// Crops and R-Net.
    pub refine_time: Duration,
    /// Crops and O-Net.
    pub output_time: Duration,
}

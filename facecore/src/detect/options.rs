//! What counts as a face, and how much is looked at.

use super::budget::Budget;
use super::mtcnn::options::MtcnnOptions;
use super::yunet::options::YunetOptions;
use crate::error::{Error, Result};

/// What counts as a face, and how much is looked at. The first three fields are for every detector, the others for the one that they are
/// named after.
///
/// ```
/// use facecore::DetectOptions;
/// let large_faces_only = DetectOptions { min_face: 80, ..DetectOptions::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DetectOptions {
    /// Side of the smallest face looked for, in pixels, at least 1. Default 20. With MTCNN twice as large costs a quarter of the time.
    pub min_face: u32,
    /// Side of the largest face looked for, in pixels (about, with MTCNN: its scales are steps); 0 (default): up to the whole photo.
    pub max_face: u32,
    /// What the photo may cost.
    pub budget: Budget,
    /// What only MTCNN has.
    pub mtcnn: MtcnnOptions,
    /// What only YuNet has.
    pub yunet: YunetOptions,
}

impl Default for DetectOptions {
    fn default() -> Self {
        Self {
            min_face: 20,
            max_face: 0,
            budget: Budget::default(),
            mtcnn: MtcnnOptions::default(),
            yunet: YunetOptions::default(),
        }
    }
}

impl DetectOptions {
    pub(super) fn check(&self) -> Result<()> {
        if self.min_face == 0 {
            return Err(Error::Option { name: "min_face", reason: "must be at least 1 pixel".into() });
        }
        self.mtcnn.check()?;
        self.yunet.check()
    }
}

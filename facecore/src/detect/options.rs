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
    /// Side of the smallest face looked for, in pixels of the decoded photo, at least 1. Default 20. With MTCNN twice as large costs a
    /// quarter of the time.
    pub min_face: u32,
    /// Side of the smallest face looked for, as a share of the photo's longer side, 0 to 1; the larger one of this and `min_face` counts.
    /// With it a photo costs the same at any size. Default 0: only `min_face` counts.
    pub min_face_share: f32,
    /// Side of the largest face looked for, in pixels; 0 (default) means up to the whole photo. With MTCNN it is approximate,
    /// since its scales come in steps.
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
            min_face_share: 0.0,
            max_face: 0,
            budget: Budget::default(),
            mtcnn: MtcnnOptions::default(),
            yunet: YunetOptions::default(),
        }
    }
}

impl DetectOptions {
    /// For photos that strangers upload to a service, together with [`Limits::for_uploads`](crate::Limits::for_uploads): faces of at least 24
    /// pixels and a fortieth of the photo's longer side, so that no photo costs more because it is large. The people a photo is about are larger.
    ///
    /// ```
    /// use facecore::{DetectOptions, Engine, Limits, Photo};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/photos/astronaut.jpg"))?;
    /// let photo = Photo::decode(&bytes, &Limits::for_uploads())?;
    /// assert_eq!(Engine::detector_only()?.detect(&photo, &DetectOptions::for_uploads())?.faces.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_uploads() -> Self {
        Self { min_face: 24, min_face_share: 0.025, ..Self::default() }
    }

    /// The smallest face looked for in a photo of this size, in pixels.
    pub(super) fn smallest_face(&self, width: u32, height: u32) -> f64 {
        f64::from(self.min_face).max(f64::from(self.min_face_share) * f64::from(width.max(height)))
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.min_face == 0 {
            return Err(Error::Option { name: "min_face", reason: "must be at least 1 pixel".into() });
        }
        if !(0.0..=1.0).contains(&self.min_face_share) {
            return Err(Error::Option {
                name: "min_face_share",
                reason: format!("{} is not from 0 to 1", self.min_face_share),
            });
        }
        self.mtcnn.check()?;
        self.yunet.check()
    }
}

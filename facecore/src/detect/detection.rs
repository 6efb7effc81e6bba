//! What a detector answers.

use super::budget::Cut;
use super::mtcnn::options::MtcnnStats;
use super::yunet::options::YunetStats;
use crate::geometry::{BoundingBox, Landmarks};
use crate::photo::Photo;

/// A detected face.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// The box in the upright photo, in pixels. It may reach beyond the photo.
    pub bounding_box: BoundingBox,
    /// The five points in the upright photo, in pixels.
    pub landmarks: Landmarks,
    /// How sure the detector is, 0…1: O-Net's probability (MTCNN), or the root of class times objectness (YuNet).
    pub score: f32,
    /// The box in the file's stored pixels, before EXIF turned it upright and before it was shrunk.
    pub stored_box: BoundingBox,
    /// The points in the file's stored pixels, in the order of `landmarks`.
    pub stored_landmarks: Landmarks,
}

impl Face {
    /// A face of the upright photo, found by whatever means: what [`Engine::embed`](crate::Engine::embed) takes.
    pub fn new(photo: &Photo<'_>, bounding_box: BoundingBox, landmarks: Landmarks, score: f32) -> Self {
        let area = bounding_box;
        Self {
            bounding_box,
            landmarks,
            score,
            stored_box: BoundingBox::spanning(photo.to_stored([area.x1, area.y1]), photo.to_stored([area.x2, area.y2])),
            stored_landmarks: landmarks.map(|point| photo.to_stored(point)),
        }
    }
}

/// The faces of a photo.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// Best score first.
    pub faces: Vec<Face>,
    /// Whether the budget left nothing out.
    pub complete: bool,
    /// What the budget left out.
    pub cut: Cut,
    /// What each stage did.
    pub stats: DetectStats,
}

/// Counts and times of a detector's stages.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DetectStats {
    /// Of the cascade.
    Mtcnn(MtcnnStats),
    /// Of the single network.
    Yunet(YunetStats),
}

impl DetectStats {
    /// The cascade's, if MTCNN detected.
    pub fn mtcnn(&self) -> Option<&MtcnnStats> {
        match self {
            Self::Mtcnn(stats) => Some(stats),
            Self::Yunet(_) => None,
        }
    }

    /// The single network's, if YuNet detected.
    pub fn yunet(&self) -> Option<&YunetStats> {
        match self {
            Self::Yunet(stats) => Some(stats),
            Self::Mtcnn(_) => None,
        }
    }
}

//! What a manifest says of how a face is cropped and turned into a network's numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kind::DetectorKind;
use crate::geometry::{BoundingBox, Landmarks};

/// What a network is fed: a part of the photo, brought to one size, its pixels (0…255) turned into numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Preprocessing {
    /// Which part of the photo.
    pub crop: Crop,
    /// Width and height of the crop as the network sees it, 16…1024 pixels each.
    pub size: [u32; 2],
    /// The order of the three channels.
    pub colour: ColourOrder,
    /// How pixels become numbers.
    pub normalisation: Normalisation,
}

impl Preprocessing {
    /// The landmarks that a face would need for its crop to be `area`. With them a network that crops by landmarks can be shown a
    /// region in which no face was found. `None` for a network that crops by boxes.
    pub fn landmarks_filling(&self, area: &BoundingBox) -> Option<Landmarks> {
        let Crop::Points { template, .. } = self.crop else { return None };
        let [width, height] = self.size.map(|side| side as f32);
        Some(template.map(|[x, y]| [area.x1 + x * area.width() / width, area.y1 + y * area.height() / height]))
    }
}

/// How a face is cut out of its photo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Crop {
    /// The detected box, enlarged and stretched to the size (FaceNet).
    Box {
        /// The share of the crop that is not the box, 0…0.9: the box fills `1 − margin` of each side.
        margin: f64,
    },
    /// Turned, scaled and moved so that the face's five landmarks come as near as can be to a template (ArcFace, SFace, dlib).
    Points {
        /// Where the landmarks belong, in pixels of the crop.
        template: Landmarks,
        /// Whose landmarks: two detectors place them differently, and so make embeddings of two spaces.
        landmarks: DetectorKind,
        /// What "near" means.
        fit: LandmarkFit,
    },
}

/// Where the distances between landmarks and template, whose squares are minimised, are measured. No similarity takes five landmarks
/// exactly to a template, and the two ways differ in scale: the worse a face fits, the smaller it becomes in the picture in which the
/// distances are measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LandmarkFit {
    /// In the crop: the landmarks are taken to the template (ArcFace, OpenCV's SFace).
    #[default]
    Crop,
    /// In the photo: the template is taken to the landmarks (dlib).
    Photo,
}

/// The order in which a network wants the channels of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub enum ColourOrder {
    /// Red, green, blue.
    #[serde(rename = "RGB")]
    Rgb,
    /// Blue, green, red.
    #[serde(rename = "BGR")]
    Bgr,
}

/// How a network wants its pixels (0…255).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Normalisation {
    /// `(x − mean) / deviation`, for each channel in the network's order.
    Fixed {
        /// What is taken off each channel.
        mean: [f32; 3],
        /// What each channel is divided by, not 0.
        deviation: [f32; 3],
    },
    /// `(x − mean) / max(deviation, 1/√n)` over the crop's `n` numbers (FaceNet's prewhitening).
    Whiten,
}

/// Everything that changes an embedding, as the text of which the space is a hash.
impl fmt::Display for Preprocessing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { crop, size: [width, height], colour, normalisation } = self;
        write!(f, "{colour:?} {width}x{height} {normalisation:?} ")?;
        match crop {
            Crop::Box { margin } => write!(f, "box {margin:.4}"),
            Crop::Points { template, landmarks, fit } => {
                write!(f, "points {template:?} by {landmarks} fit in {fit:?}")
            }
        }
    }
}

/// The manifest's `crop = { box = 0.07, size = [160, 160] }` or `crop = { points = [[38.3, 51.7], …], fit = "photo", size = [112, 112] }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CropText {
    #[serde(rename = "box")]
    margin: Option<f64>,
    points: Option<Landmarks>,
    landmarks: Option<DetectorKind>,
    fit: Option<LandmarkFit>,
    size: [u32; 2],
}

impl CropText {
    pub(super) fn read(self) -> Result<(Crop, [u32; 2]), String> {
        if !self.size.iter().all(|side| (16..=1024).contains(side)) {
            return Err(format!("crop.size is {:?}; each side is 16 to 1024 pixels", self.size));
        }
        let crop = match (self.margin, self.points) {
            (Some(margin), None) if (0.0..=0.9).contains(&margin) => Crop::Box { margin },
            (Some(margin), None) => return Err(format!("crop.box is {margin}; the margin is a share from 0 to 0.9")),
            (None, Some(template)) if template.iter().flatten().all(|at| at.is_finite()) => {
                let (landmarks, fit) = (self.landmarks.unwrap_or_default(), self.fit.unwrap_or_default());
                Crop::Points { template, landmarks, fit }
            }
            (None, Some(_)) => return Err("crop.points has a number that is not finite".into()),
            _ => return Err("crop needs either `box` (a margin) or `points` (five of them)".into()),
        };
        Ok((crop, self.size))
    }
}

/// The manifest's `normalisation = "whiten"` or `normalisation = { mean = 127.5, deviation = 128 }`, each number for all channels or
/// a list of three.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "\"whiten\", or mean and deviation (a number, or three)")]
pub(super) enum NormalisationText {
    Word(Word),
    Numbers { mean: PerChannel, deviation: PerChannel },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Word {
    Whiten,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum PerChannel {
    All(f32),
    Each([f32; 3]),
}

impl PerChannel {
    fn numbers(self) -> [f32; 3] {
        match self {
            Self::All(number) => [number; 3],
            Self::Each(numbers) => numbers,
        }
    }
}

impl NormalisationText {
    pub(super) fn read(self) -> Result<Normalisation, String> {
        let (mean, deviation) = match self {
            Self::Word(Word::Whiten) => return Ok(Normalisation::Whiten),
            Self::Numbers { mean, deviation } => (mean.numbers(), deviation.numbers()),
        };
        let usable = mean.iter().all(|mean| mean.is_finite())
            && deviation.iter().all(|deviation| deviation.is_normal() && (1.0 / deviation).is_finite());
        if !usable {
            return Err("normalisation has a number that is not finite, or a deviation of 0".into());
        }
        Ok(Normalisation::Fixed { mean, deviation })
    }
}

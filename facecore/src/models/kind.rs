//! What models are for, and which detectors there are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ModelKind {
    /// Finds faces in a photo.
    Detector,
    /// Turns a face into an embedding.
    Embedder,
    /// Tells age or sex of a face.
    Attributes,
}

impl ModelKind {
    /// The word in the manifest: `detector`, `embedder` or `attributes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detector => "detector",
            Self::Embedder => "embedder",
            Self::Attributes => "attributes",
        }
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The detectors that there are. Their boxes and landmarks differ, and so do embeddings of crops made by them.
///
/// ```
/// # use facecore::DetectorKind;
/// assert_eq!("yunet".parse(), Ok(DetectorKind::Yunet));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DetectorKind {
    /// The cascade of three networks, whose boxes facenet's users know.
    #[default]
    Mtcnn,
    /// One small network that sees the photo once, at a cost that hardly depends on the number of faces.
    Yunet,
}

impl DetectorKind {
    /// The detector's id in the manifest: `mtcnn` or `yunet`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mtcnn => "mtcnn",
            Self::Yunet => "yunet",
        }
    }
}

impl fmt::Display for DetectorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DetectorKind {
    type Err = Error;

    /// Reads the [`name`](Self::name); anything else is [`Error::Option`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = [Self::Mtcnn, Self::Yunet].into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| Error::Option { name: "detector", reason: format!("mtcnn or yunet, not {text:?}") })
    }
}

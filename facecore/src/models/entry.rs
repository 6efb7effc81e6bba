//! One model of a manifest.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::kind::ModelKind;
use super::preprocessing::{ColourOrder, Crop, CropText, NormalisationText, Preprocessing};
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// One model of a [`Manifest`](super::Manifest).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "EntryText")]
#[non_exhaustive]
pub struct ModelEntry {
    /// The name that [`crate::Engine::open_model`] takes.
    pub id: String,
    /// What it is for.
    pub kind: ModelKind,
    /// Its files.
    pub files: Vec<ModelFile>,
    /// What the network is fed; `None` for a detector, whose own code prepares the photo.
    pub preprocessing: Option<Preprocessing>,
    /// Numbers in an embedding; 0 for what is no embedder.
    pub embedding: u32,
    /// The id of the embedding space: a hash of the weights and the preprocessing (embedders).
    pub space: Option<SpaceId>,
    /// Cosine from which two faces count as one person, where nothing better is known (embedders).
    pub threshold: Option<f32>,
    /// The weights' licence, as far as known.
    pub licence: String,
    /// What it was trained on, as far as known.
    pub training_data: String,
    /// The public package that holds the weights.
    pub source: String,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct ModelFile {
    /// Its name in the manifest's folder.
    pub file: String,
    /// SHA-256 in hex digits.
    pub sha256: String,
}

impl ModelEntry {
    /// The embedding space that weights and a preprocessing make.
    pub(crate) fn derive_space(&self, preprocessing: &Preprocessing) -> SpaceId {
        let mut hash = Sha256::new();
        for file in &self.files {
            hash.update(file.sha256.as_bytes());
        }
        hash.update(preprocessing.to_string());
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        SpaceId(id)
    }

    /// The space that the entry states, if it states one, must be what it makes.
    pub(crate) fn check_space(&self) -> Result<()> {
        let (Some(stated), Some(preprocessing)) = (self.space, &self.preprocessing) else { return Ok(()) };
        let made = self.derive_space(preprocessing);
        if made != stated {
            let reason =
                format!("the manifest's weights and preprocessing make space {made}, not {stated} as it states");
            return Err(Error::model(&self.id, reason));
        }
        Ok(())
    }
}

/// A `[[model]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    id: String,
    kind: ModelKind,
    files: Vec<ModelFile>,
    crop: Option<CropText>,
    colour: Option<ColourOrder>,
    normalisation: Option<NormalisationText>,
    #[serde(default)]
    embedding: u32,
    space: Option<SpaceId>,
    threshold: Option<f32>,
    licence: String,
    training_data: String,
    source: String,
    /// For the script that fetches; nothing that a service reads.
    #[serde(rename = "package")]
    _package: Option<serde::de::IgnoredAny>,
}

impl TryFrom<EntryText> for ModelEntry {
    type Error = String;

    fn try_from(text: EntryText) -> Result<Self, String> {
        let id = text.id;
        let wrong = |reason: String| format!("model {id}: {reason}");
        let preprocessing = match (text.crop, text.colour, text.normalisation) {
            (None, None, None) if text.kind == ModelKind::Detector => None,
            (Some(crop), Some(colour), Some(normalisation)) => {
                let (crop, size) = crop.read().map_err(wrong)?;
                Some(Preprocessing { crop, size, colour, normalisation: normalisation.read().map_err(wrong)? })
            }
            _ => return Err(wrong("needs `crop`, `colour` and `normalisation` (a detector none of them)".into())),
        };
        if text.kind == ModelKind::Attributes
            && matches!(preprocessing, Some(Preprocessing { crop: Crop::Box { .. }, .. }))
        {
            return Err(wrong("networks for attributes are fed by points".into()));
        }
        if (text.kind == ModelKind::Embedder) != (text.embedding > 0) {
            return Err(wrong("`embedding` is the length of an embedder's embeddings, and an embedder's only".into()));
        }
        Ok(Self {
            preprocessing,
            kind: text.kind,
            files: text.files,
            embedding: text.embedding,
            space: text.space,
            threshold: text.threshold,
            licence: text.licence,
            training_data: text.training_data,
            source: text.source,
            id,
        })
    }
}

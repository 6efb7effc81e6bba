//! `manifest.toml` of a folder of models: what each file is, where it came from, and the hash it must have.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model_error;
use crate::embed::SpaceId;
use crate::error::Result;

/// A folder of models with its `manifest.toml`.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The models in the order of the file.
    pub models: Vec<ModelEntry>,
    folder: PathBuf,
}

/// One model of a [`Manifest`].
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct ModelEntry {
    /// The name that [`crate::Engine::open_model`] takes.
    pub id: String,
    /// `detector` or `embedder`.
    pub kind: String,
    /// Its files.
    pub files: Vec<ModelFile>,
    /// What the network is fed, in words.
    pub input: String,
    /// How pixels become numbers.
    pub normalisation: Normalisation,
    /// Side of the square crop in pixels (embedders).
    #[serde(default)]
    pub crop_size: u32,
    /// The share of the crop that is not the detected box, 0…0.9: the box fills `1 − crop_margin` of each side (embedders).
    #[serde(default)]
    pub crop_margin: f64,
    /// Numbers in an embedding (embedders).
    #[serde(default)]
    pub embedding: u32,
    /// The id of the embedding space: a hash of the weights and the preprocessing (embedders).
    #[serde(default)]
    pub space: Option<SpaceId>,
    /// Cosine from which two faces count as one person (embedders).
    #[serde(default)]
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

/// How a network wants its pixels (0…255).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Normalisation {
    /// `(x − 127.5) / 128`.
    Fixed,
    /// `(x − mean) / max(deviation, 1/√n)` over the crop's `n` numbers (FaceNet's prewhitening).
    Whiten,
}

#[derive(Deserialize)]
struct Document {
    model: Vec<ModelEntry>,
}

impl Manifest {
    /// Reads `manifest.toml` in `folder`.
    ///
    /// # Errors
    /// [`crate::Error::Model`] if the file is missing or malformed.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let path = folder.join("manifest.toml");
        let text = fs::read_to_string(&path)
            .map_err(|e| model_error("(all)", format!("cannot read {}: {e}", path.display())))?;
        let document: Document =
            toml::from_str(&text).map_err(|e| model_error("(all)", format!("{}: {e}", path.display())))?;
        Ok(Self { models: document.model, folder: folder.into() })
    }

    /// The model called `id`.
    ///
    /// # Errors
    /// [`crate::Error::Model`] naming the models there are.
    pub fn model(&self, id: &str) -> Result<&ModelEntry> {
        self.models.iter().find(|model| model.id == id).ok_or_else(|| {
            let known: Vec<_> = self.models.iter().map(|model| model.id.as_str()).collect();
            model_error(id, format!("not in the manifest, which has {}", known.join(", ")))
        })
    }

    /// Reads the model's files and compares their SHA-256 with the manifest.
    ///
    /// # Errors
    /// [`crate::Error::Model`] if a file is missing or is another one.
    pub fn verify(&self, id: &str) -> Result<()> {
        self.read(id).map(drop)
    }

    /// The bytes of the model's files, checked.
    pub(crate) fn read(&self, id: &str) -> Result<Vec<Vec<u8>>> {
        self.model(id)?.files.iter().map(|file| self.read_file(id, file)).collect()
    }

    fn read_file(&self, id: &str, file: &ModelFile) -> Result<Vec<u8>> {
        let path = self.folder.join(&file.file);
        let bytes = fs::read(&path)
            .map_err(|e| model_error(id, format!("cannot read {}: {e}; `make models` fetches it", path.display())))?;
        let found = hex(&Sha256::digest(&bytes));
        if found != file.sha256 {
            let expected = &file.sha256;
            return Err(model_error(
                id,
                format!("{} has SHA-256 {found}, not {expected}; delete it and run `make models`", path.display()),
            ));
        }
        Ok(bytes)
    }
}

impl ModelEntry {
    /// The embedding space that this entry's weights and preprocessing make.
    pub(crate) fn derive_space(&self) -> SpaceId {
        let mut hash = Sha256::new();
        for file in &self.files {
            hash.update(file.sha256.as_bytes());
        }
        hash.update(format!("{:?} {} {:.4}", self.normalisation, self.crop_size, self.crop_margin));
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        SpaceId(id)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

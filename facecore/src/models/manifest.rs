//! A folder of models: its `manifest.toml` is read, and every file compared with the hash that stands there.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::entry::{ModelEntry, ModelFile};
use super::kind::ModelKind;
use crate::error::{Error, Result};

/// A folder of models with its `manifest.toml`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Manifest {
    /// The models in the order of the file.
    pub models: Vec<ModelEntry>,
    /// The id of the embedder that is used if none is named.
    pub default: String,
    folder: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    default: String,
    model: Vec<ModelEntry>,
}

impl Manifest {
    /// Reads `manifest.toml` in `folder`.
    ///
    /// # Errors
    /// [`Error::Model`] if the file is missing or malformed, has an id twice, or names a default that is no embedder of it.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let path = folder.join("manifest.toml");
        let text = fs::read_to_string(&path)
            .map_err(|e| Error::model("(all)", format!("cannot read {}: {e}", path.display())))?;
        let document: Document =
            toml::from_str(&text).map_err(|e| Error::model("(all)", format!("{}: {e}", path.display())))?;
        let manifest = Self { models: document.model, default: document.default, folder: folder.into() };
        let ids: HashSet<_> = manifest.models.iter().map(|model| &model.id).collect();
        if ids.len() < manifest.models.len() {
            return Err(Error::model("(all)", format!("{}: two models have one id", path.display())));
        }
        if manifest.model(&manifest.default)?.kind != ModelKind::Embedder {
            return Err(Error::model(&manifest.default, "the manifest's default is no embedder"));
        }
        Ok(manifest)
    }

    /// The model called `id`.
    ///
    /// # Errors
    /// [`Error::Model`] naming the models there are.
    pub fn model(&self, id: &str) -> Result<&ModelEntry> {
        self.models.iter().find(|model| model.id == id).ok_or_else(|| {
            let known: Vec<_> = self.models.iter().map(|model| model.id.as_str()).collect();
            Error::model(id, format!("not in the manifest, which has {}", known.join(", ")))
        })
    }

    /// Reads the model's files and compares their SHA-256, and the space that they make, with the manifest.
    ///
    /// # Errors
    /// [`Error::Model`] if a file is missing or is another one, or the space is another one.
    pub fn verify(&self, id: &str) -> Result<()> {
        self.read(id)?;
        self.model(id)?.check_space()
    }

    /// The bytes of the model's files, checked.
    pub(crate) fn read(&self, id: &str) -> Result<Vec<Vec<u8>>> {
        self.model(id)?.files.iter().map(|file| self.read_file(id, file)).collect()
    }

    /// The bytes of a model that is one file, checked.
    pub(crate) fn read_one(&self, id: &str) -> Result<Vec<u8>> {
        let mut files = self.read(id)?;
        match (files.pop(), files.len()) {
            (Some(file), 0) => Ok(file),
            (_, others) => Err(Error::model(id, format!("it is one file, the manifest names {}", others + 1))),
        }
    }

    fn read_file(&self, id: &str, file: &ModelFile) -> Result<Vec<u8>> {
        let path = self.folder.join(&file.file);
        let bytes = fs::read(&path)
            .map_err(|e| Error::model(id, format!("cannot read {}: {e}; `make models` fetches it", path.display())))?;
        let found = hex(&Sha256::digest(&bytes));
        if found != file.sha256 {
            let expected = &file.sha256;
            return Err(Error::model(
                id,
                format!("{} has SHA-256 {found}, not {expected}; delete it and run `make models`", path.display()),
            ));
        }
        Ok(bytes)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

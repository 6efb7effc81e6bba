//! Many photos, or many faces, on more than one core: only with the feature `rayon`, and only where the caller asks for it.
//!
//! The work runs on the rayon pool from which the call comes (`ThreadPool::install`), else on rayon's global pool. The answers are those
//! of the plain calls, in the same order. May use: `engine`.

use rayon::prelude::*;

use crate::detect::{DetectOptions, Detection, Face};
use crate::embed::Embedding;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::photo::Photo;

impl Engine {
    /// [`Engine::detect`] for many photos at once.
    ///
    /// ```
    /// use facecore::{DetectOptions, Engine, Photo};
    /// fn faces(engine: &Engine, pool: &rayon::ThreadPool, photos: &[Photo<'_>]) -> usize {
    ///     let found = pool.install(|| engine.detect_many(photos, &DetectOptions::default()));
    ///     found.iter().flatten().map(|found| found.faces.len()).sum()
    /// }
    /// ```
    pub fn detect_many(&self, photos: &[Photo<'_>], options: &DetectOptions) -> Vec<Result<Detection>> {
        photos.par_iter().map(|photo| self.detect(photo, options)).collect()
    }

    /// [`Engine::embed`] with the faces shared out.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`] if the engine only detects.
    pub fn embed_batch(&self, photo: &Photo<'_>, faces: &[Face]) -> Result<Vec<Result<Embedding>>> {
        if self.space().is_none() {
            return Err(Error::NoEmbedder);
        }
        Ok(faces.par_iter().map(|face| self.embed_face(photo, face)).collect())
    }
}

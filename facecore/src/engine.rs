//! The engine: the networks, loaded once and shared by all threads.

use std::path::Path;

use crate::detect::{DetectOptions, Detection, Detector, Face};
use crate::embed::{Embedder, Embedding};
use crate::error::{Error, Result};
use crate::geometry::{BoundingBox, Landmarks};
use crate::models::{Crop, DetectorKind, Manifest, Preprocessing};
use crate::net::Compute;
use crate::photo::Photo;
use crate::space::SpaceId;

/// How to open an [`Engine`].
///
/// ```
/// use facecore::{Compute, EngineOptions};
/// let half_the_time = EngineOptions { compute: Compute::Bf16, ..EngineOptions::default() };
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// The embedder's id in the manifest; `None` (the default) is the one that the manifest calls default.
    pub model: Option<String>,
    /// What finds the faces. An embedder that crops by landmarks has another space with each detector.
    pub detector: DetectorKind,
    /// Which instructions run the networks.
    pub compute: Compute,
    /// As [`Engine::with_mirror_average`].
    pub mirror_average: bool,
}

/// The networks, loaded once. `Send + Sync`: share one between all threads by reference or `Arc`. Every call runs on the
/// caller's thread and starts no other.
pub struct Engine {
    detector: Detector,
    embedder: Option<Embedder>,
}

impl Engine {
    /// An engine that finds faces with the MTCNN compiled into the crate; it needs no file and makes no embeddings.
    ///
    /// ```
    /// use facecore::{DetectOptions, Engine, Limits, Photo};
    /// # fn main() -> facecore::Result<()> {
    /// let engine = Engine::detector_only()?;
    /// # #[cfg(feature = "decode")] {
    /// let bytes = include_bytes!("../../testdata/photos/astronaut.jpg");
    /// let photo = Photo::decode(bytes, &Limits::default())?;
    /// let found = engine.detect(&photo, &DetectOptions::default())?;
    /// assert_eq!(found.faces.len(), 1);
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`] if the networks cannot be prepared.
    #[cfg(any(feature = "bundled-mtcnn", feature = "bundled-yunet"))]
    pub fn detector_only() -> Result<Self> {
        Self::detector_only_with(DetectorKind::default(), Compute::Auto)
    }

    /// [`Engine::detector_only`] with a detector that is compiled in, computing as told.
    ///
    /// # Errors
    /// As [`Engine::detector_only`], and [`Error::Option`] for a [`Compute`] that this processor does not have, or a detector that
    /// this build does not have.
    #[cfg(any(feature = "bundled-mtcnn", feature = "bundled-yunet"))]
    pub fn detector_only_with(detector: DetectorKind, compute: Compute) -> Result<Self> {
        Ok(Self { detector: Detector::bundled(detector, compute.kernels()?)?, embedder: None })
    }

    /// An engine with the manifest's default embedder, from a folder made by `make models`.
    ///
    /// # Errors
    /// [`Error::Model`] if the manifest or the model's file is missing, altered or cannot be loaded.
    pub fn open(models: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(models, &EngineOptions::default())
    }

    /// An engine with the embedder `id` of the folder's manifest.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_model(models: impl AsRef<Path>, id: &str) -> Result<Self> {
        Self::open_with(models, &EngineOptions { model: Some(id.into()), ..EngineOptions::default() })
    }

    /// An engine as the options say, from a folder made by `make models`.
    ///
    /// # Errors
    /// As [`Engine::open`], and [`Error::Option`] for a [`Compute`] that this processor does not have.
    pub fn open_with(models: impl AsRef<Path>, options: &EngineOptions) -> Result<Self> {
        let manifest = Manifest::open(models)?;
        let kernels = options.compute.kernels()?;
        let id = options.model.as_deref().unwrap_or(&manifest.default);
        let embedder = Embedder::load(&manifest, id, options.detector, kernels)?;
        let embedder = if options.mirror_average { embedder.with_mirror_average() } else { embedder };
        Ok(Self { detector: Detector::open(options.detector, &manifest, kernels)?, embedder: Some(embedder) })
    }

    /// Crops boxes with another margin than the manifest's, 0…0.9 of the crop: embeddings of another [space](Engine::space).
    ///
    /// # Errors
    /// [`Error::NoEmbedder`], or [`Error::Option`] outside the range and for a model that is cropped by landmarks.
    pub fn with_crop_margin(self, margin: f64) -> Result<Self> {
        let embedder = self.embedder.ok_or(Error::NoEmbedder)?.with_crop_margin(margin)?;
        Ok(Self { embedder: Some(embedder), ..self })
    }

    /// Embeds each face together with its mirror image, at twice the time: embeddings of another [space](Engine::space) that
    /// tell people apart a little better.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`].
    pub fn with_mirror_average(self) -> Result<Self> {
        let embedder = self.embedder.ok_or(Error::NoEmbedder)?.with_mirror_average();
        Ok(Self { embedder: Some(embedder), ..self })
    }

    /// Finds the faces of a photo; none in a photo smaller than `min_face`.
    ///
    /// # Errors
    /// [`Error::Option`] for an option outside its range.
    pub fn detect(&self, photo: &Photo<'_>, options: &DetectOptions) -> Result<Detection> {
        self.detector.detect(photo, options)
    }

    /// Embeds faces of the same photo, found by an engine with this one's detector: for each, in their order, its embedding or the
    /// reason why not ([`Error::EmptyCrop`]). The model uses the box or the landmarks of a face, whichever it needs.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`] if the engine only detects.
    pub fn embed(&self, photo: &Photo<'_>, faces: &[Face]) -> Result<Vec<Result<Embedding>>> {
        self.embedder.as_ref().ok_or(Error::NoEmbedder)?;
        Ok(faces.iter().map(|face| self.embed_face(photo, face)).collect())
    }

    /// Embeds one face of the photo, as [`Engine::embed`] does many.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`], [`Error::EmptyCrop`].
    pub fn embed_face(&self, photo: &Photo<'_>, face: &Face) -> Result<Embedding> {
        let embedder = self.embedder.as_ref().ok_or(Error::NoEmbedder)?;
        embedder.embed(photo, (&face.bounding_box, Some(&face.landmarks)))
    }

    /// Embeds what a box (upright pixels) encloses, for boxes that another detector or a person gave.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`], [`Error::EmptyCrop`], and [`Error::NeedsLandmarks`] for a model that is fed by landmarks.
    pub fn embed_box(&self, photo: &Photo<'_>, bounding_box: &BoundingBox) -> Result<Embedding> {
        self.embedder.as_ref().ok_or(Error::NoEmbedder)?.embed(photo, (bounding_box, None))
    }

    /// Embeds a face's mirror image, without averaging; [`mirror_average`](crate::mirror_average) joins it with the plain one. `landmarks`
    /// may be `None` for a model that is fed by boxes.
    ///
    /// # Errors
    /// As [`Engine::embed_box`].
    pub fn embed_mirrored(
        &self,
        photo: &Photo<'_>,
        bounding_box: &BoundingBox,
        landmarks: Option<&Landmarks>,
    ) -> Result<Embedding> {
        self.embedder.as_ref().ok_or(Error::NoEmbedder)?.embed_mirrored(photo, (bounding_box, landmarks))
    }

    /// The detector.
    pub fn detector(&self) -> DetectorKind {
        self.detector.kind()
    }

    /// What runs the networks on this processor, for a log: `AVX-512 f32`, `AVX-512 bf16`, `AVX2 f32`, `NEON f32`, `NEON bf16` or `tract`.
    pub fn kernels(&self) -> &'static str {
        self.embedder.as_ref().map_or(self.detector.kernels(), Embedder::kernels).name()
    }

    /// The space of the embeddings; `None` if the engine only detects.
    pub fn space(&self) -> Option<SpaceId> {
        self.embedder.as_ref().map(Embedder::space)
    }

    /// The number of values of an embedding; `None` if the engine only detects.
    pub fn embedding_len(&self) -> Option<usize> {
        self.embedder.as_ref().map(|embedder| embedder.entry().embedding as usize)
    }

    /// The embedder's id; `None` if the engine only detects.
    pub fn model(&self) -> Option<&str> {
        self.embedder.as_ref().map(|embedder| embedder.entry().id.as_str())
    }

    /// What the embedder is fed; `None` if the engine only detects.
    pub fn preprocessing(&self) -> Option<&Preprocessing> {
        self.embedder.as_ref().map(Embedder::preprocessing)
    }

    /// The share of a crop that is not the detected box; `None` if the engine only detects, or crops by landmarks.
    pub fn crop_margin(&self) -> Option<f64> {
        match self.preprocessing()?.crop {
            Crop::Box { margin } => Some(margin),
            Crop::Points { .. } => None,
        }
    }

    /// The embedder's cosine threshold from the manifest, for [`crate::Matcher`].
    pub fn default_threshold(&self) -> Option<f32> {
        self.embedder.as_ref().and_then(|embedder| embedder.entry().threshold)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("model", &self.model()).field("space", &self.space()).finish()
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Engine>()
};

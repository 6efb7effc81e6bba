//! The engine: the networks, loaded once and shared by all threads.

use std::path::Path;

use crate::detect::{DetectOptions, Detection, Detector, Face};
use crate::embed::{Embedder, Embedding, SpaceId};
use crate::error::{Error, Result};
#[cfg(feature = "bundled-mtcnn")]
use crate::net::Kernels;
use crate::net::{Compute, Manifest};
use crate::photo::Photo;

/// How to open an [`Engine`].
///
/// ```
/// use facecore::{Compute, EngineOptions};
/// let half_the_time = EngineOptions { compute: Compute::Bf16, ..EngineOptions::default() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// The embedder's id in the manifest. Default [`Engine::DEFAULT_MODEL`].
    pub model: String,
    /// Which instructions run the networks.
    pub compute: Compute,
    /// As [`Engine::with_mirror_average`].
    pub mirror_average: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { model: Engine::DEFAULT_MODEL.into(), compute: Compute::Auto, mirror_average: false }
    }
}

/// The networks, loaded once. `Send + Sync`: share one between all threads by reference or `Arc`. Every call runs on the
/// caller's thread and starts no other.
pub struct Engine {
    detector: Detector,
    embedder: Option<Embedder>,
}

impl Engine {
    /// The model that [`Engine::open`] takes: the stronger of the two on LFW.
    pub const DEFAULT_MODEL: &'static str = "facenet-ms1m-128";

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
    #[cfg(feature = "bundled-mtcnn")]
    pub fn detector_only() -> Result<Self> {
        Self::detector_only_with(Compute::Auto)
    }

    /// [`Engine::detector_only`], computing as told.
    ///
    /// # Errors
    /// As [`Engine::detector_only`], and [`Error::Option`] for a [`Compute`] that this processor does not have.
    #[cfg(feature = "bundled-mtcnn")]
    pub fn detector_only_with(compute: Compute) -> Result<Self> {
        Ok(Self { detector: bundled_detector(compute.kernels()?)?, embedder: None })
    }

    /// An engine with [`Engine::DEFAULT_MODEL`] from a folder made by `make models`.
    ///
    /// # Errors
    /// [`Error::Model`] if the manifest or the model's file is missing, altered or cannot be loaded.
    pub fn open(models: impl AsRef<Path>) -> Result<Self> {
        Self::open_model(models, Self::DEFAULT_MODEL)
    }

    /// An engine with the embedder `id` of the folder's manifest.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_model(models: impl AsRef<Path>, id: &str) -> Result<Self> {
        Self::open_with(models, &EngineOptions { model: id.into(), ..EngineOptions::default() })
    }

    /// An engine as the options say, from a folder made by `make models`.
    ///
    /// # Errors
    /// As [`Engine::open`], and [`Error::Option`] for a [`Compute`] that this processor does not have.
    pub fn open_with(models: impl AsRef<Path>, options: &EngineOptions) -> Result<Self> {
        let manifest = Manifest::open(models)?;
        let kernels = options.compute.kernels()?;
        let embedder = Embedder::load(&manifest, &options.model, kernels)?;
        let embedder = Some(if options.mirror_average { embedder.with_mirror_average() } else { embedder });
        #[cfg(feature = "bundled-mtcnn")]
        let detector = bundled_detector(kernels)?;
        #[cfg(not(feature = "bundled-mtcnn"))]
        let detector = match &manifest.read("mtcnn")?[..] {
            [p_net, r_net, o_net] => Detector::load([p_net, r_net, o_net], kernels)?,
            files => {
                let reason = format!("three files are needed, the manifest names {}", files.len());
                return Err(Error::Model { id: "mtcnn".into(), reason });
            }
        };
        Ok(Self { detector, embedder })
    }

    /// Crops with another margin than the manifest's, 0…0.9 of the crop: embeddings of another [space](Engine::space).
    ///
    /// # Errors
    /// [`Error::NoEmbedder`], or [`Error::Option`] outside the range.
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

    /// Embeds faces of the same photo: for each, in their order, its embedding or the reason why not
    /// ([`Error::EmptyCrop`]).
    ///
    /// # Errors
    /// [`Error::NoEmbedder`] if the engine only detects.
    pub fn embed(&self, photo: &Photo<'_>, faces: &[Face]) -> Result<Vec<Result<Embedding>>> {
        let embedder = self.embedder.as_ref().ok_or(Error::NoEmbedder)?;
        Ok(faces.iter().map(|face| embedder.embed(photo, &face.bounding_box)).collect())
    }

    /// Embeds what a box (upright pixels) encloses, for boxes that another detector or a person gave.
    ///
    /// # Errors
    /// [`Error::NoEmbedder`], [`Error::EmptyCrop`].
    pub fn embed_box(&self, photo: &Photo<'_>, bounding_box: &crate::BoundingBox) -> Result<Embedding> {
        self.embedder.as_ref().ok_or(Error::NoEmbedder)?.embed(photo, bounding_box)
    }

    /// Embeds the mirror image of what a box encloses, without averaging; [`mirror_average`](crate::mirror_average) joins it
    /// with the plain one.
    ///
    /// # Errors
    /// As [`Engine::embed_box`].
    pub fn embed_mirrored(&self, photo: &Photo<'_>, bounding_box: &crate::BoundingBox) -> Result<Embedding> {
        self.embedder.as_ref().ok_or(Error::NoEmbedder)?.embed_mirrored(photo, bounding_box)
    }

    /// What runs the networks on this processor, for a log: `AVX-512 f32`, `AVX-512 bf16`, `AVX2 f32` or `tract`.
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

    /// The share of a crop that is not the detected box; `None` if the engine only detects.
    pub fn crop_margin(&self) -> Option<f64> {
        self.embedder.as_ref().map(|embedder| embedder.entry().crop_margin)
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

#[cfg(feature = "bundled-mtcnn")]
fn bundled_detector(kernels: Kernels) -> Result<Detector> {
    let nets: [&[u8]; 3] = [
        include_bytes!("../mtcnn/pnet.onnx"),
        include_bytes!("../mtcnn/rnet.onnx"),
        include_bytes!("../mtcnn/onet.onnx"),
    ];
    Detector::load(nets, kernels)
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Engine>()
};

//! Face → embedding: crop it as the model's manifest entry says, run the network (Schroff, Kalenichenko, Philbin: *FaceNet*, 2015, and
//! what came after), get a unit vector; those of one person's faces lie close together.
//!
//! May use: `crop`, `error`, `geometry`, `models`, `net`, `photo`, `space`. Takes boxes and landmarks from whoever found them: it knows
//! nothing of detectors but their names.

#[cfg(feature = "ndarray")]
mod arrays;
mod embedding;
mod encoding;
mod ensemble;
mod nonface;
mod quality;

pub use embedding::Embedding;
pub(crate) use embedding::dot;
pub use encoding::Encoding;
pub use ensemble::{Ensemble, mirror_average};
pub use nonface::{NonFaceFilter, NonFaceVerdict, TwoLayerNet};
pub use quality::FaceQuality;

use std::ops::ControlFlow;

use crate::crop::{Cropper, mirror, normalise};
use crate::error::{Error, Result};
use crate::geometry::{BoundingBox, Landmarks};
use crate::models::{Crop, DetectorKind, Manifest, ModelEntry, ModelKind, Preprocessing};
use crate::net::{Idle, Kernels, Network, Pixels, Size};
use crate::photo::Photo;
use crate::space::SpaceId;

/// A network for embeddings with its preprocessing.
pub(crate) struct Embedder {
    net: Network,
    entry: ModelEntry,
    preprocessing: Preprocessing,
    space: SpaceId,
    mirror_average: bool,
    idle: Idle<Cropper>,
}

impl Embedder {
    /// The embedder `id` of a manifest, for faces that `detector` finds. Detectors place landmarks differently, so the space of a network
    /// that is fed by landmarks depends on the detector.
    pub(crate) fn load(manifest: &Manifest, id: &str, detector: DetectorKind, kernels: Kernels) -> Result<Self> {
        let entry = manifest.model(id)?.clone();
        let Some(stated) = entry.preprocessing.filter(|_| entry.kind == ModelKind::Embedder) else {
            return Err(Error::model(id, format!("a model of kind {} makes no embeddings", entry.kind)));
        };
        let onnx = manifest.read_one(id)?;
        entry.check_space()?;
        let mut preprocessing = stated;
        if let Crop::Points { landmarks, .. } = &mut preprocessing.crop {
            *landmarks = detector;
        }
        let [width, height] = preprocessing.size.map(|side| side as usize);
        Ok(Self {
            net: Network::load(id, &onnx, Size::Fixed([height, width]), kernels)?,
            space: entry.derive_space(&preprocessing),
            entry,
            preprocessing,
            mirror_average: false,
            idle: Idle::default(),
        })
    }

    pub(crate) fn space(&self) -> SpaceId {
        if self.mirror_average { ensemble::mirror_space(self.space) } else { self.space }
    }

    /// What runs the network.
    pub(crate) fn kernels(&self) -> Kernels {
        self.net.kernels()
    }

    pub(crate) fn entry(&self) -> &ModelEntry {
        &self.entry
    }

    /// What the network is fed, by this engine.
    pub(crate) fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Another margin makes another space.
    pub(crate) fn with_crop_margin(mut self, margin: f64) -> Result<Self> {
        let refuse = |reason: String| Err(Error::Option { name: "crop_margin", reason });
        if !(0.0..=0.9).contains(&margin) {
            return refuse("must be between 0 and 0.9".into());
        }
        if !matches!(self.preprocessing.crop, Crop::Box { .. }) {
            return refuse(format!("{} is cropped by landmarks, not by a box with a margin", self.entry.id));
        }
        self.preprocessing.crop = Crop::Box { margin };
        self.space = self.entry.derive_space(&self.preprocessing);
        Ok(self)
    }

    /// Every embedding is the average of the face and its mirror image: another space.
    pub(crate) fn with_mirror_average(mut self) -> Self {
        self.mirror_average = true;
        self
    }

    pub(crate) fn embed(&self, photo: &Photo<'_>, place: Place<'_>) -> Result<Embedding> {
        self.with_crop(photo, place, |pixels| {
            if !self.mirror_average {
                return self.run(pixels);
            }
            let mut mirrored = pixels.to_vec();
            mirror(&mut mirrored, self.preprocessing.size[0] as usize);
            ensemble::mirror_average(&self.run(pixels)?, &self.run(&mut mirrored)?)
        })
    }

    /// The face as a mirror shows it, without averaging.
    pub(crate) fn embed_mirrored(&self, photo: &Photo<'_>, place: Place<'_>) -> Result<Embedding> {
        self.with_crop(photo, place, |pixels| {
            mirror(pixels, self.preprocessing.size[0] as usize);
            self.run(pixels)
        })
    }

    fn with_crop<T>(
        &self,
        photo: &Photo<'_>,
        (area, landmarks): Place<'_>,
        then: impl FnOnce(&mut [f32]) -> Result<T>,
    ) -> Result<T> {
        if landmarks.is_none() && matches!(self.preprocessing.crop, Crop::Points { .. }) {
            return Err(Error::NeedsLandmarks { model: self.entry.id.clone() });
        }
        self.idle.with(|cropper| then(cropper.face(photo, area, landmarks, &self.preprocessing)?))
    }

    /// Embeds a crop; its pixels are the network's input afterwards.
    fn run(&self, pixels: &mut [f32]) -> Result<Embedding> {
        let [width, height] = self.preprocessing.size.map(|side| side as usize);
        let linear = normalise(pixels, self.preprocessing.colour, &self.preprocessing.normalisation);
        let pixels = Pixels { values: pixels, size: [height, width], scale: linear.scale, offset: linear.offset };
        let mut embedding = Vec::with_capacity(self.entry.embedding as usize);
        self.net.run(pixels, &mut |answer| {
            embedding.extend(answer.cells().flatten());
            ControlFlow::Continue(())
        })?;
        if embedding.len() != self.entry.embedding as usize {
            let (found, stated) = (embedding.len(), self.entry.embedding);
            return Err(Error::model(
                &self.entry.id,
                format!("it answers {found} numbers a face; the manifest's `embedding` says {stated}"),
            ));
        }
        Embedding::new(self.space, embedding)
    }
}

/// Where a face is: its box, and its landmarks if they are known.
pub(crate) type Place<'a> = (&'a BoundingBox, Option<&'a Landmarks>);

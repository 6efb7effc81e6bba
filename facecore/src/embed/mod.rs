//! Face → embedding: crop the box, run FaceNet (Schroff, Kalenichenko, Philbin: *FaceNet*, 2015; the networks are
//! Inception-ResNet-v1), get a unit vector in which the same person's faces lie close.
//!
//! May use: `photo`, `net`, `geometry`. Takes boxes from whoever found them: it knows nothing of the cascade.

mod crop;
mod embedding;
mod encoding;
mod ensemble;
mod nonface;
mod quality;

pub(crate) use embedding::dot;
pub use embedding::{Embedding, SpaceId};
pub use encoding::Encoding;
pub use ensemble::{Ensemble, mirror_average};
pub use nonface::{NonFaceFilter, NonFaceVerdict, TwoLayerNet};
pub use quality::FaceQuality;

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::net::{Idle, Kernels, Manifest, ModelEntry, Network, Normalisation, Pixels, Size};
use crate::photo::Photo;
use crop::Crop;

/// A FaceNet with its preprocessing.
pub(crate) struct Embedder {
    net: Network,
    entry: ModelEntry,
    space: SpaceId,
    mirror_average: bool,
    idle: Idle<Crop>,
}

impl Embedder {
    pub(crate) fn load(manifest: &Manifest, id: &str, kernels: Kernels) -> Result<Self> {
        let entry = manifest.model(id)?.clone();
        let refuse = |reason: String| Error::Model { id: id.into(), reason };
        if entry.kind != "embedder" || !(16..=1024).contains(&entry.crop_size) {
            return Err(refuse(format!(
                "a {} with crops of {} pixels makes no embeddings",
                entry.kind, entry.crop_size
            )));
        }
        let files = manifest.read(id)?;
        let [onnx] = &files[..] else {
            return Err(refuse(format!("an embedder is one file, the manifest names {}", files.len())));
        };
        let space = entry.derive_space();
        if entry.space.is_some_and(|stated| stated != space) {
            return Err(refuse(format!(
                "the manifest's weights and preprocessing make space {space}, not the one it states"
            )));
        }
        let side = entry.crop_size as usize;
        Ok(Self {
            net: Network::load(id, onnx, Size::Fixed([side, side]), kernels)?,
            entry,
            space,
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

    /// Another margin makes another space.
    pub(crate) fn with_crop_margin(mut self, margin: f64) -> Result<Self> {
        if !(0.0..=0.9).contains(&margin) {
            return Err(Error::Option { name: "crop_margin", reason: "must be between 0 and 0.9".into() });
        }
        self.entry.crop_margin = margin;
        self.space = self.entry.derive_space();
        Ok(self)
    }

    /// Every embedding is the average of the face and its mirror image: another space.
    pub(crate) fn with_mirror_average(mut self) -> Self {
        self.mirror_average = true;
        self
    }

    pub(crate) fn embed(&self, photo: &Photo<'_>, area: &BoundingBox) -> Result<Embedding> {
        self.with_crop(photo, area, |pixels| {
            let face = self.run(pixels)?;
            if !self.mirror_average {
                return Ok(face);
            }
            mirror(pixels, self.entry.crop_size as usize);
            ensemble::mirror_average(&face, &self.run(pixels)?)
        })
    }

    /// The face as a mirror shows it, without averaging.
    pub(crate) fn embed_mirrored(&self, photo: &Photo<'_>, area: &BoundingBox) -> Result<Embedding> {
        self.with_crop(photo, area, |pixels| {
            mirror(pixels, self.entry.crop_size as usize);
            self.run(pixels)
        })
    }

    fn with_crop<T>(
        &self,
        photo: &Photo<'_>,
        area: &BoundingBox,
        then: impl FnOnce(&mut [f32]) -> Result<T>,
    ) -> Result<T> {
        self.idle.with(|crop| then(crop.face(photo, area, self.entry.crop_margin, self.entry.crop_size as usize)?))
    }

    fn run(&self, values: &[f32]) -> Result<Embedding> {
        let side = self.entry.crop_size as usize;
        let (scale, offset) = match self.entry.normalisation {
            Normalisation::Fixed => (1.0 / 128.0, -127.5 / 128.0),
            Normalisation::Whiten => whitening(values),
        };
        let pixels = Pixels { values, size: [side, side], scale, offset };
        let mut embedding = Vec::new();
        self.net.run(pixels, &mut |answer| {
            embedding.extend(answer.cells().flatten());
            ControlFlow::Continue(())
        })?;
        Embedding::new(self.space, embedding)
    }
}

/// Turns rows of `side` pixels (R, G, B) from left to right.
fn mirror(pixels: &mut [f32], side: usize) {
    pixels.chunks_exact_mut(3 * side).for_each(|row| row.as_chunks_mut::<3>().0.reverse());
}

/// FaceNet's prewhitening, `(x − mean) / max(deviation, 1/√n)`, as scale and offset.
fn whitening(pixels: &[f32]) -> (f32, f32) {
    let count = pixels.len() as f64;
    let mean = pixels.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = pixels.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt().max(1.0 / count.sqrt());
    ((1.0 / deviation) as f32, (-mean / deviation) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_turns_left_and_right_and_keeps_colours() {
        // Two rows of three pixels; red is the column, green the row, blue a constant.
        let pixels: Vec<f32> = (0..6).flat_map(|at| [(at % 3) as f32, (at / 3) as f32, 9.0]).collect();
        let mut mirrored = pixels.clone();
        mirror(&mut mirrored, 3);
        let expected: Vec<f32> = (0..6).flat_map(|at| [(2 - at % 3) as f32, (at / 3) as f32, 9.0]).collect();
        assert_eq!(mirrored, expected);
        mirror(&mut mirrored, 3);
        assert_eq!(mirrored, pixels);
    }
}

//! Age and sex of a face from its pixels: dlib's two small networks (Cydral Technology, CC0), on a chip aligned by the five landmarks.
//!
//! A hint for choosing among the people of an album (R17d), no fact about a person: `docs/profiles.md` has the errors. May use: `photo`, `net`,
//! `geometry`.

mod chip;

use std::ops::ControlFlow;
use std::path::Path;

use crate::detect::Face;
use crate::error::{Error, Result};
use crate::net::{Compute, Manifest, Network, Pixels, Size};
use crate::photo::Photo;

/// What a face's pixels say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceAttributes {
    /// Years: the mean of the network's distribution over 0…80.
    pub age: f32,
    /// Probability of a woman, 0…1.
    pub female: f32,
}

/// The two networks. `Send + Sync`; share one between threads.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use facecore::{DetectOptions, Engine, Limits, Photo, attributes::Attributes};
/// let (engine, attributes) = (Engine::open("models")?, Attributes::open("models")?);
/// let photo = Photo::decode(&std::fs::read("party.jpg")?, &Limits::default())?;
/// for face in engine.detect(&photo, &DetectOptions::default())?.faces {
///     println!("{:?}", attributes.read(&photo, &face)?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Attributes {
    age: Network,
    sex: Network,
}

impl Attributes {
    const AGE_SIDE: usize = 64;
    const SEX_SIDE: usize = 32;

    /// Loads `dlib-age` and `dlib-gender` from a folder made by `make models`.
    ///
    /// # Errors
    /// [`Error::Model`] if a file is missing, altered or cannot be loaded.
    pub fn open(models: impl AsRef<Path>) -> Result<Self> {
        let manifest = Manifest::open(models)?;
        let kernels = Compute::Auto.kernels()?;
        let load = |id: &str, side: usize| match &manifest.read(id)?[..] {
            [onnx] => Network::load(id, onnx, Size::Fixed([side, side]), kernels),
            files => Err(Error::Model {
                id: id.into(),
                reason: format!("it is one file, the manifest names {}", files.len()),
            }),
        };
        Ok(Self { age: load("dlib-age", Self::AGE_SIDE)?, sex: load("dlib-gender", Self::SEX_SIDE)? })
    }

    /// Age and sex of a face of the photo; the landmarks are what counts, not the box.
    ///
    /// # Errors
    /// [`Error::EmptyCrop`] if the landmarks are not finite or all in one point.
    pub fn read(&self, photo: &Photo<'_>, face: &Face) -> Result<FaceAttributes> {
        let chip = |side| {
            let chip = chip::extract(photo, &face.landmarks, side);
            chip.ok_or_else(|| Error::EmptyCrop { box_: face.bounding_box.to_string() })
        };
        self.read_chips(&chip(Self::AGE_SIDE)?, &chip(Self::SEX_SIDE)?)
    }

    /// From chips as [`chip::extract`] makes them: R, G, B, 0…255.
    fn read_chips(&self, for_age: &[f32], for_sex: &[f32]) -> Result<FaceAttributes> {
        let ages = run(&self.age, for_age, Self::AGE_SIDE)?;
        // The first class is the first year of life.
        let age = ages.iter().enumerate().map(|(year, share)| share * if year == 0 { 0.25 } else { year as f32 }).sum();
        match run(&self.sex, for_sex, Self::SEX_SIDE)?[..] {
            [female, _] => Ok(FaceAttributes { age, female }),
            _ => Err(Error::Internal { reason: "the network for sex has not two answers".into() }),
        }
    }
}

fn run(network: &Network, chip: &[f32], side: usize) -> Result<Vec<f32>> {
    const MEANS: [f32; 3] = [122.782, 117.001, 104.298];
    let centred: Vec<f32> = chip.iter().zip(MEANS.iter().cycle()).map(|(value, mean)| value - mean).collect();
    let pixels = Pixels { values: &centred, size: [side, side], scale: 1.0 / 256.0, offset: 0.0 };
    let mut answer = Vec::new();
    network.run(pixels, &mut |row| {
        answer.extend(row.cells().flatten());
        ControlFlow::Continue(())
    })?;
    Ok(answer)
}

impl std::fmt::Debug for Attributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attributes").finish_non_exhaustive()
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Attributes>()
};

#[cfg(test)]
mod tests {
    use super::*;

    /// ONNX Runtime's answers for a chip that is a formula; needs `make models`.
    #[test]
    fn answers_are_onnx_runtimes() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
        let attributes = Attributes::open(models).unwrap();
        let chip = |side: usize| -> Vec<f32> {
            let value = |y: usize, x: usize, c: usize| ((x * x + 7 * y + 13 * c + x * y / 3) % 256) as f32;
            (0..side * side * 3).map(|at| value(at / 3 / side, at / 3 % side, at % 3)).collect()
        };
        let read = attributes.read_chips(&chip(64), &chip(32)).unwrap();
        assert!((read.age - EXPECTED.age).abs() < 1e-2 && (read.female - EXPECTED.female).abs() < 1e-4, "{read:?}");
    }

    const EXPECTED: FaceAttributes = FaceAttributes { age: 24.548367, female: 0.999884 };

    #[cfg(feature = "decode")]
    #[test]
    fn a_known_person_is_about_right() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let bytes = std::fs::read(root.join("testdata/photos/obama.jpg")).unwrap();
        let photo = Photo::decode(&bytes, &crate::Limits::default()).unwrap();
        let found = crate::Engine::detector_only().unwrap().detect(&photo, &crate::DetectOptions::default()).unwrap();
        let read = Attributes::open(root.join("models")).unwrap().read(&photo, &found.faces[0]).unwrap();
        assert!((40.0..70.0).contains(&read.age) && read.female < 0.2, "{read:?}");
    }
}

//! Age and sex of a face from its pixels: dlib's two small networks (Cydral Technology, CC0), on a chip aligned by the five landmarks.
//!
//! A hint for choosing among the people of an album, no fact about a person: `docs/profiles.md` has the errors. May use: `crop`,
//! `detect` (its `Face`), `error`, `models`, `net`, `photo`.

use std::ops::ControlFlow;
use std::path::Path;

use crate::crop::{Cropper, normalise};
use crate::detect::Face;
use crate::error::{Error, Result};
use crate::models::{Manifest, ModelKind, Preprocessing};
use crate::net::{Compute, Idle, Network, Pixels, Size};
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
    age: Reader,
    sex: Reader,
    idle: Idle<Cropper>,
}

impl Attributes {
    /// Loads `dlib-age` and `dlib-gender` from a folder made by `make models`.
    ///
    /// # Errors
    /// [`Error::Model`] if a file is missing, altered or cannot be loaded.
    pub fn open(models: impl AsRef<Path>) -> Result<Self> {
        let manifest = Manifest::open(models)?;
        let load = |id: &str| Reader::load(&manifest, id);
        Ok(Self { age: load("dlib-age")?, sex: load("dlib-gender")?, idle: Idle::default() })
    }

    /// Age and sex of a face of the photo; the landmarks are what counts, not the box.
    ///
    /// # Errors
    /// [`Error::EmptyCrop`] if the landmarks are not finite or all in one point.
    pub fn read(&self, photo: &Photo<'_>, face: &Face) -> Result<FaceAttributes> {
        self.idle.with(|cropper| {
            let mut see = |reader: &Reader| {
                let landmarks = Some(&face.landmarks);
                reader.run(cropper.face(photo, &face.bounding_box, landmarks, &reader.preprocessing)?)
            };
            attributes(&see(&self.age)?, &see(&self.sex)?)
        })
    }
}

/// From the networks' answers.
fn attributes(ages: &[f32], sex: &[f32]) -> Result<FaceAttributes> {
    // The first class is the first year of life.
    let age = ages.iter().enumerate().map(|(year, share)| share * if year == 0 { 0.25 } else { year as f32 }).sum();
    match *sex {
        [female, _] => Ok(FaceAttributes { age, female }),
        _ => Err(Error::Internal { reason: "the network for sex has not two answers".into() }),
    }
}

/// One of the networks, with what it is fed.
struct Reader {
    network: Network,
    preprocessing: Preprocessing,
}

impl Reader {
    fn load(manifest: &Manifest, id: &str) -> Result<Self> {
        let entry = manifest.model(id)?;
        let Some(preprocessing) = entry.preprocessing.filter(|_| entry.kind == ModelKind::Attributes) else {
            return Err(Error::model(id, format!("a model of kind {} tells neither age nor sex", entry.kind)));
        };
        let [width, height] = preprocessing.size.map(|side| side as usize);
        let onnx = manifest.read_one(id)?;
        let network = Network::load(id, &onnx, Size::Fixed([height, width]), Compute::Auto.kernels()?)?;
        Ok(Self { network, preprocessing })
    }

    /// The answer to a chip: R, G, B, 0…255.
    fn run(&self, chip: &mut [f32]) -> Result<Vec<f32>> {
        let [width, height] = self.preprocessing.size.map(|side| side as usize);
        let linear = normalise(chip, self.preprocessing.colour, &self.preprocessing.normalisation);
        let pixels = Pixels { values: chip, size: [height, width], scale: linear.scale, offset: linear.offset };
        let mut answer = Vec::new();
        self.network.run(pixels, &mut |row| {
            answer.extend(row.cells().flatten());
            ControlFlow::Continue(())
        })?;
        Ok(answer)
    }
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
        let run = |reader: &Reader, side| reader.run(&mut chip(side)).unwrap();
        let read = super::attributes(&run(&attributes.age, 64), &run(&attributes.sex, 32)).unwrap();
        assert!((read.age - EXPECTED.age).abs() < 1e-2 && (read.female - EXPECTED.female).abs() < 1e-4, "{read:?}");
    }

    const EXPECTED: FaceAttributes = FaceAttributes { age: 24.548367, female: 0.999884 };

    #[cfg(all(feature = "decode", feature = "bundled-mtcnn"))]
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

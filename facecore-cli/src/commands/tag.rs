//! `facecore tag`: names for faces, from folders of photos of people.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use facecore::{Calibration, DetectOptions, Embedding, Engine, Gallery, Matcher, Photo};

use super::enrol::enrol;
use crate::arguments::Tag;
use crate::failure::Result;
use crate::output::{Found, FoundFace};
use crate::shown;

pub fn run(arguments: &Tag, json: bool) -> Result<ExitCode> {
    let mut engine = arguments.model.open()?;
    let calibration = arguments.calibration.as_deref().map(read_calibration).transpose()?;
    if calibration.as_ref().is_some_and(|calibration| engine.space() != Some(calibration.space)) {
        // A calibration of another space still does not fit then, and the matcher says so.
        engine = engine.with_mirror_average()?;
    }
    let options = arguments.finding.options();
    let threads = arguments.photos.threads.count();
    let (people, enrolled) = enrol(&engine, &arguments.people, &arguments.finding, threads)?;
    let gallery = matcher(arguments, &engine, calibration.as_ref(), people.len())?.gallery(&people)?;
    let tagged = super::for_each_photo(&arguments.photos, &arguments.finding.limits(), json, |photo| {
        let mut found = tag(&engine, photo, &options, &gallery)?;
        if !arguments.embeddings {
            // Why a face has none is told all the same.
            found.faces.iter_mut().for_each(|face| drop(face.embedding.take_if(|embedding| embedding.is_ok())));
        }
        Ok(found)
    })?;
    Ok(if tagged == ExitCode::SUCCESS { enrolled } else { tagged })
}

/// A fixed cosine where one is given, else what keeps the rate of false positives.
fn matcher(arguments: &Tag, engine: &Engine, calibration: Option<&Calibration>, people: usize) -> Result<Matcher> {
    Ok(match (calibration, arguments.threshold) {
        (Some(calibration), _) => calibration.matcher(arguments.fp, people)?,
        (None, Some(threshold)) => Matcher::cosine(threshold, arguments.lead)?,
        (None, None) => arguments.model.matcher(engine)?.with_false_positive_rate(arguments.fp)?,
    })
}

fn read_calibration(path: &Path) -> Result<Calibration> {
    let text = fs::read_to_string(path).map_err(|error| format!("--calibration {}: {error}", shown::path(path)))?;
    Ok(Calibration::read(&text)?)
}

fn tag(engine: &Engine, photo: &Photo<'_>, options: &DetectOptions, gallery: &Gallery) -> facecore::Result<Found> {
    let mut found = super::embed(engine, photo, options)?;
    let embedded = found.faces.iter().filter_map(|face| face.embedding.as_ref()?.as_ref().ok());
    let embeddings: Vec<Embedding> = embedded.cloned().collect();
    let verdicts = gallery.decide(&embeddings)?;
    let embedded = found.faces.iter_mut().filter(|face| matches!(face.embedding, Some(Ok(_))));
    for (face, verdict) in embedded.zip(verdicts) {
        face.verdict = Some(verdict);
    }
    Ok(found)
}

/// The place in `faces` of the face with the largest box.
pub fn largest(faces: &[FoundFace]) -> Option<usize> {
    let area = |face: &FoundFace| face.face.bounding_box.area();
    (0..faces.len()).rev().max_by(|&a, &b| area(&faces[a]).total_cmp(&area(&faces[b])))
}

#[cfg(test)]
mod tests {
    use facecore::{BoundingBox, Face};

    use super::*;

    #[test]
    fn the_largest_face_is_the_first_of_equals() {
        let face = |side: f32| {
            let (area, points) = (BoundingBox::new(0.0, 0.0, side, side), [[0.0; 2]; 5]);
            let face =
                Face { bounding_box: area, landmarks: points, score: 1.0, stored_box: area, stored_landmarks: points };
            FoundFace::new(face)
        };
        assert_eq!(largest(&[face(1.0), face(3.0), face(3.0), face(2.0)]), Some(1));
        assert_eq!(largest(&[]), None);
    }
}

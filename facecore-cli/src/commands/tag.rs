//! `facecore tag`: names for faces, from folders of photos of people.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use facecore::{Calibration, Candidate, DetectOptions, Embedding, Engine, Gallery, Matcher, Photo};

use crate::arguments::Tag;
use crate::failure::Result;
use crate::ordered;
use crate::output::{Found, FoundFace, Report};
use crate::photos::{self, PhotoError, Source};

pub fn run(arguments: &Tag, json: bool) -> Result<ExitCode> {
    let mut engine = arguments.model.open()?;
    let calibration = arguments.calibration.as_deref().map(read_calibration).transpose()?;
    if calibration.as_ref().is_some_and(|calibration| engine.space() != Some(calibration.space)) {
        // A calibration of another space still differs then, and the matcher says so.
        engine = engine.with_mirror_average()?;
    }
    let options = arguments.finding.options();
    let threads = arguments.photos.threads.count();
    let (people, enrolled) = enrol(&engine, &arguments.people, &options, threads)?;
    let gallery = matcher(arguments, &engine, calibration.as_ref(), people.len())?.gallery(&people)?;
    let tagged = super::for_each_photo(&arguments.photos, json, |photo| tag(&engine, photo, &options, &gallery))?;
    Ok(if tagged == ExitCode::SUCCESS { enrolled } else { tagged })
}

/// A fixed cosine where one is given, else what keeps the rate of false positives.
fn matcher(arguments: &Tag, engine: &Engine, calibration: Option<&Calibration>, people: usize) -> Result<Matcher> {
    Ok(match (calibration, arguments.threshold, engine.space()) {
        (Some(calibration), _, _) => calibration.matcher(arguments.fp, people)?,
        (None, Some(threshold), _) => Matcher::cosine(threshold, arguments.lead)?,
        (None, None, Some(space)) => Matcher::for_space(space)?.with_false_positive_rate(arguments.fp)?,
        (None, None, None) => return Err("the engine has no network for embeddings".to_owned().into()),
    })
}

fn read_calibration(path: &Path) -> Result<Calibration> {
    let text = fs::read_to_string(path).map_err(|error| format!("--calibration {}: {error}", path.display()))?;
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

/// Where in `faces` the one with the largest box is.
pub fn largest(faces: &[FoundFace]) -> Option<usize> {
    let area = |face: &FoundFace| face.face.bounding_box.area();
    (0..faces.len()).rev().max_by(|&a, &b| area(&faces[a]).total_cmp(&area(&faces[b])))
}

/// The people of `folder/<name>/…`, each with the largest face of every photo; the exit code tells whether photos failed.
fn enrol(
    engine: &Engine,
    folder: &Path,
    options: &DetectOptions,
    threads: usize,
) -> Result<(Vec<Candidate>, ExitCode)> {
    let photos = people(folder)?;
    let embed = |_: usize, (_, source): &(String, Source)| -> Result<Option<Embedding>, PhotoError> {
        let photo = photos::load(&source.path)?;
        let found = super::detect(engine, &photo, options)?;
        let Some(at) = largest(&found.faces) else {
            return Ok(None);
        };
        Ok(Some(engine.embed_face(&photo, &found.faces[at].face)?))
    };
    let mut known: BTreeMap<_, Vec<_>> = photos.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
    let mut report = Report::new(false, photos.len());
    ordered::for_each(&photos, threads, embed, |at, outcome| {
        let (name, source) = &photos[at];
        match outcome {
            Ok(Some(embedding)) => known.entry(name.clone()).or_default().push(embedding),
            Ok(None) => report.warn(&format!("{}: no face found", source.path.display())),
            Err(error) => return report.done(&source.path, Err(error)),
        }
        report.done(&source.path, Ok(()))
    })?;
    for (name, _) in known.iter().filter(|(_, embeddings)| embeddings.is_empty()) {
        report.warn(&format!("{name}: no photo with a face, nobody will get this name"));
    }
    let people = known.into_iter().map(|(person, embeddings)| Candidate { person, embeddings }).collect();
    Ok((people, report.finish()))
}

/// The photos of each person. A person without any is an error: most likely the wrong folder was named.
fn people(folder: &Path) -> Result<Vec<(String, Source)>> {
    let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut entries = listed.map_err(|error| format!("--people {}: {error}", folder.display()))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut photos = Vec::new();
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') || !path.is_dir() {
            continue;
        }
        photos.extend(photos::find(&[path]).into_iter().map(|source| (name.clone(), source)));
    }
    if photos.is_empty() {
        let hint = "it needs a folder for each person, named as the person, with photos";
        return Err(format!("--people {}: no photos; {hint}", folder.display()).into());
    }
    Ok(photos)
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

    #[test]
    fn people_are_named_after_their_folders() {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
        let photos = people(&testdata.join("people")).unwrap();
        assert!(photos.iter().any(|(name, source)| name == "Barack Obama" && source.path.ends_with("obama3.jpg")));
        assert!(people(&testdata.join("people/Barack Obama")).is_err());
        assert!(people(&testdata.join("nobody")).is_err());
    }
}

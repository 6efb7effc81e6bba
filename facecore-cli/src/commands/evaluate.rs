//! `facecore evaluate`: accuracy on labelled pairs of photos, by the protocol of facenet's `validate_on_lfw.py`.

use std::collections::{HashMap, HashSet};
use std::fmt::{Display, Write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::evaluate::{FP_TARGET, MeanStd, PairList, PairScore, PhotoRef, read_pairs, verify};
use facecore::{BoundingBox, DetectOptions, Embedding, Engine};
use serde::Serialize;

use crate::arguments::Evaluate;
use crate::failure::Result;
use crate::ordered;
use crate::output::{FoundFace, Report, json_line};
use crate::photos::{self, PhotoError};

/// The result with one margin. Rates are parts of 1; `threshold` is the cosine at which `tp_at_fp` was taken.
#[derive(Serialize)]
struct Record<'a> {
    model: &'a str,
    margin: f64,
    pairs: usize,
    pairs_skipped: usize,
    photos: usize,
    photos_without_face: usize,
    accuracy: Spread,
    tp_at_fp: Spread,
    fp_target: f64,
    fp: f64,
    threshold: f64,
}

/// A mean over the folds and its standard deviation.
#[derive(Serialize)]
struct Spread {
    mean: f64,
    std: f64,
}

impl From<MeanStd> for Spread {
    fn from(MeanStd { mean, std }: MeanStd) -> Self {
        Self { mean, std }
    }
}

impl Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.4} ± {:.4}", self.mean, self.std)
    }
}

/// The face of a photo, as each engine embeds it.
struct Subject {
    embeddings: Vec<Embedding>,
    face_found: bool,
}

pub fn run(arguments: &Evaluate, json: bool) -> Result<ExitCode> {
    let about = |error: &dyn Display| format!("--pairs {}: {error}", arguments.pairs.display());
    let text = fs::read_to_string(&arguments.pairs).map_err(|error| about(&error))?;
    let list = read_pairs(&text).map_err(|error| about(&error))?;
    let margins = match &arguments.margin[..] {
        [] => vec![arguments.model.crop_margin()?],
        given => given.to_vec(),
    };
    let open = |&margin| Ok(arguments.model.open()?.with_crop_margin(margin)?);
    let engines = margins.iter().map(open).collect::<Result<Vec<_>>>()?;
    let options = arguments.finding.options();

    let files = files(&list, &arguments.images);
    let mut report = Report::new(json, files.len());
    let mut subjects = HashMap::new();
    let look = |_: usize, (_, path): &(&PhotoRef, PathBuf)| subject(&engines, path, &options);
    ordered::for_each(&files, arguments.threads.count(), look, |at, outcome| {
        let (photo, path) = &files[at];
        report.done(path, outcome.map(|subject| drop(subjects.insert(*photo, subject))))
    })?;

    let photos_without_face = subjects.values().filter(|subject| !subject.face_found).count();
    let mut records = Vec::new();
    for (at, &margin) in margins.iter().enumerate() {
        let scores = scores(&list, &subjects, at)?;
        let result = verify(&scores, list.folds)?;
        records.push(Record {
            model: arguments.model.id(),
            margin,
            pairs: scores.len(),
            pairs_skipped: list.pairs.len() - scores.len(),
            photos: subjects.len(),
            photos_without_face,
            accuracy: result.accuracy.into(),
            tp_at_fp: result.tp_at_fp.into(),
            fp_target: FP_TARGET,
            fp: result.fp,
            threshold: result.threshold_cosine(),
        });
    }
    let text = if json { records.iter().map(json_line).collect() } else { table(&records, list.folds) };
    report.print(&text)?;
    Ok(report.finish())
}

/// Every photo of the list once, in the order of the list.
fn files<'a>(list: &'a PairList, images: &Path) -> Vec<(&'a PhotoRef, PathBuf)> {
    let mut seen = HashSet::new();
    let photos = list.pairs.iter().flat_map(|pair| [&pair.left, &pair.right]);
    photos.filter(|&photo| seen.insert(photo)).map(|photo| (photo, images.join(photo.path() + ".jpg"))).collect()
}

fn subject(engines: &[Engine], path: &Path, options: &DetectOptions) -> Result<Subject, PhotoError> {
    let photo = photos::load(path)?;
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let face = match engines.first() {
        Some(engine) => central(&super::detect(engine, &photo, options)?.faces, width, height),
        None => None,
    };
    let area = face.unwrap_or_else(|| centre(width, height));
    let embeddings = engines.iter().map(|engine| engine.embed_box(&photo, &area)).collect::<facecore::Result<_>>()?;
    Ok(Subject { embeddings, face_found: face.is_some() })
}

/// The box that facenet takes: large and near the centre, by area less twice the squared distance from the centre.
fn central(faces: &[FoundFace], width: f32, height: f32) -> Option<BoundingBox> {
    let merit = |area: &BoundingBox| {
        let (x, y) = ((area.x1 + area.x2 - width) / 2.0, (area.y1 + area.y2 - height) / 2.0);
        area.area() - 2.0 * (x * x + y * y)
    };
    let areas = faces.iter().map(|face| face.face.bounding_box);
    areas.rev().max_by(|a, b| merit(a).total_cmp(&merit(b)))
}

/// Where the face is in photos cut like those of Labeled Faces in the Wild: the face's box enlarged 2.2 times.
fn centre(width: f32, height: f32) -> BoundingBox {
    let half = width.min(height) / 2.2 / 2.0;
    BoundingBox::new(width / 2.0 - half, height / 2.0 - half, width / 2.0 + half, height / 2.0 + half)
}

/// The distances of all pairs whose photos could be read, as the engine with number `at` sees them.
fn scores(list: &PairList, subjects: &HashMap<&PhotoRef, Subject>, at: usize) -> Result<Vec<PairScore>> {
    let mut scores = Vec::new();
    for pair in &list.pairs {
        if let (Some(left), Some(right)) = (subjects.get(&pair.left), subjects.get(&pair.right)) {
            let cosine = left.embeddings[at].cosine(&right.embeddings[at])?;
            scores.push(PairScore { distance: 2.0 - 2.0 * f64::from(cosine), same: pair.same, fold: pair.fold });
        }
    }
    Ok(scores)
}

fn table(records: &[Record<'_>], folds: usize) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    if let Some(Record { model, pairs, pairs_skipped, photos, photos_without_face, .. }) = records.first() {
        let _ = writeln!(text, "model   {model}");
        let _ = writeln!(text, "pairs   {pairs} in {folds} folds, {pairs_skipped} skipped");
        let _ = writeln!(text, "photos  {photos}, {photos_without_face} without a found face (the centre was taken)\n");
    }
    let target = FP_TARGET * 100.0;
    let _ = writeln!(text, "margin  accuracy         TP at FP={target:.1}%   FP      at cosine");
    for Record { margin, accuracy, tp_at_fp, fp, threshold, .. } in records {
        let _ = writeln!(text, "{margin:<6}  {accuracy}  {tp_at_fp}  {fp:.4}  {threshold:.4}");
    }
    text
}

#[cfg(test)]
mod tests {
    use facecore::Face;

    use super::*;

    fn found(x: f32, side: f32) -> FoundFace {
        let (area, points) = (BoundingBox::new(x, 100.0, x + side, 100.0 + side), [[0.0; 2]; 5]);
        let face =
            Face { bounding_box: area, landmarks: points, score: 1.0, stored_box: area, stored_landmarks: points };
        FoundFace { face, embedding: None, verdict: None }
    }

    #[test]
    fn the_central_face_wins_over_a_larger_one_at_the_edge() {
        let faces = [found(0.0, 60.0), found(100.0, 50.0)];
        assert_eq!(central(&faces, 250.0, 250.0), Some(faces[1].face.bounding_box));
        assert_eq!(central(&[], 250.0, 250.0), None);
    }

    #[test]
    fn without_a_face_the_centre_is_taken() {
        let area = centre(220.0, 440.0);
        assert_eq!(area, BoundingBox::new(60.0, 170.0, 160.0, 270.0));
    }

    #[test]
    fn a_photo_is_looked_at_once() {
        let list = read_pairs("2 1\nA 1 2\nA 1 B 1\nB 1 2\nB 2 A 2\n").unwrap();
        let paths: Vec<_> = files(&list, Path::new("lfw")).into_iter().map(|(_, path)| path).collect();
        let expected = ["A/A_0001", "A/A_0002", "B/B_0001", "B/B_0002"];
        assert_eq!(paths, expected.map(|path| PathBuf::from(format!("lfw/{path}.jpg"))));
    }
}

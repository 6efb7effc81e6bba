//! `facecore nonface`: a filter against detections that are no faces, built from photos without faces and from detections that a
//! person rejected; and how good it is.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::evaluate::{Rate, Tally};
use facecore::{BoundingBox, Embedding, Engine, Face, Limits, NonFaceFilter, Photo};
use serde::Serialize;

use crate::arguments::{NonFace, NonFaceBuild, NonFaceMeasure, NonFacePhotos};
use crate::failure::Result;
use crate::labelled::{self, Looking, gather};
use crate::ordered;
use crate::output::{Report, json_line};
use crate::photos::{self, PhotoError, Source, Walk};
use crate::{saving, shown};

/// What a photo without faces gives: crops at random places, and what a detector that sees faces everywhere finds.
pub struct NonFaces {
    pub crops: Vec<Embedding>,
    pub alarms: Vec<Embedding>,
}

/// How many faces, or non-faces, the filter took for non-faces.
#[derive(Serialize)]
struct Caught {
    kind: String,
    caught: Rate,
}

pub fn run(command: &NonFace, json: bool) -> Result<ExitCode> {
    match command {
        NonFace::Build(arguments) => build(arguments, json),
        NonFace::Measure(arguments) => measure(arguments, json),
    }
}

fn build(arguments: &NonFaceBuild, json: bool) -> Result<ExitCode> {
    saving::check("--out", &arguments.out)?;
    let engine = arguments.from.look.model.open()?;
    let mut report = Report::new(json, 0);
    let mut photos: Vec<Vec<Embedding>> = non_faces(&arguments.from, &engine, &mut report)?
        .into_iter()
        .map(|NonFaces { crops, alarms }| [crops, alarms].concat())
        .collect();
    if let Some(folder) = &arguments.rejected {
        photos.extend(
            rejected(folder, &engine, &arguments.from.look.finding.strict_limits(), &mut report)?
                .into_iter()
                .map(|face| vec![face]),
        );
    }
    let faces = faces(&arguments.from, &arguments.faces, engine, &mut report)?;
    let faces: Vec<Embedding> = faces.into_iter().flatten().collect();
    let filter = NonFaceFilter::build(&photos, &faces)?;
    saving::save("--out", &arguments.out, &filter.write())?;
    let text = format!(
        "{} centroids from {} non-faces of {} photos, beside {} faces\n",
        filter.centroids().len(),
        photos.iter().map(Vec::len).sum::<usize>(),
        photos.len(),
        faces.len()
    );
    report.print(&if json { String::new() } else { text })?;
    Ok(report.finish())
}

fn measure(arguments: &NonFaceMeasure, json: bool) -> Result<ExitCode> {
    let engine = arguments.from.look.model.open()?;
    let filter = match &arguments.filter {
        Some(path) => {
            let bytes = fs::read(path).map_err(|error| format!("--filter {}: {error}", shown::path(path)))?;
            NonFaceFilter::read(&bytes)?
        }
        None => engine.space().and_then(NonFaceFilter::bundled).cloned().ok_or_else(|| {
            "no filter comes with this model: build one with `facecore nonface build` and give --filter".to_owned()
        })?,
    };
    let mut report = Report::new(json, 0);
    let mut results = Vec::new();
    let mut caught = |kind: String, units: &[Vec<Embedding>]| -> Result<()> {
        let tally = |unit: &Vec<Embedding>| -> facecore::Result<Tally> {
            let verdicts = unit.iter().map(|face| filter.judge(face)).collect::<facecore::Result<Vec<_>>>()?;
            Ok(Tally { hits: verdicts.iter().filter(|verdict| verdict.non_face).count(), trials: unit.len() })
        };
        let tallies = units.iter().map(tally).collect::<facecore::Result<Vec<_>>>()?;
        results.push(Caught { kind, caught: Rate::of(&tallies) });
        Ok(())
    };
    let non_faces = non_faces(&arguments.from, &engine, &mut report)?;
    let (crops, alarms): (Vec<_>, Vec<_>) = non_faces.into_iter().map(|photo| (photo.crops, photo.alarms)).unzip();
    caught("random crops".into(), &crops)?;
    caught("false alarms".into(), &alarms)?;
    let mut engine = Some(engine);
    for folder in &arguments.faces {
        let engine = match engine.take() {
            Some(engine) => engine,
            None => arguments.from.look.model.open()?,
        };
        caught(format!("faces of {}", shown::path(folder)), &faces(&arguments.from, folder, engine, &mut report)?)?;
    }
    let table = |result: &Caught| {
        format!("{:10} of {:6}  {}  {}\n", result.caught.hits, result.caught.trials, result.caught, result.kind)
    };
    let text: String = results.iter().map(if json { json_line } else { table }).collect();
    report.print(
        &(if json {
            String::new()
        } else {
            format!(
                "{} centroids\n{:>10}            share [95 % interval]     of\n",
                filter.centroids().len(),
                "caught"
            )
        } + &text),
    )?;
    Ok(report.finish())
}

/// The photos without faces, of one half if asked for: the first, third, fifth…, or the others.
fn sources(from: &NonFacePhotos) -> Result<Vec<Source>> {
    let mut labelled = labelled::folder(&from.photos)?;
    from.without.iter().try_for_each(|list| labelled::leave_out(&mut labelled, list))?;
    let wanted = |at: usize| from.half.is_none_or(|half| at % 2 + 1 == usize::from(half));
    let source = |path: PathBuf| Source { below: path.clone(), path };
    Ok(labelled.into_iter().enumerate().filter(|(at, _)| wanted(*at)).map(|(_, photo)| source(photo.path)).collect())
}

pub fn non_faces(from: &NonFacePhotos, engine: &Engine, report: &mut Report) -> Result<Vec<NonFaces>> {
    let sources = sources(from)?;
    let limits = from.look.finding.strict_limits();
    report.expect(sources.len());
    let look = |at: usize, source: &Source| -> Result<NonFaces, PhotoError> {
        let photo = photos::load(&source.path, &limits)?;
        let embed = |area: &BoundingBox| embed_region(engine, &photo, area);
        let crops = crops(&photo, from.crops, at as u64).iter().map(embed).collect::<facecore::Result<_>>()?;
        // A detector that takes almost anything for a face: whatever it finds here is none.
        let mut options = from.look.finding.options();
        options.mtcnn.thresholds = [0.5, 0.3, 0.1];
        let found = engine.detect(&photo, &options)?;
        let alarms = found.faces.iter().filter_map(|face| engine.embed_face(&photo, face).ok()).collect();
        Ok(NonFaces { crops, alarms })
    };
    let mut found = Vec::new();
    ordered::for_each(&sources, from.look.threads.count(), look, |at, outcome| {
        report.done(&sources[at].path, outcome.map(|non_faces| found.push(non_faces)))
    })?;
    Ok(found)
}

/// Squares of 24 pixels and more at places that look random and are the same in every run.
fn crops(photo: &Photo<'_>, count: usize, seed: u64) -> Vec<BoundingBox> {
    const LEAST: f64 = 24.0;
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let (width, height) = (f64::from(photo.width()), f64::from(photo.height()));
    let most = (0.8 * width.min(height)).max(LEAST);
    let mut crop = |_| {
        // As many small as large ones by ratio.
        let side = (LEAST * (most / LEAST).powf(uniform())).min(width).min(height);
        let (x, y) = (uniform() * (width - side), uniform() * (height - side));
        BoundingBox::new(x as f32, y as f32, (x + side) as f32, (y + side) as f32)
    };
    (0..count).map(&mut crop).collect()
}

/// Embeds a region in which there is no face: for a network that is fed by landmarks, as if a face filled it.
fn embed_region(engine: &Engine, photo: &Photo<'_>, area: &BoundingBox) -> facecore::Result<Embedding> {
    match engine.preprocessing().and_then(|preprocessing| preprocessing.landmarks_filling(area)) {
        Some(landmarks) => engine.embed_face(photo, &Face::new(photo, *area, landmarks, 0.0)),
        None => engine.embed_box(photo, area),
    }
}

/// Pictures that are each one rejected detection, cut out.
fn rejected(folder: &Path, engine: &Engine, limits: &Limits, report: &mut Report) -> Result<Vec<Embedding>> {
    let Walk { photos: sources, skipped } = photos::find(&[folder.to_owned()])?;
    report.skipped(skipped);
    report.expect(sources.len());
    let mut found = Vec::new();
    for Source { path, .. } in &sources {
        let embed = |photo: Photo<'_>| {
            embed_region(engine, &photo, &BoundingBox::new(0.0, 0.0, photo.width() as f32, photo.height() as f32))
        };
        let outcome = photos::load(path, limits).and_then(|photo| Ok(embed(photo)?));
        report.done(path, outcome.map(|embedding| found.push(embedding)))?;
    }
    Ok(found)
}

/// The faces of a folder, of one half of its people if asked for; by photo.
fn faces(from: &NonFacePhotos, folder: &Path, engine: Engine, report: &mut Report) -> Result<Vec<Vec<Embedding>>> {
    let mut photos = labelled::folder(folder)?;
    if let Some(half) = from.half {
        let people: BTreeSet<String> = photos.iter().map(|photo| photo.person.clone()).collect();
        let wanted: HashSet<String> = people.into_iter().skip(usize::from(half) - 1).step_by(2).collect();
        photos.retain(|photo| wanted.contains(&photo.person));
    }
    report.expect(photos.len());
    let engines = [engine];
    let looking = Looking::plain(&engines, &from.look);
    let seen = gather(&photos, &looking, report)?;
    let faces = seen.into_iter().flatten().filter(|seen| seen.found);
    Ok(faces.map(|seen| seen.views.into_iter().map(|(face, _)| face).collect()).collect())
}

#[cfg(test)]
mod tests {
    use facecore::{Orientation, PixelFormat, RawView};

    use super::*;

    #[test]
    fn crops_lie_in_the_photo_and_are_the_same_again() {
        for (width, height) in [(481, 321), (30, 500), (10, 10)] {
            let data = vec![0; (width * height) as usize];
            let view = RawView {
                data: &data,
                width,
                height,
                stride: width as usize,
                format: PixelFormat::Grey,
                orientation: Orientation::Upright,
            };
            let photo = Photo::from_raw(view, &Limits::default()).unwrap();
            let boxes = crops(&photo, 50, 3);
            assert_eq!(boxes, crops(&photo, 50, 3));
            assert!(width == 10 || boxes != crops(&photo, 50, 4));
            for area in boxes {
                assert!(area.x1 >= 0.0 && area.x2 <= width as f32 + 1e-3 && area.area() > 0.0, "{area}");
                assert!(area.y1 >= 0.0 && area.y2 <= height as f32 + 1e-3);
            }
        }
    }
}

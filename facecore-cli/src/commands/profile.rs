//! `facecore profile`: whose album is it?

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use facecore::profile::{Profile, Role};
use facecore::{Embedding, Engine, Photo};
use serde::Serialize;

use super::album;
use crate::arguments::{self, UpdateProfile};
use crate::failure::Result;
use crate::output::{Report, json_line};
use crate::photos::{self, PhotoError, Source};
use crate::{saving, shown};

pub fn run(arguments: &arguments::Profile, json: bool) -> Result<ExitCode> {
    match arguments {
        arguments::Profile::Build(build) => album::run(&build.album, Some(build), json),
        arguments::Profile::Explain(explained) => album::run(explained, None, json),
        arguments::Profile::Update(update) => update_profile(update, json),
    }
}

#[derive(Serialize)]
struct UpdateRecord {
    photos: u32,
    changed: usize,
    skipped: usize,
}

/// The owner's face of a photo is the nearest to the profile, if it is near enough: the same one when the photo comes in and goes out.
fn update_profile(arguments: &UpdateProfile, json: bool) -> Result<ExitCode> {
    if arguments.add.is_empty() && arguments.remove.is_empty() {
        return Err("name photos with --add or --remove".to_owned().into());
    }
    let engine = arguments.model.open()?;
    let threshold = arguments.threshold.of(&engine)?;
    let mut profile = read(&arguments.profile)?;
    let centroid = profile.centroid(Role::Owner).ok_or_else(|| "the profile has no owner".to_owned())?;
    let options = arguments.finding.options();
    let limits = arguments.finding.strict_limits();
    let (added, removed) = (photos::find(&arguments.add)?, photos::find(&arguments.remove)?);
    let mut report = Report::new(json, added.photos.len() + removed.photos.len());
    report.skipped(added.skipped);
    report.skipped(removed.skipped);
    let changes = |photos: Vec<Source>, adds: bool| photos.into_iter().map(move |source| (source, adds));
    let sources: Vec<_> = changes(added.photos, true).chain(changes(removed.photos, false)).collect();
    let (mut changed, mut skipped) = (0, 0);
    for (source, adds) in &sources {
        let mut change = || -> Result<bool, PhotoError> {
            let photo = photos::load(&source.path, &limits)?;
            let Some(face) = nearest(&engine, &photo, &options, &centroid, threshold)? else { return Ok(false) };
            if *adds {
                profile.add(Role::Owner, &[face])?
            } else {
                profile.remove(Role::Owner, &[face])?
            }
            Ok(true)
        };
        let outcome = change();
        match outcome {
            Ok(true) => changed += 1,
            Ok(false) => {
                skipped += 1;
                report.warn(&format!("{}: no face is near enough to the profile", shown::path(&source.path)));
            }
            Err(_) => {}
        }
        report.done(&source.path, outcome.map(drop))?;
    }
    if changed > 0 {
        saving::save("profile", &arguments.profile, &profile.to_bytes()?)?;
    }
    let photos = profile.photos();
    report.print(&if json {
        json_line(&UpdateRecord { photos, changed, skipped })
    } else {
        format!("{changed} photos changed, {skipped} without the owner; the profile has {photos} photos\n")
    })?;
    Ok(report.finish())
}

fn nearest(
    engine: &Engine,
    photo: &Photo<'_>,
    options: &facecore::DetectOptions,
    centroid: &Embedding,
    threshold: f32,
) -> facecore::Result<Option<Embedding>> {
    let mut best: Option<(f32, Embedding)> = None;
    for face in engine.detect(photo, options)?.faces {
        let Ok(embedding) = engine.embed_face(photo, &face) else { continue };
        let cosine = centroid.cosine(&embedding)?;
        if cosine >= threshold && best.as_ref().is_none_or(|(most, _)| cosine > *most) {
            best = Some((cosine, embedding));
        }
    }
    Ok(best.map(|(_, embedding)| embedding))
}

/// A profile in a file.
pub fn read(path: &Path) -> Result<Profile> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", shown::path(path)))?;
    Ok(Profile::from_bytes(&bytes).map_err(|error| format!("{}: {error}", shown::path(path)))?)
}

//! The commands. What `detect`, `embed` and `tag` have in common is here: many photos, one way of reporting them.

mod account;
mod adapt;
mod album;
mod calibrate;
mod clones;
mod compare;
mod dataset;
mod detect;
mod embed;
mod enrol;
mod evaluate;
mod gallery;
mod listed;
mod matching;
mod models;
mod nonface;
mod profile;
mod rebuild;
mod robustness;
mod store;
mod tag;
mod video;
mod who;

use std::process::ExitCode;

use facecore::{DetectOptions, Engine, Limits, Photo};

use crate::arguments::{Arguments, Command, Photos};
use crate::failure::Result;
use crate::output::{Found, FoundFace, Report};
use crate::photos::{self, PhotoError};
use crate::{draw, ordered};

/// Does what was asked for.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let json = arguments.json;
    match &arguments.command {
        Command::Detect(arguments) => detect::run(arguments, json),
        Command::Embed(arguments) => embed::run(arguments, json),
        Command::Compare(arguments) => compare::run(arguments, json),
        Command::Tag(arguments) => tag::run(arguments, json),
        Command::Evaluate(arguments) => evaluate::run(arguments, json),
        Command::Calibrate(arguments) => calibrate::run(arguments, json),
        Command::Matching(arguments) => matching::run(arguments, json),
        Command::NonFace(arguments) => nonface::run(arguments, json),
        Command::Robustness(arguments) => robustness::run(arguments, json),
        Command::Profile(arguments) => profile::run(arguments, json),
        Command::Rebuild(arguments) => rebuild::run(arguments, json),
        Command::Dataset(arguments) => dataset::run(arguments, json),
        Command::Gallery(arguments) => gallery::run(arguments, json),
        Command::Adapt(arguments) => adapt::run(arguments, json),
        Command::Who(arguments) => who::run(arguments, json),
        Command::Clones(arguments) => clones::run(arguments, json),
        Command::Store(arguments) => store::run(arguments, json),
        Command::Video(arguments) => video::run(arguments, json),
        Command::Models(arguments) => models::run(arguments, json),
    }
}

/// Finds the faces of a photo.
fn detect(engine: &Engine, photo: &Photo<'_>, options: &DetectOptions) -> facecore::Result<Found> {
    let detection = engine.detect(photo, options)?;
    let faces = detection.faces.into_iter().map(FoundFace::new);
    Ok(Found {
        width: photo.width(),
        height: photo.height(),
        complete: detection.complete,
        damaged: photo.is_damaged(),
        faces: faces.collect(),
    })
}

/// Finds the faces of a photo and embeds each.
fn embed(engine: &Engine, photo: &Photo<'_>, options: &DetectOptions) -> facecore::Result<Found> {
    let mut found = detect(engine, photo, options)?;
    for face in &mut found.faces {
        face.embedding = Some(engine.embed_face(photo, &face.face));
    }
    Ok(found)
}

/// Loads each photo, lets `analyse` look at it, and reports what it found.
fn for_each_photo(
    arguments: &Photos,
    limits: &Limits,
    json: bool,
    analyse: impl Fn(&Photo<'_>) -> facecore::Result<Found> + Sync,
) -> Result<ExitCode> {
    let photos::Walk { photos: sources, skipped } = photos::find(&arguments.paths)?;
    let targets = arguments.draw.as_deref().map(|out| draw::targets(out, &sources)).transpose()?;
    let work = |at: usize, source: &photos::Source| -> Result<Found, PhotoError> {
        let photo = photos::load(&source.path, limits)?;
        let found = analyse(&photo)?;
        if let Some(targets) = &targets {
            draw::write(&photo, &found, &targets[at])?;
        }
        Ok(found)
    };
    let mut report = Report::new(json, sources.len());
    report.skipped(skipped);
    ordered::for_each(&sources, arguments.threads.count(), work, |at, outcome| {
        report.photo(&sources[at].path, outcome)
    })?;
    Ok(report.finish())
}

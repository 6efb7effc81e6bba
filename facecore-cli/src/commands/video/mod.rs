//! `facecore video`: who is in clips, when, and with which face.
//!
//! `frames` reads a clip (`ffmpeg` by pipe, or `animation` without it), `watch` follows its faces, `told` says who they are in words and JSON,
//! `drawing` and `report` show it.

mod animation;
mod drawing;
mod ffmpeg;
mod frames;
mod report;
mod told;
mod watch;

use std::process::ExitCode;

use facecore::{Candidate, Engine, Matcher};

use super::enrol::enrol;
use crate::arguments::Video;
use crate::failure::Result;
use crate::output::Report;
use crate::photos::PhotoError;
use crate::{saving, shown};
use watch::{Watched, watch};

pub fn run(arguments: &Video, json: bool) -> Result<ExitCode> {
    check(arguments)?;
    let engine = arguments.model.open()?;
    let (people, enrolled) = match &arguments.people {
        Some(folder) => enrol(&engine, folder, &arguments.finding, arguments.threads.count())?,
        None => (Vec::new(), ExitCode::SUCCESS),
    };
    let same = arguments.same.or_else(|| engine.default_threshold());
    let same = same.ok_or("the model has no threshold in the manifest; give --same")?;
    let naming = Naming { same, matcher: matcher(arguments, &engine)?, people };
    let mut report = Report::of_clips(json, arguments.clips.len());
    let mut pages = Vec::new();
    for path in &arguments.clips {
        let outcome = watch(path, arguments, &engine, &naming).and_then(|watched| {
            report.print(&if json { told::json(path, &watched) } else { told::text(path, &watched) })?;
            if let Some(target) = &arguments.draw {
                drawing::write(path, arguments, &watched, target)?;
            }
            if arguments.report.is_some() {
                pages.push(report::clip(path, &watched));
            }
            Ok(watched)
        });
        // A clip that broke off is told as far as it went, and has failed.
        match outcome {
            Ok(Watched { broken: None, .. }) => report.done(path, Ok(()))?,
            Ok(Watched { broken: Some(error), .. }) | Err(WatchError::Clip(error)) => report.done(path, Err(error))?,
            Err(WatchError::All(failure)) => return Err(failure),
        }
    }
    if let Some(target) = &arguments.report {
        saving::save("--report", target, report::page(&pages).as_bytes())?;
    }
    let watched = report.finish();
    Ok(if watched == ExitCode::SUCCESS { enrolled } else { watched })
}

/// What it takes to give names.
struct Naming {
    /// The cosine from which on two faces are one person.
    same: f32,
    matcher: Matcher,
    people: Vec<Candidate>,
}

/// What went wrong: with one clip, and the next one is tried; or with all.
enum WatchError {
    Clip(PhotoError),
    All(crate::failure::Failure),
}

impl From<PhotoError> for WatchError {
    fn from(error: PhotoError) -> Self {
        Self::Clip(error)
    }
}

impl From<facecore::Error> for WatchError {
    fn from(error: facecore::Error) -> Self {
        Self::Clip(error.into())
    }
}

impl From<crate::failure::Failure> for WatchError {
    fn from(failure: crate::failure::Failure) -> Self {
        Self::All(failure)
    }
}

fn matcher(arguments: &Video, engine: &Engine) -> Result<Matcher> {
    Ok(arguments.model.matcher(engine)?.with_false_positive_rate(arguments.fp)?)
}

/// Whether what is to be written can be, before minutes of work.
fn check(arguments: &Video) -> Result<()> {
    if let Some(target) = &arguments.report {
        saving::check("--report", target)?;
    }
    if let Some(target) = &arguments.draw {
        saving::check("--draw", target)?;
        if arguments.clips.len() > 1 {
            return Err(format!("--draw {}: one file for {} clips", shown::path(target), arguments.clips.len()).into());
        }
        ffmpeg::installed()?;
    }
    Ok(())
}

//! `facecore dataset`: faces of people to train on, from the photos of accounts.
//!
//! `finding` goes through the accounts; `album` finds the people of one, on any thread; `log` keeps what is finished, so that a killed build goes
//! on; `people` compares accounts; `writing` writes what `files` has at rest and `sheet` shows. `bootstrap` does it in rounds, which `truth` judges.
//! `clean` checks labels, of a data set or of what `given` reads from a folder of people; `relabelled` is what became of them, `changes` shows it.

mod album;
mod bootstrap;
mod build;
mod changes;
mod clean;
mod counts;
mod files;
mod finding;
mod given;
mod log;
mod people;
mod relabelled;
mod sheet;
mod split;
mod truth;
mod writing;

use std::process::ExitCode;

use crate::arguments::Dataset;
use crate::failure::Result;

pub fn run(arguments: &Dataset, json: bool) -> Result<ExitCode> {
    match arguments {
        Dataset::Build(arguments) => build::run(arguments, json),
        Dataset::Bootstrap(arguments) => bootstrap::run(arguments, json),
        Dataset::Clean(arguments) => clean::run(arguments, json),
        Dataset::Stats(arguments) => split::stats(&arguments.folder, json),
        Dataset::Split(arguments) => split::run(arguments, json),
    }
}

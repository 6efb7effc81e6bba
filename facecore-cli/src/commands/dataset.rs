//! `facecore dataset`: faces of people to train on, from the photos of accounts.
//!
//! `album` finds the people of an account, on any thread; `log` keeps what is finished, so that a killed build goes on; `people` compares accounts;
//! `files` is the data set at rest, `sheet` shows it. `clean` checks labels, of a data set or of what `given` reads from a folder of people;
//! `relabelled` is what became of them, `changes` shows it.

mod album;
mod build;
mod changes;
mod clean;
mod counts;
mod files;
mod given;
mod log;
mod people;
mod relabelled;
mod sheet;
mod split;

use std::process::ExitCode;

use crate::arguments::Dataset;
use crate::failure::Result;

pub fn run(arguments: &Dataset, json: bool) -> Result<ExitCode> {
    match arguments {
        Dataset::Build(arguments) => build::run(arguments, json),
        Dataset::Clean(arguments) => clean::run(arguments, json),
        Dataset::Stats(arguments) => split::stats(&arguments.folder, json),
        Dataset::Split(arguments) => split::run(arguments, json),
    }
}

//! `facecore embed`: what `detect` finds, and an embedding of each face.

use std::process::ExitCode;

use crate::arguments::Embed;
use crate::failure::Result;

pub fn run(arguments: &Embed, json: bool) -> Result<ExitCode> {
    let engine = arguments.model.open()?;
    let options = arguments.finding.options();
    super::for_each_photo(&arguments.photos, json, |photo| super::embed(&engine, photo, &options))
}

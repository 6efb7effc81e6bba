//! `facecore detect`: boxes, landmarks and scores. Needs no folder of models.

use std::process::ExitCode;

use facecore::Engine;

use crate::arguments::Detect;
use crate::failure::Result;

pub fn run(arguments: &Detect, json: bool) -> Result<ExitCode> {
    let engine = Engine::detector_only_with(arguments.computing.detector, arguments.computing.compute)?;
    let options = arguments.finding.options();
    super::for_each_photo(&arguments.photos, &arguments.finding.limits(), json, |photo| {
        super::detect(&engine, photo, &options)
    })
}

//! `facecore embed`: what `detect` finds, an embedding of each face, and whether that looks like no face.

use std::process::ExitCode;

use facecore::NonFaceFilter;

use crate::arguments::Embed;
use crate::failure::Result;

pub fn run(arguments: &Embed, json: bool) -> Result<ExitCode> {
    let engine = arguments.model.open()?;
    let options = arguments.finding.options();
    let filter = engine.space().and_then(NonFaceFilter::bundled);
    super::for_each_photo(&arguments.photos, &arguments.finding.limits(), json, |photo| {
        let mut found = super::embed(&engine, photo, &options)?;
        if let Some(filter) = filter {
            for face in &mut found.faces {
                face.non_face =
                    face.embedding.iter().flatten().map(|embedding| filter.judge(embedding)).next().transpose()?;
            }
        }
        Ok(found)
    })
}

//! `facecore compare`: are the faces of two photos one person?

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use facecore::{Embedding, Engine};
use serde::Serialize;

use super::tag::largest;
use crate::arguments::Compare;
use crate::failure::Result;
use crate::output::{FoundFace, json_line};
use crate::{photos, shown};

/// Faces are counted from 1, in the order of `facecore detect`.
#[derive(Serialize)]
struct Comparison<'a> {
    a: &'a str,
    a_face: usize,
    b: &'a str,
    b_face: usize,
    cosine: f32,
    threshold: f32,
    same: bool,
}

impl Comparison<'_> {
    fn table_line(&self) -> String {
        let Self { a, a_face, b, b_face, cosine, threshold, same } = self;
        let answer = if *same { "same person" } else { "different people" };
        let (a, b) = (shown::printable(a), shown::printable(b));
        format!("{a} face {a_face}, {b} face {b_face}: {answer}, cosine {cosine:.4} (threshold {threshold:.4})\n")
    }
}

pub fn run(arguments: &Compare, json: bool) -> Result<ExitCode> {
    if [&arguments.a, &arguments.b].into_iter().all(|path| photos::is_standard_input(path)) {
        return Err("only one of the two photos can be `-`, standard input".to_owned().into());
    }
    let engine = arguments.model.open()?;
    let threshold = arguments.threshold.of(&engine)?;
    let left = faces(&engine, &arguments.a, arguments)?;
    let right = faces(&engine, &arguments.b, arguments)?;
    let [a, b] = [&arguments.a, &arguments.b].map(|path| shown::name(path.as_os_str()));
    let mut any = false;
    for (a_face, one) in &left {
        for (b_face, other) in &right {
            let cosine = one.cosine(other)?;
            let same = cosine >= threshold;
            any |= same;
            let found = Comparison { a: &a, a_face: *a_face, b: &b, b_face: *b_face, cosine, threshold, same };
            let text = if json { json_line(&found) } else { found.table_line() };
            match io::stdout().write_all(text.as_bytes()) {
                // The exit code is the answer, read or not.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                written => written?,
            }
        }
    }
    Ok(if any { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The faces of a photo to compare, with their numbers.
fn faces(engine: &Engine, path: &Path, arguments: &Compare) -> Result<Vec<(usize, Embedding)>> {
    let about = |reason: &dyn std::fmt::Display| format!("{}: {reason}", shown::path(path));
    let photo = photos::load(path, &arguments.finding.strict_limits()).map_err(|error| about(&error))?;
    let found = super::detect(engine, &photo, &arguments.finding.options())?;
    let chosen = largest(&found.faces).ok_or_else(|| about(&"no face found"))?;
    let embed = |(at, face): (usize, &FoundFace)| -> Result<_> {
        let embedding = engine.embed_face(&photo, &face.face);
        Ok((at + 1, embedding.map_err(|error| about(&error))?))
    };
    let wanted = |&(at, _): &(usize, &FoundFace)| arguments.all || at == chosen;
    found.faces.iter().enumerate().filter(wanted).map(embed).collect()
}

//! `facecore gallery`: people in a file, such as stars, and their faces in photos.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use facecore::profile::Profile;
use facecore::search::{People, StarFace};
use facecore::{Candidate, Embedding, Error, Matcher, Outcome};
use serde::Serialize;

use super::enrol::enrol;
use crate::arguments::{Gallery, GalleryAdd, GalleryRemove, GallerySearch};
use crate::failure::Result;
use crate::output::{Found, json_line};
use crate::{saving, shown};

pub fn run(command: &Gallery, json: bool) -> Result<ExitCode> {
    match command {
        Gallery::Add(arguments) => add(arguments),
        Gallery::Remove(arguments) => remove(arguments),
        Gallery::List(arguments) => list(&arguments.file, json),
        Gallery::Search(arguments) => search(arguments, json),
    }
}

fn add(arguments: &GalleryAdd) -> Result<ExitCode> {
    saving::check("gallery", &arguments.file)?;
    let engine = arguments.model.open()?;
    let space = engine.space().ok_or(Error::NoEmbedder)?;
    let mut people = if arguments.file.exists() { read(&arguments.file)? } else { People::new(space) };
    let (added, code) = enrol(&engine, &arguments.people, &arguments.finding, arguments.threads.count())?;
    for Candidate { person, embeddings } in &added {
        people.add(person, embeddings)?;
    }
    write(&arguments.file, &people)?;
    Ok(code)
}

fn remove(arguments: &GalleryRemove) -> Result<ExitCode> {
    let mut people = read(&arguments.file)?;
    let missing: Vec<_> = arguments.names.iter().filter(|name| !people.remove(name)).collect();
    write(&arguments.file, &people)?;
    for name in &missing {
        crate::output::tell(&format!("{}: {} is not in it", shown::path(&arguments.file), shown::printable(name)));
    }
    Ok(ExitCode::from(u8::from(!missing.is_empty())))
}

#[derive(Serialize)]
struct PersonRecord<'a> {
    person: &'a str,
    faces: usize,
}

fn list(file: &Path, json: bool) -> Result<ExitCode> {
    let people = read(file)?;
    let line = |(person, faces): (&str, &[Embedding])| match json {
        true => json_line(&PersonRecord { person, faces: faces.len() }),
        false => format!("{}: {} faces\n", shown::printable(person), faces.len()),
    };
    let text: String = people.iter().map(line).collect();
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn search(arguments: &GallerySearch, json: bool) -> Result<ExitCode> {
    let engine = arguments.model.open()?;
    let people = read(&arguments.file)?;
    let matcher = arguments.model.matcher(&engine)?.with_false_positive_rate(arguments.fp)?;
    let gallery = matcher.gallery(&people.candidates())?;
    let stars = StarFace::new(&matcher, &people)?;
    let uploader = arguments.uploader.as_deref().map(|path| uploader(path, &matcher)).transpose()?;
    let options = arguments.finding.options();
    super::for_each_photo(&arguments.photos, &arguments.finding.limits(), json, |photo| {
        let mut found = super::embed(&engine, photo, &options)?;
        let embeddings = take_embeddings(&mut found);
        let faces: Vec<Embedding> = embeddings.iter().map(|(_, embedding)| embedding.clone()).collect();
        let mut verdicts = gallery.decide(&faces)?.into_iter().map(Some).collect::<Vec<_>>();
        if let Some(uploader) = &uploader {
            let hits = stars.search(uploader, &faces)?;
            for (at, verdict) in verdicts.iter_mut().enumerate() {
                let hit = hits.iter().find(|hit| hit.face == at);
                *verdict = hit.and_then(|hit| {
                    let outcome = Outcome::Match { person: hit.star.clone(), cosine: hit.cosine };
                    verdict.take().map(|verdict| facecore::Verdict { outcome, ..verdict })
                });
            }
        }
        for ((at, _), verdict) in embeddings.iter().zip(verdicts) {
            found.faces[*at].verdict = verdict;
        }
        Ok(found)
    })
}

/// The embeddings and the places of their faces. Those that failed stay where they are, so that it is told why.
pub fn take_embeddings(found: &mut Found) -> Vec<(usize, Embedding)> {
    let faces = found.faces.iter_mut().enumerate();
    faces.filter_map(|(at, face)| Some((at, face.embedding.take_if(|outcome| outcome.is_ok())?.ok()?))).collect()
}

/// The gallery of one: who uploads.
fn uploader(path: &Path, matcher: &Matcher) -> Result<facecore::Gallery> {
    let about = |error: &dyn std::fmt::Display| format!("--uploader {}: {error}", shown::path(path));
    let bytes = fs::read(path).map_err(|error| about(&error))?;
    let profile = Profile::from_bytes(&bytes).map_err(|error| about(&error))?;
    let uploader = Candidate { person: "the uploader".into(), embeddings: profile.embeddings() };
    Ok(matcher.gallery(&[uploader])?)
}

/// The people of a file.
pub fn read(file: &Path) -> Result<People> {
    let about = |error: &dyn std::fmt::Display| format!("{}: {error}", shown::path(file));
    let bytes = fs::read(file).map_err(|error| about(&error))?;
    Ok(People::from_bytes(&bytes).map_err(|error| about(&error))?)
}

fn write(file: &Path, people: &People) -> Result<()> {
    saving::save("gallery", file, &people.to_bytes())
}

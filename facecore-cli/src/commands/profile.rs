//! `facecore profile`: whose album is it?

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::attributes::Attributes;
use facecore::profile::{
    AlbumFace, Build, Builder, FaceId, Features, Feedback, Outcome, Owner, PhotoMeta, Profile, Role, Settings,
    mark_trips, read_exif,
};
use facecore::social::sex_from_name;
use facecore::{AlbumReader, Embedding, Engine, FoundFace, Limits, Photo};
use serde::Serialize;

use crate::arguments::{self, Album, UpdateProfile};
use crate::failure::Result;
use crate::output::{Report, json_line};
use crate::photos::{self, PhotoError, Source, Walk};
use crate::sheet::{self, Thumbnail};
use crate::{draw, saving, shown};

/// Kilometres from the album's usual place that make a trip.
const FAR: f64 = 100.0;

pub fn run(arguments: &arguments::Profile, json: bool) -> Result<ExitCode> {
    match arguments {
        arguments::Profile::Build(build) => album(&build.album, Some(&build.out), json),
        arguments::Profile::Explain(explained) => album(explained, None, json),
        arguments::Profile::Update(update) => update_profile(update, json),
    }
}

#[derive(Serialize)]
struct BuildRecord<'a> {
    outcome: &'static str,
    lead: f32,
    wanted_lead: f32,
    confidence: f32,
    photos: usize,
    faces: usize,
    left_out: usize,
    people: Vec<PersonRecord>,
    /// The photos in the profile, and the place of the face in each.
    members: Vec<(&'a Path, u16)>,
}

#[derive(Serialize)]
struct PersonRecord {
    owner: bool,
    photos: usize,
    weight: f32,
    features: HashMap<&'static str, f32>,
}

fn album(arguments: &Album, out: Option<&Path>, json: bool) -> Result<ExitCode> {
    let written = [("--draw", arguments.draw.as_deref()), ("--out", out)];
    written.into_iter().try_for_each(|(option, file)| file.map_or(Ok(()), |file| saving::check(option, file)))?;
    arguments.draw.iter().try_for_each(|sheet| draw::check(sheet))?;
    let Walk { photos: sources, skipped } = photos::find(&arguments.photos)?;
    if sources.iter().any(|source| photos::is_standard_input(&source.path)) {
        return Err("an album's photos are read twice, so none of them can be `-`, standard input".to_owned().into());
    }
    let engine = arguments.model.open()?;
    let space = engine.space().ok_or(facecore::Error::NoEmbedder)?;
    let settings = Settings::for_space(space).ok_or_else(|| {
        format!(
            "no numbers for profiles come with the model {}; see docs/profiles.md",
            engine.model().unwrap_or_default()
        )
    })?;
    let builder = Builder::new(settings)?;
    // Without these networks a feature is missing, no more.
    let attributes = Attributes::open(arguments.model.folder()).ok();
    let options = arguments.finding.options();
    let limits = arguments.finding.strict_limits();
    let mut report = Report::new(json, sources.len());
    report.skipped(skipped);
    let metas = metas(&sources, &arguments.avatar, &limits);
    let owner = owner(arguments)?;
    let thumbnails: RefCell<HashMap<FaceId, Thumbnail>> = RefCell::default();
    let failed: RefCell<Vec<(usize, Result<(), PhotoError>)>> = RefCell::default();
    let mut reader = AlbumReader::new(&engine, options)?;
    if let Some(attributes) = &attributes {
        reader = reader.with_attributes(attributes);
    }
    let faces_of = |at: usize| -> facecore::Result<Vec<Option<AlbumFace>>> {
        let look = || -> Result<Vec<FoundFace>, PhotoError> {
            let photo = photos::load(&sources[at].path, &limits)?;
            let faces = reader.read(&photo)?;
            if arguments.draw.is_some() {
                let ids = (0..).map(|face| FaceId { photo: at as u64, face });
                let shown = ids.zip(&faces).map(|(id, found)| (id, sheet::thumbnail(&photo, &found.face.bounding_box)));
                thumbnails.borrow_mut().extend(shown);
            }
            Ok(faces)
        };
        // A photo that fails has no faces; the report names it at the end.
        let (faces, outcome) = match look() {
            Ok(faces) => (faces, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        failed.borrow_mut().push((at, outcome));
        Ok(faces.into_iter().map(|found| found.usable).collect())
    };
    let build = builder.build_from(&metas, &owner, &Feedback::default(), faces_of)?;
    for (at, outcome) in failed.into_inner() {
        report.done(&sources[at].path, outcome)?;
    }
    report.print(&if json { record(&build, &sources) } else { build.to_string() })?;
    if let Some(target) = &arguments.draw {
        sheet::write(&build, &thumbnails.into_inner(), target)
            .map_err(|reason| format!("--draw {}: {reason}", shown::path(target)))?;
    }
    let failures = report.finish();
    let Outcome::Built(profile) = &build.outcome else {
        // Without a failure nobody leads.
        return Ok(if failures == ExitCode::SUCCESS { ExitCode::from(1) } else { failures });
    };
    if let Some(out) = out {
        saving::save("--out", out, &profile.to_bytes()?)?;
    }
    Ok(failures)
}

/// What is known of each photo before anybody looks at it.
fn metas(sources: &[Source], avatars: &[PathBuf], limits: &Limits) -> Vec<PhotoMeta> {
    let avatars: HashSet<PathBuf> = avatars.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let meta = |(id, source): (usize, &Source)| {
        let was_avatar = source.path.canonicalize().is_ok_and(|path| avatars.contains(&path));
        let mut meta = PhotoMeta { id: id as u64, was_avatar, ..PhotoMeta::default() };
        if let Ok(bytes) = photos::read(&source.path, limits) {
            read_exif(&bytes, &mut meta);
        }
        meta
    };
    let mut metas: Vec<_> = sources.iter().enumerate().map(meta).collect();
    mark_trips(&mut metas, FAR);
    metas
}

fn owner(arguments: &Album) -> Result<Owner> {
    let mut friends = Vec::new();
    for path in &arguments.friend {
        friends.extend(read(path)?.embeddings());
    }
    let words: Vec<&str> = arguments.name.iter().flat_map(|name| name.split_whitespace()).collect();
    let (first, last) = match &words[..] {
        [] => (String::new(), ""),
        [first] => ((*first).to_owned(), ""),
        [first @ .., last] => (first.join(" "), *last),
    };
    let named = sex_from_name(&first, last);
    Ok(Owner { age: arguments.age, female: named.sex.map(|_| named.female), friends })
}

fn record(build: &Build, sources: &[Source]) -> String {
    let outcome = match build.outcome {
        Outcome::Built(_) => "built",
        Outcome::NoLeader => "no-leader",
        Outcome::NoFaces => "no-faces",
        _ => "opted-out",
    };
    let person = |(at, cluster): (usize, &facecore::profile::Cluster)| PersonRecord {
        owner: build.owners.contains(&at),
        photos: cluster.photos,
        weight: cluster.weight,
        features: Features::NAMES.into_iter().zip(cluster.features.to_array()).collect(),
    };
    json_line(&BuildRecord {
        outcome,
        lead: build.lead,
        wanted_lead: build.wanted_lead,
        confidence: build.confidence,
        photos: build.photos,
        faces: build.faces,
        left_out: build.left_out,
        people: build.clusters.iter().enumerate().map(person).collect(),
        members: build.members.iter().map(|(face, _)| (&*sources[face.photo as usize].path, face.face)).collect(),
    })
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

fn read(path: &Path) -> Result<Profile> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", shown::path(path)))?;
    Ok(Profile::from_bytes(&bytes).map_err(|error| format!("{}: {error}", shown::path(path)))?)
}

//! `facecore profile build` and `explain`: from the photos of an album to its owner.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::attributes::Attributes;
use facecore::profile::{
    Build, Builder, FaceId, Features, Feedback, Outcome, Owner, PhotoMeta, Session, Settings, StoredFace, mark_trips,
    read_exif,
};
use facecore::social::sex_from_full_name;
use facecore::{AlbumReader, BoundingBox, Engine, Limits};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::account::{Account, KeptAlbum};
use super::profile::read;
use crate::arguments::{self, BuildProfile};
use crate::failure::Result;
use crate::output::{Report, json_line};
use crate::photos::{self, PhotoError, Source, Walk};
use crate::sheet::{self, Thumbnail};
use crate::{draw, saving, shown};

/// Kilometres from the album's usual place that make a trip.
const FAR: f64 = 100.0;

/// Finds the owner and says why; `target` is where the profile goes.
pub fn run(arguments: &arguments::Album, target: Option<&BuildProfile>, json: bool) -> Result<ExitCode> {
    let out = target.and_then(|target| target.out.as_deref());
    let written = [("--draw", arguments.draw.as_deref()), ("--out", out)];
    written.into_iter().try_for_each(|(option, file)| file.map_or(Ok(()), |file| saving::check(option, file)))?;
    arguments.draw.iter().try_for_each(|sheet| draw::check(sheet))?;
    let Walk { photos: sources, skipped } = photos::find(&arguments.photos)?;
    if sources.iter().any(|source| photos::is_standard_input(&source.path)) {
        return Err("an album's photos are read twice, so none of them can be `-`, standard input".to_owned().into());
    }
    let engine = arguments.model.open()?;
    let builder = builder(&engine)?;
    let limits = arguments.finding.strict_limits();
    let (metas, ids) = metas(&sources, &arguments.avatar, &limits);
    let account = target.and_then(|target| target.store.as_deref().zip(target.user));
    let account = account.map(|(folder, user)| Account::open(folder, user, builder.settings().space)).transpose()?;
    let feedback = account.as_ref().map_or(Ok(Feedback::default()), |account| account.feedback(&ids))?;
    // Without these networks only age and sex are missing.
    let attributes = Attributes::open(arguments.model.folder()).ok();
    let mut reader = AlbumReader::new(&engine, arguments.finding.options())?;
    if let Some(attributes) = &attributes {
        reader = reader.with_attributes(attributes);
    }
    let mut look = Look::new(&sources, &metas, limits, arguments.draw.is_some());
    let mut session = Session::new(&builder, metas.clone(), owner(arguments)?, feedback)?;
    while let Some(&photo) = session.wants().first() {
        session.give_stored(photo, &look.faces(&reader, photo as usize))?;
    }
    let build = session.finish()?;

    let mut report = Report::new(json, sources.len());
    report.skipped(skipped);
    let looked_at: Vec<usize> = look.outcomes.iter().map(|(at, _)| *at).collect();
    for (at, outcome) in look.outcomes {
        report.done(&sources[at].path, outcome)?;
    }
    report.print(&if json { record(&build, &sources) } else { build.to_string() })?;
    if let Some(target) = &arguments.draw {
        sheet::write(&build, &look.thumbnails, target)
            .map_err(|reason| format!("--draw {}: {reason}", shown::path(target)))?;
    }
    let failures = report.finish();
    let profile = match &build.outcome {
        Outcome::Built(profile) => Some(profile),
        _ => None,
    };
    if let Some(account) = account.filter(|_| build.outcome != Outcome::OptedOut && failures != ExitCode::from(2)) {
        account.keep(&KeptAlbum { ids: &ids, looked_at: &looked_at, faces: &look.kept }, profile)?;
    }
    if let Some((out, profile)) = out.zip(profile) {
        saving::save("--out", out, &profile.to_bytes()?)?;
    }
    // Without a failure nobody leads.
    Ok(if profile.is_none() && failures == ExitCode::SUCCESS { ExitCode::from(1) } else { failures })
}

/// With the numbers of the engine's network.
pub fn builder(engine: &Engine) -> Result<Builder> {
    let settings = Settings::for_space(engine.space().ok_or(facecore::Error::NoEmbedder)?).ok_or_else(|| {
        let model = engine.model().unwrap_or_default();
        format!("no numbers for profiles come with the model {model}; see docs/profiles.md")
    })?;
    Ok(Builder::new(settings)?)
}

/// The photos that were looked at, and what was seen.
struct Look<'a> {
    sources: &'a [Source],
    metas: &'a [PhotoMeta],
    limits: Limits,
    draws: bool,
    thumbnails: HashMap<FaceId, Thumbnail>,
    kept: Vec<(FaceId, StoredFace)>,
    outcomes: Vec<(usize, Result<(), PhotoError>)>,
}

impl<'a> Look<'a> {
    fn new(sources: &'a [Source], metas: &'a [PhotoMeta], limits: Limits, draws: bool) -> Self {
        let (thumbnails, kept, outcomes) = Default::default();
        Self { sources, metas, limits, draws, thumbnails, kept, outcomes }
    }

    /// What is kept of a photo. One that fails has no faces; the report names it at the end.
    fn faces(&mut self, reader: &AlbumReader<'_>, at: usize) -> Vec<Option<StoredFace>> {
        let (faces, outcome) = match self.read(reader, at) {
            Ok(faces) => (faces, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        self.outcomes.push((at, outcome));
        faces
    }

    fn read(&mut self, reader: &AlbumReader<'_>, at: usize) -> Result<Vec<Option<StoredFace>>, PhotoError> {
        let photo = photos::load(&self.sources[at].path, &self.limits)?;
        let faces = reader.read_stored(&photo, &self.metas[at])?;
        for (face, stored) in (0..).zip(&faces) {
            let Some(stored) = stored else { continue };
            let id = FaceId { photo: at as u64, face };
            if self.draws {
                let [x1, y1, x2, y2] = stored.area;
                self.thumbnails.insert(id, sheet::thumbnail(&photo, &BoundingBox { x1, y1, x2, y2 }));
            }
            self.kept.push((id, stored.clone()));
        }
        Ok(faces)
    }
}

/// What is known of each photo before anybody looks at it, and its id in a store. Here a photo is known by its place.
fn metas(sources: &[Source], avatars: &[PathBuf], limits: &Limits) -> (Vec<PhotoMeta>, Vec<u64>) {
    let avatars: HashSet<PathBuf> = avatars.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let meta = |(place, source): (u64, &Source)| {
        let was_avatar = source.path.canonicalize().is_ok_and(|path| avatars.contains(&path));
        let mut meta = PhotoMeta { id: place, was_avatar, ..PhotoMeta::default() };
        // A file that cannot be read is told of when it is looked at.
        let bytes = photos::read(&source.path, limits).unwrap_or_default();
        read_exif(&bytes, &mut meta);
        (meta, kept_id(&bytes))
    };
    let (mut metas, ids): (Vec<_>, Vec<_>) = (0..).zip(sources).map(meta).unzip();
    mark_trips(&mut metas, FAR);
    (metas, ids)
}

/// The first eight bytes of the file's SHA-256: what was said of a photo's faces holds wherever its file is.
fn kept_id(bytes: &[u8]) -> u64 {
    Sha256::digest(bytes).iter().take(8).fold(0, |id, &byte| id << 8 | u64::from(byte))
}

fn owner(arguments: &arguments::Album) -> Result<Owner> {
    let mut friends = Vec::new();
    for path in &arguments.friend {
        friends.extend(read(path)?.embeddings());
    }
    let female = arguments.name.as_deref().and_then(|name| sex_from_full_name(name).told());
    Ok(Owner { age: arguments.age, female, friends })
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

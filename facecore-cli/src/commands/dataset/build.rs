//! `facecore dataset build`.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use facecore::cluster::Zones;
use facecore::profile::Settings;
use facecore::social::sample_accounts;
use facecore::{AlbumReader, Embedding, SpaceId};

use super::album::Albums;
use super::counts::Counts;
use super::files::{EmbeddingWriter, Folder, Row, Summary};
use super::log::{Finished, KeptFace, Log, Plan};
use super::people::{Known, Person, across};
use super::sheet::Sheet;
use super::split::{held_back, stats};
use crate::accounts::{self, Lines, List};
use crate::arguments::DatasetBuild;
use crate::commands::album as one_album;
use crate::commands::listed::Telling;
use crate::failure::Result;
use crate::{ordered, output, saving};

pub fn run(arguments: &DatasetBuild, json: bool) -> Result<ExitCode> {
    let list = accounts::check(&arguments.accounts)?;
    let engine = arguments.model.open()?;
    let settings = one_album::builder(&engine)?.settings().clone();
    let zones = zones(arguments, &settings)?;
    let beside = arguments.accounts.parent().unwrap_or(Path::new(""));
    let root = arguments.photos.as_deref().unwrap_or(beside);
    let folder = Folder::new(&arguments.out);
    let mut log =
        Log::begin(&arguments.out, &plan(&list, arguments, settings.space), [arguments.resume, arguments.anew])?;
    let albums = Albums {
        reader: AlbumReader::new(&engine, arguments.finding.options())?,
        settings: &settings,
        same_photo: arguments.same_photo.into(),
        root,
        limits: arguments.finding.strict_limits(),
    };
    find(&albums, &mut log, arguments, &list, json)?;
    let counts = write(&folder, &log, &Writing { arguments, zones, list, space: settings.space, root })?;
    log.remove()?;
    stats(&arguments.out, json)?;
    Ok(ExitCode::from(u8::from(counts.any_failed())))
}

/// The zones of people of two accounts.
fn zones(arguments: &DatasetBuild, settings: &Settings) -> Result<Zones> {
    let merge = arguments.merge.unwrap_or(settings.merge);
    Ok(Zones::new(merge, arguments.ambiguous.unwrap_or(settings.ambiguous.min(merge)))?)
}

fn plan(list: &List, arguments: &DatasetBuild, space: SpaceId) -> Plan {
    let rules = format!("{:?} {:?}", arguments.same_photo, arguments.finding.options());
    let (sample, seed) = (arguments.sample.map(usize::from), arguments.seed);
    Plan { version: 1, list: list.hash.clone(), space: space.to_string(), sample, seed, rules }
}

/// Accounts that know each other as little as possible; none if all are taken.
fn sampled(arguments: &DatasetBuild) -> Result<Option<HashSet<u64>>> {
    let Some(count) = arguments.sample else { return Ok(None) };
    let (mut ids, mut friends) = (Vec::new(), Vec::new());
    for line in Lines::open(&arguments.accounts, 0, 0)? {
        let account = line?.account()?;
        ids.push(account.id);
        friends.push(account.friends);
    }
    // The ids are ascending.
    let place = |id: &u64| ids.binary_search(id).ok();
    let friends: Vec<Vec<usize>> = friends.iter().map(|known| known.iter().filter_map(place).collect()).collect();
    Ok(Some(sample_accounts(&friends, count.get(), arguments.seed).into_iter().map(|at| ids[at]).collect()))
}

/// Finds the people of each account that is not finished yet.
fn find(albums: &Albums<'_>, log: &mut Log, arguments: &DatasetBuild, list: &List, json: bool) -> Result<()> {
    let sample = sampled(arguments)?;
    let accounts = Lines::open(&arguments.accounts, 0, 0)?.map(|line| line?.account());
    let last = log.last;
    let is_due =
        |id: u64| last.is_none_or(|last| id > last) && sample.as_ref().is_none_or(|sample| sample.contains(&id));
    let due = accounts.filter(|account| account.as_ref().map_or(true, |account| is_due(account.id)));
    let bar = output::bar(sample.as_ref().map_or(list.accounts as usize, HashSet::len), "accounts");
    bar.set_position(log.finished);
    let telling = Telling { bar: &bar, json };
    ordered::stream(
        due,
        arguments.threads.count(),
        |account: Result<_>| account.map(|account| albums.people(&account)),
        |found: Result<_>| {
            let (finished, failures) = found?;
            telling.failures(finished.account, &failures)?;
            bar.inc(1);
            log.put(&finished)
        },
    )?;
    bar.finish_and_clear();
    Ok(())
}

struct Writing<'a> {
    arguments: &'a DatasetBuild,
    zones: Zones,
    list: List,
    space: SpaceId,
    root: &'a Path,
}

/// Compares the accounts' people, and writes the data set: the log is read twice, so that no more than a mean face of each is in memory.
fn write(folder: &Folder, log: &Log, writing: &Writing<'_>) -> Result<Counts> {
    let arguments = writing.arguments;
    let mut counts = Counts::default();
    let mut people = Vec::new();
    let mut lines = log.read()?;
    while let Some(Finished { account, counts: of_account, people: found }) = lines.next()? {
        counts.add(&of_account);
        for faces in &found {
            people.push(Person::new(account, &embeddings(faces, writing.space)?));
        }
    }
    let known = across(people, writing.zones, writing.space, &folder.at("people"))?;
    (counts.merged_across, counts.ambiguous_across) = (known.merged, known.ambiguous);
    counts.people = known.people.into();
    if known.people == 0 {
        let Counts { photos, failed_photos, faces, alone, .. } = counts;
        let reason = format!(
            "{photos} photos, {failed_photos} of them failed; {faces} faces, {alone} of them like too few others"
        );
        return Err(format!("nobody is left: {reason}. --anew begins again, with the right --photos").into());
    }
    let mut sheet = Sheet::new(known.people, arguments.sheet);
    let values = write_faces(folder, log, writing, &known, |row| {
        counts.kept += 1;
        sheet.see(row);
    })?;
    let threads = arguments.threads.count();
    let page = sheet.html(writing.root, &arguments.finding.strict_limits(), threads, &counts)?;
    saving::save("--out", &folder.at("sheet.html"), page.as_bytes())?;
    let rules = format!("{:?}, {:?}", arguments.same_photo, writing.zones);
    let (space, list) = (writing.space.to_string(), writing.list.hash.clone());
    folder.write_summary(&Summary {
        version: 1,
        space,
        values,
        people: known.people,
        faces: counts.kept,
        list,
        rules,
        counts,
        cleaned: None,
    })?;
    Ok(counts)
}

/// Writes the faces and their embeddings; returns how many values each has.
fn write_faces(
    folder: &Folder,
    log: &Log,
    writing: &Writing<'_>,
    known: &Known,
    mut see: impl FnMut(&Row),
) -> Result<usize> {
    let held = held_back(known.people, writing.arguments.held_back, writing.arguments.seed);
    let (mut rows, mut vectors) = (folder.write_rows()?, EmbeddingWriter::create(folder)?);
    let (mut numbers, mut values) = (known.numbers.iter(), 0);
    let mut lines = log.read()?;
    while let Some(Finished { account, people, .. }) = lines.next()? {
        for faces in &people {
            let Some(Some(person)) = numbers.next().copied() else { continue };
            for (face, embedding) in faces.iter().zip(embeddings(faces, writing.space)?) {
                let KeptFace { photo, file, corners, landmarks, score, .. } = face;
                let row = Row {
                    person,
                    held_back: held[person as usize],
                    account,
                    photo: *photo,
                    file: file.to_string_lossy().into_owned(),
                    corners: *corners,
                    landmarks: *landmarks,
                    score: *score,
                };
                rows.put(&row)?;
                vectors.put(embedding.as_slice())?;
                values = embedding.len();
                see(&row);
            }
        }
    }
    vectors.finish()?;
    rows.finish()?;
    Ok(values)
}

fn embeddings(faces: &[KeptFace], space: SpaceId) -> Result<Vec<Embedding>> {
    let decoded = faces.iter().map(|face| Embedding::decode(&face.embedding));
    let decoded: Vec<Embedding> = decoded.collect::<facecore::Result<_>>()?;
    match decoded.iter().find(|face| face.space() != space) {
        Some(other) => Err(facecore::Error::SpaceMismatch { left: space, right: other.space() }.into()),
        None => Ok(decoded),
    }
}

//! `facecore dataset build`.

use std::process::ExitCode;

use facecore::cluster::Zones;
use facecore::profile::Settings;

use super::counts::Counts;
use super::files::Folder;
use super::finding::{Source, embeddings};
use super::log::{Finished, Log};
use super::people::{Person, across};
use super::split::stats;
use super::writing::{Writer, nobody};
use crate::arguments::DatasetBuild;
use crate::failure::Result;

pub fn run(arguments: &DatasetBuild, json: bool) -> Result<ExitCode> {
    let source = Source::open(&arguments.from)?;
    let zones = zones(arguments, &source.settings)?;
    let folder = Folder::new(&arguments.from.out);
    let mut log = source.log(&format!("{:?}", arguments.same_photo))?;
    let albums = source.albums()?;
    source.find(&mut log, json, |account| albums.people(account, arguments.same_photo.into()))?;
    let rules = format!("{:?}, {zones:?}", arguments.same_photo);
    let counts = write(&folder, &log, &source, (zones, rules))?;
    log.remove()?;
    stats(&arguments.from.out, json)?;
    Ok(ExitCode::from(u8::from(counts.any_failed())))
}

/// The zones of people of two accounts.
fn zones(arguments: &DatasetBuild, settings: &Settings) -> Result<Zones> {
    let merge = arguments.merge.unwrap_or(settings.merge);
    Ok(Zones::new(merge, arguments.ambiguous.unwrap_or(settings.ambiguous.min(merge)))?)
}

/// Compares the accounts' people, and writes the data set: the log is read twice, so that no more than a mean face of each is in memory.
fn write(folder: &Folder, log: &Log, source: &Source<'_>, (zones, rules): (Zones, String)) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut people = Vec::new();
    let mut lines = log.read()?;
    while let Some(Finished { account, counts: of_account, people: found }) = lines.next()? {
        counts.add(&of_account);
        for faces in &found {
            people.push(Person::new(account, &embeddings(faces, source.space())?));
        }
    }
    let known = across(people, zones, source.space(), &folder.at("people"))?;
    (counts.merged_across, counts.ambiguous_across) = (known.merged, known.ambiguous);
    if known.people == 0 {
        return Err(nobody(&counts, &format!("{} of them like too few others", counts.alone)).into());
    }
    let mut writer = Writer::create(folder, source, known.people)?;
    let mut numbers = known.numbers.iter();
    let mut lines = log.read()?;
    while let Some(Finished { account, people, .. }) = lines.next()? {
        for faces in &people {
            if let Some(Some(person)) = numbers.next() {
                writer.put(account, *person, faces)?;
            }
        }
    }
    writer.finish(rules, counts)
}

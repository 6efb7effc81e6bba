//! `facecore dataset bootstrap`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use facecore::adapt::Parameters;
use facecore::bootstrap::{AccountFaces, BootstrapOptions, Purity, Round, bootstrap};
use facecore::cluster::Dbscan;
use serde::Serialize;

use super::counts::Counts;
use super::files::Folder;
use super::finding::{Source, embeddings};
use super::log::{Finished, KeptFace, Log};
use super::split::stats;
use super::truth::Truth;
use super::writing::{Writer, nobody};
use crate::accounts::Account;
use crate::arguments::DatasetBootstrap;
use crate::commands::listed::Failure;
use crate::failure::{Result, explain};
use crate::output::json_line;
use crate::saving;

pub fn run(arguments: &DatasetBootstrap, json: bool) -> Result<ExitCode> {
    let truth = arguments.truth.as_deref().map(Truth::read).transpose()?;
    let source = Source::open(&arguments.from)?;
    let folder = Folder::new(&arguments.from.out);
    let mut log = source.log("clear faces")?;
    let albums = source.albums()?;
    source.find(&mut log, json, |account| within(account, albums.faces(account)))?;
    let there = There::read(&log, &source, truth.as_ref())?;
    there.check(truth.is_some())?;
    let rounds = bootstrap(&there.accounts, &source.settings, &options(arguments))?;
    let records = Record::all(&rounds, truth.is_some().then_some(&there.whose[..]));
    io::stdout().write_all(if json { lines(&records) } else { table(&records) }.as_bytes())?;
    let counts = write(&folder, &log, (&source, there.counts), (&rounds, &records, arguments))?;
    log.remove()?;
    stats(&arguments.from.out, json)?;
    Ok(ExitCode::from(u8::from(counts.any_failed())))
}

fn options(arguments: &DatasetBootstrap) -> BootstrapOptions {
    let usual = BootstrapOptions::default();
    let (seed, threads) = (arguments.from.seed, arguments.from.threads.count());
    let parameters = Parameters { seed, threads, ..usual.parameters };
    BootstrapOptions { rounds: arguments.rounds.get(), same_photo: arguments.same_photo.into(), parameters, ..usual }
}

/// An account with more faces than can be compared fails alone.
fn within(account: &Account, (mut finished, mut failures): (Finished, Vec<Failure>)) -> (Finished, Vec<Failure>) {
    let (actual, limit) = (finished.people.iter().map(Vec::len).sum::<usize>() as u64, Dbscan::MAX_FACES as u64);
    if actual > limit {
        let error = facecore::Error::Limit { what: "number of faces", actual, limit };
        failures.push(Failure { photo: None, code: error.code(), message: explain(&error) });
        finished = Finished { account: account.id, people: Vec::new(), ..finished };
        finished.counts.failed_accounts = 1;
    }
    (finished, failures)
}

/// The clear faces of all accounts.
#[derive(Default)]
struct There {
    accounts: Vec<AccountFaces>,
    /// By the numbers of the faces; empty where there is no truth.
    whose: Vec<Option<u32>>,
    counts: Counts,
}

impl There {
    fn read(log: &Log, source: &Source<'_>, truth: Option<&Truth>) -> Result<Self> {
        let mut there = Self::default();
        let mut lines = log.read()?;
        while let Some(Finished { counts, people, .. }) = lines.next()? {
            there.counts.add(&counts);
            let faces = people.concat();
            there.whose.extend(truth.into_iter().flat_map(|truth| truth.whose(&faces)));
            let photos = faces.iter().map(|face| face.photo).collect();
            there.accounts.push(AccountFaces { faces: embeddings(&faces, source.space())?, photos });
        }
        Ok(there)
    }

    /// Whether there is anything to go on, in words of the command.
    fn check(&self, has_truth: bool) -> Result<()> {
        let with_faces = self.accounts.iter().filter(|account| !account.faces.is_empty()).count();
        if with_faces < 2 {
            let and = format!("{with_faces} of {} accounts have clear ones, and two are needed", self.counts.accounts);
            return Err(nobody(&self.counts, &and).into());
        }
        if has_truth && self.whose.iter().all(Option::is_none) {
            return Err("--truth: it names no photo of the accounts that has one clear face".into());
        }
        Ok(())
    }
}

/// A round, as it is told and kept.
#[derive(Serialize)]
struct Record {
    round: usize,
    people: usize,
    faces: usize,
    /// Faces whose person is another than in the round before.
    changed: usize,
    alone: usize,
    /// From here on people, as in [`Counts`].
    same_photo: usize,
    merged: usize,
    ambiguous: usize,
    merged_across: usize,
    ambiguous_across: usize,
    #[serde(flatten)]
    judged: Option<Judged>,
}

/// How right the people of a round are.
#[derive(Serialize)]
struct Judged {
    known: usize,
    mixed: usize,
    false_merges: usize,
    purity: f64,
    completeness: f64,
}

impl Record {
    fn all(rounds: &[Round], whose: Option<&[Option<u32>]>) -> Vec<Self> {
        let record = |(number, round): (usize, &Round)| {
            let judged = whose.map(|whose| Purity::of(&round.people, whose)).map(|purity| Judged {
                known: purity.known,
                mixed: purity.mixed,
                false_merges: purity.false_merges,
                purity: purity.purity(),
                completeness: purity.completeness(),
            });
            let Round { changed, alone, same_photo, .. } = *round;
            let ([merged, merged_across], [ambiguous, ambiguous_across]) = (round.merged, round.ambiguous);
            let faces = round.people.iter().map(Vec::len).sum();
            Self {
                round: number,
                people: round.people.len(),
                faces,
                changed,
                alone,
                same_photo,
                merged,
                ambiguous,
                merged_across,
                ambiguous_across,
                judged,
            }
        };
        (1..).zip(rounds).map(record).collect()
    }

    fn count(&self, counts: &mut Counts) {
        (counts.alone, counts.same_photo) = (self.alone as u64, self.same_photo as u64);
        (counts.merged, counts.ambiguous) = (self.merged as u64, self.ambiguous as u64);
        (counts.merged_across, counts.ambiguous_across) = (self.merged_across as u64, self.ambiguous_across as u64);
    }
}

fn lines(records: &[Record]) -> String {
    records.iter().map(json_line).collect()
}

fn table(records: &[Record]) -> String {
    let mut text =
        String::from("round  people    faces  changed    alone   joined  dropped: twice on a photo, too alike");
    let is_judged = records.iter().any(|record| record.judged.is_some());
    text += if is_judged { "   mixed   purity  complete\n" } else { "\n" };
    for record in records {
        let Record { round, people, faces, changed, alone, same_photo, .. } = record;
        let (joined, alike) = (record.merged + record.merged_across, record.ambiguous + record.ambiguous_across);
        text += &format!("{round:5}{people:8}{faces:9}{changed:9}{alone:9}{joined:9}{same_photo:26}{alike:11}");
        if let Some(Judged { mixed, purity, completeness, .. }) = record.judged {
            text += &format!("{mixed:8}{purity:9.4}{completeness:10.4}");
        }
        text.push('\n');
    }
    text
}

/// Writes the people of the last round, the map that was learned from them, and what each round did.
fn write(
    folder: &Folder,
    log: &Log,
    (source, mut counts): (&Source<'_>, Counts),
    (rounds, records, arguments): (&[Round], &[Record], &DatasetBootstrap),
) -> Result<Counts> {
    let (Some(last), Some(record)) = (rounds.last(), records.last()) else { return Err("no rounds".into()) };
    let people: BTreeMap<usize, u32> =
        (0..).zip(&last.people).flat_map(|(person, faces)| faces.iter().map(move |&face| (face, person))).collect();
    let mut writer = Writer::create(folder, source, last.people.len() as u32)?;
    let mut first = 0;
    let mut logged = log.read()?;
    while let Some(Finished { account, people: found, .. }) = logged.next()? {
        let mut of: BTreeMap<u32, Vec<KeptFace>> = BTreeMap::new();
        for (number, face) in (first..).zip(found.concat()) {
            first = number + 1;
            if let Some(&person) = people.get(&number) {
                of.entry(person).or_default().push(face);
            }
        }
        of.iter().try_for_each(|(&person, faces)| writer.put(account, person, faces))?;
    }
    saving::save("--out", &folder.at("map"), &last.learned.to_bytes())?;
    saving::save("--out", &folder.at("rounds.jsonl"), lines(records).as_bytes())?;
    record.count(&mut counts);
    writer.finish(format!("{:?}, {} rounds", arguments.same_photo, rounds.len()), counts)
}

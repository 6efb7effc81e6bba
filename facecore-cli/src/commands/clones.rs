//! `facecore clones`: accounts of a store that show one person.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::index::FaceIndex;
use facecore::profile::Profile;
use facecore::search::{CloneSearch, Indexed, clone_level, index_profiles, report_clones};
use facecore::store::{CloneEvent, CloneState, ProfileStore};
use indicatif::ProgressBar;
use serde::Serialize;

use super::store::open;
use crate::arguments::{Clones, ClonesFind, ClonesList};
use crate::failure::Result;
use crate::output::json_line;
use crate::shown;

/// Pairs that are read at once.
const PAGE: usize = 10_000;

pub fn run(command: &Clones, json: bool) -> Result<ExitCode> {
    match command {
        Clones::Find(arguments) => find(arguments, json)?,
        Clones::List(arguments) => list(arguments, json)?,
        Clones::Judge(judged) => {
            open(&judged.store)?.write(|batch| batch.judge_clone(judged.one, judged.other, judged.state.into()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn find(arguments: &ClonesFind, json: bool) -> Result<()> {
    let store = open(&arguments.store)?;
    let beside = |suffix: &str| PathBuf::from(format!("{}.{suffix}", arguments.index.display()));
    let progress = beside("progress");
    let Some(index) = index(&store, &arguments.index, &progress)? else { return Ok(()) };
    let least = clone_level(&index, arguments.per_million, 0)?;
    let mut search = CloneSearch::open(&index, least, &progress)?;
    let (done, all) = search.parts();
    let bar = ProgressBar::new(all).with_position(done);
    while search.step()? {
        bar.inc(1);
    }
    bar.finish_and_clear();
    // Reported before the progress is removed: a command that is killed here reports the same pairs again, and none of them is news twice.
    let news = report_clones(&store, &search.pairs()?)?;
    print(&news, json)?;
    search.finish()?;
    drop(index);
    for path in [arguments.index.clone(), beside("lock")] {
        fs::remove_file(&path).map_err(|error| format!("{}: {error}", shown::path(&path)))?;
    }
    Ok(())
}

/// The index of accounts with one owner: the one of the search that was begun, or a new one. None if the store has no profile.
fn index(store: &ProfileStore, path: &Path, progress: &Path) -> Result<Option<FaceIndex>> {
    let Some((_, first)) = store.page(None, 1)?.pop() else { return Ok(None) };
    let values = Profile::from_bytes(&first)?.values();
    if progress.exists() && path.exists() {
        return Ok(Some(FaceIndex::open(path, store.space(), values)?));
    }
    if path.exists() {
        // Left by a command that was killed while it built the index; anything else is not ours to remove.
        drop(FaceIndex::open(path, store.space(), values)?);
        fs::remove_file(path).map_err(|error| format!("--index {}: {error}", shown::path(path)))?;
    }
    let mut index = FaceIndex::open(path, store.space(), values)?;
    index_profiles(store, &mut index, Indexed::SingleOwners)?;
    Ok(Some(index))
}

fn list(arguments: &ClonesList, json: bool) -> Result<()> {
    let store = open(&arguments.store)?;
    let wanted = arguments.state.map(CloneState::from);
    let mut after = None;
    loop {
        let page = store.clones(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.low, last.high));
        let shown = page.into_iter().filter(|event| wanted.is_none_or(|state| event.state == state));
        print(&shown.collect::<Vec<_>>(), json)?;
    }
}

#[derive(Serialize)]
struct EventRecord {
    low: u64,
    high: u64,
    cosine: f32,
    state: &'static str,
}

fn print(events: &[CloneEvent], json: bool) -> Result<()> {
    let mut text = String::new();
    for &CloneEvent { low, high, cosine, state } in events {
        let state = match state {
            CloneState::Open => "open",
            CloneState::Confirmed => "confirmed",
            CloneState::Rejected => "rejected",
            CloneState::Known => "known",
        };
        text += &match json {
            true => json_line(&EventRecord { low, high, cosine, state }),
            false => format!("{low} {high} {cosine:.3} {state}\n"),
        };
    }
    Ok(io::stdout().write_all(text.as_bytes())?)
}

//! `facecore store`: how much is in a store, whether it is sound, backups, users who leave.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use facecore::index::FaceIndex;
use facecore::store::{Iterations, ProfileStore, StoreOptions, StoreSize};
use serde::Serialize;

use crate::arguments::{Keep, Store, StoreErase, StoreUsers};
use crate::failure::Result;
use crate::output::json_line;
use crate::shown;

pub fn run(command: &Keep, json: bool) -> Result<ExitCode> {
    match command {
        Keep::Stats(store) => stats(&open(store)?, json),
        Keep::Back(store) => {
            let store = open(store)?;
            store.back()?;
            stats(&store, json)
        }
        Keep::Verify(store) => verify(&open(store)?, json),
        Keep::Compact(store) => {
            let store = open(store)?;
            store.compact()?;
            stats(&store, json)
        }
        Keep::Backup(arguments) => {
            open(&arguments.store)?.backup(&arguments.to)?;
            Ok(ExitCode::SUCCESS)
        }
        Keep::Erase(arguments) => leave(arguments, false, json),
        Keep::OptOut(arguments) => leave(arguments, true, json),
        Keep::OptIn(arguments) => opt_in(arguments),
        Keep::Findable(arguments) => set_findable(arguments, true),
        Keep::NotFindable(arguments) => set_findable(arguments, false),
    }
}

/// Opens a store that exists: a mistyped folder must not become an empty store.
pub fn open(store: &Store) -> Result<ProfileStore> {
    let Store { folder, space } = store;
    if !folder.join("facecore-store").exists() {
        return Err(format!("{}: there is no store in this folder", shown::path(folder)).into());
    }
    Ok(ProfileStore::open(folder, *space, &StoreOptions::default())?)
}

#[derive(Serialize)]
struct StatsRecord {
    profiles: u64,
    faces: u64,
    opinions: u64,
    opted_out: u64,
    bytes: u64,
    current: u64,
    previous: Option<u64>,
    next: Option<u64>,
}

fn stats(store: &ProfileStore, json: bool) -> Result<ExitCode> {
    let StoreSize { profiles, faces, opinions, opted_out, bytes, .. } = store.size()?;
    let Iterations { current, previous, next } = store.iterations()?;
    if json {
        return print(&json_line(&StatsRecord {
            profiles,
            faces,
            opinions,
            opted_out,
            bytes,
            current,
            previous,
            next,
        }));
    }
    let mut text = format!("{profiles} profiles, {faces} faces, {opinions} opinions, {opted_out} users opted out\n");
    text += &format!("{bytes} bytes on the disk; iteration {current} is read");
    if let Some(previous) = previous {
        text += &format!(", {previous} is kept to go back to");
    }
    if let Some(next) = next {
        text += &format!(", {next} is being written");
    }
    print(&(text + "\n"))
}

#[derive(Serialize)]
struct VerifyRecord<'a> {
    records: u64,
    damage: &'a [String],
}

fn verify(store: &ProfileStore, json: bool) -> Result<ExitCode> {
    let report = store.verify()?;
    let damage = &report.damage;
    if json {
        print(&json_line(&VerifyRecord { records: report.records, damage }))?;
    } else {
        let lines: String = damage.iter().map(|line| format!("{}\n", shown::printable(line))).collect();
        print(&format!("{lines}{} records, {} of them damaged\n", report.records, damage.len()))?;
    }
    Ok(ExitCode::from(u8::from(!damage.is_empty())))
}

#[derive(Serialize)]
struct LeaveRecord {
    users: usize,
    faces_in_indexes: u64,
    compacted: bool,
}

/// The store comes first: users whom it no longer knows, or knows to have opted out, are never suggested, even if an index still has them.
fn leave(arguments: &StoreErase, opts_out: bool, json: bool) -> Result<ExitCode> {
    let StoreErase { users: StoreUsers { store, users }, index, compact } = arguments;
    let store = open(store)?;
    let mut indexes = index.iter().map(|path| open_index(path)).collect::<Result<Vec<_>>>()?;
    store.write(|batch| {
        users.iter().try_for_each(|&user| if opts_out { batch.opt_out(user) } else { batch.erase(user) })
    })?;
    let mut faces = 0;
    for index in &mut indexes {
        faces += index.remove(users)?;
    }
    if *compact {
        store.compact()?;
        indexes.iter_mut().try_for_each(FaceIndex::compact)?;
    }
    if json {
        return print(&json_line(&LeaveRecord { users: users.len(), faces_in_indexes: faces, compacted: *compact }));
    }
    let disk = match compact {
        true => "their bytes are off the disk",
        false => "their bytes leave the disk with --compact, or at the next `facecore store compact`",
    };
    print(&format!("{} users removed, and {faces} faces from indexes; {disk}\n", users.len()))
}

/// An index that exists, to write.
fn open_index(path: &Path) -> Result<FaceIndex> {
    let about = |error: facecore::Error| format!("--index {}: {error}", shown::path(path));
    if !path.is_file() {
        return Err(format!("--index {}: there is no such file", shown::path(path)).into());
    }
    let index = FaceIndex::open_to_read(path).map_err(about)?;
    let (space, values) = (index.space(), index.values());
    drop(index);
    Ok(FaceIndex::open(path, space, values).map_err(about)?)
}

fn opt_in(arguments: &StoreUsers) -> Result<ExitCode> {
    let StoreUsers { store, users } = arguments;
    let had = open(store)?
        .write(|batch| users.iter().map(|&user| batch.opt_in(user)).collect::<facecore::Result<Vec<bool>>>())?;
    for (user, _) in users.iter().zip(&had).filter(|(_, had)| !**had) {
        crate::output::tell(&format!("{user} had not opted out"));
    }
    Ok(ExitCode::from(u8::from(had.contains(&false))))
}

fn set_findable(arguments: &StoreUsers, findable: bool) -> Result<ExitCode> {
    let StoreUsers { store, users } = arguments;
    let store = open(store)?;
    store.write(|batch| users.iter().try_for_each(|&user| batch.set_findable(user, findable).map(drop)))?;
    let refused = if findable { store.opted_out_among(users)? } else { Vec::new() };
    for user in &refused {
        crate::output::tell(&format!("{user} has opted out, and is not found"));
    }
    Ok(ExitCode::from(u8::from(!refused.is_empty())))
}

fn print(text: &str) -> Result<ExitCode> {
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

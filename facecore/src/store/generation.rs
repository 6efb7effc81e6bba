//! One LMDB environment with its tables. The only file of the room with `unsafe` code.

#![allow(unsafe_code)]

use std::path::Path;

use heed::types::Bytes;
use heed::{CommitOrAbort, Env, EnvFlags, EnvOpenOptions, MdbError, RoTxn, RwTxn, WithoutTls};

use super::options::{Durability, StoreOptions};
use super::record::{seal, unseal};
use super::state::{SLOTS, State};
use crate::error::{Error, Result};

// LMDB calls functions of this library of Windows, which its crate does not tell the linker.
#[cfg(windows)]
#[link(name = "advapi32")]
unsafe extern "system" {}

pub(super) type Table = heed::Database<'static, Bytes, Bytes>;

/// The names of the tables, in the order of [`Tables::all`].
pub(super) const NAMES: [&str; 10] =
    ["state", "profiles-0", "profiles-1", "profiles-2", "faces", "opinions", "opted-out", "live", "findable", "clones"];

#[derive(Debug, Clone, Copy)]
pub(super) struct Tables([Table; NAMES.len()]);

impl Tables {
    pub(super) fn all(&self) -> &[Table] {
        &self.0
    }

    pub(super) fn state(&self) -> Table {
        self.0[0]
    }

    pub(super) fn profiles(&self, slot: usize) -> Table {
        self.0[1 + slot % SLOTS]
    }

    pub(super) fn faces(&self) -> Table {
        self.0[4]
    }

    pub(super) fn opinions(&self) -> Table {
        self.0[5]
    }

    pub(super) fn opted_out(&self) -> Table {
        self.0[6]
    }

    pub(super) fn live(&self) -> Table {
        self.0[7]
    }

    pub(super) fn findable(&self) -> Table {
        self.0[8]
    }

    pub(super) fn clones(&self) -> Table {
        self.0[9]
    }

    /// What the store knows of itself; none in a generation that was never written to.
    pub(super) fn read_state(&self, txn: &RoTxn<'_>) -> Result<Option<State>> {
        let Some(sealed) = self.state().get(txn, State::KEY).map_err(failed)? else { return Ok(None) };
        let bytes = unseal(State::KEY, sealed)?;
        let unknown = || Error::StoreDamaged { reason: "its state is of another layout than this version's".into() };
        State::from_bytes(bytes).map(Some).ok_or_else(unknown)
    }

    pub(super) fn write_state(&self, txn: &mut RwTxn<'_>, state: State) -> Result<()> {
        self.state().put(txn, State::KEY, &seal(State::KEY, &state.to_bytes())).map_err(failed)
    }
}

/// An open generation. Its file is closed with the last user's handle.
#[derive(Debug)]
pub(super) struct Generation {
    pub number: u64,
    pub env: Env<WithoutTls>,
    pub tables: Tables,
}

/// How a generation's file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// By commits that last.
    Commits,
    /// As a whole: nothing lasts before [`Generation::sync`].
    Whole,
}

impl Generation {
    /// Opens the generation in a folder that exists, or begins it.
    pub(super) fn open(folder: &Path, number: u64, options: &StoreOptions, writing: Writing) -> Result<Self> {
        let mut with = EnvOpenOptions::new().read_txn_without_tls();
        let whole_pages = options.max_bytes.max(1 << 20).next_multiple_of(1 << 16);
        let map_size = usize::try_from(whole_pages).map_err(|_| Error::Option {
            name: "max_bytes",
            reason: format!("{} does not fit into an address space", options.max_bytes),
        })?;
        with.map_size(map_size).max_readers(options.max_readers.max(1)).max_dbs(NAMES.len() as u32);
        let flags = match (writing, options.durability) {
            (Writing::Whole, _) => EnvFlags::NO_SYNC,
            (Writing::Commits, Durability::Process) => EnvFlags::NO_META_SYNC,
            (Writing::Commits, Durability::Power) => EnvFlags::empty(),
        };
        // SAFETY: these two flags change when data is synced, and not what LMDB reads or locks.
        unsafe { with.flags(flags) };
        // SAFETY: the file is mapped into memory, so nobody but LMDB may write to it. The folder is the store's own: only this room writes
        // there, always through LMDB and its lock file; replaced generations are unlinked and never overwritten. `check_length` refuses a
        // file that lost its end. heed refuses to open a folder twice in one process.
        let env = unsafe { with.open(folder) }.map_err(failed)?;
        check_length(&env)?;
        env.clear_stale_readers().map_err(failed)?;
        let tables = match existing_tables(&env)? {
            Some(tables) => tables,
            None => new_tables(&env)?,
        };
        Ok(Self { number, env, tables })
    }

    /// Everything written so far is on the disk.
    pub(super) fn sync(&self) -> Result<()> {
        self.env.force_sync().map_err(failed)
    }
}

/// The tables, if they were made: whoever opens a store does not wait for a writer.
fn existing_tables(env: &Env<WithoutTls>) -> Result<Option<Tables>> {
    let txn = env.read_txn().map_err(failed)?;
    let tables = env.open_databases_and_commit(txn, |opener, txn| {
        let mut tables = Vec::with_capacity(NAMES.len());
        for name in NAMES {
            tables.extend(opener.open_database::<Bytes, Bytes>(txn, Some(name))?);
        }
        Ok::<_, heed::Error>(match <[_; NAMES.len()]>::try_from(tables) {
            Ok(tables) => CommitOrAbort::Commit(tables),
            Err(_) => CommitOrAbort::Abort(()),
        })
    });
    Ok(tables.map_err(failed)?.commit().map(Tables))
}

fn new_tables(env: &Env<WithoutTls>) -> Result<Tables> {
    let txn = env.write_txn().map_err(failed)?;
    let tables = env.create_databases_and_commit(txn, |opener, txn| {
        let mut tables = Vec::with_capacity(NAMES.len());
        for name in NAMES {
            tables.push(opener.create_database::<Bytes, Bytes>(txn, Some(name))?);
        }
        let tables = <[_; NAMES.len()]>::try_from(tables).map_err(|_| heed::Error::Mdb(MdbError::DbsFull))?;
        Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(tables))
    });
    let never = || Error::Internal { reason: "the store's tables were not made".into() };
    tables.map_err(failed)?.commit().map(Tables).ok_or_else(never)
}

/// Pages that the root names and the file lacks would end the process when they are read.
fn check_length(env: &Env<WithoutTls>) -> Result<()> {
    let pages = env.info().last_page_number as u64 + 1;
    let page = u64::from(env.unnamed_database_stat().page_size);
    let length = env.real_disk_size().map_err(failed)?;
    // A new file has its two root pages only.
    if length < pages * page {
        let reason = format!("its file has {length} bytes, and {} were written; restore a backup", pages * page);
        return Err(Error::StoreDamaged { reason });
    }
    Ok(())
}

/// LMDB's errors as ours.
pub(super) fn failed(error: heed::Error) -> Error {
    let store = |reason: String| Error::Store { reason };
    match error {
        heed::Error::Mdb(MdbError::MapFull) => Error::StoreFull,
        heed::Error::Mdb(MdbError::MapResized) => {
            store("another process opened it with a larger max_bytes; open it with the same".into())
        }
        heed::Error::Mdb(MdbError::ReadersFull) => store("too many reads at the same time; raise max_readers".into()),
        heed::Error::Mdb(
            error @ (MdbError::Corrupted | MdbError::PageNotFound | MdbError::Invalid | MdbError::VersionMismatch),
        ) => Error::StoreDamaged { reason: format!("{error}; restore a backup") },
        heed::Error::EnvAlreadyOpened => {
            store("it is open in this process already; share that handle between the threads".into())
        }
        error => store(error.to_string()),
    }
}

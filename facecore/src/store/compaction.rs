//! Writes all records anew: for backups, to free disk space, and so that nothing is left of what was erased.
//!
//! LMDB's own compacting copy takes whole pages, in whose gaps erased records can survive. So the records are read and written one by one
//! into a file that never held anything else.

use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use heed::{PutFlags, RoTxn};

use super::folder::Folder;
use super::generation::{Generation, NAMES, Tables, Writing, failed};
use super::profile_store::ProfileStore;
use super::record::{FACE, USER, unseal};
use super::state::SLOTS;
use crate::error::{Error, Result};

/// What [`ProfileStore::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreReport {
    /// Records that were read.
    pub records: u64,
    /// What is wrong, one line each, at most 100; empty for a sound store.
    pub damage: Vec<String>,
}

/// Bytes that are written between two commits of a copy.
const CHUNK: usize = 64 << 20;

impl ProfileStore {
    /// Writes all records anew and frees what the old file takes: what was erased is in no file of the store any more. Reads go on
    /// meanwhile, in all processes; writes wait. Needs as much free disk as the store has records.
    ///
    /// The old file is unlinked, not overwritten: what becomes of its blocks is up to the file system and the disk. Backups made before
    /// hold what they held.
    ///
    /// # Errors
    /// [`Error::Store`] while an iteration is being written (until then the store must remember who was erased), or if the disk is
    /// full; [`Error::StoreDamaged`] for a record that does not fit its checksum. The store is as it was then.
    pub fn compact(&self) -> Result<()> {
        loop {
            let old = self.generation();
            // Holds up all writers, in all processes, until the records have moved.
            let mut txn = old.env.write_txn().map_err(failed)?;
            let Some(mut state) = self.usable(&old, old.tables.read_state(&txn)?)? else {
                drop(txn);
                // Another process was faster, which is as good as done, but for what was erased since: again.
                self.read(|_, _, _| Ok(()))?;
                continue;
            };
            if let Some(next) = state.iterations.next {
                let reason = format!("iteration {next} is being written; switch to it or drop it first");
                return Err(Error::Store { reason });
            }
            let number = old.number + 1;
            let part = self.folder.part(number);
            self.folder.remove_all(&part)?;
            if let Err(error) = self.copy(&txn, &old.tables, &part) {
                self.folder.remove_all(&part)?;
                return Err(error);
            }
            // From this commit on nobody uses the old generation, and whoever meets it completes the new one.
            // The lock keeps this process's own threads from opening it first.
            state.moved = true;
            old.tables.write_state(&mut txn, state)?;
            let mut held = self.generation.write().unwrap_or_else(PoisonError::into_inner);
            txn.commit().map_err(failed)?;
            self.folder.complete(number)?;
            *held =
                Arc::new(Generation::open(&self.folder.generation(number), number, &self.options, Writing::Commits)?);
            drop(held);
            return self.folder.sweep(number);
        }
    }

    /// Copies the store, as it is now, into a folder of its own, which must not exist: a compacted store, to be opened like any other.
    /// Reads and writes go on meanwhile; pages that writers free are used again only after it.
    ///
    /// # Errors
    /// [`Error::Store`] if the folder exists or cannot be written, [`Error::StoreDamaged`] for a record that does not fit its checksum.
    /// Nothing is left of the copy then.
    pub fn backup(&self, folder: &Path) -> Result<()> {
        if folder.exists() {
            let reason = format!("{} exists; a backup is written into a new folder", folder.display());
            return Err(Error::Store { reason });
        }
        let to = Folder::new(folder)?;
        let written = self.read(|txn, tables, _| self.copy(txn, tables, &to.part(1)));
        let done = written.and_then(|()| to.complete(1)).and_then(|()| to.initialise());
        if done.is_err() {
            to.remove_all(folder)?;
        }
        done
    }

    /// Reads every record and checks it: checksums, keys, no profile of somebody who has opted out.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::StoreDamaged`] where it cannot be read at all. What is wrong with records is in the report.
    pub fn verify(&self) -> Result<StoreReport> {
        self.read(|txn, tables, _| {
            let mut report = StoreReport::default();
            for (table, name) in tables.all().iter().zip(NAMES) {
                let length = match name {
                    "faces" | "opinions" => FACE,
                    "clones" => 2 * USER,
                    _ => USER,
                };
                for record in table.iter(txn).map_err(failed)? {
                    let (key, sealed) = record.map_err(failed)?;
                    report.records += 1;
                    let wrong = if unseal(key, sealed).is_err() {
                        "its checksum is wrong"
                    } else if name != "state" && key.len() != length {
                        "its key has a wrong length"
                    } else {
                        continue;
                    };
                    report.found(format!("{name}, key {key:x?}: {wrong}"));
                }
            }
            for record in tables.opted_out().iter(txn).map_err(failed)? {
                let (key, _) = record.map_err(failed)?;
                for slot in 0..SLOTS {
                    if key.len() == USER && tables.profiles(slot).get(txn, key).map_err(failed)?.is_some() {
                        report.found(format!("{}, key {key:x?}: the user has opted out", NAMES[1 + slot]));
                    }
                }
            }
            Ok(report)
        })
    }

    /// All records into a new generation at `path`, synced.
    fn copy(&self, from: &RoTxn<'_>, tables: &Tables, path: &Path) -> Result<()> {
        fs::create_dir_all(path).map_err(|error| self.folder.failed("write a copy of", &error))?;
        let to = Generation::open(path, 0, &self.options, Writing::Whole)?;
        let mut txn = to.env.write_txn().map_err(failed)?;
        let mut written = 0;
        for (source, target) in tables.all().iter().zip(to.tables.all()) {
            for record in source.iter(from).map_err(failed)? {
                let (key, sealed) = record.map_err(failed)?;
                unseal(key, sealed)?;
                target.put_with_flags(&mut txn, PutFlags::APPEND, key, sealed).map_err(failed)?;
                written += key.len() + sealed.len();
                if written > CHUNK {
                    txn.commit().map_err(failed)?;
                    txn = to.env.write_txn().map_err(failed)?;
                    written = 0;
                }
            }
        }
        txn.commit().map_err(failed)?;
        to.sync()
    }
}

impl StoreReport {
    fn found(&mut self, damage: String) {
        if self.damage.len() < 100 {
            self.damage.push(damage);
        }
    }
}

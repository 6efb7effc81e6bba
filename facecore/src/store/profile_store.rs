//! The store as it is used: reads and writes.

use std::fmt;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use heed::RoTxn;

use super::batch::Batch;
use super::folder::Folder;
use super::generation::{Generation, Table, Tables, Writing, failed};
use super::options::StoreOptions;
use super::record::{damaged, parse_key, unseal, user_key};
use super::state::State;
use crate::error::{Error, Result};
use crate::profile::{FaceId, Feedback, Opinion};
use crate::space::SpaceId;

/// Profiles, stored faces and opinions of many users, in a folder on a local disk.
///
/// `Send + Sync`: one handle serves all threads of a process, and a process opens a folder once. Any number of processes read while one
/// writes; two that write take turns. A read sees one state of everything, that of the last commit. Do not put it on a network file system:
/// LMDB's locks do not work there. A process made by `fork` must open a handle of its own.
///
/// The folder is trusted: whoever can write there can crash the process. A value that the disk has damaged is noticed by its
/// checksum.
///
/// ```
/// # use facecore::SpaceId;
/// # use facecore::store::{ProfileStore, StoreOptions};
/// # let folder = std::env::temp_dir().join(format!("facecore-doc-{}", std::process::id()));
/// # fn run(folder: &std::path::Path) -> facecore::Result<()> {
/// let space = SpaceId(*b"example!"); // `Profile::space`
/// let store = ProfileStore::open(folder, space, &StoreOptions::default())?;
/// store.write(|batch| {
///     batch.put(7, space, b"a profile's bytes")?; // `Profile::to_bytes`
///     batch.put(9, space, b"another's")
/// })?;
/// assert_eq!(store.get(7)?.as_deref(), Some(&b"a profile's bytes"[..]));
/// assert_eq!(store.get_many(&[7, 8, 9])?.iter().flatten().count(), 2);
/// store.write(|batch| batch.erase(7))?;
/// store.compact()?; // now the bytes are gone from the disk
/// assert_eq!(store.get(7)?, None);
/// # Ok(())
/// # }
/// # let outcome = run(&folder);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # outcome.unwrap();
/// ```
pub struct ProfileStore {
    pub(super) folder: Folder,
    pub(super) options: StoreOptions,
    space: SpaceId,
    pub(super) generation: RwLock<Arc<Generation>>,
}

/// How much is in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreSize {
    /// Profiles of the current iteration.
    pub profiles: u64,
    /// Stored faces.
    pub faces: u64,
    /// Opinions on faces.
    pub opinions: u64,
    /// Users who have opted out.
    pub opted_out: u64,
    /// Bytes of the file, with pages that are free to be written again.
    pub bytes: u64,
}

/// Users of a page, so that no call of another language has to carry gigabytes.
const MAX_PAGE: usize = 1 << 16;

impl ProfileStore {
    /// Opens the store in a folder, which is made if it does not exist.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] if the store is of another space, [`Error::StoreDamaged`], and [`Error::Store`] if the folder cannot be
    /// used, or is open in this process already.
    pub fn open(folder: &Path, space: SpaceId, options: &StoreOptions) -> Result<Self> {
        let folder = Folder::new(folder)?;
        folder.initialise()?;
        let generation = open_newest(&folder, options)?;
        let store = Self { folder, options: *options, space, generation: RwLock::new(Arc::new(generation)) };
        store.check_state()?;
        Ok(store)
    }

    /// The space of all its values.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// A user's profile in the current iteration.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], [`Error::Store`]; of all reading calls.
    pub fn get(&self, user: u64) -> Result<Option<Vec<u8>>> {
        self.read(|txn, tables, state| {
            let table = tables.profiles(state.current_slot());
            Ok(value(table, txn, &user_key(user))?.map(<[u8]>::to_vec))
        })
    }

    /// The profiles of many users, such as somebody's friends, in the order of `users`; all of one state of the store.
    pub fn get_many(&self, users: &[u64]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut found = Vec::with_capacity(users.len());
        self.visit(users, |profile| found.push(profile.map(<[u8]>::to_vec)))?;
        Ok(found)
    }

    /// [`get_many`](Self::get_many) without a copy: `see` is called for each user in turn. It must not take long, since pages that are
    /// freed meanwhile cannot be reused until it ends.
    pub fn visit(&self, users: &[u64], mut see: impl FnMut(Option<&[u8]>)) -> Result<()> {
        self.read(|txn, tables, state| {
            let table = tables.profiles(state.current_slot());
            for &user in users {
                see(value(table, txn, &user_key(user))?);
            }
            Ok(())
        })
    }

    /// The next `count` users after `after` with their profiles, ascending, at most 65,536: all users, page by page until one is empty. Each
    /// page is a read of its own, so writers are not held up; a user who is written between two pages may or may not be seen.
    pub fn page(&self, after: Option<u64>, count: usize) -> Result<Vec<(u64, Vec<u8>)>> {
        self.read(|txn, tables, state| {
            let start = after.map(user_key);
            let start = start.as_ref().map_or(Bound::Unbounded, |key| Bound::Excluded(&key[..]));
            let range = (start, Bound::<&[u8]>::Unbounded);
            let (mut page, count) = (Vec::new(), count.min(MAX_PAGE));
            for record in tables.profiles(state.current_slot()).range(txn, &range).map_err(failed)?.take(count) {
                let (key, sealed) = record.map_err(failed)?;
                let (user, _) = parse_key(key).ok_or_else(|| damaged(key))?;
                page.push((user, unseal(key, sealed)?.to_vec()));
            }
            Ok(page)
        })
    }

    /// The faces kept of a user's album, ascending.
    pub fn faces(&self, user: u64) -> Result<Vec<(FaceId, Vec<u8>)>> {
        self.read(|txn, tables, _| {
            let mut faces = Vec::new();
            for record in tables.faces().prefix_iter(txn, &user_key(user)).map_err(failed)? {
                let (key, sealed) = record.map_err(failed)?;
                faces.push((face_of(key)?, unseal(key, sealed)?.to_vec()));
            }
            Ok(faces)
        })
    }

    /// What was said of a user's faces, and whether the user has opted out.
    pub fn feedback(&self, user: u64) -> Result<Feedback> {
        self.read(|txn, tables, _| {
            let mut feedback = Feedback::default();
            for record in tables.opinions().prefix_iter(txn, &user_key(user)).map_err(failed)? {
                let (key, sealed) = record.map_err(failed)?;
                let opinion = match unseal(key, sealed)? {
                    &[byte] => Opinion::from_byte(byte),
                    _ => None,
                };
                feedback.apply(face_of(key)?, opinion.ok_or_else(|| damaged(key))?);
            }
            feedback.opted_out = tables.opted_out().get(txn, &user_key(user)).map_err(failed)?.is_some();
            Ok(feedback)
        })
    }

    /// Those of `users` who have opted out. They must never be suggested, even if an index still holds their faces.
    pub fn opted_out_among(&self, users: &[u64]) -> Result<Vec<u64>> {
        self.read(|txn, tables, _| among(tables.opted_out(), txn, users))
    }

    /// Those of `users` who may be found by strangers: [`Batch::set_findable`].
    pub fn findable_among(&self, users: &[u64]) -> Result<Vec<u64>> {
        self.read(|txn, tables, _| among(tables.findable(), txn, users))
    }

    /// Makes changes, all of them or none: they are committed when `changes` returns `Ok`, and dropped if it fails. Once this returns,
    /// they last as [`Durability`](super::Durability) says.
    ///
    /// A commit waits for the disk, so put many users into one batch; some 10,000 are good. One batch at a time is written, of all
    /// threads and processes: others wait. `changes` must not call `write` itself: it would wait for ever.
    ///
    /// # Errors
    /// Those of `changes`; [`Error::StoreFull`], or [`Error::Store`] when the disk is full: the store is as it was.
    pub fn write<R>(&self, changes: impl FnOnce(&mut Batch<'_>) -> Result<R>) -> Result<R> {
        loop {
            let generation = self.generation();
            let txn = generation.env.write_txn().map_err(failed)?;
            let Some(state) = self.usable(&generation, generation.tables.read_state(&txn)?)? else {
                drop(txn);
                self.follow(&generation)?;
                continue;
            };
            let mut batch = Batch { txn, tables: &generation.tables, state, wrote_profiles: false };
            let result = changes(&mut batch)?;
            if batch.wrote_profiles {
                batch.count_version()?;
            }
            batch.txn.commit().map_err(failed)?;
            return Ok(result);
        }
    }

    /// How much is in it.
    pub fn size(&self) -> Result<StoreSize> {
        let bytes = self.generation().env.real_disk_size().map_err(failed)?;
        self.read(|txn, tables, state| {
            let count = |table: Table| table.len(txn).map_err(failed);
            Ok(StoreSize {
                profiles: count(tables.profiles(state.current_slot()))?,
                faces: count(tables.faces())?,
                opinions: count(tables.opinions())?,
                opted_out: count(tables.opted_out())?,
                bytes,
            })
        })
    }

    /// One read of one state of the store.
    pub(super) fn read<R>(&self, f: impl FnOnce(&RoTxn<'_>, &Tables, &State) -> Result<R>) -> Result<R> {
        loop {
            let generation = self.generation();
            let txn = generation.env.read_txn().map_err(failed)?;
            match self.usable(&generation, generation.tables.read_state(&txn)?)? {
                Some(state) => return f(&txn, &generation.tables, &state),
                None => drop(txn),
            }
            self.follow(&generation)?;
        }
    }

    /// Makes sure of the space, and writes the state of a new store.
    fn check_state(&self) -> Result<()> {
        let generation = self.generation();
        let tables = &generation.tables;
        let txn = generation.env.read_txn().map_err(failed)?;
        let mut state = tables.read_state(&txn)?;
        drop(txn);
        if state.is_none() {
            let mut txn = generation.env.write_txn().map_err(failed)?;
            // Another process may have been faster.
            state = tables.read_state(&txn)?;
            if state.is_none() {
                tables.write_state(&mut txn, State::new(self.space))?;
                txn.commit().map_err(failed)?;
            }
        }
        match state {
            Some(state) if state.space != self.space => {
                Err(Error::SpaceMismatch { left: state.space, right: self.space })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn generation(&self) -> Arc<Generation> {
        self.generation.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state, unless the records are in another generation by now.
    pub(super) fn usable(&self, generation: &Generation, state: Option<State>) -> Result<Option<State>> {
        let number = generation.number;
        let state = state.ok_or_else(|| Error::StoreDamaged { reason: format!("generation {number} has no state") })?;
        Ok((!state.moved).then_some(state))
    }

    /// Opens the generation that another process has put in the place of `old`.
    fn follow(&self, old: &Generation) -> Result<()> {
        let mut held = self.generation.write().unwrap_or_else(PoisonError::into_inner);
        if held.number == old.number {
            self.folder.complete(old.number + 1)?;
            *held = Arc::new(open_newest(&self.folder, &self.options)?);
        }
        Ok(())
    }
}

impl fmt::Debug for ProfileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileStore").field("folder", &self.folder.path()).field("space", &self.space).finish()
    }
}

/// Opens the newest generation. Another process may replace it meanwhile, so that it is gone when it shall be opened: look again then.
fn open_newest(folder: &Folder, options: &StoreOptions) -> Result<Generation> {
    const TRIES: u32 = 200;
    let mut last = Error::Store { reason: format!("no generation is in {}", folder.path().display()) };
    for _ in 0..TRIES {
        if let Some(number) = folder.newest()? {
            match Generation::open(&folder.generation(number), number, options, Writing::Commits) {
                Ok(generation) => {
                    let txn = generation.env.read_txn().map_err(failed)?;
                    if generation.tables.read_state(&txn)?.is_none_or(|state| !state.moved) {
                        drop(txn);
                        folder.sweep(number)?;
                        return Ok(generation);
                    }
                    // Whoever compacted it ended between the mark and the new name.
                    folder.complete(number + 1)?;
                    continue;
                }
                Err(error) if folder.generation(number).exists() => return Err(error),
                Err(error) => last = error,
            }
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(last)
}

/// A record's value.
fn value<'t>(table: Table, txn: &'t RoTxn<'_>, key: &[u8]) -> Result<Option<&'t [u8]>> {
    table.get(txn, key).map_err(failed)?.map(|sealed| unseal(key, sealed)).transpose()
}

/// Those of `users` whom a table names.
fn among(table: Table, txn: &RoTxn<'_>, users: &[u64]) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    for &user in users {
        if table.get(txn, &user_key(user)).map_err(failed)?.is_some() {
            found.push(user);
        }
    }
    Ok(found)
}

fn face_of(key: &[u8]) -> Result<FaceId> {
    parse_key(key).and_then(|(_, face)| face).ok_or_else(|| damaged(key))
}

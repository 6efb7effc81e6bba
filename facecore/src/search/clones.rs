//! Accounts that show one person.

use std::path::{Path, PathBuf};

use super::progress::{Progress, Task};
use crate::error::{Error, Result};
use crate::index::{AlikePair, FaceIndex};
use crate::store::{CloneEvent, CloneState, ProfileStore};

/// A search for all pairs of accounts that are alike enough, part by part: a program that was killed goes on where it was, and ends with the
/// same pairs. The index has one face an account ([`index_profiles`](super::index_profiles)) and must not change meanwhile.
///
/// ```no_run
/// # use std::path::Path;
/// # use facecore::index::FaceIndex;
/// # use facecore::search::{CloneSearch, Indexed, clone_level, index_profiles, report_clones};
/// # use facecore::store::ProfileStore;
/// # fn run(store: &ProfileStore) -> facecore::Result<()> {
/// let mut index = FaceIndex::open(Path::new("owners.fci"), store.space(), 128)?;
/// index_profiles(store, &mut index, Indexed::SingleOwners)?;
/// let least = clone_level(&index, 10.0, 0)?; // ten false reports for each million accounts
/// let mut search = CloneSearch::open(&index, least, Path::new("clones.progress"))?;
/// while search.step()? {}
/// for event in report_clones(store, &search.finish()?)? {
///     println!("{} {} {}", event.low, event.high, event.cosine);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CloneSearch<'a> {
    index: &'a FaceIndex,
    task: Task,
    path: PathBuf,
    progress: Progress,
}

impl<'a> CloneSearch<'a> {
    /// Begins a search for pairs with at least this cosine, or goes on with the one in the file `progress`, if it was for the same index,
    /// unchanged, and the same cosine; another one's file is overwritten.
    ///
    /// # Errors
    /// [`Error::Option`] for a cosine that is not above 0 and at most 1, [`Error::Store`] if the file cannot be read.
    pub fn open(index: &'a FaceIndex, least: f32, progress: &Path) -> Result<Self> {
        if !(least > 0.0 && least <= 1.0) {
            let reason = format!("a cosine of {least}, and pairs need one above 0 and at most 1: see clone_level");
            return Err(Error::Option { name: "search for clones", reason });
        }
        let task = Task { space: index.space(), version: index.version(), least };
        let path = progress.to_owned();
        Ok(Self { index, task, progress: Progress::read(&path, &task)?, path })
    }

    /// Parts that are done, and all parts. Later parts take less time than earlier ones.
    pub fn parts(&self) -> (u64, u64) {
        (self.progress.parts, self.index.pair_parts())
    }

    /// Searches for the pairs of the next part and records that it is done. False when no part is left.
    ///
    /// # Errors
    /// Those of [`FaceIndex::pairs`]; [`Error::Store`] if the file cannot be written.
    pub fn step(&mut self) -> Result<bool> {
        if self.progress.parts >= self.index.pair_parts() {
            return Ok(false);
        }
        let found = self.index.pairs(self.progress.parts, self.task.least)?;
        self.progress.pairs.extend(found);
        self.progress.parts += 1;
        self.progress.write(&self.path, &self.task)?;
        Ok(true)
    }

    /// The pairs, the most alike first. The progress file stays until [`finish`](Self::finish), so that a program that is killed before it has
    /// used the pairs finds them again.
    ///
    /// # Errors
    /// [`Error::Option`] while parts are left.
    pub fn pairs(&self) -> Result<Vec<AlikePair>> {
        let (done, all) = self.parts();
        if done < all {
            let reason = format!("{} of {all} parts are left", all - done);
            return Err(Error::Option { name: "search for clones", reason });
        }
        let mut pairs = self.progress.pairs.clone();
        pairs.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
        Ok(pairs)
    }

    /// The [`pairs`](Self::pairs); the file is removed.
    ///
    /// # Errors
    /// Those of [`pairs`](Self::pairs); [`Error::Store`] if the file cannot be removed.
    pub fn finish(self) -> Result<Vec<AlikePair>> {
        let pairs = self.pairs()?;
        Progress::remove(&self.path)?;
        Ok(pairs)
    }
}

/// Pairs that are written at once.
const BATCH: usize = 10_000;

/// Reports pairs to the store and returns those that are new to it, in their order. A pair that was reported before keeps its state; so does
/// one that is [`CloneState::Known`].
///
/// # Errors
/// Those of [`Batch::report_clone`](crate::store::Batch::report_clone).
pub fn report_clones(store: &ProfileStore, pairs: &[AlikePair]) -> Result<Vec<CloneEvent>> {
    let mut news = Vec::new();
    for pairs in pairs.chunks(BATCH) {
        let new = store.write(|batch| {
            let mut new = Vec::new();
            for pair in pairs {
                if batch.report_clone(pair.first, pair.second, pair.cosine)? {
                    let (low, high) = (pair.first.min(pair.second), pair.first.max(pair.second));
                    new.push(CloneEvent { low, high, cosine: pair.cosine, state: CloneState::Open });
                }
            }
            Ok(new)
        })?;
        news.extend(new);
    }
    Ok(news)
}

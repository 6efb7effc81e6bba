//! How far a rebuild is, so that it goes on after its process was killed.

use super::batch::Batch;
use super::generation::failed;
use super::profile_store::ProfileStore;
use super::record::{seal, unseal};
use crate::error::{Error, Result};

/// In the table of the state.
const KEY: &[u8] = b"progress";

impl Batch<'_> {
    /// Stores how far a rebuild is, as bytes that only the rebuild understands, in place of the earlier ones; they are committed with the rest of the
    /// batch. Empty bytes remove them.
    ///
    /// # Errors
    /// [`Error::Limit`] above [`MAX_VALUE`](Self::MAX_VALUE), [`Error::StoreFull`], [`Error::Store`].
    pub fn put_progress(&mut self, progress: &[u8]) -> Result<()> {
        let (table, limit) = (self.tables.state(), Self::MAX_VALUE as u64);
        if progress.len() as u64 > limit {
            return Err(Error::Limit { what: "bytes of a value to store", actual: progress.len() as u64, limit });
        }
        if progress.is_empty() {
            return self.delete(table, KEY).map(drop);
        }
        table.put(&mut self.txn, KEY, &seal(KEY, progress)).map_err(failed)
    }
}

impl ProfileStore {
    /// The bytes of [`Batch::put_progress`]; `None` if no rebuild is under way.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`], [`Error::Store`].
    pub fn progress(&self) -> Result<Option<Vec<u8>>> {
        self.read(|txn, tables, _| {
            let sealed = tables.state().get(txn, KEY).map_err(failed)?;
            sealed.map(|sealed| Ok(unseal(KEY, sealed)?.to_vec())).transpose()
        })
    }
}

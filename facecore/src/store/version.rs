//! Whether profiles were written since somebody last looked, such as whoever made an index of them.

use heed::RoTxn;

use super::batch::Batch;
use super::generation::{Tables, failed};
use super::profile_store::ProfileStore;
use super::record::{damaged, seal, unseal};
use crate::error::Result;

/// In the table of the state.
const KEY: &[u8] = b"version";

impl ProfileStore {
    /// A number that grows whenever profiles are put or removed, or another iteration becomes the current one; not when users are erased or opt
    /// out, of whom nothing is found any more whatever an index holds.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`](crate::Error::StoreDamaged), [`Error::Store`](crate::Error::Store).
    pub fn profiles_version(&self) -> Result<u64> {
        self.read(|txn, tables, _| version(txn, tables))
    }
}

impl Batch<'_> {
    pub(super) fn count_version(&mut self) -> Result<()> {
        let next = version(&self.txn, self.tables)? + 1;
        self.tables.state().put(&mut self.txn, KEY, &seal(KEY, &next.to_le_bytes())).map_err(failed)
    }
}

fn version(txn: &RoTxn<'_>, tables: &Tables) -> Result<u64> {
    let Some(sealed) = tables.state().get(txn, KEY).map_err(failed)? else { return Ok(0) };
    let bytes = unseal(KEY, sealed)?;
    Ok(u64::from_le_bytes(bytes.try_into().map_err(|_| damaged(KEY))?))
}

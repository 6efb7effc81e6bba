//! Writing: changes that become visible and durable together.

use std::fmt;
use std::ops::Bound;

use heed::RwTxn;

use super::generation::{Table, Tables, failed};
use super::record::{USER, face_key, pair_key, seal, user_key};
use super::state::{SLOTS, State};
use crate::error::{Error, Result};
use crate::profile::{FaceId, Opinion};
use crate::space::SpaceId;

/// Changes to a store that are committed together, by [`ProfileStore::write`](super::ProfileStore::write), or not at all.
///
/// While a rebuild writes the next iteration, [`put`](Self::put) and [`remove`](Self::remove) change both, and what they wrote wins over
/// what the rebuild puts for the same user, whichever comes first.
pub struct Batch<'t> {
    pub(super) txn: RwTxn<'t>,
    pub(super) tables: &'t Tables,
    pub(super) state: State,
    /// Whether the profiles that are read are others than before.
    pub(super) wrote_profiles: bool,
}

impl Batch<'_> {
    /// The longest value.
    pub const MAX_VALUE: usize = 1 << 24;

    /// Writes a user's profile, in place of any earlier one. False, and nothing is written, if the user has opted out.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] for a value of another space than the store's, [`Error::Limit`] above [`MAX_VALUE`](Self::MAX_VALUE),
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn put(&mut self, user: u64, space: SpaceId, profile: &[u8]) -> Result<bool> {
        self.check(space, profile)?;
        let key = user_key(user);
        if self.has_opted_out(&key)? {
            return Ok(false);
        }
        self.insert(self.tables.profiles(self.state.current_slot()), &key, profile)?;
        self.wrote_profiles = true;
        if let Some(slot) = self.state.next_slot() {
            self.insert(self.tables.profiles(slot), &key, profile)?;
            self.insert(self.tables.live(), &key, &[])?;
        }
        Ok(true)
    }

    /// Writes the profile that a rebuild made of a user into the next iteration. False, and nothing is written, if the user has
    /// opted out, or if somebody else wrote or erased the user since the rebuild began.
    ///
    /// # Errors
    /// Those of [`put`](Self::put), and [`Error::Store`] if no iteration was [begun](super::ProfileStore::begin).
    pub fn put_next(&mut self, user: u64, space: SpaceId, profile: &[u8]) -> Result<bool> {
        self.check(space, profile)?;
        let slot = self.next_slot()?;
        let key = user_key(user);
        let may = self.may_put_next(&key)?;
        if may {
            self.insert(self.tables.profiles(slot), &key, profile)?;
        }
        Ok(may)
    }

    /// [`put_face`](Self::put_face) for a rebuild, which must not bring back a user who was erased meanwhile. False, and nothing is written, if the
    /// user has opted out, or if somebody else wrote or erased the user since the rebuild began.
    ///
    /// # Errors
    /// Those of [`put_next`](Self::put_next).
    pub fn put_face_next(&mut self, user: u64, face: FaceId, space: SpaceId, bytes: &[u8]) -> Result<bool> {
        self.check(space, bytes)?;
        self.next_slot()?;
        let may = self.may_put_next(&user_key(user))?;
        if may {
            self.insert(self.tables.faces(), &face_key(user, face), bytes)?;
        }
        Ok(may)
    }

    /// Removes a user's profile. Says whether there was one.
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn remove(&mut self, user: u64) -> Result<bool> {
        let key = user_key(user);
        let there = self.delete(self.tables.profiles(self.state.current_slot()), &key)?;
        self.wrote_profiles |= there;
        if let Some(slot) = self.state.next_slot() {
            self.delete(self.tables.profiles(slot), &key)?;
            self.insert(self.tables.live(), &key, &[])?;
        }
        Ok(there)
    }

    /// Stores a face of a user's album, such as an i8 embedding with its box, so that a rebuild needs no photo. False, and nothing
    /// is written, if the user has opted out.
    ///
    /// # Errors
    /// Those of [`put`](Self::put).
    pub fn put_face(&mut self, user: u64, face: FaceId, space: SpaceId, bytes: &[u8]) -> Result<bool> {
        self.check(space, bytes)?;
        if self.has_opted_out(&user_key(user))? {
            return Ok(false);
        }
        self.insert(self.tables.faces(), &face_key(user, face), bytes)?;
        Ok(true)
    }

    /// Removes a photo's faces and the opinions on them. Returns how many faces there were.
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn remove_photo(&mut self, user: u64, photo: u64) -> Result<usize> {
        let prefix = pair_key(user, photo);
        self.delete_prefix(self.tables.opinions(), &prefix)?;
        self.delete_prefix(self.tables.faces(), &prefix)
    }

    /// Stores what a user said of a face; the last opinion holds. True if it changes what was stored.
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn apply(&mut self, user: u64, face: FaceId, opinion: Opinion) -> Result<bool> {
        let (key, table) = (face_key(user, face), self.tables.opinions());
        let sealed = seal(&key, &[opinion.to_byte()]);
        if table.get(&self.txn, &key).map_err(failed)? == Some(&sealed[..]) {
            return Ok(false);
        }
        table.put(&mut self.txn, &key, &sealed).map_err(failed)?;
        Ok(true)
    }

    /// Whether strangers may find the user by a face ([`search::who_is`](crate::search::who_is)): nobody may be found who has not agreed.
    /// True if that changes anything; for a user who has opted out it never does.
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn set_findable(&mut self, user: u64, findable: bool) -> Result<bool> {
        let (key, table) = (user_key(user), self.tables.findable());
        if !findable {
            return self.delete(table, &key);
        }
        if self.has_opted_out(&key)? || table.get(&self.txn, &key).map_err(failed)?.is_some() {
            return Ok(false);
        }
        self.insert(table, &key, &[])?;
        Ok(true)
    }

    /// The user wants no profile: everything of theirs is removed but this wish, and nothing is written for them until they [opt
    /// in](Self::opt_in) again. An index may still hold their faces: ask
    /// [`opted_out_among`](super::ProfileStore::opted_out_among) before anybody is suggested.
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn opt_out(&mut self, user: u64) -> Result<()> {
        self.erase(user)?;
        self.insert(self.tables.opted_out(), &user_key(user), &[])
    }

    /// Takes [`opt_out`](Self::opt_out) back. Says whether the user had opted out.
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn opt_in(&mut self, user: u64) -> Result<bool> {
        self.delete(self.tables.opted_out(), &user_key(user))
    }

    /// Removes all that is known of a user, even an opt-out. The bytes are gone from the disk after
    /// [`compact`](super::ProfileStore::compact).
    ///
    /// # Errors
    /// [`Error::StoreFull`], [`Error::Store`].
    pub fn erase(&mut self, user: u64) -> Result<()> {
        let key = user_key(user);
        for slot in 0..SLOTS {
            self.delete(self.tables.profiles(slot), &key)?;
        }
        self.delete_prefix(self.tables.faces(), &key)?;
        self.delete_prefix(self.tables.opinions(), &key)?;
        self.delete(self.tables.findable(), &key)?;
        self.delete_pairs(&key)?;
        self.opt_in(user)?;
        if self.state.iterations.next.is_some() {
            // The rebuild, which may have read the user before, must not bring them back.
            self.insert(self.tables.live(), &key, &[])?;
        }
        Ok(())
    }

    pub(super) fn save_state(&mut self) -> Result<()> {
        self.tables.write_state(&mut self.txn, self.state)
    }

    pub(super) fn clear(&mut self, table: Table) -> Result<()> {
        table.clear(&mut self.txn).map_err(failed)
    }

    /// Empties an iteration's slot.
    pub(super) fn free(&mut self, iteration: Option<u64>) -> Result<()> {
        let Some(slot) = iteration.and_then(|iteration| self.state.slot(iteration)) else { return Ok(()) };
        self.state.slots[slot] = 0;
        self.clear(self.tables.profiles(slot))
    }

    fn check(&self, space: SpaceId, value: &[u8]) -> Result<()> {
        if space != self.state.space {
            return Err(Error::SpaceMismatch { left: self.state.space, right: space });
        }
        if value.len() > Self::MAX_VALUE {
            let (actual, limit) = (value.len() as u64, Self::MAX_VALUE as u64);
            return Err(Error::Limit { what: "bytes of a value to store", actual, limit });
        }
        Ok(())
    }

    fn next_slot(&self) -> Result<usize> {
        let reason = "no iteration is being written; begin one first";
        self.state.next_slot().ok_or_else(|| Error::Store { reason: reason.into() })
    }

    /// Whether nobody else wrote or erased the user since the rebuild began.
    fn may_put_next(&self, key: &[u8; USER]) -> Result<bool> {
        Ok(!self.has_opted_out(key)? && self.tables.live().get(&self.txn, key).map_err(failed)?.is_none())
    }

    pub(super) fn has_opted_out(&self, key: &[u8; USER]) -> Result<bool> {
        Ok(self.tables.opted_out().get(&self.txn, key).map_err(failed)?.is_some())
    }

    pub(super) fn insert(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<()> {
        table.put(&mut self.txn, key, &seal(key, value)).map_err(failed)
    }

    pub(super) fn delete(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        table.delete(&mut self.txn, key).map_err(failed)
    }

    pub(super) fn delete_prefix(&mut self, table: Table, prefix: &[u8]) -> Result<usize> {
        let last = [prefix, &[0xff; 10]].concat();
        let range = (Bound::Included(prefix), Bound::Included(&last[..]));
        table.delete_range(&mut self.txn, &range).map_err(failed)
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("state", &self.state).finish_non_exhaustive()
    }
}

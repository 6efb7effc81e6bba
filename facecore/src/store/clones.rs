//! Pairs of accounts that may show one person, and what people decided about each.

use std::ops::Bound;

use super::batch::Batch;
use super::generation::failed;
use super::profile_store::ProfileStore;
use super::record::{USER, damaged, pair_key, unseal, user_key};
use crate::error::{Error, Result};

/// What is known of a pair of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloneState {
    /// It was reported and nobody has looked at it yet.
    Open,
    /// Somebody looked: one of the two is a clone.
    Confirmed,
    /// Somebody looked: they are two people.
    Rejected,
    /// Known before any report, and never reported: a second account that was declared, a joint account, relatives who look alike.
    Known,
}

impl CloneState {
    const ALL: [Self; 4] = [Self::Open, Self::Confirmed, Self::Rejected, Self::Known];

    fn to_byte(self) -> u8 {
        match self {
            Self::Open => 1,
            Self::Confirmed => 2,
            Self::Rejected => 3,
            Self::Known => 4,
        }
    }
}

/// A pair of accounts: the two ids are its own id, which stays the same however often clones are searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloneEvent {
    /// The account with the lower id.
    pub low: u64,
    /// The account with the higher id.
    pub high: u64,
    /// How alike the two profiles were when it was reported; 0 for one that was known before.
    pub cosine: f32,
    /// What was decided about it.
    pub state: CloneState,
}

impl CloneEvent {
    const VALUE: usize = 5;

    /// The keys of the two records, so that each user's pairs stand together.
    fn keys(&self) -> [[u8; 16]; 2] {
        [pair_key(self.low, self.high), pair_key(self.high, self.low)]
    }

    fn value(&self) -> [u8; Self::VALUE] {
        let [a, b, c, d] = self.cosine.to_le_bytes();
        [self.state.to_byte(), a, b, c, d]
    }

    fn read(key: &[u8], value: &[u8]) -> Option<Self> {
        let (&[state, a, b, c, d], (one, other)) = (value.first_chunk::<{ Self::VALUE }>()?, parse(key)?);
        let state = CloneState::ALL.into_iter().find(|known| known.to_byte() == state)?;
        let (low, high) = (one.min(other), one.max(other));
        (value.len() == Self::VALUE && low < high).then_some(())?;
        Some(Self { low, high, cosine: f32::from_le_bytes([a, b, c, d]), state })
    }
}

impl ProfileStore {
    /// The pairs of accounts that a user is in, by the other's id.
    pub fn clones_of(&self, user: u64) -> Result<Vec<CloneEvent>> {
        self.read(|txn, tables, _| {
            let records = tables.clones().prefix_iter(txn, &user_key(user)).map_err(failed)?;
            records.map(|record| event_of(record.map_err(failed)?)).collect()
        })
    }

    /// The next `count` pairs of accounts after the pair `after`, (low, high) ascending: all pairs, page by page.
    pub fn clones(&self, after: Option<(u64, u64)>, count: usize) -> Result<Vec<CloneEvent>> {
        self.read(|txn, tables, _| {
            let start = after.map(|(low, high)| pair_key(low, high));
            let start = start.as_ref().map_or(Bound::Unbounded, |key| Bound::Excluded(&key[..]));
            let mut page = Vec::new();
            for record in tables.clones().range(txn, &(start, Bound::<&[u8]>::Unbounded)).map_err(failed)? {
                let (key, sealed) = record.map_err(failed)?;
                // Each pair has two records; this one stands under its lower id.
                if parse(key).is_none_or(|(first, second)| first < second) {
                    if page.len() == count {
                        break;
                    }
                    page.push(event_of((key, sealed))?);
                }
            }
            Ok(page)
        })
    }
}

impl Batch<'_> {
    /// Reports that two accounts may show one person. True if the report is new: a pair that was reported before, or is
    /// [known](CloneState::Known), stays as it is, and users who have opted out are never reported.
    ///
    /// # Errors
    /// [`Error::Option`] for one account twice, [`Error::StoreFull`], [`Error::Store`].
    pub fn report_clone(&mut self, one: u64, other: u64, cosine: f32) -> Result<bool> {
        let event = event(one, other, cosine, CloneState::Open)?;
        let out = self.has_opted_out(&user_key(one))? || self.has_opted_out(&user_key(other))?;
        if out || self.tables.clones().get(&self.txn, &event.keys()[0]).map_err(failed)?.is_some() {
            return Ok(false);
        }
        self.insert_event(&event)?;
        Ok(true)
    }

    /// Stores the decision about a pair of accounts, whether it was reported or not; [`CloneState::Known`] keeps the pair out of
    /// later reports.
    ///
    /// # Errors
    /// Those of [`report_clone`](Self::report_clone), and [`Error::StoreDamaged`].
    pub fn judge_clone(&mut self, one: u64, other: u64, state: CloneState) -> Result<()> {
        let mut event = event(one, other, 0.0, state)?;
        let key = event.keys()[0];
        if let Some(sealed) = self.tables.clones().get(&self.txn, &key).map_err(failed)? {
            event.cosine = CloneEvent::read(&key, unseal(&key, sealed)?).ok_or_else(|| damaged(&key))?.cosine;
        }
        self.insert_event(&event)
    }

    /// A user's pairs with others, in which the others name the user as well.
    pub(super) fn delete_pairs(&mut self, key: &[u8; USER]) -> Result<()> {
        let table = self.tables.clones();
        let mut mirrored = Vec::new();
        for record in table.prefix_iter(&self.txn, key).map_err(failed)? {
            let (found, _) = record.map_err(failed)?;
            let (user, other) = parse(found).ok_or_else(|| damaged(found))?;
            mirrored.push(pair_key(other, user));
        }
        for found in mirrored {
            self.delete(table, &found)?;
        }
        self.delete_prefix(table, key)?;
        Ok(())
    }

    fn insert_event(&mut self, event: &CloneEvent) -> Result<()> {
        event.keys().iter().try_for_each(|key| self.insert(self.tables.clones(), key, &event.value()))
    }
}

fn event(one: u64, other: u64, cosine: f32, state: CloneState) -> Result<CloneEvent> {
    if one == other {
        return Err(Error::Option { name: "accounts", reason: format!("{one} is no clone of itself") });
    }
    Ok(CloneEvent { low: one.min(other), high: one.max(other), cosine, state })
}

fn event_of((key, sealed): (&[u8], &[u8])) -> Result<CloneEvent> {
    CloneEvent::read(key, unseal(key, sealed)?).ok_or_else(|| damaged(key))
}

/// The two users of a key, in its order.
fn parse(key: &[u8]) -> Option<(u64, u64)> {
    let (&first, &second) = (key.first_chunk::<8>()?, key.last_chunk::<8>()?);
    (key.len() == 16).then_some((u64::from_be_bytes(first), u64::from_be_bytes(second)))
}

//! A rebuild beside the readers: the next iteration, the switch to it, and the way back.

use super::profile_store::ProfileStore;
use super::state::{Iterations, SLOTS};
use crate::error::{Error, Result};

impl ProfileStore {
    /// Which iterations there are.
    pub fn iterations(&self) -> Result<Iterations> {
        self.read(|_, _, state| Ok(state.iterations))
    }

    /// Begins the next iteration, which is empty: everybody reads the current one, while a rebuild writes by [`Batch::put_next`](super::Batch::put_next). Returns
    /// its number.
    ///
    /// # Errors
    /// [`Error::Store`] if one is being written already: go on with it, or [drop](Self::drop_next) it.
    pub fn begin(&self) -> Result<u64> {
        self.write(|batch| {
            let state = &mut batch.state;
            let Iterations { current, previous, next } = state.iterations;
            if let Some(next) = next {
                let reason = format!("iteration {next} is being written already; go on with it, or drop it");
                return Err(Error::Store { reason });
            }
            let is_free = |held: &u64| *held != current && Some(*held) != previous;
            let slot = state.slots.iter().position(is_free).unwrap_or(SLOTS - 1);
            state.last += 1;
            state.slots[slot] = state.last;
            state.iterations.next = Some(state.last);
            batch.clear(batch.tables.profiles(slot))?;
            batch.save_state()
        })?;
        Ok(self.iterations()?.next.unwrap_or_default())
    }

    /// From now on everybody reads the new iteration, in all processes at once. The one before is kept for [`back`](Self::back),
    /// the one before that is dropped.
    ///
    /// # Errors
    /// [`Error::Store`] if `iteration` is not the one being written: a late caller cannot switch twice.
    pub fn switch(&self, iteration: u64) -> Result<()> {
        self.write(|batch| {
            let Iterations { current, previous, next } = batch.state.iterations;
            if next != Some(iteration) {
                let reason = format!("iteration {iteration} is not being written; the current one is {current}");
                return Err(Error::Store { reason });
            }
            batch.state.iterations = Iterations { current: iteration, previous: Some(current), next: None };
            batch.free(previous)?;
            batch.clear(batch.tables.live())?;
            batch.wrote_profiles = true;
            batch.save_state()
        })
    }

    /// Drops the iteration that is being written. True if there was one.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn drop_next(&self) -> Result<bool> {
        self.write(|batch| {
            let next = batch.state.iterations.next.take();
            batch.free(next)?;
            batch.clear(batch.tables.live())?;
            batch.save_state()?;
            Ok(next.is_some())
        })
    }

    /// Goes back to the previous iteration and drops the current one. Returns the number that is current now. Profiles that were written
    /// since the switch are lost with it; who was erased or has opted out stays so.
    ///
    /// # Errors
    /// [`Error::Store`] if there is no previous iteration, or while one is being written.
    pub fn back(&self) -> Result<u64> {
        self.write(|batch| {
            let Iterations { current, previous, next } = batch.state.iterations;
            let reason = match (previous, next) {
                (Some(previous), None) => {
                    batch.state.iterations = Iterations { current: previous, previous: None, next: None };
                    batch.free(Some(current))?;
                    batch.wrote_profiles = true;
                    batch.save_state()?;
                    return Ok(previous);
                }
                (None, _) => "there is no previous iteration to go back to",
                (_, Some(_)) => "an iteration is being written; drop it first",
            };
            Err(Error::Store { reason: reason.into() })
        })
    }
}

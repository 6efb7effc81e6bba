//! What the store knows of itself, in one record, which changes in the same commit as the data.

use crate::space::SpaceId;

/// The iterations of profiles in a store: numbers that only grow, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iterations {
    /// The one that everybody reads.
    pub current: u64,
    /// The one that [`back`](super::ProfileStore::back) goes back to.
    pub previous: Option<u64>,
    /// The one that a rebuild is writing.
    pub next: Option<u64>,
}

pub(super) const SLOTS: usize = 3;
const LAYOUT: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// The records are in the next generation by now: this one must not be used.
    pub moved: bool,
    pub space: SpaceId,
    pub iterations: Iterations,
    /// The highest number that was ever given.
    pub last: u64,
    /// The iteration in each slot, 0 for none.
    pub slots: [u64; SLOTS],
}

impl State {
    pub(super) const KEY: &[u8] = b"state";
    const LEN: usize = 2 + 8 + 8 * (4 + SLOTS);

    pub(super) fn new(space: SpaceId) -> Self {
        let iterations = Iterations { current: 1, previous: None, next: None };
        Self { moved: false, space, iterations, last: 1, slots: [1, 0, 0] }
    }

    /// Where an iteration's profiles are.
    pub(super) fn slot(&self, iteration: u64) -> Option<usize> {
        self.slots.iter().position(|&held| held == iteration && iteration > 0)
    }

    pub(super) fn current_slot(&self) -> usize {
        // `from_bytes` makes sure that it has one.
        self.slot(self.iterations.current).unwrap_or(0)
    }

    pub(super) fn next_slot(&self) -> Option<usize> {
        self.slot(self.iterations.next?)
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![LAYOUT, u8::from(self.moved)];
        bytes.extend(self.space.0);
        let Iterations { current, previous, next } = self.iterations;
        let numbers = [current, previous.unwrap_or(0), next.unwrap_or(0), self.last];
        bytes.extend(numbers.iter().chain(&self.slots).flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// None for bytes that are no state of this layout.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[LAYOUT, moved @ (0 | 1)], rest) = bytes.split_first_chunk()? else { return None };
        let (space, rest) = rest.split_first_chunk()?;
        let mut numbers = rest.as_chunks().0.iter().map(|&number| u64::from_le_bytes(number));
        let mut number = || numbers.next();
        let (current, previous, next, last) = (number()?, number()?, number()?, number()?);
        let slots = [number()?, number()?, number()?];
        let some = |number: u64| (number > 0).then_some(number);
        let iterations = Iterations { current, previous: some(previous), next: some(next) };
        let state = Self { moved: moved == 1, space: SpaceId(*space), iterations, last, slots };
        let named = [Some(current), iterations.previous, iterations.next];
        let held = named.into_iter().flatten().all(|iteration| state.slot(iteration).is_some() && iteration <= last);
        (bytes.len() == Self::LEN && held).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let mut state = State::new(SpaceId(*b"a space!"));
        state.iterations = Iterations { current: 7, previous: Some(6), next: Some(9) };
        (state.last, state.slots) = (9, [9, 7, 6]);
        let bytes = state.to_bytes();
        assert_eq!(State::from_bytes(&bytes), Some(state));
        assert_eq!((state.current_slot(), state.next_slot(), state.slot(0)), (1, Some(0), None));
        for cut in 0..bytes.len() {
            assert_eq!(State::from_bytes(&bytes[..cut]), None);
        }
        assert_eq!(State::from_bytes(&[&bytes[..], &[0]].concat()), None);
        // Another layout, a flag that is none, a current iteration without a slot, one above the last.
        for (at, byte) in [(0, 2), (1, 2), (10, 5), (10, 0), (34, 8)] {
            let mut bad = bytes.clone();
            bad[at] = byte;
            assert_eq!(State::from_bytes(&bad), None, "byte {at}");
        }
    }
}

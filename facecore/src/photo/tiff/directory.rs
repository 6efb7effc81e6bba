//! The first page of a TIFF: its tags as numbers.

use std::collections::BTreeMap;

use crate::error::Result;

use super::bad;

/// A TIFF's first directory, classic or BigTIFF.
pub(super) struct Directory<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) big_endian: bool,
    /// By tag: the kind of its numbers, how many, and where they are.
    entries: BTreeMap<u16, (u16, u64, usize)>,
}

impl<'a> Directory<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let cut = || bad("its directory is cut");
        let big_endian = bytes.starts_with(b"MM");
        let mut directory = Self { bytes, big_endian, entries: BTreeMap::new() };
        let big = directory.number(2, 2) == Some(43);
        // How long an entry, a count of entries, and an offset are.
        let (entry, count, word) = if big { (20, 8, 8) } else { (12, 2, 4) };
        let start = directory.number(if big { 8 } else { 4 }, word).ok_or_else(cut)?;
        let start = usize::try_from(start).map_err(|_| cut())?;
        let entries = directory.number(start, count).ok_or_else(cut)?;
        for i in 0..entries.min(u16::MAX.into()) as usize {
            let at = start.checked_add(count + entry * i).ok_or_else(cut)?;
            let [tag, kind] = [at, at + 2].map(|at| directory.number(at, 2));
            let (Some(tag), Some(kind), Some(many)) = (tag, kind, directory.number(at + 4, word)) else {
                return Err(cut());
            };
            // Numbers that fit stand where the offset would.
            let value = at + 4 + word;
            let fits = many.checked_mul(size(kind as u16) as u64).is_some_and(|bytes| bytes <= word as u64);
            let place = if fits { Some(value as u64) } else { directory.number(value, word) };
            let place = place.and_then(|place| usize::try_from(place).ok()).ok_or_else(cut)?;
            directory.entries.entry(tag as u16).or_insert((kind as u16, many, place));
        }
        Ok(directory)
    }

    fn number(&self, at: usize, bytes: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(bytes)?)?;
        let add = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
        Some(if self.big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }

    /// The bytes of a tag's values.
    pub(super) fn raw(&self, tag: u16) -> Option<&'a [u8]> {
        let &(kind, many, at) = self.entries.get(&tag)?;
        let length = usize::try_from(many.checked_mul(size(kind) as u64)?).ok()?;
        self.bytes.get(at..at.checked_add(length)?)
    }

    /// A tag's whole numbers; `None` if it is not there, is cut, or has others.
    pub(super) fn numbers(&self, tag: u16) -> Option<Vec<u64>> {
        let &(kind, ..) = self.entries.get(&tag)?;
        let size = if matches!(kind, 1 | 3 | 4 | 7 | 13 | 16 | 18) { size(kind) } else { return None };
        let add = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
        let values = self.raw(tag)?.chunks_exact(size);
        Some(
            values.map(|v| if self.big_endian { v.iter().fold(0, add) } else { v.iter().rev().fold(0, add) }).collect(),
        )
    }

    /// A tag's first number.
    pub(super) fn first(&self, tag: u16) -> Option<u64> {
        self.numbers(tag)?.first().copied()
    }
}

/// Bytes of a value of each kind; 1 for those that TIFF does not know.
fn size(kind: u16) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}

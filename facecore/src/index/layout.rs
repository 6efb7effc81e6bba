//! Where everything is in the file.

use std::ops::Range;

use super::signs::{self, GROUP};
use crate::space::SpaceId;

/// Faces in a block.
pub(super) const BLOCK: usize = 4096;
/// Bytes before the first block.
pub(super) const HEADER: usize = 4096;
const MAGIC: [u8; 6] = *b"FCIX\x01\x00";
const COMMITS: [usize; 2] = [512, 1024];
/// Of the header: of which version of its source an index was made.
pub(super) const SOURCE: usize = 1536;

/// The sizes that follow from the number of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub values: usize,
    /// Bytes of a face's values, a multiple of 32.
    pub stride: usize,
    /// Signs of a face, a multiple of 64.
    pub signs: usize,
}

impl Layout {
    pub(super) fn new(values: u16) -> Self {
        let values = usize::from(values);
        Self { values, stride: values.next_multiple_of(32), signs: signs::count(values) }
    }

    /// Bytes of a face.
    pub(super) fn face(&self) -> usize {
        1 + 8 + 4 + 4 + self.signs / 8 + self.stride
    }

    pub(super) fn block(&self) -> usize {
        BLOCK * self.face()
    }

    /// The length of a file with so many faces; none if no file can have it.
    pub(super) fn file(&self, faces: u64) -> Option<u64> {
        let blocks = faces.div_ceil(BLOCK as u64);
        blocks.checked_mul(self.block() as u64)?.checked_add(HEADER as u64)
    }

    /// Where the parts of a block begin, counted from the block: presence, ids, factors, checks, signs, values.
    fn parts(&self) -> [usize; 6] {
        let mut at = 0;
        [1, 8, 4, 4, self.signs / 8, self.stride].map(|size| {
            let start = at;
            at += BLOCK * size;
            start
        })
    }

    /// Where a part of some faces of one block is in the file; of signs, where the groups are in which these faces are.
    pub(super) fn place(&self, part: Part, first: usize, count: usize) -> Range<usize> {
        let sizes = [1, 8, 4, 4, self.signs / 8, self.stride];
        let size = sizes[part as usize];
        let (first, count) = match part {
            Part::Signs => (first - first % GROUP, (first % GROUP + count).next_multiple_of(GROUP)),
            _ => (first, count),
        };
        let start = HEADER + first / BLOCK * self.block() + self.parts()[part as usize] + first % BLOCK * size;
        start..start + count * size
    }
}

/// The parts of a block, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Presence,
    Ids,
    Factors,
    Checks,
    Signs,
    Values,
}

/// How far the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Commit {
    pub sequence: u64,
    pub faces: u64,
}

impl Commit {
    /// The bytes of this commit and where they go: never over those of the one before.
    pub(super) fn write(self) -> (u64, Vec<u8>) {
        let mut bytes = self.sequence.to_le_bytes().to_vec();
        bytes.extend(self.faces.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        (COMMITS[(self.sequence % 2) as usize] as u64, bytes)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (body, check) = bytes.split_at_checked(16)?;
        if check.first_chunk() != Some(&crc32fast::hash(body).to_le_bytes()) {
            return None;
        }
        let number = |at: usize| Some(u64::from_le_bytes(*body[at..].first_chunk()?));
        Some(Self { sequence: number(0)?, faces: number(8)? })
    }
}

/// The header of an index without faces.
pub(super) fn new_header(space: SpaceId, values: u16) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(values.to_le_bytes());
    bytes.extend(space.0);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.resize(HEADER, 0);
    let (at, commit) = Commit::default().write();
    bytes[at as usize..][..commit.len()].copy_from_slice(&commit);
    bytes
}

/// The space, the number of values and the commit that holds; none for a header that is none.
pub(super) fn read_header(bytes: &[u8; HEADER]) -> Option<(SpaceId, u16, Commit)> {
    let check = *bytes[16..].first_chunk::<4>()?;
    if bytes[..6] != MAGIC || check != crc32fast::hash(&bytes[..16]).to_le_bytes() {
        return None;
    }
    let values = u16::from_le_bytes([bytes[6], bytes[7]]);
    let space = SpaceId(*bytes[8..].first_chunk()?);
    let commits = COMMITS.into_iter().filter_map(|at| Commit::read(&bytes[at..at + 20]));
    let commit = commits.max_by_key(|commit| commit.sequence)?;
    (values > 0).then_some((space, values, commit))
}

/// The version of an index's source, with its checksum.
pub(super) fn write_source(version: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&version.to_le_bytes());
    bytes[8..].copy_from_slice(&crc32fast::hash(&version.to_le_bytes()).to_le_bytes());
    bytes
}

/// None if it was never written.
pub(super) fn read_source(bytes: &[u8; HEADER]) -> Option<u64> {
    let bytes = *bytes[SOURCE..].first_chunk::<12>()?;
    let version = u64::from_le_bytes(*bytes.first_chunk()?);
    (write_source(version) == bytes).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_blocks_too() {
        for values in [1, 32, 100, 128, 512, u16::MAX] {
            let layout = Layout::new(values);
            let parts = [Part::Presence, Part::Ids, Part::Factors, Part::Checks, Part::Signs, Part::Values];
            let mut at = HEADER;
            for block in 0..2 {
                for part in parts {
                    let place = layout.place(part, block * BLOCK, BLOCK);
                    assert_eq!((place.start, place.start % 4096), (at, 0));
                    at = place.end;
                }
            }
            assert_eq!(layout.file(2 * BLOCK as u64), Some(at as u64));
            assert_eq!(layout.file(BLOCK as u64 + 1), Some(at as u64));
            assert_eq!(layout.file(u64::MAX), None);
        }
        assert_eq!(Layout::new(128).face(), 161);
    }

    #[test]
    fn the_newer_commit_that_is_whole_holds() {
        let space = SpaceId(*b"a space!");
        let mut bytes: [u8; HEADER] = new_header(space, 128).try_into().unwrap();
        assert_eq!(read_header(&bytes), Some((space, 128, Commit::default())));
        let commit = Commit { sequence: 1, faces: 77 };
        let (at, written) = commit.write();
        for cut in 0..written.len() {
            bytes[at as usize..][..cut].copy_from_slice(&written[..cut]);
            assert_eq!(read_header(&bytes).unwrap().2, Commit::default(), "{cut} bytes of the commit");
        }
        bytes[at as usize..][..written.len()].copy_from_slice(&written);
        assert_eq!(read_header(&bytes).unwrap().2, commit);
        assert_eq!(read_source(&bytes), None);
        bytes[SOURCE..SOURCE + 12].copy_from_slice(&write_source(7));
        assert_eq!(read_source(&bytes), Some(7));
        for at in 0..20 {
            let mut bad = bytes;
            bad[at] ^= 1;
            assert_eq!(read_header(&bad), None, "byte {at}");
        }
    }
}

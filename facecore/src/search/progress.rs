//! How far a search for clones has come, as a file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::AlikePair;
use crate::space::SpaceId;

/// What a search belongs to: of another index, or one that was changed, nothing can be gone on with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Task {
    pub space: SpaceId,
    /// Of the index: commits and faces.
    pub version: [u64; 2],
    pub least: f32,
}

/// Parts that are done, and the pairs that were found in them.
///
/// Little-endian: `FCCP`, version 1, three zeros, space, the index's version (two u64), least cosine f32, parts done u64, number of pairs
/// u64, each pair as two u64 and an f32, CRC-32 of all that.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Progress {
    pub parts: u64,
    pub pairs: Vec<AlikePair>,
}

const MAGIC: [u8; 8] = *b"FCCP\x01\0\0\0";
const PAIR: usize = 20;

impl Progress {
    /// What was written for this very task; nothing yet if there is no file, or one of another task.
    pub(super) fn read(path: &Path, task: &Task) -> Result<Self> {
        match fs::read(path) {
            Ok(bytes) => Ok(Self::from_bytes(&bytes, task).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(failed(path, "read", &error)),
        }
    }

    pub(super) fn write(&self, path: &Path, task: &Task) -> Result<()> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let written = (|| {
            let mut file = File::create(&part)?;
            file.write_all(&self.to_bytes(task))?;
            file.sync_all()?;
            fs::rename(&part, path)
        })();
        written.map_err(|error| {
            let _ = fs::remove_file(&part);
            failed(path, "write", &error)
        })
    }

    pub(super) fn remove(path: &Path) -> Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, "remove", &error)),
            _ => Ok(()),
        }
    }

    fn header(task: &Task) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(task.space.0);
        bytes.extend(task.version.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(task.least.to_le_bytes());
        bytes
    }

    fn to_bytes(&self, task: &Task) -> Vec<u8> {
        let mut bytes = Self::header(task);
        bytes.extend(self.parts.to_le_bytes());
        bytes.extend((self.pairs.len() as u64).to_le_bytes());
        for AlikePair { first, second, cosine } in &self.pairs {
            bytes.extend(first.to_le_bytes());
            bytes.extend(second.to_le_bytes());
            bytes.extend(cosine.to_le_bytes());
        }
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8], task: &Task) -> Option<Self> {
        let (body, check) = bytes.split_last_chunk::<4>()?;
        (crc32fast::hash(body) == u32::from_le_bytes(*check)).then_some(())?;
        let rest = body.strip_prefix(&Self::header(task)[..])?;
        let (&parts, rest) = rest.split_first_chunk::<8>()?;
        let (&count, rest) = rest.split_first_chunk::<8>()?;
        let (pairs, rest) = rest.as_chunks::<PAIR>();
        (rest.is_empty() && pairs.len() as u64 == u64::from_le_bytes(count)).then_some(())?;
        let number = |pair: &[u8; PAIR], at: usize| u64::from_le_bytes(std::array::from_fn(|byte| pair[at + byte]));
        let pair = |pair: &[u8; PAIR]| AlikePair {
            first: number(pair, 0),
            second: number(pair, 8),
            cosine: f32::from_le_bytes(std::array::from_fn(|byte| pair[16 + byte])),
        };
        Some(Self { parts: u64::from_le_bytes(parts), pairs: pairs.iter().map(pair).collect() })
    }
}

fn failed(path: &Path, what: &str, error: &io::Error) -> Error {
    Error::Store { reason: format!("cannot {what} {}: {error}", path.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_for_the_same_task_is_gone_on_with() {
        let task = Task { space: SpaceId(*b"a space!"), version: [3, 70], least: 0.75 };
        let pairs = vec![AlikePair { first: 5, second: u64::MAX, cosine: 0.875 }];
        let progress = Progress { parts: 2, pairs };
        let bytes = progress.to_bytes(&task);
        assert_eq!(Progress::from_bytes(&bytes, &task), Some(progress));
        for other in
            [Task { least: 0.8, ..task }, Task { version: [4, 70], ..task }, Task { space: SpaceId([0; 8]), ..task }]
        {
            assert_eq!(Progress::from_bytes(&bytes, &other), None);
        }
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 64;
            assert_eq!(Progress::from_bytes(&bad, &task), None, "byte {at}");
            assert_eq!(Progress::from_bytes(&bytes[..at], &task), None, "cut at {at}");
        }
    }
}

//! The index as it is used.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::file::{failed, lock, write_whole};
use super::kernel::Kernel;
use super::layout::{BLOCK, Commit, HEADER, Layout, Part, new_header, read_header, read_source};
use super::mapping::Mapping;
use super::row::{check, signs_of};
use super::signs::{self, GROUP};
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::random::Random;
use crate::space::SpaceId;

/// Faces under ids in one file, searched by cosine. An id may have many faces.
///
/// Either one process writes, or several read ([`open_to_read`](Self::open_to_read)); a lock beside the file enforces that. `Send + Sync`:
/// any number of threads search by `&self`, and start none themselves.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::index::{FaceIndex, Search};
/// # let path = std::env::temp_dir().join(format!("facecore-doc-{}.fci", std::process::id()));
/// # fn run(path: &std::path::Path) -> facecore::Result<()> {
/// # let space = SpaceId(*b"example!");
/// # let face = |x: f32, y: f32| Embedding::new(space, vec![x, y]).unwrap();
/// let mut index = FaceIndex::open(path, space, 2)?;
/// index.add(&[(1, face(1.0, 0.0)), (2, face(0.0, 1.0)), (3, face(0.7, 0.7))])?;
/// let hits = index.search(&face(0.9, 0.1), &Search { neighbours: 2, ..Search::default() })?;
/// assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [1, 3]);
/// index.remove(&[1])?;
/// index.compact()?; // now the face is gone from the disk
/// assert_eq!(index.search(&face(0.9, 0.1), &Search::default())?[0].id, 3);
/// # Ok(())
/// # }
/// # let outcome = run(&path);
/// # std::fs::remove_file(&path).unwrap();
/// # std::fs::remove_file(path.with_extension("fci.lock")).unwrap();
/// # outcome.unwrap();
/// ```
#[derive(Debug)]
pub struct FaceIndex {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) mapping: Mapping,
    space: SpaceId,
    pub(super) layout: Layout,
    pub(super) commit: Commit,
    pub(super) source: Option<u64>,
    /// Faces that are counted and were not removed.
    pub(super) present: u64,
    pub(super) kernel: Kernel,
    pub(super) may_write: bool,
    /// Held open: with it goes the lock.
    _lock: File,
    /// How many bytes can still be written before the disk is full.
    #[cfg(test)]
    pub(super) room: Option<usize>,
}

/// What [`FaceIndex::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexReport {
    /// Faces that are there.
    pub faces: u64,
    /// Ids of faces that are not as they were written, at most 100; empty for a sound index.
    pub damaged: Vec<u64>,
}

impl FaceIndex {
    /// The most faces in an index.
    pub const MAX_FACES: u64 = u32::MAX as u64;

    /// Opens the index in a file to search and to write, or makes an empty one. `values` is the length of its embeddings, 1 to
    /// [`Embedding::MAX_LEN`].
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] for an index of another space, [`Error::Embedding`] for one of another length; [`Error::Index`] if the file
    /// is no index, is damaged, cannot be used, or is open elsewhere.
    pub fn open(path: &Path, space: SpaceId, values: usize) -> Result<Self> {
        Self::open_as(path, Some((space, values)), true)
    }

    /// Opens an index that exists to search only; other processes may do the same. Its space and length are its own.
    ///
    /// # Errors
    /// [`Error::Index`] if the file is no index, is damaged, cannot be used, or is open elsewhere to write.
    pub fn open_to_read(path: &Path) -> Result<Self> {
        Self::open_as(path, None, false)
    }

    fn open_as(path: &Path, wanted: Option<(SpaceId, usize)>, may_write: bool) -> Result<Self> {
        let lock = lock(path, may_write)?;
        if let Some((space, values)) = wanted.filter(|_| !path.exists()) {
            let length = u16::try_from(values).ok().filter(|&values| values > 0);
            let reason = || format!("{values} is not from 1 to {}", Embedding::MAX_LEN);
            let values = length.ok_or_else(|| Error::Option { name: "values", reason: reason() })?;
            write_whole(path, |file| file.write_all(&new_header(space, values)))?;
        }
        let failed = |error: io::Error| failed(path, "open", &error);
        let mut file = File::options().read(true).write(may_write).open(path).map_err(failed)?;
        let mut header = [0; HEADER];
        let bad = |reason: &str| Error::Index { reason: format!("{}: {reason}", path.display()) };
        file.read_exact(&mut header).map_err(|_| bad("it is no index"))?;
        let (space, values, commit) =
            read_header(&header).ok_or_else(|| bad("it is no index, or its header is damaged"))?;
        if let Some((wanted, length)) = wanted {
            if wanted != space {
                return Err(Error::SpaceMismatch { left: space, right: wanted });
            }
            if usize::from(values) != length {
                let reason = format!("{length} values, and those of the index have {values}");
                return Err(Error::Embedding { reason });
            }
        }
        let layout = Layout::new(values);
        let length = file.metadata().map_err(failed)?.len();
        let fits = layout.file(commit.faces).is_some_and(|needed| needed <= length);
        if !fits || commit.faces > Self::MAX_FACES {
            return Err(bad("it is shorter than the faces that were added; restore it, or build it anew"));
        }
        let mapping = Mapping::new(&file).map_err(failed)?;
        let mut index = Self {
            path: path.to_owned(),
            file,
            mapping,
            space,
            layout,
            commit,
            source: read_source(&header),
            present: 0,
            kernel: Kernel::best(),
            may_write,
            _lock: lock,
            #[cfg(test)]
            room: None,
        };
        index.present = index.tiles(BLOCK).map(|(first, count)| index.count_present(first, count)).sum();
        Ok(index)
    }

    /// The space of its faces.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The length of its embeddings.
    pub fn values(&self) -> usize {
        self.layout.values
    }

    /// The number of faces.
    pub fn len(&self) -> u64 {
        self.present
    }

    /// Whether it has no face.
    pub fn is_empty(&self) -> bool {
        self.present == 0
    }

    /// What changes whenever a face is added or removed: the number of commits and of faces.
    pub(crate) fn version(&self) -> [u64; 2] {
        [self.commit.sequence, self.present]
    }

    /// The version of what the index was made of, as [`set_source`](Self::set_source) wrote it; none if nobody did.
    pub fn source(&self) -> Option<u64> {
        self.source
    }

    /// Bytes of the file, which is also the memory in use once all of it has been searched.
    pub fn bytes(&self) -> u64 {
        self.mapping.bytes().len() as u64
    }

    /// Reads every face and compares it with its checksum, and its signs with its values.
    pub fn verify(&self) -> IndexReport {
        let mut report = IndexReport { faces: self.present, damaged: Vec::new() };
        for at in (0..self.commit.faces as usize).filter(|&at| self.is_present(at)) {
            let is_sound =
                self.is_sound(at) && self.signs(at).eq(signs_of(self.part(Part::Values, at, 1), &self.layout));
            if !is_sound && report.damaged.len() < 100 {
                report.damaged.push(self.id(at));
            }
        }
        report
    }

    /// The ids of all faces, in the order in which they were added; one that has several faces is there several times.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.commit.faces as usize).filter(|&at| self.is_present(at)).map(|at| self.id(at))
    }

    /// So many faces with their ids, drawn by a seed; all if there are no more.
    pub(crate) fn sample(&self, count: usize, seed: u64) -> Vec<(u64, Embedding)> {
        let mut places: Vec<usize> = (0..self.commit.faces as usize).filter(|&at| self.is_present(at)).collect();
        Random::new(seed).shuffle(&mut places);
        places.truncate(count);
        places.sort_unstable();
        let face = |at: usize| {
            let values = self.part(Part::Values, at, 1)[..self.layout.values].iter();
            let values = values.map(|value| f32::from(value.cast_signed())).collect();
            // A damaged face without a length is left out.
            Some((self.id(at), Embedding::new(self.space, values).ok()?))
        };
        places.into_iter().filter_map(face).collect()
    }

    pub(super) fn is_sound(&self, place: usize) -> bool {
        let part = |part| self.part(part, place, 1);
        let expected = check(part(Part::Ids), part(Part::Factors), part(Part::Values));
        part(Part::Checks) == expected.to_le_bytes()
    }

    /// A face's signs, four in a number.
    pub(super) fn signs(&self, place: usize) -> impl Iterator<Item = u8> + '_ {
        signs::get(self.part(Part::Signs, place, 1), place % GROUP, self.layout.signs / 4)
    }

    /// Runs of at most `most` faces, each inside one block. `most` divides a block.
    pub(super) fn tiles(&self, most: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let faces = self.commit.faces as usize;
        (0..faces).step_by(most).map(move |first| (first, most.min(faces - first)))
    }

    pub(super) fn part(&self, part: Part, first: usize, count: usize) -> &[u8] {
        &self.mapping.bytes()[self.layout.place(part, first, count)]
    }

    pub(super) fn is_present(&self, place: usize) -> bool {
        self.part(Part::Presence, place, 1) == [1]
    }

    fn count_present(&self, first: usize, count: usize) -> u64 {
        self.part(Part::Presence, first, count).iter().map(|&present| u64::from(present == 1)).sum()
    }

    pub(super) fn id(&self, place: usize) -> u64 {
        self.part(Part::Ids, place, 1).first_chunk().map_or(0, |&bytes| u64::from_le_bytes(bytes))
    }

    pub(super) fn factor(&self, place: usize) -> f32 {
        self.part(Part::Factors, place, 1).first_chunk().map_or(0.0, |&bytes| f32::from_le_bytes(bytes))
    }

    pub(super) fn check_face(&self, face: &Embedding) -> Result<()> {
        if face.space() != self.space {
            return Err(Error::SpaceMismatch { left: self.space, right: face.space() });
        }
        if face.len() != self.layout.values {
            let reason = format!("{} values, and those of the index have {}", face.len(), self.layout.values);
            return Err(Error::Embedding { reason });
        }
        Ok(())
    }
}

//! The index as it is used.

use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::kernel::Kernel;
use super::layout::{BLOCK, Commit, HEADER, Layout, Part, new_header, read_header};
use super::mapping::Mapping;
use super::row::{Query, Row, check};
use super::search::{Best, Hit, Scan, Search};
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Faces under ids in one file, searched by cosine. An id may have many faces.
///
/// One process writes, or several read ([`open_to_read`](Self::open_to_read)); a lock beside the file holds them to it. `Send + Sync`: any
/// number of threads search by `&self`, and start none themselves.
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
    path: PathBuf,
    file: File,
    mapping: Mapping,
    space: SpaceId,
    layout: Layout,
    commit: Commit,
    /// Faces that are counted and were not removed.
    present: u64,
    pub(super) kernel: Kernel,
    may_write: bool,
    /// Held open: with it goes the lock.
    _lock: File,
    /// How many bytes can still be written before the disk is full.
    #[cfg(test)]
    pub(super) room: Option<usize>,
}

/// What [`FaceIndex::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Faces that are there.
    pub faces: u64,
    /// Ids of faces that do not fit their checksum, at most 100; empty for a sound index.
    pub damaged: Vec<u64>,
}

/// Faces that are compared before the next query has its turn: they stay in the processor's nearest memory.
const TILE: usize = 256;

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

    /// Bytes of the file: as much memory is used when all of it was searched.
    pub fn bytes(&self) -> u64 {
        self.mapping.bytes().len() as u64
    }

    /// Adds faces, all of them or none. Once this returns they are on the disk; it waits for the disk twice, so add many at once.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] for a face of another space or length, [`Error::Limit`] above
    /// [`MAX_FACES`](Self::MAX_FACES), [`Error::Index`] if it was opened to read, or if the disk is full.
    pub fn add(&mut self, faces: &[(u64, Embedding)]) -> Result<()> {
        self.check_writable()?;
        faces.iter().try_for_each(|(_, face)| self.check_face(face))?;
        let total = self.commit.faces + faces.len() as u64;
        if total > Self::MAX_FACES {
            return Err(Error::Limit { what: "faces in an index", actual: total, limit: Self::MAX_FACES });
        }
        if faces.is_empty() {
            return Ok(());
        }
        let path = self.path.clone();
        self.append(faces, total).map_err(|error| failed(&path, "write to", &error))
    }

    fn append(&mut self, faces: &[(u64, Embedding)], total: u64) -> io::Result<()> {
        let needed = self.layout.file(total).ok_or(io::ErrorKind::FileTooLarge)?;
        if needed > self.file.metadata()?.len() {
            self.file.set_len(needed)?;
        }
        let mut first = self.commit.faces as usize;
        let mut left = faces;
        while !left.is_empty() {
            let (now, later) = left.split_at(left.len().min(BLOCK - first % BLOCK));
            self.write_rows(first, now)?;
            (first, left) = (first + now.len(), later);
        }
        self.file.sync_data()?;
        if needed > self.mapping.bytes().len() as u64 {
            self.mapping = Mapping::new(&self.file)?;
        }
        let commit = Commit { sequence: self.commit.sequence + 1, faces: total };
        let (at, bytes) = commit.write();
        self.write_at(at, &bytes)?;
        self.file.sync_data()?;
        (self.commit, self.present) = (commit, self.present + faces.len() as u64);
        Ok(())
    }

    /// Writes faces that lie in one block.
    fn write_rows(&mut self, first: usize, faces: &[(u64, Embedding)]) -> io::Result<()> {
        let rows: Vec<Row> = faces.iter().map(|(_, face)| Row::new(face, &self.layout)).collect();
        let ids = faces.iter().map(|(id, _)| *id);
        let parts = [
            (Part::Presence, vec![1; rows.len()]),
            (Part::Ids, ids.clone().flat_map(u64::to_le_bytes).collect()),
            (Part::Factors, rows.iter().flat_map(|row| row.factor.to_le_bytes()).collect()),
            (Part::Checks, rows.iter().zip(ids).flat_map(|(row, id)| row.check(id).to_le_bytes()).collect()),
            (Part::Signs, rows.iter().flat_map(|row| row.signs.iter().copied()).collect()),
            (Part::Values, rows.iter().flat_map(|row| row.values.iter().copied()).collect()),
        ];
        for (part, bytes) in parts {
            let place = self.layout.place(part, first, rows.len());
            self.write_at(place.start as u64, &bytes)?;
        }
        Ok(())
    }

    /// Removes all faces of some ids; they are found no more, and gone from the disk after [`compact`](Self::compact). Returns their number.
    ///
    /// # Errors
    /// [`Error::Index`] if it was opened to read, or cannot be written. Some of the faces may be removed then.
    pub fn remove(&mut self, ids: &[u64]) -> Result<u64> {
        self.check_writable()?;
        let ids: HashSet<u64> = ids.iter().copied().collect();
        let mut removed = Vec::new();
        for (first, count) in self.tiles(BLOCK) {
            let present = self.part(Part::Presence, first, count);
            let found = (0..count).filter(|&at| present[at] == 1 && ids.contains(&self.id(first + at)));
            removed.extend(found.map(|at| first + at));
        }
        let mut write = || {
            for &place in &removed {
                // One byte is written whole or not at all.
                let at = self.layout.place(Part::Presence, place, 1).start;
                self.write_at(at as u64, &[0])?;
                self.present -= 1;
            }
            self.file.sync_data()
        };
        let written = write();
        written.map_err(|error| failed(&self.path, "write to", &error))?;
        Ok(removed.len() as u64)
    }

    /// Writes the faces that are left into a new file, in the place of the old: nothing is left of those that were removed. The old file is
    /// unlinked, not overwritten.
    ///
    /// # Errors
    /// [`Error::Index`] if it was opened to read, if a face does not fit its checksum, or if the disk is full. The index is as it was then.
    pub fn compact(&mut self) -> Result<()> {
        self.check_writable()?;
        let report = self.verify();
        if let Some(id) = report.damaged.first() {
            let reason = format!("{}: a face of id {id} is damaged; remove it and add it anew", self.path.display());
            return Err(Error::Index { reason });
        }
        let places: Vec<usize> = (0..self.commit.faces as usize).filter(|&at| self.is_present(at)).collect();
        let commit = Commit { sequence: self.commit.sequence + 1, faces: places.len() as u64 };
        write_whole(&self.path, |file| {
            let values = u16::try_from(self.layout.values).unwrap_or_default();
            file.write_all(&new_header(self.space, values))?;
            let (at, bytes) = commit.write();
            file.seek(SeekFrom::Start(at))?;
            file.write_all(&bytes)?;
            file.set_len(self.layout.file(commit.faces).ok_or(io::ErrorKind::FileTooLarge)?)?;
            for (block, places) in places.chunks(BLOCK).enumerate() {
                for part in [Part::Presence, Part::Ids, Part::Factors, Part::Checks, Part::Signs, Part::Values] {
                    let bytes: Vec<u8> = places.iter().flat_map(|&at| self.part(part, at, 1).iter().copied()).collect();
                    file.seek(SeekFrom::Start(self.layout.place(part, block * BLOCK, 1).start as u64))?;
                    file.write_all(&bytes)?;
                }
            }
            Ok(())
        })?;
        let reopen = || {
            let file = File::options().read(true).write(true).open(&self.path)?;
            Ok((Mapping::new(&file)?, file))
        };
        (self.mapping, self.file) = reopen().map_err(|error| failed(&self.path, "open", &error))?;
        (self.commit, self.present) = (commit, commit.faces);
        Ok(())
    }

    /// Reads every face and compares it with its checksum.
    pub fn verify(&self) -> IndexReport {
        let mut report = IndexReport { faces: self.present, damaged: Vec::new() };
        for at in (0..self.commit.faces as usize).filter(|&at| self.is_present(at)) {
            if !self.is_sound(at) && report.damaged.len() < 100 {
                report.damaged.push(self.id(at));
            }
        }
        report
    }

    /// The ids of all faces, in the order in which they were added; one that has several faces is there several times.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.commit.faces as usize).filter(|&at| self.is_present(at)).map(|at| self.id(at))
    }

    /// The faces nearest to one, the nearest first; of equals the one added first.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] for a face of another space or length; [`Error::Index`] if a face of the answer does
    /// not fit its checksum.
    pub fn search(&self, face: &Embedding, search: &Search<'_>) -> Result<Vec<Hit>> {
        Ok(self.search_many(std::slice::from_ref(face), search)?.remove(0))
    }

    /// [`search`](Self::search) for many faces at once, in their order. The index passes by once for all, so that many are much faster than
    /// one by one.
    ///
    /// # Errors
    /// Those of [`search`](Self::search).
    pub fn search_many(&self, faces: &[Embedding], search: &Search<'_>) -> Result<Vec<Vec<Hit>>> {
        faces.iter().try_for_each(|face| self.check_face(face))?;
        let queries: Vec<Query> = faces.iter().map(|face| Query::new(face, &self.layout)).collect();
        match search.scan {
            Scan::Exact => self.scan_values(&queries, search),
            Scan::Signs(shortlist) => {
                let shortlists = self.scan_signs(&queries, search, shortlist.max(search.neighbours).max(1));
                let pairs = queries.iter().zip(shortlists);
                pairs.map(|(query, shortlist)| self.compare(query, search, shortlist)).collect()
            }
        }
    }

    fn scan_values(&self, queries: &[Query], search: &Search<'_>) -> Result<Vec<Vec<Hit>>> {
        let mut best: Vec<Best> = queries.iter().map(|query| new_best(query, search)).collect();
        let (mut sums, mut scores) = ([0; TILE], [0.0; TILE]);
        for (first, count) in self.tiles(TILE) {
            let rows = self.part(Part::Values, first, count);
            let factors = self.part(Part::Factors, first, count).as_chunks().0;
            for (query, best) in queries.iter().zip(&mut best) {
                self.kernel.products(rows, &query.values, &mut sums[..count]);
                for ((score, &sum), &factor) in scores.iter_mut().zip(&sums[..count]).zip(factors) {
                    *score = sum as f32 * f32::from_le_bytes(factor);
                }
                self.push(best, search, first, &scores[..count]);
            }
        }
        let pairs = queries.iter().zip(best);
        pairs.map(|(query, best)| self.hits(query, best)).collect()
    }

    /// The places of the faces whose signs differ least from each query's.
    fn scan_signs(&self, queries: &[Query], search: &Search<'_>, shortlist: usize) -> Vec<Vec<u32>> {
        let mut best: Vec<Best> = queries.iter().map(|_| Best::new(shortlist, f32::NEG_INFINITY)).collect();
        let (mut counts, mut scores) = ([0; TILE], [0.0; TILE]);
        for (first, count) in self.tiles(TILE) {
            let signs = self.part(Part::Signs, first, count);
            for (query, best) in queries.iter().zip(&mut best) {
                self.kernel.differences(signs, &query.signs, &mut counts[..count]);
                for (score, &count) in scores.iter_mut().zip(&counts[..count]) {
                    *score = -(count as f32);
                }
                self.push(best, search, first, &scores[..count]);
            }
        }
        let places = |best: Best| {
            let mut places: Vec<u32> = best.finish().into_iter().map(|(_, place)| place).collect();
            places.sort_unstable();
            places
        };
        best.into_iter().map(places).collect()
    }

    /// The nearest of a shortlist.
    fn compare(&self, query: &Query, search: &Search<'_>, shortlist: Vec<u32>) -> Result<Vec<Hit>> {
        let mut best = new_best(query, search);
        for place in shortlist {
            let mut sum = [0];
            self.kernel.products(self.part(Part::Values, place as usize, 1), &query.values, &mut sum);
            best.push(sum[0] as f32 * self.factor(place as usize), place);
        }
        self.hits(query, best)
    }

    /// Takes the scores of a tile that are good enough, of faces that are there and wanted.
    fn push(&self, best: &mut Best, search: &Search<'_>, first: usize, scores: &[f32]) {
        // Nearly always none is: this loop has no branch, so that it runs side by side.
        if scores.iter().fold(f32::NEG_INFINITY, |most, &score| if score > most { score } else { most })
            <= best.cutoff()
        {
            return;
        }
        for (at, &score) in scores.iter().enumerate() {
            if score > best.cutoff() && self.is_present(first + at) && search.takes(self.id(first + at)) {
                best.push(score, (first + at) as u32);
            }
        }
    }

    /// An answer, whose faces are as they were written.
    fn hits(&self, query: &Query, best: Best) -> Result<Vec<Hit>> {
        let hit = |(score, place): (f32, u32)| {
            let place = place as usize;
            let id = self.id(place);
            if !self.is_sound(place) {
                let reason =
                    format!("{}: a face of id {id} is damaged; remove it and add it anew", self.path.display());
                return Err(Error::Index { reason });
            }
            Ok(Hit { id, cosine: (score / query.length).clamp(-1.0, 1.0) })
        };
        best.finish().into_iter().map(hit).collect()
    }

    fn is_sound(&self, place: usize) -> bool {
        let part = |part| self.part(part, place, 1);
        let expected = check(part(Part::Ids), part(Part::Factors), part(Part::Signs), part(Part::Values));
        part(Part::Checks) == expected.to_le_bytes()
    }

    /// Runs of at most `most` faces, each inside one block. `most` divides a block.
    fn tiles(&self, most: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let faces = self.commit.faces as usize;
        (0..faces).step_by(most).map(move |first| (first, most.min(faces - first)))
    }

    fn part(&self, part: Part, first: usize, count: usize) -> &[u8] {
        &self.mapping.bytes()[self.layout.place(part, first, count)]
    }

    fn is_present(&self, place: usize) -> bool {
        self.part(Part::Presence, place, 1) == [1]
    }

    fn count_present(&self, first: usize, count: usize) -> u64 {
        self.part(Part::Presence, first, count).iter().map(|&present| u64::from(present == 1)).sum()
    }

    fn id(&self, place: usize) -> u64 {
        self.part(Part::Ids, place, 1).first_chunk().map_or(0, |&bytes| u64::from_le_bytes(bytes))
    }

    fn factor(&self, place: usize) -> f32 {
        self.part(Part::Factors, place, 1).first_chunk().map_or(0.0, |&bytes| f32::from_le_bytes(bytes))
    }

    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        #[cfg(test)]
        if let Some(room) = &mut self.room {
            let fits = bytes.len().min(*room);
            *room -= fits;
            self.file.write_all(&bytes[..fits])?;
            return if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) };
        }
        self.file.write_all(bytes)
    }

    fn check_face(&self, face: &Embedding) -> Result<()> {
        if face.space() != self.space {
            return Err(Error::SpaceMismatch { left: self.space, right: face.space() });
        }
        if face.len() != self.layout.values {
            let reason = format!("{} values, and those of the index have {}", face.len(), self.layout.values);
            return Err(Error::Embedding { reason });
        }
        Ok(())
    }

    fn check_writable(&self) -> Result<()> {
        let reason = || format!("{} was opened to read; open it with FaceIndex::open", self.path.display());
        if self.may_write { Ok(()) } else { Err(Error::Index { reason: reason() }) }
    }
}

fn new_best(query: &Query, search: &Search<'_>) -> Best {
    let least = if search.least > -1.0 { (search.least * query.length).next_down() } else { f32::NEG_INFINITY };
    Best::new(search.neighbours, least)
}

/// The lock of an index's file: of one writer, or of several readers. It lies in a file of its own, which compaction does not replace.
fn lock(path: &Path, exclusive: bool) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let opened = File::options().create(true).truncate(false).read(true).write(true).open(name);
    let file = opened.map_err(|error| failed(path, "lock", &error))?;
    let locked = if exclusive { file.try_lock() } else { file.try_lock_shared() };
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let reason = format!("{} is open elsewhere; one writes, or several read", path.display());
            Err(Error::Index { reason })
        }
        Err(TryLockError::Error(error)) => Err(failed(path, "lock", &error)),
    }
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = (|| {
        let mut file = File::create(&part)?;
        write(&mut file)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Windows cannot open a folder as a file, and does not need it.
        if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(&part);
        failed(path, "write", &error)
    })
}

fn failed(path: &Path, what: &str, error: &io::Error) -> Error {
    Error::Index { reason: format!("cannot {what} {}: {error}", path.display()) }
}

//! Adding faces, removing them, and rewriting the file without those that were removed.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use super::face_index::FaceIndex;
use super::file::{failed, write_whole};
use super::layout::{BLOCK, Commit, Part, SOURCE, new_header, write_source};
use super::mapping::Mapping;
use super::row::Row;
use super::signs::{self, GROUP};
use crate::embed::Embedding;
use crate::error::{Error, Result};

impl FaceIndex {
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
            (Part::Signs, self.groups(first, &rows)),
            (Part::Values, rows.iter().flat_map(|row| row.values.iter().copied()).collect()),
        ];
        for (part, bytes) in parts {
            let place = self.layout.place(part, first, rows.len());
            self.write_at(place.start as u64, &bytes)?;
        }
        Ok(())
    }

    /// The groups of signs into which faces come, with those that are there already.
    fn groups(&self, first: usize, rows: &[Row]) -> Vec<u8> {
        let mut groups = vec![0; self.layout.place(Part::Signs, first, rows.len()).len()];
        let inside = first % GROUP;
        if inside > 0 {
            let begun = self.part(Part::Signs, first, 1);
            groups[..begun.len()].copy_from_slice(begun);
        }
        for (place, row) in (inside..).zip(rows) {
            signs::put(&mut groups, place, &row.signs);
        }
        groups
    }

    /// Notes of which version of its source the index was made, for whoever asks whether it is that still:
    /// [`index_profiles`](crate::search::index_profiles) does. Faces that are added or removed later do not change it.
    ///
    /// # Errors
    /// [`Error::Index`] if it was opened to read, or cannot be written.
    pub fn set_source(&mut self, version: u64) -> Result<()> {
        self.check_writable()?;
        let written = self.write_at(SOURCE as u64, &write_source(version)).and_then(|()| self.file.sync_data());
        written.map_err(|error| failed(&self.path, "write to", &error))?;
        self.source = Some(version);
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
            file.write_all(&new_header(self.space(), values))?;
            let (at, bytes) = commit.write();
            file.seek(SeekFrom::Start(at))?;
            file.write_all(&bytes)?;
            if let Some(version) = self.source {
                file.seek(SeekFrom::Start(SOURCE as u64))?;
                file.write_all(&write_source(version))?;
            }
            file.set_len(self.layout.file(commit.faces).ok_or(io::ErrorKind::FileTooLarge)?)?;
            for (block, places) in places.chunks(BLOCK).enumerate() {
                for part in [Part::Presence, Part::Ids, Part::Factors, Part::Checks, Part::Signs, Part::Values] {
                    let bytes = self.gathered(part, places);
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

    /// A part of faces wherever they are.
    fn gathered(&self, part: Part, places: &[usize]) -> Vec<u8> {
        if part != Part::Signs {
            return places.iter().flat_map(|&at| self.part(part, at, 1).iter().copied()).collect();
        }
        let mut groups = vec![0; self.layout.place(part, 0, places.len()).len()];
        for (place, &at) in places.iter().enumerate() {
            signs::put(&mut groups, place, &self.signs(at).collect::<Vec<u8>>());
        }
        groups
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

    fn check_writable(&self) -> Result<()> {
        let reason = || format!("{} was opened to read; open it with FaceIndex::open", self.path.display());
        if self.may_write { Ok(()) } else { Err(Error::Index { reason: reason() }) }
    }
}

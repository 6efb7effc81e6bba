//! The folder of a store: which generation (one LMDB file) holds the records, and how the next one takes its place.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file that is there from the store's first moment on. Without it, nobody could tell an empty folder from one in which a generation is
/// being replaced right now.
const MARK: &str = "facecore-store";

#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, made if it does not exist.
    pub(super) fn new(path: &Path) -> Result<Self> {
        let folder = Self(path.to_owned());
        folder.checked("create", fs::create_dir_all(path))?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn generation(&self, number: u64) -> PathBuf {
        self.0.join(format!("generation-{number}"))
    }

    pub(super) fn part(&self, number: u64) -> PathBuf {
        self.0.join(format!("generation-{number}.part"))
    }

    /// Makes the first generation if the folder is no store yet, and marks it: a backup has none yet, nor has what a process left that ended
    /// between the two.
    pub(super) fn initialise(&self) -> Result<()> {
        if self.0.join(MARK).exists() {
            return Ok(());
        }
        if self.newest()?.is_none() {
            let made = match fs::create_dir(self.generation(1)) {
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
                made => made,
            };
            self.checked("create a generation in", made)?;
        }
        self.checked("mark", File::create(self.0.join(MARK)).and_then(|mark| mark.sync_all()))?;
        self.sync()
    }

    /// The number of the newest complete generation.
    pub(super) fn newest(&self) -> Result<Option<u64>> {
        let mut newest = None;
        for entry in self.checked("list", fs::read_dir(&self.0))? {
            let name = self.checked("list", entry)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("generation-")?.parse::<u64>().ok());
            newest = newest.max(number);
        }
        Ok(newest)
    }

    /// Puts a generation that is written completely in its place. Several processes may do so at the same time.
    pub(super) fn complete(&self, number: u64) -> Result<()> {
        match fs::rename(self.part(number), self.generation(number)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            renamed => {
                self.checked("complete a generation in", renamed)?;
                self.sync()
            }
        }
    }

    /// Removes all generations before `newest`, and what is left of those whose removal was cut short: they were replaced, and must not
    /// outlast what was erased from them.
    pub(super) fn sweep(&self, newest: u64) -> Result<()> {
        for entry in self.checked("list", fs::read_dir(&self.0))? {
            let name = self.checked("list", entry)?.file_name();
            let Some(name) = name.to_str().and_then(|name| name.strip_prefix("generation-")) else { continue };
            let number = name.strip_suffix(".old").unwrap_or(name).parse::<u64>();
            if let Some(number) = number.ok().filter(|&number| number < newest) {
                self.remove(number)?;
            }
        }
        Ok(())
    }

    /// Removes a generation that was replaced. It loses its name first: a process that is about to open it must not find half of it.
    fn remove(&self, number: u64) -> Result<()> {
        let old = self.0.join(format!("generation-{number}.old"));
        match fs::rename(self.generation(number), &old) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            renamed => self.checked("remove a generation of", renamed)?,
        }
        self.remove_all(&old)?;
        self.sync()
    }

    pub(super) fn remove_all(&self, path: &Path) -> Result<()> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => self.checked("remove files of", removed),
        }
    }

    /// The names in the folder outlast a failure of the machine.
    pub(super) fn sync(&self) -> Result<()> {
        // Windows cannot open a folder as a file, and does not need it.
        if cfg!(unix) {
            self.checked("sync", File::open(&self.0).and_then(|folder| folder.sync_all()))?;
        }
        Ok(())
    }

    pub(super) fn failed(&self, what: &str, error: &io::Error) -> Error {
        Error::Store { reason: format!("cannot {what} {}: {error}", self.0.display()) }
    }

    fn checked<T>(&self, what: &str, result: io::Result<T>) -> Result<T> {
        result.map_err(|error| self.failed(what, &error))
    }
}

//! The file of an index: how it is locked, and how a new one takes its place.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The lock of an index's file: of one writer, or of several readers. It lies in a file of its own, which compaction does not replace.
pub(super) fn lock(path: &Path, exclusive: bool) -> Result<File> {
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
pub(super) fn write_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
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

pub(super) fn failed(path: &Path, what: &str, error: &io::Error) -> Error {
    Error::Index { reason: format!("cannot {what} {}: {error}", path.display()) }
}

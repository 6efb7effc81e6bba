//! Files that the command writes: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure::Result;
use crate::shown;

/// Writes the file that an option such as `--out` names.
pub fn save(option: &str, target: &Path, bytes: &[u8]) -> Result<()> {
    Ok(write(target, bytes).map_err(|error| format!("{option} {}: {error}", shown::path(target)))?)
}

/// Whether the file that an option names could be written as far as one can tell: asked before hours of work, not after.
pub fn check(option: &str, target: &Path) -> Result<()> {
    let about = |reason: &str| Err(format!("{option} {}: {reason}", shown::path(target)).into());
    if target.is_dir() {
        return about("this is a folder; name a file");
    }
    if !folder_of(target).is_dir() {
        return about("there is no such folder; make it first");
    }
    Ok(())
}

/// Writes a file beside its place and moves it there: nobody ever reads half of it, even after a crash or on a full disk, and a file that was there
/// under a second name (a hard link) is not changed.
pub fn write(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let existing = fs::metadata(target).ok();
    let is_stream = existing.as_ref().is_some_and(|existing| !existing.is_file());
    // Also /dev/stdout, whatever that is at the moment.
    if is_stream || ["/dev", "/proc"].iter().any(|folder| target.starts_with(folder)) {
        return fs::write(target, bytes);
    }
    if existing.as_ref().is_some_and(|existing| existing.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file there is read-only"));
    }
    // The file that a link leads to, so that the link stays.
    let target = &target.canonicalize().unwrap_or_else(|_| target.to_owned());
    let (mut file, beside) = create_beside(target)?;
    let written = (|| {
        file.write_all(bytes)?;
        if let Some(existing) = &existing {
            file.set_permissions(existing.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, target)
    })();
    if written.is_err() {
        // The first error is the one to tell of.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file that is written piece by piece and is at its place once it is whole.
pub struct Growing {
    writer: BufWriter<File>,
    beside: PathBuf,
    target: PathBuf,
    whole: bool,
}

impl Growing {
    pub fn create(target: &Path) -> io::Result<Self> {
        let (file, beside) = create_beside(target)?;
        Ok(Self { writer: BufWriter::new(file), beside, target: target.to_owned(), whole: false })
    }

    /// Moves the file to its place.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        fs::rename(&self.beside, &self.target)?;
        self.whole = true;
        Ok(())
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if !self.whole {
            // Nobody is left to tell.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// A new file in the folder of `target`, hidden.
fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let beside = folder_of(target).join(format!(".facecore-{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            // Left behind by a process that was killed and had the same number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, beside)),
        }
    }
}

/// The folder that a file lies in; `.` where the path is a bare name.
fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("facecore-saving-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| shown::name(&entry.unwrap().file_name())).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = scratch("replace");
        for text in ["one", "two"] {
            write(&folder.join("a.txt"), text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(folder.join("a.txt")).unwrap(), text);
        }
        assert_eq!(names(&folder), ["a.txt"]);
        fs::create_dir(folder.join("b")).unwrap();
        assert!(write(&folder.join("b"), b"x").is_err() && write(&folder.join("none/c"), b"x").is_err());
        assert_eq!(names(&folder), ["a.txt", "b"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = scratch("links");
        let at = |name: &str| folder.join(name);
        fs::write(at("original"), "old").unwrap();
        fs::set_permissions(at("original"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::hard_link(at("original"), at("hard")).unwrap();
        symlink(at("original"), at("soft")).unwrap();
        write(&at("hard"), b"new").unwrap();
        assert_eq!(fs::read_to_string(at("original")).unwrap(), "old");
        assert_eq!(fs::metadata(at("hard")).unwrap().permissions().mode() & 0o777, 0o600);
        write(&at("soft"), b"newer").unwrap();
        assert_eq!(fs::read_to_string(at("original")).unwrap(), "newer");
        assert!(fs::symlink_metadata(at("soft")).unwrap().is_symlink());
        write(Path::new("/dev/null"), b"anything").unwrap();
        fs::set_permissions(at("original"), fs::Permissions::from_mode(0o400)).unwrap();
        assert!(write(&at("soft"), b"newest").is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = scratch("check");
        assert!(check("--out", &folder.join("a")).is_ok() && check("--out", Path::new("a")).is_ok());
        assert!(check("--out", &folder).unwrap_err().to_string().contains("name a file"));
        assert!(check("--out", &folder.join("none/a")).unwrap_err().to_string().contains("make it first"));
        fs::remove_dir_all(folder).unwrap();
    }
}

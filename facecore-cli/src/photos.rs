//! Photos on disk or standard input: `walk` finds them, here they are read.

mod walk;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use facecore::{Limits, Photo};

pub use walk::{Skipped, Walk, find};

use crate::failure::explain;

/// A photo to work on.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// The path below the folder that was named, or the file's name.
    pub below: PathBuf,
}

/// Why one photo gave no result; the others go on.
#[derive(Debug)]
pub enum PhotoError {
    Read(io::Error),
    Core(facecore::Error),
    Draw(String),
}

impl PhotoError {
    /// The stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "io",
            Self::Core(error) => error.code(),
            Self::Draw(_) => "draw",
        }
    }
}

impl fmt::Display for PhotoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "cannot read the file: {error}"),
            Self::Core(error) => explain(error).fmt(f),
            Self::Draw(reason) => write!(f, "cannot write the picture: {reason}"),
        }
    }
}

impl From<facecore::Error> for PhotoError {
    fn from(error: facecore::Error) -> Self {
        Self::Core(error)
    }
}

/// Whether the path ends in one of `extensions`, in small or capital letters.
pub fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether the path means standard input; a file of that name is `./-`.
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads and decodes a photo.
pub fn load(path: &Path, limits: &Limits) -> Result<Photo<'static>, PhotoError> {
    let bytes = read(path, limits)?;
    Ok(Photo::decode(&bytes, limits)?)
}

/// Reads a file of at most `max_bytes`; a pipe or device may have no size that could be asked for first.
pub fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    if is_standard_input(path) {
        return read_all(io::stdin().lock(), 0, limits);
    }
    let file = File::open(path).map_err(PhotoError::Read)?;
    let size = file.metadata().map_err(PhotoError::Read)?.len();
    read_all(file, size, limits)
}

fn read_all(input: impl Read, size: u64, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    let limit = limits.max_bytes as u64;
    let check = |actual: u64| {
        let what = "size of the photo's file in bytes";
        if actual > limit { Err(PhotoError::Core(facecore::Error::Limit { what, actual, limit })) } else { Ok(()) }
    };
    check(size)?;
    let mut bytes = Vec::with_capacity(size as usize);
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(PhotoError::Read)?;
    check(bytes.len() as u64)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_not_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let size = std::fs::metadata(&path).unwrap().len() as usize;
        let limits = |max_bytes| Limits { max_bytes, ..Limits::default() };
        assert_eq!(read(&path, &limits(size)).unwrap().len(), size);
        assert_eq!(read(&path, &limits(usize::MAX)).unwrap().len(), size);
        let error = read(&path, &limits(size - 1)).unwrap_err();
        assert_eq!(error.code(), "limit");
        assert!(error.to_string().contains("--max-bytes"), "{error}");
        #[cfg(unix)]
        assert_eq!(read(Path::new("/dev/zero"), &limits(1_000)).unwrap_err().code(), "limit");
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        for path in ["no-such-photo.jpg", env!("CARGO_MANIFEST_DIR")] {
            let error = load(Path::new(path), &Limits::default()).err();
            assert_eq!(error.map(|error| error.code()), Some("io"), "{path}");
        }
    }
}

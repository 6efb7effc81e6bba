//! Photos on disk: find them, load one.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use facecore::{Limits, Photo};

const EXTENSIONS: [&str; 8] = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"];

/// A photo to work on.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
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
            Self::Core(error) => error.fmt(f),
            Self::Draw(reason) => write!(f, "cannot write the picture: {reason}"),
        }
    }
}

impl From<facecore::Error> for PhotoError {
    fn from(error: facecore::Error) -> Self {
        Self::Core(error)
    }
}

/// The files among `paths`, and the photos in the folders among them, each folder's in sorted order.
///
/// A path that is missing or a folder that cannot be listed stays in, so that loading it tells why.
pub fn find(paths: &[PathBuf]) -> Vec<Source> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, Path::new(""), &mut found);
        } else {
            let below = path.file_name().unwrap_or(path.as_os_str()).into();
            found.push(Source { path: path.clone(), below });
        }
    }
    found
}

fn walk(folder: &Path, below: &Path, found: &mut Vec<Source>) {
    let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let Ok(mut entries) = listed else {
        found.push(Source { path: folder.into(), below: below.into() });
        return;
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, below) = (entry.path(), below.join(entry.file_name()));
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // The type of the entry itself: a link to a folder could lead round in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, &below, found);
        } else if has_extension(&path, &EXTENSIONS) && !path.is_dir() {
            found.push(Source { path, below });
        }
    }
}

/// Whether the path ends in one of `extensions`, in small or capital letters.
pub fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Reads and decodes a photo within the default limits.
pub fn load(path: &Path) -> Result<Photo<'static>, PhotoError> {
    let limits = Limits::default();
    let bytes = read(path, limits.max_bytes as u64)?;
    Ok(Photo::decode(&bytes, &limits)?)
}

/// Reads a file of at most `limit` bytes; a pipe or device may have no size that could be asked for first.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, PhotoError> {
    let too_large =
        |actual| PhotoError::Core(facecore::Error::Limit { what: "size of the photo's file in bytes", actual, limit });
    let file = File::open(path).map_err(PhotoError::Read)?;
    let size = file.metadata().map_err(PhotoError::Read)?.len();
    if size > limit {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(PhotoError::Read)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(paths: &[PathBuf]) -> Vec<String> {
        find(paths).iter().map(|source| source.below.display().to_string()).collect()
    }

    #[test]
    fn folders_are_walked_in_order() {
        let folder = std::env::temp_dir().join(format!("facecore-find-{}", std::process::id()));
        fs::create_dir_all(folder.join("b/.hidden")).unwrap();
        for name in ["c.JPG", "a.png", "notes.txt", "b/d.tiff", "b/.hidden/e.jpg"] {
            fs::write(folder.join(name), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&folder, folder.join("b/round.jpg")).unwrap();
        assert_eq!(below(std::slice::from_ref(&folder)), ["a.png", "b/d.tiff", "c.JPG"]);
        let named = [folder.join("notes.txt"), folder.join("missing.jpg")];
        assert_eq!(below(&named), ["notes.txt", "missing.jpg"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_large_file_is_not_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let size = fs::metadata(&path).unwrap().len();
        assert_eq!(read(&path, size).unwrap().len() as u64, size);
        assert_eq!(read(&path, size - 1).unwrap_err().code(), "limit");
        #[cfg(unix)]
        assert_eq!(read(Path::new("/dev/zero"), 1_000).unwrap_err().code(), "limit");
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        for path in ["no-such-photo.jpg", env!("CARGO_MANIFEST_DIR")] {
            let error = load(Path::new(path)).err();
            assert_eq!(error.map(|error| error.code()), Some("io"), "{path}");
        }
    }
}

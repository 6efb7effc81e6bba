//! Which photos there are: those that are named, and those in the folders that are named.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use facecore::Photo;

use super::{Source, has_extension, is_standard_input};
use crate::failure::Result;
use crate::shown;

/// What is taken for a photo in a folder, beside [`Photo::formats`]. A file that is named itself is read whatever it is called.
const OTHER_EXTENSIONS: [&str; 5] = ["jpeg", "jpe", "jfif", "mpo", "tif"];

/// The photos to work on, and what of the folders was left out.
#[derive(Debug, Default)]
pub struct Walk {
    pub photos: Vec<Source>,
    pub skipped: Skipped,
}

/// The files of folders that were left out, counted by kind.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Skipped(BTreeMap<Kind, usize>);

/// Why a file was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Of another extension, here in small letters.
    Extension(String),
    NoExtension,
    Link,
    /// A named pipe, socket or device: opening one may wait for ever.
    Special,
}

/// The files among `paths`, and the photos in the folders among them, each folder's in sorted order. Hidden files, links and
/// whatever is no photo by its name are left out of folders.
///
/// A path that is missing or a folder that cannot be listed stays in, so that loading it tells why. Paths in which there is no
/// photo at all are an error.
pub fn find(paths: &[PathBuf]) -> Result<Walk> {
    if paths.iter().filter(|path| is_standard_input(path)).count() > 1 {
        return Err("`-` is standard input, which can be read once: name it once".to_owned().into());
    }
    let mut walk = Walk::default();
    for path in paths {
        if path.is_dir() {
            walk.folder(path, Path::new(""));
        } else {
            let name = if is_standard_input(path) { "stdin".as_ref() } else { path.file_name().unwrap_or_default() };
            walk.photos.push(Source { path: path.clone(), below: name.into() });
        }
    }
    if walk.photos.is_empty() && !paths.is_empty() {
        let folders: Vec<_> = paths.iter().map(|path| shown::path(path)).collect();
        let skipped = if walk.skipped.is_empty() { String::new() } else { format!("; {}", walk.skipped) };
        return Err(format!("no photos in {}{skipped}", folders.join(", ")).into());
    }
    Ok(walk)
}

impl Walk {
    fn folder(&mut self, folder: &Path, below: &Path) {
        let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let Ok(mut entries) = listed else {
            self.photos.push(Source { path: folder.into(), below: below.into() });
            return;
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, below) = (entry.path(), below.join(entry.file_name()));
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            match entry.file_type() {
                // The type of the entry itself: a link to a folder could lead round in a circle.
                Ok(kind) if kind.is_dir() => self.folder(&path, &below),
                Ok(kind) => match refuse(kind, &path) {
                    Some(kind) => *self.skipped.0.entry(kind).or_default() += 1,
                    None => self.photos.push(Source { path, below }),
                },
                // Loading it will say why it cannot be looked at.
                Err(_) => self.photos.push(Source { path, below }),
            }
        }
    }
}

/// Why a file in a folder is left out, if it is.
fn refuse(kind: FileType, path: &Path) -> Option<Kind> {
    if kind.is_symlink() {
        return Some(Kind::Link);
    }
    if !kind.is_file() {
        return Some(Kind::Special);
    }
    if has_extension(path, &OTHER_EXTENSIONS) || has_extension(path, &Photo::formats()) {
        return None;
    }
    Some(path.extension().map_or(Kind::NoExtension, |text| Kind::Extension(shown::name(text).to_lowercase())))
}

impl Skipped {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what was left out elsewhere.
    pub fn add(&mut self, others: Self) {
        for (kind, count) in others.0 {
            *self.0.entry(kind).or_default() += count;
        }
    }
}

impl fmt::Display for Skipped {
    /// "12 files skipped: 9 heic, 3 links", the most first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Kinds beyond these are only counted.
        const SHOWN: usize = 8;
        let total: usize = self.0.values().sum();
        let mut kinds: Vec<_> = self.0.iter().collect();
        kinds.sort_by_key(|&(_, &count)| std::cmp::Reverse(count));
        let mut parts: Vec<String> = kinds.iter().take(SHOWN).map(|(kind, count)| kind.counted(**count)).collect();
        let others: usize = kinds.iter().skip(SHOWN).map(|(_, count)| **count).sum();
        if others > 0 {
            parts.push(format!("{others} others"));
        }
        write!(f, "{total} file{} skipped: {}", plural(total), parts.join(", "))
    }
}

impl Kind {
    fn counted(&self, count: usize) -> String {
        match self {
            Self::Extension(extension) => format!("{count} {}", shown::printable(extension)),
            Self::NoExtension => format!("{count} without an extension"),
            Self::Link => format!("{count} link{}", plural(count)),
            Self::Special => format!("{count} pipe{0} or device{0}", plural(count)),
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(test: &str, files: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("facecore-walk-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for name in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn below(walk: &Walk) -> Vec<String> {
        walk.photos.iter().map(|source| shown::path(&source.below)).collect()
    }

    #[test]
    fn folders_are_walked_in_order_and_what_is_left_out_is_counted() {
        let files = ["c.JPG", "a.png", "notes.txt", "b/d.tiff", "b/.hidden/e.jpg", "b/f.HEIC", "b/g.heic", "readme"];
        let folder = scratch("order", &files);
        #[cfg(unix)]
        std::os::unix::fs::symlink(&folder, folder.join("b/round.jpg")).unwrap();
        let walk = find(std::slice::from_ref(&folder)).unwrap();
        assert_eq!(below(&walk), ["a.png", "b/d.tiff", "c.JPG"]);
        let links = if cfg!(unix) { ", 1 link" } else { "" };
        let total = if cfg!(unix) { 5 } else { 4 };
        let expected = format!("{total} files skipped: 2 heic, 1 txt, 1 without an extension{links}");
        assert_eq!(walk.skipped.to_string(), expected);

        let named = find(&[folder.join("notes.txt"), folder.join("missing.jpg"), "-".into()]).unwrap();
        assert_eq!(below(&named), ["notes.txt", "missing.jpg", "stdin"]);
        assert!(named.skipped.is_empty());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn every_name_of_a_jpeg_is_read() {
        let folder = scratch("jpeg", &["a.jfif", "b.jpe", "c.MPO", "d.jpeg"]);
        assert_eq!(below(&find(std::slice::from_ref(&folder)).unwrap()), ["a.jfif", "b.jpe", "c.MPO", "d.jpeg"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_to_do_says_what_was_there() {
        let folder = scratch("nothing", &["a.avif"]);
        let error = find(std::slice::from_ref(&folder)).unwrap_err().to_string();
        assert!(error.ends_with("; 1 file skipped: 1 avif"), "{error}");
        fs::remove_file(folder.join("a.avif")).unwrap();
        assert!(find(std::slice::from_ref(&folder)).unwrap_err().to_string().starts_with("no photos in "));
        assert!(find(&[]).unwrap().photos.is_empty());
        assert!(find(&["-".into(), "a.jpg".into(), "-".into()]).is_err());
        fs::remove_dir(folder).unwrap();
    }

    #[test]
    fn many_kinds_fit_a_line() {
        let mut skipped = Skipped::default();
        for number in 0..12 {
            skipped.0.insert(Kind::Extension(format!("x{number:02}\n")), 20 - number);
        }
        skipped.add(Skipped([(Kind::Link, 1)].into()));
        let text = skipped.to_string();
        assert!(text.starts_with("175 files skipped: 20 x00\\n, 19 x01\\n,"), "{text}");
        assert!(text.ends_with(", 13 x07\\n, 43 others"), "{text}");
    }
}

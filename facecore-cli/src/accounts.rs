//! A list of accounts: a file with one JSON object a line, ascending by id.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use facecore::profile::{PhotoMeta, Source};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::failure::Result;
use crate::shown;

/// The longest line: some 100,000 photos.
const MAX_LINE: u64 = 64 << 20;

/// What a service knows of an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub id: u64,
    /// In years, as stated.
    #[serde(default)]
    pub age: Option<f32>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub friends: Vec<u64>,
    #[serde(default)]
    pub photos: Vec<ListedPhoto>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedPhoto {
    pub id: u64,
    pub file: PathBuf,
    #[serde(default)]
    source: TakenBy,
    #[serde(default)]
    front_camera: bool,
    #[serde(default)]
    on_trip: bool,
    #[serde(default)]
    was_avatar: bool,
    #[serde(default)]
    manual_tags: u32,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TakenBy {
    #[default]
    Unknown,
    Camera,
    Phone,
}

impl ListedPhoto {
    pub fn meta(&self) -> PhotoMeta {
        let Self { id, source, front_camera, on_trip, was_avatar, manual_tags, .. } = *self;
        let source = match source {
            TakenBy::Unknown => Source::Unknown,
            TakenBy::Camera => Source::Camera,
            TakenBy::Phone => Source::Phone,
        };
        PhotoMeta { id, source, front_camera, on_trip, was_avatar, manual_tags, place: None }
    }
}

/// A line that is not blank, with its place in the file.
#[derive(Debug)]
pub struct Line {
    pub number: u64,
    /// Where the next one begins.
    pub end: u64,
    text: Vec<u8>,
}

impl Line {
    /// # Errors
    /// What is wrong with the line, and its number.
    pub fn account(&self) -> Result<Account> {
        let Self { number, text, .. } = self;
        // Serde would take an array for the fields in their order.
        if !text.trim_ascii_start().starts_with(b"{") {
            return Err(format!("line {number}: an account is an object").into());
        }
        Ok(serde_json::from_slice(text).map_err(|error| {
            // The parser saw this one line, and calls it line 1.
            let words = error.to_string();
            let reason = words.split(" at line ").next().unwrap_or_default();
            format!("line {number}: {reason} (column {})", error.column())
        })?)
    }
}

/// The lines of a list, from anywhere in it.
#[derive(Debug)]
pub struct Lines {
    file: BufReader<File>,
    number: u64,
    end: u64,
}

impl Lines {
    /// From behind line `number`, which ends at the byte `end`; 0 and 0 for all.
    pub fn open(path: &Path, number: u64, end: u64) -> Result<Self> {
        let open = || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(end))?;
            Ok::<_, std::io::Error>(Self { file: BufReader::new(file), number, end })
        };
        Ok(open().map_err(|error| format!("{}: {error}", shown::path(path)))?)
    }

    fn read(&mut self) -> Result<Option<Line>> {
        loop {
            let mut text = Vec::new();
            let number = self.number + 1;
            let read = self.file.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut text);
            let length = read.map_err(|error| format!("line {number}: {error}"))? as u64;
            if length == 0 {
                return Ok(None);
            }
            if length > MAX_LINE {
                return Err(format!("line {number} is longer than {MAX_LINE} bytes").into());
            }
            (self.number, self.end) = (number, self.end + length);
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Line { number, end: self.end, text }));
            }
        }
    }
}

impl Iterator for Lines {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// A list that was read from its beginning to its end.
#[derive(Debug, PartialEq)]
pub struct List {
    pub accounts: u64,
    /// The SHA-256 of the accounts' lines, in hexadecimal.
    pub hash: String,
}

/// Reads a whole list: what is wrong with it is told before hours of work, not after.
pub fn check(path: &Path) -> Result<List> {
    let about = |reason: String| format!("{}: {reason}", shown::path(path));
    let (mut hash, mut accounts, mut last) = (Sha256::new(), 0, None);
    for line in Lines::open(path, 0, 0)? {
        let line = line.map_err(|error| about(error.to_string()))?;
        let Account { id, .. } = line.account().map_err(|error| about(error.to_string()))?;
        if last.is_some_and(|last| last >= id) {
            let reason = format!("line {}: account {id} comes after account {}", line.number, last.unwrap_or_default());
            return Err(about(format!("{reason}; each must come once, the smallest id first")).into());
        }
        hash.update(&line.text);
        (last, accounts) = (Some(id), accounts + 1);
    }
    if accounts == 0 {
        return Err(about("no account is in the list".into()).into());
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(List { accounts, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(test: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("facecore-accounts-{test}-{}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_list_is_read_from_anywhere() {
        let text = "{\"id\": 3, \"age\": 31.5, \"name\": \"Anna\", \"friends\": [7]}\n\n{\"id\": 18446744073709551615, \"photos\": [{\"id\": 1, \
                    \"file\": \"a.jpg\", \"source\": \"phone\", \"front_camera\": true, \"manual_tags\": 2}]}";
        let path = list("read", text);
        assert_eq!(check(&path).unwrap().accounts, 2);
        let lines: Vec<Line> = Lines::open(&path, 0, 0).unwrap().map(Result::unwrap).collect();
        let first = lines[0].account().unwrap();
        assert_eq!((first.id, first.age, first.friends, first.photos.len()), (3, Some(31.5), vec![7], 0));
        let rest: Vec<Line> = Lines::open(&path, 1, lines[0].end).unwrap().map(Result::unwrap).collect();
        assert_eq!((rest.len(), rest[0].number, rest[0].end), (1, 3, text.len() as u64));
        let Account { id, photos, .. } = rest[0].account().unwrap();
        let meta =
            PhotoMeta { id: 1, source: Source::Phone, front_camera: true, manual_tags: 2, ..PhotoMeta::default() };
        assert_eq!((id, photos[0].meta()), (u64::MAX, meta));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("", "no account is in the list"),
            ("\n\n", "no account is in the list"),
            (
                "{\"id\": 1}\n{\"id\": 1}\n",
                "line 2: account 1 comes after account 1; each must come once, the smallest id first",
            ),
            ("{\"id\": 2}\n\n{\"id\": 1}\n", "line 3: account 1 comes after account 2"),
            ("{\"id\": 1, \"freinds\": []}\n", "line 1: unknown field `freinds`"),
            ("{\"id\": -1}\n", "line 1: invalid value"),
            ("{\"id\": 1, \"photos\": [{\"id\": 1}]}", "missing field `file`"),
            ("{\"id\": 1}{\"id\": 2}\n", "line 1: trailing characters"),
            ("[1]", "line 1: "),
        ] {
            let path = list("wrong", text);
            let error = check(&path).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
            std::fs::remove_file(path).unwrap();
        }
        assert!(check(Path::new("no-such-list")).is_err());
    }
}

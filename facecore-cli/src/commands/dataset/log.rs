//! The accounts that a build has finished: a file that only grows, by whole lines, until the data set is written.
//!
//! The first line says what is built. Of a build that was killed at most the last line is torn, and is cut off.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facecore::Landmarks;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::counts::Counts;
use super::files::Folder;
use crate::failure::Result;
use crate::output::json_line;
use crate::shown;

/// What a build makes its people of: one that goes on must be the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub version: u32,
    /// The hash of the list of accounts.
    pub list: String,
    pub space: String,
    pub sample: Option<usize>,
    pub seed: u64,
    /// The rules, in words of the program.
    pub rules: String,
}

/// What was found in an account.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    pub account: u64,
    pub counts: Counts,
    pub people: Vec<Vec<KeptFace>>,
}

/// A face of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFace {
    pub photo: u64,
    pub file: PathBuf,
    #[serde(rename = "box")]
    pub corners: [f32; 4],
    pub landmarks: Landmarks,
    pub score: f32,
    /// As the library encodes it.
    #[serde(serialize_with = "as_base64", deserialize_with = "from_base64")]
    pub embedding: Vec<u8>,
}

fn as_base64<S: Serializer>(bytes: &[u8], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// The log of a build.
pub struct Log {
    path: PathBuf,
    file: File,
    /// The last account that is finished, and how many are.
    pub last: Option<u64>,
    pub finished: u64,
}

impl Log {
    /// Where the log of a data set's folder is.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join("accounts.log")
    }

    /// The log of a data set's folder to go on with, or an empty one.
    pub fn begin(out: &Path, plan: &Plan, [resume, anew]: [bool; 2]) -> Result<Self> {
        let (folder, path) = (Folder::new(out), Self::path(out));
        folder.make()?;
        if anew {
            folder.clear()?;
            if path.exists() {
                fs::remove_file(&path)?;
            }
        } else if path.exists() != resume {
            return Err(if resume {
                "--resume: there is nothing to go on with: no build was begun in this folder, or the last one ended"
                    .into()
            } else {
                "a build was begun in this folder and has not ended: --resume goes on with it, --anew begins again"
                    .into()
            });
        } else if folder.is_whole() && !resume {
            return Err("there is a data set in this folder; --anew replaces it".into());
        }
        Self::open(out, plan)
    }

    /// Opens the log of a folder to go on with, or begins it.
    fn open(folder: &Path, plan: &Plan) -> Result<Self> {
        let path = Self::path(folder);
        let about = |reason: &dyn std::fmt::Display| format!("{}: {reason}", shown::path(&path));
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| about(&error))?;
        file.try_lock().map_err(|_| about(&"another build uses this folder"))?;
        let (mut last, mut finished, mut whole) = (None, 0, 0);
        let mut lines = Lines::new(file.try_clone()?, &path);
        if let Some(begun) = lines.plan()? {
            if begun != *plan {
                return Err(about(&"the build was begun with another list, network or other options; --anew").into());
            }
            whole = lines.end;
            while let Some(account) = lines.next()? {
                (last, finished, whole) = (Some(account.account), finished + 1, lines.end);
            }
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        let mut log = Self { path, file, last, finished };
        if whole == 0 {
            log.append(json_line(plan).as_bytes())?;
        }
        Ok(log)
    }

    pub fn put(&mut self, account: &Finished) -> Result<()> {
        self.append(json_line(account).as_bytes())
    }

    fn append(&mut self, line: &[u8]) -> Result<()> {
        Ok(self.file.write_all(line).map_err(|error| format!("{}: {error}", shown::path(&self.path)))?)
    }

    /// The finished accounts, from the first.
    pub fn read(&self) -> Result<Lines> {
        let mut lines = Lines::new(File::open(&self.path)?, &self.path);
        lines.plan()?;
        Ok(lines)
    }

    /// Removes the file, once the data set is written.
    pub fn remove(self) -> Result<()> {
        Ok(fs::remove_file(&self.path)?)
    }
}

/// The lines of a log, one by one.
pub struct Lines {
    file: BufReader<File>,
    path: PathBuf,
    line: Vec<u8>,
    end: u64,
}

impl Lines {
    fn new(file: File, path: &Path) -> Self {
        Self { file: BufReader::new(file), path: path.to_owned(), line: Vec::new(), end: 0 }
    }

    /// The next whole line.
    fn whole(&mut self) -> Result<Option<&[u8]>> {
        self.line.clear();
        let read = self.file.read_until(b'\n', &mut self.line).map_err(|error| self.damaged(&error))?;
        if !self.line.ends_with(b"\n") {
            return Ok(None);
        }
        self.end += read as u64;
        Ok(Some(&self.line))
    }

    fn parse<T: de::DeserializeOwned>(&mut self) -> Result<Option<T>> {
        let Some(line) = self.whole()? else { return Ok(None) };
        let parsed = serde_json::from_slice(line);
        Ok(Some(parsed.map_err(|error| self.damaged(&error))?))
    }

    fn plan(&mut self) -> Result<Option<Plan>> {
        self.parse()
    }

    /// The next finished account.
    pub fn next(&mut self) -> Result<Option<Finished>> {
        self.parse()
    }

    fn damaged(&self, error: &dyn std::fmt::Display) -> String {
        format!("{}: {error}; --anew begins again", shown::path(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u64) -> Plan {
        Plan { version: 1, list: "a".into(), space: "b".into(), sample: None, seed, rules: "c".into() }
    }

    fn finished(account: u64) -> Finished {
        let face = KeptFace {
            photo: 7,
            file: "7/a.jpg".into(),
            corners: [1.0, 2.0, 3.5, 0.1],
            landmarks: [[0.3; 2]; 5],
            score: 0.9,
            embedding: vec![1, 2, 255],
        };
        Finished { account, counts: Counts { faces: 3, ..Counts::default() }, people: vec![vec![face]] }
    }

    #[test]
    fn a_torn_line_is_cut_off_wherever_it_ends() {
        let folder = std::env::temp_dir().join(format!("facecore-log-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut log = Log::open(&folder, &plan(1)).unwrap();
        assert!(Log::open(&folder, &plan(1)).is_err(), "one build at a time");
        log.put(&finished(1)).unwrap();
        let one = fs::metadata(&log.path).unwrap().len();
        log.put(&finished(2)).unwrap();
        drop(log);
        let whole = fs::read(Log::path(&folder)).unwrap();
        for length in (0..whole.len()).step_by(7) {
            fs::write(Log::path(&folder), &whole[..length]).unwrap();
            let mut log = Log::open(&folder, &plan(1)).unwrap();
            let first = if length as u64 >= one { 2 } else { 1 };
            assert_eq!(log.finished, first - 1, "{length}");
            (first..3).for_each(|account| log.put(&finished(account)).unwrap());
            let mut lines = log.read().unwrap();
            assert_eq!(lines.next().unwrap().unwrap(), finished(1));
            drop(log);
            assert_eq!(fs::read(Log::path(&folder)).unwrap(), whole);
        }
        assert!(Log::open(&folder, &plan(2)).err().unwrap().to_string().contains("--anew"));
        fs::write(Log::path(&folder), "{}\n").unwrap();
        assert!(Log::open(&folder, &plan(1)).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}

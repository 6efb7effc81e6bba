//! A data set at rest: `faces.csv`, `embeddings.f32` and `dataset.json` in a folder. docs/formats.md describes them.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use csv::StringRecord;
use facecore::{Embedding, Landmarks, SpaceId};
use serde::{Deserialize, Serialize};

use super::counts::{Cleaned, Counts};
use crate::failure::Result;
use crate::output::json_line;
use crate::saving::{self, Growing};
use crate::shown;

const COLUMNS: [&str; 20] = [
    "person", "split", "account", "photo", "file", "x1", "y1", "x2", "y2", "lx0", "ly0", "lx1", "ly1", "lx2", "ly2",
    "lx3", "ly3", "lx4", "ly4", "score",
];

/// A face of the data set; its embedding has the same place.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub person: u32,
    pub held_back: bool,
    pub account: u64,
    pub photo: u64,
    pub file: String,
    pub corners: [f32; 4],
    pub landmarks: Landmarks,
    pub score: f32,
}

impl Row {
    fn cells(&self, row: u64) -> Vec<String> {
        let split = if self.held_back { "held-back" } else { "train" };
        let mut cells = vec![self.person.to_string(), split.into(), self.account.to_string(), self.photo.to_string()];
        cells.push(self.file.clone());
        cells.extend(self.corners.iter().chain(self.landmarks.iter().flatten()).map(f32::to_string));
        cells.extend([self.score.to_string(), row.to_string()]);
        cells
    }

    /// `None` if it is no row, or one of another place.
    fn parse(cells: &StringRecord, row: u64) -> Option<Self> {
        fn number<T: FromStr>(cells: &StringRecord, at: usize) -> Option<T> {
            cells.get(at)?.parse().ok()
        }
        let mut landmarks = Landmarks::default();
        for (place, value) in landmarks.iter_mut().flatten().enumerate() {
            *value = number(cells, 9 + place)?;
        }
        let held_back = match cells.get(1)? {
            "train" => false,
            "held-back" => true,
            _ => return None,
        };
        (number::<u64>(cells, 20)? == row).then_some(())?;
        Some(Self {
            person: number(cells, 0)?,
            held_back,
            account: number(cells, 2)?,
            photo: number(cells, 3)?,
            file: cells.get(4)?.to_owned(),
            corners: [number(cells, 5)?, number(cells, 6)?, number(cells, 7)?, number(cells, 8)?],
            landmarks,
            score: number(cells, 19)?,
        })
    }
}

/// What a data set was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub version: u32,
    pub space: String,
    /// Of each embedding.
    pub values: usize,
    pub people: u32,
    pub faces: u64,
    /// The hash of the list of accounts.
    pub list: String,
    pub rules: String,
    pub counts: Counts,
    /// Where its labels were checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleaned: Option<Cleaned>,
}

/// The folder of a data set.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    pub fn make(&self) -> Result<()> {
        Ok(fs::create_dir_all(&self.0).map_err(|error| format!("--out {}: {error}", shown::path(&self.0)))?)
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Whether there is a data set; its list of faces is written last.
    pub fn is_whole(&self) -> bool {
        self.at("faces.csv").exists()
    }

    /// Removes a data set that is to be replaced: half of the old one beside half of the new one would be none.
    pub fn clear(&self) -> Result<()> {
        for name in ["faces.csv", "embeddings.f32", "dataset.json", "sheet.html", "report.csv", "map", "rounds.jsonl"] {
            let path = self.at(name);
            if path.exists() {
                fs::remove_file(&path).map_err(|error| format!("{}: {error}", shown::path(&path)))?;
            }
        }
        Ok(())
    }

    pub fn summary(&self) -> Result<Summary> {
        let path = self.at("dataset.json");
        let about = |reason: &dyn std::fmt::Display| format!("{}: {reason}", shown::path(&path));
        let text = fs::read(&path).map_err(|error| about(&error))?;
        let summary: Summary = serde_json::from_slice(&text).map_err(|error| about(&error))?;
        if summary.version != 1 {
            return Err(about(&format!("version {}, this program knows 1", summary.version)).into());
        }
        // These numbers say how much is read and how much memory is taken.
        if summary.values == 0 || u64::from(summary.people) > summary.faces {
            let Summary { people, faces, values, .. } = summary;
            return Err(about(&format!("{people} people with {faces} faces of {values} values")).into());
        }
        Ok(summary)
    }

    pub fn write_summary(&self, summary: &Summary) -> Result<()> {
        saving::save("--out", &self.at("dataset.json"), json_line(summary).as_bytes())
    }

    /// The faces, one by one.
    pub fn rows(&self) -> Result<impl Iterator<Item = Result<Row>>> {
        let path = self.at("faces.csv");
        let about = move |reason: &dyn std::fmt::Display| format!("{}: {reason}", shown::path(&path));
        let file = File::open(self.at("faces.csv")).map_err(|error| about(&error))?;
        let records = csv::Reader::from_reader(BufReader::new(file)).into_records();
        Ok((0..).zip(records).map(move |(row, record)| {
            let record = record.map_err(|error| about(&error))?;
            let parsed = Row::parse(&record, row);
            Ok(parsed.ok_or_else(|| about(&format!("face {row} is none that `facecore dataset` wrote")))?)
        }))
    }

    /// The embeddings, by the places of their faces.
    pub fn embeddings(&self, summary: &Summary) -> Result<EmbeddingReader> {
        let path = self.at("embeddings.f32");
        let about = |reason: &dyn std::fmt::Display| format!("{}: {reason}", shown::path(&path));
        let space = summary.space.parse().map_err(|_| about(&format!("{} is no space", summary.space)))?;
        let file = File::open(&path).map_err(|error| about(&error))?;
        let size = file.metadata()?.len();
        if Some(size) != summary.faces.checked_mul(4).and_then(|bytes| bytes.checked_mul(summary.values as u64)) {
            let expected = format!("dataset.json counts {} of {} values", summary.faces, summary.values);
            return Err(about(&format!("{size} bytes; {expected}")).into());
        }
        Ok(EmbeddingReader { file: BufReader::new(file), space, values: summary.values, path })
    }

    pub fn write_rows(&self) -> Result<RowWriter> {
        RowWriter::create(&self.at("faces.csv"))
    }
}

/// Writes `faces.csv`.
pub struct RowWriter {
    writer: csv::Writer<Growing>,
    rows: u64,
}

impl RowWriter {
    fn create(target: &Path) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(Growing::create(target)?);
        writer.write_record(COLUMNS.iter().chain(&["row"])).map_err(failed)?;
        Ok(Self { writer, rows: 0 })
    }

    pub fn put(&mut self, row: &Row) -> Result<()> {
        self.writer.write_record(row.cells(self.rows)).map_err(failed)?;
        self.rows += 1;
        Ok(())
    }

    /// Moves the file to its place.
    pub fn finish(self) -> Result<()> {
        let file = self.writer.into_inner().map_err(|error| format!("faces.csv: {}", error.error()))?;
        Ok(file.finish()?)
    }
}

fn failed(error: csv::Error) -> String {
    format!("faces.csv: {error}")
}

/// Writes `embeddings.f32`: the values of each face, one face after the other.
pub struct EmbeddingWriter(Growing);

impl EmbeddingWriter {
    pub fn create(folder: &Folder) -> Result<Self> {
        Ok(Self(Growing::create(&folder.at("embeddings.f32"))?))
    }

    pub fn put(&mut self, values: &[f32]) -> Result<()> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(self.0.write_all(&bytes)?)
    }

    pub fn finish(self) -> Result<()> {
        Ok(self.0.finish()?)
    }
}

/// Reads `embeddings.f32`, in any order.
pub struct EmbeddingReader {
    file: BufReader<File>,
    space: SpaceId,
    values: usize,
    path: PathBuf,
}

impl EmbeddingReader {
    pub fn read(&mut self, row: u64) -> Result<Embedding> {
        let mut bytes = vec![0; 4 * self.values];
        let sought = self.file.seek(SeekFrom::Start(row * bytes.len() as u64));
        let read = sought.and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|error| format!("{}: {error}", shown::path(&self.path)))?;
        let values = bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
        Ok(Embedding::new(self.space, values)
            .map_err(|error| format!("{}: face {row}: {error}", shown::path(&self.path)))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_what_is_none_is_told() {
        let path = std::env::temp_dir().join(format!("facecore-files-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = Folder::new(&path);
        folder.make().unwrap();
        let row = |person: u32| Row {
            person,
            held_back: person == 1,
            account: u64::MAX,
            photo: 3,
            file: "7/a \"odd\", name\n.jpg".into(),
            corners: [-1.5, 0.1, 1e9, 3.0],
            landmarks: [[0.1, 7.25]; 5],
            score: 0.875,
        };
        let mut writer = folder.write_rows().unwrap();
        (0..3).for_each(|person| writer.put(&row(person)).unwrap());
        assert!(!folder.is_whole());
        writer.finish().unwrap();
        let rows: Vec<Row> = folder.rows().unwrap().map(Result::unwrap).collect();
        assert_eq!(rows, [row(0), row(1), row(2)]);
        let text = fs::read_to_string(folder.at("faces.csv")).unwrap();
        for (from, to) in [("held-back", "both"), ("0.875,1", "0.875,2"), ("7.25", "x"), (",0.875,0", "")] {
            fs::write(folder.at("faces.csv"), text.replacen(from, to, 1)).unwrap();
            assert!(folder.rows().unwrap().any(|row| row.is_err()), "{from}");
        }
        drop(folder.write_rows().unwrap());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1, "what was given up is gone");
        folder.clear().unwrap();
        assert!(!folder.is_whole());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn any_changed_byte_is_read_or_told() {
        let path = std::env::temp_dir().join(format!("facecore-bytes-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = Folder::new(&path);
        folder.make().unwrap();
        let (counts, cleaned) = (Counts::default(), None);
        let (space, list, rules) = ("e37f9c1f75f50abd".to_owned(), String::new(), String::new());
        let summary = Summary { version: 1, space, values: 2, people: 1, faces: 1, list, rules, counts, cleaned };
        let mut writer = folder.write_rows().unwrap();
        let corners = [1.0, 2.0, 3.0, 4.0];
        let (file, landmarks, score) = ("a.jpg".to_owned(), [[0.5; 2]; 5], 0.9);
        let (person, held_back, account, photo) = (0, false, 1, 2);
        writer.put(&Row { person, held_back, account, photo, file, corners, landmarks, score }).unwrap();
        writer.finish().unwrap();
        folder.write_summary(&summary).unwrap();
        fs::write(folder.at("embeddings.f32"), [0, 0, 128, 63, 0, 0, 0, 0]).unwrap();
        for name in ["faces.csv", "dataset.json", "embeddings.f32"] {
            let whole = fs::read(folder.at(name)).unwrap();
            for (at, byte) in (0..whole.len()).flat_map(|at| [0, b'9', b'"', b'\n', 255].map(|byte| (at, byte))) {
                let mut changed = whole.clone();
                changed[at] = byte;
                fs::write(folder.at(name), &changed).unwrap();
                if let Ok(summary) = folder.summary() {
                    let _ = folder.embeddings(&summary).and_then(|mut embeddings| embeddings.read(0));
                }
                let _ = folder.rows().unwrap().collect::<Result<Vec<Row>>>();
            }
            fs::write(folder.at(name), &whole).unwrap();
        }
        assert_eq!(folder.summary().unwrap(), summary);
        fs::remove_dir_all(path).unwrap();
    }
}

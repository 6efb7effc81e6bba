//! The labels of a data set after a check: the new person of each face, and what was changed.

use std::collections::HashMap;

use facecore::Embedding;
use facecore::cluster::{LabelAction, LabelReport, LabelRules, LabelVerdict, LabelledClass};

use super::files::{EmbeddingReader, Folder, Row, Summary};
use crate::failure::{Failure, Result};

/// The faces of a data set as they were given, by person: 16 bytes a face.
pub struct Given {
    pub folder: Folder,
    pub summary: Summary,
    /// The rows of each person.
    rows: Vec<Vec<u64>>,
    /// Of each row its photo.
    photos: Vec<u64>,
    /// Of each person.
    pub held_back: Vec<bool>,
}

/// A changed face.
pub struct Change {
    pub person: u32,
    pub verdict: LabelVerdict,
}

/// The labels after a check.
pub struct Relabelled {
    /// Of each row its new person; none if it is left out.
    pub people: Vec<Option<u32>>,
    /// The given person whom each new one is, or was parted from.
    pub of: Vec<u32>,
    /// The changed rows.
    pub changes: HashMap<u64, Change>,
    pub report: LabelReport,
}

impl Given {
    pub fn read(folder: Folder) -> Result<Self> {
        let summary = folder.summary()?;
        // Also whether there are as many as it counts.
        drop(folder.embeddings(&summary)?);
        let (mut rows, mut photos, mut held_back) = (Vec::new(), Vec::new(), Vec::new());
        for (at, row) in (0..).zip(folder.rows()?) {
            let Row { person, held_back: is_held_back, account, photo, .. } = row?;
            if person >= summary.people {
                let reason = format!("faces.csv has a person {person}, whom dataset.json does not count");
                return Err(reason.into());
            }
            if rows.len() <= person as usize {
                rows.resize(person as usize + 1, Vec::new());
                held_back.resize(person as usize + 1, false);
            }
            rows[person as usize].push(at);
            held_back[person as usize] = is_held_back;
            photos.push(photo_of(account, photo));
        }
        if photos.len() as u64 != summary.faces {
            return Err(format!("faces.csv has {} faces; dataset.json counts {}", photos.len(), summary.faces).into());
        }
        Ok(Self { folder, summary, rows, photos, held_back })
    }

    /// Checks the labels: each face is read three times, a person at a time.
    pub fn check(&self, rules: &LabelRules) -> Result<Relabelled> {
        let mut labels: Vec<Option<usize>> = vec![None; self.photos.len()];
        let mut parted: Vec<u32> = Vec::new();
        let mut changes = HashMap::new();
        let report = rules.check(
            || self.pass(),
            |class, verdicts| {
                let before = self.rows.len() + parted.len();
                for (&row, verdict) in self.rows[class].iter().zip(verdicts) {
                    labels[row as usize] = match verdict.action {
                        LabelAction::Keep => Some(class),
                        LabelAction::Join(other) | LabelAction::Move(other) => Some(other),
                        LabelAction::Part(part) => Some(before + part),
                        LabelAction::Out => None,
                    };
                    if let LabelAction::Part(part) = verdict.action {
                        let len = parted.len().max(before - self.rows.len() + part + 1);
                        parted.resize(len, class as u32);
                    }
                    if verdict.action != LabelAction::Keep {
                        changes.insert(row, Change { person: class as u32, verdict: *verdict });
                    }
                }
                Ok(())
            },
        )?;
        let mut used = vec![false; self.rows.len() + parted.len()];
        labels.iter().flatten().for_each(|&label| used[label] = true);
        let standing: Vec<usize> = (0..used.len()).filter(|&label| used[label]).collect();
        let number = |label: usize| standing.binary_search(&label).ok().map(|at| at as u32);
        let people = labels.into_iter().map(|label| label.and_then(number)).collect();
        let whose =
            |&label: &usize| if label < self.rows.len() { label as u32 } else { parted[label - self.rows.len()] };
        Ok(Relabelled { people, of: standing.iter().map(whose).collect(), changes, report })
    }

    fn pass(&self) -> Result<impl Iterator<Item = Result<LabelledClass>>> {
        let mut embeddings = self.folder.embeddings(&self.summary)?;
        Ok(self.rows.iter().map(move |rows| {
            let faces = read(&mut embeddings, rows)?;
            Ok::<_, Failure>(LabelledClass {
                faces,
                photos: rows.iter().map(|&row| self.photos[row as usize]).collect(),
            })
        }))
    }
}

fn read(embeddings: &mut EmbeddingReader, rows: &[u64]) -> Result<Vec<Embedding>> {
    rows.iter().map(|&row| embeddings.read(row)).collect()
}

/// A number for a photo, whose id is one among those of its account.
fn photo_of(account: u64, photo: u64) -> u64 {
    account.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) ^ photo
}

//! An account of the list → the faces of its people.

use std::path::Path;

use facecore::cluster::{Links, SamePhoto};
use facecore::profile::Settings;
use facecore::{AlbumReader, Embedding, Encoding, FoundFace, Limits};

use super::counts::Counts;
use super::log::{Finished, KeptFace};
use crate::accounts::{Account, ListedPhoto};
use crate::commands::listed::{self, Failure};
use crate::failure::explain;
use crate::photos::PhotoError;

/// What is needed to find people, for all threads.
pub struct Albums<'a> {
    pub reader: AlbumReader<'a>,
    pub settings: &'a Settings,
    /// What the list's files are relative to.
    pub root: &'a Path,
    pub limits: Limits,
}

/// A clear face.
struct Seen {
    embedding: Embedding,
    face: KeptFace,
}

/// The clear faces of an account, and what failed.
struct Clear {
    seen: Vec<Seen>,
    counts: Counts,
    failures: Vec<Failure>,
}

impl Albums<'_> {
    /// Finds the people of an account. An account that fails has none.
    pub fn people(&self, account: &Account, same_photo: SamePhoto) -> (Finished, Vec<Failure>) {
        let Clear { seen, mut counts, mut failures } = self.clear(account);
        let people = self.group(&seen, same_photo, &mut counts).unwrap_or_else(|error| {
            counts.failed_accounts = 1;
            failures.push(Failure { photo: None, code: error.code(), message: explain(&error) });
            Vec::new()
        });
        let faces = |person: Vec<usize>| person.into_iter().map(|at| seen[at].face.clone()).collect();
        let people = people.into_iter().map(faces).collect();
        (Finished { account: account.id, counts, people }, failures)
    }

    /// All clear faces of an account, as one person: who is who is not decided yet.
    pub fn faces(&self, account: &Account) -> (Finished, Vec<Failure>) {
        let Clear { seen, counts, failures } = self.clear(account);
        let faces = seen.into_iter().map(|seen| seen.face).collect();
        (Finished { account: account.id, counts, people: vec![faces] }, failures)
    }

    fn clear(&self, account: &Account) -> Clear {
        let mut counts = Counts { accounts: 1, ..Counts::default() };
        let mut failures = Vec::new();
        let mut seen = Vec::new();
        for listed in &account.photos {
            counts.photos += 1;
            match self.read(listed) {
                Ok(found) => seen.extend(found.into_iter().filter_map(|face| self.judge(listed, face, &mut counts))),
                Err(error) => {
                    counts.failed_photos += 1;
                    failures.push(Failure::of_photo(listed, &error));
                }
            }
        }
        Clear { seen, counts, failures }
    }

    fn read(&self, listed: &ListedPhoto) -> Result<Vec<FoundFace>, PhotoError> {
        Ok(self.reader.read(&listed::load(self.root, listed, &self.limits)?)?)
    }

    /// The face, if it is one and is clear.
    fn judge(&self, listed: &ListedPhoto, found: FoundFace, counts: &mut Counts) -> Option<Seen> {
        counts.faces += 1;
        let FoundFace { face, usable } = found;
        let Some(usable) = usable else {
            counts.unusable += 1;
            return None;
        };
        if usable.non_face {
            counts.non_faces += 1;
            return None;
        }
        if !self.settings.is_clear(usable.width, usable.score) {
            counts.unclear += 1;
            return None;
        }
        let area = face.bounding_box;
        let face = KeptFace {
            photo: listed.id,
            file: listed.file.clone(),
            corners: [area.x1, area.y1, area.x2, area.y2],
            landmarks: face.landmarks,
            score: face.score,
            embedding: usable.embedding.encode(Encoding::F32),
        };
        Some(Seen { embedding: usable.embedding, face })
    }

    /// The people among the clear faces, by places.
    fn group(&self, seen: &[Seen], same_photo: SamePhoto, counts: &mut Counts) -> facecore::Result<Vec<Vec<usize>>> {
        let embeddings: Vec<Embedding> = seen.iter().map(|seen| seen.embedding.clone()).collect();
        let photos: Vec<u64> = seen.iter().map(|seen| seen.face.photo).collect();
        let grouping = self.settings.grouping(seen.len(), same_photo)?;
        let (mut people, report) = grouping.apply(&embeddings, &photos, Links::none())?;
        // If faces of one photo were parted, too few may be left for a person.
        people.retain(|person| person.len() >= self.settings.min_samples);
        (counts.same_photo, counts.merged) = (report.same_photo as u64, report.merged as u64);
        (counts.ambiguous, counts.alone) = (report.ambiguous as u64, report.noise as u64);
        Ok(people)
    }
}

//! A data set of accounts, written person by person.

use super::counts::Counts;
use super::files::{EmbeddingWriter, Folder, Row, RowWriter, Summary};
use super::finding::{Source, embeddings};
use super::log::KeptFace;
use super::sheet::Sheet;
use super::split::held_back;
use crate::failure::Result;
use crate::saving;

/// Writes a data set: the list of faces is at its place last.
pub struct Writer<'a> {
    folder: &'a Folder,
    source: &'a Source<'a>,
    held: Vec<bool>,
    sheet: Sheet,
    rows: RowWriter,
    vectors: EmbeddingWriter,
    faces: u64,
    values: usize,
}

impl<'a> Writer<'a> {
    /// A data set of so many people.
    pub fn create(folder: &'a Folder, source: &'a Source<'a>, people: u32) -> Result<Self> {
        let arguments = source.arguments;
        Ok(Self {
            folder,
            source,
            held: held_back(people, arguments.held_back, arguments.seed),
            sheet: Sheet::new(people, arguments.sheet),
            rows: folder.write_rows()?,
            vectors: EmbeddingWriter::create(folder)?,
            faces: 0,
            values: 0,
        })
    }

    /// Faces of a person in an account.
    pub fn put(&mut self, account: u64, person: u32, faces: &[KeptFace]) -> Result<()> {
        for (face, embedding) in faces.iter().zip(embeddings(faces, self.source.space())?) {
            let KeptFace { photo, file, corners, landmarks, score, .. } = face;
            let row = Row {
                person,
                held_back: self.held[person as usize],
                account,
                photo: *photo,
                file: file.to_string_lossy().into_owned(),
                corners: *corners,
                landmarks: *landmarks,
                score: *score,
            };
            self.rows.put(&row)?;
            self.vectors.put(embedding.as_slice())?;
            self.sheet.see(&row);
            self.values = embedding.len();
            self.faces += 1;
        }
        Ok(())
    }

    /// Writes the rest; returns the counts with what was kept.
    pub fn finish(self, rules: String, mut counts: Counts) -> Result<Counts> {
        let Self { folder, source, faces, values, .. } = self;
        self.vectors.finish()?;
        (counts.people, counts.kept) = (self.held.len() as u64, faces);
        let arguments = source.arguments;
        let (limits, threads) = (arguments.finding.strict_limits(), arguments.threads.count());
        let page = self.sheet.html(&source.root, &limits, threads, &counts)?;
        saving::save("--out", &folder.at("sheet.html"), page.as_bytes())?;
        folder.write_summary(&Summary {
            version: 1,
            space: source.space().to_string(),
            values,
            people: self.held.len() as u32,
            faces,
            list: source.list.hash.clone(),
            rules,
            counts,
            cleaned: None,
        })?;
        self.rows.finish()?;
        Ok(counts)
    }
}

/// What nobody is left of: for an error.
pub fn nobody(counts: &Counts, and: &str) -> String {
    let Counts { photos, failed_photos, faces, .. } = counts;
    format!(
        "nobody is left: {photos} photos, {failed_photos} of them failed; {faces} faces, {and}. --anew begins again, with the right --photos"
    )
}

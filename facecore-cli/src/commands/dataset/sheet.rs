//! The contact sheet: a page with a row of faces for each of some people, for the eye. It holds pictures of faces.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facecore::{BoundingBox, Limits};
use image::codecs::jpeg::JpegEncoder;

use super::counts::Counts;
use super::files::Row;
use crate::commands::evaluate::{escape, page};
use crate::failure::Result;
use crate::{ordered, photos, sheet};

/// Faces of each person.
const FACES: usize = 10;

/// The faces of the people to show, who are spread evenly over all.
pub struct Sheet {
    shown: HashSet<u32>,
    rows: BTreeMap<u32, Vec<Row>>,
}

impl Sheet {
    pub fn new(people: u32, most: usize) -> Self {
        let count = (people as usize).min(most) as u64;
        let shown = (0..count).map(|at| (at * u64::from(people) / count) as u32).collect();
        Self { shown, rows: BTreeMap::new() }
    }

    pub fn see(&mut self, row: &Row) {
        if self.shown.contains(&row.person) {
            self.rows.entry(row.person).or_default().push(row.clone());
        }
    }

    /// The page. Photos that are gone by now leave a gap.
    pub fn html(&self, root: &Path, limits: &Limits, threads: usize, counts: &Counts) -> Result<String> {
        let people: Vec<(&u32, &Vec<Row>)> = self.rows.iter().collect();
        let mut body =
            format!("<h1>The people of a data set</h1><p class=soft>{} of {}</p>", people.len(), counts.people);
        let work = |_: usize, (person, rows): &(&u32, &Vec<Row>)| row(**person, rows, root, limits);
        ordered::for_each(&people, threads, work, |_, html: String| -> Result<()> {
            body += &html;
            Ok(())
        })?;
        body += "<h2>What became of the faces</h2><table>";
        for (name, count) in counts.named() {
            // Writing to a string cannot fail.
            let _ = write!(body, "<tr><td>{name}<td>{count}");
        }
        Ok(page("facecore dataset", &(body + "</table>")))
    }
}

/// A person's faces, spread evenly over theirs.
fn row(person: u32, rows: &[Row], root: &Path, limits: &Limits) -> String {
    let accounts: HashSet<u64> = rows.iter().map(|row| row.account).collect();
    let count = rows.len().min(FACES);
    let pictures = (0..count).map(|at| picture(&rows[at * rows.len() / count], root, limits));
    format!(
        "<section><p class=soft>person {person}: {} faces, accounts {}</p>{}</section>",
        rows.len(),
        accounts.len(),
        pictures.collect::<String>()
    )
}

pub fn picture(row: &Row, root: &Path, limits: &Limits) -> String {
    let jpeg = || {
        let photo = photos::load(&root.join(&row.file), limits).ok()?;
        let [x1, y1, x2, y2] = row.corners;
        let face = sheet::thumbnail(&photo, &BoundingBox { x1, y1, x2, y2 });
        let mut bytes = Cursor::new(Vec::new());
        JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(&face).ok()?;
        Some(STANDARD.encode(bytes.into_inner()))
    };
    let source = jpeg().map(|encoded| format!("data:image/jpeg;base64,{encoded}")).unwrap_or_default();
    format!("<img alt=\"\" title=\"{}\" src=\"{source}\">", escape(&row.file))
}

//! The contact sheet of a check of labels: changed faces, beside the other faces of their old person and those of their new one.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use facecore::Limits;
use facecore::cluster::LabelAction;

use super::files::Row;
use super::relabelled::Change;
use super::sheet::picture;
use crate::commands::evaluate::{escape, page};
use crate::failure::Result;
use crate::ordered;

/// Faces of each: what was changed, the rest of the person, the other person.
const FACES: [usize; 3] = [4, 5, 5];

/// The faces of a person with which the same was done.
type Key = (u32, u8, usize);

#[derive(Default)]
struct Shown {
    words: String,
    rows: [Vec<Row>; 3],
}

/// The changes to show, which are spread evenly over all.
pub struct Changes {
    all: usize,
    shown: BTreeMap<Key, Shown>,
    /// The changes in which a person is the one it was taken from, or the other one.
    places: HashMap<u32, Vec<(Key, usize)>>,
}

impl Changes {
    pub fn new(changes: &HashMap<u64, Change>, most: usize) -> Self {
        let mut all = BTreeMap::new();
        for (row, change) in changes {
            let first = all.entry(key(change)).or_insert((*row, change));
            if *row < first.0 {
                *first = (*row, change);
            }
        }
        let count = all.len().min(most);
        let keys: Vec<Key> = all.keys().copied().collect();
        let (mut shown, mut places) = (BTreeMap::new(), HashMap::<u32, Vec<(Key, usize)>>::new());
        for key in (0..count).map(|at| keys[at * keys.len() / count]) {
            let verdict = &all[&key].1.verdict;
            let other = target(verdict.action).or(verdict.other.map(|(class, _)| class)).map(|class| class as u32);
            let nearest = verdict.other.map_or_else(String::new, |(_, cosine)| format!(", to the other {cosine:.2}"));
            let words = format!("{}; to its person {:.2}{nearest}", did(verdict.action), verdict.own);
            shown.insert(key, Shown { words, ..Shown::default() });
            places.entry(key.0).or_default().push((key, 1));
            if let Some(other) = other {
                places.entry(other).or_default().push((key, 2));
            }
        }
        Self { all: keys.len(), shown, places }
    }

    pub fn see(&mut self, row: &Row, change: Option<&Change>) {
        if let Some(change) = change
            && let Some(shown) = self.shown.get_mut(&key(change))
        {
            keep(&mut shown.rows[0], FACES[0], row);
        }
        // A joined person's faces are still those of whom it was taken for.
        let is_own = change.is_none_or(|change| matches!(change.verdict.action, LabelAction::Join(_)));
        for &(key, place) in self.places.get(&row.person).into_iter().flatten() {
            let is_new = place == 2 || change.is_none();
            if let Some(shown) = self.shown.get_mut(&key).filter(|_| is_own && is_new) {
                keep(&mut shown.rows[place], FACES[place], row);
            }
        }
    }

    /// The page. Photos that are gone by now leave a gap.
    pub fn html(&self, root: &Path, limits: &Limits, threads: usize) -> Result<String> {
        let shown: Vec<&Shown> = self.shown.values().collect();
        let mut body = format!("<h1>Changed labels</h1><p class=soft>{} of {} changes</p>", shown.len(), self.all);
        let work = |_: usize, shown: &&Shown| section(shown, root, limits);
        ordered::for_each(&shown, threads, work, |_, html: String| -> Result<()> {
            body += &html;
            Ok(())
        })?;
        Ok(page("facecore dataset clean", &body))
    }
}

fn key(change: &Change) -> Key {
    let (kind, number) = match change.verdict.action {
        LabelAction::Keep => (0, 0),
        LabelAction::Join(class) => (1, class),
        LabelAction::Move(class) => (2, class),
        LabelAction::Part(part) => (3, part),
        LabelAction::Out => (4, 0),
    };
    (change.person, kind, number)
}

fn target(action: LabelAction) -> Option<usize> {
    match action {
        LabelAction::Join(class) | LabelAction::Move(class) => Some(class),
        _ => None,
    }
}

fn did(action: LabelAction) -> &'static str {
    match action {
        LabelAction::Keep => "kept",
        LabelAction::Join(_) => "joined to the other",
        LabelAction::Move(_) => "moved to the other",
        LabelAction::Part(_) => "a person of its own",
        LabelAction::Out => "left out",
    }
}

fn keep(rows: &mut Vec<Row>, most: usize, row: &Row) {
    if rows.len() < most {
        rows.push(row.clone());
    }
}

fn section(shown: &Shown, root: &Path, limits: &Limits) -> String {
    let mut html = format!("<section><p class=soft>{}", shown.words);
    let titles = ["changed", "its person", "the other"];
    for (title, rows) in titles.iter().zip(&shown.rows) {
        let Some(first) = rows.first() else { continue };
        // Writing to a string cannot fail.
        let _ = write!(html, "</p><p class=soft>{title}: {}<br>", escape(&first.file));
        html.extend(rows.iter().map(|row| picture(row, root, limits)));
    }
    html + "</p></section>"
}

//! What is asked of an index, and the list of the nearest faces so far while it is scanned.

use std::collections::HashSet;

/// A face of the index that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The id that it was added with.
    pub id: u64,
    /// The cosine with the face that was searched for; it differs from that of the embeddings by less than 0.005.
    pub cosine: f32,
}

/// How an index is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scan {
    /// Every face is compared: the answer is exact.
    Exact,
    /// The signs of every face are looked at, and then this many faces (at least 1), those that are most alike by their signs, are
    /// compared in full. docs/search.md says how often the answer is the exact one.
    Signs(usize),
}

/// What is searched for beside the face itself.
///
/// ```
/// use facecore::index::{Scan, Search};
/// let search = Search { neighbours: 10, except: &[42], ..Search::default() };
/// assert_eq!(search.scan, Scan::Signs(300));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The most faces in an answer; 1 unless set.
    pub neighbours: usize,
    /// Faces with a smaller cosine are no answer; −1 unless set.
    pub least: f32,
    /// How to search; by signs unless set.
    pub scan: Scan,
    /// If set, only faces of these ids.
    pub only: Option<&'a HashSet<u64>>,
    /// No faces of these ids, such as one's own.
    pub except: &'a [u64],
}

impl Default for Search<'_> {
    fn default() -> Self {
        Self { neighbours: 1, least: -1.0, scan: Scan::Signs(300), only: None, except: &[] }
    }
}

impl Search<'_> {
    pub(super) fn takes(&self, id: u64) -> bool {
        self.only.is_none_or(|only| only.contains(&id)) && !self.except.contains(&id)
    }
}

/// The faces with the highest scores, of those that come by in the order of their places. Of equal scores the first counts.
#[derive(Debug)]
pub(super) struct Best {
    keep: usize,
    /// What a score must be above.
    cutoff: f32,
    found: Vec<(f32, u32)>,
}

impl Best {
    pub(super) fn new(keep: usize, cutoff: f32) -> Self {
        // Places are u32, so more than these are never found.
        Self { keep: keep.min(u32::MAX as usize), cutoff, found: Vec::new() }
    }

    pub(super) fn cutoff(&self) -> f32 {
        self.cutoff
    }

    pub(super) fn push(&mut self, score: f32, place: u32) {
        if score > self.cutoff && self.keep > 0 {
            self.found.push((score, place));
            // Now and then, so that it costs next to nothing for each.
            if self.found.len() >= 2 * self.keep + 32 {
                self.prune();
            }
        }
    }

    fn prune(&mut self) {
        if self.found.len() > self.keep {
            let (_, worst, _) = self.found.select_nth_unstable_by(self.keep - 1, order);
            self.cutoff = worst.0;
            self.found.truncate(self.keep);
        }
    }

    /// The best first.
    pub(super) fn finish(mut self) -> Vec<(f32, u32)> {
        if self.keep > 0 {
            self.prune();
        }
        self.found.sort_unstable_by(order);
        self.found
    }
}

fn order(a: &(f32, u32), b: &(f32, u32)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

//! Searches: every face, or first every face's signs.

use super::face_index::FaceIndex;
use super::layout::Part;
use super::row::Query;
use super::search::{Best, Hit, Scan, Search};
use super::signs::{GROUP, Table};
use crate::embed::Embedding;
use crate::error::{Error, Result};

/// Faces that are compared before the next query has its turn: they stay in the processor's nearest memory.
pub(super) const TILE: usize = 256;

impl FaceIndex {
    /// The faces nearest to one, the nearest first; of equals the one added first.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] for a face of another space or length; [`Error::Index`] if a face of the answer does
    /// not fit its checksum.
    pub fn search(&self, face: &Embedding, search: &Search<'_>) -> Result<Vec<Hit>> {
        Ok(self.search_many(std::slice::from_ref(face), search)?.remove(0))
    }

    /// [`search`](Self::search) for many faces at once, in their order. The index is read once for all of them, so many are much faster
    /// together than one by one.
    ///
    /// # Errors
    /// Those of [`search`](Self::search).
    pub fn search_many(&self, faces: &[Embedding], search: &Search<'_>) -> Result<Vec<Vec<Hit>>> {
        faces.iter().try_for_each(|face| self.check_face(face))?;
        let queries: Vec<Query> = faces.iter().map(|face| Query::new(face, &self.layout)).collect();
        match search.scan {
            Scan::Exact => self.scan_values(&queries, search),
            Scan::Signs(shortlist) => {
                let shortlists = self.scan_signs(&queries, search, shortlist.max(search.neighbours).max(1));
                let pairs = queries.iter().zip(shortlists);
                pairs.map(|(query, shortlist)| self.compare(query, search, shortlist)).collect()
            }
        }
    }

    fn scan_values(&self, queries: &[Query], search: &Search<'_>) -> Result<Vec<Vec<Hit>>> {
        let mut best: Vec<Best> = queries.iter().map(|query| new_best(query, search)).collect();
        let (mut sums, mut scores) = ([0; TILE], [0.0; TILE]);
        for (first, count) in self.tiles(TILE) {
            let rows = self.part(Part::Values, first, count);
            let factors = self.part(Part::Factors, first, count).as_chunks().0;
            for (query, best) in queries.iter().zip(&mut best) {
                self.kernel.products(rows, &query.values, &mut sums[..count]);
                for ((score, &sum), &factor) in scores.iter_mut().zip(&sums[..count]).zip(factors) {
                    *score = sum as f32 * f32::from_le_bytes(factor);
                }
                self.push(best, search, first, &scores[..count]);
            }
        }
        let pairs = queries.iter().zip(best);
        pairs.map(|(query, best)| self.hits(query, best)).collect()
    }

    /// The places of the faces that are most alike to each query as far as their signs tell.
    fn scan_signs(&self, queries: &[Query], search: &Search<'_>, shortlist: usize) -> Vec<Vec<u32>> {
        let tables: Vec<Table> = queries.iter().map(|query| query.table(&self.layout)).collect();
        let mut best: Vec<Best> = queries.iter().map(|_| Best::new(shortlist, f32::NEG_INFINITY)).collect();
        let (mut sums, mut scores) = ([0; TILE], [0.0; TILE]);
        for (first, count) in self.tiles(TILE) {
            let signs = self.part(Part::Signs, first, count);
            for (table, best) in tables.iter().zip(&mut best) {
                let sums = &mut sums[..count.next_multiple_of(GROUP)];
                self.kernel.lookups(signs, &table.entries, sums);
                // Nearly always none is good enough, and whole numbers tell that soonest.
                if f32::from(largest(sums)) <= best.cutoff() {
                    continue;
                }
                scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = f32::from(*sum));
                self.push(best, search, first, &scores[..count]);
            }
        }
        let places = |best: Best| {
            let mut places: Vec<u32> = best.finish().into_iter().map(|(_, place)| place).collect();
            places.sort_unstable();
            places
        };
        best.into_iter().map(places).collect()
    }

    /// The nearest of a shortlist.
    fn compare(&self, query: &Query, search: &Search<'_>, shortlist: Vec<u32>) -> Result<Vec<Hit>> {
        let mut best = new_best(query, search);
        for place in shortlist {
            let mut sum = [0];
            self.kernel.products(self.part(Part::Values, place as usize, 1), &query.values, &mut sum);
            best.push(sum[0] as f32 * self.factor(place as usize), place);
        }
        self.hits(query, best)
    }

    /// Takes the scores of a tile that are good enough, of faces that are there and wanted.
    fn push(&self, best: &mut Best, search: &Search<'_>, first: usize, scores: &[f32]) {
        // Nearly always none is.
        if most(scores) <= best.cutoff() {
            return;
        }
        for (at, &score) in scores.iter().enumerate() {
            if score > best.cutoff() && self.is_present(first + at) && search.takes(self.id(first + at)) {
                best.push(score, (first + at) as u32);
            }
        }
    }

    /// An answer, whose faces are as they were written.
    fn hits(&self, query: &Query, best: Best) -> Result<Vec<Hit>> {
        let hit = |(score, place): (f32, u32)| {
            let place = place as usize;
            let id = self.id(place);
            if !self.is_sound(place) {
                let reason =
                    format!("{}: a face of id {id} is damaged; remove it and add it anew", self.path.display());
                return Err(Error::Index { reason });
            }
            Ok(Hit { id, cosine: (score / query.length).clamp(-1.0, 1.0) })
        };
        best.finish().into_iter().map(hit).collect()
    }
}

/// The largest score. Sixteen maxima side by side, since one alone would wait for each comparison.
fn most(scores: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (sixteens, rest) = scores.as_chunks::<16>();
    let mut lanes = [f32::NEG_INFINITY; 16];
    for sixteen in sixteens {
        for (lane, &score) in lanes.iter_mut().zip(sixteen) {
            *lane = larger(*lane, score);
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |most, &score| larger(most, score))
}

/// The largest sum, of as many as whole groups have.
fn largest(sums: &[u16]) -> u16 {
    let mut lanes = [0; GROUP];
    for group in sums.as_chunks::<GROUP>().0 {
        lanes.iter_mut().zip(group).for_each(|(lane, &sum)| *lane = sum.max(*lane));
    }
    lanes.into_iter().fold(0, u16::max)
}

fn new_best(query: &Query, search: &Search<'_>) -> Best {
    let least = if search.least > -1.0 { (search.least * query.length).next_down() } else { f32::NEG_INFINITY };
    Best::new(search.neighbours, least)
}

//! All pairs of faces that are alike, found part by part.

use super::face_index::FaceIndex;
use super::layout::{BLOCK, Part};
use super::row::Query;
use super::scan::TILE;
use super::signs::{GROUP, Table};
use crate::error::{Error, Result};

/// Two faces of an index that are alike, of two ids.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlikePair {
    /// The id of the one that was added first.
    pub first: u64,
    /// The other's id.
    pub second: u64,
    /// Of their 8-bit values.
    pub cosine: f32,
}

impl FaceIndex {
    /// Into how many parts the search for [`pairs`](Self::pairs) is divided: one for each 4,096 faces that were added.
    pub fn pair_parts(&self) -> u64 {
        self.commit.faces.div_ceil(BLOCK as u64)
    }

    /// All pairs of faces with different ids and at least this cosine whose earlier face is in the given part; all parts together give each
    /// pair once. They can be searched for in any order, and side by side. In the order of the faces.
    ///
    /// The signs of every pair are looked at, and only pairs with signs alike enough are compared in full: of pairs that just reach the cosine
    /// at most one in 10,000 is missed, of closer ones fewer. Each of the part's 4,096 faces is compared with every face behind it, so a
    /// million faces take minutes (docs/search.md).
    ///
    /// # Errors
    /// [`Error::Index`] if a face of a pair does not fit its checksum.
    pub fn pairs(&self, part: u64, least: f32) -> Result<Vec<AlikePair>> {
        let faces = self.commit.faces as usize;
        let from = usize::try_from(part).ok().and_then(|part| part.checked_mul(BLOCK)).filter(|&from| from < faces);
        let Some(from) = from else { return Ok(Vec::new()) };
        let queries: Vec<Query> = (from..faces.min(from + BLOCK)).map(|place| self.query(place)).collect();
        let tables: Vec<Table> = queries.iter().map(|query| query.table(&self.layout)).collect();
        let least_sums: Vec<u16> = tables.iter().map(|table| table.least(least)).collect();
        let mut sums = [0; TILE];
        let mut found = Vec::new();
        for (first, count) in self.tiles(TILE).skip(from / TILE) {
            let signs = self.part(Part::Signs, first, count);
            let sums = &mut sums[..count.next_multiple_of(GROUP)];
            for (at, place) in (from..first + count).take(queries.len()).enumerate() {
                self.kernel.lookups(signs, &tables[at].entries, sums);
                let least_sum = least_sums[at];
                // Nearly always nobody is alike.
                if sums.iter().fold(0, |most, &sum| most.max(sum)) < least_sum {
                    continue;
                }
                let query = &queries[at];
                let near =
                    (first..first + count).zip(&*sums).filter(|&(other, &sum)| sum >= least_sum && other > place);
                for (other, _) in near {
                    found.extend(self.alike(place, other, query, least).map(|cosine| (place, other, cosine)));
                }
            }
        }
        found.sort_unstable_by_key(|&(place, other, _)| (place, other));
        found.into_iter().map(|(place, other, cosine)| self.pair(place, other, cosine)).collect()
    }

    fn query(&self, place: usize) -> Query {
        Query::of_row(self.part(Part::Values, place, 1), self.factor(place))
    }

    /// The cosine of two faces, if both are there, of two ids, and alike enough.
    fn alike(&self, place: usize, other: usize, query: &Query, least: f32) -> Option<f32> {
        let mut sum = [0];
        self.kernel.products(self.part(Part::Values, other, 1), &query.values, &mut sum);
        let cosine = sum[0] as f32 * self.factor(other) / query.length;
        let is_pair = || self.is_present(place) && self.is_present(other) && self.id(place) != self.id(other);
        (cosine >= least && is_pair()).then_some(cosine.min(1.0))
    }

    fn pair(&self, place: usize, other: usize, cosine: f32) -> Result<AlikePair> {
        for place in [place, other] {
            if !self.is_sound(place) {
                let (path, id) = (self.path.display(), self.id(place));
                let reason = format!("{path}: a face of id {id} is damaged; remove it and add it anew");
                return Err(Error::Index { reason });
            }
        }
        Ok(AlikePair { first: self.id(place), second: self.id(other), cosine })
    }
}

//! All pairs of faces that are alike, found part by part.

use std::f64::consts::PI;

use super::face_index::FaceIndex;
use super::layout::{BLOCK, Part};
use super::row::Query;
use super::scan::TILE;
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

    /// All pairs of faces of different ids with at least this cosine, of which the one that was added first is in the given part: the parts
    /// together give each pair once. They can be searched for in any order, and side by side. In the order of the faces.
    ///
    /// Signs that differ are counted for every pair, and only those are compared that differ in few enough: of pairs at the very cosine
    /// asked for, at most one in 10,000 is missed, and of closer ones fewer. Every face after the part is looked at for each of its 4,096,
    /// so a million faces take minutes (docs/search.md).
    ///
    /// # Errors
    /// [`Error::Index`] if a face of a pair does not fit its checksum.
    pub fn pairs(&self, part: u64, least: f32) -> Result<Vec<AlikePair>> {
        let faces = self.commit.faces as usize;
        let from = usize::try_from(part).ok().and_then(|part| part.checked_mul(BLOCK)).filter(|&from| from < faces);
        let Some(from) = from else { return Ok(Vec::new()) };
        let queries: Vec<Query> = (from..faces.min(from + BLOCK)).map(|place| self.query(place)).collect();
        let most = most_differences(least, 64 * self.layout.words);
        let mut counts = [0; TILE];
        let mut found = Vec::new();
        for (first, count) in self.tiles(TILE).skip(from / TILE) {
            let signs = self.part(Part::Signs, first, count);
            for (place, query) in (from..first + count).zip(&queries) {
                self.kernel.differences(signs, &query.signs, &mut counts[..count]);
                if counts[..count].iter().fold(u32::MAX, |least, &count| least.min(count)) > most {
                    continue;
                }
                let near = (first..).zip(&counts[..count]).filter(|&(other, &count)| count <= most && other > place);
                for (other, _) in near {
                    found.extend(self.alike(place, other, query, least).map(|cosine| (place, other, cosine)));
                }
            }
        }
        found.sort_unstable_by_key(|&(place, other, _)| (place, other));
        found.into_iter().map(|(place, other, cosine)| self.pair(place, other, cosine)).collect()
    }

    fn query(&self, place: usize) -> Query {
        Query::of_row(self.part(Part::Values, place, 1), self.part(Part::Signs, place, 1), self.factor(place))
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

/// In how many of its signs a pair of this cosine differs at most, but for one in 10,000. Of random planes through the origin a share of
/// (angle between the two faces) / π lies between them (Charikar 2002); 3.8 deviations of a binomial distribution are added.
fn most_differences(cosine: f32, signs: usize) -> u32 {
    let share = f64::from(cosine.clamp(-1.0, 1.0)).acos() / PI;
    let signs = signs as f64;
    (signs * share + 3.8 * (signs * share * (1.0 - share)).sqrt() + 1.0).min(signs) as u32
}

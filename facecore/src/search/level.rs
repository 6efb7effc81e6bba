//! The cosine from which on two accounts are reported as one person's, so that few reports are false.

use crate::error::{Error, Result};
use crate::index::{FaceIndex, Search};

/// Accounts whose neighbours are looked at.
const SAMPLE: usize = 10_000;
/// Of the sample's neighbours as many as it has accounts count as the upper end of strangers' cosines...
const TAIL: f64 = 1.0;
/// ...but of the nearest of them, so many for each account, only that they are above: clones may be among them.
const CENSORED: f64 = 0.05;
/// Fewer accounts tell nothing.
const LEAST: u64 = 100;
/// Neighbours of each account that are looked at.
const NEIGHBOURS: usize = 8;

/// The cosine above which about `per_million` pairs of two people are expected for each million accounts of an index, as far as the accounts
/// themselves tell: nearly all pairs are of two people.
///
/// For random directions of d dimensions the share of pairs above a cosine c falls as (1 − c²)^((d − 1) / 2), so −ln(1 − c²) has an
/// exponential upper end. Its slope is taken from the nearest neighbours of 10,000 accounts, drawn by `seed`. Of the nearest five in a
/// hundred only the number counts and not how near they are, so that clones among them do not matter. docs/search.md says how well that
/// predicts what is found.
///
/// # Errors
/// [`Error::Option`] if `per_million` is not above 0, or for fewer than 100 accounts; those of [`FaceIndex::search`].
pub fn clone_level(index: &FaceIndex, per_million: f64, seed: u64) -> Result<f32> {
    if !(per_million > 0.0 && per_million.is_finite()) {
        let reason = format!("{per_million} is not above 0");
        return Err(Error::Option { name: "false reports per million", reason });
    }
    let heights = neighbours(index, seed)?;
    let accounts = index.len() as f64;
    let slope_of = |tail: usize, censored: usize| {
        let (low, high) = (heights[tail], heights[censored]);
        // The mean excess of a sample whose highest are known only to be above `high`.
        let excess: f64 = heights[..tail].iter().map(|height| height.min(high) - low).sum();
        (tail - censored) as f64 / excess
    };
    let sampled = SAMPLE.min(index.len() as usize) as f64;
    let (tail, censored) = ((TAIL * sampled) as usize, (CENSORED * sampled) as usize);
    let wrong = || Error::Option { name: "accounts", reason: "too few with different faces to tell clones".into() };
    if tail >= heights.len() || heights[censored] <= heights[tail] {
        return Err(wrong());
    }
    // Each pair of two accounts is seen from both.
    let pairs = accounts * TAIL / 2.0;
    let wanted = per_million * accounts / 1e6;
    let height = heights[tail] + (pairs / wanted).ln().max(0.0) / slope_of(tail, censored);
    Ok((1.0 - (-height).exp()).sqrt() as f32)
}

/// −ln(1 − c²) of a sample's neighbours, the highest first.
fn neighbours(index: &FaceIndex, seed: u64) -> Result<Vec<f64>> {
    if index.len() < LEAST {
        let reason = format!("{} are too few to tell clones from strangers; {LEAST} are needed", index.len());
        return Err(Error::Option { name: "accounts", reason });
    }
    let (ids, faces): (Vec<u64>, Vec<_>) = index.sample(SAMPLE, seed).into_iter().unzip();
    let search = Search { neighbours: NEIGHBOURS + 1, ..Search::default() };
    let mut heights = Vec::with_capacity(ids.len() * NEIGHBOURS);
    for (own, hits) in ids.iter().zip(index.search_many(&faces, &search)?) {
        let others = hits.iter().filter(|hit| hit.id != *own).take(NEIGHBOURS);
        heights.extend(others.map(|hit| -(1.0 - f64::from(hit.cosine.clamp(0.0, 0.999_999)).powi(2)).ln()));
    }
    heights.sort_unstable_by(|a, b| b.total_cmp(a));
    Ok(heights)
}

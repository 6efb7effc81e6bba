//! Thresholds as a smooth curve, fitted to the scores that the data ask for and then raised until none of them lies above it.

use super::too_few;
use crate::error::Result;
use crate::matching::{self, Thresholds};

/// A point of the data: the score that a set of photos asks for, at a rate and a number of photos.
pub(super) struct Asked {
    /// The rate is 10⁻ˣ.
    pub x: f64,
    pub photos: usize,
    pub score: f64,
}

/// The curve on or above all that is asked.
pub(super) fn curve(asked: &[Asked], caution: f64) -> Result<Thresholds> {
    let terms = |asked: &Asked| Thresholds::terms(10f64.powf(-asked.x) * caution, 1, asked.photos);
    // The most that any set asks for.
    let tops = asked.iter().filter(|one| {
        let same = asked.iter().filter(|other| other.x == one.x && other.photos == one.photos);
        same.fold(f64::MIN, |most, other| most.max(other.score)) <= one.score
    });
    let rows = tops.map(|asked| (terms(asked)[1..].iter().map(|&term| term as f32).collect(), asked.score as f32));
    let (slopes, offset) = matching::ridge(rows, 4, 1e-9).ok_or_else(|| too_few("they determine no thresholds"))?;
    let [root, linear, settled, settled_linear] = slopes[..] else { return Err(too_few("no slopes")) };
    let mut thresholds = Thresholds { level: [offset, root, linear], photos: [settled, settled_linear] };
    let short = asked.iter().map(|asked| asked.score - thresholds.at(terms(asked))).fold(0.0, f64::max);
    thresholds.level[0] += short as f32;
    Ok(thresholds)
}

//! Verification over all pairs of a set of faces, for rates of false positives too small to be measured on a list of a few
//! thousand pairs.
//!
//! Every face is compared with every other. Pairs are not kept but counted, by their scores in steps of 2⁻¹⁶; only a bounded number
//! of the accepted ones is kept, for the bootstrap. So memory grows with the faces and not with the pairs. `ordered` sorts the faces,
//! `scan` compares them in blocks, `accepted` counts what the thresholds accept, `bootstrap` tells how sure that is, `offsets` what
//! is taken off a pair.

mod accepted;
mod bootstrap;
mod cohort;
mod offsets;
mod ordered;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::estimate::wilson;
use super::resolution::resolve;
use crate::embed::Embedding;
use crate::error::{Error, Result};
use accepted::{Accepted, Points};
use bootstrap::Bootstrap;
pub use offsets::Offsets;
use ordered::Ordered;

/// Faces with what is known of each; all lists are of one length.
#[derive(Debug, Clone, Copy)]
pub struct LabelledFaces<'a> {
    /// The faces, of one space.
    pub faces: &'a [Embedding],
    /// Who it is, as any number.
    pub people: &'a [usize],
    /// The family (or other group of people who look alike) of each face, as any number. Two people of one group are related:
    /// they are counted apart, not among the pairs of two people.
    pub groups: Option<&'a [usize]>,
    /// The slice of each face, from 0, such as the sex: accept rates are also counted between faces of one slice.
    pub slices: Option<&'a [Option<usize>]>,
}

impl LabelledFaces<'_> {
    /// The number of pairs of two people who are not related.
    pub fn negatives(&self) -> u64 {
        let mut sizes: HashMap<usize, u64> = HashMap::new();
        let units = self.groups.unwrap_or(self.people);
        units.iter().for_each(|unit| *sizes.entry(*unit).or_default() += 1);
        let all = units.len() as u64;
        sizes.values().map(|size| size * (all - size)).sum::<u64>() / 2
    }

    /// Of `rates`, rates of false positives, those that there are enough pairs of two people to measure (as [`resolve`] decides).
    pub fn tellable(&self, rates: &[f64]) -> Vec<OperateAt> {
        let negatives = self.negatives() as usize;
        let told = rates.iter().filter(|&&rate| resolve(negatives, rate).is_ok());
        told.map(|&rate| OperateAt::FalsePositives(rate)).collect()
    }
}

/// Where true positives are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OperateAt {
    /// At the lowest threshold at which no more than this part of the pairs of two people is accepted, 0…1 (exclusive).
    FalsePositives(f64),
    /// At this score.
    Score(f32),
}

/// How to measure over all pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct AllPairsOptions {
    /// Where true positives are counted.
    pub points: Vec<OperateAt>,
    /// The most pairs that one person counts as, from 1: the pairs of people with more photos weigh less. Otherwise the few
    /// people with hundreds of photos would be nearly all that is measured.
    pub cap: usize,
    /// The draws of the bootstrap, from 40.
    pub draws: usize,
    /// Other seeds make other draws.
    pub seed: u64,
    /// Threads to work on, from 1; the answer does not depend on it.
    pub threads: usize,
}

impl Default for AllPairsOptions {
    /// True positives at false positives of 10⁻², 10⁻³, 10⁻⁴ and 10⁻⁵; 100 pairs a person, 1,000 draws, one thread.
    fn default() -> Self {
        let points = [1e-2, 1e-3, 1e-4, 1e-5].map(OperateAt::FalsePositives).to_vec();
        Self { points, cap: 100, draws: 1_000, seed: 1, threads: 1 }
    }
}

/// A number with its interval of 95 % confidence, by a bootstrap over people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Over all that was measured.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl fmt::Display for Estimate {
    /// As `0.9870 [0.9812, 0.9911]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} [{:.4}, {:.4}]", self.value, self.low, self.high)
    }
}

/// What [`all_pairs`] measured. Rates are parts of 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AllPairs {
    /// The faces.
    pub faces: usize,
    /// The people.
    pub people: usize,
    /// Groups of people, where they were given, else people: what the bootstrap draws.
    pub units: usize,
    /// Pairs of one person.
    pub positives: u64,
    /// Pairs of two people who are not related.
    pub negatives: u64,
    /// Pairs of two people of one group.
    pub related: u64,
    /// The part of the pairs of one person that the ten people with the most photos supply.
    pub share_of_ten: f64,
    /// What was measured at each of the points asked for, in their order.
    pub points: Vec<AcceptRates>,
    /// Rates of (false positives, true positives), rising: a curve to draw. A person counts with at most [`AllPairsOptions::cap`]
    /// pairs.
    pub curve: Vec<(f64, f64)>,
}

/// Which pairs are accepted at one threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptRates {
    /// What was asked for.
    pub at: OperateAt,
    /// The score (a cosine, less the offsets) from which a pair is accepted.
    pub threshold: Estimate,
    /// Whether fewer than ten pairs of two people are accepted: the true rate may well be half or twice as high.
    pub is_coarse: bool,
    /// Accepted pairs of one person, each person with at most the cap's pairs; `None` if nobody has two photos.
    pub tp: Option<Estimate>,
    /// The same with all pairs counting the same.
    pub tp_uncapped: Option<Estimate>,
    /// Accepted pairs of two people who are not related.
    pub fp: Estimate,
    /// Accepted pairs of two people of one group; `None` without such pairs.
    pub related: Option<Estimate>,
    /// The rates between faces of one slice, for each slice.
    pub slices: Vec<SliceRates>,
}

/// Which pairs of faces of one slice are accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SliceRates {
    /// Pairs of one person, both photos in the slice.
    pub positives: u64,
    /// Pairs of two people who are not related, both photos in the slice.
    pub negatives: u64,
    /// Accepted pairs of one person, capped as [`AcceptRates::tp`]; `None` without such pairs.
    pub tp: Option<Estimate>,
    /// Accepted pairs of two people; `None` without such pairs.
    pub fp: Option<Estimate>,
}

/// Compares every face with every other.
///
/// The score of a pair is its cosine less the two faces' [`Offsets`]. Intervals are percentiles of a bootstrap over people (over
/// groups, where given): each draw takes each person some number of times and a pair of two people as often as the product of
/// theirs, and finds thresholds of its own. Where few pairs decide the interval is rather too wide than too narrow (Owen: *The
/// pigeonhole bootstrap*, 2007). The bootstrap works on a sample of up to 131,072 accepted pairs a point; the values themselves
/// count all pairs.
///
/// # Errors
/// [`Error::Evaluation`] for lists of different lengths, fewer than two people (or groups), a person in two groups, or a rate
/// that the pairs of two people cannot tell (as [`resolve`]); [`Error::Option`] for options that are out of their range; the
/// errors of comparing the faces.
///
/// ```
/// # use facecore::evaluate::{AllPairsOptions, LabelledFaces, Offsets, OperateAt, all_pairs};
/// # use facecore::{Embedding, SpaceId};
/// let face = |x, y| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let faces = [face(1.0, 0.0), face(1.0, 0.1), face(0.0, 1.0), face(0.1, 1.0)];
/// let faces = LabelledFaces { faces: &faces, people: &[7, 7, 8, 8], groups: None, slices: None };
/// let options = AllPairsOptions { points: vec![OperateAt::FalsePositives(0.25)], ..AllPairsOptions::default() };
/// let result = all_pairs(&faces, &Offsets::none(4), &options)?;
/// assert_eq!((result.positives, result.negatives), (2, 4));
/// assert_eq!(result.points[0].tp.unwrap().value, 1.0);
/// # Ok::<(), facecore::Error>(())
/// ```
pub fn all_pairs(faces: &LabelledFaces<'_>, offsets: &Offsets, options: &AllPairsOptions) -> Result<AllPairs> {
    for (name, value, least) in [("cap", options.cap, 1), ("draws", options.draws, 40), ("threads", options.threads, 1)]
    {
        if value < least {
            return Err(Error::Option { name, reason: format!("must be at least {least}") });
        }
    }
    let ordered = Ordered::new(faces, offsets)?;
    let negatives = ordered.negatives();
    for point in &options.points {
        match *point {
            OperateAt::FalsePositives(rate) => drop(resolve(negatives as usize, rate)?),
            OperateAt::Score(score) if score.is_finite() => {}
            OperateAt::Score(_) => return Err(Error::Option { name: "score", reason: "must be finite".into() }),
        }
    }
    let counts = accepted::count_levels(&ordered, options.threads);
    let points = Points::new(&options.points, &counts, negatives);
    let accepted = Accepted::count(&ordered, &points, options);
    let bootstrap = Bootstrap::draw(&ordered, &points, &accepted, options);
    let positives = accepted.positives.iter().map(|of_one| of_one.pairs).sum();
    Ok(AllPairs {
        faces: ordered.len(),
        people: ordered.people(),
        units: ordered.units(),
        positives,
        negatives,
        related: accepted.related.iter().map(|of_one| of_one.pairs).sum(),
        share_of_ten: accepted.share_of_largest(10),
        points: (0..options.points.len()).map(|at| rates(at, options, &ordered, &accepted, &bootstrap)).collect(),
        curve: accepted::curve(&counts, &accepted.positives),
    })
}

/// The values at a point, from the counts of all pairs, with the intervals of the bootstrap.
fn rates(
    at: usize,
    options: &AllPairsOptions,
    ordered: &Ordered<'_>,
    accepted: &Accepted,
    bootstrap: &Bootstrap,
) -> AcceptRates {
    let negatives = ordered.negatives();
    let slices = (0..ordered.slices()).map(|slice| {
        let (units, pairs) = ordered.in_slice(slice);
        let (hits, positives) = accepted.weighted_positives(at, Some(slice));
        let rate = |hits: f64, all: f64| (all > 0.0).then(|| hits / all);
        let drawn = |value: fn(&bootstrap::Drawn, usize) -> f64| bootstrap.interval(at, |drawn| value(drawn, slice));
        SliceRates {
            positives: accepted.positives.iter().filter(|of| of.slice == Some(slice)).map(|of| of.pairs).sum(),
            negatives: pairs,
            tp: rate(hits, positives).map(|value| estimate(value, drawn(|drawn, at| drawn.slices[at].0), units)),
            fp: rate(accepted.slices[at][slice] as f64, pairs as f64)
                .map(|value| estimate(value, drawn(|drawn, at| drawn.slices[at].1), pairs_of(units))),
        }
    });
    let slices = slices.collect();
    let positive_units = accepted.units_with_positives();
    let value = |(hits, all): (f64, f64)| (all > 0.0).then(|| hits / all);
    let (low, high) = bootstrap.interval(at, |drawn| accepted::score_of(drawn.level).into());
    AcceptRates {
        at: options.points[at],
        threshold: Estimate { value: accepted::score_of(accepted.levels[at]).into(), low, high },
        is_coarse: accepted.false_positives[at] < 10,
        tp: value(accepted.weighted_positives(at, None))
            .map(|value| estimate(value, bootstrap.interval(at, |drawn| drawn.tp), positive_units)),
        tp_uncapped: value(accepted.all_positives(at))
            .map(|value| estimate(value, bootstrap.interval(at, |drawn| drawn.tp_uncapped), positive_units)),
        fp: estimate(
            accepted.false_positives[at] as f64 / negatives as f64,
            bootstrap.interval(at, |drawn| drawn.fp),
            pairs_of(ordered.units()),
        ),
        related: value(accepted.all_related(at))
            .map(|value| estimate(value, bootstrap.interval(at, |drawn| drawn.related), accepted.related.len())),
        slices,
    }
}

/// Where nothing or everything was accepted every draw says the same; then the interval is Wilson's for as many trials as there are
/// people, or pairs of people, as [`Rate::between`](super::Rate::between) has it.
fn estimate(value: f64, (low, high): (f64, f64), trials: usize) -> Estimate {
    let (widest_low, widest_high) =
        if value <= 0.0 || value >= 1.0 { wilson(value, trials as f64) } else { (low, high) };
    Estimate { value, low: low.min(widest_low).min(value), high: high.max(widest_high).max(value) }
}

fn pairs_of(units: usize) -> usize {
    units * units.saturating_sub(1) / 2
}

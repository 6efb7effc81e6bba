//! How sure the rates are: a bootstrap that draws people (or groups of them), not pairs.

use super::accepted::{Accepted, OfOne, Points};
use super::ordered::Ordered;
use super::scan::on_threads;
use super::{AllPairsOptions, OperateAt};
use crate::random::Random;

/// What a draw gave at a point; NaN where it drew no such pairs.
#[derive(Clone)]
pub(super) struct Drawn {
    pub level: u32,
    pub tp: f64,
    pub tp_uncapped: f64,
    pub fp: f64,
    pub related: f64,
    /// True and false positives of each slice.
    pub slices: Vec<(f64, f64)>,
}

/// What all draws gave, in their order, at each point.
pub(super) struct Bootstrap {
    draws: Vec<Vec<Drawn>>,
}

impl Bootstrap {
    pub(super) fn draw(ordered: &Ordered<'_>, points: &Points, accepted: &Accepted, options: &AllPairsOptions) -> Self {
        let sample = Sample::new(ordered, points, accepted);
        let one = |draws: &mut Vec<(usize, Vec<Drawn>)>, at: usize| {
            let mut random = Random::new(options.seed.wrapping_add(at as u64));
            let mut times = vec![0.0; ordered.units()];
            (0..times.len()).for_each(|_| times[random.below(ordered.units())] += 1.0);
            draws.push((at, sample.drawn(&times)));
        };
        let mut draws: Vec<_> =
            on_threads(options.threads, options.draws, Vec::new, one).into_iter().flatten().collect();
        draws.sort_unstable_by_key(|(at, _)| *at);
        Self { draws: draws.into_iter().map(|(_, drawn)| drawn).collect() }
    }

    /// Between which values 95 % of the draws lie at a point.
    pub(super) fn interval(&self, at: usize, value: impl Fn(&Drawn) -> f64) -> (f64, f64) {
        let values = self.draws.iter().map(|drawn| value(&drawn[at])).filter(|value| value.is_finite());
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        let place = values.len() / 40;
        match values[..] {
            [] => (f64::INFINITY, f64::NEG_INFINITY),
            _ => (values[place], values[values.len() - 1 - place]),
        }
    }
}

/// What is drawn from.
pub(super) struct Sample<'a> {
    points: &'a Points,
    accepted: &'a Accepted,
    /// Units with the number of their faces.
    sizes: Vec<(u32, u64)>,
    /// The same for each slice.
    in_slices: Vec<Vec<(u32, u64)>>,
}

impl<'a> Sample<'a> {
    pub(super) fn new(ordered: &Ordered<'_>, points: &'a Points, accepted: &'a Accepted) -> Self {
        let sizes = (0..ordered.units()).map(|unit| (unit as u32, ordered.of_unit(unit).len() as u64)).collect();
        let in_slices = (0..ordered.slices()).map(|slice| ordered.sizes_in_slice(slice)).collect();
        Self { points, accepted, sizes, in_slices }
    }

    /// With each unit so many `times`.
    pub(super) fn drawn(&self, times: &[f64]) -> Vec<Drawn> {
        let negatives = pairs_between(&self.sizes, times);
        let in_slices: Vec<f64> = self.in_slices.iter().map(|sizes| pairs_between(sizes, times)).collect();
        let at_thresholds = self.thresholds(times, negatives);
        let rates = |(level, above): (u32, Above)| {
            let positives = |slice: Option<usize>, capped: bool| {
                let own = self.accepted.positives.iter().filter(|of_one| slice.is_none() || of_one.slice == slice);
                rate(own, level, times, capped)
            };
            let false_positives = above.slices.iter().zip(&in_slices).map(|(hits, all)| hits / all);
            Drawn {
                level,
                tp: positives(None, true),
                tp_uncapped: positives(None, false),
                fp: above.all / negatives,
                related: rate(self.accepted.related.iter(), level, times, false),
                slices: false_positives
                    .enumerate()
                    .map(|(slice, false_positives)| (positives(Some(slice), true), false_positives))
                    .collect(),
            }
        };
        at_thresholds.into_iter().map(rates).collect()
    }

    /// The threshold of each point in this draw, and the pairs of two units from there on.
    fn thresholds(&self, times: &[f64], negatives: f64) -> Vec<(u32, Above)> {
        let points = self.points;
        let mut settled: Vec<Option<(u32, Above)>> = vec![None; points.at.len()];
        let mut above = Above { all: 0.0, slices: vec![0.0; self.in_slices.len()] };
        for of_level in self.accepted.kept.chunk_by(|a, b| a.level == b.level) {
            let level = of_level[0].level;
            let before = above.clone();
            for pair in of_level {
                let [left, right] = pair.units.map(|unit| times[unit as usize]);
                let pairs = left * right * f64::from(pair.stands_for);
                above.all += pairs;
                if let Some(slice) = pair.slice {
                    above.slices[slice as usize] += pairs;
                }
            }
            for (at, settled) in settled.iter_mut().enumerate().filter(|(_, settled)| settled.is_none()) {
                match points.at[at] {
                    OperateAt::FalsePositives(rate) if above.all > rate * negatives * (1.0 + 1e-12) => {
                        *settled = Some((level + 1, before.clone()));
                    }
                    OperateAt::Score(_) if level < points.levels[at] => {
                        *settled = Some((points.levels[at], before.clone()));
                    }
                    _ => {}
                }
            }
            if settled.iter().all(Option::is_some) {
                break;
            }
        }
        let last = |at: usize| match points.at[at] {
            OperateAt::FalsePositives(_) => points.bottom(),
            OperateAt::Score(_) => points.levels[at],
        };
        settled.into_iter().enumerate().map(|(at, settled)| settled.unwrap_or((last(at), above.clone()))).collect()
    }
}

/// Pairs of two units from some level on.
#[derive(Clone)]
struct Above {
    all: f64,
    slices: Vec<f64>,
}

/// Pairs of faces of two units, with each unit so many `times`; a unit that is drawn twice is not paired with itself.
fn pairs_between(sizes: &[(u32, u64)], times: &[f64]) -> f64 {
    let weighed = |&(unit, size): &(u32, u64)| times[unit as usize] * size as f64;
    let (sum, squares) = sizes.iter().map(weighed).fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    (sum * sum - squares) / 2.0
}

/// The part of the pairs that is accepted from a level on.
fn rate<'a>(of_all: impl Iterator<Item = &'a OfOne>, level: u32, times: &[f64], capped: bool) -> f64 {
    let (mut hits, mut pairs) = (0.0, 0.0);
    for of_one in of_all.filter(|of_one| times[of_one.unit as usize] > 0.0) {
        let weight = times[of_one.unit as usize] * if capped { of_one.weight } else { 1.0 };
        hits += weight * of_one.above(level);
        pairs += weight * of_one.pairs as f64;
    }
    hits / pairs
}

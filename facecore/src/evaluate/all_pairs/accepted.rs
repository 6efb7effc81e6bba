//! Where the thresholds lie, and which pairs they accept.

use std::collections::BTreeMap;

use super::ordered::Ordered;
use super::scan::{on_threads, scan};
use super::{AllPairsOptions, OperateAt};
use crate::embed::dot;
use crate::random::Random;

/// Scores −2…2 on a grid: level 0 is −2, a step is 2⁻¹⁶. Thresholds lie on it.
const STEPS: f32 = 65_536.0;
const LEVELS: usize = 4 * 65_536 + 1;

/// The most accepted pairs of two people that are kept for the bootstrap between one threshold and the next; if there are more, as many
/// are drawn.
const KEPT: f64 = 131_072.0;
/// The same for the pairs of one person.
const KEPT_OF_ONE: f64 = 65_536.0;
/// A draw's threshold may lie below that of all pairs. So pairs are kept down to the threshold that accepts this many times the rate.
const DEEPER: f64 = 8.0;

fn level_of(score: f32) -> u32 {
    ((score.clamp(-2.0, 2.0) + 2.0) * STEPS) as u32
}

/// The least score of a level.
pub(super) fn score_of(level: u32) -> f32 {
    level as f32 / STEPS - 2.0
}

/// How many pairs of two units have each level.
pub(super) fn count_levels(ordered: &Ordered<'_>, threads: usize) -> Vec<u64> {
    let count = |counts: &mut Vec<u64>, _: usize, _: usize, scores: &[f32]| {
        scores.iter().for_each(|&score| counts[level_of(score) as usize] += 1);
    };
    let mut all = scan(ordered, threads, || vec![0; LEVELS], count).into_iter();
    let mut sum = all.next().unwrap_or_default();
    for counts in all {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sum
}

/// The lowest level from which at most `allowed` pairs are.
fn lowest_level(counts: &[u64], allowed: f64) -> u32 {
    let mut above = 0;
    for (level, count) in counts.iter().enumerate().rev() {
        above += count;
        if above as f64 > allowed {
            return level as u32 + 1;
        }
    }
    0
}

/// The thresholds, and which pairs are kept for the bootstrap.
pub(super) struct Points {
    pub at: Vec<OperateAt>,
    /// The threshold of each point.
    pub levels: Vec<u32>,
    /// Levels in falling order with the part of the pairs that is kept from there up to the one before.
    strata: Vec<(u32, f64)>,
}

impl Points {
    pub(super) fn new(at: &[OperateAt], counts: &[u64], negatives: u64) -> Self {
        // 1000 × 0.001 must not be less than 1 for a rounding.
        let accepting = |rate: f64| lowest_level(counts, rate * negatives as f64 * (1.0 + 1e-12));
        let level = |point: &OperateAt| match *point {
            OperateAt::FalsePositives(rate) => accepting(rate),
            OperateAt::Score(score) => ((score.clamp(-2.0, 2.0) + 2.0) * STEPS).ceil() as u32,
        };
        let levels: Vec<u32> = at.iter().map(level).collect();
        let deeper = at.iter().filter_map(|point| match *point {
            OperateAt::FalsePositives(rate) => Some(accepting((DEEPER * rate).min(1.0))),
            OperateAt::Score(_) => None,
        });
        let mut bounds: Vec<u32> = levels.iter().copied().chain(deeper).collect();
        bounds.sort_unstable_by(|a, b| b.cmp(a));
        bounds.dedup();
        let mut above = LEVELS;
        let stratum = |bound: u32| {
            let from = (bound as usize).min(above);
            let pairs: u64 = counts[from..above].iter().sum();
            above = from;
            (bound, (KEPT / pairs.max(1) as f64).min(1.0))
        };
        Self { at: at.to_vec(), levels, strata: bounds.into_iter().map(stratum).collect() }
    }

    /// The lowest level that is kept.
    pub(super) fn bottom(&self) -> u32 {
        self.strata.last().map_or(LEVELS as u32, |(level, _)| *level)
    }
}

/// An accepted pair of two units.
#[derive(PartialEq, PartialOrd)]
pub(super) struct Kept {
    pub level: u32,
    pub units: [u32; 2],
    /// The slice of both faces.
    pub slice: Option<u32>,
    /// For how many pairs it stands.
    pub stands_for: f32,
}

/// The pairs of one person (or of two people of a group) in a slice, or in none.
pub(super) struct OfOne {
    pub unit: u32,
    pub person: u32,
    pub slice: Option<usize>,
    pub pairs: u64,
    /// How much a pair counts: less than 1 for a person with more pairs than the cap.
    pub weight: f64,
    /// Levels in falling order, of all pairs or of some that were drawn.
    levels: Vec<u32>,
    /// Pairs that each point accepts.
    hits: Vec<u64>,
}

impl OfOne {
    /// How many pairs have the level or a higher one.
    pub(super) fn above(&self, level: u32) -> f64 {
        let above = self.levels.partition_point(|&own| own >= level) as f64;
        above * (self.pairs as f64 / self.levels.len().max(1) as f64)
    }
}

/// What each point accepts.
pub(super) struct Accepted {
    /// The thresholds.
    pub levels: Vec<u32>,
    /// Of each point the accepted pairs of two units.
    pub false_positives: Vec<u64>,
    /// Of each point the same in each slice.
    pub slices: Vec<Vec<u64>>,
    /// Accepted pairs of two units, the highest scores first.
    pub kept: Vec<Kept>,
    pub positives: Vec<OfOne>,
    pub related: Vec<OfOne>,
}

/// What a thread has counted.
struct Counted {
    false_positives: Vec<u64>,
    slices: Vec<Vec<u64>>,
    kept: Vec<Kept>,
}

impl Accepted {
    pub(super) fn count(ordered: &Ordered<'_>, points: &Points, options: &AllPairsOptions) -> Self {
        let state = || Counted {
            false_positives: vec![0; points.levels.len()],
            slices: vec![vec![0; ordered.slices()]; points.levels.len()],
            kept: Vec::new(),
        };
        // A rounding below the lowest level that counts.
        let least = score_of(points.bottom()) - 1e-5;
        let visit = |counted: &mut Counted, row: usize, first: usize, scores: &[f32]| {
            for (column, &score) in (first..).zip(scores) {
                if score >= least {
                    counted.accept(ordered, points, [row, column], level_of(score));
                }
            }
        };
        let mut all = scan(ordered, options.threads, state, visit).into_iter();
        let Counted { mut false_positives, mut slices, mut kept } = all.next().unwrap_or_else(state);
        for other in all {
            let add = |sum: &mut [u64], more: &[u64]| sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            add(&mut false_positives, &other.false_positives);
            slices.iter_mut().zip(&other.slices).for_each(|(sum, more)| add(sum, more));
            kept.extend(other.kept);
        }
        // Threads finish in any order; sums of the bootstrap must not depend on it.
        kept.sort_unstable_by(|a, b| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
        let (positives, related) = within_units(ordered, points, options);
        Self { levels: points.levels.clone(), false_positives, slices, kept, positives, related }
    }

    /// Accepted and all pairs of one person at a point, capped, in a slice or in all.
    pub(super) fn weighted_positives(&self, at: usize, slice: Option<usize>) -> (f64, f64) {
        let own = self.positives.iter().filter(|of_one| slice.is_none() || of_one.slice == slice);
        own.fold((0.0, 0.0), |(hits, pairs), of_one| {
            (hits + of_one.weight * of_one.hits[at] as f64, pairs + of_one.weight * of_one.pairs as f64)
        })
    }

    /// Accepted and all pairs of one person at a point.
    pub(super) fn all_positives(&self, at: usize) -> (f64, f64) {
        sum(&self.positives, at)
    }

    /// Accepted and all pairs of two people of a group at a point.
    pub(super) fn all_related(&self, at: usize) -> (f64, f64) {
        sum(&self.related, at)
    }

    /// How many units have a person with two photos.
    pub(super) fn units_with_positives(&self) -> usize {
        let mut units: Vec<u32> = self.positives.iter().map(|of_one| of_one.unit).collect();
        units.dedup();
        units.len()
    }

    /// The part of the pairs of one person that the `most` people with the most pairs supply.
    pub(super) fn share_of_largest(&self, most: usize) -> f64 {
        let mut pairs: BTreeMap<u32, u64> = BTreeMap::new();
        self.positives.iter().for_each(|of_one| *pairs.entry(of_one.person).or_default() += of_one.pairs);
        let mut pairs: Vec<u64> = pairs.into_values().collect();
        pairs.sort_unstable_by(|a, b| b.cmp(a));
        let all: u64 = pairs.iter().sum();
        pairs.iter().take(most).sum::<u64>() as f64 / all.max(1) as f64
    }
}

fn sum(of_all: &[OfOne], at: usize) -> (f64, f64) {
    let add = |(hits, pairs), of_one: &OfOne| (hits + of_one.hits[at] as f64, pairs + of_one.pairs as f64);
    of_all.iter().fold((0.0, 0.0), add)
}

impl Counted {
    fn accept(&mut self, ordered: &Ordered<'_>, points: &Points, pair: [usize; 2], level: u32) {
        let Some((_, share)) = points.strata.iter().find(|(bound, _)| level >= *bound) else { return };
        let slice = ordered.slice[pair[0]].filter(|slice| ordered.slice[pair[1]] == Some(*slice));
        for (at, _) in points.levels.iter().enumerate().filter(|(_, threshold)| level >= **threshold) {
            self.false_positives[at] += 1;
            if let Some(slice) = slice {
                self.slices[at][slice] += 1;
            }
        }
        if is_drawn(pair, *share) {
            let units = pair.map(|face| ordered.unit[face]);
            let slice = slice.map(|slice| slice as u32);
            self.kept.push(Kept { level, units, slice, stands_for: (1.0 / share) as f32 });
        }
    }
}

/// Whether a pair is among a part of all that is drawn, the same ones whoever asks.
fn is_drawn([row, column]: [usize; 2], share: f64) -> bool {
    const ALL: usize = 1 << 52;
    share >= 1.0 || (Random::new((row as u64) << 32 | column as u64).below(ALL) as f64) < share * ALL as f64
}

/// The pairs of one person and those of two people of one group, in the order of the units.
fn within_units(ordered: &Ordered<'_>, points: &Points, options: &AllPairsOptions) -> (Vec<OfOne>, Vec<OfOne>) {
    let work = |found: &mut Vec<OfUnit>, unit: usize| found.push(OfUnit::compare(ordered, points, options.cap, unit));
    let mut found: Vec<_> =
        on_threads(options.threads, ordered.units(), Vec::new, work).into_iter().flatten().collect();
    found.sort_unstable_by_key(|of_unit| of_unit.unit);
    let (mut positives, mut related) = (Vec::new(), Vec::new());
    for of_unit in found {
        positives.extend(of_unit.positives);
        related.extend(of_unit.related);
    }
    (positives, related)
}

struct OfUnit {
    unit: usize,
    positives: Vec<OfOne>,
    related: Option<OfOne>,
}

impl OfUnit {
    fn compare(ordered: &Ordered<'_>, points: &Points, cap: usize, unit: usize) -> Self {
        let faces = ordered.of_unit(unit);
        let pairs = |count: usize| count as f64 * (count as f64 - 1.0) / 2.0;
        let mut photos: BTreeMap<u32, usize> = BTreeMap::new();
        ordered.person[faces.clone()].iter().for_each(|person| *photos.entry(*person).or_default() += 1);
        let related = pairs(faces.len()) - photos.values().map(|&count| pairs(count)).sum::<f64>();
        let mut of_one: BTreeMap<(Option<u32>, Option<usize>), OfOne> = BTreeMap::new();
        for left in faces.clone() {
            for right in left + 1..faces.end {
                let same = ordered.person[left] == ordered.person[right];
                let person = same.then_some(ordered.person[left]);
                let slice = ordered.slice[left].filter(|slice| same && ordered.slice[right] == Some(*slice));
                let all = person.map_or(related, |person| pairs(photos[&person]));
                let own = of_one.entry((person, slice)).or_insert_with(|| OfOne {
                    unit: unit as u32,
                    person: person.unwrap_or(u32::MAX),
                    slice,
                    pairs: 0,
                    weight: (cap as f64 / all).min(1.0),
                    levels: Vec::new(),
                    hits: vec![0; points.levels.len()],
                });
                let cosine = dot(ordered.vectors[left], ordered.vectors[right]).clamp(-1.0, 1.0);
                let level = level_of(cosine - ordered.offset[left] - ordered.offset[right]);
                own.add(level, &points.levels, is_drawn([left, right], KEPT_OF_ONE / all));
            }
        }
        let mut of_unit = Self { unit, positives: Vec::new(), related: None };
        for ((person, _), mut own) in of_one {
            own.levels.sort_unstable_by(|a, b| b.cmp(a));
            match person {
                Some(_) => of_unit.positives.push(own),
                None => of_unit.related = Some(own),
            }
        }
        of_unit
    }
}

impl OfOne {
    fn add(&mut self, level: u32, thresholds: &[u32], keep: bool) {
        self.pairs += 1;
        for (hits, _) in self.hits.iter_mut().zip(thresholds).filter(|(_, threshold)| level >= **threshold) {
            *hits += 1;
        }
        if keep {
            self.levels.push(level);
        }
    }
}

/// (False positives, true positives) at eight rates for each power of ten, from where one pair of two people is accepted.
pub(super) fn curve(counts: &[u64], positives: &[OfOne]) -> Vec<(f64, f64)> {
    let mut same = vec![0.0; LEVELS];
    for of_one in positives {
        let each = of_one.weight * of_one.pairs as f64 / of_one.levels.len().max(1) as f64;
        of_one.levels.iter().for_each(|&level| same[level as usize] += each);
    }
    let all = (counts.iter().sum::<u64>() as f64, same.iter().sum::<f64>());
    if all.1 <= 0.0 {
        return Vec::new();
    }
    let (mut above, mut points) = ((0.0, 0.0), Vec::new());
    let mut next = 1.0 / all.0;
    for (count, same) in counts.iter().zip(&same).rev() {
        // The best that is reached before the rate passes the next step.
        if above.0 + *count as f64 > next * all.0 {
            points.push((above.0 / all.0, above.1 / all.1));
            while above.0 + *count as f64 > next * all.0 {
                next *= 10f64.powf(0.125);
            }
        }
        above = (above.0 + *count as f64, above.1 + same);
    }
    points.push((1.0, 1.0));
    points
}

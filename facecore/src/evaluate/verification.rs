//! Verification of pairs by the protocol of davidsandberg/facenet (`validate_on_lfw.py`).
//!
//! Each fold is tested with thresholds chosen on the other folds: for the accuracy the first of 0, 0.01 … 3.99 with
//! the most right decisions; for TP@FP the place where the rate of false accepts, sampled at 0, 0.001 … 3.999 and
//! joined by lines, reaches the rate asked for. Thresholds and rates of a fold are the reference's bit for bit.

use super::estimate::{Rate, Tally};
use super::resolution::resolve;
use crate::error::{Error, Result};

/// The usual rate of false accepts at which [`Verification::tp_at_fp`] is taken: one in a thousand.
pub const FP_TARGET: f64 = 1e-3;

/// The distance of two faces and the truth about them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairScore {
    /// The squared distance of the two unit vectors, 2 − 2·cosine, from 0 to 4; less than 0 (rounding) counts as 0.
    pub distance: f64,
    /// Whether both faces are one person.
    pub same: bool,
    /// The fold of the pair, from 0.
    pub fold: usize,
}

impl PairScore {
    /// Whether the pair is accepted at a threshold.
    pub fn is_below(&self, threshold: f64) -> bool {
        self.distance.max(0.0) < threshold
    }
}

/// A mean over the folds and its standard deviation (of the population, as NumPy's `std`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanStd {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub std: f64,
}

impl MeanStd {
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        Self { mean, std: variance.sqrt() }
    }
}

/// What was measured on one fold, with thresholds from the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fold {
    /// The part of right decisions at `accuracy_threshold`.
    pub accuracy: f64,
    /// The squared distance below which a pair counts as one person, for the accuracy.
    pub accuracy_threshold: f64,
    /// The part of the pairs of one person that is accepted at `threshold`.
    pub tp: f64,
    /// The part of the pairs of two people that is accepted at `threshold`.
    pub fp: f64,
    /// The squared distance at which the other folds reach the rate of false accepts; 0 if they never do.
    pub threshold: f64,
}

/// The result of [`verify`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    /// The part of right decisions.
    pub accuracy: MeanStd,
    /// The part of the pairs of one person that is accepted at the rate of false accepts asked for.
    pub tp_at_fp: MeanStd,
    /// `accuracy` over all pairs, with its interval.
    pub accuracy_rate: Rate,
    /// `tp_at_fp` over all pairs, with its interval.
    pub tp_rate: Rate,
    /// The false accepts that the chosen thresholds really gave, mean of the folds.
    pub fp: f64,
    /// The same over all pairs, with its interval.
    pub fp_rate: Rate,
    /// The threshold of `tp_at_fp` as squared distance, mean of the folds.
    pub threshold: f64,
    /// The number of pairs.
    pub pairs: usize,
    /// Each fold alone.
    pub folds: Vec<Fold>,
}

impl Verification {
    /// [`threshold`](Self::threshold) as a cosine, for a [`Matcher`](crate::Matcher).
    pub fn threshold_cosine(&self) -> f64 {
        1.0 - self.threshold / 2.0
    }
}

/// Measures how well distances tell one person from two; `fp` is the rate of false accepts asked for, usually
/// [`FP_TARGET`].
///
/// # Errors
/// [`Error::Evaluation`] for fewer than 2 folds, a pair outside the folds, a distance that is not finite, a fold that has
/// not both kinds of pairs, or too few pairs of two people for `fp`.
///
/// ```
/// # use facecore::evaluate::{PairScore, verify};
/// let pair = |fold, same, distance| PairScore { distance, same, fold };
/// let scores = [pair(0, true, 0.3), pair(0, false, 1.5), pair(1, true, 0.3), pair(1, false, 1.2)];
/// let result = verify(&scores, 2, 0.5)?;
/// assert_eq!((result.accuracy.mean, result.tp_at_fp.mean), (1.0, 1.0));
/// # Ok::<(), facecore::Error>(())
/// ```
pub fn verify(scores: &[PairScore], folds: usize, fp: f64) -> Result<Verification> {
    resolve(scores.iter().filter(|score| !score.same).count(), fp)?;
    measure(scores, folds, fp)
}

/// [`verify`] whatever the number of negatives, as the reference does it.
fn measure(scores: &[PairScore], folds: usize, fp: f64) -> Result<Verification> {
    let groups = group(scores, folds)?;
    let coarse: Vec<f64> = (0..400).map(|i| f64::from(i) * 0.01).collect();
    let fine: Vec<f64> = (0..4_000).map(|i| f64::from(i) * 0.001).collect();
    let (all_coarse, all_fine) = (Accepts::count(&coarse, scores), Accepts::count(&fine, scores));
    let folds: Vec<Fold> = groups
        .iter()
        .map(|test| {
            let accuracy_threshold = coarse[all_coarse.without(&Accepts::count(&coarse, test)).most_accurate()];
            let threshold = all_fine.without(&Accepts::count(&fine, test)).reaches(fp, &fine);
            let at_accuracy = Accepts::count(&[accuracy_threshold], test);
            let at_target = Accepts::count(&[threshold], test);
            Fold {
                accuracy: at_accuracy.right(0) as f64 / test.len() as f64,
                accuracy_threshold,
                tp: at_target.same[0] as f64 / at_target.all_same as f64,
                fp: at_target.different[0] as f64 / at_target.all_different as f64,
                threshold,
            }
        })
        .collect();
    let over = |value: fn(&Fold) -> f64| MeanStd::of(folds.iter().map(value));
    let rate = |of: fn(&PairScore) -> bool, hit: fn(&PairScore, &Fold) -> bool| {
        let pairs = scores.iter().filter(|score| of(score));
        let tallies = pairs.map(|score| Tally { hits: usize::from(hit(score, &folds[score.fold])), trials: 1 });
        Rate::of(&tallies.collect::<Vec<_>>())
    };
    Ok(Verification {
        accuracy: over(|fold| fold.accuracy),
        tp_at_fp: over(|fold| fold.tp),
        accuracy_rate: rate(|_| true, |score, fold| score.is_below(fold.accuracy_threshold) == score.same),
        tp_rate: rate(|score| score.same, |score, fold| score.is_below(fold.threshold)),
        fp: over(|fold| fold.fp).mean,
        fp_rate: rate(|score| !score.same, |score, fold| score.is_below(fold.threshold)),
        threshold: over(|fold| fold.threshold).mean,
        pairs: scores.len(),
        folds,
    })
}

fn group(scores: &[PairScore], folds: usize) -> Result<Vec<Vec<PairScore>>> {
    let wrong = |reason| Err(Error::Evaluation { reason });
    if folds < 2 {
        return wrong(format!("{folds} folds; a threshold is chosen on the other folds, so 2 are needed"));
    }
    if folds > scores.len() {
        return wrong(format!("{} pairs do not fill {folds} folds", scores.len()));
    }
    let mut groups = vec![Vec::new(); folds];
    for (at, score) in scores.iter().enumerate() {
        if score.fold >= folds || !score.distance.is_finite() {
            return wrong(format!("pair {at} has distance {} and fold {} of {folds}", score.distance, score.fold));
        }
        groups[score.fold].push(*score);
    }
    for (fold, group) in groups.iter().enumerate() {
        if group.iter().all(|score| score.same) || group.iter().all(|score| !score.same) {
            return wrong(format!("fold {fold} has not both pairs of one person and pairs of two"));
        }
    }
    Ok(groups)
}

/// How many pairs are nearer than each of rising thresholds.
struct Accepts {
    same: Vec<usize>,
    different: Vec<usize>,
    all_same: usize,
    all_different: usize,
}

impl Accepts {
    fn count(thresholds: &[f64], scores: &[PairScore]) -> Self {
        let mut same = vec![0; thresholds.len()];
        let mut different = same.clone();
        for score in scores {
            let counts = if score.same { &mut same } else { &mut different };
            let first = thresholds.partition_point(|&threshold| threshold <= score.distance.max(0.0));
            if let Some(count) = counts.get_mut(first) {
                *count += 1;
            }
        }
        for at in 1..thresholds.len() {
            same[at] += same[at - 1];
            different[at] += different[at - 1];
        }
        let all_same = scores.iter().filter(|score| score.same).count();
        Self { same, different, all_same, all_different: scores.len() - all_same }
    }

    fn without(&self, part: &Self) -> Self {
        let minus = |all: &[usize], part: &[usize]| all.iter().zip(part).map(|(all, part)| all - part).collect();
        Self {
            same: minus(&self.same, &part.same),
            different: minus(&self.different, &part.different),
            all_same: self.all_same - part.all_same,
            all_different: self.all_different - part.all_different,
        }
    }

    fn right(&self, at: usize) -> usize {
        self.same[at] + self.all_different - self.different[at]
    }

    /// The first threshold with the most right decisions.
    fn most_accurate(&self) -> usize {
        (0..self.same.len()).rev().max_by_key(|&at| self.right(at)).unwrap_or(0)
    }

    /// The threshold at which the rate of false accepts reaches `target`; 0 if it never does.
    ///
    /// The reference calls SciPy's `interp1d(rates, thresholds, kind="slinear")`, a spline of degree 1. Its rates
    /// repeat; of equal ones SciPy goes on from the last (before it came to refuse them), and from none at the end.
    fn reaches(&self, target: f64, thresholds: &[f64]) -> f64 {
        let rate = |at: usize| self.different[at] as f64 / self.all_different as f64;
        let last = thresholds.len() - 1;
        if rate(last) < target {
            return 0.0;
        }
        let from = (0..last).rev().find(|&at| rate(at) <= target).unwrap_or(0);
        let (below, above) = (rate(from), rate(from + 1));
        if below == above {
            return 0.0;
        }
        let weight = 1.0 / (above - below);
        thresholds[from] * (weight * (above - target)) + thresholds[from + 1] * (weight * (target - below))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SCORES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/verification/scores.csv"));
    const EXPECTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/verification/expected.json"));

    fn stored_sets() -> BTreeMap<String, Vec<PairScore>> {
        let mut sets: BTreeMap<String, Vec<PairScore>> = BTreeMap::new();
        for line in SCORES.lines().skip(1) {
            let [set, fold, same, distance] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let score =
                PairScore { distance: distance.parse().unwrap(), same: same == "1", fold: fold.parse().unwrap() };
            sets.entry(set.into()).or_default().push(score);
        }
        sets
    }

    #[test]
    fn the_numbers_are_those_of_numpy_and_scipy() {
        let expected: serde_json::Value = serde_json::from_str(EXPECTED).unwrap();
        let sets = stored_sets();
        assert_eq!(sets.len(), expected.as_object().unwrap().len());
        let number = |text: &serde_json::Value| text.as_str().unwrap().parse::<f64>().unwrap();
        for (set, scores) in sets {
            let expected = &expected[&set];
            let folds = scores.iter().map(|score| score.fold).max().unwrap() + 1;
            let result = measure(&scores, folds, FP_TARGET).unwrap();
            let exact = |name: &str, value: fn(&Fold) -> f64| {
                let ours: Vec<f64> = result.folds.iter().map(value).collect();
                let theirs: Vec<f64> = expected[name].as_array().unwrap().iter().map(number).collect();
                assert_eq!(ours, theirs, "{set}: {name}");
            };
            exact("accuracy", |fold| fold.accuracy);
            exact("accuracy_threshold", |fold| fold.accuracy_threshold);
            exact("tp", |fold| fold.tp);
            exact("fp", |fold| fold.fp);
            exact("threshold", |fold| fold.threshold);
            // NumPy adds the folds in another order.
            let close = |name: &str, ours: f64| {
                let theirs = number(&expected[name]);
                assert!((ours - theirs).abs() <= 1e-15, "{set}: {name} {ours} {theirs}");
            };
            close("accuracy_mean", result.accuracy.mean);
            close("accuracy_std", result.accuracy.std);
            close("tp_mean", result.tp_at_fp.mean);
            close("tp_std", result.tp_at_fp.std);
            close("fp_mean", result.fp);
            // Folds of one size: the rate over all pairs is the mean of the folds.
            if set == "usual" {
                assert!((result.tp_rate.value - result.tp_at_fp.mean).abs() < 1e-12);
                assert!((result.accuracy_rate.value - result.accuracy.mean).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_rate_that_ends_level_on_the_target_has_no_threshold() {
        // `BSpline.construct_fast` of the reference gives 0 here too.
        let fine = [0.0, 1.0, 2.0, 3.0];
        let accepts = Accepts { same: vec![0; 4], different: vec![0, 0, 1, 1], all_same: 1, all_different: 1_000 };
        assert_eq!(accepts.reaches(FP_TARGET, &fine), 0.0);
    }

    #[test]
    fn what_cannot_be_evaluated_is_an_error() {
        let pair = |fold, same, distance| PairScore { distance, same, fold };
        let good = [pair(0, true, 0.1), pair(0, false, 2.0), pair(1, true, 0.1), pair(1, false, 2.0)];
        assert!(verify(&good, 2, 0.5).is_ok());
        for folds in [0, 1, 3, 5, usize::MAX] {
            assert_eq!(verify(&good, folds, 0.5).unwrap_err().code(), "evaluation");
        }
        for bad in [pair(2, true, 0.1), pair(1, true, f64::NAN), pair(1, false, f64::INFINITY)] {
            assert!(verify(&[&good[..], &[bad]].concat(), 2, 0.5).is_err());
        }
        assert!(verify(&good[..3], 2, 0.5).is_err());
        assert!(verify(&[], 2, 0.5).is_err());
        let error = verify(&good, 2, FP_TARGET).unwrap_err().to_string();
        assert!(error.contains("needs 1000 negatives, there are 2"), "{error}");
    }

    #[test]
    fn a_distance_rounded_below_zero_counts_as_zero() {
        let pair = |fold, same, distance| PairScore { distance, same, fold };
        let scores = |zero| [pair(0, true, zero), pair(0, false, 2.0), pair(1, true, zero), pair(1, false, zero)];
        assert_eq!(verify(&scores(-1e-7), 2, 0.5), verify(&scores(0.0), 2, 0.5));
    }
}

//! A rate and how sure it is.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::random::Random;

/// How often something happened to one person (or pair, or photo): the unit that a bootstrap draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it happened.
    pub hits: usize,
    /// How often it could have.
    pub trials: usize,
}

/// A rate with its interval of 95 % confidence.
///
/// ```
/// # use facecore::evaluate::{Rate, Tally};
/// let photos_named = [Tally { hits: 9, trials: 10 }, Tally { hits: 1, trials: 5 }, Tally { hits: 5, trials: 5 }];
/// let rate = Rate::of(&photos_named);
/// assert_eq!((rate.value, rate.trials), (0.75, 20));
/// assert!(rate.low < 0.4 && rate.high > 0.9); // three people say little
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Hits divided by trials; 0 without trials.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// How often it happened.
    pub hits: usize,
    /// How often it could have.
    pub trials: usize,
    /// The number of independent trials that would tell as much (Kish's effective sample size).
    pub effective: f64,
}

/// How often a bootstrap draws.
const DRAWS: usize = 1_000;

impl Rate {
    const UNKNOWN: Self = Self { value: 0.0, low: 0.0, high: 1.0, hits: 0, trials: 0, effective: 0.0 };

    /// The rate over all units; the same units give the same interval.
    ///
    /// The interval is the wider of two, on each side: the percentile bootstrap over units (Efron 1979), which knows that the
    /// photos of one person fail together, and Wilson's score interval over trials, which is not empty where nothing (or
    /// everything) happened.
    pub fn of(units: &[Tally]) -> Self {
        let units: Vec<Tally> = units.iter().copied().filter(|unit| unit.trials > 0).collect();
        let (hits, trials) = units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.hits, sum.1 + unit.trials));
        if trials == 0 {
            return Self::UNKNOWN;
        }
        let value = hits as f64 / trials as f64;
        let (mut low, mut high) = wilson(value, trials as f64);
        let mut random = Random::new(units.len() as u64);
        let mut draw = || {
            let mut sum = Tally::default();
            for _ in 0..units.len() {
                let unit = units[random.below(units.len())];
                sum.hits += unit.hits;
                sum.trials += unit.trials;
            }
            sum.hits as f64 / sum.trials as f64
        };
        let mut rates: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
        rates.sort_unstable_by(f64::total_cmp);
        low = low.min(rates[DRAWS / 40]);
        high = high.max(rates[DRAWS - 1 - DRAWS / 40]);
        let variance = rates.iter().map(|rate| (rate - value).powi(2)).sum::<f64>() / DRAWS as f64;
        let effective = effective(value, variance).map_or(trials as f64, |effective| effective.min(trials as f64));
        Self { value, low, high, hits, trials, effective }
    }

    /// The rate over trials between two people each (numbers below `people`): whose face it is, whom it is nearest to, and whether
    /// it happened.
    ///
    /// Trials fail together if they have a person in common, in either place: a face that strangers resemble is a bad face to
    /// ask for and a bad one to have in a list. Their variance is the dyadic one (Fafchamps and Gubert 2007; Aronow, Samii and
    /// Assenova 2015). The interval is Wilson's with as many trials as would have that variance if they were independent; where
    /// nothing or everything happened, with as many as there are pairs of people.
    pub fn between(people: usize, trials: impl Iterator<Item = (usize, usize, bool)> + Clone) -> Self {
        let (hits, count) = trials.clone().fold((0, 0), |sum, trial| (sum.0 + usize::from(trial.2), sum.1 + 1));
        if count == 0 {
            return Self::UNKNOWN;
        }
        let value = hits as f64 / count as f64;
        let (mut of_person, mut of_pair) = (vec![0.0; people], HashMap::<(usize, usize), f64>::new());
        for (face, nearest, hit) in trials {
            let residual = f64::from(u8::from(hit)) - value;
            of_person[face] += residual;
            let shared = of_pair.entry((face.min(nearest), face.max(nearest))).or_default();
            // Who is taken for himself is one person, not two.
            if nearest != face {
                of_person[nearest] += residual;
                *shared += residual;
            }
        }
        let square = |sum: f64, residual: &f64| sum + residual * residual;
        // What two trials have in common is counted for each person that they share; trials of one pair share two.
        let twice: f64 = of_pair.values().fold(0.0, square);
        let variance = (of_person.iter().fold(0.0, square) - twice) / (count as f64).powi(2);
        let pairs = of_pair.len().max(1) as f64;
        let effective = effective(value, variance).map_or(pairs, |effective| effective.min(count as f64));
        let (low, high) = wilson(value, effective);
        Self { value, low, high, hits, trials: count, effective }
    }

    /// The interval in which the rate that a threshold was fitted for is expected, if the data of the fit were worth `fitted_on`
    /// independent trials. It is wider than the plain one, since not only this measurement but also the threshold is uncertain.
    pub fn with_fit(&self, fitted_on: f64) -> [f64; 2] {
        let (low, high) = wilson(self.value, (self.effective.recip() + fitted_on.recip()).recip());
        [low, high]
    }

    /// Whether `rate` lies in the interval.
    pub fn admits(&self, rate: f64) -> bool {
        (self.low..=self.high).contains(&rate)
    }
}

impl fmt::Display for Rate {
    /// As `0.9870 [0.9812, 0.9911]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} [{:.4}, {:.4}]", self.value, self.low, self.high)
    }
}

/// The number of independent trials that have this variance; `None` if there is none.
fn effective(rate: f64, variance: f64) -> Option<f64> {
    Some(rate * (1.0 - rate) / variance).filter(|effective| effective.is_finite() && *effective > 0.0)
}

/// Wilson's score interval (1927) at 95 % for a rate of `n` trials.
pub(super) fn wilson(rate: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_985;
    let centre = rate + Z * Z / (2.0 * n);
    let reach = Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - reach) / scale).max(0.0), ((centre + reach) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_textbook() {
        // statsmodels: proportion_confint(7, 20, method="wilson")
        let (low, high) = wilson(7.0 / 20.0, 20.0);
        assert!((low - 0.181_192_0).abs() < 1e-6 && (high - 0.567_145_7).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn nothing_seen_is_not_nothing_possible() {
        let rate = Rate::of(&vec![Tally { hits: 0, trials: 1 }; 1_000]);
        assert_eq!((rate.value, rate.low), (0.0, 0.0));
        assert!(rate.high > 0.003 && rate.high < 0.005, "{rate}");
        assert_eq!(Rate::of(&[]).high, 1.0);
    }

    #[test]
    fn photos_of_one_person_count_less_than_as_many_people() {
        let people = vec![Tally { hits: 9, trials: 10 }; 100];
        let clustered: Vec<Tally> =
            (0..100).map(|at| Tally { hits: if at % 10 == 0 { 0 } else { 10 }, trials: 10 }).collect();
        let (even, uneven) = (Rate::of(&people), Rate::of(&clustered));
        assert_eq!(even.value, uneven.value);
        assert!(uneven.high - uneven.low > 2.0 * (even.high - even.low), "{even} {uneven}");
    }

    /// Each person has a leaning; two whose leanings add up to enough are taken for each other. What 100 people tell of all people.
    #[test]
    fn trials_that_share_a_person_are_not_independent() {
        let mut random = Random::new(2);
        let mut samples = Vec::new();
        for _ in 0..300 {
            let leaning: Vec<usize> = (0..100).map(|_| random.below(100)).collect();
            let trials: Vec<_> = (0..100)
                .flat_map(|face| (0..100).filter(move |other| *other != face).map(move |other| (face, other)))
                .map(|(face, other)| (face, other, leaning[face] + leaning[other] > 150))
                .collect();
            let faces = trials
                .chunks(99)
                .map(|of_one| Tally { hits: of_one.iter().filter(|trial| trial.2).count(), trials: of_one.len() });
            samples.push((Rate::between(100, trials.iter().copied()), Rate::of(&faces.collect::<Vec<_>>())));
        }
        let truth = samples.iter().map(|(rate, _)| rate.value).sum::<f64>() / 300.0;
        let covered = |admits: &dyn Fn(&(Rate, Rate)) -> bool| samples.iter().filter(|sample| admits(sample)).count();
        let (both, faces) = (covered(&|rates| rates.0.admits(truth)), covered(&|rates| rates.1.admits(truth)));
        assert!((276..=297).contains(&both), "{both} of 300 intervals have the truth");
        assert!(faces < 225, "{faces}: faces alone do not tell what the list adds");
        let nothing = Rate::between(100, (0..99).map(|face| (face, face + 1, false)));
        assert!((nothing.low, nothing.value) == (0.0, 0.0) && nothing.high > 0.03 && nothing.high < 0.05, "{nothing}");
        let right = Rate::between(50, (0..1_000).map(|at| (at % 50, at % 50, true)));
        assert!(right.low > 0.9 && right.low < 0.95, "fifty people: {right}");
        let himself = Rate::between(2, (0..2_000).map(|at| (at % 2, at % 2, at % 2 == 0)));
        assert!(himself.low < 0.2 && himself.high > 0.8, "two people: {himself}");
    }

    /// Of 200 samples of a rate of 0.2, about 190 have it in their interval.
    #[test]
    fn the_interval_covers_the_truth_as_often_as_it_says() {
        let mut random = Random::new(1);
        let mut covered = 0;
        for _ in 0..200 {
            let units: Vec<Tally> =
                (0..150).map(|_| Tally { hits: usize::from(random.below(5) == 0), trials: 1 }).collect();
            covered += usize::from(Rate::of(&units).admits(0.2));
        }
        assert!((184..=200).contains(&covered), "{covered}");
    }
}

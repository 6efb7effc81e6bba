//! A rate and how sure it is.

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
/// The interval is the wider of two, on each side: the percentile bootstrap over units (Efron 1979), which knows that the
/// photos of one person fail together, and Wilson's score interval over trials, which is not empty where nothing (or
/// everything) happened.
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
    /// Hits by trials; 0 without trials.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// How often it happened.
    pub hits: usize,
    /// How often it could have.
    pub trials: usize,
}

/// How often a bootstrap draws.
const DRAWS: usize = 1_000;

impl Rate {
    /// The rate over all units; the same units give the same interval.
    pub fn of(units: &[Tally]) -> Self {
        let units: Vec<Tally> = units.iter().copied().filter(|unit| unit.trials > 0).collect();
        let (hits, trials) = units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.hits, sum.1 + unit.trials));
        if trials == 0 {
            return Self { value: 0.0, low: 0.0, high: 1.0, hits, trials };
        }
        let value = hits as f64 / trials as f64;
        let (mut low, mut high) = wilson(hits, trials);
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
        Self { value, low, high, hits, trials }
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

/// Wilson's score interval (1927) at 95 %.
fn wilson(hits: usize, trials: usize) -> (f64, f64) {
    const Z: f64 = 1.959_963_985;
    let (n, rate) = (trials as f64, hits as f64 / trials as f64);
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
        let (low, high) = wilson(7, 20);
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

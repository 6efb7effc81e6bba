//! The score that keeps a rate of false positives, given the number of candidates and of their photos.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The score from which a face gets a name, by the rate of false positives, the number of candidates and the photos of the
/// candidate.
///
/// The score is the cosine of a face and the mean of a candidate's photos, less half the [`Crowding`](super::Crowding) around
/// each. Of N candidates only the most alike counts, so each alone may reach the threshold 1/N as often as the rate says: what
/// matters is `x = log10(candidates / rate)`: 1 for a rate of 0.1 and one candidate, 9 for a rate of 0.0001 and 100,000
/// candidates. Then
///
/// `threshold = level[0] + level[1] · √x + level[2] · x + (1 − 1/photos) · (photos[0] + photos[1] · x)`
///
/// is the curve. The upper end of a normal distribution grows with √x, that of an exponential one with x; scores lie between the two.
/// The last term is for candidates with several photos: the more there are, the less their mean still changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// The curve for candidates with one photo.
    pub level: [f32; 3],
    /// What is added for candidates with several photos.
    pub photos: [f32; 2],
}

impl Thresholds {
    /// The rates of false positives that may be asked for.
    pub const RATES: RangeInclusive<f64> = 1e-4..=0.1;

    /// The factors of the five numbers in a threshold.
    pub(crate) fn terms(fp: f64, candidates: usize, photos: usize) -> [f64; 5] {
        let x = (candidates.max(1) as f64 / fp).log10().max(0.0);
        let settled = 1.0 - 1.0 / photos.max(1) as f64;
        [1.0, x.sqrt(), x, settled, settled * x]
    }

    /// The score that a candidate of so many photos requires.
    pub fn of(&self, fp: f64, candidates: usize, photos: usize) -> f32 {
        self.at(Self::terms(fp, candidates, photos)) as f32
    }

    pub(crate) fn at(&self, terms: [f64; 5]) -> f64 {
        let numbers = self.level.iter().chain(&self.photos);
        numbers.zip(terms).map(|(&number, term)| f64::from(number) * term).sum()
    }

    /// # Errors
    /// [`Error::Option`] for a rate outside [`RATES`](Self::RATES).
    pub(super) fn check_rate(fp: f64) -> Result<()> {
        if Self::RATES.contains(&fp) {
            return Ok(());
        }
        Err(Error::Option { name: "false-positive rate", reason: format!("{fp} is not from 0.0001 to 0.1") })
    }

    /// # Errors
    /// [`Error::Calibration`] for numbers that are no threshold, or one that falls where it must rise: with the candidates, or
    /// with a stricter rate.
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |reason: &str| Err(Error::Calibration { reason: reason.into() });
        if !self.level.iter().chain(&self.photos).all(|number| number.abs() <= 10.0) {
            return wrong("a number of the thresholds is not from -10 to 10");
        }
        for photos in [1, usize::MAX] {
            let rising: Vec<f32> =
                (0..=32).map(|step| self.of(10f64.powf(-0.25 * f64::from(step) - 1.0), 1, photos)).collect();
            if !rising.windows(2).all(|pair| pair[0] <= pair[1]) {
                return wrong("its thresholds do not rise with the number of candidates");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: Thresholds = Thresholds { level: [0.1, 0.05, 0.02], photos: [0.03, -0.005] };

    #[test]
    fn the_threshold_is_that_of_the_formula() {
        // x is 4.
        let many = 0.8 * (0.03 - 0.005 * 4.0);
        assert!((CURVE.of(1e-2, 100, 5) - (0.1 + 0.05 * 2.0 + 0.02 * 4.0 + many)).abs() < 1e-6);
        assert_eq!(CURVE.of(1e-3, 10, 1), CURVE.of(1e-2, 100, 1), "a tenth of the rate is ten times the people");
        assert_eq!(CURVE.of(1e-3, 0, 0), CURVE.of(1e-3, 1, 1));
    }

    #[test]
    fn a_curve_that_falls_is_refused() {
        assert!(CURVE.check().is_ok());
        for bad in [
            Thresholds { level: [0.1, 0.05, -0.1], ..CURVE },
            Thresholds { photos: [0.0, -0.1], ..CURVE },
            Thresholds { level: [f32::NAN, 0.1, 0.1], ..CURVE },
            Thresholds { level: [11.0, 0.1, 0.1], ..CURVE },
        ] {
            assert_eq!(bad.check().unwrap_err().code(), "calibration", "{bad:?}");
        }
        for rate in [0.0, 0.2, -1.0, f64::NAN, 9e-5] {
            assert_eq!(Thresholds::check_rate(rate).unwrap_err().code(), "option");
        }
        assert!(Thresholds::check_rate(1e-4).is_ok() && Thresholds::check_rate(0.1).is_ok());
    }
}

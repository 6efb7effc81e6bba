//! For which rates of false positives there are enough negatives.

use crate::error::{Error, Result};

/// Whether there are enough negatives to measure a rate of false positives, and how finely.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Resolution {
    /// The negatives that are allowed to pass at this rate, at least 1.
    pub allowed: f64,
}

impl Resolution {
    /// Whether fewer than ten negatives may pass: the rate is then uncertain by a factor of two, and the figure should be marked.
    pub fn is_coarse(&self) -> bool {
        self.allowed < 10.0
    }
}

/// Refuses a rate of false positives at which not even one negative may pass: its threshold would be made up.
///
/// # Errors
/// [`Error::Option`] for a rate outside 0…1 (exclusive), [`Error::Evaluation`] with the number of negatives needed.
///
/// ```
/// use facecore::evaluate::resolve;
/// assert!(resolve(3_000, 1e-3)?.is_coarse()); // LFW: three pairs
/// assert!(resolve(3_000, 1e-4).is_err());
/// # Ok::<(), facecore::Error>(())
/// ```
pub fn resolve(negatives: usize, fp: f64) -> Result<Resolution> {
    if !(fp > 0.0 && fp < 1.0) {
        return Err(Error::Option { name: "fp", reason: format!("{fp} is not between 0 and 1") });
    }
    // 1000 × 0.001 must not fail because of rounding.
    let allowed = negatives as f64 * fp * (1.0 + 1e-12);
    if allowed < 1.0 {
        let needed = (1.0 / fp).ceil();
        let mut reason = format!("a rate of false positives of {fp} needs {needed} negatives, there are {negatives}");
        reason += ": take more photos of more people";
        // A rate of 1 would be none.
        if negatives > 1 {
            reason += &format!(", or ask for a rate of 1/{negatives} or more");
        }
        return Err(Error::Evaluation { reason });
    }
    Ok(Resolution { allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_negative_must_be_allowed_to_pass() {
        assert_eq!(resolve(999, 1e-3).unwrap_err().code(), "evaluation");
        assert!(resolve(1_000, 1e-3).unwrap().is_coarse());
        assert!(!resolve(10_000, 1e-3).unwrap().is_coarse());
        for fp in [0.0, 1.0, -0.1, f64::NAN] {
            assert_eq!(resolve(1_000, fp).unwrap_err().code(), "option");
        }
    }
}

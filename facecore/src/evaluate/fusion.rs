//! Do two networks together know more than the better one alone?

use super::verification::{MeanStd, PairScore, Verification, verify};
use crate::error::{Error, Result};

/// An ensemble's shares, and whether it earns its cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Fusion {
    /// The share of the first member, chosen on all pairs; the second has the rest.
    pub share: f64,
    /// TP@FP of each fold with the share chosen on the others.
    pub tp_at_fp: MeanStd,
    /// The same of the better member alone.
    pub best_member: MeanStd,
    /// Whether the mean of `tp_at_fp` is above the better member's; otherwise use that alone.
    pub helps: bool,
}

/// Fits the share of two members on their distances of the same pairs.
///
/// The distance of an [`Ensemble`](crate::Ensemble) is the weighted mean of the members' distances, so nothing is embedded again.
/// Each fold is measured with the share (0.1, 0.2 … 0.9) that has the best TP@FP on the other folds.
///
/// # Errors
/// [`Error::Evaluation`] if the members' pairs are not the same, and the errors of [`verify`].
pub fn fit_share(first: &[PairScore], second: &[PairScore], folds: usize, fp: f64) -> Result<Fusion> {
    let alike = |(a, b): (&PairScore, &PairScore)| a.same == b.same && a.fold == b.fold;
    if first.len() != second.len() || !first.iter().zip(second).all(alike) {
        return Err(Error::Evaluation { reason: "the members of an ensemble need scores of the same pairs".into() });
    }
    let shares: Vec<f64> = (1..10).map(|tenth| f64::from(tenth) / 10.0).collect();
    let mixed = |share: f64| -> Vec<PairScore> {
        let mix = |(a, b): (&PairScore, &PairScore)| PairScore {
            distance: share * a.distance + (1.0 - share) * b.distance,
            ..*a
        };
        first.iter().zip(second).map(mix).collect()
    };
    let results = shares.iter().map(|&share| verify(&mixed(share), folds, fp)).collect::<Result<Vec<_>>>()?;
    let members = [verify(first, folds, fp)?, verify(second, folds, fp)?];
    let best = |without: Option<usize>| {
        let mean = |result: &Verification| {
            let tps = result.folds.iter().enumerate().filter(|(fold, _)| Some(*fold) != without);
            tps.map(|(_, fold)| fold.tp).sum::<f64>()
        };
        (0..shares.len()).rev().max_by(|&a, &b| mean(&results[a]).total_cmp(&mean(&results[b]))).unwrap_or(0)
    };
    let tp_at_fp = MeanStd::of((0..folds).map(|fold| results[best(Some(fold))].folds[fold].tp));
    let [a, b] = members.map(|member| member.tp_at_fp);
    let best_member = if a.mean >= b.mean { a } else { b };
    Ok(Fusion { share: shares[best(None)], tp_at_fp, best_member, helps: tp_at_fp.mean > best_member.mean })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::random::Random;

    fn scores(noise: usize, seed: u64) -> Vec<PairScore> {
        let mut random = Random::new(seed);
        let mut pair = |fold, same| PairScore {
            distance: if same { 0.6 } else { 1.4 } + (random.below(noise) + random.below(noise)) as f64 / 1_000.0
                - noise as f64 / 1_000.0,
            same,
            fold,
        };
        (0..2_000).map(|at| pair(at % 4, at % 8 < 4)).collect()
    }

    #[test]
    fn independent_errors_cancel_out() {
        let fusion = fit_share(&scores(600, 1), &scores(600, 2), 4, 0.01).unwrap();
        assert!(fusion.helps && fusion.tp_at_fp.mean > fusion.best_member.mean + 0.05, "{fusion:?}");
        assert!((0.3..=0.7).contains(&fusion.share));
    }

    #[test]
    fn a_useless_member_does_not_help() {
        let noise: Vec<PairScore> = scores(600, 1)
            .iter()
            .zip(scores(4_000, 3))
            .map(|(a, b)| PairScore { distance: b.distance, ..*a })
            .collect();
        let fusion = fit_share(&scores(600, 1), &noise, 4, 0.01).unwrap();
        assert!(!fusion.helps && fusion.share > 0.8, "{fusion:?}");
        assert!(fit_share(&noise[1..], &noise, 4, 0.01).is_err());
    }
}

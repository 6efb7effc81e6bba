//! What a map is worth on people it was not learned from, and thresholds for the new space.

use super::adaptation::{Adaptation, wrong};
use crate::embed::Embedding;
use crate::error::Result;
use crate::evaluate::{AcceptRates, AllPairs, AllPairsOptions, LabelledFaces, Offsets, OperateAt, all_pairs};

/// Verification over all pairs of some faces, as they are and carried into the new space.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// In the old space.
    pub before: AllPairs,
    /// In the new one.
    pub after: AllPairs,
}

/// Measures faces before and after an adaptation, at the same rates of false positives.
///
/// Give it people whom the fit was not given: on its own people every map looks good.
///
/// # Errors
/// The errors of [`all_pairs`] and of [`Adaptation::apply`].
///
/// ```
/// # use facecore::adapt::{Adaptation, compare};
/// # use facecore::evaluate::{AllPairsOptions, LabelledFaces, OperateAt};
/// # use facecore::{Embedding, SpaceId};
/// # let space = SpaceId(*b"example!");
/// let face = |x, y, z| Embedding::new(space, vec![x, y, z]).unwrap();
/// // Two people who differ in the second value alone, and photos that differ in the third.
/// let faces = [face(1.0, 0.2, 1.0), face(1.0, 0.2, -1.0), face(1.0, -0.2, 1.0), face(1.0, -0.2, -1.0)];
/// let labelled = LabelledFaces { faces: &faces, people: &[1, 1, 2, 2], groups: None, slices: None };
/// let adaptation = Adaptation::new(space, 3, vec![1.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0])?;
/// let options = AllPairsOptions { points: vec![OperateAt::FalsePositives(0.25)], ..AllPairsOptions::default() };
/// let comparison = compare(&labelled, &adaptation, &options)?;
/// let tp = |rates: &facecore::evaluate::AllPairs| rates.points[0].tp.unwrap().value;
/// assert_eq!((tp(&comparison.before), tp(&comparison.after)), (0.0, 1.0));
/// comparison.check(0.0)?;
/// # Ok::<(), facecore::Error>(())
/// ```
pub fn compare(labelled: &LabelledFaces<'_>, adaptation: &Adaptation, options: &AllPairsOptions) -> Result<Comparison> {
    let before = all_pairs(labelled, &Offsets::none(labelled.faces.len()), options)?;
    let after = carried(labelled, adaptation, options)?;
    Ok(Comparison { before, after })
}

impl Comparison {
    /// An error if the adaptation made recognition worse: for faces of a general set, not of one's own people.
    ///
    /// `allowed` is how far the rate of true positives may fall at any point, 0…1: with few people, a small fall is chance.
    ///
    /// # Errors
    /// [`Error::Adaptation`](crate::Error::Adaptation) with the first point at which more was lost.
    pub fn check(&self, allowed: f64) -> Result<()> {
        for (before, after) in self.before.points.iter().zip(&self.after.points) {
            let (Some(was), Some(is)) = (before.tp, after.tp) else { continue };
            if is.value < was.value - allowed {
                let at = match after.at {
                    OperateAt::FalsePositives(rate) => format!("false positives of {rate}"),
                    OperateAt::Score(score) => format!("a threshold of {score}"),
                };
                let reason = format!("at {at} true positives fell from {:.4} to {:.4}", was.value, is.value);
                return Err(wrong(reason + "; keep the old space, or learn from more people"));
            }
        }
        Ok(())
    }
}

/// The threshold for the new space: the cosine that accepts as many pairs of two people there as `threshold` does in the old one.
///
/// # Errors
/// [`Error::Adaptation`](crate::Error::Adaptation) if the old threshold accepts all pairs of two people or none of these faces, since
/// nothing can be told of the new one then; the errors of [`compare`].
pub fn carry_threshold(
    labelled: &LabelledFaces<'_>,
    adaptation: &Adaptation,
    threshold: f32,
    options: &AllPairsOptions,
) -> Result<AcceptRates> {
    let at = |point| AllPairsOptions { points: vec![point], ..options.clone() };
    let offsets = Offsets::none(labelled.faces.len());
    let rate = only(all_pairs(labelled, &offsets, &at(OperateAt::Score(threshold)))?)?.fp.value;
    if rate <= 0.0 || rate >= 1.0 {
        let accepted = if rate > 0.0 { "all" } else { "none" };
        let reason = format!("the threshold {threshold} accepts {accepted} of the pairs of two people");
        return Err(wrong(reason + ": take more faces, or a threshold between"));
    }
    only(carried(labelled, adaptation, &at(OperateAt::FalsePositives(rate)))?)
}

fn carried(labelled: &LabelledFaces<'_>, adaptation: &Adaptation, options: &AllPairsOptions) -> Result<AllPairs> {
    let faces: Vec<Embedding> = labelled.faces.iter().map(|face| adaptation.apply(face)).collect::<Result<_>>()?;
    all_pairs(&LabelledFaces { faces: &faces, ..*labelled }, &Offsets::none(faces.len()), options)
}

fn only(measured: AllPairs) -> Result<AcceptRates> {
    measured.points.into_iter().next().ok_or_else(|| wrong("nothing was measured"))
}

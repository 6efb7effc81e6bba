//! Fits the [`MatchingNumbers`] of a space on labelled faces.
//!
//! 1. *Crowding*: measured around each face, by a cohort of one photo of everybody who is not of the face's family; then a ridge
//!    regression learns to predict it from the face.
//! 2. *Thresholds*: how often the score of a stranger and a candidate of so many photos reaches a threshold. Here the crowding of
//!    a face is predicted by a regression on the other half of the families, so that no face is scored by numbers that were
//!    learned from it.
//! 3. *Caution*: the curve is fitted for a rate [`MatchingFit::caution`] times smaller than the one that is asked for, and lies
//!    on or above the score that each set of photos needs.

use super::curve::{Asked, curve};
use super::tail::Tail;
use super::{Face, LabelledSet, faces, too_few};
use crate::embed::Embedding;
use crate::error::Result;
use crate::matching::{Cohort, Crowding, MatchingNumbers};

/// How [`fit_matching`] fits.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchingFit {
    /// The random features of the crowding.
    pub features: usize,
    /// The ridge of the crowding.
    pub ridge: f64,
    /// Other seeds give other features, and draw other photos.
    pub seed: u32,
    /// For which numbers of photos of a candidate scores are measured.
    pub photos: Vec<usize>,
    /// The score for a rate of false positives is the one at which the data show a rate this many times smaller. Default 1.5.
    pub caution: f64,
}

impl Default for MatchingFit {
    fn default() -> Self {
        Self { features: 1_024, ridge: 1e-2, seed: 1, photos: vec![1, 2, 3, 5, 10], caution: 1.5 }
    }
}

/// Fits the numbers of a matcher on labelled people.
///
/// The same sets in the same order give the same numbers.
///
/// # Errors
/// [`Error::Evaluation`](crate::Error::Evaluation) for too few people, or a number of families that is not that of people; [`Error::Calibration`](crate::Error::Calibration) if the faces
/// determine no numbers; the errors of comparing faces.
pub fn fit_matching(sets: &[LabelledSet<'_>], options: &MatchingFit) -> Result<MatchingNumbers> {
    let faces = faces(sets)?;
    let targets = targets(&faces)?;
    let fit = |keep: &dyn Fn(&Face<'_>) -> bool| {
        let known = faces.iter().zip(&targets).filter(|(face, _)| keep(face));
        let known: Vec<(&Embedding, f32)> = known.map(|(face, &target)| (face.embedding, target)).collect();
        Crowding::fit(&known, options.features, options.ridge, options.seed)
    };
    let halves = [fit(&|face| face.family % 2 == 1)?, fit(&|face| face.family % 2 == 0)?];
    let mut asked = Vec::new();
    for set in 0..sets.len() {
        for &photos in &options.photos {
            let mut tail = Tail::default();
            for (half, crowding) in halves.iter().enumerate() {
                let here = faces.iter().filter(|face| face.set == set && face.family % 2 == half);
                tail.add(&here.collect::<Vec<_>>(), photos, crowding, options.seed)?;
            }
            asked.extend(tail.scores().map(|(x, score)| Asked { x, photos, score }));
        }
    }
    let first = faces.first().ok_or_else(|| too_few("nobody"))?;
    Ok(MatchingNumbers {
        space: first.embedding.space(),
        people: sets.iter().map(|set| set.people.len()).sum(),
        margin: 0.0,
        thresholds: curve(&asked, options.caution)?,
        crowding: fit(&|_| true)?,
    })
}

/// The crowding around each face, by one photo of everybody who is not of its family.
fn targets(faces: &[Face<'_>]) -> Result<Vec<f32>> {
    let members: Vec<&Face<'_>> = faces.iter().filter(|face| face.photo == 0).collect();
    let of = |face: &Face<'_>| -> Result<f32> {
        let others = members.iter().filter(|member| member.family != face.family);
        let cosines = others.map(|member| face.embedding.cosine(member.embedding)).collect::<Result<Vec<_>>>()?;
        if cosines.is_empty() { Err(too_few("one family")) } else { Ok(Cohort::crowding_by(cosines)) }
    };
    faces.iter().map(of).collect()
}

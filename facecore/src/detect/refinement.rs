//! R-Net and O-Net: look at each candidate more closely. One crop a run: tract is slower on batches.

use std::ops::ControlFlow;

use super::budget::{Allowance, Cut, StopAt, same_place, within};
use super::candidate::Candidate;
use super::suppression::{Overlap, suppress};
use super::{DetectOptions, Scratch, normalised, probability};
use crate::error::{Error, Result};
use crate::geometry::Landmarks;
use crate::net::Network;
use crate::photo::Photo;

const R_SIDE: usize = 24;
const O_SIDE: usize = 48;

/// R-Net: rejects most candidates and moves the rest, squared for O-Net.
pub(super) fn refine(
    net: &Network,
    photo: &Photo<'_>,
    candidates: &[Candidate],
    options: &DetectOptions,
    stop_at: StopAt,
    scratch: &mut Scratch,
    cut: &mut Cut,
) -> Result<Vec<Candidate>> {
    let mut allowance = Allowance::new(options.budget.max_candidates);
    let mut passed = Vec::new();
    for (seen, candidate) in candidates.iter().enumerate() {
        if stop_at.reached() {
            cut.stop(candidates.len() - seen);
            break;
        }
        let answer = allowance.show(&candidate.area, || {
            let Some(input) = candidate.crop(photo, R_SIDE, scratch) else { return Ok(false) };
            let [logit, offset @ ..] = answer::<5>(net, input, R_SIDE)?;
            let score = probability(logit);
            let passes = score > options.thresholds[1];
            if passes {
                passed.push((Candidate { score, ..*candidate }, offset));
            }
            Ok(passes)
        })?;
        cut.candidates += usize::from(answer.is_none());
    }
    Ok(kept(&passed, |(candidate, _)| candidate, Overlap::Union)
        .map(|(mut candidate, offset)| {
            let (width, height) = candidate.inclusive_size();
            candidate.regress(offset, width, height);
            candidate.square();
            candidate
        })
        .collect())
}

/// Of candidates, best first, as many as O-Net may see: those of different places before those at the same place.
pub(super) fn choose(candidates: Vec<Candidate>, bound: usize, cut: &mut Cut) -> Vec<Candidate> {
    let kept = within(candidates.len(), bound);
    if kept == candidates.len() {
        return candidates;
    }
    let mut places: Vec<Candidate> = Vec::new();
    let mut others = Vec::new();
    for candidate in &candidates {
        let known = places.iter().any(|place| same_place(&place.area, &candidate.area));
        if known { &mut others } else { &mut places }.push(*candidate);
    }
    places.append(&mut others);
    places.truncate(kept);
    cut.candidates += candidates.len() - kept;
    places
}

/// O-Net: the final word, with landmarks. Boxes are neither squared nor truncated.
pub(super) fn output(
    net: &Network,
    photo: &Photo<'_>,
    candidates: &[Candidate],
    threshold: f32,
    stop_at: StopAt,
    scratch: &mut Scratch,
    cut: &mut Cut,
) -> Result<Vec<(Candidate, Landmarks)>> {
    let mut passed = Vec::new();
    for (seen, candidate) in candidates.iter().enumerate() {
        if stop_at.reached() {
            cut.stop(candidates.len() - seen);
            break;
        }
        let Some(input) = candidate.crop(photo, O_SIDE, scratch) else { continue };
        let [logit, dx1, dy1, dx2, dy2, points @ ..] = answer::<15>(net, input, O_SIDE)?;
        let score = probability(logit);
        if score > threshold {
            let (width, height) = candidate.inclusive_size();
            let landmarks = std::array::from_fn(|point| {
                [points[point] * width + candidate.area.x1 - 1.0, points[point + 5] * height + candidate.area.y1 - 1.0]
            });
            let mut face = Candidate { score, ..*candidate };
            face.regress([dx1, dy1, dx2, dy2], width, height);
            passed.push((face, landmarks));
        }
    }
    Ok(kept(&passed, |(candidate, _)| candidate, Overlap::Min).collect())
}

fn answer<const N: usize>(net: &Network, input: &[f32], side: usize) -> Result<[f32; N]> {
    let mut numbers = None;
    net.run(normalised(input, [side, side]), &mut |answer| {
        numbers = answer.cells().next().and_then(|cell| cell.try_into().ok());
        ControlFlow::Break(())
    })?;
    numbers.ok_or_else(|| Error::Internal { reason: format!("a network does not answer {N} numbers") })
}

fn kept<T: Copy>(passed: &[T], candidate: impl Fn(&T) -> &Candidate, overlap: Overlap) -> impl Iterator<Item = T> {
    let boxes: Vec<_> = passed.iter().map(|item| (candidate(item).area, candidate(item).score)).collect();
    suppress(&boxes, 0.7, overlap).into_iter().map(|index| passed[index])
}

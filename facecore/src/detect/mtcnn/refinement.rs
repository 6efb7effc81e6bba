//! R-Net and O-Net: look at each candidate more closely.

use std::ops::ControlFlow;

use super::super::budget::{Cut, within};
use super::super::suppression::{Overlap, suppress};
use super::allowance::{Allowance, same_place};
use super::candidate::Candidate;
use super::{Run, Scratch, normalised, probability};
use crate::error::Result;
use crate::geometry::Landmarks;
use crate::net::Network;
use crate::photo::Photo;

const R_SIDE: usize = 24;
const O_SIDE: usize = 48;

/// Crops that a network sees at once: so many share its last layers' weights, and none is late for a deadline.
const BATCH: usize = 12;

/// R-Net: rejects most candidates and moves the rest, squared for O-Net. Answers them and how many it saw.
pub(super) fn refine(net: &Network, candidates: &[Candidate], run: &mut Run<'_>) -> Result<(Vec<Candidate>, usize)> {
    let (stop_at, threshold) = (run.stop_at(0.75), run.options.mtcnn.thresholds[1]);
    let mut allowance = Allowance::new(run.options.budget.max_candidates);
    let mut passed = Vec::new();
    let mut left = candidates;
    while !left.is_empty() {
        if stop_at.reached() {
            run.cut.stop(left.len());
            break;
        }
        // As far as the answers so far allow; at each answer the allowance is asked again.
        let allowed = |(at, candidate): &(usize, &Candidate)| allowance.allows(&candidate.area, *at);
        let count = left.iter().enumerate().take(BATCH).take_while(allowed).count();
        if count == 0 {
            run.cut.candidates += 1;
            left = &left[1..];
            continue;
        }
        let (batch, rest) = left.split_at(count);
        left = rest;
        answers::<5>((net, R_SIDE), run.photo, batch, run.scratch, |candidate, answer| {
            if !allowance.allows(&candidate.area, 0) {
                run.cut.candidates += 1;
                return;
            }
            let score = answer.map(|[logit, ..]| probability(logit)).filter(|&score| score > threshold);
            allowance.count(&candidate.area, score.is_some());
            if let Some((score, [_, offset @ ..])) = score.zip(answer) {
                passed.push((Candidate { score, ..*candidate }, offset));
            }
        })?;
    }
    let refined = kept(&passed, |(candidate, _)| candidate, Overlap::Union)
        .map(|(mut candidate, offset)| {
            let (width, height) = candidate.inclusive_size();
            candidate.regress(offset, width, height);
            candidate.square();
            candidate
        })
        .collect();
    Ok((refined, allowance.seen))
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
    candidates: &[Candidate],
    run: &mut Run<'_>,
) -> Result<Vec<(Candidate, Landmarks)>> {
    let (stop_at, threshold) = (run.stop_at(1.0), run.options.mtcnn.thresholds[2]);
    let mut passed = Vec::new();
    for (index, batch) in candidates.chunks(BATCH).enumerate() {
        if stop_at.reached() {
            run.cut.stop(candidates.len() - index * BATCH);
            break;
        }
        answers::<15>((net, O_SIDE), run.photo, batch, run.scratch, |candidate, answer| {
            let Some([logit, dx1, dy1, dx2, dy2, points @ ..]) = answer else { return };
            let score = probability(logit);
            if score > threshold {
                let (width, height) = candidate.inclusive_size();
                let landmarks = std::array::from_fn(|point| {
                    [
                        points[point] * width + candidate.area.x1 - 1.0,
                        points[point + 5] * height + candidate.area.y1 - 1.0,
                    ]
                });
                let mut face = Candidate { score, ..*candidate };
                face.regress([dx1, dy1, dx2, dy2], width, height);
                passed.push((face, landmarks));
            }
        })?;
    }
    Ok(kept(&passed, |(candidate, _)| candidate, Overlap::Min).collect())
}

/// Each candidate with what the network answers to its crop; none where there is nothing to crop.
fn answers<const N: usize>(
    (net, side): (&Network, usize),
    photo: &Photo<'_>,
    batch: &[Candidate],
    scratch: &mut Scratch,
    mut each: impl FnMut(&Candidate, Option<[f32; N]>),
) -> Result<()> {
    scratch.pixels.clear();
    let mut cropped = [false; BATCH];
    batch.iter().zip(&mut cropped).for_each(|(candidate, cropped)| *cropped = candidate.crop(photo, side, scratch));
    let mut numbers = [[0.0; N]; BATCH];
    if !scratch.pixels.is_empty() {
        let mut rows = numbers.iter_mut();
        net.run(normalised(&scratch.pixels, [side, side]), &mut |answer| {
            for (cell, row) in answer.cells().zip(&mut rows) {
                row.iter_mut().zip(cell).for_each(|(number, &value)| *number = value);
            }
            ControlFlow::Continue(())
        })?;
    }
    let mut numbers = numbers.into_iter();
    for (candidate, cropped) in batch.iter().zip(cropped) {
        each(candidate, if cropped { numbers.next() } else { None });
    }
    Ok(())
}

fn kept<T: Copy>(passed: &[T], candidate: impl Fn(&T) -> &Candidate, overlap: Overlap) -> impl Iterator<Item = T> {
    let boxes: Vec<_> = passed.iter().map(|item| (candidate(item).area, candidate(item).score)).collect();
    suppress(&boxes, 0.7, overlap).into_iter().map(|index| passed[index])
}

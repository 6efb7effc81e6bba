//! P-Net: where in the photo, at every scale, a face might be.

use std::ops::ControlFlow;

use super::budget::{self, Cut, StopAt};
use super::candidate::Candidate;
use super::suppression::{Overlap, suppress};
use super::{DetectOptions, DetectStats, normalised, probability};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::net::Network;
use crate::photo::{Photo, Resampler, Rule, Window};

/// P-Net sees 12×12 pixels and moves by 2.
const CELL: usize = 12;
const STRIDE: usize = 2;

/// A scaled photo runs in bands of about so many pixels: the memory stays bounded for a photo of any size.
const BAND_PIXELS: usize = 1 << 19;

/// The scales at which faces from `min_face` pixels up to the whole photo fill P-Net's cell.
pub(super) fn scales(width: u32, height: u32, options: &DetectOptions) -> Vec<f64> {
    let first = CELL as f64 / f64::from(options.min_face);
    let mut shortest = f64::from(width.min(height)) * first;
    let mut scales = Vec::new();
    while shortest >= CELL as f64 {
        let scale = first * f64::from(options.factor).powi(scales.len() as i32);
        if options.max_face > 0 && CELL as f64 / scale > f64::from(options.max_face) {
            break;
        }
        scales.push(scale);
        shortest *= f64::from(options.factor);
    }
    scales
}

/// Candidates of all scales after suppression and regression, squared, best first.
pub(super) fn propose(
    net: &Network,
    photo: &Photo<'_>,
    options: &DetectOptions,
    stop_at: StopAt,
    stats: &mut DetectStats,
    cut: &mut Cut,
) -> Result<Vec<Candidate>> {
    let mut scales = scales(photo.width(), photo.height(), options);
    let mut found = Vec::new();
    // The coarsest first: a budget that ends has seen the largest faces.
    while let Some(&scale) = scales.last() {
        let (width, height) = scaled_size(photo, scale);
        let pixels = stats.pixels + (width * height) as u64;
        if options.budget.max_pixels > 0 && pixels > options.budget.max_pixels {
            break;
        }
        let (of_scale, seen) = propose_at(net, photo, scale, options.thresholds[0], stop_at)?;
        stats.proposed += of_scale.len();
        stats.pixels += (seen * width) as u64;
        found.push(keep(&of_scale, 0.5).collect::<Vec<_>>());
        if seen < height {
            cut.deadline = true;
            break;
        }
        stats.scales += 1;
        scales.pop();
    }
    cut.scales = scales.len();
    // In the reference's order, which decides between equal scores.
    let found: Vec<Proposal> = found.into_iter().rev().flatten().collect();
    let mut candidates: Vec<Candidate> = keep(&found, 0.7)
        .map(|Proposal { area, score, offset }| {
            let mut candidate = Candidate { area, score };
            candidate.regress(offset, area.width(), area.height());
            candidate.square();
            candidate
        })
        .collect();
    stats.candidates = candidates.len();
    candidates.truncate(budget::within(stats.candidates, options.budget.max_candidates));
    cut.candidates += stats.candidates - candidates.len();
    Ok(candidates)
}

#[derive(Debug, Clone, Copy)]
struct Proposal {
    area: BoundingBox,
    score: f32,
    offset: [f32; 4],
}

fn keep(proposals: &[Proposal], limit: f32) -> impl Iterator<Item = Proposal> {
    let boxes: Vec<_> = proposals.iter().map(|p| (p.area, p.score)).collect();
    suppress(&boxes, limit, Overlap::Union).into_iter().map(|index| proposals[index])
}

/// Width and height of the photo at a scale.
fn scaled_size(photo: &Photo<'_>, scale: f64) -> (usize, usize) {
    let scaled = |side: u32| (f64::from(side) * scale).ceil() as usize;
    (scaled(photo.width()), scaled(photo.height()))
}

/// The cells that P-Net passes at a scale, and how many rows of the scaled photo it saw before it had to stop.
fn propose_at(
    net: &Network,
    photo: &Photo<'_>,
    scale: f64,
    threshold: f32,
    stop_at: StopAt,
) -> Result<(Vec<Proposal>, usize)> {
    let (width, height) = scaled_size(photo, scale);
    let whole = Window { x: 0, y: 0, width: photo.width() as usize, height: photo.height() as usize };
    let mut resampler = Resampler::new(photo, whole, width, height, Rule::Area);
    let rows_of_cells = (height - CELL).div_ceil(STRIDE) + 1;
    let rows_a_band = (BAND_PIXELS / width / STRIDE).max(8);
    // Spares nearly all cells the exponential.
    let hopeless = ((threshold / (1.0 - threshold)).ln() - 1e-3).min(15.0);
    let mut proposals = Vec::new();
    for first in (0..rows_of_cells).step_by(rows_a_band) {
        let top = first * STRIDE;
        if stop_at.reached() {
            return Ok((proposals, top));
        }
        // A band ends where its last cell ends, the last band with the photo: pooling rounds up there.
        let bottom = match first + rows_a_band {
            next if next >= rows_of_cells => height,
            next => (next - 1) * STRIDE + CELL,
        };
        let mut input = resampler.pixels(top..bottom);
        // The reference's pyramid has whole-numbered pixels.
        input.iter_mut().for_each(|value| *value = value.round_ties_even());
        let corner = |index: usize, cell_end: usize| ((STRIDE * index + cell_end) as f64 / scale).trunc() as f32;
        let mut wrong = None;
        net.run(normalised(&input, [bottom - top, width]), &mut |answer| {
            let y = answer.row + first;
            for (x, cell) in answer.cells().enumerate() {
                let Ok(&[logit, offset @ ..]) = <&[f32; 5]>::try_from(cell) else {
                    wrong = Some(cell.len());
                    return ControlFlow::Break(());
                };
                if logit < hopeless {
                    continue;
                }
                let score = probability(logit);
                if score >= threshold {
                    let area = BoundingBox::new(corner(x, 1), corner(y, 1), corner(x, CELL), corner(y, CELL));
                    proposals.push(Proposal { area, score, offset });
                }
            }
            ControlFlow::Continue(())
        })?;
        if let Some(channels) = wrong {
            return Err(Error::Internal { reason: format!("P-Net answers {channels} numbers a cell, not 5") });
        }
    }
    Ok((proposals, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_go_from_the_smallest_face_to_the_whole_photo() {
        let options = DetectOptions { min_face: 24, ..DetectOptions::default() };
        assert!(scales(100, 23, &options).is_empty());
        assert_eq!(scales(100, 24, &options), [0.5]);
        assert_eq!(scales(1000, 40, &options).len(), 2);
        let small_only = DetectOptions { max_face: 50, ..options };
        assert!(scales(5000, 5000, &small_only).iter().all(|scale| 12.0 / scale <= 50.0));
    }
}

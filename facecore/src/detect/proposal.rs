//! P-Net: where in the photo, at every scale, a face might be.

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
    stats: &mut DetectStats,
) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    for scale in scales(photo.width(), photo.height(), options) {
        let of_scale = propose_at(net, photo, scale, options.thresholds[0])?;
        stats.scales += 1;
        stats.proposed += of_scale.len();
        found.extend(keep(&of_scale, 0.5));
    }
    let mut candidates: Vec<Candidate> = keep(&found, 0.7)
        .map(|Proposal { area, score, offset }| {
            let mut candidate = Candidate { area, score };
            candidate.regress(offset, area.width(), area.height());
            candidate.square();
            candidate
        })
        .collect();
    stats.candidates = candidates.len();
    if options.max_candidates > 0 && candidates.len() > options.max_candidates {
        candidates.truncate(options.max_candidates);
    }
    stats.candidates_cut = stats.candidates - candidates.len();
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

fn wrong(channels: usize) -> Error {
    Error::Internal { reason: format!("P-Net answers {channels} numbers a cell, not 5") }
}

fn propose_at(net: &Network, photo: &Photo<'_>, scale: f64, threshold: f32) -> Result<Vec<Proposal>> {
    let scaled = |side: u32| (f64::from(side) * scale).ceil() as usize;
    let (width, height) = (scaled(photo.width()), scaled(photo.height()));
    let whole = Window { x: 0, y: 0, width: photo.width() as usize, height: photo.height() as usize };
    let mut resampler = Resampler::new(photo, whole, width, height, Rule::Area);
    let rows_of_cells = (height - CELL).div_ceil(STRIDE) + 1;
    let rows_a_band = (BAND_PIXELS / width / STRIDE).max(8);
    let mut proposals = Vec::new();
    for first in (0..rows_of_cells).step_by(rows_a_band) {
        let top = first * STRIDE;
        // A band ends where its last cell ends, the last band with the photo: pooling rounds up there.
        let bottom = match first + rows_a_band {
            next if next >= rows_of_cells => height,
            next => (next - 1) * STRIDE + CELL,
        };
        let mut input = resampler.pixels(top..bottom);
        // The reference's pyramid has whole-numbered pixels.
        input.iter_mut().for_each(|value| *value = value.round_ties_even());
        let corner = |index: usize, cell_end: usize| ((STRIDE * index + cell_end) as f64 / scale).trunc() as f32;
        net.run(normalised(&input, [bottom - top, width]), |answer| {
            for (at, cell) in answer.cells().enumerate() {
                let &[logit, offset @ ..]: &[f32; 5] = cell.try_into().map_err(|_| wrong(cell.len()))?;
                let score = probability(logit);
                if score >= threshold {
                    let (x, y) = (at % answer.columns, at / answer.columns + first);
                    let area = BoundingBox::new(corner(x, 1), corner(y, 1), corner(x, CELL), corner(y, CELL));
                    proposals.push(Proposal { area, score, offset });
                }
            }
            Ok(())
        })??;
    }
    Ok(proposals)
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

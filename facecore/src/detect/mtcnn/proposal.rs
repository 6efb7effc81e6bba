//! P-Net: where in the photo, at every scale, a face might be.

use std::ops::ControlFlow;
use std::time::Instant;

use super::super::options::DetectOptions;
use super::super::suppression::{Overlap, best_first, suppress};
use super::candidate::Candidate;
use super::{ProposalFilter, Run, Scratch, allowance, blobs, normalised, probability};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::net::{Answer, Kernels, Network};
use crate::photo::{Photo, Rule, Window, round};

/// P-Net sees 12×12 pixels and moves by 2.
const CELL: usize = 12;
const STRIDE: usize = 2;

/// Overlap above which a cell suppresses another one of its scale, or of another scale.
const IN_SCALE: f32 = 0.5;
const ACROSS_SCALES: f32 = 0.7;

/// A scaled photo runs in bands of about so many pixels: the memory stays bounded for a photo of any size.
const BAND_PIXELS: usize = 1 << 19;

/// The scales at which faces from the smallest one that is looked for up to the whole photo fill P-Net's cell.
pub(super) fn scales(width: u32, height: u32, options: &DetectOptions) -> Vec<f64> {
    let first = CELL as f64 / options.smallest_face(width, height);
    let mut shortest = f64::from(width.min(height)) * first;
    let mut scales = Vec::new();
    while shortest >= CELL as f64 {
        let scale = first * f64::from(options.mtcnn.factor).powi(scales.len() as i32);
        if options.max_face > 0 && CELL as f64 / scale > f64::from(options.max_face) {
            break;
        }
        scales.push(scale);
        shortest *= f64::from(options.mtcnn.factor);
    }
    scales
}

/// Candidates of all scales after suppression and regression, squared, best first.
pub(super) fn propose(net: &Network, run: &mut Run<'_>) -> Result<Vec<Candidate>> {
    let found = look_at_scales(net, run)?;
    let start = Instant::now();
    let boxes = boxes(&found);
    let offered = allowance::most_offered(run.options.budget.max_candidates);
    let apart =
        scales_apart(run.options.smallest_face(run.photo.width(), run.photo.height()), run.options.mtcnn.factor);
    let mut kept = match apart {
        true => best_first(&boxes, offered),
        false => suppress(&boxes, ACROSS_SCALES, Overlap::Union),
    };
    run.stats.candidates = if apart { found.len() } else { kept.len() };
    kept.truncate(offered);
    run.cut.candidates += run.stats.candidates - kept.len();
    let candidates = keep(&found, kept)
        .map(|Proposal { area, score, offset, .. }| {
            let mut candidate = Candidate { area, score };
            candidate.regress(offset, area.width(), area.height());
            candidate.square();
            candidate
        })
        .collect();
    run.stats.filter_time += start.elapsed();
    Ok(candidates)
}

/// The best cells of each scale, in the reference's order of scales, which decides between equal scores.
fn look_at_scales(net: &Network, run: &mut Run<'_>) -> Result<Vec<Proposal>> {
    let mut scales = scales(run.photo.width(), run.photo.height(), run.options);
    let mut found = Vec::new();
    // The coarsest first: a budget that ends has seen the largest faces.
    while let Some(&scale) = scales.last() {
        let (width, height) = scaled_size(run.photo, scale);
        let pixels = run.stats.pixels + (width * height) as u64;
        if run.options.budget.max_pixels > 0 && pixels > run.options.budget.max_pixels {
            break;
        }
        let (proposals, seen) = look(net, scale, run)?;
        run.stats.proposed += proposals.len();
        run.stats.pixels += (seen * width) as u64;
        let start = Instant::now();
        found.push(filter(&proposals, scale, run.options.mtcnn.filter));
        run.stats.filter_time += start.elapsed();
        if seen < height {
            run.cut.deadline = true;
            break;
        }
        run.stats.scales += 1;
        scales.pop();
    }
    run.cut.scales = scales.len();
    Ok(found.into_iter().rev().flatten().collect())
}

/// Whether no two cells of different scales can overlap enough to suppress one another; those of one scale never do, once filtered.
fn scales_apart(smallest_face: f64, factor: f32) -> bool {
    // Cells have whole pixels: up to 2 more than the 11 steps between their outermost pixels at that scale, a share that is largest
    // for the smallest.
    let first = CELL as f64 / smallest_face;
    let sides = f64::from(factor) * (1.0 + 2.0 * first / (CELL - 1) as f64);
    sides * sides < f64::from(ACROSS_SCALES)
}

/// A cell of P-Net that sees a face.
#[derive(Debug, Clone, Copy)]
struct Proposal {
    /// Column and row of the cell.
    cell: [u32; 2],
    /// The cell in the photo's pixels.
    area: BoundingBox,
    score: f32,
    /// How far the face's corners lie off the cell's, as a share of its sides.
    offset: [f32; 4],
}

/// Of the cells of one scale that see the same face, the best.
fn filter(proposals: &[Proposal], scale: f64, filter: ProposalFilter) -> Vec<Proposal> {
    let kept = match filter {
        ProposalFilter::Blobs => {
            let cells: Vec<_> = proposals.iter().map(|proposal| proposal.cell).collect();
            // Where the photo is enlarged, pixels are coarser than cells: boxes overlap further.
            let reach = STRIDE as f64 * scale.max(1.0);
            blobs::peaks(&cells, &boxes(proposals), IN_SCALE, reach.ceil() as u32)
        }
        ProposalFilter::Nms => suppress(&boxes(proposals), IN_SCALE, Overlap::Union),
    };
    keep(proposals, kept).collect()
}

fn boxes(proposals: &[Proposal]) -> Vec<(BoundingBox, f32)> {
    proposals.iter().map(|proposal| (proposal.area, proposal.score)).collect()
}

fn keep(proposals: &[Proposal], kept: Vec<usize>) -> impl Iterator<Item = Proposal> {
    kept.into_iter().map(|index| proposals[index])
}

/// Width and height of the photo at a scale.
fn scaled_size(photo: &Photo<'_>, scale: f64) -> (usize, usize) {
    let scaled = |side: u32| (f64::from(side) * scale).ceil() as usize;
    (scaled(photo.width()), scaled(photo.height()))
}

/// The cells that P-Net passes at a scale, in rows from the top, and how many rows of the scaled photo it saw before it had to
/// stop.
fn look(net: &Network, scale: f64, run: &mut Run<'_>) -> Result<(Vec<Proposal>, usize)> {
    let (photo, threshold, stop_at) = (run.photo, run.options.mtcnn.thresholds[0], run.stop_at(0.5));
    let (width, height) = scaled_size(photo, scale);
    let whole = Window { x: 0, y: 0, width: photo.width() as usize, height: photo.height() as usize };
    let Scratch { resampler, pixels } = &mut *run.scratch;
    let mut resized = resampler.resize(photo, whole, width, height, Rule::Area);
    // tract sees a band at once: only between two of them can it stop.
    let band_pixels = if net.kernels() == Kernels::Portable { BAND_PIXELS / 8 } else { BAND_PIXELS };
    let rows_of_cells = (height - CELL).div_ceil(STRIDE) + 1;
    let rows_a_band = (band_pixels / width / STRIDE).max(8);
    let mut proposals = Vec::new();
    for first in (0..rows_of_cells).step_by(rows_a_band) {
        let top = first * STRIDE;
        // A band ends where its last cell ends, the last band with the photo: pooling rounds up there.
        let bottom = match first + rows_a_band {
            next if next >= rows_of_cells => height,
            next => (next - 1) * STRIDE + CELL,
        };
        // What the band shares with the one before is there already.
        let known = if first == 0 { 0 } else { CELL - STRIDE };
        pixels.drain(..pixels.len() - 3 * width * known);
        for y in top + known..bottom {
            if stop_at.reached() {
                return Ok((proposals, top));
            }
            let fresh = pixels.len();
            resized.row(y, pixels);
            // The reference's pyramid has whole-numbered pixels.
            round(&mut pixels[fresh..]);
        }
        let mut outcome = Ok(ControlFlow::Continue(()));
        net.run(normalised(pixels, [bottom - top, width]), &mut |answer| {
            let row = first + answer.row;
            outcome = passing(answer, row, scale, threshold, &mut proposals).map(|()| match stop_at.reached() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            });
            outcome.as_ref().map_or(ControlFlow::Break(()), |&flow| flow)
        })?;
        if outcome?.is_break() {
            return Ok((proposals, top));
        }
    }
    Ok((proposals, height))
}

/// Adds the cells of row `y` that reach the threshold.
fn passing(answer: Answer<'_>, y: usize, scale: f64, threshold: f32, proposals: &mut Vec<Proposal>) -> Result<()> {
    // Far below this logit no probability reaches the threshold: most cells need no exponential.
    let hopeless = (threshold / (1.0 - threshold)).ln().min(12.0) - 0.5;
    for (x, cell) in answer.cells().enumerate() {
        let &[logit, offset @ ..]: &[f32; 5] = cell.try_into().map_err(|_| wrong(cell.len()))?;
        if logit < hopeless {
            continue;
        }
        let score = probability(logit);
        if score >= threshold {
            let cell = [x as u32, y as u32];
            proposals.push(Proposal { cell, area: area(cell, scale), score, offset });
        }
    }
    Ok(())
}

/// A cell in the photo's pixels.
fn area([x, y]: [u32; 2], scale: f64) -> BoundingBox {
    // As whole numbers, since `trunc` calls a function where the processor's instruction for it cannot be presumed.
    let corner = |index: u32, end: usize| ((STRIDE * index as usize + end) as f64 / scale) as i32 as f32;
    BoundingBox::new(corner(x, 1), corner(y, 1), corner(x, CELL), corner(y, CELL))
}

fn wrong(channels: usize) -> Error {
    Error::Internal { reason: format!("P-Net answers {channels} numbers a cell, not 5") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_apart_suppresses_nothing(
            min_face in 10u32..200, factor in 0.3f32..0.85, cell in [0u32..200, 0u32..200],
            (steps, shift) in (1i32..4, [-3i32..4, -3i32..4]), min_step in 0i32..8,
        ) {
            prop_assume!(scales_apart(min_face.into(), factor));
            let first = CELL as f64 / f64::from(min_face);
            let [fine, coarse] = [min_step, min_step + steps].map(|step| first * f64::from(factor).powi(step));
            let near = |cell: u32, shift: i32| ((f64::from(cell) * coarse / fine) as i32 + shift).max(0) as u32;
            let areas = [
                area(cell, coarse),
                area([near(cell[0], shift[0]), near(cell[1], shift[1])], fine),
            ].map(|area| (area, 0.9));
            prop_assert_eq!(suppress(&areas, ACROSS_SCALES, Overlap::Union).len(), 2);
        }
    }

    #[test]
    fn scales_go_from_the_smallest_face_to_the_whole_photo() {
        let options = DetectOptions { min_face: 24, ..DetectOptions::default() };
        assert!(scales(100, 23, &options).is_empty());
        assert_eq!(scales(100, 24, &options), [0.5]);
        assert_eq!(scales(1000, 40, &options).len(), 2);
        let share = DetectOptions { min_face_share: 0.25, ..options.clone() };
        assert_eq!(scales(100, 100, &share)[0], 12.0 / 25.0);
        assert_eq!(scales(80, 60, &share)[0], 12.0 / 24.0);
        assert_eq!(scales(400, 300, &share).len(), scales(4000, 3000, &share).len());
        let small_only = DetectOptions { max_face: 50, ..options };
        assert!(scales(5000, 5000, &small_only).iter().all(|scale| 12.0 / scale <= 50.0));
    }
}

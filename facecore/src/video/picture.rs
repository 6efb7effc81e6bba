//! A small grey copy of a frame, on which faces are followed and cuts are recognised.

use std::time::Duration;

use crate::photo::Photo;

/// The longer side of the finest level, at most.
const SIDE: u32 = 640;
/// Each level has half the sides of the one before.
const LEVELS: usize = 3;
/// The coarse picture by which a cut is seen, in cells.
const CELLS: [usize; 2] = [32, 18];
/// Below this correlation of their coarse pictures two frames are of two shots. In nine real clips neighbouring frames of a shot were above
/// 0.89, those beside a cut below 0.1 but for one at 0.68, between two people who sit alike.
const SAME_SHOT: f32 = 0.75;
/// The same for frames that lie further apart than these, where some were passed over: a camera that moves has gone on.
const SAME_SHOT_LATER: f32 = 0.4;
const NEXT: Duration = Duration::from_millis(100);
/// A cut changes at least this share of the cells.
const MOST: f32 = 0.4;
/// Steps of brightness, of 255, by which a cell that changed differs.
const STEP: f32 = 8.0;

/// Brightness, 0…255, row by row.
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A frame in grey, at [`LEVELS`] sizes.
pub(super) struct Picture {
    /// The finest first; one at least.
    pub(super) levels: Vec<Plane>,
    /// How many pixels of the frame a pixel of the finest level is wide and high.
    pub(super) factor: f32,
    size: [u32; 2],
    cells: Vec<f32>,
}

impl Picture {
    pub(super) fn of(frame: &Photo<'_>) -> Self {
        let factor = frame.width().max(frame.height()).div_ceil(SIDE).max(1);
        let mut levels = vec![shrunken(frame, factor as usize)];
        while levels.len() < LEVELS {
            let finer = &levels[levels.len() - 1];
            if finer.width < 32 || finer.height < 32 {
                break;
            }
            levels.push(halved(finer));
        }
        let cells = cells(&levels[levels.len() - 1]);
        Self { levels, factor: factor as f32, size: [frame.width(), frame.height()], cells }
    }

    /// Whether `next` begins another shot. A flash or a fade of the whole picture is no cut: only the pattern counts, not its brightness. Nor is
    /// somebody large who walks through the picture: most of it stays.
    pub(super) fn is_cut_to(&self, next: &Self, passed: Duration) -> bool {
        let same = if passed <= NEXT { SAME_SHOT } else { SAME_SHOT_LATER };
        self.size != next.size
            || (correlation(&self.cells, &next.cells) < same && changed(&self.cells, &next.cells) > MOST)
    }
}

/// The mean brightness of each block of `factor` × `factor` pixels; what is left over at the right and below is left out.
fn shrunken(frame: &Photo<'_>, factor: usize) -> Plane {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    // A side shorter than a block is one block of what there is.
    let (columns, rows) = ((width / factor).max(1), (height / factor).max(1));
    let planes = frame.brightness(0).is_some();
    let mut values = Vec::with_capacity(columns * rows);
    let mut sums = vec![0; if planes { width } else { 3 * width }];
    for top in (0..rows).map(|row| row * factor) {
        let bottom = (top + factor).min(height);
        sums.fill(0);
        for y in top..bottom {
            let row = frame.brightness(y as u32).unwrap_or_else(|| frame.row(y as u32));
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u32::from(value));
        }
        let area = ((bottom - top) * factor.min(width)) as f32;
        if planes {
            let blocks = sums.chunks(factor).take(columns);
            values.extend(blocks.map(|block| block.iter().sum::<u32>() as f32 / area));
        } else {
            let blocks = sums.as_chunks::<3>().0.chunks(factor).take(columns);
            values.extend(
                blocks.map(|block| block.iter().map(|[r, g, b]| r + 2 * g + b).sum::<u32>() as f32 / (4.0 * area)),
            );
        }
    }
    Plane { width: columns, height: rows, values }
}

fn halved(plane: &Plane) -> Plane {
    let (width, height) = (plane.width / 2, plane.height / 2);
    let mut values = Vec::with_capacity(width * height);
    for y in 0..height {
        let upper = &plane.values[2 * y * plane.width..][..plane.width];
        let lower = &plane.values[(2 * y + 1) * plane.width..][..plane.width];
        let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        values.extend(pairs.map(|([a, b], [c, d])| (a + b + c + d) / 4.0));
    }
    Plane { width, height, values }
}

/// The mean of each cell of a grid of [`CELLS`] over the plane.
fn cells(plane: &Plane) -> Vec<f32> {
    let [columns, rows] = CELLS;
    let mut sums = vec![(0.0f32, 0.0f32); columns * rows];
    for (y, row) in plane.values.chunks_exact(plane.width).enumerate() {
        let first = y * rows / plane.height * columns;
        for (x, value) in row.iter().enumerate() {
            let cell = &mut sums[first + x * columns / plane.width];
            *cell = (cell.0 + value, cell.1 + 1.0);
        }
    }
    sums.into_iter().map(|(sum, count)| if count > 0.0 { sum / count } else { 0.0 }).collect()
}

/// The share of cells whose brightness changed.
fn changed(a: &[f32], b: &[f32]) -> f32 {
    let changed = a.iter().zip(b).filter(|(a, b)| (*a - *b).abs() > STEP).count();
    changed as f32 / a.len() as f32
}

/// Pearson's correlation; of pictures without any contrast 1, since nothing in them can have changed but the brightness.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let centred = |values: &[f32]| {
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        values.iter().map(|value| value - mean).collect::<Vec<_>>()
    };
    let (a, b) = (centred(a), centred(b));
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let (contrast_a, contrast_b) = (dot(&a, &a), dot(&b, &b));
    // A deviation of one step of brightness a cell is no pattern.
    let flat = a.len() as f32;
    match (contrast_a < flat, contrast_b < flat) {
        (true, true) => 1.0,
        (true, false) | (false, true) => 0.0,
        (false, false) => dot(&a, &b) / (contrast_a * contrast_b).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Limits, Orientation, PixelFormat, RawView};

    fn photo(width: u32, height: u32, pixel: impl Fn(u32, u32) -> u8) -> Photo<'static> {
        let data: Vec<u8> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        let view = RawView {
            data: &data,
            width,
            height,
            stride: width as usize,
            format: PixelFormat::Grey,
            orientation: Orientation::Upright,
        };
        Photo::from_raw(view, &Limits::default()).unwrap().into_owned()
    }

    #[test]
    fn blocks_are_averaged_and_levels_are_halves() {
        let picture = Picture::of(&photo(1280, 720, |x, _| if x % 2 == 0 { 10 } else { 30 }));
        let sizes: Vec<_> = picture.levels.iter().map(|plane| (plane.width, plane.height)).collect();
        assert_eq!((picture.factor, sizes), (2.0, vec![(640, 360), (320, 180), (160, 90)]));
        assert!(picture.levels.iter().all(|plane| plane.values.iter().all(|value| (value - 20.0).abs() < 1e-3)));
    }

    #[test]
    fn a_plane_of_brightness_is_as_good_as_rgb() {
        let (width, height) = (1300u32, 7u32);
        let mut data: Vec<u8> = (0..width * height).map(|at| (at * 31 % 251) as u8).collect();
        let grey = Picture::of(&photo(width, height, |x, y| data[(y * width + x) as usize]));
        data.resize(data.len() + 2 * 650 * 4, 128);
        let orientation = Orientation::Upright;
        let view =
            RawView { data: &data, width, height, stride: width as usize, format: PixelFormat::I420, orientation };
        let planes = Photo::from_raw(view, &Limits::default()).unwrap();
        for planes in [planes.clone(), planes.into_owned()] {
            let same = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-3;
            assert!(Picture::of(&planes).levels[0].values.iter().zip(&grey.levels[0].values).all(same));
            assert_eq!(planes.row(6)[..3], [data[6 * 1300]; 3]);
        }
    }

    #[test]
    fn a_picture_of_any_size_has_a_level() {
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (31, 33), (641, 3)] {
            let picture = Picture::of(&photo(width, height, |_, _| 7));
            assert!(!picture.levels.is_empty());
            for plane in &picture.levels {
                assert_eq!(plane.values.len(), plane.width * plane.height);
                assert!(plane.values.iter().all(|value| (value - 7.0).abs() < 1e-3), "{width}×{height}");
            }
        }
    }

    #[test]
    fn another_picture_is_a_cut_and_a_flash_is_none() {
        let stripes =
            |across: u32| photo(320, 180, move |x, y| if ((x + across * y) / 40).is_multiple_of(2) { 40 } else { 120 });
        let shot = Picture::of(&stripes(0));
        let flash = Picture::of(&photo(320, 180, |x, _| if (x / 40).is_multiple_of(2) { 110 } else { 250 }));
        assert!(!shot.is_cut_to(&Picture::of(&stripes(0)), NEXT) && !shot.is_cut_to(&flash, NEXT));
        assert!(shot.is_cut_to(&Picture::of(&stripes(1)), NEXT) && shot.is_cut_to(&Picture::of(&stripes(1)), 5 * NEXT));
        assert!(shot.is_cut_to(&Picture::of(&photo(180, 320, |_, _| 40)), NEXT), "another size");
        assert!(shot.is_cut_to(&Picture::of(&photo(320, 180, |_, _| 0)), NEXT), "to black");
    }
}

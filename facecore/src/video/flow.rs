//! Where a face moved between two frames: the median of the optical flow of a grid of points on it.
//!
//! Points: Lucas and Kanade's method on a pyramid (Bouguet 2001). The face: MedianFlow (Kalal, Mikolajczyk, Matas: *Forward-Backward Error*,
//! ICPR 2010): of the points that find their way back best, the median shift and the median change of their distances.

use super::picture::{Picture, Plane};
use crate::geometry::BoundingBox;

/// Points in a row and a column of the grid.
const GRID: usize = 6;
/// The window around a point, in pixels of a level to each side.
const REACH: i32 = 4;
const WINDOW: usize = (2 * REACH as usize + 1).pow(2);
/// Steps of the search on a level, at most.
const STEPS: usize = 6;
/// A face is lost where even the better half of its points come back further off than this share of its side, or than a pixel.
const ASTRAY: f32 = 0.06;

/// How a face moved: its centre by `by` pixels of the frame, its sides by `scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shift {
    pub(super) by: [f32; 2],
    pub(super) scale: f32,
}

impl Shift {
    /// Where a point goes that belongs to a face with this centre.
    pub(super) fn of(&self, point: [f32; 2], centre: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| centre[axis] + self.by[axis] + (point[axis] - centre[axis]) * self.scale)
    }
}

/// Where the face in the box went; `guess` is how far it is thought to have moved. `None` where the points do not find back: the face is covered,
/// turned away, or out of the picture.
pub(super) fn follow(from: &Picture, to: &Picture, area: &BoundingBox, guess: [f32; 2]) -> Option<Shift> {
    let small = |at: f32| (at + 0.5) / from.factor - 0.5;
    let (left, top) = (small(area.x1), small(area.y1));
    let sides = [area.width() / from.factor, area.height() / from.factor];
    if !(sides[0] >= 4.0 && sides[1] >= 4.0) {
        return None;
    }
    // The outer tenth of a box is mostly not the face.
    let step = |i: usize| 0.1 + 0.8 * i as f32 / (GRID - 1) as f32;
    let guess = guess.map(|by| by / from.factor);
    let mut moves = Vec::with_capacity(GRID * GRID);
    for at in 0..GRID * GRID {
        let start = [left + sides[0] * step(at % GRID), top + sides[1] * step(at / GRID)];
        let Some(end) = follow_point(from, to, start, guess) else { continue };
        let there = [end[0] - start[0], end[1] - start[1]];
        let Some(back) = follow_point(to, from, end, there.map(|by| -by)) else { continue };
        moves.push(Move { start, end, error: (back[0] - start[0]).hypot(back[1] - start[1]) });
    }
    if moves.len() < GRID * GRID / 3 {
        return None;
    }
    moves.sort_by(|a, b| a.error.total_cmp(&b.error));
    moves.truncate(moves.len().div_ceil(2));
    let worst = moves[moves.len() - 1].error;
    if worst > (ASTRAY * sides[0].min(sides[1])).max(1.0) {
        return None;
    }
    Some(middle(&moves, from.factor))
}

/// A point's way, and how far off its start it came back.
struct Move {
    start: [f32; 2],
    end: [f32; 2],
    error: f32,
}

fn middle(moves: &[Move], factor: f32) -> Shift {
    let along = |axis: usize| median(moves.iter().map(|step| step.end[axis] - step.start[axis]).collect());
    let distance = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let pairs = moves.iter().enumerate().flat_map(|(i, a)| moves[i + 1..].iter().map(move |b| (a, b)));
    let ratios = pairs.map(|(a, b)| distance(a.end, b.end) / distance(a.start, b.start).max(1e-3)).collect();
    Shift { by: [along(0), along(1)].map(|by| by * factor), scale: median(ratios).clamp(0.8, 1.25) }
}

fn median(mut values: Vec<f32>) -> f32 {
    let at = values.len() / 2;
    if values.is_empty() { 1.0 } else { *values.select_nth_unstable_by(at, f32::total_cmp).1 }
}

/// Where a point of the finest level went, from the coarsest level on.
fn follow_point(from: &Picture, to: &Picture, start: [f32; 2], guess: [f32; 2]) -> Option<[f32; 2]> {
    let coarsest = from.levels.len().min(to.levels.len()) - 1;
    let shrink = |level: usize| 1.0 / (1 << level) as f32;
    let mut by = guess.map(|by| by * shrink(coarsest));
    for level in (0..=coarsest).rev() {
        let at = start.map(|at| (at + 0.5) * shrink(level) - 0.5);
        match step(&from.levels[level], &to.levels[level], at, by) {
            Some(found) => by = found,
            // On a coarse level the window may not fit or hold nothing; a finer one may do.
            None if level > 0 => {}
            None => return None,
        }
        if level > 0 {
            by = by.map(|by| 2.0 * by);
        }
    }
    Some([start[0] + by[0], start[1] + by[1]])
}

/// Lucas and Kanade's search on one level: how far the window around `at` moved, beginning with `by`.
fn step(from: &Plane, to: &Plane, at: [f32; 2], mut by: [f32; 2]) -> Option<[f32; 2]> {
    let mut window = [0.0f32; WINDOW];
    let mut slopes = [[0.0f32; 2]; WINDOW];
    let patch = Patch::at(from, at)?;
    let (mut xx, mut xy, mut yy) = (0.0f32, 0.0f32, 0.0f32);
    for (i, (value, slope)) in window.iter_mut().zip(&mut slopes).enumerate() {
        let [x, y] = offset(i);
        *value = patch.value(x, y);
        *slope = [
            (patch.value(x + 1, y) - patch.value(x - 1, y)) / 2.0,
            (patch.value(x, y + 1) - patch.value(x, y - 1)) / 2.0,
        ];
        (xx, xy, yy) = (xx + slope[0] * slope[0], xy + slope[0] * slope[1], yy + slope[1] * slope[1]);
    }
    let determinant = xx * yy - xy * xy;
    // Without slopes in two directions the shift cannot be told.
    if determinant < 1e-3 * (xx + yy).powi(2) || xx + yy < WINDOW as f32 * 0.5 {
        return None;
    }
    for _ in 0..STEPS {
        let patch = Patch::at(to, [at[0] + by[0], at[1] + by[1]])?;
        let (mut bx, mut by_) = (0.0f32, 0.0f32);
        for (i, (value, slope)) in window.iter().zip(&slopes).enumerate() {
            let [x, y] = offset(i);
            let missing = value - patch.value(x, y);
            (bx, by_) = (bx + missing * slope[0], by_ + missing * slope[1]);
        }
        let more = [(yy * bx - xy * by_) / determinant, (xx * by_ - xy * bx) / determinant];
        by = [by[0] + more[0], by[1] + more[1]];
        if more[0].hypot(more[1]) < 0.03 {
            break;
        }
    }
    by.iter().all(|by| by.is_finite()).then_some(by)
}

fn offset(at: usize) -> [i32; 2] {
    let side = 2 * REACH + 1;
    [at as i32 % side - REACH, at as i32 / side - REACH]
}

/// A plane read around a point between its pixels: linear between four pixels, with the same four weights everywhere.
struct Patch<'a> {
    plane: &'a Plane,
    first: usize,
    weights: [f32; 4],
}

impl<'a> Patch<'a> {
    /// `None` where the window, with a pixel more for the slopes, is not wholly inside the plane.
    fn at(plane: &'a Plane, [x, y]: [f32; 2]) -> Option<Self> {
        let margin = (REACH + 1) as f32;
        let inside = |at: f32, side: usize| at >= margin && at + margin + 1.0 < side as f32;
        if !(inside(x, plane.width) && inside(y, plane.height)) {
            return None;
        }
        let (fx, fy) = (x.fract(), y.fract());
        let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
        Some(Self { plane, first: y as usize * plane.width + x as usize, weights })
    }

    fn value(&self, x: i32, y: i32) -> f32 {
        let at = (self.first as i64 + i64::from(y) * self.plane.width as i64 + i64::from(x)) as usize;
        let (upper, lower) = (&self.plane.values[at..at + 2], &self.plane.values[at + self.plane.width..][..2]);
        let [a, b, c, d] = self.weights;
        a * upper[0] + b * upper[1] + c * lower[0] + d * lower[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Limits, Orientation, Photo, PixelFormat, RawView};

    /// A soft pattern without repetition, shifted by (dx, dy) and enlarged about the middle.
    fn frame(dx: f32, dy: f32, scale: f32) -> Picture {
        let (width, height) = (320u32, 240u32);
        let data: Vec<u8> = (0..width * height)
            .map(|at| {
                let (x, y) = ((at % width) as f32, (at / width) as f32);
                let (x, y) = ((x - 160.0 - dx) / scale, (y - 120.0 - dy) / scale);
                (128.0 + 50.0 * (x / 7.0 + (y / 19.0).sin()).sin() + 50.0 * (y / 9.0 + (x / 23.0).cos()).sin()) as u8
            })
            .collect();
        let view = RawView {
            data: &data,
            width,
            height,
            stride: width as usize,
            format: PixelFormat::Grey,
            orientation: Orientation::Upright,
        };
        Picture::of(&Photo::from_raw(view, &Limits::default()).unwrap())
    }

    const FACE: BoundingBox = BoundingBox::new(130.0, 90.0, 190.0, 150.0);

    #[test]
    fn a_moved_face_is_followed() {
        for (dx, dy) in [(0.0, 0.0), (3.3, -2.1), (-6.0, 5.0)] {
            let shift = follow(&frame(0.0, 0.0, 1.0), &frame(dx, dy, 1.0), &FACE, [0.0; 2]).unwrap();
            assert!(
                (shift.by[0] - dx).abs() < 0.3 && (shift.by[1] - dy).abs() < 0.3 && (shift.scale - 1.0).abs() < 0.02,
                "{shift:?}"
            );
        }
    }

    #[test]
    fn a_face_that_comes_nearer_grows() {
        let shift = follow(&frame(0.0, 0.0, 1.0), &frame(0.0, 0.0, 1.06), &FACE, [0.0; 2]).unwrap();
        assert!((shift.scale - 1.06).abs() < 0.015 && shift.by[0].abs() < 0.5, "{shift:?}");
        let centre = [160.0, 120.0];
        let corner = shift.of([130.0, 90.0], centre);
        assert!((corner[0] - 128.2).abs() < 1.0 && (corner[1] - 88.2).abs() < 1.0, "{corner:?}");
    }

    #[test]
    fn what_cannot_be_followed_is_none() {
        let plain = frame(0.0, 0.0, 1.0);
        let view = RawView {
            data: &[90; 320 * 240],
            width: 320,
            height: 240,
            stride: 320,
            format: PixelFormat::Grey,
            orientation: Orientation::Upright,
        };
        let empty = Picture::of(&Photo::from_raw(view, &Limits::default()).unwrap());
        assert_eq!(follow(&empty, &plain, &FACE, [0.0; 2]), None);
        assert_eq!(follow(&plain, &empty, &FACE, [0.0; 2]), None);
        for area in [
            BoundingBox::new(f32::NAN, 0.0, 9.0, 9.0),
            BoundingBox::new(-900.0, 0.0, -800.0, 90.0),
            BoundingBox::new(9.0, 9.0, 3.0, 3.0),
        ] {
            assert_eq!(follow(&plain, &plain, &area, [0.0; 2]), None);
        }
        assert_eq!(follow(&plain, &plain, &FACE, [f32::INFINITY; 2]), None);
    }
}

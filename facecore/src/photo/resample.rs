//! Resizing as OpenCV does it, since the reference cascade and the FaceNets were trained and tuned on its pixels.

use std::ops::Range;

use super::Photo;

/// How a source pixel's value is spread over target pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `INTER_AREA`: exact area weights when both sides shrink, otherwise linear with OpenCV's own coordinates for that case.
    Area,
    /// `INTER_LINEAR`: pixel centres on pixel centres.
    Linear,
}

/// An integer rectangle of a photo. It may reach beyond the photo, where it is black.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub x: i64,
    pub y: i64,
    pub width: usize,
    pub height: usize,
}

/// Resizes windows of photos. It keeps its memory from one to the next.
#[derive(Default)]
pub(crate) struct Resampler {
    columns: Axis,
    rows: Axis,
    /// Sums of whole source rows.
    sums: Vec<u16>,
    /// One row of the window, weighted over the source rows; one more number, so that each pixel can be read as four.
    line: Vec<f32>,
}

/// A [`Window`] of a photo at its new size, made row by row as asked for.
pub(crate) struct Resized<'a> {
    photo: &'a Photo<'a>,
    window: Window,
    /// The bytes of the photo's rows that the window covers, and where in the window's row they begin.
    covered: Range<usize>,
    start: usize,
    resampler: &'a mut Resampler,
}

impl Resampler {
    /// Resizes `window` of `photo` to `width` × `height`; none of the four sides may be 0.
    pub(crate) fn resize<'a>(
        &'a mut self,
        photo: &'a Photo<'a>,
        window: Window,
        width: usize,
        height: usize,
        rule: Rule,
    ) -> Resized<'a> {
        let axis = match rule {
            Rule::Area if width <= window.width && height <= window.height => Axis::area,
            Rule::Area => Axis::enlarging_area,
            Rule::Linear => Axis::linear,
        };
        axis(&mut self.columns, window.width, width);
        axis(&mut self.rows, window.height, height);
        self.line.clear();
        self.line.resize(window.width * 3 + 1, 0.0);
        let photo_width = i64::from(photo.width());
        let left = window.x.clamp(0, photo_width);
        let right = (window.x + window.width as i64).clamp(left, photo_width);
        let covered = 3 * left as usize..3 * right as usize;
        self.sums.resize(covered.len(), 0);
        let start = if covered.is_empty() { 0 } else { 3 * (left - window.x) as usize };
        Resized { photo, window, covered, start, resampler: self }
    }
}

impl Resized<'_> {
    /// Adds row `y` of the target to `target`: interleaved RGB, 0…255.
    pub(crate) fn row(&mut self, y: usize, target: &mut Vec<f32>) {
        // Rows first: that pass runs along memory, and leaves few rows for the columns' scattered one.
        self.merge_rows(y);
        let Resampler { rows, columns, line, .. } = &self.resampler;
        let start = target.len();
        target.resize(start + 3 * columns.taps.len(), 0.0);
        columns.merge(line, rows.taps[y].scale, &mut target[start..]);
    }

    /// The source row `at` of the window, as far as it covers the photo.
    fn source(&self, at: usize) -> Option<&[u8]> {
        let y = u32::try_from(self.window.y + at as i64).ok().filter(|&y| y < self.photo.height())?;
        Some(&self.photo.row(y)[self.covered.clone()])
    }

    /// The source rows of target row `y`, summed into the line.
    fn merge_rows(&mut self, y: usize) {
        let tap = self.resampler.rows.taps[y];
        let mut line = std::mem::take(&mut self.resampler.line);
        let mut sums = std::mem::take(&mut self.resampler.sums);
        let part = &mut line[self.start..][..self.covered.len()];
        let edges = [(tap.first, tap.head), (tap.last(), tap.tail)];
        match edges.map(|(at, weight)| (self.source(at), weight)) {
            [(Some(head), head_weight), (Some(tail), tail_weight)] => {
                for (sum, (&head, &tail)) in part.iter_mut().zip(head.iter().zip(tail)) {
                    *sum = head_weight * f32::from(head) + tail_weight * f32::from(tail);
                }
            }
            [(Some(row), weight), (None, _)] | [(None, _), (Some(row), weight)] => {
                part.iter_mut().zip(row).for_each(|(sum, &pixel)| *sum = weight * f32::from(pixel));
            }
            [(None, _), (None, _)] => part.fill(0.0),
        }
        // This many rows of bytes can be added up without overflow.
        let mut inner = (tap.first + 1..tap.last()).filter_map(|at| self.source(at)).peekable();
        while inner.peek().is_some() {
            add_rows(&mut inner.by_ref().take(256), &mut sums);
            part.iter_mut().zip(&sums).for_each(|(sum, &rows)| *sum += f32::from(rows));
        }
        self.resampler.line = line;
        self.resampler.sums = sums;
    }
}

/// Sums rows, four at a time to spare the memory.
fn add_rows<'a>(rows: &mut impl Iterator<Item = &'a [u8]>, sums: &mut [u16]) {
    sums.fill(0);
    while let Some(a) = rows.next() {
        match (rows.next(), rows.next(), rows.next()) {
            (Some(b), Some(c), Some(d)) => {
                for (sum, (((&a, &b), &c), &d)) in sums.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
                    *sum += (u16::from(a) + u16::from(b)) + (u16::from(c) + u16::from(d));
                }
            }
            (b, c, _) => {
                for row in [Some(a), b, c].into_iter().flatten() {
                    sums.iter_mut().zip(row).for_each(|(sum, &pixel)| *sum += u16::from(pixel));
                }
            }
        }
    }
}

/// Rounds numbers of pixels, ties to even. `f32::round_ties_even` calls a function where the processor's instruction for it cannot
/// be presumed; between 2²³ and 2²⁴ there are only whole numbers.
pub(crate) fn round(values: &mut [f32]) {
    const WHOLE: f32 = (1 << 23) as f32;
    values.iter_mut().for_each(|value| *value = (*value + WHOLE) - WHOLE);
}

/// The source pixels that make up a target pixel: `count` from `first`, the first weighted by `head`, the last, if there are two, by
/// `tail`, those between by 1, and all of it by `scale`.
#[derive(Debug, Clone, Copy)]
struct Tap {
    first: usize,
    count: usize,
    head: f32,
    tail: f32,
    scale: f32,
}

impl Tap {
    fn last(&self) -> usize {
        self.first + self.count - 1
    }
}

/// The taps of each target index.
#[derive(Debug, Default)]
struct Axis {
    taps: Vec<Tap>,
}

impl Axis {
    fn build(&mut self, target: usize, tap: impl FnMut(usize) -> Tap) {
        self.taps.clear();
        self.taps.extend((0..target).map(tap));
    }

    /// Merges the pixels of a line, which one more number follows.
    fn merge(&self, line: &[f32], scale: f32, target: &mut [f32]) {
        let pixel = |at: usize| -> [f32; 4] { std::array::from_fn(|lane| line[3 * at..][..4][lane]) };
        for (tap, target) in self.taps.iter().zip(target.as_chunks_mut::<3>().0) {
            let mut sum = pixel(tap.first).map(|value| value * tap.head);
            for at in tap.first + 1..tap.last() {
                let inner = pixel(at);
                sum = std::array::from_fn(|lane| sum[lane] + inner[lane]);
            }
            let tail = pixel(tap.last());
            let [r, g, b, _] = std::array::from_fn(|lane| (sum[lane] + tail[lane] * tap.tail) * (tap.scale * scale));
            *target = [r, g, b];
        }
    }

    /// OpenCV's `computeResizeAreaTab`: a source pixel counts by the part of it that the target pixel covers.
    fn area(&mut self, source: usize, target: usize) {
        let scale = source as f64 / target as f64;
        self.build(target, |index| {
            let start = index as f64 * scale;
            let end = start + scale;
            let cell = scale.min(source as f64 - start);
            let last = (end.floor() as usize).min(source - 1);
            let first = (start.ceil() as usize).min(last);
            let whole = last - first;
            let before = Some(first as f64 - start).filter(|&before| before > 1e-3);
            let after = Some((end - last as f64).min(1.0).min(cell)).filter(|&after| after > 1e-3);
            let count = whole + usize::from(before.is_some()) + usize::from(after.is_some());
            Tap {
                first: first - usize::from(before.is_some()),
                count,
                head: before.or(after.filter(|_| whole == 0)).unwrap_or(1.0) as f32,
                tail: if count == 1 { 0.0 } else { after.unwrap_or(1.0) as f32 },
                scale: (1.0 / cell) as f32,
            }
        });
    }

    /// What OpenCV does for `INTER_AREA` when a side grows.
    fn enlarging_area(&mut self, source: usize, target: usize) {
        let scale = source as f64 / target as f64;
        self.build(target, |index| {
            let first = (index as f64 * scale).floor();
            let share = ((index + 1) as f64 - (first + 1.0) / scale) as f32;
            Self::between(source, first, if share <= 0.0 { 0.0 } else { share - share.floor() })
        });
    }

    fn linear(&mut self, source: usize, target: usize) {
        let scale = source as f64 / target as f64;
        self.build(target, |index| {
            let at = ((index as f64 + 0.5) * scale - 0.5).max(0.0);
            Self::between(source, at.floor(), (at - at.floor()) as f32)
        });
    }

    /// Two neighbours, the second by `share`; the last pixel where there is no second.
    fn between(source: usize, first: f64, share: f32) -> Tap {
        let first = (first as usize).min(source - 1);
        if first + 1 < source {
            Tap { first, count: 2, head: 1.0 - share, tail: share, scale: 1.0 }
        } else {
            Tap { first, count: 1, head: 1.0, tail: 0.0, scale: 1.0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Limits, Orientation, PixelFormat, RawView};
    use super::*;

    fn axis(build: impl FnOnce(&mut Axis, usize, usize), source: usize, target: usize) -> Vec<Tap> {
        let mut axis = Axis::default();
        build(&mut axis, source, target);
        axis.taps
    }

    fn weights(tap: &Tap) -> Vec<f32> {
        let weight = |at| {
            if at == 0 {
                tap.head
            } else if at + 1 == tap.count {
                tap.tail
            } else {
                1.0
            }
        };
        (0..tap.count).map(|at| weight(at) * tap.scale).collect()
    }

    fn photo(data: &[u8], width: u32, height: u32) -> Photo<'_> {
        let (stride, format) = (3 * width as usize, PixelFormat::Rgb);
        let view = RawView { data, width, height, stride, format, orientation: Orientation::Upright };
        Photo::from_raw(view, &Limits::default()).unwrap()
    }

    /// The definition: every weight times every pixel.
    fn plain(photo: &Photo<'_>, window: Window, columns: &[Tap], rows: &[Tap]) -> Vec<f32> {
        let pixel = |x: i64, y: i64, channel: usize| {
            let inside = x >= 0 && y >= 0 && x < i64::from(photo.width()) && y < i64::from(photo.height());
            if inside { f32::from(photo.row(y as u32)[3 * x as usize + channel]) } else { 0.0 }
        };
        let mut all = Vec::new();
        for row in rows {
            for column in columns {
                for channel in 0..3 {
                    let mut sum = 0.0;
                    for (y, down) in (window.y + row.first as i64..).zip(weights(row)) {
                        for (x, across) in (window.x + column.first as i64..).zip(weights(column)) {
                            sum += down * across * pixel(x, y, channel);
                        }
                    }
                    all.push(sum);
                }
            }
        }
        all
    }

    proptest! {
        #[test]
        fn weights_add_up_and_stay_inside(source in 1usize..300, target in 1usize..300) {
            let shrinking = (target <= source).then(|| axis(Axis::area, source, target));
            let others = [axis(Axis::enlarging_area, source, target), axis(Axis::linear, source, target)];
            for taps in others.into_iter().chain(shrinking) {
                prop_assert_eq!(taps.len(), target);
                for tap in taps {
                    prop_assert!(tap.count > 0 && tap.last() < source);
                    prop_assert!(tap.count > 1 || tap.tail == 0.0);
                    prop_assert!((weights(&tap).iter().sum::<f32>() - 1.0).abs() < 4e-3);
                }
            }
        }

        #[test]
        fn rows_are_what_the_definition_says(
            data in prop::collection::vec(any::<u8>(), 3 * 20 * 15), x in -30i64..30, y in -25i64..25,
            size in (1usize..40, 1usize..40), target in (1usize..40, 1usize..40), linear: bool,
        ) {
            let photo = photo(&data, 20, 15);
            let window = Window { x, y, width: size.0, height: size.1 };
            let rule = if linear { Rule::Linear } else { Rule::Area };
            let mut resampler = Resampler::default();
            // What it did before leaves no trace.
            let before = Window { x: -3, y: 2, width: 9, height: 8 };
            resampler.resize(&photo, before, 7, 3, Rule::Linear).row(2, &mut Vec::new());
            let mut rows = Vec::new();
            let mut resized = resampler.resize(&photo, window, target.0, target.1, rule);
            (0..target.1).for_each(|y| resized.row(y, &mut rows));
            let expected = plain(&photo, window, &resampler.columns.taps, &resampler.rows.taps);
            prop_assert_eq!(rows.len(), expected.len());
            for (value, expected) in rows.iter().zip(expected) {
                prop_assert!((value - expected).abs() < 1e-3, "{} is not {}", value, expected);
            }
        }
    }

    #[test]
    fn area_weights_are_exact() {
        let taps = axis(Axis::area, 5, 2);
        assert_eq!((taps[0].first, weights(&taps[0])), (0, vec![0.4, 0.4, 0.2]));
        assert_eq!((taps[1].first, weights(&taps[1])), (2, vec![0.2, 0.4, 0.4]));
    }

    #[test]
    fn a_thousand_white_rows_do_not_overflow() {
        let data = vec![255; 3 * 1000];
        let window = Window { x: 0, y: 0, width: 1, height: 1000 };
        let mut row = Vec::new();
        Resampler::default().resize(&photo(&data, 1, 1000), window, 1, 1, Rule::Area).row(0, &mut row);
        assert!(row.iter().all(|value| (value - 255.0).abs() < 1e-4), "{row:?}");
    }

    #[test]
    fn ties_round_to_even() {
        let mut values = [0.0, 0.4, 0.5, 1.5, 2.5, 254.5, 254.51, 255.0];
        round(&mut values);
        assert_eq!(values, [0.0, 0.0, 0.0, 2.0, 2.0, 254.0, 255.0, 255.0]);
    }
}

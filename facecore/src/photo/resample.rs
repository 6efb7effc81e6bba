//! Resizing as OpenCV does it, since the reference cascade and the FaceNets were trained and tuned on its pixels.

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

/// A [`Window`] of a photo resized to a target, row by row.
pub(crate) struct Resampler<'a> {
    photo: &'a Photo<'a>,
    window: Window,
    columns: Axis,
    rows: Axis,
    /// One row of the window, weighted over the source rows.
    row: Vec<f32>,
}

impl<'a> Resampler<'a> {
    /// Prepares `window` of `photo` for a target of `width` × `height`; none of the four may be 0.
    pub(crate) fn new(photo: &'a Photo<'a>, window: Window, width: usize, height: usize, rule: Rule) -> Self {
        let axis = match rule {
            Rule::Area if width <= window.width && height <= window.height => Axis::area,
            Rule::Area => Axis::enlarging_area,
            Rule::Linear => Axis::linear,
        };
        Self {
            photo,
            window,
            columns: axis(window.width, width),
            rows: axis(window.height, height),
            row: vec![0.0; window.width * 3],
        }
    }

    /// Row `y` of the target as interleaved RGB, 0…255.
    pub(crate) fn row(&mut self, y: usize, target: &mut [f32]) {
        // Rows first: that pass runs along memory, and leaves few rows for the columns' scattered one.
        self.row.fill(0.0);
        let left = self.window.x.clamp(0, i64::from(self.photo.width()));
        let right = (self.window.x + self.window.width as i64).clamp(left, i64::from(self.photo.width()));
        let at = (left - self.window.x).max(0) as usize * 3;
        let span = (right - left) as usize * 3;
        let (first, weights) = self.rows.taps(y);
        for (source, &weight) in (self.window.y + first as i64..).zip(weights) {
            if span == 0 || source < 0 || source >= i64::from(self.photo.height()) {
                continue;
            }
            let pixels = &self.photo.row(source as u32)[left as usize * 3..right as usize * 3];
            for (sum, &pixel) in self.row[at..at + span].iter_mut().zip(pixels) {
                *sum += weight * f32::from(pixel);
            }
        }
        for (x, target) in target.chunks_exact_mut(3).enumerate() {
            let (first, weights) = self.columns.taps(x);
            let mut sum = [0.0; 3];
            for (pixel, &weight) in self.row[first * 3..].chunks_exact(3).zip(weights) {
                for channel in 0..3 {
                    sum[channel] += weight * pixel[channel];
                }
            }
            target.copy_from_slice(&sum);
        }
    }

    /// The rows `rows` of the target as interleaved RGB, 0…255.
    pub(crate) fn pixels(&mut self, rows: std::ops::Range<usize>) -> Vec<f32> {
        let stride = self.columns.taps.len() * 3;
        let mut pixels = vec![0.0; stride * rows.len()];
        for (y, target) in rows.zip(pixels.chunks_exact_mut(stride)) {
            self.row(y, target);
        }
        pixels
    }
}

/// For each target index: the first source index, and where its weights lie.
struct Axis {
    taps: Vec<(usize, usize, usize)>,
    weights: Vec<f32>,
}

impl Axis {
    fn taps(&self, target: usize) -> (usize, &[f32]) {
        let (first, from, to) = self.taps[target];
        (first, &self.weights[from..to])
    }

    fn build(target: usize, mut taps: impl FnMut(usize, &mut Vec<f32>) -> usize) -> Self {
        let mut axis = Self { taps: Vec::with_capacity(target), weights: Vec::new() };
        for index in 0..target {
            let from = axis.weights.len();
            let first = taps(index, &mut axis.weights);
            axis.taps.push((first, from, axis.weights.len()));
        }
        axis
    }

    /// OpenCV's `computeResizeAreaTab`: a source pixel counts by the part of it that the target pixel covers.
    fn area(source: usize, target: usize) -> Self {
        let scale = source as f64 / target as f64;
        Self::build(target, |index, weights| {
            let start = index as f64 * scale;
            let end = start + scale;
            let cell = scale.min(source as f64 - start);
            let last = (end.floor() as usize).min(source - 1);
            let mut first = (start.ceil() as usize).min(last);
            let whole = last - first;
            let before = first as f64 - start;
            let after = (end - last as f64).min(1.0).min(cell);
            if before > 1e-3 {
                weights.push((before / cell) as f32);
            }
            weights.extend(std::iter::repeat_n((1.0 / cell) as f32, whole));
            if after > 1e-3 {
                weights.push((after / cell) as f32);
            }
            if before > 1e-3 {
                first -= 1;
            }
            first
        })
    }

    /// What OpenCV does for `INTER_AREA` when a side grows.
    fn enlarging_area(source: usize, target: usize) -> Self {
        let scale = source as f64 / target as f64;
        Self::build(target, |index, weights| {
            let first = (index as f64 * scale).floor();
            let share = ((index + 1) as f64 - (first + 1.0) / scale) as f32;
            let share = if share <= 0.0 { 0.0 } else { share - share.floor() };
            Self::between(source, first, share, weights)
        })
    }

    fn linear(source: usize, target: usize) -> Self {
        let scale = source as f64 / target as f64;
        Self::build(target, |index, weights| {
            let at = ((index as f64 + 0.5) * scale - 0.5).max(0.0);
            Self::between(source, at.floor(), (at - at.floor()) as f32, weights)
        })
    }

    /// Two neighbours, the second by `share`; the last pixel where there is no second.
    fn between(source: usize, first: f64, share: f32, weights: &mut Vec<f32>) -> usize {
        let first = (first as usize).min(source - 1);
        if first + 1 < source {
            weights.extend([1.0 - share, share]);
        } else {
            weights.push(1.0);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn weights_add_up_and_stay_inside(source in 1usize..300, target in 1usize..300) {
            let shrinking = (target <= source).then(|| Axis::area(source, target));
            let others = [Axis::enlarging_area(source, target), Axis::linear(source, target)];
            for axis in others.into_iter().chain(shrinking) {
                for index in 0..target {
                    let (first, weights) = axis.taps(index);
                    prop_assert!(!weights.is_empty() && first + weights.len() <= source);
                    prop_assert!((weights.iter().sum::<f32>() - 1.0).abs() < 4e-3);
                }
            }
        }
    }

    #[test]
    fn area_weights_are_exact() {
        let axis = Axis::area(5, 2);
        assert_eq!(axis.taps(0), (0, &[0.4, 0.4, 0.2][..]));
        assert_eq!(axis.taps(1), (2, &[0.2, 0.4, 0.4][..]));
    }
}

//! From the network's cells to faces: decoding, and the non-maximum suppression of OpenCV's `FaceDetectorYN`, whose answers ours
//! must equal.

use crate::geometry::{BoundingBox, Landmarks};

/// Pixels between two cells of each of the network's outputs.
pub(super) const STRIDES: [usize; 3] = [8, 16, 32];

/// Numbers a cell: class and objectness as logits, centre, size, five points.
pub(super) const CHANNELS: usize = 16;

/// A cell that sees a face, in pixels of the photo.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// Left edge, upper edge, width, height.
    pub area: [f32; 4],
    pub landmarks: Landmarks,
    pub score: f32,
    /// Pass, output, row and column: decides between equal scores.
    pub place: [u32; 4],
}

impl Found {
    pub(super) fn bounding_box(&self) -> BoundingBox {
        let [x, y, width, height] = self.area;
        BoundingBox::new(x, y, x + width, y + height)
    }

    pub(super) fn longer_side(&self) -> f32 {
        self.area[2].max(self.area[3])
    }

    /// In pixels of a photo that is so many times as wide and as high.
    pub(super) fn scaled(mut self, [across, down]: [f32; 2]) -> Self {
        for (at, factor) in self.area.iter_mut().zip([across, down, across, down]) {
            *at *= factor;
        }
        self.landmarks = self.landmarks.map(|[x, y]| [x * across, y * down]);
        self
    }
}

/// Tells from a cell's numbers whether it sees a face.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoder {
    threshold: f32,
    /// A logit below which the other one cannot make up for it: most cells need no exponential.
    hopeless: f32,
}

impl Decoder {
    pub(super) fn new(threshold: f32) -> Self {
        // The score is the root of a product of two probabilities: each is at least its square. Half a unit less for rounding.
        let least = threshold * threshold;
        Self { threshold, hopeless: (least / (1.0 - least)).ln() - 0.5 }
    }

    /// The face of a cell, if its score reaches the threshold; in pixels of what the network saw.
    pub(super) fn face(&self, numbers: &[f32; CHANNELS], place: [u32; 4]) -> Option<Found> {
        let &[class, objectness, dx, dy, width, height, points @ ..] = numbers;
        if class < self.hopeless || objectness < self.hopeless {
            return None;
        }
        let score = (sigmoid(class) * sigmoid(objectness)).sqrt();
        let [_, output, row, column] = place;
        let stride = STRIDES[output as usize] as f32;
        let [column, row] = [column as f32, row as f32];
        let [width, height] = [width.exp() * stride, height.exp() * stride];
        let area = [(column + dx) * stride - width / 2.0, (row + dy) * stride - height / 2.0, width, height];
        let landmarks =
            std::array::from_fn(|at| [(points[2 * at] + column) * stride, (points[2 * at + 1] + row) * stride]);
        let usable = score >= self.threshold && area.iter().all(|number| number.is_finite());
        usable.then_some(Found { area, landmarks, score, place })
    }
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The best `most` of the cells, best first, and of those that overlap by more than `limit` of their union only the best.
///
/// OpenCV compares boxes whose corner and size are cut to whole pixels; so near the limit do we.
pub(super) fn suppress(mut cells: Vec<Found>, most: usize, limit: f32) -> Vec<Found> {
    cells.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
    cells.truncate(most);
    let mut kept: Vec<(Found, [f32; 4])> = Vec::new();
    for cell in cells {
        let whole = cell.area.map(f32::trunc);
        if kept.iter().all(|(_, other)| overlap(&whole, other) <= limit) {
            kept.push((cell, whole));
        }
    }
    kept.into_iter().map(|(cell, _)| cell).collect()
}

/// Intersection over union; of two boxes without an area 1.
fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let side = |axis: usize| {
        let end = (a[axis] + a[axis + 2]).min(b[axis] + b[axis + 2]);
        (end - a[axis].max(b[axis])).max(0.0)
    };
    let shared = side(0) * side(1);
    // Most boxes lie apart: those cost no division.
    if shared == 0.0 && a[2] * a[3] > 0.0 {
        return 0.0;
    }
    let union = a[2] * a[3] + b[2] * b[3] - shared;
    if union > 0.0 { shared / union } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(x: f32, side: f32, score: f32, place: u32) -> Found {
        Found { area: [x, 0.0, side, side], landmarks: [[0.0; 2]; 5], score, place: [0, 0, 0, place] }
    }

    #[test]
    fn a_cell_is_decoded_by_its_place_and_stride() {
        let mut numbers = [0.0; CHANNELS];
        numbers[..6].copy_from_slice(&[2.0, 3.0, 0.5, -0.25, 1.0, 0.0]);
        numbers[6..8].copy_from_slice(&[0.25, -0.5]);
        let face = Decoder::new(0.6).face(&numbers, [0, 1, 3, 5]).unwrap();
        let width = 16.0 * 1f32.exp();
        assert_eq!(face.area, [5.5 * 16.0 - width / 2.0, 2.75 * 16.0 - 8.0, width, 16.0]);
        assert_eq!(face.landmarks[0], [5.25 * 16.0, 2.5 * 16.0]);
        assert_eq!(face.landmarks[4], [5.0 * 16.0, 3.0 * 16.0]);
        assert!((face.score - (0.880797f32 * 0.952574).sqrt()).abs() < 1e-5);
        assert_eq!(face.scaled([2.0, 3.0]).landmarks[0], [10.5 * 16.0, 7.5 * 16.0]);
    }

    #[test]
    fn the_better_of_two_that_overlap_stays_and_of_equals_the_first() {
        let kept =
            suppress(vec![found(0.0, 10.0, 0.7, 1), found(3.0, 10.0, 0.9, 2), found(50.0, 10.0, 0.8, 3)], 9, 0.3);
        assert_eq!(kept.iter().map(|cell| cell.place[3]).collect::<Vec<_>>(), [2, 3]);
        let equals = suppress(vec![found(0.0, 10.0, 0.7, 2), found(1.0, 10.0, 0.7, 1)], 9, 0.3);
        assert_eq!(equals[0].place[3], 1);
        assert_eq!(suppress(vec![found(0.0, 10.0, 0.7, 1), found(50.0, 10.0, 0.9, 2)], 1, 0.3).len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_skipped_would_not_have_reached_the_threshold(
            threshold in 0.05f32..0.99, class in -9f32..9.0, objectness in -9f32..9.0,
        ) {
            let mut numbers = [0.0; CHANNELS];
            numbers[..2].copy_from_slice(&[class, objectness]);
            let score = (sigmoid(class) * sigmoid(objectness)).sqrt();
            let found = Decoder::new(threshold).face(&numbers, [0, 0, 1, 1]);
            prop_assert_eq!(found.is_some(), score >= threshold);
        }

        #[test]
        fn any_numbers_are_taken(numbers in prop::array::uniform16(prop::num::f32::ANY)) {
            if let Some(face) = Decoder::new(0.0).face(&numbers, [0, 2, 7, 9]) {
                prop_assert!(face.area.iter().all(|number| number.is_finite()));
            }
        }
    }
}

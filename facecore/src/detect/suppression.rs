//! Non-maximum suppression: of boxes that overlap, the one with the best score stays.

use std::collections::HashMap;

use crate::geometry::BoundingBox;

/// What the overlap of two boxes is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    Union,
    /// The smaller of the two: drops a box inside another.
    Min,
}

/// The overlap as the reference counts it: corners are pixels that belong to the box, so a side has `x2 − x1 + 1`.
pub(super) fn overlap(a: &BoundingBox, b: &BoundingBox, kind: Overlap) -> f32 {
    let area = |r: &BoundingBox| (r.x2 - r.x1 + 1.0) * (r.y2 - r.y1 + 1.0);
    let width = (a.x2.min(b.x2) - a.x1.max(b.x1) + 1.0).max(0.0);
    let height = (a.y2.min(b.y2) - a.y1.max(b.y1) + 1.0).max(0.0);
    let shared = width * height;
    match kind {
        Overlap::Union => shared / (area(a) + area(b) - shared),
        Overlap::Min => shared / area(a).min(area(b)),
    }
}

/// Indices of the `most` boxes with the best scores, the best first; of equals the last, as in the reference.
pub(super) fn best_first(boxes: &[(BoundingBox, f32)], most: usize) -> Vec<usize> {
    // Scores are not negative: their bits are in the same order. Score and index in one number sort without a look at the boxes.
    let key = |(index, (_, score)): (usize, &(BoundingBox, f32))| u64::from(score.to_bits()) << 32 | index as u64;
    let mut keys: Vec<u64> = boxes.iter().enumerate().map(key).collect();
    if most < keys.len() {
        keys.select_nth_unstable_by(most, |a, b| b.cmp(a));
        keys.truncate(most);
    }
    keys.sort_unstable_by(|a, b| b.cmp(a));
    keys.into_iter().map(|key| (key & u64::from(u32::MAX)) as usize).collect()
}

/// Indices of the boxes that stay, best score first: a box goes if it overlaps a better one that stays by more than `limit`.
pub(super) fn suppress(boxes: &[(BoundingBox, f32)], limit: f32, kind: Overlap) -> Vec<usize> {
    // Boxes of very different sizes can overlap by `Min`, but by `Union` only neighbours of like size can.
    let mut grid = (kind == Overlap::Union && limit >= 0.5).then(Grid::default);
    let mut kept: Vec<usize> = Vec::new();
    for index in best_first(boxes, boxes.len()) {
        let clashes = |&other: &usize| overlap(&boxes[index].0, &boxes[other].0, kind) > limit;
        let gone = match &grid {
            Some(grid) => grid.near(&boxes[index].0).any(|other| clashes(&other)),
            None => kept.iter().any(clashes),
        };
        if !gone {
            kept.push(index);
            if let Some(grid) = &mut grid {
                grid.insert(&boxes[index].0, index);
            }
        }
    }
    kept
}

/// Boxes by size (powers of two) and place, so that a hostile photo with 100,000 candidates costs no 10¹⁰ comparisons.
#[derive(Default)]
struct Grid {
    cells: HashMap<(i32, i64, i64), Vec<usize>>,
}

impl Grid {
    fn size(area: &BoundingBox) -> f32 {
        ((area.x2 - area.x1 + 1.0).abs() * (area.y2 - area.y1 + 1.0).abs()).sqrt().max(1.0)
    }

    fn cell(area: &BoundingBox, level: i32) -> (i64, i64) {
        // Four times the size: boxes that share half of their union are at most one cell apart, oblong ones included.
        let side = 4.0 * (level as f32).exp2();
        (((area.x1 + area.x2) / 2.0 / side).floor() as i64, ((area.y1 + area.y2) / 2.0 / side).floor() as i64)
    }

    fn insert(&mut self, area: &BoundingBox, index: usize) {
        let level = Self::size(area).log2().floor() as i32;
        let (x, y) = Self::cell(area, level);
        self.cells.entry((level, x, y)).or_default().push(index);
    }

    fn near(&self, area: &BoundingBox) -> impl Iterator<Item = usize> {
        let level = Self::size(area).log2().floor() as i32;
        (level - 1..=level + 1)
            .flat_map(move |level| {
                let (x, y) = Self::cell(area, level);
                (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| (level, x + dx, y + dy)))
            })
            .filter_map(|cell| self.cells.get(&cell))
            .flatten()
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidates() -> impl Strategy<Value = Vec<(BoundingBox, f32)>> {
        let one =
            (-20i16..200, -20i16..200, 5u8..100, 0.8f32..1.25, 0u16..1000).prop_map(|(x, y, side, oblong, score)| {
                let (x, y, side) = (f32::from(x), f32::from(y), f32::from(side));
                (BoundingBox::new(x, y, x + side, y + side * oblong), f32::from(score) / 1000.0)
            });
        prop::collection::vec(one, 0..200)
    }

    /// The definition, without the grid.
    fn plain(boxes: &[(BoundingBox, f32)], limit: f32, kind: Overlap) -> Vec<usize> {
        let mut order: Vec<usize> = (0..boxes.len()).rev().collect();
        order.sort_by(|&a, &b| boxes[b].1.total_cmp(&boxes[a].1));
        let mut kept: Vec<usize> = Vec::new();
        for index in order {
            if kept.iter().all(|&other| overlap(&boxes[index].0, &boxes[other].0, kind) <= limit) {
                kept.push(index);
            }
        }
        kept
    }

    proptest! {
        #[test]
        fn keeps_what_the_definition_keeps(boxes in candidates(), limit in 0.5f32..0.9) {
            for kind in [Overlap::Union, Overlap::Min] {
                prop_assert_eq!(suppress(&boxes, limit, kind), plain(&boxes, limit, kind));
            }
        }
    }

    #[test]
    fn the_best_come_first_and_of_equals_the_last() {
        let boxes = [0.5, 0.9, 0.5, 0.0, 1.0].map(|score| (BoundingBox::new(0.0, 0.0, 1.0, 1.0), score));
        assert_eq!(best_first(&boxes, 9), [4, 1, 2, 0, 3]);
        assert_eq!(best_first(&boxes, 3), [4, 1, 2]);
    }

    #[test]
    fn an_equal_box_goes_and_a_distant_one_stays() {
        let a = BoundingBox::new(0.0, 0.0, 10.0, 10.0);
        let far = BoundingBox::new(100.0, 0.0, 110.0, 10.0);
        assert_eq!(suppress(&[(a, 0.7), (a, 0.9), (far, 0.8)], 0.5, Overlap::Union), [1, 2]);
        assert!(suppress(&[], 0.5, Overlap::Min).is_empty());
    }
}

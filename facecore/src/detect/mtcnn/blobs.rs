//! Blobs of P-Net's score map: what NMS does to the cells of one scale, in time in proportion to the cells.
//!
//! A blob is a peak of the map and the cells around it whose boxes overlap the peak's. Peaks are taken from the highest down and
//! claim their blobs, so that faces that touch stay apart. On the grid of cells only near ones can overlap: no box is compared
//! with a distant one, and what is kept is what NMS keeps. (One peak for each connected component, or the mean of a blob's boxes
//! instead of the peak's, loses faces: `docs/performance.md`.)

use super::super::suppression::{Overlap, best_first, overlap};
use crate::geometry::BoundingBox;

/// Indices of the peaks, best score first. A peak claims cells up to `reach` columns and rows away that overlap it by more than
/// `limit`.
///
/// `cells` are columns and rows of the cells above the threshold, in rows from the top and from left to right; `boxes` are theirs.
pub(super) fn peaks(cells: &[[u32; 2]], boxes: &[(BoundingBox, f32)], limit: f32, reach: u32) -> Vec<usize> {
    let starts = starts(cells);
    let mut claimed = vec![false; cells.len()];
    let mut peaks = Vec::new();
    for peak in best_first(boxes, boxes.len()) {
        if claimed[peak] {
            continue;
        }
        peaks.push(peak);
        let [x, y] = cells[peak];
        let rows = y.saturating_sub(reach) as usize..=(y + reach) as usize;
        for row in rows.filter_map(|row| Some(*starts.get(row)?..*starts.get(row + 1)?)) {
            let first = row.start + cells[row.clone()].partition_point(|&[column, _]| column + reach < x);
            for index in (first..row.end).take_while(|&index| cells[index][0] <= x + reach) {
                claimed[index] = claimed[index] || overlap(&boxes[peak].0, &boxes[index].0, Overlap::Union) > limit;
            }
        }
    }
    peaks
}

/// Where each row of cells begins, and the end.
fn starts(cells: &[[u32; 2]]) -> Vec<usize> {
    let rows = cells.last().map_or(0, |&[_, last]| last as usize + 1);
    let mut starts = vec![0; rows + 1];
    for &[_, row] in cells {
        starts[row as usize + 1] += 1;
    }
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::super::super::suppression::suppress;
    use super::*;
    use proptest::prelude::*;

    /// The cells with a score, and boxes of three cells' side around them: they overlap by half where they touch.
    fn map(rows: &[&[f32]]) -> (Vec<[u32; 2]>, Vec<(BoundingBox, f32)>) {
        let cells = rows.iter().zip(0u32..).flat_map(|(row, y)| {
            row.iter().zip(0u32..).filter(|&(&score, _)| score > 0.0).map(move |(&score, x)| {
                let (left, top) = (x as f32 * 2.0, y as f32 * 2.0);
                ([x, y], (BoundingBox::new(left, top, left + 11.0, top + 11.0), score))
            })
        });
        cells.unzip()
    }

    fn places(rows: &[&[f32]]) -> Vec<[u32; 2]> {
        let (cells, boxes) = map(rows);
        peaks(&cells, &boxes, 0.5, 2).into_iter().map(|peak| cells[peak]).collect()
    }

    #[test]
    fn faces_that_touch_stay_apart() {
        // One component of cells, two hills.
        assert_eq!(places(&[&[0.1, 0.2, 0.1, 0.2, 0.1], &[0.1, 0.3, 0.2, 0.4, 0.1]]), [[3, 1], [1, 1]]);
        // One hill.
        assert_eq!(places(&[&[0.2, 0.3, 0.2], &[0.2, 0.25, 0.2]]), [[1, 0]]);
        assert!(places(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn peaks_are_what_nms_keeps(
            rows in prop::collection::vec(prop::collection::vec(0u8..20, 30), 0..30), scale in 0.02f64..3.0,
        ) {
            let rows: Vec<Vec<f32>> = rows
                .iter()
                .map(|row| row.iter().map(|&level| f32::from(level.saturating_sub(8)) / 12.0).collect())
                .collect();
            let (cells, mut boxes) = map(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
            // As on the photo: whole pixels.
            for ((area, _), &[x, y]) in boxes.iter_mut().zip(&cells) {
                let corner = |cell: u32, end: u32| (f64::from(2 * cell + end) / scale).trunc() as f32;
                *area = BoundingBox::new(corner(x, 1), corner(y, 1), corner(x, 12), corner(y, 12));
            }
            let reach = (2.0 * f64::max(scale, 1.0)).ceil() as u32;
            prop_assert_eq!(peaks(&cells, &boxes, 0.5, reach), suppress(&boxes, 0.5, Overlap::Union));
        }
    }
}

//! The window of a photo that a box with its margin covers.

use crate::geometry::BoundingBox;
use crate::photo::Window;

/// The box, enlarged so that it fills `1 − margin` of each side, cut at the photo's edge; `None` if nothing is left, or it is no box.
pub(super) fn around(width: u32, height: u32, area: &BoundingBox, margin: f64) -> Option<Window> {
    // In double precision, as the reference: truncation to pixels forgives no rounding.
    let side = |from: f32, to: f32, limit: u32| {
        let (from, to) = (f64::from(from), f64::from(to));
        let extra = (to - from) * (1.0 / (1.0 - margin) - 1.0) / 2.0;
        let first = (from - extra).max(0.0).trunc();
        let last = (to + extra).min(f64::from(limit)).trunc();
        (from.is_finite() && to.is_finite() && last > first).then_some((first as i64, (last - first) as usize))
    };
    let (x, width) = side(area.x1, area.x2, width)?;
    let (y, height) = side(area.y1, area.y2, height)?;
    Some(Window { x, y, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_lies_inside_the_photo(x in -500.0f32..500.0, y in -500.0f32..500.0, w in -50.0f32..900.0, h in -50.0f32..900.0, margin in 0.0..0.9) {
            if let Some(window) = around(300, 200, &BoundingBox::new(x, y, x + w, y + h), margin) {
                prop_assert!(window.x >= 0 && window.x + window.width as i64 <= 300);
                prop_assert!(window.y >= 0 && window.y + window.height as i64 <= 200);
                prop_assert!(window.width > 0 && window.height > 0);
            }
        }
    }

    #[test]
    fn margin_is_the_share_that_is_not_the_box() {
        let window = around(1000, 1000, &BoundingBox::new(400.0, 400.0, 490.0, 490.0), 0.1).map(|w| (w.x, w.width));
        assert_eq!(window, Some((395, 100)));
    }

    #[test]
    fn what_is_no_box_gives_no_window() {
        let nan = BoundingBox::new(f32::NAN, 0.0, 10.0, 10.0);
        for area in [nan, BoundingBox::new(5.0, 5.0, 5.0, 9.0), BoundingBox::new(-90.0, 0.0, -20.0, 50.0)] {
            assert!(around(100, 100, &area, 0.1).is_none());
        }
        assert!(around(100, 100, &BoundingBox::new(f32::NEG_INFINITY, 0.0, f32::INFINITY, 9.0), 0.1).is_none());
    }
}

//! The pixels of a face as FaceNet was trained to see them.

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::photo::{Photo, Resampler, Rule, Window, round};

/// A face's pixels, and the memory in which they are made.
#[derive(Default)]
pub(super) struct Crop {
    pixels: Vec<f32>,
    resampler: Resampler,
}

impl Crop {
    /// The box, enlarged so that it fills `1 − margin` of each side, cut at the photo's edge and stretched to `side` × `side`:
    /// interleaved RGB, whole numbers 0…255.
    pub(super) fn face(
        &mut self,
        photo: &Photo<'_>,
        area: &BoundingBox,
        margin: f64,
        side: usize,
    ) -> Result<&mut [f32]> {
        let window = window(photo.width(), photo.height(), area, margin)
            .ok_or_else(|| Error::EmptyCrop { box_: area.to_string() })?;
        let shrinks = window.width >= side && window.height >= side;
        let rule = if shrinks { Rule::Area } else { Rule::Linear };
        self.pixels.clear();
        let mut resized = self.resampler.resize(photo, window, side, side, rule);
        (0..side).for_each(|y| resized.row(y, &mut self.pixels));
        round(&mut self.pixels);
        Ok(&mut self.pixels)
    }
}

fn window(width: u32, height: u32, area: &BoundingBox, margin: f64) -> Option<Window> {
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
            if let Some(window) = window(300, 200, &BoundingBox::new(x, y, x + w, y + h), margin) {
                prop_assert!(window.x >= 0 && window.x + window.width as i64 <= 300);
                prop_assert!(window.y >= 0 && window.y + window.height as i64 <= 200);
                prop_assert!(window.width > 0 && window.height > 0);
            }
        }
    }

    #[test]
    fn margin_is_the_share_that_is_not_the_box() {
        let window = window(1000, 1000, &BoundingBox::new(400.0, 400.0, 490.0, 490.0), 0.1).map(|w| (w.x, w.width));
        assert_eq!(window, Some((395, 100)));
    }

    #[test]
    fn what_is_no_box_gives_no_window() {
        let nan = BoundingBox::new(f32::NAN, 0.0, 10.0, 10.0);
        for area in [nan, BoundingBox::new(5.0, 5.0, 5.0, 9.0), BoundingBox::new(-90.0, 0.0, -20.0, 50.0)] {
            assert!(window(100, 100, &area, 0.1).is_none());
        }
        assert!(window(100, 100, &BoundingBox::new(f32::NEG_INFINITY, 0.0, f32::INFINITY, 9.0), 0.1).is_none());
    }
}

//! A face on its way through the cascade, in the reference's coordinates: 1-based, corners inclusive.

use super::Scratch;
use crate::geometry::BoundingBox;
use crate::photo::{Photo, Rule, Window};

#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub area: BoundingBox,
    pub score: f32,
}

impl Candidate {
    /// Moves each corner by the network's regression, a share of `width` and `height`.
    pub(super) fn regress(&mut self, offset: [f32; 4], width: f32, height: f32) {
        self.area.x1 += offset[0] * width;
        self.area.y1 += offset[1] * height;
        self.area.x2 += offset[2] * width;
        self.area.y2 += offset[3] * height;
    }

    /// Sides counted with both corners' pixels.
    pub(super) fn inclusive_size(&self) -> (f32, f32) {
        (self.area.width() + 1.0, self.area.height() + 1.0)
    }

    /// Squares the box around its centre, the longer side counts, and truncates toward zero.
    pub(super) fn square(&mut self) {
        let (width, height) = (self.area.width(), self.area.height());
        let side = width.max(height);
        let x1 = self.area.x1 + width * 0.5 - side * 0.5;
        let y1 = self.area.y1 + height * 0.5 - side * 0.5;
        self.area = BoundingBox::new(x1.trunc(), y1.trunc(), (x1 + side).trunc(), (y1 + side).trunc());
    }

    /// Adds the pixels of the box resized to `side` × `side`, interleaved RGB 0…255, to the scratch's; false if the box misses the photo
    /// or is no box.
    pub(super) fn crop(&self, photo: &Photo<'_>, side: usize, scratch: &mut Scratch) -> bool {
        let (width, height) = (photo.width() as f32, photo.height() as f32);
        let BoundingBox { x1, y1, x2, y2 } = self.area;
        let inside = x1 <= width && y1 <= height && x2 >= 1.0 && y2 >= 1.0 && x1 <= x2 && y1 <= y2;
        // No face is several times larger than its photo: a regression gone astray must not cost memory.
        if !inside || x2 - x1 > 4.0 * (width + height) || y2 - y1 > 4.0 * (width + height) {
            return false;
        }
        let window = Window {
            x: x1 as i64 - 1,
            y: y1 as i64 - 1,
            width: (x2 - x1) as usize + 1,
            height: (y2 - y1) as usize + 1,
        };
        let Scratch { resampler, pixels } = scratch;
        let mut resized = resampler.resize(photo, window, side, side, Rule::Area);
        (0..side).for_each(|y| resized.row(y, pixels));
        true
    }
}

//! Boxes and landmarks in pixels: x to the right, y down, the photo's upper left corner is (0, 0).

/// A rectangle in pixels, by its upper left and lower right corner. It may reach beyond the photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Left edge.
    pub x1: f32,
    /// Upper edge.
    pub y1: f32,
    /// Right edge.
    pub x2: f32,
    /// Lower edge.
    pub y2: f32,
}

/// Five points of a face, each as `[x, y]` in pixels: the eye on the left of the photo, the eye on its right, the tip of the
/// nose, the left and the right corner of the mouth (MTCNN's order).
pub type Landmarks = [[f32; 2]; 5];

impl BoundingBox {
    /// The box from (x1, y1) to (x2, y2).
    pub const fn new(x1: f32, y1: f32, x2: f32, y2: f32) -> Self {
        Self { x1, y1, x2, y2 }
    }

    /// `x2 − x1`.
    pub fn width(&self) -> f32 {
        self.x2 - self.x1
    }

    /// `y2 − y1`.
    pub fn height(&self) -> f32 {
        self.y2 - self.y1
    }

    /// Width × height, 0 for a box turned inside out.
    pub fn area(&self) -> f32 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    /// Intersection over union, 0…1; 0 where both are empty.
    ///
    /// ```
    /// use facecore::BoundingBox;
    /// let left = BoundingBox::new(0.0, 0.0, 2.0, 1.0);
    /// assert_eq!(left.iou(&BoundingBox::new(1.0, 0.0, 3.0, 1.0)), 1.0 / 3.0);
    /// ```
    pub fn iou(&self, other: &Self) -> f32 {
        let overlap = self.intersection(other).area();
        let union = self.area() + other.area() - overlap;
        if union > 0.0 { overlap / union } else { 0.0 }
    }

    /// What both have in common; turned inside out where that is nothing.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        Self::new(self.x1.max(other.x1), self.y1.max(other.y1), self.x2.min(other.x2), self.y2.min(other.y2))
    }

    /// The smallest box that holds both points.
    pub(crate) fn spanning(a: [f32; 2], b: [f32; 2]) -> Self {
        Self::new(a[0].min(b[0]), a[1].min(b[1]), a[0].max(b[0]), a[1].max(b[1]))
    }
}

impl std::fmt::Display for BoundingBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1},{:.1},{:.1},{:.1}", self.x1, self.y1, self.x2, self.y2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_box() -> impl Strategy<Value = BoundingBox> {
        (-50.0f32..50.0, -50.0f32..50.0, 0.0f32..80.0, 0.0f32..80.0)
            .prop_map(|(x, y, w, h)| BoundingBox::new(x, y, x + w, y + h))
    }

    proptest! {
        #[test]
        fn iou_is_symmetric_and_within_0_and_1(a in any_box(), b in any_box()) {
            let iou = a.iou(&b);
            prop_assert!((0.0..=1.0001).contains(&iou));
            prop_assert_eq!(iou, b.iou(&a));
        }

        #[test]
        fn a_box_with_an_area_covers_itself(a in any_box()) {
            prop_assume!(a.area() > 1.0);
            prop_assert!((a.iou(&a) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn boxes_apart_or_empty_have_no_overlap() {
        let unit = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
        assert_eq!(unit.iou(&BoundingBox::new(2.0, 2.0, 3.0, 3.0)), 0.0);
        let point = BoundingBox::new(0.0, 0.0, 0.0, 0.0);
        assert_eq!(point.iou(&point), 0.0);
    }
}

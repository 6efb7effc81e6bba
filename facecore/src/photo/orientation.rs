//! The 8 ways in which a camera can store a photo (EXIF tag 0x0112), of pixels and of points.

use super::Pixels;

/// What must be done to the stored photo so that it stands upright; turns are clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Orientation {
    /// EXIF 1: nothing.
    #[default]
    Upright = 1,
    /// EXIF 2: mirror left and right.
    MirrorHorizontal = 2,
    /// EXIF 3: turn by 180°.
    Rotate180 = 3,
    /// EXIF 4: mirror top and bottom.
    MirrorVertical = 4,
    /// EXIF 5: swap rows and columns.
    Transpose = 5,
    /// EXIF 6: turn by 90°.
    Rotate90 = 6,
    /// EXIF 7: swap rows and columns, then turn by 180°.
    Transverse = 7,
    /// EXIF 8: turn by 270°.
    Rotate270 = 8,
}

impl Orientation {
    /// The orientation of an EXIF value, 1 to 8; `None` for other values, which readers treat as upright.
    pub fn from_exif(value: u8) -> Option<Self> {
        Some(match value {
            1 => Self::Upright,
            2 => Self::MirrorHorizontal,
            3 => Self::Rotate180,
            4 => Self::MirrorVertical,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => return None,
        })
    }

    /// The EXIF value, 1 to 8.
    pub fn to_exif(self) -> u8 {
        self as u8
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }

    /// The sides on the other side of the turn.
    pub(super) fn turned(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// An upright point in a stored photo of these sides.
    pub(super) fn to_stored(self, [x, y]: [f64; 2], [width, height]: [f64; 2]) -> [f64; 2] {
        let (right, bottom) = (width - 1.0, height - 1.0);
        match self {
            Self::Upright => [x, y],
            Self::MirrorHorizontal => [right - x, y],
            Self::Rotate180 => [right - x, bottom - y],
            Self::MirrorVertical => [x, bottom - y],
            Self::Transpose => [y, x],
            Self::Rotate90 => [y, bottom - x],
            Self::Transverse => [right - y, bottom - x],
            Self::Rotate270 => [right - y, x],
        }
    }

    /// The upright pixels; moves those that are upright already.
    pub(super) fn make_upright(self, stored: Pixels<'_>) -> Pixels<'_> {
        if self == Self::Upright {
            return stored;
        }
        let (width, height) = self.turned(stored.width, stored.height);
        // The turn is affine: where the first upright pixel comes from, and the bytes to go in the stored data for one step right or down.
        let offset = |x: u32, y: u32| {
            let sides = [stored.width, stored.height].map(f64::from);
            let [stored_x, stored_y] = self.to_stored([x, y].map(f64::from), sides);
            stored_y as isize * stored.stride as isize + 3 * stored_x as isize
        };
        let first = offset(0, 0);
        let right = if width > 1 { offset(1, 0) - first } else { 0 };
        let down = if height > 1 { offset(0, 1) - first } else { 0 };

        let mut upright = vec![0; 3 * width as usize * height as usize];
        let mut copy = |x0: u32, x1: u32, y: u32| {
            let mut from = first + y as isize * down + x0 as isize * right;
            let row = y as usize * width as usize;
            for pixel in upright[3 * (row + x0 as usize)..3 * (row + x1 as usize)].chunks_exact_mut(3) {
                pixel.copy_from_slice(&stored.data[from as usize..][..3]);
                from += right;
            }
        };
        // In square tiles, since a turned row jumps from line to line of the stored photo.
        const TILE: usize = 64;
        for y0 in (0..height).step_by(TILE) {
            for x0 in (0..width).step_by(TILE) {
                for y in y0..height.min(y0 + TILE as u32) {
                    copy(x0, width.min(x0 + TILE as u32), y);
                }
            }
        }
        Pixels::packed(upright, width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `abc/def`, stored; each letter a grey pixel.
    fn upright_letters(exif: u8) -> Vec<String> {
        let stored = Pixels::packed(b"abcdef".iter().flat_map(|&c| [c; 3]).collect(), 3, 2);
        let upright = Orientation::from_exif(exif).unwrap().make_upright(stored);
        (0..upright.height).map(|y| upright.row(y).iter().step_by(3).map(|&c| char::from(c)).collect()).collect()
    }

    #[test]
    fn stands_every_turn_up() {
        assert_eq!(upright_letters(1), ["abc", "def"]);
        assert_eq!(upright_letters(2), ["cba", "fed"]);
        assert_eq!(upright_letters(3), ["fed", "cba"]);
        assert_eq!(upright_letters(4), ["def", "abc"]);
        assert_eq!(upright_letters(5), ["ad", "be", "cf"]);
        assert_eq!(upright_letters(6), ["da", "eb", "fc"]);
        assert_eq!(upright_letters(7), ["fc", "eb", "da"]);
        assert_eq!(upright_letters(8), ["cf", "be", "ad"]);
    }

    #[test]
    fn reads_the_eight_exif_values_only() {
        for value in 0..=255 {
            assert_eq!(
                Orientation::from_exif(value).map(Orientation::to_exif),
                (1..=8).contains(&value).then_some(value)
            );
        }
    }

    #[test]
    fn turns_photos_larger_than_a_tile() {
        let (width, height) = (131, 67);
        let data: Vec<u8> = (0..3 * width * height).map(|i| (i % 253) as u8).collect();
        let turned = Orientation::Rotate90.make_upright(Pixels::packed(data.clone(), width, height));
        let back = Orientation::Rotate270.make_upright(turned);
        assert_eq!(back.data.as_ref(), data);
    }
}

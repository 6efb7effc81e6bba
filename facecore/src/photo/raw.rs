//! Raw pixels: how they lie in memory, whether they fit their buffer, and how they become RGB.

use std::borrow::Cow;
use std::fmt;

use super::{Orientation, Pixels};
use crate::error::{Error, Result};

/// How raw pixels lie in memory; 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Red, green, blue; borrowed without a copy.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Red, green, blue, alpha (not premultiplied); laid over white.
    Rgba,
    /// Blue, green, red, alpha (not premultiplied); laid over white.
    Bgra,
    /// One brightness.
    Grey,
    /// A plane of brightness (`height` rows), then a plane of U, V pairs, one for each 2×2 pixels (half as many rows, rounded up), with the same
    /// stride.
    ///
    /// BT.601 in full range, as in JPEG and as Android's camera delivers it; video in limited range (16–235) comes out slightly pale.
    Nv12,
    /// As [`PixelFormat::Nv12`] with pairs of V, U: the preview format of Android's camera.
    Nv21,
    /// Three planes, as most video decoders give them: brightness (`height` rows of `stride` bytes), then U and V, each with one byte for 2×2
    /// pixels (half as many rows, rounded up, of half the stride, rounded up). Colours as in [`PixelFormat::Nv12`].
    I420,
}

impl PixelFormat {
    fn is_two_planes(self) -> bool {
        matches!(self, Self::Nv12 | Self::Nv21)
    }

    /// Whether brightness lies in a plane of its own.
    pub(super) fn has_brightness(self) -> bool {
        matches!(self, Self::Nv12 | Self::Nv21 | Self::I420)
    }

    /// Fewest bytes that a row takes.
    fn row_bytes(self, width: u32) -> u64 {
        let width = u64::from(width);
        match self {
            Self::Rgb | Self::Bgr => 3 * width,
            Self::Rgba | Self::Bgra => 4 * width,
            Self::Grey | Self::I420 => width,
            Self::Nv12 | Self::Nv21 => width.next_multiple_of(2),
        }
    }
}

/// Pixels in someone else's buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawView<'a> {
    /// The buffer, from the first pixel on; the padding after the last row may be missing.
    pub data: &'a [u8],
    /// Pixels in a row, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
    /// Bytes from one row to the next.
    pub stride: usize,
    /// What a pixel is.
    pub format: PixelFormat,
    /// How the pixels lie; [`Orientation::Upright`] if they are upright.
    pub orientation: Orientation,
}

impl fmt::Debug for RawView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawView")
            .field("bytes", &self.data.len())
            .field("width", &self.width)
            .field("height", &self.height)
            .field("stride", &self.stride)
            .field("format", &self.format)
            .field("orientation", &self.orientation)
            .finish()
    }
}

impl<'a> RawView<'a> {
    pub(super) fn check(&self) -> Result<()> {
        let Self { data, width, height, stride, format, .. } = *self;
        let bad = |reason| Err(Error::RawPixels { reason });
        if width == 0 || height == 0 {
            return bad(format!("{width}×{height} has no pixels"));
        }
        let row = format.row_bytes(width);
        if (stride as u64) < row {
            return bad(format!("the stride is {stride} bytes, a row of {width} {format:?} pixels takes {row}"));
        }
        let chroma_rows = u64::from(height.div_ceil(2));
        let rows = u64::from(height) + if format.is_two_planes() { chroma_rows } else { 0 };
        let needed = match format {
            // Two planes more, of half the stride, and half a row at the end.
            PixelFormat::I420 => {
                let luma = (stride as u64).checked_mul(rows);
                let chroma = (stride as u64).div_ceil(2).checked_mul(2 * chroma_rows - 1);
                luma.zip(chroma).and_then(|(luma, chroma)| luma.checked_add(chroma)?.checked_add(row.div_ceil(2)))
            }
            _ => (stride as u64).checked_mul(rows - 1).and_then(|bytes| bytes.checked_add(row)),
        };
        match needed {
            Some(needed) if needed <= data.len() as u64 => Ok(()),
            needed => {
                let needed = needed.map_or("more than 2^64".to_owned(), |bytes| bytes.to_string());
                bad(format!(
                    "the buffer has {} bytes, {width}×{height} {format:?} with stride {stride} takes {needed}",
                    data.len()
                ))
            }
        }
    }

    /// The stored pixels in RGB; the view must have passed [`RawView::check`].
    pub(super) fn to_rgb(self) -> Pixels<'a> {
        let convert: fn(&[u8], &mut [u8]) = match self.format {
            PixelFormat::Rgb => {
                return Pixels {
                    data: Cow::Borrowed(self.data),
                    width: self.width,
                    height: self.height,
                    stride: self.stride,
                };
            }
            PixelFormat::Bgr => |row, rgb| each::<3>(row, rgb, |[b, g, r]| [r, g, b]),
            PixelFormat::Rgba => |row, rgb| each::<4>(row, rgb, over_white),
            PixelFormat::Bgra => |row, rgb| each::<4>(row, rgb, |[b, g, r, a]| over_white([r, g, b, a])),
            PixelFormat::Grey => |row, rgb| each::<1>(row, rgb, |[grey]| [grey; 3]),
            PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::I420 => return self.planes_to_rgb(),
        };
        self.rows_to_rgb(|y, rgb| convert(self.row(y), rgb))
    }

    /// The same of a format with a plane of brightness.
    pub(super) fn planes_to_rgb(&self) -> Pixels<'static> {
        match self.format {
            PixelFormat::Nv12 => self.two_planes_to_rgb(|[u, v]| [u, v]),
            PixelFormat::Nv21 => self.two_planes_to_rgb(|[v, u]| [u, v]),
            _ => self.i420_to_rgb(),
        }
    }

    fn two_planes_to_rgb(&self, uv: fn([u8; 2]) -> [u8; 2]) -> Pixels<'static> {
        self.rows_to_rgb(|y, rgb| {
            let chroma = self.row(self.height as usize + y / 2).as_chunks::<2>().0;
            pairs_to_rgb(&self.row(y)[..self.width as usize], chroma.iter().map(|&pair| uv(pair)), rgb);
        })
    }

    fn i420_to_rgb(&self) -> Pixels<'static> {
        let (stride, width) = (self.stride.div_ceil(2), self.width.div_ceil(2) as usize);
        let u_plane = self.stride * self.height as usize;
        let v_plane = u_plane + stride * self.height.div_ceil(2) as usize;
        let chroma = |plane: usize, y: usize| &self.data[plane + y / 2 * stride..][..width];
        self.rows_to_rgb(|y, rgb| {
            let pairs = chroma(u_plane, y).iter().zip(chroma(v_plane, y)).map(|(&u, &v)| [u, v]);
            pairs_to_rgb(self.row(y), pairs, rgb);
        })
    }

    fn rows_to_rgb(&self, convert: impl Fn(usize, &mut [u8])) -> Pixels<'static> {
        let row_bytes = 3 * self.width as usize;
        let mut rgb = vec![0; row_bytes * self.height as usize];
        for (y, row) in rgb.chunks_exact_mut(row_bytes).enumerate() {
            convert(y, row);
        }
        Pixels::packed(rgb, self.width, self.height)
    }

    /// Row `y` of the buffer; the chroma rows follow the `height` rows of brightness.
    pub(super) fn row(&self, y: usize) -> &'a [u8] {
        &self.data[y * self.stride..][..self.format.row_bytes(self.width) as usize]
    }
}

/// Converts pixels of `N` channels one by one.
pub(super) fn each<const N: usize>(from: &[u8], rgb: &mut [u8], convert: impl Fn([u8; N]) -> [u8; 3]) {
    for (&from, rgb) in from.as_chunks::<N>().0.iter().zip(rgb.as_chunks_mut::<3>().0) {
        *rgb = convert(from);
    }
}

/// A pixel with alpha, as it looks on white paper.
pub(super) fn over_white([r, g, b, alpha]: [u8; 4]) -> [u8; 3] {
    let (alpha, white) = (u32::from(alpha), 255 * (255 - u32::from(alpha)));
    [r, g, b].map(|channel| ((u32::from(channel) * alpha + white + 127) / 255) as u8)
}

/// A row of which each two pixels share their colour, the last one alone where the width is odd.
fn pairs_to_rgb(brightness: &[u8], colours: impl Iterator<Item = [u8; 2]>, rgb: &mut [u8]) {
    let (pairs, odd) = brightness.as_chunks::<2>();
    let (rgb, odd_rgb) = rgb.as_chunks_mut::<6>();
    let mut colours = colours.map(|[u, v]| jfif_colour(u, v));
    for ((rgb, pair), colour) in rgb.iter_mut().zip(pairs).zip(&mut colours) {
        for (rgb, &y) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(pair) {
            *rgb = coloured(y, colour);
        }
    }
    if let ([y], Some(colour), Some(rgb)) = (odd, colours.next(), odd_rgb.first_chunk_mut()) {
        *rgb = coloured(*y, colour);
    }
}

/// JFIF's YCbCr (BT.601, full range), in 16-bit fixed point.
#[cfg(any(feature = "decode", test))]
pub(super) fn jfif_rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    coloured(y, jfif_colour(u, v))
}

/// What a colour adds to the brightness of each channel.
fn jfif_colour(u: u8, v: u8) -> [i16; 3] {
    let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
    [91_881 * v, -22_554 * u - 46_802 * v, 116_130 * u].map(|channel| ((channel + 32_768) >> 16) as i16)
}

fn coloured(y: u8, colour: [i16; 3]) -> [u8; 3] {
    colour.map(|channel| (i16::from(y) + channel).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Limits, Photo};
    use super::*;

    fn view(data: &[u8], width: u32, height: u32, stride: usize, format: PixelFormat) -> RawView<'_> {
        RawView { data, width, height, stride, format, orientation: Orientation::Upright }
    }

    fn reason(view: RawView<'_>) -> String {
        match Photo::from_raw(view, &Limits::default()) {
            Err(Error::RawPixels { reason }) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn borrows_upright_rgb() {
        let data = [0; 2 * 10 + 9];
        let photo = Photo::from_raw(view(&data, 3, 3, 10, PixelFormat::Rgb), &Limits::default()).unwrap();
        assert_eq!(photo.row(2).as_ptr(), data[20..].as_ptr());
    }

    #[test]
    fn refuses_views_that_do_not_fit() {
        use PixelFormat::*;
        assert_eq!(reason(view(&[], 0, 5, 0, Rgb)), "0×5 has no pixels");
        assert_eq!(reason(view(&[0; 99], 5, 0, 15, Rgb)), "5×0 has no pixels");
        assert_eq!(reason(view(&[0; 99], 4, 2, 11, Rgb)), "the stride is 11 bytes, a row of 4 Rgb pixels takes 12");
        assert_eq!(reason(view(&[0; 99], 3, 2, 3, Nv21)), "the stride is 3 bytes, a row of 3 Nv21 pixels takes 4");
        assert_eq!(reason(view(&[0; 19], 3, 3, 4, Nv12)), "the buffer has 19 bytes, 3×3 Nv12 with stride 4 takes 20");
        assert!(reason(view(&[0; 9], u32::MAX, u32::MAX, usize::MAX, Bgra)).contains("more than 2^64"));
    }

    #[test]
    fn lays_alpha_over_white() {
        assert_eq!(over_white([10, 20, 30, 255]), [10, 20, 30]);
        assert_eq!(over_white([10, 20, 30, 0]), [255; 3]);
        assert_eq!(over_white([0, 100, 255, 128]), [127, 177, 255]);
    }

    #[test]
    fn converts_full_range_yuv() {
        for (rgb, [y, u, v]) in [
            ([255, 255, 255], [255, 128, 128]),
            ([0, 0, 0], [0, 128, 128]),
            ([254, 0, 0], [76, 85, 255]),
            ([0, 255, 1], [150, 44, 21]),
            ([0, 0, 254], [29, 255, 107]),
        ] {
            assert_eq!(jfif_rgb(y, u, v), rgb);
        }
    }

    #[test]
    fn reads_odd_sized_two_plane_photos() {
        let data = [10, 20, 30, 0, 40, 50, 60, 0, 70, 80, 90, 0, 128, 128, 128, 228, 128, 128, 128, 128];
        let nv21 = Photo::from_raw(view(&data, 3, 3, 4, PixelFormat::Nv21), &Limits::default()).unwrap();
        assert_eq!(nv21.row(0), [10, 10, 10, 20, 20, 20, 30, 0, 207]);
        assert_eq!(nv21.row(1)[..6], [40, 40, 40, 50, 50, 50]);
        assert_eq!(nv21.row(2), [70, 70, 70, 80, 80, 80, 90, 90, 90]);
        let nv12 = Photo::from_raw(view(&data, 3, 3, 4, PixelFormat::Nv12), &Limits::default()).unwrap();
        assert_eq!(nv12.row(0)[6..], [170, 0, 30]);
    }

    #[test]
    fn reads_three_planes() {
        // The photo of the test above; each plane with a byte of padding a row, the last one without.
        let data = [10, 20, 30, 0, 40, 50, 60, 0, 70, 80, 90, 0, 128, 128, 128, 128, 128, 228, 128, 128];
        let i420 = Photo::from_raw(view(&data, 3, 3, 4, PixelFormat::I420), &Limits::default()).unwrap();
        assert_eq!(i420.row(0), [10, 10, 10, 20, 20, 20, 170, 0, 30]);
        assert_eq!(i420.row(2), [70, 70, 70, 80, 80, 80, 90, 90, 90]);
        assert_eq!(
            reason(view(&data[1..], 3, 3, 4, PixelFormat::I420)),
            "the buffer has 19 bytes, 3×3 I420 with stride 4 takes 20"
        );
        let one = Photo::from_raw(view(&[7, 128, 128], 1, 1, 1, PixelFormat::I420), &Limits::default()).unwrap();
        assert_eq!(one.row(0), [7, 7, 7]);
        assert!(reason(view(&data, u32::MAX, u32::MAX, usize::MAX, PixelFormat::I420)).contains("more than 2^64"));
    }

    fn any_format() -> impl Strategy<Value = PixelFormat> {
        use PixelFormat::*;
        prop::sample::select(vec![Rgb, Bgr, Rgba, Bgra, Grey, Nv12, Nv21, I420])
    }

    proptest! {
        #[test]
        fn channel_orders_hold_the_same_photo(rgb in prop::collection::vec(any::<[u8; 3]>(), 12), pad in 0usize..5) {
            let stored = |pixel: fn(&[u8; 3]) -> Vec<u8>| -> (Vec<u8>, usize) {
                let rows: Vec<Vec<u8>> = rgb.chunks(4).map(|row| row.iter().flat_map(pixel).chain(vec![99; pad]).collect()).collect();
                (rows.concat(), rows[0].len())
            };
            for (format, pixel) in [
                (PixelFormat::Rgb, (|&[r, g, b]| vec![r, g, b]) as fn(&[u8; 3]) -> Vec<u8>),
                (PixelFormat::Bgr, |&[r, g, b]| vec![b, g, r]),
                (PixelFormat::Rgba, |&[r, g, b]| vec![r, g, b, 255]),
                (PixelFormat::Bgra, |&[r, g, b]| vec![b, g, r, 255]),
            ] {
                let (data, stride) = stored(pixel);
                let photo = Photo::from_raw(view(&data, 4, 3, stride, format), &Limits::default()).unwrap();
                for (y, row) in rgb.chunks(4).enumerate() {
                    prop_assert_eq!(photo.row(y as u32), row.as_flattened());
                }
            }
        }

        #[test]
        fn any_view_is_a_photo_or_an_error(
            data in prop::collection::vec(any::<u8>(), 0..200), width in 0u32..20, height in 0u32..20, stride in 0usize..50,
            format in any_format(), exif in 1u8..=8, shrink_above in 0u64..50,
        ) {
            let orientation = Orientation::from_exif(exif).unwrap();
            let limits = Limits { shrink_above, ..Limits::default() };
            if let Ok(photo) = Photo::from_raw(RawView { data: &data, width, height, stride, format, orientation }, &limits) {
                for y in 0..photo.height() {
                    prop_assert_eq!(photo.row(y).len(), 3 * photo.width() as usize);
                }
            }
        }
    }
}

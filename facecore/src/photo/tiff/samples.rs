//! From a TIFF's numbers to channels of 8 bits, and from those to RGB.

use super::super::raw::{jfif_rgb, over_white};
use super::directory::Directory;
use super::unpack::Packing;
use super::{bad, unread};
use crate::error::Result;

/// What a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// A whole number of 1, 2, 4, 8, 16 or 32 bits.
    Whole(usize),
    /// A float of 16, 32 or 64 bits, from 0 to 1.
    Float(usize),
}

impl Depth {
    pub(super) fn read(directory: &Directory<'_>, samples: usize) -> Result<Self> {
        let same = |tag, default| {
            let numbers = directory.numbers(tag).unwrap_or_else(|| vec![default]);
            let &first = numbers.first()?;
            numbers.iter().take(samples).all(|&number| number == first).then_some(first)
        };
        let bits = same(258, 1).ok_or_else(|| unread("a TIFF whose channels have different depths"))?;
        match (same(339, 1), bits) {
            (Some(1 | 4), 1 | 2 | 4 | 8 | 16 | 32) => Ok(Self::Whole(bits as usize)),
            (Some(3), 16 | 32 | 64) => Ok(Self::Float(bits as usize)),
            (Some(2), _) => Err(unread("a TIFF of signed numbers")),
            (Some(5 | 6), _) => Err(unread("a TIFF of complex numbers")),
            _ => Err(unread(&format!("a TIFF of {bits} bits a channel"))),
        }
    }

    pub(super) fn bits(self) -> usize {
        match self {
            Self::Whole(bits) | Self::Float(bits) => bits,
        }
    }

    /// Sample `i` of a row in 8 bits: scaled, or as it is if it is an `index`.
    #[inline]
    pub(super) fn sample(self, row: &[u8], i: usize, big_endian: bool, index: bool) -> u8 {
        match self {
            Self::Whole(8) => row[i],
            Self::Whole(bits @ (1 | 2 | 4)) => {
                let (at, most) = (i * bits, (1 << bits) - 1);
                let value = row[at / 8] >> (8 - bits - at % 8) & most;
                if index { value } else { value * (255 / most) }
            }
            Self::Whole(16) => ((wide::<2>(row, i, big_endian) + 128) / 257) as u8,
            Self::Whole(_) => ((wide::<4>(row, i, big_endian) + 0x0080_8080) / 0x0101_0101) as u8,
            // The casts saturate, and make NaN 0.
            Self::Float(16) => {
                (half::f16::from_bits(wide::<2>(row, i, big_endian) as u16).to_f32() * 255.0).round() as u8
            }
            Self::Float(32) => (f32::from_bits(wide::<4>(row, i, big_endian) as u32) * 255.0).round() as u8,
            Self::Float(_) => (f64::from_bits(wide::<8>(row, i, big_endian)) * 255.0).round() as u8,
        }
    }

    /// Undoes a predictor: 2, each number as the difference to its left neighbour, or 3, floats cut into planes of bytes.
    pub(super) fn undo(
        self,
        predictor: u64,
        bytes: &mut [u8],
        row: usize,
        samples: usize,
        big_endian: bool,
    ) -> Result<()> {
        let size = self.bits() / 8;
        if size == 0 || (predictor == 3) != matches!(self, Self::Float(_)) {
            return Err(unread("a TIFF whose predictor does not fit its numbers"));
        }
        for row in bytes.chunks_exact_mut(row.max(1)) {
            if predictor == 3 {
                undo_floats(row, samples, size, big_endian);
                continue;
            }
            for i in samples..row.len() / size {
                let sum = u64::wrapping_add(of(row, i, size, big_endian), of(row, i - samples, size, big_endian));
                let place = &mut row[i * size..][..size];
                let sum = sum.to_be_bytes();
                place.copy_from_slice(&sum[8 - size..]);
                if !big_endian {
                    place.reverse();
                }
            }
        }
        Ok(())
    }
}

/// A row of floats as predictor 3 stores it: all highest bytes, then all next ones, each as the difference to its left neighbour.
fn undo_floats(row: &mut [u8], samples: usize, size: usize, big_endian: bool) {
    for i in samples..row.len() {
        row[i] = row[i].wrapping_add(row[i - samples]);
    }
    let planes = row.to_vec();
    let numbers = row.len() / size;
    for (i, number) in row.chunks_exact_mut(size).enumerate() {
        for (byte, out) in number.iter_mut().enumerate() {
            *out = planes[byte * numbers + i];
        }
        if !big_endian {
            number.reverse();
        }
    }
}

fn wide<const N: usize>(row: &[u8], i: usize, big_endian: bool) -> u64 {
    of(row, i, N, big_endian)
}

#[inline]
fn of(row: &[u8], i: usize, size: usize, big_endian: bool) -> u64 {
    let bytes = &row[i * size..][..size];
    let add = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
    if big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Model {
    Grey {
        white_zero: bool,
    },
    Rgb,
    Palette,
    Cmyk,
    /// With this many pixels across and down to a pair of colours.
    YCbCr([usize; 2]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alpha {
    None,
    /// The colours are premultiplied: already darkened by their transparency.
    Associated,
    Unassociated,
}

/// What the channels mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colours {
    model: Model,
    alpha: Alpha,
}

impl Colours {
    pub(super) fn read(directory: &Directory<'_>, samples: usize, packing: Packing) -> Result<Self> {
        let model = match directory.first(262) {
            Some(kind @ (0 | 1)) => Model::Grey { white_zero: kind == 0 },
            Some(2) => Model::Rgb,
            Some(3) => Model::Palette,
            Some(5) if directory.first(332).unwrap_or(1) == 1 => Model::Cmyk,
            Some(6) if packing == Packing::Jpeg => Model::YCbCr([1, 1]),
            Some(6) => Model::YCbCr(match directory.numbers(530).as_deref() {
                Some(&[across @ (1 | 2 | 4), down @ (1 | 2 | 4)]) => [across as usize, down as usize],
                _ => [2, 2],
            }),
            Some(8..=10) => return Err(unread("a Lab TIFF")),
            Some(32844 | 32845) => return Err(unread("a LogLuv TIFF")),
            Some(32803 | 34892) => return Err(unread("a raw camera photo (DNG)")),
            _ => return Err(unread("a TIFF of unknown colours")),
        };
        let colours = Self { model, alpha: Alpha::None };
        let of_colour = colours.channels();
        if samples < of_colour {
            return Err(bad("it has fewer channels than its colours need"));
        }
        let alpha = match (directory.first(338), model) {
            _ if samples == of_colour => Alpha::None,
            (Some(1), _) => Alpha::Associated,
            // Programs that leave out what the fourth channel is mean alpha.
            (Some(2), _) | (None, Model::Rgb) => Alpha::Unassociated,
            _ => Alpha::None,
        };
        let with_alpha = matches!(model, Model::Grey { .. } | Model::Rgb);
        let wrong =
            matches!(model, Model::YCbCr(of) if of != [1, 1] && (samples > 3 || directory.first(284) == Some(2)));
        if wrong {
            return Err(unread("a TIFF of YCbCr planes or with transparency"));
        }
        Ok(Self { alpha: if with_alpha { alpha } else { Alpha::None }, ..colours })
    }

    /// Channels that are looked at: the colours, and the alpha behind them.
    pub(super) fn channels(self) -> usize {
        let colours = match self.model {
            Model::Grey { .. } | Model::Palette => 1,
            Model::Rgb | Model::YCbCr(_) => 3,
            Model::Cmyk => 4,
        };
        colours + usize::from(self.alpha != Alpha::None)
    }

    pub(super) fn is_palette(self) -> bool {
        self.model == Model::Palette
    }

    pub(super) fn is_ycc(self) -> bool {
        matches!(self.model, Model::YCbCr(_))
    }

    pub(super) fn is_white_zero(self) -> bool {
        self.model == Model::Grey { white_zero: true }
    }

    /// Bytes of a chunk whose colours are stored for blocks of pixels; `None` if each pixel has its own.
    pub(super) fn chunk_bytes(self, [columns, rows]: [usize; 2]) -> Option<usize> {
        let Model::YCbCr([across, down]) = self.model else { return None };
        (across * down > 1).then(|| columns.div_ceil(across) * rows.div_ceil(down) * (across * down + 2))
    }

    /// The chunk with colours for each pixel.
    pub(super) fn full_size(self, [columns, rows]: [usize; 2], bytes: Vec<u8>) -> Vec<u8> {
        let Model::YCbCr([across, down]) = self.model else { return bytes };
        if across * down == 1 {
            return bytes;
        }
        let mut full = vec![0; 3 * columns * rows];
        let blocks = columns.div_ceil(across);
        for (i, block) in bytes.chunks_exact(across * down + 2).enumerate() {
            let (x, y) = (i % blocks * across, i / blocks * down);
            for (k, &brightness) in block[..across * down].iter().enumerate() {
                let (x, y) = (x + k % across, y + k / across);
                if x < columns && y < rows {
                    full[3 * (y * columns + x)..][..3].copy_from_slice(&[
                        brightness,
                        block[across * down],
                        block[across * down + 1],
                    ]);
                }
            }
        }
        full
    }

    /// All pixels in RGB; `palette` are the colour map's numbers of 16 bits: all reds, all greens, all blues.
    pub(super) fn to_rgb(self, canvas: Vec<u8>, palette: Option<Vec<u64>>) -> Result<Vec<u8>> {
        if self.model == Model::Rgb && self.alpha == Alpha::None {
            return Ok(canvas);
        }
        let palette = match (self.model, palette) {
            (Model::Palette, None) => return Err(bad("it has no palette")),
            (_, palette) => palette.unwrap_or_default(),
        };
        let colours = palette.len() / 3;
        let entry = |i: usize| [0, 1, 2].map(|c| palette.get(c * colours + i).map_or(0, |&level| (level >> 8) as u8));
        let channels = self.channels();
        let mut rgb = vec![0; canvas.len() / channels * 3];
        for (from, to) in canvas.chunks_exact(channels).zip(rgb.as_chunks_mut::<3>().0) {
            let colour = match (self.model, from) {
                (Model::Grey { white_zero }, [grey, ..]) => [if white_zero { 255 - grey } else { *grey }; 3],
                (Model::Palette, [index, ..]) => entry(usize::from(*index)),
                (Model::YCbCr(_), [y, u, v, ..]) => jfif_rgb(*y, *u, *v),
                (Model::Cmyk, [c, m, y, k, ..]) => {
                    [c, m, y].map(|ink| ((255 - u32::from(*ink)) * (255 - u32::from(*k)) / 255) as u8)
                }
                (_, [r, g, b, ..]) => [*r, *g, *b],
                _ => [0; 3],
            };
            let alpha = from[channels - 1];
            *to = match self.alpha {
                Alpha::None => colour,
                Alpha::Unassociated => over_white([colour[0], colour[1], colour[2], alpha]),
                Alpha::Associated => colour.map(|channel| channel.saturating_add(255 - alpha)),
            };
        }
        Ok(rgb)
    }
}

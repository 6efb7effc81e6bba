//! TIFF: what scanners, cameras and image programs write. The first page, in strips or tiles, whole pixels or planes.
//!
//! Why not a crate: `tiff` refuses palettes, panics on tiled planes and loses associated alpha and the fill order; see `docs/dependencies.md`.
//!
//! - `directory`: the tags.
//! - `unpack`: strips and tiles to plain bytes: as they are, LZW, Deflate, PackBits, JPEG.
//! - `samples`: bytes to channels of 8 bits, and those to RGB.
//!
//! This room may use [`crate::error`], `jpeg` and `metadata`.

mod directory;
mod samples;
mod unpack;

use directory::Directory;
use samples::{Colours, Depth};
use unpack::{Packing, jpeg_chunk};

use super::{Limits, Orientation, metadata};
use crate::error::{Error, Result};

fn bad(reason: &str) -> Error {
    Error::Decode { reason: format!("the TIFF is damaged: {reason}") }
}

fn unread(kind: &str) -> Error {
    Error::UnreadKind { kind: kind.into() }
}

/// A decoded page.
pub(super) struct Decoded {
    /// RGB, row by row.
    pub(super) rgb: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) orientation: Orientation,
}

/// Decodes the first page.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let directory = Directory::read(bytes)?;
    let side = |tag| directory.first(tag).and_then(|side| u32::try_from(side).ok()).filter(|&side| side > 0);
    let (Some(width), Some(height)) = (side(256), side(257)) else { return Err(bad("it has no size")) };
    limits.check_size(width, height)?;
    let page = Page::read(directory, width as usize, height as usize)?;
    if page.chunk_bytes() as u64 / 20 > limits.max_pixels {
        return Err(bad("it needs more memory than a photo of its size should"));
    }
    let rgb = page.rgb()?;
    let exif = page.directory.first(274).and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?));
    let xmp = || page.directory.raw(700).and_then(metadata::in_xmp);
    Ok(Decoded { rgb, width, height, orientation: exif.or_else(xmp).unwrap_or_default() })
}

/// How a page is laid out.
struct Page<'a> {
    directory: Directory<'a>,
    width: usize,
    height: usize,
    /// Width and height of a strip or a tile; the last strip may be lower, the last tiles are filled up.
    chunk: [usize; 2],
    tiled: bool,
    /// Samples of a pixel in a chunk: all, or 1 if each has a plane of its own.
    interleaved: usize,
    /// Where the chunks are, and how long.
    places: Vec<(u64, u64)>,
    packing: Packing,
    /// Whether the lowest bit of a byte comes first.
    reversed: bool,
    predictor: u64,
    depth: Depth,
    colours: Colours,
}

impl<'a> Page<'a> {
    fn read(directory: Directory<'a>, width: usize, height: usize) -> Result<Self> {
        let or = |tag, default| directory.first(tag).unwrap_or(default);
        let samples = usize::try_from(or(277, 1)).unwrap_or(usize::MAX);
        let packing = Packing::of(or(259, 1))?;
        let colours = Colours::read(&directory, samples, packing)?;
        let depth = Depth::read(&directory, samples)?;
        if depth != Depth::Whole(8) && (colours.is_ycc() || packing == Packing::Jpeg)
            || depth.bits() > 8 && colours.is_palette()
        {
            return Err(unread(&format!("a TIFF of {} bits a channel in this kind of colours", depth.bits())));
        }
        let tiled = directory.first(324).is_some();
        let [offsets, lengths] = if tiled { [324, 325] } else { [273, 279] };
        let offsets = directory.numbers(offsets).ok_or_else(|| bad("it does not say where its pixels are"))?;
        // A single strip may leave its length out.
        let lengths = directory.numbers(lengths).unwrap_or_else(|| vec![u64::MAX; offsets.len()]);
        let chunk =
            if tiled { [or(322, 0), or(323, 0)] } else { [width as u64, or(278, height as u64).min(height as u64)] };
        let most = width.max(height) + 4096;
        let [Ok(across @ 1..), Ok(down @ 1..)] = chunk.map(usize::try_from) else {
            return Err(bad("its tiles have no size"));
        };
        if across > most || down > most {
            return Err(bad("its tiles are larger than the picture"));
        }
        let planar = or(284, 1) == 2 && samples > 1;
        Ok(Self {
            width,
            height,
            chunk: [across, down],
            tiled,
            interleaved: if planar { 1 } else { samples },
            places: offsets.into_iter().zip(lengths).collect(),
            packing,
            reversed: or(266, 1) == 2,
            predictor: or(317, 1),
            depth,
            colours,
            directory,
        })
    }

    fn chunk_bytes(&self) -> usize {
        self.chunk[0] * self.chunk[1] * self.interleaved.min(1 << 16) * self.depth.bits() / 8
    }

    fn rgb(&self) -> Result<Vec<u8>> {
        if self.packing == Packing::Jpeg {
            return self.jpeg_chunks();
        }
        let channels = self.colours.channels();
        let mut canvas = vec![0; self.width * self.height * channels];
        let planes = if self.interleaved == 1 { channels } else { 1 };
        for plane in 0..planes {
            self.each_chunk(plane, |packed, [x, y], [columns, rows]| {
                let bytes = self.plain(packed, columns, rows)?;
                let row_bytes = bytes.len() / rows;
                for (row, bytes) in bytes.chunks_exact(row_bytes).take(self.height - y).enumerate() {
                    let shown = columns.min(self.width - x);
                    let start = ((y + row) * self.width + x) * channels;
                    let out = &mut canvas[start..start + shown * channels];
                    self.samples(bytes, plane, channels, out);
                }
                Ok(())
            })?;
        }
        self.colours.to_rgb(canvas, self.directory.numbers(320))
    }

    /// Calls with each chunk of a plane: its bytes, its place, and its size in pixels.
    fn each_chunk(
        &self,
        plane: usize,
        mut call: impl FnMut(&'a [u8], [usize; 2], [usize; 2]) -> Result<()>,
    ) -> Result<()> {
        let [across, down] = self.chunk;
        let row = self.width.div_ceil(across);
        let rows = self.height.div_ceil(down);
        for i in 0..row * rows {
            let &(offset, length) =
                self.places.get(plane * row * rows + i).ok_or_else(|| bad("strips or tiles are missing"))?;
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.directory.bytes.len());
            let end =
                start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(self.directory.bytes.len());
            let at = [i % row * across, i / row * down];
            let height = if self.tiled { down } else { down.min(self.height - at[1]) };
            call(&self.directory.bytes[start..end], at, [across, height])?;
        }
        Ok(())
    }

    /// A chunk's samples, unpacked and with the predictor undone.
    fn plain(&self, packed: &'a [u8], columns: usize, rows: usize) -> Result<Vec<u8>> {
        let row_bytes = (columns * self.interleaved * self.depth.bits()).div_ceil(8);
        let length = self.colours.chunk_bytes([columns, rows]).unwrap_or(row_bytes * rows);
        let mut bytes = if self.reversed {
            let turned: Vec<u8> = packed.iter().map(|byte| byte.reverse_bits()).collect();
            self.packing.unpack(&turned, length)?.into_owned()
        } else {
            self.packing.unpack(packed, length)?.into_owned()
        };
        match self.predictor {
            1 => {}
            2 | 3 => {
                self.depth.undo(self.predictor, &mut bytes, row_bytes, self.interleaved, self.directory.big_endian)?
            }
            other => return Err(unread(&format!("a TIFF with predictor {other}"))),
        }
        Ok(self.colours.full_size([columns, rows], bytes))
    }

    /// One row's samples of 8 bits, into the canvas.
    fn samples(&self, bytes: &[u8], plane: usize, channels: usize, out: &mut [u8]) {
        let index = self.colours.is_palette();
        let sample = |i| self.depth.sample(bytes, i, self.directory.big_endian, index);
        for (x, out) in out.chunks_exact_mut(channels).enumerate() {
            if self.interleaved == 1 {
                out[plane] = sample(x);
            } else {
                (0..channels).for_each(|c| out[c] = sample(x * self.interleaved + c));
            }
        }
    }

    /// Strips or tiles that are JPEGs.
    fn jpeg_chunks(&self) -> Result<Vec<u8>> {
        if self.interleaved == 1 && self.colours.channels() > 1 {
            return Err(unread("a TIFF of JPEG planes"));
        }
        let mut rgb = vec![0; 3 * self.width * self.height];
        let most = (self.chunk[0] as u64 + 16) * (self.chunk[1] as u64 + 16);
        self.each_chunk(0, |packed, [x, y], [columns, rows]| {
            let (pixels, row) = jpeg_chunk(packed, self.directory.raw(347), self.colours.is_ycc(), most)?;
            let shown = columns.min(self.width - x).min(row);
            for (from, y) in pixels.chunks_exact(3 * row).take(rows).zip(y..self.height) {
                rgb[3 * (y * self.width + x)..][..3 * shown].copy_from_slice(&from[..3 * shown]);
            }
            Ok(())
        })?;
        if self.colours.is_white_zero() {
            rgb.iter_mut().for_each(|channel| *channel = 255 - *channel);
        }
        Ok(rgb)
    }
}

#[cfg(test)]
mod tests;

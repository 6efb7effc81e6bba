//! Encoded photos: the `image` crate behind our limits, our errors and our RGB.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::raw::{each, over_white};
use super::{Limits, Orientation, Photo, Pixels};
use crate::error::{Error, Result};

/// Memory for what a decoder keeps beside pixels (tables, metadata), in bytes.
const SLACK: u64 = 16 << 20;

impl Photo<'static> {
    /// Decodes a JPEG, PNG, WebP, BMP, GIF or TIFF; the format is told from the first bytes.
    ///
    /// 16-bit and float channels are rounded to 8 bits, grey becomes RGB, transparent pixels are laid over white, CMYK is converted without its
    /// profile, and the photo is turned upright by its EXIF (or TIFF) orientation. Of an animation the first picture is taken, of a TIFF the
    /// first page.
    ///
    /// # Errors
    /// - [`Error::UnknownFormat`] for any other bytes.
    /// - [`Error::Limit`] for bytes, width, height or pixels above `limits`: known from the header, before memory for the pixels is taken.
    /// - [`Error::Decode`] for a damaged or incomplete file; a JPEG without its end marker counts as cut, since its lower part would be grey.
    ///   A decoder that panics is this error too. This catches the panic, but the process's panic hook may have printed its message by then.
    ///
    /// ```
    /// use facecore::{Limits, Photo};
    /// let pgm = Photo::decode(b"P5 1 1 255 x", &Limits::default());
    /// assert_eq!(pgm.unwrap_err().code(), "unknown-format");
    /// ```
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self> {
        limits.check_bytes(bytes.len())?;
        no_panic(|| decode(bytes, limits))
    }
}

fn no_panic<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing that the closure may leave half-done outlives it.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(failed(format!("the decoder panicked: {}", said.unwrap_or("no message"))))
    })
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo<'static>> {
    if bytes.is_empty() {
        return Err(failed("it has no bytes"));
    }
    let format = image::guess_format(bytes).map_err(|_| Error::UnknownFormat)?;
    use ImageFormat::*;
    if !matches!(format, Jpeg | Png | WebP | Bmp | Gif | Tiff) {
        return Err(Error::UnknownFormat);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(memory(limits.max_pixels.saturating_mul(8)));
    let mut decoder = reader.into_decoder().map_err(refused)?;

    let (width, height) = decoder.dimensions();
    limits.check_size(width, height)?;
    if width == 0 || height == 0 {
        return Err(failed(format!("{width}×{height} has no pixels")));
    }
    // The decoder of JPEG fills in what is missing and offers no strict mode here.
    if format == Jpeg && !reaches_end_marker(bytes) {
        return Err(failed("the JPEG is cut: it has no end marker"));
    }
    decoder.set_limits(memory(decoder.total_bytes())).map_err(refused)?;
    // A photo with broken metadata is still a photo.
    let orientation =
        decoder.orientation().ok().and_then(|turn| Orientation::from_exif(turn.to_exif())).unwrap_or_default();
    let color = decoder.color_type();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| failed("it does not fit into memory"))?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(refused)?;
    let stored = Pixels::packed(to_rgb(pixels, color)?, width, height);
    Ok(Photo::from_stored(stored, orientation, limits))
}

/// Room for the pixels, for a second copy of them inside the decoder (a TIFF's strip, a GIF's frame; CMYK has a channel more), and for the rest.
fn memory(pixel_bytes: u64) -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(pixel_bytes.saturating_mul(3).saturating_add(SLACK));
    limits
}

fn refused(error: ImageError) -> Error {
    failed(match error {
        ImageError::Limits(_) => "it needs more memory than a photo of its size should".to_owned(),
        error => error.to_string(),
    })
}

fn failed(reason: impl Into<String>) -> Error {
    Error::Decode { reason: reason.into() }
}

/// Walks the segments and the scans of a JPEG. A thumbnail's end marker lies inside a segment and does not count.
fn reaches_end_marker(jpeg: &[u8]) -> bool {
    let mut rest = jpeg;
    while let Some(at) = rest.iter().position(|&byte| byte == 0xFF) {
        rest = &rest[at..];
        let skip = match *rest {
            [_, 0xD9, ..] => return true,
            [_, 0xC0..=0xCF | 0xDA..=0xDF | 0xE0..=0xEF | 0xFE, high, low, ..] => {
                2 + usize::from(u16::from_be_bytes([high, low]))
            }
            // Fill bytes; what is no segment is data of a scan.
            [_, 0xFF, ..] => 1,
            _ => 2,
        };
        rest = rest.get(skip..).unwrap_or_default();
    }
    false
}

/// Any of the decoders' layouts as 8-bit RGB; wide channels are in the machine's byte order.
fn to_rgb(pixels: Vec<u8>, color: ColorType) -> Result<Vec<u8>> {
    use ColorType::*;
    Ok(match color {
        Rgb8 => pixels,
        L8 => grown::<1>(&pixels, |[grey]| [grey; 3]),
        La8 => grown::<2>(&pixels, |[grey, alpha]| over_white([grey, grey, grey, alpha])),
        Rgba8 => grown::<4>(&pixels, over_white),
        L16 => to_rgb(narrowed(&pixels, from_u16), L8)?,
        La16 => to_rgb(narrowed(&pixels, from_u16), La8)?,
        Rgb16 => narrowed(&pixels, from_u16),
        Rgba16 => to_rgb(narrowed(&pixels, from_u16), Rgba8)?,
        Rgb32F => narrowed(&pixels, from_f32),
        Rgba32F => to_rgb(narrowed(&pixels, from_f32), Rgba8)?,
        other => return Err(failed(format!("pixels of type {other:?} are not read"))),
    })
}

fn grown<const N: usize>(pixels: &[u8], convert: impl Fn([u8; N]) -> [u8; 3]) -> Vec<u8> {
    let mut rgb = vec![0; pixels.len() / N * 3];
    each(pixels, &mut rgb, convert);
    rgb
}

fn narrowed<const N: usize>(channels: &[u8], narrow: fn([u8; N]) -> u8) -> Vec<u8> {
    channels.as_chunks::<N>().0.iter().map(|&channel| narrow(channel)).collect()
}

fn from_u16(channel: [u8; 2]) -> u8 {
    ((u32::from(u16::from_ne_bytes(channel)) + 128) / 257) as u8
}

fn from_f32(channel: [u8; 4]) -> u8 {
    // The cast saturates, and makes NaN 0.
    (f32::from_ne_bytes(channel) * 255.0).round() as u8
}

#[cfg(test)]
mod tests;

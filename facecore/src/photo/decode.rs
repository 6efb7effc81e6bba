//! Encoded photos: tells the format, and treats all formats alike: first limits, then pixels, damage and orientation.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};

#[cfg(feature = "heif")]
use super::heif;
use super::raw::{each, over_white};
use super::{Damage, Limits, Orientation, Photo, Pixels, jpeg, metadata, tiff};
use crate::error::{Error, Result};

/// Memory for what a decoder keeps beside pixels (tables, metadata), in bytes.
const SLACK: u64 = 16 << 20;

impl Photo<'static> {
    /// The formats that this build decodes, each by its usual file extension.
    ///
    /// Always `jpg`, `png`, `webp`, `bmp`, `gif` and `tiff`; with the feature `heif` also those of `heic` and `avif` that the libheif in use has
    /// a decoder for.
    ///
    /// ```
    /// assert!(facecore::Photo::formats().contains(&"webp"));
    /// ```
    pub fn formats() -> Vec<&'static str> {
        let formats = vec!["jpg", "png", "webp", "bmp", "gif", "tiff"];
        #[cfg(feature = "heif")]
        let formats = [formats, heif::formats()].concat();
        formats
    }

    /// Decodes a JPEG, PNG, WebP, BMP, GIF or TIFF, with the feature `heif` a HEIC or AVIF too; the format is told from the first bytes.
    ///
    /// 16-bit and float channels are rounded to 8 bits, grey becomes RGB, transparent pixels are laid over white, CMYK is converted without its
    /// profile, and the photo is turned upright by the orientation in its EXIF or XMP. Of an animation the first picture is taken, of a TIFF the
    /// first page.
    ///
    /// # Errors
    /// - [`Error::UnreadKind`] for a known kind that is not read, [`Error::UnknownFormat`] for any other bytes.
    /// - [`Error::Limit`] for bytes, width, height or pixels above `limits`: known from the header, before memory for the pixels is taken.
    /// - [`Error::Damaged`] for a JPEG that is cut or has broken data, unless `limits` say [`Damage::Keep`](super::Damage::Keep). One that lacks
    ///   only its end marker is whole.
    /// - [`Error::Decode`] for a file whose header makes no sense, and for one in another format that is cut or damaged.
    ///   A decoder that panics is this error too. This catches the panic, but the process's panic hook may have printed its message by then.
    ///
    /// ```
    /// use facecore::{Limits, Photo};
    /// let pgm = Photo::decode(b"P5 1 1 255 x", &Limits::default());
    /// assert_eq!(pgm.unwrap_err().code(), "unknown-format");
    /// ```
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self> {
        limits.check_bytes(bytes.len())?;
        if bytes.is_empty() {
            return Err(failed("it has no bytes"));
        }
        no_panic(|| match Format::of(bytes)? {
            Format::Jpeg => decode_jpeg(bytes, limits),
            Format::Tiff => {
                let page = tiff::decode(bytes, limits)?;
                Ok(Photo::from_stored(Pixels::packed(page.rgb, page.width, page.height), page.orientation, limits))
            }
            #[cfg(feature = "heif")]
            Format::Heif(kind) => {
                Ok(Photo::from_stored(heif::decode(bytes, kind, limits)?, Orientation::Upright, limits))
            }
            Format::Other(format) => decode_other(bytes, format, limits),
        })
    }
}

/// Who decodes it.
enum Format {
    Jpeg,
    Tiff,
    /// With its name for an error.
    #[cfg(feature = "heif")]
    Heif(&'static str),
    Other(ImageFormat),
}

impl Format {
    fn of(bytes: &[u8]) -> Result<Self> {
        let unread = |kind: &str| Err(Error::UnreadKind { kind: kind.into() });
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => return Ok(Self::Jpeg),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => return Ok(Self::Tiff),
            [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => return unread("a JPEG XL photo"),
            [0, 0, 0, 12, b'j', b'P', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => return unread("a JPEG 2000 photo"),
            [b'8', b'B', b'P', b'S', ..] => return unread("a Photoshop file"),
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return Self::of_brand(brand),
            _ => {}
        }
        use ImageFormat::*;
        match image::guess_format(bytes) {
            Ok(format @ (Png | WebP | Bmp | Gif)) => Ok(Self::Other(format)),
            _ => Err(Error::UnknownFormat),
        }
    }

    /// The formats in the boxes of MPEG-4, by what they call themselves first.
    fn of_brand(brand: &[u8]) -> Result<Self> {
        let heif = |kind: &'static str| {
            #[cfg(feature = "heif")]
            return Ok(Self::Heif(kind));
            #[cfg(not(feature = "heif"))]
            Err(Error::UnreadKind { kind: kind.into() })
        };
        match brand.get(..4).unwrap_or_default() {
            b"avif" | b"avis" => heif("an AVIF photo"),
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"hevm" | b"hevs" | b"mif1" | b"msf1" => {
                heif("a HEIC photo")
            }
            b"crx " => Err(Error::UnreadKind { kind: "a raw camera photo (CR3)".into() }),
            _ => Err(Error::UnreadKind { kind: "a video".into() }),
        }
    }
}

fn decode_jpeg(bytes: &[u8], limits: &Limits) -> Result<Photo<'static>> {
    let frame = jpeg::Frame::read(bytes)?;
    let side = jpeg_side(frame.width, frame.height, limits);
    let pixels = |side| reduced(frame.width, frame.height, side);
    limits.check_sides(frame.width, frame.height)?;
    limits.check_pixels(pixels(if frame.progressive { 8 } else { side }))?;
    let decoded = jpeg::decode(bytes, &frame, side as usize)?;
    if let (Some(reason), Damage::Refuse) = (&decoded.damage, limits.damage) {
        return Err(Error::Damaged { reason: reason.clone() });
    }
    let stored = Pixels::packed(decoded.rgb, decoded.width, decoded.height);
    let photo = Photo::from_stored(stored, metadata::in_jpeg(&frame.app1), limits);
    Ok(Photo { stored_width: frame.width, stored_height: frame.height, damaged: decoded.damage.is_some(), ..photo })
}

/// Pixels of a JPEG whose blocks of 8×8 become `side`×`side`.
fn reduced(width: u32, height: u32, side: u32) -> u64 {
    let length = |length: u32| (u64::from(length) * u64::from(side)).div_ceil(8);
    length(width) * length(height)
}

/// How large a JPEG's blocks of 8×8 are decoded: as small as `reduce_jpeg_above` asks, and as small as keeps enough for `shrink_above`.
fn jpeg_side(width: u32, height: u32, limits: &Limits) -> u32 {
    let too_many = |side| limits.reduce_jpeg_above > 0 && reduced(width, height, side) > limits.reduce_jpeg_above;
    let half_is_enough = |side| limits.shrink_above > 0 && reduced(width, height, side / 2) >= limits.shrink_above;
    let mut side = 8;
    while side > 1 && (too_many(side) || half_is_enough(side)) {
        side /= 2;
    }
    side
}

fn decode_other(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Photo<'static>> {
    if format == ImageFormat::Bmp && begins_in_its_palette(bytes) == Some(true) {
        return Err(failed("the BMP says that its pixels begin inside its palette"));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(memory(limits.max_pixels.saturating_mul(8)));
    let refused = |error| refused(error, format);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width, height)?;
    if width == 0 || height == 0 {
        return Err(failed(format!("{width}×{height} has no pixels")));
    }
    decoder.set_limits(memory(decoder.total_bytes())).map_err(refused)?;
    let orientation = match format {
        ImageFormat::Png => metadata::in_png(bytes),
        ImageFormat::WebP => metadata::in_webp(bytes),
        _ => Orientation::default(),
    };
    let color = decoder.color_type();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| failed("it does not fit into memory"))?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(refused)?;
    let stored = Pixels::packed(to_rgb(pixels, color)?, width, height);
    Ok(Photo::from_stored(stored, orientation, limits))
}

/// Whether a BMP's pixels are said to begin before its palette ends; the decoder would take colours for pixels and show the picture shifted.
/// `None` if it has no palette, or is cut.
fn begins_in_its_palette(bmp: &[u8]) -> Option<bool> {
    let number = |at: usize| bmp.get(at..at + 4)?.first_chunk().map(|&bytes| u64::from(u32::from_le_bytes(bytes)));
    let (pixels, header) = (number(10)?, number(14)?);
    // OS/2's old header is shorter; its palettes are always whole.
    let bits = if header < 40 { return None } else { number(26)? >> 16 };
    let colours = match (bits, number(46)?) {
        (1..=8, 0) => 1 << bits,
        (1..=8, colours) => colours.min(1 << bits),
        _ => return None,
    };
    Some(pixels < 14 + header + 4 * colours)
}

fn no_panic<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing that the closure may leave half-done outlives it.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(failed(format!("the decoder panicked: {}", said.unwrap_or("no message"))))
    })
}

/// Room for the pixels, for a second copy of them inside the decoder (a GIF's frame), and for the rest.
fn memory(pixel_bytes: u64) -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(pixel_bytes.saturating_mul(3).saturating_add(SLACK));
    limits
}

fn refused(error: ImageError, format: ImageFormat) -> Error {
    match error {
        ImageError::Limits(_) => failed("it needs more memory than a photo of its size should"),
        ImageError::Unsupported(_) => {
            Error::UnreadKind { kind: format!("a {format:?} of a rare kind").replace("Bmp", "BMP") }
        }
        error => failed(error.to_string()),
    }
}

fn failed(reason: impl Into<String>) -> Error {
    Error::Decode { reason: reason.into() }
}

/// Any of the decoders' layouts as 8-bit RGB; wide channels are in the machine's byte order.
fn to_rgb(pixels: Vec<u8>, color: ColorType) -> Result<Vec<u8>> {
    use ColorType::*;
    Ok(match color {
        Rgb8 => pixels,
        L8 => grown::<1>(&pixels, |[grey]| [grey; 3]),
        La8 => grown::<2>(&pixels, |[grey, alpha]| over_white([grey, grey, grey, alpha])),
        Rgba8 => grown::<4>(&pixels, over_white),
        L16 => to_rgb(narrowed(&pixels), L8)?,
        La16 => to_rgb(narrowed(&pixels), La8)?,
        Rgb16 => narrowed(&pixels),
        Rgba16 => to_rgb(narrowed(&pixels), Rgba8)?,
        other => return Err(failed(format!("pixels of type {other:?} are not read"))),
    })
}

fn grown<const N: usize>(pixels: &[u8], convert: impl Fn([u8; N]) -> [u8; 3]) -> Vec<u8> {
    let mut rgb = vec![0; pixels.len() / N * 3];
    each(pixels, &mut rgb, convert);
    rgb
}

/// 16 bits to 8, rounded.
fn narrowed(channels: &[u8]) -> Vec<u8> {
    let narrow = |&channel| ((u32::from(u16::from_ne_bytes(channel)) + 128) / 257) as u8;
    channels.as_chunks::<2>().0.iter().map(narrow).collect()
}

#[cfg(test)]
mod tests;

//! HEIC and AVIF, by libheif and the decoders that it was built with.
//!
//! C and C++ that reads hostile bytes in the caller's process: hence a feature of its own, off by default. [`Limits`] are checked on the sizes
//! that the file states; what a decoder takes for a file that lies about them is bounded by libheif's own limits, 4 GB by default. They cannot be
//! set from here: `libheif_rs::SecurityLimits` hands libheif a structure shorter than a newer libheif reads.
//! libheif starts no thread for the tiles of a phone's photo; its decoders may start their own.
//!
//! The turns and the crop that the file asks for are part of decoding, as its standard says (ISO/IEC 23008-12, 6.5): what comes out is
//! upright, and EXIF's orientation, which repeats the turn, is not asked.

use libheif_rs::{ColorSpace, CompressionFormat, HeifContext, HeifError, HeifErrorCode, LibHeif, Plane, RgbChroma};

use super::raw::over_white;
use super::{Limits, Pixels};
use crate::error::{Error, Result};

/// The formats, by file extension, that the libheif in use has a decoder for.
pub(super) fn formats() -> Vec<&'static str> {
    let decodes = |compression| !LibHeif::new().decoder_descriptors(1, Some(compression)).is_empty();
    let kinds = [("heic", CompressionFormat::Hevc), ("avif", CompressionFormat::Av1)];
    kinds.into_iter().filter(|&(_, compression)| decodes(compression)).map(|(extension, _)| extension).collect()
}

/// Decodes the primary picture. `kind` is the name of the format for an error: "a HEIC photo".
pub(super) fn decode(bytes: &[u8], kind: &str, limits: &Limits) -> Result<Pixels<'static>> {
    let failed = |error| failed(error, kind);
    let mut context = HeifContext::new().map_err(failed)?;
    context.set_max_decoding_threads(0);
    context.read_bytes(bytes).map_err(failed)?;
    let handle = context.primary_image_handle().map_err(failed)?;
    limits.check_size(handle.width(), handle.height())?;
    let chroma = if handle.has_alpha_channel() { RgbChroma::Rgba } else { RgbChroma::Rgb };
    let image = LibHeif::new().decode(&handle, ColorSpace::Rgb(chroma), None).map_err(failed)?;
    let plane = image.planes().interleaved.filter(|plane| plane.width > 0 && plane.height > 0);
    let plane = plane.ok_or_else(|| Error::Decode { reason: format!("{kind} without pixels") })?;
    limits.check_size(plane.width, plane.height)?;
    Ok(Pixels::packed(rgb(&plane, chroma, handle.is_premultiplied_alpha()), plane.width, plane.height))
}

/// The rows without gaps, transparent pixels over white.
fn rgb(plane: &Plane<&[u8]>, chroma: RgbChroma, premultiplied: bool) -> Vec<u8> {
    let channels = if matches!(chroma, RgbChroma::Rgba) { 4 } else { 3 };
    let rows =
        plane.data.chunks(plane.stride).take(plane.height as usize).map(|row| &row[..channels * plane.width as usize]);
    match (channels, premultiplied) {
        (3, _) => rows.flatten().copied().collect(),
        (_, false) => rows.flat_map(|row| row.as_chunks().0).flat_map(|&pixel| over_white(pixel)).collect(),
        (_, true) => {
            rows.flat_map(|row| row.as_chunks().0).flat_map(|&pixel| premultiplied_over_white(pixel)).collect()
        }
    }
}

fn premultiplied_over_white([red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
    [red, green, blue].map(|channel| channel.saturating_add(255 - alpha))
}

/// What libheif has no decoder for is a kind that this build does not read; all else is a broken file.
fn failed(error: HeifError, kind: &str) -> Error {
    match error.code {
        HeifErrorCode::UnsupportedFileType | HeifErrorCode::UnsupportedFeature => {
            Error::UnreadKind { kind: kind.into() }
        }
        _ => Error::Decode { reason: format!("{kind}: {}", error.message) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_show_white() {
        assert_eq!(premultiplied_over_white([0, 0, 0, 0]), [255; 3]);
        assert_eq!(premultiplied_over_white([10, 20, 30, 255]), [10, 20, 30]);
        assert_eq!(premultiplied_over_white([128, 0, 200, 128]), [255, 127, 255]);
    }

    #[test]
    fn rows_lose_what_follows_them() {
        let plane = |data: &'static [u8], stride| Plane {
            data,
            width: 1,
            height: 2,
            stride,
            bits_per_pixel: 8,
            storage_bits_per_pixel: 24,
        };
        assert_eq!(rgb(&plane(&[1, 2, 3, 9, 4, 5, 6, 9], 4), RgbChroma::Rgb, false), [1, 2, 3, 4, 5, 6]);
        let half_seen = plane(&[0, 0, 0, 255, 7, 0, 0, 0, 0], 5);
        assert_eq!(rgb(&half_seen, RgbChroma::Rgba, false), [0, 0, 0, 255, 255, 255]);
    }
}

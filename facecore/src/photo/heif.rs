//! HEIC and AVIF, with the feature `heif`: the system's libheif behind our limits.
//!
//! libheif turns the photo itself, by the container's own boxes; its EXIF orientation repeats them and is not obeyed again.

use libheif_rs::{ColorSpace, HeifContext, HeifError, LibHeif, RgbChroma};

use super::{Limits, Orientation, Photo, PixelFormat, RawView};
use crate::error::{Error, Result};

fn failed(error: HeifError) -> Error {
    Error::Decode { reason: error.to_string() }
}

/// Decodes the main picture.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo<'static>> {
    let mut context = HeifContext::read_from_bytes(bytes).map_err(failed)?;
    // In the caller's thread.
    context.set_max_decoding_threads(0);
    let handle = context.primary_image_handle().map_err(failed)?;
    limits.check_size(handle.width(), handle.height())?;
    let alpha = handle.has_alpha_channel();
    let (chroma, format) =
        if alpha { (RgbChroma::Rgba, PixelFormat::Rgba) } else { (RgbChroma::Rgb, PixelFormat::Rgb) };
    let image = LibHeif::new().decode(&handle, ColorSpace::Rgb(chroma), None).map_err(failed)?;
    let plane = image.planes().interleaved.ok_or_else(|| Error::Decode { reason: "libheif gave no pixels".into() })?;
    let view = RawView {
        data: plane.data,
        width: plane.width,
        height: plane.height,
        stride: plane.stride,
        format,
        orientation: Orientation::Upright,
    };
    Ok(Photo::from_raw(view, limits)?.into_owned())
}

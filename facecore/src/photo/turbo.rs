//! JPEGs by libjpeg-turbo, with the feature `turbojpeg`: whole ones, faster at full size, and the kinds that `jpeg` does not read.
//!
//! What it warns about is read again by `jpeg`, which alone says what is damaged.

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use super::jpeg::{Decoded, Frame, MAX_SCANS};

/// Decodes with each block of 8×8 pixels as `side`×`side`; `None` if anything is not as it should be.
pub(super) fn decode(bytes: &[u8], frame: &Frame<'_>, side: usize) -> Option<Decoded> {
    let mut decompressor = Decompressor::new().ok()?;
    let factor = ScalingFactor::new(side, 8);
    decompressor.set_scaling_factor(factor).ok()?;
    decompressor.set_scan_limit(MAX_SCANS).ok()?;
    let header = decompressor.read_header(bytes).ok()?;
    // The limits were checked on these.
    if (header.width, header.height) != (frame.width as usize, frame.height as usize) {
        return None;
    }
    let (width, height) = (factor.scale(header.width), factor.scale(header.height));
    let mut rgb = vec![0; 3 * width * height];
    let image = Image { pixels: &mut rgb[..], width, pitch: 3 * width, height, format: PixelFormat::RGB };
    // CMYK ends here: it is no RGB to libjpeg-turbo.
    decompressor.decompress(bytes, image).ok()?;
    Some(Decoded { rgb, width: width as u32, height: height as u32, damage: None })
}

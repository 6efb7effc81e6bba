//! Photos made worse on purpose: to see where recognition breaks, and to make training data that breaks less.

use std::fmt;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, RgbImage};

use super::{Limits, Orientation, Photo, PixelFormat, RawView};
use crate::error::{Error, Result};

/// One way to make a photo worse. The same photo gives the same pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Degradation {
    /// Shrunk by the factor (above 1) and enlarged again: as if taken from so much farther away.
    Downscale(f32),
    /// Stored as JPEG of this quality, 1…100.
    Jpeg(u8),
    /// Gaussian blur of this deviation in pixels, above 0.
    Blur(f32),
    /// Brightness (0…1) raised to this power, above 0; a power above 1 darkens.
    Gamma(f32),
}

impl Degradation {
    /// One of the four at random, within what photos on the web look like: factor 1 to 6, quality 10 to 90, blur to 4 pixels,
    /// gamma 0.5 to 3. The same seed gives the same degradation.
    pub fn draw(seed: u64) -> Self {
        // SplitMix64's mixing.
        let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let share = (z >> 40) as f32 / (1u32 << 24) as f32;
        match z % 4 {
            0 => Self::Downscale(1.0 + 5.0 * share),
            1 => Self::Jpeg(10 + (80.0 * share) as u8),
            2 => Self::Blur(0.1 + 3.9 * share),
            _ => Self::Gamma(0.5 + 2.5 * share),
        }
    }

    /// The upright photo, made worse.
    ///
    /// # Errors
    /// [`Error::Option`] for a number outside its range.
    pub fn apply(&self, photo: &Photo<'_>) -> Result<Photo<'static>> {
        let (width, height) = (photo.width(), photo.height());
        let pixels: Vec<u8> = (0..height).flat_map(|y| photo.row(y)).copied().collect();
        let lost = || Error::Internal { reason: "the photo's pixels do not fill it".into() };
        let image = RgbImage::from_raw(width, height, pixels).ok_or_else(lost)?;
        let refuse = |reason: &str| Error::Option { name: "degradation", reason: reason.into() };
        let above_zero = |number: f32| number > 0.0 && number.is_finite();
        let worse = match *self {
            Self::Downscale(factor) if factor >= 1.0 && factor.is_finite() => {
                let small = |side: u32| ((side as f32 / factor).round() as u32).max(1);
                let small = imageops::resize(&image, small(width), small(height), FilterType::Triangle);
                imageops::resize(&small, width, height, FilterType::Triangle)
            }
            Self::Jpeg(quality) if (1..=100).contains(&quality) => {
                let failed = |error: image::ImageError| Error::Decode { reason: error.to_string() };
                let mut bytes = Vec::new();
                image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).map_err(failed)?;
                image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).map_err(failed)?.into_rgb8()
            }
            Self::Blur(deviation) if above_zero(deviation) => imageops::blur(&image, deviation),
            Self::Gamma(power) if above_zero(power) => {
                let table: Vec<u8> =
                    (0..=255).map(|value| (255.0 * (value as f32 / 255.0).powf(power)).round() as u8).collect();
                let mut image = image;
                image.iter_mut().for_each(|value| *value = table[usize::from(*value)]);
                image
            }
            Self::Downscale(_) => return Err(refuse("a factor must be at least 1")),
            Self::Jpeg(_) => return Err(refuse("a JPEG's quality is 1 to 100")),
            Self::Blur(_) | Self::Gamma(_) => return Err(refuse("must be above 0")),
        };
        let view = RawView {
            data: worse.as_raw(),
            width,
            height,
            stride: 3 * width as usize,
            format: PixelFormat::Rgb,
            orientation: Orientation::Upright,
        };
        // It has the size of the photo, which was within the caller's limits.
        let limits = Limits { max_width: width, max_height: height, max_pixels: u64::MAX, ..Limits::default() };
        Ok(Photo::from_raw(view, &limits)?.into_owned())
    }
}

impl fmt::Display for Degradation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Downscale(factor) => write!(f, "shrunk {factor}"),
            Self::Jpeg(quality) => write!(f, "JPEG {quality}"),
            Self::Blur(deviation) => write!(f, "blur {deviation}"),
            Self::Gamma(power) => write!(f, "gamma {power}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Photo<'static> {
        let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/formats/rgb.jpg"));
        Photo::decode(bytes, &Limits::default()).unwrap()
    }

    /// The mean difference of neighbours in a row: fine detail.
    fn detail(photo: &Photo<'_>) -> f32 {
        let of_row = |y| photo.row(y).windows(4).map(|w| f32::from(w[0].abs_diff(w[3]))).sum::<f32>();
        (0..photo.height()).map(of_row).sum::<f32>() / (photo.width() * photo.height()) as f32
    }

    #[test]
    fn detail_falls_and_the_size_stays() {
        let photo = photo();
        for (little, much) in [
            (Degradation::Downscale(2.0), Degradation::Downscale(6.0)),
            (Degradation::Blur(0.8), Degradation::Blur(4.0)),
        ] {
            let [little, much] = [little, much].map(|degradation| degradation.apply(&photo).unwrap());
            assert_eq!((much.width(), much.height()), (photo.width(), photo.height()));
            assert!(detail(&much) < 0.8 * detail(&little) && detail(&little) < detail(&photo));
        }
        let dark = Degradation::Gamma(2.0).apply(&photo).unwrap();
        assert!((0..128).all(|y| dark.row(y).iter().zip(photo.row(y)).all(|(dark, bright)| dark <= bright)));
        let jpeg = |quality| Degradation::Jpeg(quality).apply(&photo).unwrap();
        assert_eq!(jpeg(10).row(7), jpeg(10).row(7));
        assert_ne!(jpeg(10).row(7), jpeg(90).row(7));
    }

    #[test]
    fn draws_are_seeded_and_within_range() {
        let photo = photo();
        for seed in 0..20 {
            let drawn = Degradation::draw(seed);
            assert_eq!(drawn, Degradation::draw(seed));
            assert!(drawn.apply(&photo).is_ok(), "{drawn}");
        }
        for bad in [
            Degradation::Downscale(0.5),
            Degradation::Jpeg(0),
            Degradation::Jpeg(101),
            Degradation::Blur(0.0),
            Degradation::Gamma(f32::NAN),
        ] {
            assert_eq!(bad.apply(&photo).err().map(|error| error.code()), Some("option"), "{bad}");
        }
    }
}

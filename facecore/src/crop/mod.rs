//! Photo and face → the numbers that a network is fed, as its manifest entry says: cut out by the box (`window`) or turned by the
//! landmarks, brought to the network's size, channels in its order, normalised.
//!
//! May use: `photo`, `models`, `geometry`. Takes boxes and landmarks from whoever found them.

mod window;

use crate::error::{Error, Result};
use crate::geometry::{BoundingBox, Landmarks};
use crate::models::{ColourOrder, Crop, LandmarkFit, Normalisation, Preprocessing};
use crate::photo::{Photo, Resampler, Rule, Similarity, round};

/// The memory in which crops are made, for one after the other.
#[derive(Default)]
pub(crate) struct Cropper {
    pixels: Vec<f32>,
    resampler: Resampler,
}

/// How a number `x` of a crop is meant: `scale · x + offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Linear {
    pub scale: f32,
    pub offset: f32,
}

impl Cropper {
    /// The box, enlarged so that it fills `1 − margin` of each side, cut at the photo's edge and stretched to width × height: interleaved
    /// R, G, B, whole numbers 0…255.
    ///
    /// # Errors
    /// [`Error::EmptyCrop`] for a box without pixels in the photo.
    pub(crate) fn by_box(
        &mut self,
        photo: &Photo<'_>,
        area: &BoundingBox,
        margin: f64,
        [width, height]: [usize; 2],
    ) -> Result<&mut [f32]> {
        let window = window::around(photo.width(), photo.height(), area, margin).ok_or_else(|| empty(area))?;
        let shrinks = window.width >= width && window.height >= height;
        let rule = if shrinks { Rule::Area } else { Rule::Linear };
        self.pixels.clear();
        let mut resized = self.resampler.resize(photo, window, width, height, rule);
        (0..height).for_each(|y| resized.row(y, &mut self.pixels));
        round(&mut self.pixels);
        Ok(&mut self.pixels)
    }

    /// The part of the photo in which the landmarks lie as the template has them: interleaved R, G, B, 0…255.
    ///
    /// # Errors
    /// [`Error::EmptyCrop`] for landmarks that are not finite or all in one point.
    pub(crate) fn by_points(
        &mut self,
        photo: &Photo<'_>,
        landmarks: &Landmarks,
        (template, fit): (&Landmarks, LandmarkFit),
        size: [usize; 2],
    ) -> Result<&mut [f32]> {
        let similarity = match fit {
            LandmarkFit::Photo => Similarity::fitting(template, landmarks),
            LandmarkFit::Crop => Similarity::fitting(landmarks, template).map(|similarity| similarity.inverse()),
        };
        let similarity = similarity.ok_or_else(|| {
            let [x, y] = landmarks[0];
            Error::EmptyCrop { box_: format!("(five landmarks, the first at {x:.1},{y:.1}, that give no direction)") }
        })?;
        self.pixels.clear();
        photo.warp(&similarity, size, &mut self.resampler, &mut self.pixels);
        Ok(&mut self.pixels)
    }

    /// What a network with this preprocessing sees of a face, before [`normalise`].
    ///
    /// # Errors
    /// [`Error::EmptyCrop`], and [`Error::Internal`] for a network that needs landmarks where there are none: the caller asks before.
    pub(crate) fn face(
        &mut self,
        photo: &Photo<'_>,
        area: &BoundingBox,
        landmarks: Option<&Landmarks>,
        preprocessing: &Preprocessing,
    ) -> Result<&mut [f32]> {
        let size = preprocessing.size.map(|side| side as usize);
        match (&preprocessing.crop, landmarks) {
            (Crop::Box { margin }, _) => self.by_box(photo, area, *margin, size),
            (Crop::Points { template, fit, .. }, Some(landmarks)) => {
                self.by_points(photo, landmarks, (template, *fit), size)
            }
            (Crop::Points { .. }, None) => Err(Error::Internal { reason: "a crop by points without points".into() }),
        }
    }
}

fn empty(area: &BoundingBox) -> Error {
    Error::EmptyCrop { box_: area.to_string() }
}

/// Brings the pixels (R, G, B, 0…255) of a crop into the network's order and answers how they are meant.
pub(crate) fn normalise(pixels: &mut [f32], colour: ColourOrder, normalisation: &Normalisation) -> Linear {
    if colour == ColourOrder::Bgr {
        pixels.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
    }
    match *normalisation {
        Normalisation::Whiten => whitening(pixels),
        // One pair of numbers for all channels costs nothing: the network's first layer takes it in.
        Normalisation::Fixed { mean: [mean, second, third], deviation: [deviation, d2, d3] }
            if mean == second && mean == third && deviation == d2 && deviation == d3 =>
        {
            Linear { scale: 1.0 / deviation, offset: -mean / deviation }
        }
        Normalisation::Fixed { mean, deviation } => {
            for pixel in pixels.as_chunks_mut::<3>().0 {
                for channel in 0..3 {
                    pixel[channel] = (pixel[channel] - mean[channel]) / deviation[channel];
                }
            }
            Linear { scale: 1.0, offset: 0.0 }
        }
    }
}

/// Turns rows of `width` pixels from left to right.
pub(crate) fn mirror(pixels: &mut [f32], width: usize) {
    pixels.chunks_exact_mut(3 * width).for_each(|row| row.as_chunks_mut::<3>().0.reverse());
}

/// FaceNet's prewhitening, `(x − mean) / max(deviation, 1/√n)`, as scale and offset.
fn whitening(pixels: &[f32]) -> Linear {
    let count = pixels.len() as f64;
    let mean = pixels.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = pixels.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt().max(1.0 / count.sqrt());
    Linear { scale: (1.0 / deviation) as f32, offset: (-mean / deviation) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_turns_left_and_right_and_keeps_colours() {
        // Two rows of three pixels; red is the column, green the row, blue a constant.
        let pixels: Vec<f32> = (0..6).flat_map(|at| [(at % 3) as f32, (at / 3) as f32, 9.0]).collect();
        let mut mirrored = pixels.clone();
        mirror(&mut mirrored, 3);
        let expected: Vec<f32> = (0..6).flat_map(|at| [(2 - at % 3) as f32, (at / 3) as f32, 9.0]).collect();
        assert_eq!(mirrored, expected);
        mirror(&mut mirrored, 3);
        assert_eq!(mirrored, pixels);
    }

    #[test]
    fn numbers_are_the_manifests_for_each_channel() {
        let fixed = |mean, deviation| Normalisation::Fixed { mean, deviation };
        let mut pixels = [10.0, 20.0, 30.0];
        let linear = normalise(&mut pixels, ColourOrder::Rgb, &fixed([127.5; 3], [128.0; 3]));
        assert_eq!((pixels, linear.scale, linear.offset), ([10.0, 20.0, 30.0], 1.0 / 128.0, -127.5 / 128.0));
        // Blue first, then each channel by its own numbers.
        let linear = normalise(&mut pixels, ColourOrder::Bgr, &fixed([1.0, 2.0, 3.0], [1.0, 2.0, 0.5]));
        assert_eq!((pixels, linear), ([29.0, 9.0, 14.0], Linear { scale: 1.0, offset: 0.0 }));
        let mut pixels = [0.0, 0.0, 2.0, 2.0, 4.0, 4.0];
        let linear = normalise(&mut pixels, ColourOrder::Rgb, &Normalisation::Whiten);
        let whitened = pixels.map(|x| x * linear.scale + linear.offset);
        assert!(whitened.iter().sum::<f32>().abs() < 1e-6);
        assert!((whitened.iter().map(|x| x * x).sum::<f32>() / 6.0 - 1.0).abs() < 1e-6);
    }
}

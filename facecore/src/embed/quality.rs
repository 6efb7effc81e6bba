//! How much a face can be trusted to carry its owner's identity, from what the photo shows of it.

use crate::crop::Cropper;
use crate::error::Result;
use crate::geometry::{BoundingBox, Landmarks};
use crate::photo::Photo;

/// What in a face's picture makes its embedding good or bad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceQuality {
    /// The shorter side of the box in pixels of the photo.
    pub size: f32,
    /// Fine detail relative to contrast: the standard deviation of the Laplacian divided by that of the brightness, on the face
    /// at 64×64; about 0.1 (blurred) to 1.
    pub sharpness: f32,
    /// Mean brightness of the face, 0…1.
    pub brightness: f32,
    /// The head's turn to a side from the landmarks, 0 (to the camera) to 1 (profile or beyond).
    pub yaw: f32,
    /// The head's tilt in the plane of the photo, in degrees 0…180.
    pub roll: f32,
    /// The detector's score, 0…1.
    pub score: f32,
}

/// The side to which a face is shrunk for sharpness: fine enough to see what a network sees of it, coarse enough that a
/// large sharp face has no advantage over a middling one.
const SIDE: usize = 64;

impl FaceQuality {
    /// Measures a face of the photo.
    ///
    /// # Errors
    /// [`Error::EmptyCrop`](crate::Error::EmptyCrop) for a box without pixels in the photo.
    pub fn measure(photo: &Photo<'_>, area: &BoundingBox, landmarks: &Landmarks, score: f32) -> Result<Self> {
        let mut cropper = Cropper::default();
        let pixels = cropper.by_box(photo, area, 0.0, [SIDE, SIDE])?;
        let brightness_of = |[red, green, blue]: &[f32; 3]| 0.299 * red + 0.587 * green + 0.114 * blue;
        let luma: Vec<f32> = pixels.as_chunks().0.iter().map(brightness_of).collect();
        let laplacian: Vec<f32> = (1..SIDE - 1)
            .flat_map(|y| (1..SIDE - 1).map(move |x| y * SIDE + x))
            .map(|at| 4.0 * luma[at] - luma[at - 1] - luma[at + 1] - luma[at - SIDE] - luma[at + SIDE])
            .collect();
        let (brightness, contrast) = mean_deviation(&luma);
        let [yaw, roll] = pose(landmarks);
        Ok(Self {
            size: area.width().min(area.height()),
            // A face without any contrast (one colour) has no detail either.
            sharpness: mean_deviation(&laplacian).1 / contrast.max(1.0),
            brightness: brightness / 255.0,
            yaw,
            roll,
            score,
        })
    }
}

impl FaceQuality {
    /// The chance, 0…1, that this face is recognised by another photo of the same person, at a rate of false positives of 0.1 %.
    /// Refuse faces by it, or enrol from 0.8 on.
    ///
    /// Fitted on photos made worse (`facecore robustness --fit`): of all that is measured here, only sharpness helps to predict it. Small
    /// faces are covered, since they are blurred at the size at which sharpness is measured. Strong JPEG artefacts are not: they harm
    /// recognition, but sharpness does not see them.
    pub fn value(&self) -> f32 {
        /// The sharpness at which the chance is one half, and how steeply it rises there.
        const EVEN: f32 = 0.0925;
        const STEEPNESS: f32 = 2.145;
        let odds = (self.sharpness.max(0.0) / EVEN).powf(STEEPNESS);
        if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
    }
}

fn mean_deviation(values: &[f32]) -> (f32, f32) {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count).sqrt())
}

/// Yaw 0…1 and roll in degrees. With the head to the camera the nose is midway between the eyes, along the line of the eyes;
/// in profile it is beside or beyond one of them.
fn pose([left, right, nose, ..]: &Landmarks) -> [f32; 2] {
    let axis = [right[0] - left[0], right[1] - left[1]];
    let length = axis[0].hypot(axis[1]);
    if !length.is_finite() || length < 1e-3 {
        return [1.0, 0.0];
    }
    let along = ((nose[0] - left[0]) * axis[0] + (nose[1] - left[1]) * axis[1]) / (length * length);
    [(2.0 * along - 1.0).abs().min(1.0), axis[1].atan2(axis[0]).to_degrees().abs()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{Orientation, PixelFormat, RawView};

    const FRONTAL: Landmarks = [[30.0, 40.0], [70.0, 40.0], [50.0, 60.0], [35.0, 80.0], [65.0, 80.0]];

    #[test]
    fn pose_comes_from_eyes_and_nose() {
        assert_eq!(pose(&FRONTAL), [0.0, 0.0]);
        let mut turned = FRONTAL;
        turned[2][0] = 65.0;
        assert_eq!(pose(&turned), [0.75, 0.0]);
        turned[2][0] = 90.0;
        assert_eq!(pose(&turned)[0], 1.0);
        let quarter = FRONTAL.map(|[x, y]| [-y, x]);
        assert!(pose(&quarter)[0] < 1e-6 && (pose(&quarter)[1] - 90.0).abs() < 1e-4);
        assert_eq!(pose(&[[5.0; 2]; 5]), [1.0, 0.0]);
        assert_eq!(pose(&[[f32::NAN; 2]; 5]), [1.0, 0.0]);
    }

    #[test]
    fn a_checkerboard_is_sharper_than_a_slope() {
        let quality = |pixel: fn(usize, usize) -> u8| {
            let grey: Vec<u8> = (0..128 * 128).map(|at| pixel(at % 128, at / 128)).collect();
            let view = RawView {
                data: &grey,
                width: 128,
                height: 128,
                stride: 128,
                format: PixelFormat::Grey,
                orientation: Orientation::Upright,
            };
            let photo = Photo::from_raw(view, &crate::Limits::default()).unwrap();
            FaceQuality::measure(&photo, &BoundingBox::new(0.0, 0.0, 128.0, 128.0), &FRONTAL, 1.0).unwrap()
        };
        let board = quality(|x, y| if (x / 8 + y / 8) % 2 == 0 { 200 } else { 50 });
        let slope = quality(|x, _| x as u8);
        let flat = quality(|_, _| 77);
        assert!(board.sharpness > 0.3 && slope.sharpness < 0.1, "{board:?} {slope:?}");
        assert_eq!((flat.sharpness, board.size), (0.0, 128.0));
        assert!(flat.value() == 0.0 && slope.value() < board.value() && board.value() > 0.9);
        assert!((flat.brightness - 77.0 / 255.0).abs() < 1e-4);
    }
}

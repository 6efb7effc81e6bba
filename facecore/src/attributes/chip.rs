//! The chip of a face: turned and scaled so that its landmarks lie where dlib's mean face has them.

use crate::geometry::Landmarks;
use crate::photo::Photo;

/// Eyes, tip of the nose and corners of the mouth of dlib's mean face (iBUG 300-W, `image_transforms/interpolation.h`), 0…1.
const MEAN_FACE: [[f64; 2]; 5] =
    [[0.22549, 0.21599], [0.75476, 0.21599], [0.490127, 0.515625], [0.254149, 0.780233], [0.726104, 0.780233]];
/// Room around the mean face, as a share of it on each side: dlib's.
const PADDING: f64 = 0.2;

/// `side` × `side` pixels, R, G, B, 0…255; black outside of the photo. `None` if the landmarks give no direction.
pub(super) fn extract(photo: &Photo<'_>, landmarks: &Landmarks, side: usize) -> Option<Vec<f32>> {
    let to = |point: [f64; 2]| point.map(|at| (at + PADDING) / (1.0 + 2.0 * PADDING) * side as f64);
    let [a, b, x, y] = similarity(&MEAN_FACE.map(to), &landmarks.map(|point| point.map(f64::from)))?;
    // Where a chip's pixel covers several of the photo's, as many points in it are averaged.
    let points = (a.hypot(b).ceil() as usize).clamp(1, 16);
    let mut chip = Vec::with_capacity(3 * side * side);
    for row in 0..side {
        for column in 0..side {
            let mut sum = [0.0f32; 3];
            for at in 0..points * points {
                let within = |part: usize| (part as f64 + 0.5) / points as f64 - 0.5;
                let (u, v) = (column as f64 + within(at % points), row as f64 + within(at / points));
                let pixel = sample(photo, a * u - b * v + x, b * u + a * v + y);
                sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value);
            }
            chip.extend(sum.map(|sum| sum / (points * points) as f32));
        }
    }
    Some(chip)
}

/// The similarity `(u, v) → (a·u − b·v + x, b·u + a·v + y)` that takes the points nearest to the others, by least squares.
fn similarity(from: &[[f64; 2]; 5], to: &[[f64; 2]; 5]) -> Option<[f64; 4]> {
    let mean =
        |points: &[[f64; 2]; 5]| [0, 1].map(|axis: usize| points.iter().map(|point| point[axis]).sum::<f64>() / 5.0);
    let (from_mean, to_mean) = (mean(from), mean(to));
    let (mut along, mut across, mut size) = (0.0, 0.0, 0.0);
    for (from, to) in from.iter().zip(to) {
        let [u, v] = [from[0] - from_mean[0], from[1] - from_mean[1]];
        let [x, y] = [to[0] - to_mean[0], to[1] - to_mean[1]];
        along += u * x + v * y;
        across += u * y - v * x;
        size += u * u + v * v;
    }
    let (a, b) = (along / size, across / size);
    let shift = [to_mean[0] - a * from_mean[0] + b * from_mean[1], to_mean[1] - b * from_mean[0] - a * from_mean[1]];
    (a.hypot(b) > 1e-6 && a.is_finite() && b.is_finite() && shift[0].is_finite() && shift[1].is_finite())
        .then_some([a, b, shift[0], shift[1]])
}

/// Between the four nearest pixels.
fn sample(photo: &Photo<'_>, x: f64, y: f64) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (right, bottom) = ((x - left) as f32, (y - top) as f32);
    let mut sum = [0.0; 3];
    for (dx, dy, share) in [
        (0.0, 0.0, (1.0 - right) * (1.0 - bottom)),
        (1.0, 0.0, right * (1.0 - bottom)),
        (0.0, 1.0, (1.0 - right) * bottom),
        (1.0, 1.0, right * bottom),
    ] {
        let (column, row) = (left + dx, top + dy);
        let inside =
            (0.0..f64::from(photo.width())).contains(&column) && (0.0..f64::from(photo.height())).contains(&row);
        if share > 0.0 && inside {
            let pixel = &photo.row(row as u32)[3 * column as usize..][..3];
            sum.iter_mut().zip(pixel).for_each(|(sum, &value)| *sum += share * f32::from(value));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Limits, Orientation, PixelFormat, RawView};

    fn photo(data: &[u8], width: u32, height: u32) -> Photo<'_> {
        let (stride, format, orientation) = (3 * width as usize, PixelFormat::Rgb, Orientation::Upright);
        Photo::from_raw(RawView { data, width, height, stride, format, orientation }, &Limits::default()).unwrap()
    }

    /// The mean face, turned, scaled and moved.
    fn face(turn: f64, size: f64, x: f64, y: f64) -> Landmarks {
        MEAN_FACE.map(|[u, v]| {
            [(turn.cos() * u - turn.sin() * v) * size + x, (turn.sin() * u + turn.cos() * v) * size + y]
                .map(|v| v as f32)
        })
    }

    proptest! {
        #[test]
        fn a_similarity_is_found_again(a in -3.0f64..3.0, b in 0.1f64..3.0, x in -50.0f64..50.0, y in -50.0f64..50.0) {
            let to = MEAN_FACE.map(|[u, v]| [a * u - b * v + x, b * u + a * v + y]);
            let found = similarity(&MEAN_FACE, &to).unwrap();
            for (found, known) in found.iter().zip([a, b, x, y]) {
                prop_assert!((found - known).abs() < 1e-9);
            }
        }

        #[test]
        fn any_landmarks_are_taken(points in prop::array::uniform5(prop::array::uniform2(-1e6f32..1e6))) {
            let data = [7; 3 * 9 * 9];
            if let Some(chip) = extract(&photo(&data, 9, 9), &points, 8) {
                prop_assert!(chip.len() == 3 * 64 && chip.iter().all(|value| (0.0..=7.01).contains(value)));
            }
        }
    }

    #[test]
    fn the_eyes_come_where_they_belong() {
        // A photo whose brightness grows to the right by 1 a pixel, and a face that looks straight: so does the chip's.
        let data: Vec<u8> = (0..200 * 200).flat_map(|at| [(at % 200) as u8; 3]).collect();
        let chip = extract(&photo(&data, 200, 200), &face(0.0, 64.0 / 1.4, 60.0, 60.0), 64).unwrap();
        let eye = ((MEAN_FACE[0][0] + PADDING) / 1.4 * 64.0).round();
        let at = 3 * (20 * 64 + eye as usize);
        assert!((f64::from(chip[at]) - (60.0 + MEAN_FACE[0][0] * 64.0 / 1.4)).abs() < 1.0);
        assert!((chip[at + 3] - chip[at] - 1.0).abs() < 0.01);
    }

    #[test]
    fn no_direction_gives_no_chip() {
        let data = [0; 27];
        for point in [[1.0, 1.0], [f32::NAN, 0.0], [f32::INFINITY, 0.0]] {
            assert_eq!(extract(&photo(&data, 3, 3), &[point; 5], 8), None);
        }
    }
}

//! A face turned upright: the similarity between five landmarks and a template's five points (Umeyama, *Least-squares estimation of
//! transformation parameters between two point patterns*, 1991), and the photo's pixels seen through it.

use super::{Photo, Resampler, Rule, Window};
use crate::geometry::Landmarks;

/// The similarity `(u, v) → (a·u − b·v + x, b·u + a·v + y)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity {
    a: f64,
    b: f64,
    x: f64,
    y: f64,
}

impl Similarity {
    /// The one that takes the points of `from` nearest to those of `to`, by least squares; `None` if they give no direction or
    /// size, or are not finite. It never mirrors.
    pub(crate) fn fitting(from: &Landmarks, to: &Landmarks) -> Option<Self> {
        let (from, to) = (from.map(|point| point.map(f64::from)), to.map(|point| point.map(f64::from)));
        let mean = |points: &[[f64; 2]; 5]| {
            [0, 1].map(|axis: usize| points.iter().map(|point| point[axis]).sum::<f64>() / 5.0)
        };
        let (from_mean, to_mean) = (mean(&from), mean(&to));
        let (mut along, mut across, mut size) = (0.0, 0.0, 0.0);
        for (from, to) in from.iter().zip(to) {
            let [u, v] = [from[0] - from_mean[0], from[1] - from_mean[1]];
            let [x, y] = [to[0] - to_mean[0], to[1] - to_mean[1]];
            along += u * x + v * y;
            across += u * y - v * x;
            size += u * u + v * v;
        }
        let (a, b) = (along / size, across / size);
        let x = to_mean[0] - a * from_mean[0] + b * from_mean[1];
        let y = to_mean[1] - b * from_mean[0] - a * from_mean[1];
        let usable = a.hypot(b) > 1e-6 && [a, b, x, y].iter().all(|number| number.is_finite());
        usable.then_some(Self { a, b, x, y })
    }

    /// The way back.
    pub(crate) fn inverse(&self) -> Self {
        let size = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / size, -self.b / size);
        Self { a, b, x: -(a * self.x - b * self.y), y: -(b * self.x + a * self.y) }
    }

    fn apply(&self, u: f64, v: f64) -> (f64, f64) {
        (self.a * u - self.b * v + self.x, self.b * u + self.a * v + self.y)
    }

    /// How long a line of length 1 becomes.
    fn scale(&self) -> f64 {
        self.a.hypot(self.b)
    }
}

impl Photo<'_> {
    /// Adds `width` × `height` pixels of the photo, each where the similarity takes it: interleaved R, G, B, 0…255; black outside of
    /// the photo.
    ///
    /// Between the four nearest pixels. Where a pixel of the crop covers several of the photo's, as many points in it are averaged, of a large
    /// face after whole squares of pixels were.
    pub(crate) fn warp(
        &self,
        similarity: &Similarity,
        [width, height]: [usize; 2],
        resampler: &mut Resampler,
        target: &mut Vec<f32>,
    ) {
        let Some(seen) = Seen::new(self, similarity, [width, height], resampler) else {
            return target.resize(target.len() + 3 * width * height, 0.0);
        };
        let points = (seen.similarity.scale().ceil() as usize).clamp(1, 4);
        let within = |part: usize| (part as f64 + 0.5) / points as f64 - 0.5;
        target.reserve(3 * width * height);
        for row in 0..height {
            for column in 0..width {
                let mut sum = [0.0f32; 4];
                for at in 0..points * points {
                    let (x, y) =
                        seen.similarity.apply(column as f64 + within(at % points), row as f64 + within(at / points));
                    sum.iter_mut().zip(seen.between(x, y)).for_each(|(sum, value)| *sum += value);
                }
                let [r, g, b, _] = sum.map(|sum| sum / (points * points) as f32);
                target.extend([r, g, b]);
            }
        }
    }
}

/// What a crop sees of a photo: shrunk by a whole number where a pixel of the crop covers four or more in a row, so that it covers two to
/// four (fewer would blur); with black around it where the photo ends.
struct Seen {
    /// Interleaved R, G, B, and one number more, so that each pixel can be read as four.
    pixels: Vec<f32>,
    width: usize,
    height: usize,
    /// From the crop to these pixels.
    similarity: Similarity,
}

impl Seen {
    /// `None` for a crop that sees nothing of the photo.
    fn new(photo: &Photo<'_>, to: &Similarity, [width, height]: [usize; 2], resampler: &mut Resampler) -> Option<Self> {
        let times = (to.scale() / 2.0).floor().clamp(1.0, f64::from(photo.width().max(photo.height())));
        let [right, bottom] = [width, height].map(|side| side as f64 - 0.5);
        let corners = [(-0.5, -0.5), (right, -0.5), (-0.5, bottom), (right, bottom)].map(|(u, v)| to.apply(u, v));
        let (x, width) = span(corners.map(|(x, _)| x), photo.width(), times)?;
        let (y, height) = span(corners.map(|(_, y)| y), photo.height(), times)?;
        let factor = times as usize;
        let window = Window { x: x as i64, y: y as i64, width: width * factor, height: height * factor };
        let mut resized = resampler.resize(photo, window, width, height, Rule::Area);
        let mut pixels = Vec::with_capacity(3 * width * height + 1);
        (0..height).for_each(|row| resized.row(row, &mut pixels));
        pixels.push(0.0);
        // The middle of a square of `times` pixels is half a pixel before half of it.
        let [x, y] = [to.x - x, to.y - y].map(|place| (place - (times - 1.0) / 2.0) / times);
        Some(Self { pixels, width, height, similarity: Similarity { a: to.a / times, b: to.b / times, x, y } })
    }

    /// Between the four nearest pixels; the fourth number means nothing.
    fn between(&self, x: f64, y: f64) -> [f32; 4] {
        let inside = x >= 0.0 && y >= 0.0 && x < (self.width - 1) as f64 && y < (self.height - 1) as f64;
        if !inside {
            return [0.0; 4];
        }
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((x - left as f64) as f32, (y - top as f64) as f32);
        let upper: &[f32] = &self.pixels[3 * (top * self.width + left)..][..7];
        let lower: &[f32] = &self.pixels[3 * ((top + 1) * self.width + left)..][..7];
        let shares = [(1.0 - right) * (1.0 - bottom), right * (1.0 - bottom), (1.0 - right) * bottom, right * bottom];
        std::array::from_fn(|lane| {
            shares[0] * upper[lane]
                + shares[1] * upper[lane + 3]
                + shares[2] * lower[lane]
                + shares[3] * lower[lane + 3]
        })
    }
}

/// Where squares of `times` pixels begin that hold what lies between the corners on one axis, as far as the photo goes, and one more at
/// each end; and how many these are.
fn span(corners: [f64; 4], side: u32, times: f64) -> Option<(f64, usize)> {
    let side = f64::from(side);
    let first = corners.into_iter().fold(f64::INFINITY, f64::min).max(-1.0);
    let last = corners.into_iter().fold(f64::NEG_INFINITY, f64::max).min(side);
    (first < side && last > -1.0).then(|| {
        let start = first.floor() - times;
        (start, ((last.ceil() - start) / times).ceil() as usize + 2)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::photo::{Limits, Orientation, PixelFormat, RawView};

    /// ArcFace's template for 112×112.
    const TEMPLATE: Landmarks =
        [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

    fn photo(data: &[u8], width: u32, height: u32) -> Photo<'_> {
        let (stride, format, orientation) = (3 * width as usize, PixelFormat::Rgb, Orientation::Upright);
        Photo::from_raw(RawView { data, width, height, stride, format, orientation }, &Limits::default()).unwrap()
    }

    fn warp(photo: &Photo<'_>, landmarks: &Landmarks) -> Option<Vec<f32>> {
        let mut crop = Vec::new();
        let similarity = Similarity::fitting(&TEMPLATE, landmarks)?;
        photo.warp(&similarity, [112, 112], &mut Resampler::default(), &mut crop);
        Some(crop)
    }

    proptest! {
        #[test]
        fn a_similarity_is_found_again(a in -3.0f32..3.0, b in 0.1f32..3.0, x in -50.0f32..50.0, y in -50.0f32..50.0) {
            let to = TEMPLATE.map(|[u, v]| [a * u - b * v + x, b * u + a * v + y]);
            let found = Similarity::fitting(&TEMPLATE, &to).unwrap();
            for (found, known) in [found.a, found.b, found.x, found.y].iter().zip([a, b, x, y]) {
                prop_assert!((found - f64::from(known)).abs() < 1e-3);
            }
            // Where the points fit, both ways are one.
            let back = Similarity::fitting(&to, &TEMPLATE).unwrap().inverse();
            let (there, here) = (found.apply(40.0, 60.0), back.apply(40.0, 60.0));
            prop_assert!((there.0 - here.0).hypot(there.1 - here.1) < 1e-3);
        }

        #[test]
        fn the_inverse_leads_back(points in prop::array::uniform5(prop::array::uniform2(-100.0f32..100.0))) {
            if let Some(found) = Similarity::fitting(&TEMPLATE, &points).filter(|found| found.scale() > 0.01) {
                let (x, y) = found.apply(3.0, 70.0);
                let (u, v) = found.inverse().apply(x, y);
                prop_assert!((u - 3.0).hypot(v - 70.0) < 1e-6);
            }
        }

        #[test]
        fn any_landmarks_are_taken(points in prop::array::uniform5(prop::array::uniform2(-1e6f32..1e6))) {
            let data = [7; 3 * 9 * 9];
            if let Some(crop) = warp(&photo(&data, 9, 9), &points) {
                prop_assert!(crop.len() == 3 * 112 * 112 && crop.iter().all(|value| (0.0..=7.01).contains(value)));
            }
        }
    }

    #[test]
    fn what_does_not_fit_shrinks_where_distances_are_measured() {
        let mut face = TEMPLATE;
        face[2] = [20.0, 60.0]; // the nose of a face that looks aside
        let in_photo = Similarity::fitting(&TEMPLATE, &face).unwrap();
        let in_crop = Similarity::fitting(&face, &TEMPLATE).unwrap();
        // Where the points fit, the product is 1.
        assert!(in_photo.scale() * in_crop.scale() < 0.97, "{in_photo:?} {in_crop:?}");
    }

    #[test]
    fn what_is_in_place_stays_as_it_is() {
        let data: Vec<u8> = (0..3 * 112 * 112).map(|at| (at * 7 % 251) as u8).collect();
        let crop = warp(&photo(&data, 112, 112), &TEMPLATE).unwrap();
        assert!(crop.iter().zip(&data).all(|(seen, &stored)| (seen - f32::from(stored)).abs() < 0.01));
    }

    #[test]
    fn the_eyes_come_where_they_belong() {
        // A photo whose brightness grows to the right by 1 a pixel, and a face of twice the size that looks straight.
        let data: Vec<u8> = (0..300 * 250).flat_map(|at| [(at % 300).min(255) as u8; 3]).collect();
        let face = TEMPLATE.map(|[x, y]| [2.0 * x + 20.0, 2.0 * y + 9.0]);
        let crop = warp(&photo(&data, 300, 250), &face).unwrap();
        let eye = 3 * (52 * 112 + 38);
        assert!((crop[eye] - (2.0 * 38.0 + 20.0)).abs() < 0.01 && (crop[eye + 3] - crop[eye] - 2.0).abs() < 0.01);
    }

    #[test]
    fn no_direction_gives_no_crop() {
        let data = [0; 27];
        for point in [[1.0, 1.0], [f32::NAN, 0.0], [f32::INFINITY, 0.0]] {
            assert_eq!(warp(&photo(&data, 3, 3), &[point; 5]), None);
        }
    }
}

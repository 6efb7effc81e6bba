//! Photos made to be slow: whatever P-Net may take for a face, all over. The same on every run.

use std::f32::consts::TAU;

use image::{RgbImage, imageops};

/// A photo and what it is of.
#[derive(Debug)]
pub struct Made {
    /// What it shows.
    pub name: String,
    /// Its pixels.
    pub image: RgbImage,
}

/// Numbers without a pattern (SplitMix64).
struct Random(u64);

impl Random {
    /// From 0 up to 1.
    fn share(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.share()
    }

    fn colour(&mut self, from: [f32; 3], to: [f32; 3]) -> [u8; 3] {
        let shade = self.share();
        std::array::from_fn(|channel| (from[channel] + (to[channel] - from[channel]) * shade) as u8)
    }
}

/// Photos of `width` × `height`: noise, foliage, carpets, and crowds of the given faces.
pub fn photos(width: u32, height: u32, faces: &[RgbImage]) -> Vec<Made> {
    let mut made = Vec::new();
    let mut add = |name: String, image| made.push(Made { name, image });
    for grain in [1, 3, 6, 12, 24] {
        add(format!("noise of {grain} px"), noise(width, height, grain));
    }
    for leaf in [4.0, 8.0, 16.0, 32.0] {
        add(format!("foliage, leaves of {leaf} px"), foliage(width, height, leaf));
    }
    for tile in [16, 24, 32, 48, 80] {
        add(format!("carpet of {tile} px"), carpet(width, height, tile));
    }
    for side in if faces.is_empty() { [].as_slice() } else { &[24, 32, 48, 80] } {
        add(format!("faces of {side} px, side by side"), tiled(width, height, *side, faces));
    }
    made
}

/// Random colours, smooth between points `grain` pixels apart.
fn noise(width: u32, height: u32, grain: u32) -> RgbImage {
    let mut random = Random(u64::from(grain));
    let points = RgbImage::from_fn(width.div_ceil(grain) + 1, height.div_ceil(grain) + 1, |_, _| {
        image::Rgb([random.share(), random.share(), random.share()].map(|share| (share * 255.0) as u8))
    });
    let large = imageops::resize(&points, points.width() * grain, points.height() * grain, imageops::CatmullRom);
    imageops::crop_imm(&large, 0, 0, width, height).to_image()
}

/// Ellipses in all directions, light and shadow between them.
fn foliage(width: u32, height: u32, leaf: f32) -> RgbImage {
    let mut random = Random(leaf as u64);
    let mut image = RgbImage::from_pixel(width, height, image::Rgb([20, 25, 15]));
    let leaves = (6.0 * (width * height) as f32 / (leaf * leaf)) as usize;
    for _ in 0..leaves {
        let centre = [random.between(0.0, width as f32), random.between(0.0, height as f32)];
        let (long, wide) = (leaf * random.between(0.5, 1.0), leaf * random.between(0.2, 0.5));
        let (sin, cos) = random.between(0.0, TAU).sin_cos();
        let colour = random.colour([30.0, 40.0, 20.0], [235.0, 215.0, 170.0]);
        let rows = (centre[1] - long).max(0.0) as u32..((centre[1] + long) as u32).min(height);
        for y in rows {
            for x in (centre[0] - long).max(0.0) as u32..((centre[0] + long) as u32).min(width) {
                let (dx, dy) = (x as f32 - centre[0], y as f32 - centre[1]);
                let along = [(dx * cos + dy * sin) / long, (dy * cos - dx * sin) / wide];
                if along[0].powi(2) + along[1].powi(2) < 1.0 {
                    image.put_pixel(x, y, image::Rgb(colour));
                }
            }
        }
    }
    image
}

/// Tiles with two dark spots over a third on a skin-coloured oval, no two alike: as near to a face as a pattern gets.
fn carpet(width: u32, height: u32, tile: u32) -> RgbImage {
    let mut random = Random(u64::from(tile) << 8);
    let mut image = RgbImage::new(width, height);
    for top in (0..height).step_by(tile as usize) {
        for left in (0..width).step_by(tile as usize) {
            let ground = random.colour([20.0, 30.0, 60.0], [120.0, 60.0, 50.0]);
            let skin = random.colour([150.0, 110.0, 90.0], [240.0, 200.0, 180.0]);
            let [eyes, mouth, spot] =
                [random.between(0.3, 0.45), random.between(0.65, 0.8), random.between(0.04, 0.12)];
            for y in top..(top + tile).min(height) {
                for x in left..(left + tile).min(width) {
                    let at = [x - left, y - top].map(|pixel| (pixel as f32 + 0.5) / tile as f32);
                    let near = |x: f32, y: f32, wide: f32, high: f32| {
                        ((at[0] - x) / wide).powi(2) + ((at[1] - y) / high).powi(2) < 1.0
                    };
                    let dark =
                        near(0.33, eyes, spot, spot) || near(0.67, eyes, spot, spot) || near(0.5, mouth, 0.17, spot);
                    let colour = if dark {
                        [40, 25, 25]
                    } else if near(0.5, 0.52, 0.4, 0.48) {
                        skin
                    } else {
                        ground
                    };
                    image.put_pixel(x, y, image::Rgb(colour));
                }
            }
        }
    }
    image
}

/// Faces shrunk to `side` pixels, in rows.
pub fn tiled(width: u32, height: u32, side: u32, faces: &[RgbImage]) -> RgbImage {
    let small: Vec<_> = faces.iter().map(|face| imageops::resize(face, side, side, imageops::Triangle)).collect();
    let mut image = RgbImage::new(width, height);
    let places =
        (0..height).step_by(side as usize).flat_map(|y| (0..width).step_by(side as usize).map(move |x| (x, y)));
    for (face, (x, y)) in small.iter().cycle().zip(places) {
        imageops::replace(&mut image, face, x.into(), y.into());
    }
    image
}

/// A photo repeated to fill a larger one, each second copy mirrored, so that no detail is lost to enlarging.
pub fn repeated(photo: &RgbImage, width: u32, height: u32) -> RgbImage {
    let mirrored = |at: u32, side: u32| if (at / side).is_multiple_of(2) { at % side } else { side - 1 - at % side };
    RgbImage::from_fn(width, height, |x, y| *photo.get_pixel(mirrored(x, photo.width()), mirrored(y, photo.height())))
}

//! The contact sheet of a build: the album's people as rows, weights and features beside them.

use std::collections::HashMap;
use std::path::Path;

use facecore::profile::{Build, FaceId, Features};
use facecore::{BoundingBox, Photo};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::draw::{self, Canvas};

/// A face, square.
pub type Thumbnail = RgbImage;

const SIDE: u32 = 96;
const GAP: u32 = 6;
/// Room for the words beside the faces.
const WORDS: u32 = 330;
const FACES: usize = 10;
/// People beyond these are only counted.
const ROWS: usize = 20;
const PAPER: Rgb<u8> = Rgb([250, 250, 248]);
const OWNER: Rgb<u8> = Rgb([214, 238, 218]);
const INK: Rgb<u8> = Rgb([30, 30, 30]);
const FAINT: Rgb<u8> = Rgb([110, 110, 110]);
const BAR: Rgb<u8> = Rgb([120, 150, 190]);

/// The face with a little of what is around it.
pub fn thumbnail(photo: &Photo<'_>, area: &BoundingBox) -> Thumbnail {
    let side = (area.width().max(area.height()) * 1.2).max(1.0);
    let left = ((area.x1 + area.x2 - side) / 2.0).max(0.0) as u32;
    let top = ((area.y1 + area.y2 - side) / 2.0).max(0.0) as u32;
    let width = (side as u32).clamp(1, photo.width().saturating_sub(left).max(1));
    let height = (side as u32).clamp(1, photo.height().saturating_sub(top).max(1));
    let (left, top) = (left.min(photo.width() - width), top.min(photo.height() - height));
    let cut = RgbImage::from_fn(width, height, |x, y| {
        let pixel = &photo.row(top + y)[3 * (left + x) as usize..];
        Rgb([pixel[0], pixel[1], pixel[2]])
    });
    imageops::resize(&cut, SIDE, SIDE, FilterType::Triangle)
}

/// Draws the sheet into a file.
pub fn write(build: &Build, thumbnails: &HashMap<FaceId, Thumbnail>, target: &Path) -> Result<(), String> {
    draw::save(&picture(build, thumbnails), target)
}

fn picture(build: &Build, thumbnails: &HashMap<FaceId, Thumbnail>) -> RgbImage {
    let rows = build.clusters.len().min(ROWS) as u32;
    let (row, head) = (SIDE + 2 * GAP, 66);
    let width = WORDS + FACES as u32 * (SIDE + GAP) + GAP;
    let mut canvas = Canvas(RgbImage::from_pixel(width, head + rows * row + 2 * GAP, PAPER));
    let text = build.to_string();
    for (at, line) in text.lines().take(2).enumerate() {
        canvas.text(line, 17.0, [12.0, 10.0 + 24.0 * at as f32], INK);
    }
    for (at, cluster) in build.clusters.iter().take(ROWS).enumerate() {
        let top = (head + at as u32 * row) as f32;
        let is_owner = build.owners.contains(&at);
        if is_owner {
            canvas.fill([0.0, top, width as f32, top + row as f32], OWNER);
        }
        let title =
            format!("{}{} photos, weight {:.2}", if is_owner { "owner: " } else { "" }, cluster.photos, cluster.weight);
        canvas.text(&title, 16.0, [12.0, top + 4.0], INK);
        for (place, (name, value)) in Features::NAMES.iter().zip(cluster.features.to_array()).enumerate() {
            let line = top + 26.0 + 15.0 * place as f32;
            canvas.text(name, 12.0, [12.0, line], FAINT);
            let bar = 90.0 + 150.0 * value.abs().min(1.0);
            canvas.fill([90.0, line + 3.0, bar, line + 12.0], if value < 0.0 { FAINT } else { BAR });
            canvas.text(&format!("{value:.2}"), 12.0, [250.0, line], FAINT);
        }
        let shown = cluster.faces.iter().filter_map(|face| thumbnails.get(face)).take(FACES);
        for (place, face) in shown.enumerate() {
            let left = WORDS + place as u32 * (SIDE + GAP);
            imageops::replace(&mut canvas.0, face, left.into(), i64::from(top as u32 + GAP));
        }
    }
    canvas.0
}

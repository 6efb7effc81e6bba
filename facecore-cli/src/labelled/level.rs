//! A face turned so that its eyes are level: a preprocessing that is measured here, and not worth its place in the library.

use facecore::{BoundingBox, Landmarks, Limits, Orientation, Photo, PixelFormat, RawView};

/// The box with as much again on each side, turned about its middle, and where the box is in it.
pub fn turned(
    photo: &Photo<'_>,
    area: &BoundingBox,
    landmarks: &Landmarks,
) -> facecore::Result<(Photo<'static>, BoundingBox)> {
    let [left, right, ..] = *landmarks;
    let (dx, dy) = (right[0] - left[0], right[1] - left[1]);
    // Without eyes (where nothing was found) it stays as it is.
    let (sin, cos) = if dx.hypot(dy) > 1.0 { (dy / dx.hypot(dy), dx / dx.hypot(dy)) } else { (0.0, 1.0) };
    let [width, height] = [area.width(), area.height()].map(|side| 2 * side.ceil().max(1.0) as u32);
    let middle = [(area.x1 + area.x2) / 2.0, (area.y1 + area.y2) / 2.0];
    let mut pixels = Vec::with_capacity((3 * width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (x as f32 + 0.5 - width as f32 / 2.0, y as f32 + 0.5 - height as f32 / 2.0);
            pixels.extend(sample(photo, middle[0] + cos * x - sin * y - 0.5, middle[1] + sin * x + cos * y - 0.5));
        }
    }
    let view = RawView {
        data: &pixels,
        width,
        height,
        stride: 3 * width as usize,
        format: PixelFormat::Rgb,
        orientation: Orientation::Upright,
    };
    let corner = [(width as f32 - area.width()) / 2.0, (height as f32 - area.height()) / 2.0];
    let area = BoundingBox::new(corner[0], corner[1], corner[0] + area.width(), corner[1] + area.height());
    Ok((Photo::from_raw(view, &Limits::default())?.into_owned(), area))
}

/// Bilinear between the four nearest pixels; outside of the photo its edge goes on.
fn sample(photo: &Photo<'_>, x: f32, y: f32) -> [u8; 3] {
    let (x, y) = (x.clamp(0.0, photo.width() as f32 - 1.0), y.clamp(0.0, photo.height() as f32 - 1.0));
    let (column, row) = (x as usize, y as u32);
    let (right, below) = ((column + 1).min(photo.width() as usize - 1), (row + 1).min(photo.height() - 1));
    let [across, down] = [x - column as f32, y - row as f32];
    let mix = |row: &[u8], channel: usize| {
        let at = |column: usize| f32::from(row[3 * column + channel]);
        at(column) + across * (at(right) - at(column))
    };
    let (upper, lower) = (photo.row(row), photo.row(below));
    [0, 1, 2].map(|channel| (mix(upper, channel) * (1.0 - down) + mix(lower, channel) * down).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bright to the right of the diagonal; eyes along it.
    #[test]
    fn tilted_eyes_become_level() {
        let pixels: Vec<u8> = (0..100 * 100).flat_map(|at| [if at % 100 > at / 100 { 200 } else { 20 }; 3]).collect();
        let view = RawView {
            data: &pixels,
            width: 100,
            height: 100,
            stride: 300,
            format: PixelFormat::Rgb,
            orientation: Orientation::Upright,
        };
        let photo = Photo::from_raw(view, &Limits::default()).unwrap();
        let area = BoundingBox::new(40.0, 40.0, 60.0, 60.0);
        let tilted = [[45.0, 45.0], [55.0, 55.0], [50.0; 2], [50.0; 2], [50.0; 2]];
        let (turned, inside) = turned(&photo, &area, &tilted).unwrap();
        assert_eq!((turned.width(), inside), (40, BoundingBox::new(10.0, 10.0, 30.0, 30.0)));
        assert!((0..120).all(|at| turned.row(17)[at] > 150 && turned.row(22)[at] < 60));
        let (same, _) = super::turned(&photo, &area, &[[0.0; 2]; 5]).unwrap();
        assert_eq!(same.row(7)[30..60], photo.row(37)[3 * 40..3 * 50]);
    }
}

//! Black around photos that are cut tightly around the head: a detector needs some surroundings to find a face.

use facecore::{Limits, Orientation, Photo, PixelFormat, RawView};

/// The photo with this part of its width added left and right, and of its height above and below.
pub fn padded(photo: &Photo<'_>, share: f64) -> facecore::Result<Photo<'static>> {
    let [width, height] = [photo.width(), photo.height()];
    let [across, down] = [width, height].map(|side| (f64::from(side) * share).round() as u32);
    let stride = 3 * (width + 2 * across) as usize;
    let mut pixels = vec![0; stride * (height + 2 * down) as usize];
    for y in 0..height {
        let from = stride * (y + down) as usize + 3 * across as usize;
        pixels[from..from + 3 * width as usize].copy_from_slice(photo.row(y));
    }
    let view = RawView {
        data: &pixels,
        width: width + 2 * across,
        height: height + 2 * down,
        stride,
        format: PixelFormat::Rgb,
        orientation: Orientation::Upright,
    };
    Ok(Photo::from_raw(view, &Limits::default())?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photo_lies_in_the_middle_of_the_black() {
        let pixels: Vec<u8> = (1..=3 * 8 * 4).collect();
        let view = RawView {
            data: &pixels,
            width: 8,
            height: 4,
            stride: 24,
            format: PixelFormat::Rgb,
            orientation: Orientation::Upright,
        };
        let photo = Photo::from_raw(view, &Limits::default()).unwrap();
        let padded = padded(&photo, 0.25).unwrap();
        assert_eq!((padded.width(), padded.height()), (12, 6));
        assert!([0, 5].iter().all(|&y| padded.row(y).iter().all(|&value| value == 0)));
        for y in 0..4 {
            let row = padded.row(y + 1);
            assert_eq!((&row[..6], &row[6..30], &row[30..]), (&[0; 6][..], photo.row(y), &[0; 6][..]));
        }
    }
}

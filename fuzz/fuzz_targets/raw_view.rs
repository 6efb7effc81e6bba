//! Raw pixels whose header may lie about the buffer.
#![no_main]

use facecore::{Limits, Orientation, Photo, PixelFormat, RawView};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, u32, usize, u8, u8, &[u8])| {
    use PixelFormat::*;
    let (width, height, stride, format, exif, data) = input;
    let format = [Rgb, Bgr, Rgba, Bgra, Grey, Nv12, Nv21, I420][usize::from(format) % 8];
    let orientation = Orientation::from_exif(exif % 8 + 1).unwrap();
    // Half of the inputs have small sides, else nearly all would end at the first check.
    let small = |side: u32| if stride.is_multiple_of(2) { side % 64 } else { side };
    let view = RawView { data, width: small(width), height: small(height), stride: stride / 2, format, orientation };
    let limits = Limits { shrink_above: 256, ..Limits::default() };
    if let Ok(photo) = Photo::from_raw(view, &limits) {
        for y in 0..photo.height() {
            assert_eq!(photo.row(y).len(), 3 * photo.width() as usize);
        }
    }
});

//! A TIFF: a photo within its limits or an error.
#![no_main]

use facecore::{Limits, Photo};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { max_pixels: 1 << 18, ..Limits::default() };
    for magic in [b"II*\0", b"MM\0*", b"II+\0"] {
        if let Ok(photo) = Photo::decode(&[magic, data].concat(), &limits) {
            assert_eq!(photo.row(photo.height() - 1).len(), 3 * photo.width() as usize);
        }
    }
});

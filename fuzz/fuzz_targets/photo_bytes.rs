//! An uploaded file: a photo within its limits or an error, whatever the bytes are.
#![no_main]

use facecore::{Limits, Photo};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { max_pixels: 1 << 20, shrink_above: 1 << 16, ..Limits::default() };
    if let Ok(photo) = Photo::decode(data, &limits) {
        assert!(u64::from(photo.width()) * u64::from(photo.height()) <= limits.shrink_above);
        assert_eq!(photo.row(photo.height() - 1).len(), 3 * photo.width() as usize);
    }
});

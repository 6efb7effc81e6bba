//! What a photo's EXIF says: any bytes are read or ignored, and a place is on Earth.
#![no_main]

use facecore::profile::{PhotoMeta, read_exif};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut meta = PhotoMeta::default();
    read_exif(data, &mut meta);
    assert!(meta.place.is_none_or(|[latitude, longitude]| latitude.abs() <= 90.0 && longitude.abs() <= 180.0));
    assert!((0.0..=1.0).contains(&meta.promise()));
});

//! Odd and damaged JPEGs, at every reduced size: strict and lenient agree, and damage is told.
#![no_main]

use facecore::{Damage, Limits, Photo};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let bytes = [b"\xFF\xD8\xFF", data].concat();
    let strict = Limits { max_pixels: 1 << 18, ..Limits::default() };
    let lenient = Limits { damage: Damage::Keep, ..strict };
    let kept = Photo::decode(&bytes, &lenient);
    match (Photo::decode(&bytes, &strict), &kept) {
        (Ok(whole), Ok(kept)) => {
            assert!(!whole.is_damaged() && !kept.is_damaged());
            assert!((0..whole.height()).all(|y| whole.row(y) == kept.row(y)));
        }
        (Err(error), Ok(kept)) => assert!(error.code() == "damaged" && kept.is_damaged()),
        (Err(error), Err(other)) => assert_eq!(&error, other),
        (Ok(_), Err(error)) => panic!("read, and yet {error}"),
    }
    // A smaller picture of the same file has the same damage.
    for most in [1 << 10, 1 << 6] {
        let reduced = Photo::decode(&bytes, &Limits { reduce_jpeg_above: most, ..lenient });
        if let (Ok(kept), Ok(reduced)) = (&kept, &reduced) {
            assert_eq!(kept.is_damaged(), reduced.is_damaged());
            assert_eq!(kept.stored_width(), reduced.stored_width());
        }
    }
});

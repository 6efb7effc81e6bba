//! A face of an album at rest: what is read can be written, and reads as the same.
#![no_main]

use facecore::profile::StoredFace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(face) = StoredFace::from_bytes(data) {
        let again = face.to_bytes();
        assert_eq!(StoredFace::from_bytes(&again).unwrap().to_bytes(), again);
    }
});

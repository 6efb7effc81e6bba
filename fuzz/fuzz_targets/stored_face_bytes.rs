//! A face of an album at rest: what is read can be written, and reads as the same.
#![no_main]

use facecore::profile::StoredFace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(face) = StoredFace::from_bytes(data) {
        let once = face.to_bytes();
        let read = StoredFace::from_bytes(&once).unwrap();
        assert_eq!(StoredFace::from_bytes(&read.to_bytes()).unwrap(), read);
        assert!(face.face.embedding.cosine(&read.face.embedding).unwrap() > 0.9);
    }
});

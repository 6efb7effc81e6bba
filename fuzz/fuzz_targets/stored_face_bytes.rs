//! A face of an album at rest: what is read can be written, and reads as the same.
#![no_main]

use facecore::profile::StoredFace;
use libfuzzer_sys::fuzz_target;

/// Where the embedding's scale lies: its last bit may change, since the values are made a unit vector again when they are read.
const SCALE: std::ops::Range<usize> = 72..76;

fuzz_target!(|data: &[u8]| {
    if let Ok(face) = StoredFace::from_bytes(data) {
        let once = face.to_bytes();
        let read = StoredFace::from_bytes(&once).unwrap();
        let twice = read.to_bytes();
        assert_eq!((&twice[..SCALE.start], &twice[SCALE.end..]), (&once[..SCALE.start], &once[SCALE.end..]));
        assert!(face.face.embedding.cosine(&read.face.embedding).unwrap() > 0.9);
    }
});

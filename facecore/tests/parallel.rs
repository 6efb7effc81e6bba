//! The feature `rayon` changes where the work runs, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "rayon", feature = "decode", feature = "bundled-mtcnn"))]

use std::path::Path;

use facecore::{Budget, DetectOptions, Engine, Error, Limits, Photo};

#[test]
fn many_photos_answer_as_one_by_one() {
    let engine = Engine::detector_only().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/photos");
    let photos: Vec<_> = ["astronaut.jpg", "group.jpg", "astronaut.jpg"]
        .iter()
        .map(|file| Photo::decode(&std::fs::read(folder.join(file)).unwrap(), &Limits::default()).unwrap())
        .collect();
    let options = DetectOptions { min_face: 40, budget: Budget::UNBOUNDED, ..DetectOptions::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let found = pool.install(|| engine.detect_many(&photos, &options));
    for (photo, found) in photos.iter().zip(found) {
        assert_eq!(found.unwrap().faces, engine.detect(photo, &options).unwrap().faces);
    }
    assert_eq!(engine.embed_batch(&photos[0], &[]).unwrap_err(), Error::NoEmbedder);
}

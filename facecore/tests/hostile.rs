//! What strangers may send: each an error or an empty result, in bounded time and memory, and the engine works on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn"))]

use std::path::{Path, PathBuf};

use facecore::{
    Candidate, DetectOptions, Embedding, Encoding, Engine, Error, Limits, Matcher, MtcnnOptions, Orientation, Outcome,
    Photo, PixelFormat, RawView, SpaceId,
};

fn testdata(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(file)
}

fn decode(file: &str) -> Result<Photo<'static>, Error> {
    Photo::decode(&std::fs::read(testdata(file)).unwrap(), &Limits::default())
}

fn raw(data: &[u8], width: u32, height: u32, format: PixelFormat) -> Photo<'_> {
    let stride = data.len() / height as usize;
    let view = RawView { data, width, height, stride, format, orientation: Orientation::Upright };
    Photo::from_raw(view, &Limits::default()).unwrap()
}

/// Numbers without a pattern, the same on every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(step).collect()
}

#[test]
fn broken_files_are_errors() {
    assert_eq!(decode("hostile/text.jpg").unwrap_err(), Error::UnknownFormat);
    for file in ["hostile/empty.jpg", "hostile/header-only.jpg", "hostile/huge.png"] {
        assert_eq!(decode(file).unwrap_err().code(), "decode", "{file}");
    }
    assert_eq!(decode("hostile/cut.jpg").unwrap_err().code(), "damaged");
}

#[test]
fn a_png_of_60000_by_60000_is_refused_at_its_header() {
    let mut bytes = std::fs::read(testdata("hostile/huge.png")).unwrap();
    // An empty IDAT chunk: here the pixels begin.
    bytes.extend_from_slice(b"\0\0\0\0IDAT\x35\xAF\x06\x1E");
    let error = Photo::decode(&bytes, &Limits::default()).unwrap_err();
    assert_eq!(error, Error::Limit { what: "photo width in pixels", actual: 60_000, limit: 30_000 });
}

#[test]
fn photos_without_room_for_a_face_have_none() {
    let engine = Engine::detector_only().unwrap();
    for (width, height) in [(1, 1), (3, 5000), (5000, 3), (19, 19)] {
        let data = noise(3 * (width * height) as usize);
        let found = engine.detect(&raw(&data, width, height, PixelFormat::Rgb), &DetectOptions::default()).unwrap();
        assert!(found.faces.is_empty() && found.complete, "{width}×{height}");
    }
}

#[test]
fn noise_costs_no_more_than_the_cap_of_candidates() {
    let engine = Engine::detector_only().unwrap();
    let data = noise(3 * 640 * 480);
    let photo = raw(&data, 640, 480, PixelFormat::Rgb);
    // A cascade that lets everything pass P-Net.
    let mtcnn = MtcnnOptions { thresholds: [0.0, 0.7, 0.7], ..MtcnnOptions::default() };
    let found = engine.detect(&photo, &DetectOptions { mtcnn, ..DetectOptions::default() }).unwrap();
    let candidates = found.stats.mtcnn().unwrap().candidates;
    assert!(candidates > 200, "{:?}", found.stats);
    let shown = candidates - found.cut.candidates;
    assert!((200..=1000).contains(&shown), "{shown}");
    assert!(!found.complete);
}

#[test]
fn a_photo_of_100_megapixels_passes() {
    let engine = Engine::detector_only().unwrap();
    let data = vec![90; 10_000 * 10_000];
    let photo = raw(&data, 10_000, 10_000, PixelFormat::Grey);
    let found = engine.detect(&photo, &DetectOptions { min_face: 400, ..DetectOptions::default() }).unwrap();
    assert!(found.faces.is_empty());
}

#[test]
fn options_out_of_range_are_named() {
    let engine = Engine::detector_only().unwrap();
    let photo = decode("photos/astronaut.jpg").unwrap();
    let defaults = DetectOptions::default;
    let mtcnn = |mtcnn| DetectOptions { mtcnn, ..defaults() };
    let cascade = MtcnnOptions::default;
    let bad = [
        (DetectOptions { min_face: 0, ..defaults() }, "min_face"),
        (mtcnn(MtcnnOptions { factor: f32::NAN, ..cascade() }), "factor"),
        (mtcnn(MtcnnOptions { factor: 1.0, ..cascade() }), "factor"),
        (mtcnn(MtcnnOptions { thresholds: [0.6, 0.7, f32::NAN], ..cascade() }), "thresholds"),
    ];
    for (options, expected) in bad {
        let error = engine.detect(&photo, &options).unwrap_err();
        assert!(matches!(error, Error::Option { name, .. } if name == expected), "{error}");
    }
    // The engine is as good as new.
    assert_eq!(engine.detect(&photo, &defaults()).unwrap().faces.len(), 1);
}

#[test]
fn nan_is_no_embedding() {
    let space = SpaceId([7; 8]);
    for values in [vec![], vec![f32::NAN; 4], vec![1.0, f32::INFINITY], vec![0.0; 128]] {
        assert_eq!(Embedding::new(space, values).unwrap_err().code(), "embedding");
    }
    let mut bytes = Embedding::new(space, vec![1.0; 4]).unwrap().encode(Encoding::F32);
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(Embedding::decode(&bytes).unwrap_err().code(), "embedding");
    assert_eq!(Matcher::cosine(f32::NAN, 0.0).unwrap_err().code(), "option");
}

#[test]
fn two_hundred_faces_meet_5000_candidates() {
    let space = SpaceId([7; 8]);
    let random = noise(5000 * 128);
    let embeddings = random
        .chunks(128)
        .map(|values| Embedding::new(space, values.iter().map(|&value| f32::from(value) - 127.5).collect()).unwrap());
    let candidates: Vec<_> = embeddings
        .enumerate()
        .map(|(number, embedding)| Candidate { person: format!("P{number}"), embeddings: vec![embedding] })
        .collect();
    let faces: Vec<_> = candidates.iter().step_by(25).map(|candidate| candidate.embeddings[0].clone()).collect();
    let verdicts = Matcher::cosine(0.5, 0.05).unwrap().decide(&faces, &candidates).unwrap();
    assert_eq!(verdicts.len(), 200);
    for (face, verdict) in verdicts.iter().enumerate() {
        let expected = format!("P{}", 25 * face);
        assert!(matches!(&verdict.outcome, Outcome::Match { person, .. } if *person == expected), "{verdict:?}");
    }
}

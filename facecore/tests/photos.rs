//! Real photos through the public API: from bytes to names, upright or not, on one thread or many.
//!
//! The networks must be in `models/`: `make models` puts them there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use facecore::{
    BoundingBox, Candidate, DetectOptions, Embedding, Engine, Error, Face, Limits, Matcher, Orientation, Outcome,
    Photo, PixelFormat, RawView,
};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| open("facenet-ms1m-128"));

fn open(model: &str) -> Engine {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    Engine::open_model(models, model).unwrap_or_else(|error| panic!("{error}; run `make models`"))
}

fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(path)
}

fn photo(path: &str) -> Photo<'static> {
    Photo::decode(&fs::read(testdata(path)).unwrap(), &Limits::default()).unwrap()
}

fn detect(photo: &Photo<'_>) -> Vec<Face> {
    ENGINE.detect(photo, &DetectOptions::default()).unwrap().faces
}

fn embed(engine: &Engine, photo: &Photo<'_>) -> Vec<Embedding> {
    let faces = detect(photo);
    engine.embed(photo, &faces).unwrap().into_iter().map(Result::unwrap).collect()
}

fn person(folder: &str) -> Candidate {
    let files = fs::read_dir(testdata("people").join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let embeddings = files.flat_map(|file| embed(&ENGINE, &photo(file.to_str().unwrap()))).collect();
    Candidate { person: folder.into(), embeddings }
}

/// Shared area over the area of both.
fn overlap(a: &BoundingBox, b: &BoundingBox) -> f32 {
    let side = |low_a: f32, high_a: f32, low_b: f32, high_b: f32| (high_a.min(high_b) - low_a.max(low_b)).max(0.0);
    let shared = side(a.x1, a.x2, b.x1, b.x2) * side(a.y1, a.y2, b.y1, b.y2);
    shared / (a.area() + b.area() - shared)
}

#[test]
fn a_group_photo_names_who_is_enrolled_and_no_stranger() {
    let people = [person("Barack Obama"), person("Eileen Collins")];
    let group = photo("photos/group.jpg");
    let matcher = Matcher::cosine(ENGINE.default_threshold().unwrap(), 0.05).unwrap();
    let faces = detect(&group);
    let embeddings: Vec<_> = ENGINE.embed(&group, &faces).unwrap().into_iter().map(Result::unwrap).collect();
    let verdicts = matcher.decide(&embeddings, &people).unwrap();
    let mut names: Vec<_> = verdicts
        .iter()
        .map(|verdict| match &verdict.outcome {
            Outcome::Match { person, .. } => person.as_str(),
            Outcome::NoMatch { .. } => "stranger",
        })
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Barack Obama", "Eileen Collins", "stranger"], "{verdicts:?}");
}

#[test]
fn the_face_is_the_same_however_the_photo_is_stored() {
    let expected = detect(&photo("orientations/1.jpg"));
    assert_eq!(expected.len(), 1);
    let [reference] = &embed(&ENGINE, &photo("orientations/1.jpg"))[..] else { panic!() };
    for exif in 2..=8 {
        let photo = photo(&format!("orientations/{exif}.jpg"));
        let [face] = &detect(&photo)[..] else { panic!("orientation {exif}") };
        assert!(overlap(&face.bounding_box, &expected[0].bounding_box) > 0.9, "orientation {exif}: {face:?}");
        let [embedding] = &embed(&ENGINE, &photo)[..] else { panic!() };
        assert!(embedding.cosine(reference).unwrap() > 0.97, "orientation {exif}");

        // The stored box lies around the same pixels when the file is read without its orientation.
        let (width, height) = (photo.stored_width() as f32, photo.stored_height() as f32);
        let stored = face.stored_box;
        assert!(stored.x1 > 0.0 && stored.y1 > 0.0 && stored.x2 < width && stored.y2 < height, "{stored:?}");
        let turned = exif >= 5;
        assert_eq!(photo.stored_width() > photo.stored_height(), !turned);
        let (upright_width, stored_width) =
            (face.bounding_box.width(), if turned { stored.height() } else { stored.width() });
        assert!((upright_width - stored_width).abs() < 0.01, "orientation {exif}");
    }
}

#[test]
fn raw_pixels_give_what_the_file_gives() {
    type ToFormat = fn(&[u8; 3]) -> Vec<u8>;
    let decoded = photo("photos/astronaut.jpg");
    let expected = detect(&decoded);
    let rows = || (0..decoded.height()).flat_map(|y| decoded.row(y).as_chunks::<3>().0);
    let padded = |bytes: usize, pixel: ToFormat| -> (Vec<u8>, usize) {
        let stride = decoded.width() as usize * bytes + 5;
        let data = (0..decoded.height()).flat_map(|y| {
            let row: Vec<u8> = decoded.row(y).as_chunks::<3>().0.iter().flat_map(pixel).collect();
            row.into_iter().chain([255; 5])
        });
        (data.collect(), stride)
    };
    assert_eq!(rows().count(), (decoded.width() * decoded.height()) as usize);
    let formats: [(PixelFormat, usize, ToFormat); 4] = [
        (PixelFormat::Rgb, 3, |p| p.to_vec()),
        (PixelFormat::Bgr, 3, |&[r, g, b]| vec![b, g, r]),
        (PixelFormat::Rgba, 4, |&[r, g, b]| vec![r, g, b, 255]),
        (PixelFormat::Bgra, 4, |&[r, g, b]| vec![b, g, r, 255]),
    ];
    for (format, bytes, pixel) in formats {
        let (data, stride) = padded(bytes, pixel);
        let (width, height) = (decoded.width(), decoded.height());
        let view = RawView { data: &data, width, height, stride, format, orientation: Orientation::Upright };
        let raw = Photo::from_raw(view, &Limits::default()).unwrap();
        assert_eq!(detect(&raw), expected, "{format:?}");
    }
}

#[test]
fn a_shrunk_photo_has_the_same_face_in_the_stored_pixels() {
    let bytes = fs::read(testdata("photos/astronaut.jpg")).unwrap();
    let whole = photo("photos/astronaut.jpg");
    let limits = Limits { shrink_above: 100_000, ..Limits::default() };
    let shrunk = Photo::decode(&bytes, &limits).unwrap();
    assert!(shrunk.width() < whole.width() && shrunk.stored_width() == whole.stored_width());
    let (small, large) = (detect(&shrunk), detect(&whole));
    assert_eq!((small.len(), large.len()), (1, 1));
    assert!(overlap(&small[0].stored_box, &large[0].stored_box) > 0.8);
}

#[test]
fn embeddings_of_two_models_do_not_mix() {
    let other = open("facenet-casia-512");
    let photo = photo("photos/astronaut.jpg");
    let (a, b) = (embed(&ENGINE, &photo), embed(&other, &photo));
    assert_eq!((a[0].len(), b[0].len()), (128, 512));
    assert!(matches!(a[0].cosine(&b[0]), Err(Error::SpaceMismatch { .. })));
}

#[test]
fn what_cannot_be_embedded_is_said_face_by_face() {
    let photo = photo("photos/astronaut.jpg");
    let mut faces = detect(&photo);
    let mut outside = faces[0].clone();
    outside.bounding_box = BoundingBox::new(-90.0, -90.0, -20.0, -20.0);
    faces.insert(0, outside);
    let answers = ENGINE.embed(&photo, &faces).unwrap();
    assert_eq!(answers[0].as_ref().unwrap_err().code(), "empty-crop");
    assert!(answers[1].is_ok());
    let detector = Engine::detector_only().unwrap();
    assert_eq!(detector.embed(&photo, &faces).unwrap_err(), Error::NoEmbedder);
}

#[test]
fn threads_share_an_engine_and_see_the_same() {
    let files = ["photos/astronaut.jpg", "hostile/cut.jpg", "photos/group.jpg", "orientations/6.jpg"];
    let look = |file: &str| {
        let bytes = fs::read(testdata(file)).unwrap();
        let photo = Photo::decode(&bytes, &Limits::default())?;
        Ok::<_, Error>((detect(&photo), embed(&ENGINE, &photo)))
    };
    let alone: Vec<_> = files.iter().map(|file| look(file)).collect();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let (alone, look) = (&alone, &look);
            scope.spawn(move || {
                for at in (0..files.len()).map(|step| (start + step) % files.len()) {
                    assert_eq!(look(files[at]), alone[at], "{}", files[at]);
                }
            });
        }
    });
}

//! YuNet through the public API: its faces are MTCNN's faces, it obeys the same budget, and a crowd costs what an empty photo costs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-yunet", feature = "bundled-mtcnn"))]

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use facecore::{
    Budget, Compute, Cut, DetectOptions, Detection, DetectorKind, Engine, Error, Face, Limits, Photo, YunetOptions,
};

static YUNET: LazyLock<Engine> =
    LazyLock::new(|| Engine::detector_only_with(DetectorKind::Yunet, Compute::Auto).unwrap());

fn photo(name: &str) -> Photo<'static> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/photos").join(name);
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

fn within(photo: &Photo<'_>, budget: Budget) -> Detection {
    YUNET.detect(photo, &DetectOptions { budget, ..DetectOptions::default() }).unwrap()
}

fn pixels(found: &Detection) -> u64 {
    found.stats.yunet().unwrap().pixels
}

#[test]
fn both_detectors_see_the_same_faces() {
    let mtcnn = Engine::detector_only().unwrap();
    assert_eq!((mtcnn.detector(), YUNET.detector()), (DetectorKind::Mtcnn, DetectorKind::Yunet));
    for name in ["astronaut.jpg", "biden.jpg", "group.jpg", "obama.jpg", "obama2.jpg"] {
        let photo = photo(name);
        let options = DetectOptions::default();
        let (theirs, ours) = (mtcnn.detect(&photo, &options).unwrap(), YUNET.detect(&photo, &options).unwrap());
        assert!(ours.complete && ours.stats.mtcnn().is_none(), "{name}");
        assert_eq!(ours.faces.len(), theirs.faces.len(), "{name}");
        for face in &theirs.faces {
            let same = |one: &&Face| one.bounding_box.iou(&face.bounding_box) > 0.5;
            let same = ours.faces.iter().find(same).unwrap_or_else(|| panic!("{name}: {face:?} of {ours:?}"));
            // The points are in one order: each is nearest to its like.
            let size = face.bounding_box.width();
            for (one, other) in same.landmarks.iter().zip(&face.landmarks) {
                assert!((one[0] - other[0]).hypot(one[1] - other[1]) < 0.15 * size, "{name}: {one:?} {other:?}");
            }
        }
    }
}

#[test]
fn every_way_of_computing_gives_the_same_boxes() {
    let photo = photo("group.jpg");
    let find = |compute| {
        let engine = Engine::detector_only_with(DetectorKind::Yunet, compute).unwrap();
        engine.detect(&photo, &DetectOptions::default()).unwrap().faces
    };
    let (fast, portable) = (find(Compute::F32), find(Compute::Portable));
    assert_eq!(fast.len(), portable.len());
    for (fast, portable) in fast.iter().zip(&portable) {
        assert!((fast.bounding_box.x1 - portable.bounding_box.x1).abs() < 0.05, "{fast:?} {portable:?}");
        assert!((fast.score - portable.score).abs() < 1e-3);
    }
}

#[test]
fn each_bound_cuts_and_says_so() {
    let photo = photo("group.jpg");
    let all = within(&photo, Budget::UNBOUNDED);
    assert!(all.complete && all.cut == Cut::default() && all.faces.len() == 3, "{all:?}");
    // Two looks: the photo is 1,200 pixels wide. The shrunken one comes first.
    let found = within(&photo, Budget { max_pixels: pixels(&all) / 2, ..Budget::UNBOUNDED });
    assert_eq!(found.cut, Cut { scales: 1, ..Cut::default() });
    assert!(pixels(&found) > 0 && pixels(&found) <= pixels(&all) / 2 && !found.faces.is_empty());
    let found = within(&photo, Budget { max_faces: 2, ..Budget::UNBOUNDED });
    assert_eq!((found.cut, &found.faces[..]), (Cut { faces: 1, ..Cut::default() }, &all.faces[..2]));
    let found = within(&photo, Budget::within(Duration::ZERO));
    assert!(found.faces.is_empty() && !found.complete && found.cut.deadline && found.cut.scales == 2, "{found:?}");
    assert!(within(&photo, Budget::within(Duration::MAX)).complete);
}

#[test]
fn sizes_are_obeyed_and_options_checked() {
    let photo = photo("group.jpg");
    let sizes = |min_face, max_face| {
        let options = DetectOptions { min_face, max_face, ..DetectOptions::default() };
        let faces = YUNET.detect(&photo, &options).unwrap().faces;
        faces.iter().map(|face| face.bounding_box.height()).collect::<Vec<_>>()
    };
    assert!(sizes(200, 0).iter().all(|&side| side >= 200.0) && !sizes(200, 0).is_empty());
    assert!(sizes(20, 200).iter().all(|&side| side <= 200.0) && !sizes(20, 200).is_empty());
    assert!(sizes(2_000, 0).is_empty());
    for bad in [f32::NAN, -0.1, 1.1] {
        let yunet = YunetOptions { threshold: bad, ..YunetOptions::default() };
        let error = YUNET.detect(&photo, &DetectOptions { yunet, ..DetectOptions::default() }).unwrap_err();
        assert!(matches!(error, Error::Option { name: "threshold", .. }), "{error}");
    }
}

/// What YuNet looks at does not depend on what is to be seen.
#[test]
fn a_crowd_is_no_more_work_than_a_wall() {
    use facecore::{Orientation, PixelFormat, RawView};
    let crowd = photo("sheet.jpg");
    let (width, height) = (crowd.width(), crowd.height());
    let data = vec![90; (width * height) as usize];
    let (stride, format, orientation) = (width as usize, PixelFormat::Grey, Orientation::Upright);
    let view = RawView { data: &data, width, height, stride, format, orientation };
    let wall = Photo::from_raw(view, &Limits::default()).unwrap();
    let (crowd, wall) = (within(&crowd, Budget::default()), within(&wall, Budget::default()));
    assert!(crowd.faces.len() >= 10 && wall.faces.is_empty(), "{} {}", crowd.faces.len(), wall.faces.len());
    assert_eq!(pixels(&crowd), pixels(&wall));
}

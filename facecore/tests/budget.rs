//! The budget is obeyed, and the result says what it left out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn"))]

use std::path::Path;
use std::time::{Duration, Instant};

use facecore::{Budget, Cut, DetectOptions, Detection, Engine, Limits, MtcnnStats, Photo};

fn group() -> Photo<'static> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/photos/group.jpg");
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

fn within(engine: &Engine, photo: &Photo<'_>, budget: Budget) -> Detection {
    engine.detect(photo, &DetectOptions { budget, ..DetectOptions::default() }).unwrap()
}

fn stats(found: &Detection) -> &MtcnnStats {
    found.stats.mtcnn().unwrap()
}

#[test]
fn each_bound_cuts_its_stage_and_says_so() {
    let (engine, photo) = (Engine::detector_only().unwrap(), group());
    let all = within(&engine, &photo, Budget::UNBOUNDED);
    assert!(all.complete && all.cut == Cut::default() && all.faces.len() >= 3, "{all:?}");

    let half = Budget { max_pixels: stats(&all).pixels / 2, ..Budget::UNBOUNDED };
    let found = within(&engine, &photo, half);
    assert!(stats(&found).pixels <= half.max_pixels && stats(&found).pixels > 0);
    assert_eq!(found.cut, Cut { scales: stats(&all).scales - stats(&found).scales, ..Cut::default() });
    assert!(!found.complete && found.cut.scales > 0);

    let found = within(&engine, &photo, Budget { max_candidates: 3, ..Budget::UNBOUNDED });
    assert_eq!(found.cut, Cut { candidates: found.cut.candidates, ..Cut::default() });
    assert!(found.cut.candidates >= stats(&all).candidates - 15 && !found.complete);

    let found = within(&engine, &photo, Budget { max_faces: 2, ..Budget::UNBOUNDED });
    assert_eq!(found.cut, Cut { faces: all.faces.len() - 2, ..Cut::default() });
    assert_eq!(found.faces, all.faces[..2]);
}

#[test]
fn the_largest_faces_survive_a_budget_of_pixels() {
    let (engine, photo) = (Engine::detector_only().unwrap(), group());
    let size = |found: &Detection| found.faces.iter().map(|face| face.bounding_box.width()).fold(0.0, f32::max);
    let all = within(&engine, &photo, Budget::UNBOUNDED);
    let found = within(&engine, &photo, Budget { max_pixels: stats(&all).pixels / 3, ..Budget::UNBOUNDED });
    assert!((size(&found) - size(&all)).abs() < 2.0, "{} against {}", size(&found), size(&all));
}

#[test]
fn a_deadline_ends_the_work_and_not_the_result() {
    let (engine, photo) = (Engine::detector_only().unwrap(), group());
    let found = within(&engine, &photo, Budget::within(Duration::ZERO));
    assert!(found.faces.is_empty() && !found.complete && found.cut.deadline && found.cut.scales > 0, "{found:?}");

    let start = Instant::now();
    let all = within(&engine, &photo, Budget::UNBOUNDED);
    let whole = start.elapsed();
    let found = within(&engine, &photo, Budget::within(whole / 4));
    assert!(found.cut.deadline && stats(&found).pixels < stats(&all).pixels, "{found:?}");
    // How early it ends is for `worst_case` to measure: a loaded machine must not fail this test.
    assert!(found.faces.iter().all(|face| all.faces.iter().any(|one| one.bounding_box.iou(&face.bounding_box) > 0.5)));

    assert!(within(&engine, &photo, Budget::within(Duration::MAX)).cut.scales == 0);
}

//! The reference's answers on the repository's own photos (`testdata/reference_mtcnn.py` wrote them).

use std::path::Path;

use facecore::Engine;
use facecore_benches::golden;

#[test]
fn detections_are_the_references_numbers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/golden");
    let sum = golden::detections(&Engine::detector_only().unwrap(), &folder).unwrap();
    assert!(sum.expected >= 20, "too few faces to tell: {sum:?}");
    // One of the sheet's 20 prints sits where two candidates score alike: rounding decides which of them stays.
    assert!(sum.expected - sum.agreeing <= 1 && sum.unmatched == 0, "{sum:?}");
}

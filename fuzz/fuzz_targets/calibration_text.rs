//! The text of a calibration.
#![no_main]

use facecore::Calibration;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(calibration) = Calibration::read(text) {
        assert_eq!(calibration.cohort.space(), calibration.space);
        for point in &calibration.points {
            assert!(calibration.matcher(point.fp, point.candidates).is_ok() || point.fp == 0.0);
        }
    }
});

//! The text of a list of pairs.
#![no_main]

use facecore::evaluate::read_pairs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(list) = read_pairs(text) {
        assert!(list.pairs.iter().all(|pair| pair.fold < list.folds));
    }
});

//! The text of a matcher's numbers.
#![no_main]

use facecore::MatchingNumbers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(numbers) = MatchingNumbers::read(text) {
        let written = numbers.write().unwrap_or_default();
        assert_eq!(MatchingNumbers::read(&written).as_ref(), Ok(&numbers));
    }
});

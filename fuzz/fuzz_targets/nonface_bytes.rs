//! The bytes of a filter against non-faces.
#![no_main]

use facecore::NonFaceFilter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(filter) = NonFaceFilter::read(bytes) {
        assert_eq!(NonFaceFilter::read(&filter.write()).as_ref(), Ok(&filter));
    }
});

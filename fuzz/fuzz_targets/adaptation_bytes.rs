//! The bytes of an adaptation of embeddings. The space in the header is a hash of what follows, which a fuzzer does not find: so the same
//! numbers are tried under their own name too.
#![no_main]

use facecore::SpaceId;
use facecore::adapt::Adaptation;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(adaptation) = Adaptation::from_bytes(bytes) {
        assert_eq!(adaptation.to_bytes(), bytes);
    }
    let Some((&[len, ref from @ ..], numbers)) = bytes.split_first_chunk::<9>() else { return };
    let values = numbers.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
    if let Ok(adaptation) = Adaptation::new(SpaceId(*from), len.into(), values) {
        assert_eq!(Adaptation::from_bytes(&adaptation.to_bytes()).as_ref(), Ok(&adaptation));
    }
});

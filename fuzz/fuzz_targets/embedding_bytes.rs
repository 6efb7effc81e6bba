//! A stored embedding: what decodes is a unit vector and survives another round.
#![no_main]

use facecore::{Embedding, Encoding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(embedding) = Embedding::decode(data) {
        let norm: f64 = embedding.as_slice().iter().map(|&x| f64::from(x).powi(2)).sum();
        assert!((norm - 1.0).abs() < 1e-3, "{norm}");
        for encoding in [Encoding::F32, Encoding::F16, Encoding::I8] {
            let again = Embedding::decode(&embedding.encode(encoding)).unwrap();
            assert!(again.cosine(&embedding).unwrap() > 0.9);
        }
    }
});

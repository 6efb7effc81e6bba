//! A stored profile: what is read is written again byte for byte, and its people can be compared.
#![no_main]

use facecore::profile::Profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(profile) = Profile::from_bytes(data) {
        assert_eq!(profile.to_bytes().unwrap(), data);
        assert!(profile.embeddings().len() <= profile.slots().len());
        let mut twice = profile.clone();
        if twice.merge(&profile).is_ok() {
            assert_eq!(twice.photos(), profile.photos().saturating_mul(2));
        }
    }
});

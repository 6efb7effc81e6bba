//! A file of people, given a fitting checksum so that it is not refused at once: what is read is written again byte for byte.
#![no_main]

use facecore::search::People;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut file = data.to_vec();
    file.extend(crc32fast::hash(data).to_le_bytes());
    for bytes in [data, &file[..]] {
        if let Ok(people) = People::from_bytes(bytes) {
            let again = people.to_bytes();
            assert_eq!(People::from_bytes(&again).unwrap().to_bytes(), again);
            assert_eq!(people.candidates().len(), people.len());
        }
    }
});

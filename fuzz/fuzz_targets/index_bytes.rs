//! An index's file: any bytes, given fitting checksums so that they are not refused at once, open as an index that can be searched, or not at all.
#![no_main]

use std::fs;

use facecore::Embedding;
use facecore::index::{FaceIndex, Scan, Search};
use libfuzzer_sys::fuzz_target;

const HEADER: usize = 4096;

fuzz_target!(|data: &[u8]| {
    let path = std::env::temp_dir().join(format!("facecore-fuzz-{}.fci", std::process::id()));
    let mut file = data.to_vec();
    // A first byte that is odd: a sound header around what follows, over one block of few values.
    if data.first().is_some_and(|first| first % 2 == 1) {
        file.resize(HEADER.max(file.len()), 0);
        file[..6].copy_from_slice(b"FCIX\x01\x00");
        (file[6], file[7]) = (file[6] % 64, 0);
        seal(&mut file, 0, 16);
        // Few faces, so that the file may have them; now and then the number as it is.
        if file[20] % 8 > 0 {
            file[522..528].fill(0);
        }
        seal(&mut file, 512, 16);
        let face = 17 + 8 + usize::from(file[6]).next_multiple_of(32);
        if file[21] % 8 > 0 {
            file.resize(HEADER + 4096 * face, data[data.len() - 1]);
        }
    }
    fs::write(&path, &file).unwrap();
    let Ok(index) = FaceIndex::open_to_read(&path) else { return };
    let query = Embedding::new(index.space(), (0..index.values()).map(|at| at as f32 - 3.5).collect()).unwrap();
    for scan in [Scan::Exact, Scan::Signs(10)] {
        let search = Search { neighbours: 5, scan, ..Search::default() };
        let Ok(hits) = index.search(&query, &search) else { continue };
        assert!(hits.len() as u64 <= index.len() && hits.iter().all(|hit| (-1.0..=1.0).contains(&hit.cosine)));
    }
    assert_eq!(index.ids().count() as u64, index.len());
    assert!(index.verify().faces == index.len());
});

/// Puts the checksum of `length` bytes behind them.
fn seal(file: &mut [u8], at: usize, length: usize) {
    let check = crc32fast::hash(&file[at..at + length]);
    file[at + length..at + length + 4].copy_from_slice(&check.to_le_bytes());
}

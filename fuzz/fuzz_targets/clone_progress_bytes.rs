//! The file that says how far a search for clones has come. With any bytes, and with bytes that begin like the file of this very search and have a
//! fitting checksum, the search goes on or begins anew, and ends.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use facecore::index::FaceIndex;
use facecore::search::CloneSearch;
use facecore::{Embedding, SpaceId};
use libfuzzer_sys::fuzz_target;

const LEAST: f32 = 0.9;
/// Bytes that name the search.
const HEADER: usize = 8 + 8 + 16 + 4;

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("facecore-fuzz-{}-{name}", std::process::id()))
}

/// An index, and the file of a search that was begun, as far as it names the search.
static BEGUN: LazyLock<(FaceIndex, Vec<u8>)> = LazyLock::new(|| {
    let space = SpaceId(*b"a space!");
    let face = |at: u64| Embedding::new(space, vec![1.0, at as f32, (at % 3) as f32]).unwrap();
    let mut index = FaceIndex::open(&place("faces.fci"), space, 3).unwrap();
    index.add(&(0..9).map(|id| (id, face(id))).collect::<Vec<_>>()).unwrap();
    let path = place("first");
    CloneSearch::open(&index, LEAST, &path).unwrap().step().unwrap();
    let header = fs::read(&path).unwrap()[..HEADER].to_vec();
    (index, header)
});

fuzz_target!(|data: &[u8]| {
    let (index, header) = &*BEGUN;
    let mut sealed = [header, data].concat();
    sealed.extend(crc32fast::hash(&sealed).to_le_bytes());
    let path = place("progress");
    for bytes in [data, &sealed] {
        fs::write(&path, bytes).unwrap();
        let mut search = CloneSearch::open(index, LEAST, &path).unwrap();
        while search.step().unwrap() {}
        let pairs = search.finish().unwrap();
        assert!(pairs.len() <= sealed.len() && !path.exists());
    }
});

//! DBSCAN beside scikit-learn's (`testdata/clusters/reference.py`), and its time and memory.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use facecore::cluster::{Dbscan, Links};
use facecore::{Embedding, SpaceId};

use facecore_benches::random::Random;
use facecore_benches::synthetic::Synthetic;

const SPACE: SpaceId = SpaceId(*b"clusters");

/// Writes the labels of each `*.set` of the folder beside it, as i32.
pub fn label(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "set") {
            continue;
        }
        let bytes = fs::read(&path)?;
        let words = bytes.as_chunks::<4>().0;
        let [_, size, min_samples] = [0, 1, 2].map(|at| u32::from_le_bytes(words[at]) as usize);
        let values: Vec<f32> = words[3..].iter().map(|&word| f32::from_le_bytes(word)).collect();
        let faces: Vec<_> = values[1..]
            .chunks_exact(size)
            .map(|face| Embedding::new(SPACE, face.to_vec()))
            .collect::<facecore::Result<_>>()?;
        let labels = Dbscan::new(values[0], min_samples)?.cluster(&faces, &Links::none())?;
        let numbers = labels.as_slice().iter().flat_map(|label| label.map_or(-1, |label| label as i32).to_le_bytes());
        fs::write(path.with_extension("labels"), numbers.collect::<Vec<u8>>())?;
        count += 1;
    }
    println!("{count} sets labelled");
    Ok(())
}

/// One album of so many faces: as many people as a large family has, with and without photos as links; and all of one person, the densest.
pub fn time(count: usize) -> Result<(), Box<dyn Error>> {
    let synthetic = Synthetic::new(SPACE, 3);
    let mut random = Random::new(4);
    for (name, people, linked) in [
        ("200 people", 200, false),
        ("200 people, photos as links", 200, true),
        ("one person", 1, false),
        ("one person, photos as links", 1, true),
    ] {
        let faces: Vec<_> = (0..count as u64)
            .map(|photo| synthetic.face(random.below(people) as u64 + 1, photo))
            .collect::<facecore::Result<_>>()?;
        let links =
            if linked { Links::of_photos((0..count as u64).map(|face| face / 2).collect()) } else { Links::none() };
        let start = Instant::now();
        let labels = Dbscan::new(0.3, 3)?.cluster(&faces, &links)?;
        let peak = fs::read_to_string("/proc/self/status")?;
        let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim().to_owned();
        println!(
            "{count} faces of {name}: {} clusters, {:.2} s, peak memory {peak}",
            labels.count(),
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

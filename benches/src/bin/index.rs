//! `index make FOLDER FACES` writes faces with the statistics of real ones, four of each person, and 1,000 faces more of people among them:
//! `base.f32` and `queries.f32` (128 floats each, of length 1), `base_people.u32` and `people.u32` (who each of them is). `albums search` writes
//! the same of real faces.
//!
//! `index measure FOLDER` builds an index of them and prints how long it takes, how long a search takes, and how often the first hit is the
//! right person, one line of JSON each. Times are the processor's, so that other programs on the machine matter less.
//! `benches/peers/search.py` runs both, beside faiss and usearch.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use facecore::index::{FaceIndex, Hit, Scan, Search};
use facecore::{Embedding, SpaceId};
use facecore_benches::synthetic::{SIZE, Synthetic};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

const SPACE: SpaceId = SpaceId(*b"a space!");
const PHOTOS: u64 = 4;
const QUERIES: usize = 1_000;
/// Faces that are added at once.
const BATCH: usize = 65_536;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder, faces] => make(Path::new(folder), faces.parse()?),
        ["measure", folder] => measure(Path::new(folder)),
        _ => Err("usage: index make FOLDER FACES | index measure FOLDER".into()),
    }
}

fn make(folder: &Path, faces: u64) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let world = Synthetic::new(SPACE, 1);
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let write = |file: &mut BufWriter<File>, face: Embedding| -> Result<(), Box<dyn Error>> {
        let bytes: Vec<u8> = face.as_slice().iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(file.write_all(&bytes)?)
    };
    let (mut base, mut base_people) = (create("base.f32")?, create("base_people.u32")?);
    for face in 0..faces {
        write(&mut base, world.face(face / PHOTOS, face % PHOTOS)?)?;
        base_people.write_all(&u32::try_from(face / PHOTOS)?.to_le_bytes())?;
    }
    let (mut queries, mut people) = (create("queries.f32")?, create("people.u32")?);
    for query in 0..QUERIES as u64 {
        let person = query * (faces / PHOTOS) / QUERIES as u64;
        write(&mut queries, world.face(person, PHOTOS)?)?;
        people.write_all(&u32::try_from(person)?.to_le_bytes())?;
    }
    [&mut base, &mut base_people, &mut queries, &mut people].into_iter().try_for_each(Write::flush)?;
    Ok(())
}

/// Seconds that this process kept a processor busy.
fn seconds_used() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The faces of a file, so many at a time.
struct Faces(BufReader<File>);

impl Faces {
    fn open(path: PathBuf) -> std::io::Result<Self> {
        File::open(path).map(|file| Self(BufReader::new(file)))
    }

    fn next(&mut self, most: usize) -> Result<Vec<Embedding>, Box<dyn Error>> {
        let mut bytes = Vec::new();
        (&mut self.0).take((most * SIZE * 4) as u64).read_to_end(&mut bytes)?;
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
        Ok(values.chunks_exact(SIZE).map(|face| Embedding::new(SPACE, face.to_vec())).collect::<Result<_, _>>()?)
    }
}

fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let path = folder.join("index.fci");
    let _ = fs::remove_file(&path);
    let queries = Faces::open(folder.join("queries.f32"))?.next(QUERIES)?;
    let people = |file: &str| -> Result<Vec<u32>, Box<dyn Error>> {
        Ok(fs::read(folder.join(file))?.as_chunks().0.iter().map(|&person| u32::from_le_bytes(person)).collect())
    };
    let (base_people, people) = (people("base_people.u32")?, people("people.u32")?);
    let mut index = FaceIndex::open(&path, SPACE, SIZE)?;
    let (mut base, mut seconds) = (Faces::open(folder.join("base.f32"))?, 0.0);
    loop {
        let faces: Vec<(u64, Embedding)> = (index.len()..).zip(base.next(BATCH)?).collect();
        if faces.is_empty() {
            break;
        }
        let start = seconds_used();
        index.add(&faces)?;
        seconds += seconds_used() - start;
    }
    drop(index);
    let start = seconds_used();
    let index = FaceIndex::open_to_read(&path)?;
    let opened = seconds_used() - start;
    let megabytes = index.bytes() as f64 / 1e6;
    println!("{}", json!({"what": "facecore", "build_s": seconds, "open_s": opened, "mb": megabytes}));
    let is_right = |hits: &[Hit], person: u32| hits.first().is_some_and(|hit| base_people[hit.id as usize] == person);
    let exact = index.search_many(&queries, &Search { scan: Scan::Exact, ..Search::default() })?;
    for scan in [Scan::Exact, Scan::Signs(100), Scan::Signs(300), Scan::Signs(1_000), Scan::Signs(3_000)] {
        let search = Search { scan, ..Search::default() };
        let alone = (50_000_000 / index.len().max(1) as usize).clamp(20, 200);
        let mut times = Vec::new();
        for query in queries.iter().take(alone) {
            let start = seconds_used();
            index.search(query, &search)?;
            times.push((seconds_used() - start) * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let start = seconds_used();
        let found = index.search_many(&queries, &search)?;
        let together = seconds_used() - start;
        let right = found.iter().zip(&people).filter(|(hits, person)| is_right(hits, **person)).count();
        let same = found.iter().zip(&exact).filter(|(hits, exact)| hits == exact).count();
        let name = match scan {
            Scan::Exact => "facecore, exact".to_owned(),
            Scan::Signs(shortlist) => format!("facecore, signs + {shortlist}"),
            other => format!("facecore, {other:?}"),
        };
        let (ms, share) = (times[times.len() / 2], |count: usize| count as f64 / queries.len() as f64);
        println!(
            "{}",
            json!({"what": name, "ms": ms, "many_s": together, "right": share(right), "exact": share(same), "mb": megabytes})
        );
    }
    Ok(())
}

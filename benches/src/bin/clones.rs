//! `clones FOLDER ACCOUNTS PHOTOS` searches accounts with the statistics of real ones for 1,000 planted pairs of one person: each account is the
//! mean of so many photos. The search is begun anew half way, as after a kill. Prints how many of the planted pairs are found at the level
//! that `clone_level` gives for so many false reports, how many of the reports are false, and how many are found before the tenth false one.
//! Times are the processor's.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::index::{AlikePair, FaceIndex};
use facecore::search::{CloneSearch, clone_level};
use facecore::{Embedding, SpaceId};
use facecore_benches::synthetic::{SIZE, Synthetic};
use rustix::time::{ClockId, clock_gettime};

const SPACE: SpaceId = SpaceId(*b"a space!");
const CLONES: u64 = 1_000;
/// Accounts that are added at once.
const BATCH: u64 = 65_536;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, accounts, photos] = &arguments[..] else {
        return Err("usage: clones FOLDER ACCOUNTS PHOTOS".into());
    };
    let (folder, accounts, photos): (&Path, u64, u64) = (folder.as_ref(), accounts.parse()?, photos.parse()?);
    fs::create_dir_all(folder)?;
    let path = folder.join("accounts.fci");
    let _ = fs::remove_file(&path);
    let mut index = FaceIndex::open(&path, SPACE, SIZE)?;
    let world = Synthetic::new(SPACE, 1);
    // The last accounts are second ones of people all over the others, with other photos.
    let people = accounts - CLONES;
    let person = |account: u64| if account < people { account } else { (account - people) * (people / CLONES) };
    let face = |account: u64| -> facecore::Result<(u64, Embedding)> {
        let first = if account < people { 0 } else { photos };
        let faces = (first..first + photos).map(|photo| world.face(person(account), photo));
        let faces = faces.collect::<facecore::Result<Vec<_>>>()?;
        Ok((account, Embedding::mean(&faces.iter().collect::<Vec<_>>())?))
    };
    for first in (0..accounts).step_by(BATCH as usize) {
        let batch = (first..accounts.min(first + BATCH)).map(face).collect::<facecore::Result<Vec<_>>>()?;
        index.add(&batch)?;
    }
    for per_million in [1.0, 10.0, 100.0] {
        println!("level for {per_million} false reports a million: {:.4}", clone_level(&index, per_million, 0)?);
    }
    let begun = seconds_used();
    let pairs = search(&index, clone_level(&index, 100.0, 0)?, &folder.join("progress"))?;
    println!("{accounts} accounts, {photos} photos each: all pairs in {:.0} s", seconds_used() - begun);
    let is_true = |pair: &AlikePair| person(pair.first) == person(pair.second);
    for per_million in [1.0, 10.0, 100.0] {
        let level = clone_level(&index, per_million, 0)?;
        let (found, wrong): (Vec<&AlikePair>, Vec<&AlikePair>) =
            pairs.iter().filter(|pair| pair.cosine >= level).partition(|pair| is_true(pair));
        let asked = per_million * accounts as f64 / 1e6;
        println!("asked {asked} false: {} of {CLONES} clones, {} false", found.len(), wrong.len());
    }
    let wrong: Vec<usize> = (0..pairs.len()).filter(|&at| !is_true(&pairs[at])).collect();
    let before_tenth = wrong.get(9).copied().unwrap_or(pairs.len());
    println!("before the tenth false report: {} clones", before_tenth - wrong.len().min(9));
    Ok(())
}

/// Killed half way: what is written down is enough to go on.
fn search(index: &FaceIndex, least: f32, progress: &Path) -> facecore::Result<Vec<AlikePair>> {
    let mut search = CloneSearch::open(index, least, progress)?;
    while search.parts().0 < search.parts().1 / 2 {
        search.step()?;
    }
    drop(search);
    let mut search = CloneSearch::open(index, least, progress)?;
    while search.step()? {}
    search.finish()
}

/// Seconds that this process kept a processor busy.
fn seconds_used() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

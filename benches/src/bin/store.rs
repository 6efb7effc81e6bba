//! `store FOLDER [USERS]`: profiles of 544 bytes written in batches and read back: microseconds a read, alone and while another process
//! writes; bytes a profile on disk; compaction, backup and verification. FOLDER must not exist and is removed at the end.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use facecore::SpaceId;
use facecore::store::{ProfileStore, StoreOptions};

const SPACE: SpaceId = SpaceId(*b"a space!");
const PROFILE: usize = 544;
const BATCH: u64 = 10_000;
const FRIENDS: usize = 100;
/// The argument with which this program runs as the other process.
const WRITER: &str = "--write-until-killed";

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: store FOLDER [USERS]";
    let mut arguments = env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or(usage)?);
    let second = arguments.next().map(|text| text.to_string_lossy().into_owned());
    if second.as_deref() == Some(WRITER) {
        return write_until_killed(&folder);
    }
    let users: u64 = second.map_or(Ok(1_000_000), |text| text.parse())?;
    if users == 0 {
        return Err("USERS is 0; give at least 1".into());
    }
    if folder.exists() {
        return Err(format!("{} exists; name a new folder", folder.display()).into());
    }
    let outcome = measure(&folder, users);
    fs::remove_dir_all(&folder)?;
    outcome
}

fn measure(folder: &Path, users: u64) -> Result<(), Box<dyn Error>> {
    let inside = folder.join("store");
    let store = ProfileStore::open(&inside, SPACE, &StoreOptions::default())?;
    let start = Instant::now();
    for first in (0..users).step_by(BATCH as usize) {
        store.write(|batch| {
            (first..users.min(first + BATCH)).try_for_each(|user| batch.put(user, SPACE, &profile(user, 0)).map(drop))
        })?;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("written: {users} profiles of {PROFILE} bytes in {seconds:.1} s, {:.0} a second", users as f64 / seconds);
    show_size(&store, "ascending")?;
    let start = Instant::now();
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = store.page(after, 1_000)?;
        let Some(last) = page.last() else { break };
        (after, seen) = (Some(last.0), seen + page.iter().filter(|(user, value)| *value == profile(*user, 0)).count());
    }
    println!("read back, page by page: {seen} equal in {:.1} s", start.elapsed().as_secs_f64());
    read(&store, users, "alone")?;
    read(&store, users.min(10_000), "alone, of the first 10,000 users")?;
    let mut writer = Command::new(env::current_exe()?).arg(&inside).arg(WRITER).spawn()?;
    std::thread::sleep(Duration::from_millis(500));
    let beside = read(&store, users, "another process writes");
    writer.kill()?;
    writer.wait()?;
    beside?;
    // As live profiles come: everybody once more, in no order.
    let start = Instant::now();
    for first in (0..users).step_by(BATCH as usize) {
        store.write(|batch| {
            (first..users.min(first + BATCH)).try_for_each(|at| {
                let user = at.wrapping_mul(7_368_787) % users;
                batch.put(user, SPACE, &profile(user, 1)).map(drop)
            })
        })?;
    }
    println!("written again in random order in {:.1} s", start.elapsed().as_secs_f64());
    show_size(&store, "after it")?;
    timed("verify", || {
        assert!(store.verify()?.damage.is_empty());
        Ok(())
    })?;
    timed("backup", || store.backup(&folder.join("backup")))?;
    timed("compact", || store.compact())?;
    show_size(&store, "compacted")?;
    let next = store.begin()?;
    timed("switch", || store.switch(next))?;
    Ok(())
}

fn profile(user: u64, round: u64) -> [u8; PROFILE] {
    let mut state = user.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ round;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}

fn show_size(store: &ProfileStore, when: &str) -> facecore::Result<()> {
    let size = store.size()?;
    println!("{when}: {:.0} bytes a profile on disk", size.bytes as f64 / size.profiles as f64);
    Ok(())
}

fn timed(what: &str, work: impl FnOnce() -> facecore::Result<()>) -> facecore::Result<()> {
    let start = Instant::now();
    work()?;
    println!("{what}: {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Medians and 99th percentiles of single reads, and of reads of 100 friends at once.
fn read(store: &ProfileStore, users: u64, how: &str) -> facecore::Result<()> {
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 20) % users
    };
    let mut single = Vec::new();
    for _ in 0..200_000 {
        let user = random();
        let start = Instant::now();
        let found = store.get(user)?;
        single.push(start.elapsed());
        assert!(found.is_some());
    }
    let (mut copied, mut visited) = (Vec::new(), Vec::new());
    for _ in 0..5_000 {
        let mut friends: Vec<u64> = (0..FRIENDS).map(|_| random()).collect();
        let start = Instant::now();
        let found = store.get_many(&friends)?;
        copied.push(start.elapsed());
        assert!(found.iter().all(Option::is_some));
        // Others, so that nothing is near already.
        friends.iter_mut().for_each(|friend| *friend = random());
        let (start, mut sum) = (Instant::now(), 0);
        store.visit(&friends, |profile| sum += profile.map_or(0, <[u8]>::len))?;
        visited.push(start.elapsed());
        assert_eq!(sum, FRIENDS * PROFILE);
    }
    for (what, mut times) in [("get", single), ("get_many of 100", copied), ("visit of 100 (no copy)", visited)] {
        times.sort();
        let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1e6;
        println!("{how}: {what}: {:.1} µs, 99 %: {:.1} µs", at(0.5), at(0.99));
    }
    Ok(())
}

fn write_until_killed(folder: &Path) -> Result<(), Box<dyn Error>> {
    let store = ProfileStore::open(folder, SPACE, &StoreOptions::default())?;
    let users = store.size()?.profiles;
    if users == 0 {
        let folder = folder.display();
        return Err(format!("the store in {folder} has no profile to write again; name one with profiles").into());
    }
    for round in 0.. {
        store.write(|batch| {
            (0..1_000u64).try_for_each(|at| {
                let user = (round * 1_000 + at).wrapping_mul(7_368_787) % users;
                batch.put(user, SPACE, &profile(user, 0)).map(drop)
            })
        })?;
    }
    Ok(())
}

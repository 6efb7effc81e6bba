//! The store among processes: killed writers, readers beside a writer, a disk that is full. The other process is this program again, as the
//! test `child` with a role in its environment.
//!
//! The writer is killed 200 times, in some ten seconds; the variable `FACECORE_KILLS` asks for another number.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "store", unix))]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use facecore::SpaceId;
use facecore::store::{ProfileStore, StoreOptions};

const SPACE: SpaceId = SpaceId(*b"a space!");
const ROLE: &str = "FACECORE_STORE_CHILD";
const FOLDER: &str = "FACECORE_STORE_FOLDER";
/// Users of a batch, and users that each batch writes anew.
const USERS: u64 = 8;
/// Where the users that each batch writes anew begin.
const HOT: u64 = 1 << 40;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("facecore-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Path) -> ProfileStore {
    ProfileStore::open(folder, SPACE, &StoreOptions::default()).unwrap()
}

/// This program as another process, behind `before`.
fn child(role: &str, folder: &Path, before: &[&str]) -> Child {
    let own = env::current_exe().unwrap();
    let mut words: Vec<&str> = before.to_vec();
    words.push(own.to_str().unwrap());
    words.extend(["--exact", "as_another_process", "--ignored", "--nocapture"]);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env(ROLE, role).env(FOLDER, folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
}

/// The numbers that a child says, one a line behind `is `.
fn numbers(child: &mut Child) -> impl Iterator<Item = u64> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| line.split_once("is ")?.1.parse().ok())
}

fn say(number: u64) {
    println!("is {number}");
    std::io::stdout().flush().unwrap();
}

#[test]
#[ignore = "the other process of the tests below"]
fn as_another_process() {
    let Ok(role) = env::var(ROLE) else { return };
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    match role.as_str() {
        "write" => write_for_ever(&open(&folder)),
        "read" => read_until_the_end(&open(&folder)),
        "fill" => fill(&open(&folder)),
        role => panic!("{role}"),
    }
}

/// The value that batch `batch` gives to a user.
fn value(user: u64, batch: u64) -> Vec<u8> {
    let mut bytes = batch.to_le_bytes().to_vec();
    bytes.extend((0..536u64).map(|at| (user.wrapping_mul(31) ^ batch.wrapping_mul(7) ^ at) as u8));
    bytes
}

fn batch_of(profile: &[u8]) -> u64 {
    u64::from_le_bytes(profile[..8].try_into().unwrap())
}

fn last_batch(store: &ProfileStore) -> u64 {
    store.get(HOT).unwrap().map_or(0, |profile| batch_of(&profile))
}

fn write_batch(store: &ProfileStore, number: u64) -> facecore::Result<()> {
    store.write(|batch| {
        for user in (number * USERS..).take(USERS as usize).chain(HOT..HOT + USERS) {
            batch.put(user, SPACE, &value(user, number))?;
        }
        Ok(())
    })
}

fn write_for_ever(store: &ProfileStore) {
    for number in last_batch(store) + 1.. {
        write_batch(store, number).unwrap();
        say(number);
        if number.is_multiple_of(16) {
            store.compact().unwrap();
        }
    }
}

/// Every batch up to the last is there as a whole; nothing of a later one is.
fn check(store: &ProfileStore, last: u64) {
    for user in HOT..HOT + USERS {
        assert_eq!(store.get(user).unwrap(), (last > 0).then(|| value(user, last)));
    }
    let cold: Vec<u64> = (USERS..(last + 2) * USERS).collect();
    for (user, profile) in cold.iter().zip(store.get_many(&cold).unwrap()) {
        let batch = user / USERS;
        assert_eq!(profile, (batch <= last).then(|| value(*user, batch)), "user {user} after batch {last}");
    }
    let report = store.verify().unwrap();
    assert!(report.damage.is_empty(), "{report:?}");
}

#[test]
fn a_killed_writer_loses_nothing_that_was_acknowledged() {
    let scratch = Scratch::new("kills");
    let kills: u64 = env::var("FACECORE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let mut acknowledged = 0;
    let mut ahead = 0;
    for _ in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut writer = child("write", &scratch.0, &[]);
        let said = thread::spawn({
            let numbers = numbers(&mut writer);
            move || numbers.last()
        });
        thread::sleep(Duration::from_micros((random >> 33) % 60_000));
        writer.kill().unwrap();
        writer.wait().unwrap();
        acknowledged = said.join().unwrap().unwrap_or(acknowledged);
        let store = open(&scratch.0);
        let last = last_batch(&store);
        assert!(last == acknowledged || last == acknowledged + 1, "{last} is there, {acknowledged} was acknowledged");
        ahead += last - acknowledged;
        acknowledged = last;
        check(&store, last);
    }
    println!("{kills} kills, {acknowledged} batches, {ahead} of them committed but not acknowledged");
    assert!(acknowledged > kills / 4, "the writer hardly ran");
}

/// Reads until the batches end; each read is one of a commit that was, and time goes one way.
fn read_until_the_end(store: &ProfileStore) {
    let mut last = 0;
    while last < 60 {
        let hot: Vec<u64> = (HOT..HOT + USERS).collect();
        let batches: Vec<u64> = store.get_many(&hot).unwrap().iter().flatten().map(|found| batch_of(found)).collect();
        let Some(&batch) = batches.first() else { continue };
        assert!(batches.len() == hot.len() && batches.iter().all(|other| *other == batch), "{batches:?}");
        assert!(batch >= last);
        if batch > last {
            say(batch);
        }
        last = batch;
    }
}

#[test]
fn two_processes_read_while_another_writes_and_compacts() {
    let scratch = Scratch::new("processes");
    let store = open(&scratch.0);
    write_batch(&store, 1).unwrap();
    let mut readers = [child("read", &scratch.0, &[]), child("read", &scratch.0, &[])];
    let mut heard = readers.each_mut().map(numbers);
    // Both are there before the writer goes on.
    assert!(heard.iter_mut().all(|numbers| numbers.next().is_some()));
    for number in 2..=60 {
        write_batch(&store, number).unwrap();
        if number % 20 == 10 {
            store.compact().unwrap();
        }
        thread::sleep(Duration::from_millis(1));
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    for (mut reader, numbers) in readers.into_iter().zip(heard) {
        while reader.try_wait().unwrap().is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        // Does nothing to one that has ended.
        let _ = reader.kill();
        assert!(reader.wait().unwrap().success());
        assert_eq!(numbers.last(), Some(60));
    }
}

/// Writes until the disk is full, and makes sure that what was there can be read and that little things can still be removed.
fn fill(store: &ProfileStore) {
    let error = loop {
        let number = last_batch(store) + 1;
        match write_batch(store, number) {
            Ok(()) => say(number),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "store", "{error}");
    check(store, last_batch(store));
}

#[test]
fn a_full_disk_is_an_error_and_no_more() {
    let scratch = Scratch::new("disk");
    // Files of this shell's children end at 1 MiB; the signal that would end them is ignored.
    let limited = ["sh", "-c", "trap '' 25; ulimit -f 2048; exec \"$@\"", "sh"];
    let mut writer = child("fill", &scratch.0, &limited);
    let acknowledged = numbers(&mut writer).last().unwrap();
    assert!(writer.wait().unwrap().success());
    let store = open(&scratch.0);
    assert!(acknowledged > 20, "{acknowledged}");
    assert_eq!(last_batch(&store), acknowledged);
    check(&store, acknowledged);
    write_batch(&store, acknowledged + 1).unwrap();
    check(&store, acknowledged + 1);
}

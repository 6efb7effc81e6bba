//! A Rust process beside JVMs in one store, for `StoreProcessesTest.java`; `StoreProbe.java` is the same in Java.
//!
//! `store_peer FOLDER SPACE write FIRST COUNT` writes users, one commit each, and says the id of each that was written. `store_peer FOLDER SPACE
//! follow` reads on its input the ids that another process has written, and looks them up: each must be there, and what the first eight users have
//! must be of one commit.

use std::env;
use std::error::Error;
use std::io::{Write, stdin, stdout};
use std::path::Path;

use facecore::SpaceId;
use facecore::store::{Durability, ProfileStore, StoreOptions};

/// Users that each batch of the writer writes anew.
const SHARED: [u64; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let usage = "usage: store_peer FOLDER SPACE write FIRST COUNT, or store_peer FOLDER SPACE follow";
    let [folder, space, role, numbers @ ..] = words.as_slice() else { return Err(usage.into()) };
    let space: SpaceId = space.parse()?;
    let options = StoreOptions { durability: Durability::Process, ..StoreOptions::default() };
    let store = ProfileStore::open(Path::new(folder), space, &options)?;
    match (role.as_str(), numbers) {
        ("write", [first, count]) => write(&store, space, first.parse()?, count.parse()?),
        ("follow", []) => follow(&store),
        _ => Err(usage.into()),
    }
}

fn write(store: &ProfileStore, space: SpaceId, first: u64, count: u64) -> Result<(), Box<dyn Error>> {
    for user in first..first + count {
        let value = user.to_string().into_bytes();
        store.write(|batch| batch.put(user, space, &value))?;
        if store.get(user)? != Some(value) {
            return Err(format!("user {user} is not as it was written").into());
        }
        writeln!(stdout(), "{user}")?;
    }
    Ok(())
}

fn follow(store: &ProfileStore) -> Result<(), Box<dyn Error>> {
    let mut followed = 0;
    for line in stdin().lines() {
        let user: u64 = line?.parse()?;
        if store.get(user)? != Some(user.to_string().into_bytes()) {
            return Err(format!("user {user} was written and is not there").into());
        }
        let shared: Vec<_> = store.get_many(&SHARED)?.into_iter().flatten().collect();
        let round: u64 = std::str::from_utf8(shared.first().ok_or("nothing is there")?)?.parse()?;
        if shared.len() < SHARED.len() || shared.iter().any(|value| *value != shared[0]) || round < user {
            return Err(format!("after user {user}: a torn or old batch, {shared:?}").into());
        }
        followed += 1;
    }
    println!("followed {followed}");
    Ok(())
}

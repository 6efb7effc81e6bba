//! A million accounts, one after the other: profiles go to a file of fixed records and friends' profiles are read from the file of the pass
//! before, so that the memory does not grow with the accounts.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use facecore::profile::{
    AlbumFace, AlbumPhoto, Builder, FaceId, Feedback, Owner, PhotoMeta, Profile, Settings, StoredFace, pass,
};
use facecore::store::{ProfileStore, StoreOptions};
use serde_json::json;

use crate::measure::Score;
use crate::world::{Account, Kind, Nature, Person, STRANGER, sign};
use facecore_benches::random::Random;
use facecore_benches::synthetic::Synthetic;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A record: the length of the profile, then room for two slots.
const RECORD: usize = 2 + 20 + 3 * (12 + 4 * facecore_benches::synthetic::SIZE);
const FRIENDS: u64 = 10;

pub fn run(users: u64, passes: usize, settings: Settings, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let world = World { faces: Synthetic::new(settings.space, 1), users };
    let builder = Builder::new(settings)?;
    for number in 1..=passes {
        let before = (number > 1).then(|| File::open(folder.join(format!("pass-{}", number - 1)))).transpose()?;
        let now =
            OpenOptions::new().create(true).truncate(true).write(true).open(folder.join(format!("pass-{number}")))?;
        now.set_len(users * RECORD as u64)?;
        let (start, mut score, mut failed) = (Instant::now(), Score::default(), None);
        let mut bytes = 0u64;
        println!("pass {number}: {:.0} MB at the start", resident());
        let builds = (0..users).map(|user| {
            if user > 0 && user % (users / 5).max(1) == 0 {
                let rate = user as f64 / start.elapsed().as_secs_f64();
                println!("  {user} users, {:.0} MB, {rate:.0} users/s", resident());
            }
            let (mut account, friends) = world.account(user)?;
            if let Some(file) = &before {
                for friend in friends {
                    account.known.friends.extend(read(file, friend).iter().flat_map(Profile::embeddings));
                }
            }
            let build = builder.build(&account.album, &account.known, &Feedback::default())?;
            score.add(&account, &build, builder.settings().seed_width);

            Ok((user, build))
        });
        let builds = builds.map(|built: facecore::Result<_>| match built {
            Ok((user, build)) => (user, Ok(build)),
            Err(error) => (u64::MAX, Err(error)),
        });
        let old = |user: u64| before.as_ref().and_then(|file| read(file, user));
        let report = pass(builds, old, |user, profile| {
            let written = profile.to_bytes().map_err(Into::into).and_then(|profile| write(&now, user, &profile));
            match written {
                Ok(length) => bytes += length,
                Err(error) => failed = Some(error),
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("  {report}");
        println!(
            "  {:.0} users/s, {:.0} MB at the end, found {:.2} %, wrong {:.2} %",
            users as f64 / seconds,
            resident(),
            100.0 * score.found_rate(),
            100.0 * score.wrong_rate()
        );
        println!("  {:.0} bytes a profile", bytes as f64 / report.built.max(1) as f64);
    }
    for number in 1..=passes {
        fs::remove_file(folder.join(format!("pass-{number}")))?;
    }

    Ok(())
}

/// Puts the faces of so many accounts into a store, and writes the list of the accounts beside it: for `facecore rebuild`, which then reads no photo.
pub fn keep(users: u64, settings: &Settings, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let space = settings.space;
    let world = World { faces: Synthetic::new(space, 1), users };
    let store = ProfileStore::open(&folder.join("store"), space, &StoreOptions::default())?;
    let mut list = BufWriter::new(File::create(folder.join("accounts.jsonl"))?);
    for first in (0..users).step_by(1_000) {
        let accounts: Vec<_> =
            (first..users.min(first + 1_000)).map(|user| world.account(user)).collect::<facecore::Result<_>>()?;
        store.write(|batch| {
            for (user, (account, _)) in (first..).zip(&accounts) {
                for photo in &account.album {
                    for (place, face) in (0..).zip(&photo.faces) {
                        let stored = StoredFace {
                            photo: photo.meta.clone(),
                            face: face.clone(),
                            area: [0.0, 0.0, face.width, face.width],
                            quality: None,
                        };
                        let id = FaceId { photo: photo.meta.id, face: place };
                        batch.put_face(user, id, space, &stored.to_bytes())?;
                    }
                }
            }
            Ok(())
        })?;
        for (user, (account, friends)) in (first..).zip(&accounts) {
            let photo =
                |photo: &AlbumPhoto| json!({"id": photo.meta.id, "file": "kept", "was_avatar": photo.meta.was_avatar});
            let photos: Vec<_> = account.album.iter().map(photo).collect();
            let line = json!({"id": user, "age": account.known.age, "friends": friends, "photos": photos});
            writeln!(list, "{line}")?;
        }
    }
    Ok(list.flush()?)
}

/// Resident memory in MB (Linux).
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

fn write(file: &File, user: u64, profile: &[u8]) -> Result<u64> {
    let mut record = (profile.len() as u16).to_le_bytes().to_vec();
    record.extend(profile);
    if record.len() > RECORD {
        return Err("a profile outgrew its record".into());
    }
    file.write_all_at(&record, user * RECORD as u64)?;
    Ok(profile.len() as u64)
}

fn read(file: &File, user: u64) -> Option<Profile> {
    let mut record = [0; RECORD];
    file.read_exact_at(&mut record, user * RECORD as u64).ok()?;
    let length = usize::from(u16::from_le_bytes([record[0], record[1]]));
    Profile::from_bytes(record.get(2..2 + length)?).ok()
}

struct World {
    faces: Synthetic,
    users: u64,
}

impl World {
    /// An account made on the spot: 26 photos on average, the owner in six of ten, friends and strangers beside.
    fn account(&self, user: u64) -> facecore::Result<(Account, Vec<u64>)> {
        let mut random = Random::of(11, user);
        let friends: Vec<u64> =
            (0..FRIENDS).map(|_| random.draw() % self.users).filter(|&friend| friend != user).collect();
        let photos = 10 + random.poisson(8.0) + random.poisson(8.0);
        let owner = user as Person;
        let (mut album, mut truth) = (Vec::with_capacity(photos), Vec::with_capacity(photos));
        for id in 0..photos as u64 {
            let mut people: Vec<(Person, u64)> = Vec::new();
            if random.chance(0.6) {
                people.push((owner, user));
            }
            for _ in people.len()..1 + random.poisson(1.5) {
                // The first friend is the closest.
                let friend = friends[(random.unit().powi(2) * friends.len() as f32) as usize];
                let guest = if random.chance(0.4) {
                    (friend as Person, friend)
                } else {
                    (STRANGER, self.users + random.draw() % 1_000_000_000)
                };
                if people.iter().all(|(_, who)| *who != guest.1) {
                    people.push(guest);
                }
            }
            let mut photo =
                AlbumPhoto { meta: PhotoMeta { id, was_avatar: id == 0, ..PhotoMeta::default() }, faces: Vec::new() };
            for &(_, who) in &people {
                let width = if people.len() > 3 { random.between(24.0, 60.0) } else { random.between(50.0, 200.0) };
                let mut face = AlbumFace::new(self.faces.face(who, user << 16 | id)?, width, 0.99);
                Nature::of(who as Person, 5).show(&mut face, &mut random);
                photo.faces.push(face);
            }
            let who: Vec<_> = people.iter().map(|(person, _)| *person).collect();
            sign(&mut photo, &who, [Some(owner), None], &mut random);
            truth.push(who);
            album.push(photo);
        }
        let known: Owner = Nature::of(owner, 5).known(&mut random);
        let account = Account { owner, partner: None, kind: Kind::Ordinary, friends: Vec::new(), album, truth, known };
        Ok((account, friends))
    }
}

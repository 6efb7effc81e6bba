//! `gallery`, `who`, `clones` and `store`.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use facecore::index::FaceIndex;
use facecore::profile::{Profile, Role};
use facecore::store::{ProfileStore, StoreOptions};
use facecore::{Embedding, SpaceId};

use super::*;

/// Who is named on the faces of the first photo of an answer.
fn names(output: &Output) -> Vec<String> {
    let faces = lines(output)[0]["faces"].as_array().unwrap().clone();
    faces.iter().filter_map(|face| face["match"]["person"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_gallery_is_kept_searched_and_changed() {
    let folder = scratch("gallery");
    let file = folder.join("stars.fcpe");
    let gallery = file.display();
    let add = facecore(&format!("gallery add {gallery} --people testdata/people"));
    assert_eq!((code(&add), stderr(&add)), (0, ""));
    let list = facecore(&format!("gallery list {gallery}"));
    assert_eq!(stdout(&list), "Barack Obama: 2 faces\nEileen Collins: 1 faces\n");
    let group = facecore(&format!("gallery search {gallery} testdata/photos/group.jpg --json"));
    let mut found = names(&group);
    found.sort_unstable();
    assert_eq!(found, ["Barack Obama", "Eileen Collins"], "{}", stderr(&group));
    assert!(lines(&group)[0]["faces"].as_array().unwrap().iter().all(|face| face.get("embedding").is_none()));

    // The uploader is one of them: the other is the star beside them, and no star where the uploader is not.
    for photo in ["obama", "obama2", "obama3", "group"] {
        fs::copy(format!("{ROOT}/testdata/photos/{photo}.jpg"), folder.join(format!("{photo}.jpg"))).unwrap();
    }
    let profile = folder.join("me.fcp");
    let build = facecore(&format!("profile build {} --out {}", folder.display(), profile.display()));
    assert!(profile.exists(), "{}", stderr(&build));
    let beside = |photo: &str| {
        let profile = profile.display();
        names(&facecore(&format!("gallery search {gallery} testdata/photos/{photo}.jpg --uploader {profile} --json")))
    };
    assert_eq!(beside("group"), ["Eileen Collins"]);
    assert!(beside("astronaut").is_empty() && beside("biden").is_empty());

    let remove = |name: &str| command(&format!("gallery remove {gallery}")).arg(name).output().unwrap();
    assert_eq!(code(&remove("Eileen Collins")), 0);
    let again = remove("Eileen Collins");
    assert_eq!(code(&again), 1);
    assert!(stderr(&again).contains("Eileen Collins is not in it"));
    assert_eq!(
        stdout(&facecore(&format!("gallery list {gallery} --json"))),
        "{\"person\":\"Barack Obama\",\"faces\":2}\n"
    );
    assert_eq!(code(&facecore("gallery list testdata/photos/group.jpg")), 2);
}

/// A face of a person: near the person's others, far from everybody else's.
fn face(person: u64, photo: u64) -> Embedding {
    let mut state = 0;
    let mut random = |seed: u64| -> Vec<f32> {
        state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..128).map(|_| next()).collect()
    };
    let (centre, noise) = (random(person), random((person << 20) | (photo + 1)));
    Embedding::new(SpaceId(*b"a space!"), centre.iter().zip(noise).map(|(a, b)| a + 0.3 * b).collect()).unwrap()
}

#[test]
fn clones_are_found_once_and_judged() {
    let folder = scratch("clones");
    let (store, index) = (folder.join("store"), folder.join("owners.fci"));
    let space = SpaceId(*b"a space!");
    let accounts = ProfileStore::open(&store, space, &StoreOptions::default()).unwrap();
    let profile = |person: u64, photo: u64| {
        let mut profile = Profile::new(space, 128).unwrap();
        profile.add(Role::Owner, &[face(person, photo)]).unwrap();
        profile.to_bytes().unwrap()
    };
    let write = |batch: &mut facecore::store::Batch<'_>| {
        for user in 0..1_000 {
            batch.put(user, space, &profile(user, 0))?;
        }
        batch.put(2_000, space, &profile(5, 1))?;
        batch.put(3_000, space, &profile(6, 1))
    };
    accounts.write(write).unwrap();
    drop(accounts);
    let clones = |what: &str, more: &str| {
        let output = facecore(&format!("clones {what} {} --space {space} {more}", store.display()));
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        output
    };
    clones("judge", "3000 6 known");
    let find = format!("--index {} --json", index.display());
    let found = clones("find", &find);
    let news = lines(&found);
    assert_eq!(
        (news.len(), &news[0]["low"], &news[0]["high"], &news[0]["state"]),
        (1, &5.into(), &2_000.into(), &"open".into())
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "only the store is left");
    assert_eq!(stdout(&clones("find", &find)), "", "no news twice");
    clones("judge", "5 2000 rejected");
    let list = stdout(&clones("list", "")).to_owned();
    assert!(list.starts_with("5 2000 0.") && list.ends_with(" rejected\n6 3000 0.000 known\n"), "{list}");
    assert_eq!(stdout(&clones("list", "--state known")), "6 3000 0.000 known\n");
    let none = facecore(&format!("clones list {} --space {space}", folder.display()));
    assert_eq!(code(&none), 2);
    assert!(stderr(&none).contains("there is no store in this folder"));
}

#[test]
fn a_killed_search_for_clones_ends_with_the_same_report() {
    let folder = scratch("clones-killed");
    let space = SpaceId(*b"a space!");
    let [whole, killed] = ["whole", "killed"].map(|name| folder.join(name));
    let accounts = ProfileStore::open(&whole, space, &StoreOptions::default()).unwrap();
    let write = |batch: &mut facecore::store::Batch<'_>| {
        for user in 0..20_000 {
            let mut profile = Profile::new(space, 128)?;
            profile.add(Role::Owner, &[face(user % 19_900, user / 19_900)])?;
            batch.put(user, space, &profile.to_bytes()?)?;
        }
        Ok(())
    };
    accounts.write(write).unwrap();
    accounts.backup(&killed).unwrap();
    drop(accounts);
    let find = |store: &Path| format!("clones find {0} --space {space} --index {0}.fci", store.display());
    let report = stdout(&facecore(&find(&whole))).to_owned();
    assert_eq!(report.lines().count(), 100);

    let mut search = command(&find(&killed)).stdout(Stdio::null()).spawn().unwrap();
    let progress = folder.join("killed.fci.progress");
    while !progress.exists() {
        assert!(search.try_wait().unwrap().is_none(), "it ended before it was killed");
        thread::sleep(Duration::from_millis(1));
    }
    search.kill().unwrap();
    search.wait().unwrap();
    assert!(progress.exists(), "it was killed too late");
    assert_eq!(stdout(&facecore(&find(&killed))), report);
}

/// Whether a file below the folder holds these bytes.
fn holds(folder: &Path, wanted: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, wanted),
        false => fs::read(&path).unwrap().windows(wanted.len()).any(|bytes| bytes == wanted),
    })
}

#[test]
fn users_leave_a_store_and_its_index_without_a_trace() {
    let folder = scratch("store");
    let (path, index) = (folder.join("store"), folder.join("faces.fci"));
    let space = SpaceId(*b"a space!");
    let users = [0x1122_3344_5566_7788u64, 7, 8];
    let store = ProfileStore::open(&path, space, &StoreOptions::default()).unwrap();
    store.write(|batch| users.iter().try_for_each(|&user| batch.put(user, space, b"a profile").map(drop))).unwrap();
    drop(store);
    let faces: Vec<_> = users.iter().map(|&user| (user, face(user, 0))).collect();
    FaceIndex::open(&index, space, 128).unwrap().add(&faces).unwrap();
    let run = |what: &str, more: &str| facecore(&format!("store {what} {} --space {space} {more}", path.display()));

    let stats = &lines(&run("stats", "--json"))[0];
    assert_eq!((&stats["profiles"], &stats["current"], &stats["next"]), (&3.into(), &1.into(), &Value::Null));
    let backup = folder.join("backup");
    assert_eq!(code(&run("backup", &format!("--to {}", backup.display()))), 0);
    let again = run("backup", &format!("--to {}", backup.display()));
    assert!(code(&again) == 2 && stderr(&again).contains("exists"), "{}", stderr(&again));
    fs::remove_dir_all(&backup).unwrap();

    let erase = run("erase", &format!("{} --index {}", users[0], index.display()));
    assert_eq!(code(&erase), 0, "{}", stderr(&erase));
    assert!(stdout(&erase).contains("1 faces from indexes") && stdout(&erase).contains("--compact"));
    let out = run("opt-out", &format!("7 --index {} --compact --json", index.display()));
    assert_eq!(stdout(&out), "{\"users\":1,\"faces_in_indexes\":1,\"compacted\":true}\n", "{}", stderr(&out));
    assert!(!holds(&folder, &users[0].to_be_bytes()) && !holds(&folder, &users[0].to_le_bytes()));

    let verify = run("verify", "");
    assert_eq!((code(&verify), stdout(&verify).ends_with("0 of them damaged\n")), (0, true));
    assert!(stdout(&run("stats", "")).starts_with("1 profiles, 0 faces, 0 opinions, 1 users opted out\n"));
    assert_eq!(code(&run("opt-in", "7")), 0);
    let twice = run("opt-in", "7");
    assert!(code(&twice) == 1 && stderr(&twice).contains("7 had not opted out"), "{}", stderr(&twice));
    let none = run("erase", &format!("8 --index {}", folder.join("none.fci").display()));
    assert!(code(&none) == 2 && stderr(&none).contains("there is no such file"));
    assert!(stdout(&run("compact", "")).starts_with("1 profiles"), "nothing was erased where the index is wrong");
}

/// The users who were found, face by face.
fn found(output: &Output) -> Vec<Vec<u64>> {
    assert_eq!(code(output), 0, "{}", stderr(output));
    let users = |face: &Value| {
        let users = face["users"].as_array().unwrap().iter();
        users.map(|user| user["user"].as_u64().unwrap()).collect()
    };
    lines(output)[0]["faces"].as_array().unwrap().iter().map(users).collect()
}

#[test]
fn only_who_agreed_is_found_by_a_photo() {
    let folder = scratch("who");
    let (store, index) = (folder.join("store"), folder.join("faces.fci"));
    let (album, store) = ("testdata/photos", store.display());
    let build = || {
        let photos = ["obama", "obama2", "obama3"].map(|name| format!("{album}/{name}.jpg")).join(" ");
        let built = facecore(&format!("profile build {photos} --store {store} --user 7"));
        assert_eq!(code(&built), 0, "{}", stderr(&built));
    };
    build();
    let who = |more: &str| facecore(&format!("who {album}/{more} --store {store} --index {}", index.display()));
    assert!(found(&who("group.jpg --json")).iter().all(Vec::is_empty), "nobody agreed");
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "the store, the index and its lock: {names:?}");

    let change = |what: &str| facecore(&format!("store {what} --space {SPACE} {store} 7"));
    assert_eq!(code(&change("findable")), 0);
    assert_eq!(stderr(&who("group.jpg --json")), "", "the index is that of the profiles");
    let group = found(&who("group.jpg --json"));
    let hits: Vec<_> = group.iter().filter(|users| !users.is_empty()).collect();
    assert!(group.len() > 1 && hits == [&vec![7]], "{group:?}");
    assert!(stdout(&who("obama_partial_face.jpg")).contains("  user 7 (0."));
    assert!(stdout(&who("astronaut.jpg")).contains("nobody who agreed to be found"));
    build();
    assert!(stderr(&who("astronaut.jpg")).contains("profiles were written since it was made; --anew"));
    assert_eq!(stderr(&who("astronaut.jpg --anew")), "");
    assert_eq!(code(&change("not-findable")), 0);
    assert!(found(&who("obama.jpg --json")).iter().all(Vec::is_empty), "it was taken back");

    assert_eq!(code(&change("opt-out")), 0);
    let refused = change("findable");
    assert!(code(&refused) == 1 && stderr(&refused).contains("7 has opted out"), "{}", stderr(&refused));
    let empty = who("obama.jpg --anew");
    assert!(code(&empty) == 2 && stderr(&empty).contains("there is no profile in the store"), "{}", stderr(&empty));
}

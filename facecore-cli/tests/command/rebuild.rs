//! `rebuild`: twenty accounts whose albums are composed from the repository's photos.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use facecore::attributes::Attributes;
use facecore::profile::{
    Builder, FaceId, Feedback, Opinion, Owner, PassReport, PhotoMeta, Profile, Session, Settings, Snapshot, Source,
};
use facecore::social::sex_from_full_name;
use facecore::store::{Iterations, ProfileStore, StoreOptions};
use facecore::{AlbumReader, DetectOptions, Engine, Limits, Photo};
use serde_json::json;

use super::albums::{account, composed, write_list};
use super::*;

fn open(folder: &Path) -> ProfileStore {
    ProfileStore::open(&folder.join("store"), SPACE.parse().unwrap(), &StoreOptions::default()).unwrap()
}

fn line(folder: &Path) -> String {
    format!("rebuild {0}/accounts.jsonl --store {0}/store --threads 2", folder.display())
}

/// Whether two stores have the same profiles, and the same faces of all accounts of the list.
fn have_the_same(one: &Path, other: &Path) -> bool {
    let (one, other) = (open(one), open(other));
    let profiles = |store: &ProfileStore| store.page(None, 1_000).unwrap();
    let faces = |store: &ProfileStore, at: u64| store.faces(10 * at + 3).unwrap();
    profiles(&one) == profiles(&other) && (0..20).all(|at| faces(&one, at) == faces(&other, at))
}

/// Two passes as a program would do them that calls the library.
fn loop_over_the_builder(folder: &Path) -> (Snapshot, Vec<PassReport>) {
    let engine = Engine::open(Path::new(ROOT).join("models")).unwrap();
    let attributes = Attributes::open(Path::new(ROOT).join("models")).unwrap();
    let reader = AlbumReader::new(&engine, DetectOptions::default()).unwrap().with_attributes(&attributes);
    let builder = Builder::new(Settings::for_space(engine.space().unwrap()).unwrap()).unwrap();
    let list = fs::read_to_string(folder.join("accounts.jsonl")).unwrap();
    let (mut snapshot, mut reports) = (Snapshot::new(), Vec::new());
    for _ in 0..2 {
        let (mut next, mut report) = (Snapshot::new(), PassReport::default());
        for line in list.lines() {
            let account: Value = serde_json::from_str(line).unwrap();
            let id = account["id"].as_u64().unwrap();
            let photos = account["photos"].as_array().unwrap();
            let meta = |photo: &Value| PhotoMeta {
                id: photo["id"].as_u64().unwrap(),
                source: Source::Phone,
                front_camera: photo["front_camera"] == true,
                manual_tags: photo["manual_tags"].as_u64().unwrap() as u32,
                ..PhotoMeta::default()
            };
            let friends = [id + 10, id.saturating_sub(10)];
            let owner = Owner {
                age: account["age"].as_f64().map(|age| age as f32),
                female: sex_from_full_name(account["name"].as_str().unwrap()).told(),
                friends: friends
                    .iter()
                    .filter_map(|friend| snapshot.get(friend))
                    .flat_map(Profile::embeddings)
                    .collect(),
            };
            let metas = photos.iter().map(meta).collect();
            let mut session = Session::new(&builder, metas, owner, Feedback::default()).unwrap();
            while let Some(&wanted) = session.wants().first() {
                let photo = photos.iter().find(|photo| photo["id"] == wanted).unwrap();
                let bytes = fs::read(folder.join(photo["file"].as_str().unwrap())).unwrap();
                let picture = Photo::decode(&bytes, &Limits::default()).unwrap();
                session.give_stored(wanted, &reader.read_stored(&picture, &meta(photo)).unwrap()).unwrap();
            }
            let build = session.finish().unwrap();
            if let Some(profile) = report.count(snapshot.get(&id), Some(&build)) {
                next.insert(id, profile);
            }
        }
        snapshot = next;
        reports.push(report);
    }
    (snapshot, reports)
}

#[test]
fn all_accounts_are_built_as_by_the_builder() {
    let folder = composed("rebuild-all");
    let output = facecore(&format!("{} --passes 2 --enough 0 --json", line(&folder)));
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let (expected, reports) = loop_over_the_builder(&folder);
    let store = open(&folder);
    assert_eq!(store.iterations().unwrap(), Iterations { current: 3, previous: Some(2), next: None });
    assert!(store.progress().unwrap().is_none() && store.verify().unwrap().damage.is_empty());
    let mut expected: Vec<_> = expected.iter().map(|(id, profile)| (*id, profile.to_bytes().unwrap())).collect();
    expected.sort();
    assert!(expected.len() >= 15, "{}", stdout(&output));
    assert_eq!(store.page(None, 1_000).unwrap(), expected);
    for (told, report) in lines(&output).iter().zip(&reports) {
        let counts = ["accounts", "built", "no_leader", "no_faces", "failed", "changed"]
            .map(|name| told[name].as_u64().unwrap());
        let PassReport { accounts, built, no_leader, no_faces, failed, changed, .. } = *report;
        assert_eq!(counts, [accounts, built, no_leader, no_faces, failed, changed], "{told}");
    }
    drop(store);

    // The next night no photo is read that has a face, and what was said meanwhile is obeyed.
    let face = FaceId { photo: 300, face: 0 };
    let said = open(&folder).write(|batch| {
        batch.apply(3, face, Opinion::Reject)?;
        batch.opt_out(13)
    });
    said.unwrap();
    let again = facecore(&format!("{} --json", line(&folder)));
    assert_eq!((code(&again), stderr(&again)), (0, ""));
    assert_eq!(lines(&again)[0]["photos"], 0, "{}", stdout(&again));
    let (store, before) = (open(&folder), expected);
    let photos = |bytes: &[u8]| Profile::from_bytes(bytes).unwrap().photos();
    assert_eq!(photos(&store.get(3).unwrap().unwrap()) + 1, photos(&before[0].1));
    assert_eq!((store.get(13).unwrap(), store.faces(13).unwrap()), (None, vec![]));
    drop(store);
    let back = facecore(&format!("store back {}/store --space {SPACE} --json", folder.display()));
    assert_eq!(code(&back), 0, "{}", stderr(&back));
    assert_eq!(open(&folder).get(3).unwrap().as_ref(), Some(&before[0].1));
}

/// Kills the command once so many accounts of a pass are committed, or lets it end.
fn killed_at(folder: &Path, options: &str, pass: u64, accounts: u64) -> bool {
    let mut child = command(&format!("{} --batch 1 --passes 2 --enough 0 {options}", line(folder)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < Duration::from_secs(100), "it neither ends nor goes on");
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if is_at(folder, pass, accounts) {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn is_at(folder: &Path, pass: u64, accounts: u64) -> bool {
    if !folder.join("store/generation-1/data.mdb").exists() {
        return false;
    }
    let Some(progress) = open(folder).progress().unwrap() else { return false };
    let progress: Value = serde_json::from_slice(&progress).unwrap();
    progress["pass"] == pass && progress["report"]["accounts"].as_u64().unwrap() >= accounts
}

#[test]
fn a_killed_rebuild_goes_on_to_the_same_end() {
    let (folder, whole) = (composed("rebuild-killed"), composed("rebuild-whole"));
    assert_eq!(code(&facecore(&format!("{} --passes 2 --enough 0", line(&whole)))), 0);
    let resume = |expected: &str| {
        let refused = facecore(&format!("{} --resume", line(&folder)));
        assert!(code(&refused) == 2 && stderr(&refused).contains(expected), "{}", stderr(&refused));
    };
    resume("there is nothing to go on with");
    assert!(killed_at(&folder, "", 1, 4));
    let refused = facecore(&line(&folder));
    assert!(code(&refused) == 2 && stderr(&refused).contains("--resume goes on with it, --anew begins again"));
    assert_eq!(open(&folder).page(None, 10).unwrap(), [], "nobody reads half a pass");
    assert!(killed_at(&folder, "--resume", 1, 11));
    assert!(killed_at(&folder, "--resume", 1, 19));
    // Passes without photos are quick: it may have ended before the kill.
    if killed_at(&folder, "--resume", 2, 3) {
        let list = fs::read(folder.join("accounts.jsonl")).unwrap();
        fs::write(folder.join("accounts.jsonl"), list[..list.len() / 2 - 1].split(|&b| b == b'\n').next().unwrap())
            .unwrap();
        resume("another one than the rebuild began with");
        fs::write(folder.join("accounts.jsonl"), list).unwrap();
        let end = facecore(&format!("{} --passes 2 --enough 0 --resume", line(&folder)));
        assert_eq!(code(&end), 0, "{}", stderr(&end));
    }
    assert!(have_the_same(&folder, &whole));
    resume("there is nothing to go on with");
}

#[test]
fn what_users_do_meanwhile_wins() {
    let folder = composed("rebuild-live");
    let mut child = command(&format!("{} --batch 1 --passes 1", line(&folder))).stdout(Stdio::null()).spawn().unwrap();
    while !is_at(&folder, 1, 3) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        thread::sleep(Duration::from_millis(1));
    }
    let store = open(&folder);
    // One who is built already, the last one, who is not, and somebody who has just come.
    store.write(|batch| batch.erase(3)).unwrap();
    store.write(|batch| batch.erase(193)).unwrap();
    let live = Profile::new(SPACE.parse().unwrap(), 128).unwrap().to_bytes().unwrap();
    put(&store, 183, &live);
    put(&store, 500, &live);
    assert!(store.iterations().unwrap().next.is_some(), "the pass ended too soon");
    drop(store);
    assert!(child.wait().unwrap().success());
    let store = open(&folder);
    for erased in [3, 193] {
        assert_eq!((store.get(erased).unwrap(), store.faces(erased).unwrap()), (None, vec![]));
    }
    assert_eq!((store.get(183).unwrap(), store.get(500).unwrap()), (Some(live.clone()), Some(live)));
    assert!(store.get(13).unwrap().is_some());
}

fn put(store: &ProfileStore, user: u64, bytes: &[u8]) {
    assert!(store.write(|batch| batch.put(user, SPACE.parse().unwrap(), bytes)).unwrap());
}

#[cfg(unix)]
#[test]
fn a_poisoned_photo_costs_no_more_than_itself() {
    let (folder, sound) = (composed("rebuild-poisoned"), composed("rebuild-sound"));
    let accounts: Vec<Value> = (0..4).map(account).collect();
    write_list(&sound, &accounts);
    assert_eq!(code(&facecore(&format!("{} --passes 2 --enough 0", line(&sound)))), 0);

    let mut poisoned = accounts.clone();
    fs::write(folder.join("empty.jpg"), "").unwrap();
    fs::copy(format!("{ROOT}/testdata/hostile/huge.png"), folder.join("bomb.png")).unwrap();
    fs::copy(format!("{ROOT}/testdata/hostile/text.jpg"), folder.join("text.jpg")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.jpg")).status().unwrap().success());
    for (place, file) in ["empty.jpg", "bomb.png", "text.jpg", "pipe.jpg", "missing.jpg"].into_iter().enumerate() {
        poisoned[0]["photos"].as_array_mut().unwrap().push(json!({"id": 9_000 + place, "file": file}));
    }
    // An account whose photos are all away keeps the profile that it has; so do users who are not in the list.
    for photo in poisoned[3]["photos"].as_array_mut().unwrap() {
        photo["file"] = json!("away.jpg");
    }
    write_list(&folder, &poisoned);
    let known = open(&sound).get(3).unwrap().unwrap();
    put(&open(&folder), 33, &known);
    put(&open(&folder), 77, &known);
    put(&open(&folder), 13, b"no profile");

    let refused = facecore(&format!("{} --passes 1", line(&folder)));
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("10 of 25 photos failed, which is more than --may-fail 0.05"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(open(&folder).page(None, 10).unwrap().len(), 3, "the store serves what it had");
    for words in [
        "account 3, photo 9000 (empty.jpg): ",
        "account 3, photo 9001 (bomb.png): ",
        "account 3, photo 9003 (pipe.jpg): cannot read the file: this is no file",
        "account 3, photo 9004 (missing.jpg): cannot read the file: ",
        "account 33: not one of its photos could be read",
        "account 23: the profile of the friend 13 is left out: not a profile",
    ] {
        assert!(stderr(&refused).contains(words), "{words}: {}", stderr(&refused));
    }
    let taken = facecore(&format!("{} --passes 2 --enough 0 --resume --may-fail 0.5", line(&folder)));
    assert_eq!(code(&taken), 1, "{}", stderr(&taken));
    let told = "; 25 photos read, 10 failed; 1 profiles of others stay as they are\n";
    let passes: Vec<&str> = stdout(&taken).split_inclusive('\n').collect();
    assert!(passes.len() == 2 && passes[0].ends_with(told), "{}", stdout(&taken));
    assert!(passes.iter().all(|pass| pass.contains("0 opted out, 1 failed")), "{}", stdout(&taken));
    let (store, sound) = (open(&folder), open(&sound));
    for user in [3, 13, 23] {
        let [here, there] = [&store, &sound].map(|store| store.get(user).unwrap());
        assert!(here.is_some() && here == there, "{user}");
    }
    assert_eq!((store.get(33).unwrap(), store.get(77).unwrap()), (Some(known.clone()), Some(known)));
}

#[test]
fn what_is_wrong_with_a_list_is_told_before_anything_is_done() {
    let folder = scratch("rebuild-wrong");
    for (text, expected) in [
        ("{\"id\": 2}\n{\"id\": 1}\n", "line 2: account 1 comes after account 2"),
        ("{\"id\": 1, \"photo\": []}\n", "line 1: unknown field `photo`"),
        ("", "no account is in the list"),
    ] {
        fs::write(folder.join("accounts.jsonl"), text).unwrap();
        let refused = facecore(&line(&folder));
        assert_eq!((code(&refused), stdout(&refused)), (2, ""));
        assert!(stderr(&refused).contains(expected), "{}", stderr(&refused));
    }
    assert!(!folder.join("store").exists());
}

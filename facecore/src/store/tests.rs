use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::error::Error;
use crate::profile::{FaceId, Opinion};
use crate::space::SpaceId;

mod compaction;

const SPACE: SpaceId = SpaceId(*b"a space!");

/// A folder that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("facecore-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> ProfileStore {
        ProfileStore::open(&self.0, SPACE, &quick()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn quick() -> StoreOptions {
    StoreOptions { durability: Durability::Process, ..StoreOptions::default() }
}

fn face(photo: u64, face: u16) -> FaceId {
    FaceId { photo, face }
}

fn get(store: &ProfileStore, user: u64) -> Option<String> {
    store.get(user).unwrap().map(|bytes| String::from_utf8(bytes).unwrap())
}

fn put(store: &ProfileStore, user: u64, text: &str) -> bool {
    store.write(|batch| batch.put(user, SPACE, text.as_bytes())).unwrap()
}

#[test]
fn what_is_put_is_got_and_lasts() {
    let scratch = Scratch::new("lasts");
    let store = scratch.open();
    assert!(put(&store, 3, "three") && put(&store, u64::MAX, "last") && put(&store, 0, ""));
    assert!(put(&store, 3, "three again"));
    drop(store);
    let store = scratch.open();
    assert_eq!(get(&store, 3).as_deref(), Some("three again"));
    let many = store.get_many(&[u64::MAX, 1, 0, 3]).unwrap();
    let lengths: Vec<_> = many.iter().map(|profile| profile.as_ref().map(Vec::len)).collect();
    assert_eq!(lengths, [Some(4), None, Some(0), Some(11)]);
    let pages = [store.page(None, 2).unwrap(), store.page(Some(3), 2).unwrap(), store.page(Some(u64::MAX), 2).unwrap()];
    let users = pages.map(|page| page.into_iter().map(|(user, _)| user).collect::<Vec<_>>());
    assert_eq!(users, [vec![0, 3], vec![u64::MAX], vec![]]);
    assert!(store.write(|batch| batch.remove(3)).unwrap());
    assert!(!store.write(|batch| batch.remove(3)).unwrap());
    assert_eq!((get(&store, 3), store.size().unwrap().profiles), (None, 2));
}

#[test]
fn a_batch_that_fails_leaves_no_trace() {
    let scratch = Scratch::new("fails");
    let store = scratch.open();
    put(&store, 1, "before");
    let failed = store.write(|batch| {
        batch.put(1, SPACE, b"after")?;
        batch.put(2, SpaceId(*b"another!"), b"foreign")
    });
    assert_eq!(failed.unwrap_err(), Error::SpaceMismatch { left: SPACE, right: SpaceId(*b"another!") });
    assert_eq!((get(&store, 1).as_deref(), get(&store, 2)), (Some("before"), None));
    let long = vec![0; Batch::MAX_VALUE + 1];
    assert_eq!(store.write(|batch| batch.put(1, SPACE, &long)).unwrap_err().code(), "limit");
}

#[test]
fn another_space_and_a_second_handle_are_refused() {
    let scratch = Scratch::new("space");
    let store = scratch.open();
    assert_eq!(ProfileStore::open(&scratch.0, SPACE, &quick()).unwrap_err().code(), "store");
    drop(store);
    let other = SpaceId(*b"another!");
    let refused = ProfileStore::open(&scratch.0, other, &quick()).unwrap_err();
    assert_eq!(refused, Error::SpaceMismatch { left: SPACE, right: other });
    scratch.open();
    let in_the_way = Scratch::new("file");
    fs::write(&in_the_way.0, "a file").unwrap();
    assert_eq!(ProfileStore::open(&in_the_way.0, SPACE, &quick()).unwrap_err().code(), "store");
    fs::remove_file(&in_the_way.0).unwrap();
}

#[test]
fn faces_and_opinions_are_kept_by_photo() {
    let scratch = Scratch::new("faces");
    let store = scratch.open();
    let news = store.write(|batch| {
        for (user, photo, at) in [(1, 5, 1), (1, 5, 0), (1, 6, 0), (2, 5, 0)] {
            batch.put_face(user, face(photo, at), SPACE, &[user as u8, photo as u8, at as u8])?;
        }
        batch.apply(1, face(5, 0), Opinion::Confirm)?;
        batch.apply(1, face(6, 0), Opinion::Reject)?;
        let again = batch.apply(1, face(6, 0), Opinion::Reject)?;
        Ok((again, batch.apply(1, face(6, 0), Opinion::Remove)?))
    });
    assert_eq!(news.unwrap(), (false, true));
    let faces = store.faces(1).unwrap();
    assert_eq!(faces, [(face(5, 0), vec![1, 5, 0]), (face(5, 1), vec![1, 5, 1]), (face(6, 0), vec![1, 6, 0])]);
    let said: Vec<_> = store.feedback(1).unwrap().iter().collect();
    assert_eq!(said, [(face(5, 0), Opinion::Confirm), (face(6, 0), Opinion::Remove)]);
    assert_eq!(store.write(|batch| batch.remove_photo(1, 5)).unwrap(), 2);
    assert_eq!((store.faces(1).unwrap().len(), store.faces(2).unwrap().len()), (1, 1));
    assert_eq!(store.feedback(1).unwrap().iter().count(), 1);
    let refused = store.write(|batch| batch.put_face(1, face(5, 0), SpaceId([0; 8]), &[])).unwrap_err();
    assert_eq!(refused.code(), "space-mismatch");
}

#[test]
fn who_has_opted_out_gets_no_profile() {
    let scratch = Scratch::new("optout");
    let store = scratch.open();
    put(&store, 1, "one");
    store
        .write(|batch| {
            batch.put_face(1, face(1, 0), SPACE, b"face")?;
            batch.apply(1, face(1, 0), Opinion::Confirm)?;
            batch.opt_out(1)
        })
        .unwrap();
    assert!(!put(&store, 1, "one again"));
    assert!(!store.write(|batch| batch.put_face(1, face(1, 0), SPACE, b"face")).unwrap());
    store.begin().unwrap();
    assert!(!store.write(|batch| batch.put_next(1, SPACE, b"rebuilt")).unwrap());
    assert_eq!((get(&store, 1), store.faces(1).unwrap().len()), (None, 0));
    assert!(store.feedback(1).unwrap().opted_out && !store.feedback(2).unwrap().opted_out);
    assert_eq!(store.opted_out_among(&[2, 1, 3]).unwrap(), [1]);
    assert!(store.verify().unwrap().damage.is_empty());
    assert!(store.write(|batch| batch.opt_in(1)).unwrap());
    assert!(put(&store, 1, "back"));
}

#[test]
fn a_rebuild_is_seen_all_at_once_and_taken_back() {
    let scratch = Scratch::new("iterations");
    let store = scratch.open();
    for user in 1..=4 {
        put(&store, user, "first");
    }
    let second = store.begin().unwrap();
    assert_eq!(store.iterations().unwrap(), Iterations { current: 1, previous: None, next: Some(2) });
    assert_eq!(store.begin().unwrap_err().code(), "store");
    let rebuilt = |user| store.write(|batch| batch.put_next(user, SPACE, b"second")).unwrap();
    assert!(rebuilt(1) && rebuilt(2));
    // Live changes win, whether they come before the rebuild's or after it.
    put(&store, 2, "live");
    put(&store, 3, "live");
    store.write(|batch| batch.remove(4)).unwrap();
    store.write(|batch| batch.erase(1)).unwrap();
    assert!(!rebuilt(3) && !rebuilt(4) && !rebuilt(1) && rebuilt(5));
    let keeps = |user| store.write(|batch| batch.put_face_next(user, face(7, 0), SPACE, b"face")).unwrap();
    assert_eq!([1, 2, 3, 4, 5].map(keeps), [false, false, false, false, true]);
    assert_eq!([1, 5].map(|user| store.faces(user).unwrap().len()), [0, 1]);
    let seen = |store: &ProfileStore| [1, 2, 3, 4, 5].map(|user| get(store, user).unwrap_or_default());
    assert_eq!(seen(&store), ["", "live", "live", "", ""]);
    assert_eq!(store.switch(second + 1).unwrap_err().code(), "store");
    store.switch(second).unwrap();
    assert_eq!(store.switch(second).unwrap_err().code(), "store");
    let late = store.write(|batch| batch.put_face_next(5, face(8, 0), SPACE, b"face"));
    assert_eq!(late.unwrap_err().code(), "store");
    assert_eq!(seen(&store), ["", "live", "live", "", "second"]);
    put(&store, 5, "since");
    assert_eq!(store.back().unwrap(), 1);
    assert_eq!(seen(&store), ["", "live", "live", "", ""]);
    assert_eq!(store.back().unwrap_err().code(), "store");
    // Numbers never come again, slots do.
    for expected in 3..=7 {
        let next = store.begin().unwrap();
        assert_eq!(next, expected);
        store.write(|batch| batch.put_next(9, SPACE, next.to_string().as_bytes())).unwrap();
        store.switch(next).unwrap();
        assert_eq!((get(&store, 9), store.size().unwrap().profiles), (Some(next.to_string()), 1));
    }
    assert_eq!(store.iterations().unwrap(), Iterations { current: 7, previous: Some(6), next: None });
    assert!(!store.drop_next().unwrap());
    store.begin().unwrap();
    assert_eq!(store.back().unwrap_err().code(), "store");
    assert!(store.drop_next().unwrap());
    assert_eq!((store.back().unwrap(), get(&store, 9).as_deref()), (6, Some("6")));
}

#[test]
fn how_far_a_rebuild_is_is_kept_with_what_it_wrote() {
    let scratch = Scratch::new("progress");
    let store = scratch.open();
    assert_eq!(store.progress().unwrap(), None);
    let next = store.begin().unwrap();
    let step = |user, progress: &[u8], then: Result<(), Error>| {
        store.write(|batch| {
            batch.put_next(user, SPACE, b"rebuilt")?;
            batch.put_progress(progress)?;
            then
        })
    };
    step(1, b"one", Ok(())).unwrap();
    step(2, b"two", Err(Error::NoEmbedder)).unwrap_err();
    assert_eq!(store.progress().unwrap().as_deref(), Some(&b"one"[..]));
    store.switch(next).unwrap();
    assert_eq!((get(&store, 1).as_deref(), get(&store, 2)), (Some("rebuilt"), None));
    store.compact().unwrap();
    assert!(store.verify().unwrap().damage.is_empty());
    drop(store);
    let store = scratch.open();
    assert_eq!(store.progress().unwrap().as_deref(), Some(&b"one"[..]), "the rebuild says when it is over");
    store.write(|batch| batch.put_progress(b"")).unwrap();
    assert_eq!(store.progress().unwrap(), None);
}

#[test]
fn a_backup_is_a_store_of_its_own() {
    let (scratch, target) = (Scratch::new("source"), Scratch::new("backup"));
    let store = scratch.open();
    put(&store, 1, "one");
    let next = store.begin().unwrap();
    store.backup(&target.0).unwrap();
    assert_eq!(names(&target.0), ["facecore-store", "generation-1"]);
    assert_eq!(store.backup(&target.0).unwrap_err().code(), "store", "the folder exists");
    store.switch(next).unwrap();
    let copy = target.open();
    assert_eq!((get(&copy, 1).as_deref(), get(&store, 1)), (Some("one"), None));
    assert_eq!(copy.iterations().unwrap().next, Some(2));
    assert!(copy.verify().unwrap().damage.is_empty());
}

#[test]
fn a_full_store_says_so_and_goes_on() {
    let scratch = Scratch::new("full");
    let small = StoreOptions { max_bytes: 1 << 20, ..quick() };
    let store = ProfileStore::open(&scratch.0, SPACE, &small).unwrap();
    put(&store, 0, "kept");
    let fill = |batch: &mut Batch<'_>| (1..5_000).try_for_each(|user| batch.put(user, SPACE, &[7; 544]).map(drop));
    assert_eq!(store.write(fill).unwrap_err(), Error::StoreFull);
    assert_eq!((get(&store, 0).as_deref(), get(&store, 1)), (Some("kept"), None));
    assert!(put(&store, 1, "room for this"));
    drop(store);
    let store = scratch.open();
    store.write(fill).unwrap();
    assert_eq!(store.size().unwrap().profiles, 5_000);
}

#[test]
fn damage_is_told_from_data() {
    let scratch = Scratch::new("damage");
    let store = scratch.open();
    put(&store, 1, "a value that can be found");
    put(&store, 2, "another one");
    drop(store);
    let file = scratch.0.join("generation-1/data.mdb");
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(6).position(|window| window == b"can be").unwrap();
    // LMDB keeps older pages, so each copy of the record is damaged.
    let places: Vec<_> = (at..bytes.len() - 6).filter(|&at| &bytes[at..at + 6] == b"can be").collect();
    places.iter().for_each(|&at| bytes[at] ^= 1);
    fs::write(&file, &bytes).unwrap();
    let store = scratch.open();
    assert_eq!(store.get(1).unwrap_err().code(), "store-damaged");
    assert_eq!(get(&store, 2).as_deref(), Some("another one"));
    let report = store.verify().unwrap();
    assert_eq!(report.damage.len(), 1, "{report:?}");
    assert!(report.damage[0].contains("checksum"));
    assert_eq!(store.compact().unwrap_err().code(), "store-damaged", "damage is not copied");
    put(&store, 1, "written anew");
    assert!(store.verify().unwrap().damage.is_empty());
    drop(store);
    fs::File::options().write(true).open(&file).unwrap().set_len(4096 * 3).unwrap();
    assert_eq!(ProfileStore::open(&scratch.0, SPACE, &quick()).unwrap_err().code(), "store-damaged");
    fs::write(&file, vec![7; 40_000]).unwrap();
    assert_eq!(ProfileStore::open(&scratch.0, SPACE, &quick()).unwrap_err().code(), "store-damaged");
}

#[test]
fn threads_read_while_one_writes_and_compacts() {
    let scratch = Scratch::new("threads");
    let store = scratch.open();
    store.write(|batch| (0..50).try_for_each(|user| batch.put(user, SPACE, b"0").map(drop))).unwrap();
    std::thread::scope(|scope| {
        let reader = || {
            let (mut last, mut reads) = (0, 0);
            while last < 40 {
                let all = store.get_many(&(0..50).collect::<Vec<_>>()).unwrap();
                let values: HashMap<Vec<u8>, usize> =
                    all.into_iter().flatten().fold(HashMap::new(), |mut map, value| {
                        *map.entry(value).or_default() += 1;
                        map
                    });
                assert_eq!(values.values().copied().collect::<Vec<_>>(), [50], "all of one commit");
                let seen: u64 = String::from_utf8(values.into_keys().next().unwrap()).unwrap().parse().unwrap();
                assert!(seen >= last, "time goes one way");
                (last, reads) = (seen, reads + 1);
            }
            reads
        };
        let readers = [scope.spawn(reader), scope.spawn(reader)];
        for round in 1..=40 {
            let text = round.to_string();
            store
                .write(|batch| (0..50).try_for_each(|user| batch.put(user, SPACE, text.as_bytes()).map(drop)))
                .unwrap();
            if round % 10 == 5 {
                store.compact().unwrap();
            }
        }
        assert!(readers.into_iter().all(|reader| reader.join().unwrap() > 0));
    });
    assert_eq!(names(&scratch.0).len(), 2, "the mark and one generation");
}

#[test]
fn a_pair_of_accounts_is_reported_once_and_remembered() {
    let scratch = Scratch::new("clones");
    let store = scratch.open();
    let report = |one, other, cosine| store.write(|batch| batch.report_clone(one, other, cosine)).unwrap();
    let judge = |one, other, state| store.write(|batch| batch.judge_clone(one, other, state)).unwrap();
    assert!(report(9, 4, 0.875) && !report(4, 9, 0.9), "the pair is the same in either order");
    judge(1, 4, CloneState::Known);
    assert!(!report(4, 1, 0.99), "a declared pair is not reported");
    judge(4, 9, CloneState::Rejected);
    assert!(!report(4, 9, 0.99) && report(3, 300, 0.75));
    store.write(|batch| batch.opt_out(70)).unwrap();
    assert!(!report(70, 71, 0.99), "who has opted out is in no report");
    assert_eq!(store.write(|batch| batch.report_clone(5, 5, 1.0)).unwrap_err().code(), "option");

    let rejected = CloneEvent { low: 4, high: 9, cosine: 0.875, state: CloneState::Rejected };
    let known = CloneEvent { low: 1, high: 4, cosine: 0.0, state: CloneState::Known };
    let open = CloneEvent { low: 3, high: 300, cosine: 0.75, state: CloneState::Open };
    assert_eq!(store.clones(None, 10).unwrap(), [known, open, rejected]);
    assert_eq!(store.clones(Some((1, 4)), 1).unwrap(), [open]);
    assert_eq!(store.clones_of(4).unwrap(), [known, rejected]);
    assert!(store.verify().unwrap().damage.is_empty());
    store.write(|batch| batch.erase(4)).unwrap();
    assert_eq!(store.clones(None, 10).unwrap(), [open]);
    assert!(store.clones_of(9).unwrap().is_empty(), "the other one's record is gone as well");
    store.compact().unwrap();
    assert_eq!(store.clones_of(300).unwrap(), [open]);
}

#[test]
fn who_has_not_agreed_is_not_findable() {
    let scratch = Scratch::new("findable");
    let store = scratch.open();
    let set = |user, findable| store.write(|batch| batch.set_findable(user, findable)).unwrap();
    assert!(set(1, true) && !set(1, true) && set(2, true));
    assert_eq!(store.findable_among(&[3, 2, 1]).unwrap(), [2, 1]);
    store.write(|batch| batch.opt_out(1)).unwrap();
    assert!(!set(1, true), "not while opted out");
    assert!(set(2, false) && !set(2, false));
    assert!(store.findable_among(&[1, 2, 3]).unwrap().is_empty());
    store.write(|batch| batch.opt_in(1)).unwrap();
    assert!(store.findable_among(&[1]).unwrap().is_empty(), "opting in does not agree to be found");
}

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::embed::Embedding;
use crate::index::{FaceIndex, Search};
use crate::matching::{Candidate, Matcher};
use crate::profile::{FaceId, Opinion, Profile, Role};
use crate::random::Random;
use crate::space::SpaceId;
use crate::store::{CloneState, ProfileStore, StoreOptions};

const SPACE: SpaceId = SpaceId(*b"a space!");
const SIZE: usize = 128;

/// A folder that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("facecore-search-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> ProfileStore {
        ProfileStore::open(&self.0.join("store"), SPACE, &StoreOptions::default()).unwrap()
    }

    fn index(&self) -> FaceIndex {
        FaceIndex::open(&self.0.join("index.fci"), SPACE, SIZE).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A face of a person: near the person's others, far from everybody else's.
fn face(person: u64, photo: u64) -> Embedding {
    let mut random = Random::new(person);
    let centre: Vec<f32> = (0..SIZE).map(|_| random.uniform()).collect();
    let mut random = Random::new(person ^ (photo + 1) << 32);
    Embedding::new(SPACE, centre.iter().map(|value| value + 0.3 * random.uniform()).collect()).unwrap()
}

fn profile(person: u64) -> Profile {
    let mut profile = Profile::new(SPACE, SIZE).unwrap();
    (0..3).for_each(|photo| profile.add(Role::Owner, &[face(person, photo)]).unwrap());
    profile
}

/// Users 0 to `users`, each of a person of their own, but for the given users, who are of another's person.
fn fill(store: &ProfileStore, users: u64, clones: &[(u64, u64)]) {
    let of = |user| clones.iter().find(|(clone, _)| *clone == user).map_or(user, |(_, person)| *person);
    store
        .write(|batch| (0..users).try_for_each(|user| batch.put(user, SPACE, &profile(of(user)).to_bytes()?).map(drop)))
        .unwrap();
}

#[test]
fn a_star_counts_only_beside_the_uploader() {
    let matcher = Matcher::cosine(0.7, 0.05).unwrap();
    let mut people = People::new(SPACE);
    people.add("Ada", &[face(1, 0), face(1, 1)]).unwrap();
    people.add("Bob", &[face(2, 0)]).unwrap();
    let stars = StarFace::new(&matcher, &people).unwrap();
    let uploader = matcher.gallery(&[Candidate { person: "me".into(), embeddings: vec![face(3, 0)] }]).unwrap();
    let hits = stars.search(&uploader, &[face(9, 7), face(2, 7), face(3, 7), face(1, 7)]).unwrap();
    let found: Vec<_> = hits.iter().map(|hit| (&hit.star[..], hit.face, hit.uploader_face)).collect();
    assert_eq!(found, [("Bob", 1, 2), ("Ada", 3, 2)]);
    assert!(stars.search(&uploader, &[face(1, 7), face(9, 7)]).unwrap().is_empty(), "no uploader");
    assert!(stars.search(&uploader, &[face(3, 7), face(9, 7)]).unwrap().is_empty(), "no star");
    // A star who uploads is not their own company.
    let ada = matcher.gallery(&[Candidate { person: "Ada".into(), embeddings: vec![face(1, 2)] }]).unwrap();
    assert!(stars.search(&ada, &[face(1, 7)]).unwrap().is_empty());
}

#[test]
fn people_come_back_as_they_were_and_nothing_else_does() {
    let mut people = People::new(SPACE);
    people.add("Zoë <b>", &[face(1, 0), face(1, 1)]).unwrap();
    people.add("Ada", &[face(2, 0)]).unwrap();
    people.add("Ada", &[face(2, 1)]).unwrap();
    people.add("nobody", &[]).unwrap();
    let bytes = people.to_bytes();
    let back = People::from_bytes(&bytes).unwrap();
    let counts: Vec<_> = back.iter().map(|(name, faces)| (name, faces.len())).collect();
    assert_eq!((back.space(), counts), (SPACE, vec![("Ada", 2), ("Zoë <b>", 2)]));
    assert!(back.iter().next().unwrap().1[1].cosine(&face(2, 1)).unwrap() > 0.995);
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 4;
        assert!(People::from_bytes(&bad).is_err(), "byte {at}");
        assert!(People::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
    assert!(people.remove("Ada") && !people.remove("Ada"));
    assert_eq!(people.len(), 1);
    let long = "x".repeat(People::MAX_NAME + 1);
    assert_eq!(people.add(&long, &[face(1, 0)]).unwrap_err().code(), "limit");
    assert_eq!(people.add("", &[face(1, 0)]).unwrap_err().code(), "option");
    let short = Embedding::new(SPACE, vec![1.0, 0.0]).unwrap();
    assert_eq!(people.add("Eve", &[short]).unwrap_err().code(), "embedding");
    let foreign = Embedding::new(SpaceId(*b"another!"), vec![1.0; SIZE]).unwrap();
    assert_eq!(people.add("Eve", &[foreign]).unwrap_err().code(), "space-mismatch");
    assert_eq!(people.len(), 1, "nothing was added");
}

#[test]
fn only_who_agreed_is_found() {
    let scratch = Scratch::new("who");
    let (store, mut index) = (scratch.store(), scratch.index());
    // Fifty accounts of one person, so that those who did not agree crowd out the one who did.
    let same: Vec<(u64, u64)> = (1..50).map(|user| (user, 0)).collect();
    fill(&store, 200, &same);
    assert_eq!(index_profiles(&store, &mut index, Indexed::Everybody).unwrap(), 200);
    let search = Search { least: 0.7, neighbours: 3, ..Search::default() };
    assert!(who_is(&index, &store, &face(0, 9), &search).unwrap().is_empty());
    store
        .write(|batch| [49, 3, 100].into_iter().try_for_each(|user| batch.set_findable(user, true).map(drop)))
        .unwrap();
    let found: HashSet<u64> = who_is(&index, &store, &face(0, 9), &search).unwrap().iter().map(|hit| hit.id).collect();
    assert_eq!(found, HashSet::from([3, 49]));
    assert_eq!(who_is(&index, &store, &face(100, 9), &search).unwrap()[0].id, 100);
    assert!(who_is(&index, &store, &face(150, 9), &search).unwrap().is_empty());
}

#[test]
fn clones_are_found_and_reported_once() {
    let scratch = Scratch::new("clones");
    let (store, mut index) = (scratch.store(), scratch.index());
    fill(&store, 2_000, &[(1_999, 5), (1_500, 70), (1_200, 800)]);
    // A joint account: the owner has one of their own, which is no clone of it.
    let mut joint = profile(300);
    joint.add(Role::Partner, &[face(301, 0)]).unwrap();
    store.write(|batch| batch.put(2_000, SPACE, &joint.to_bytes()?)).unwrap();
    assert_eq!(index_profiles(&store, &mut index, Indexed::SingleOwners).unwrap(), 2_000);
    let least = clone_level(&index, 10.0, 0).unwrap();
    assert!((0.3..0.9).contains(&least), "{least}");
    let search = |index: &FaceIndex| {
        let mut search = CloneSearch::open(index, least, &scratch.0.join("progress")).unwrap();
        while search.step().unwrap() {}
        search.finish().unwrap()
    };
    store.write(|batch| batch.judge_clone(70, 1_500, CloneState::Known)).unwrap();
    let news = report_clones(&store, &search(&index)).unwrap();
    let pairs: HashSet<_> = news.iter().map(|event| (event.low, event.high)).collect();
    assert_eq!(pairs, HashSet::from([(5, 1_999), (800, 1_200)]), "and not the one that was declared");
    store.write(|batch| batch.judge_clone(1_999, 5, CloneState::Rejected)).unwrap();
    assert!(report_clones(&store, &search(&index)).unwrap().is_empty(), "nothing is reported twice");
    assert_eq!(store.clones_of(5).unwrap()[0].state, CloneState::Rejected);
    assert_eq!(clone_level(&index, 0.0, 0).unwrap_err().code(), "option");
}

#[test]
fn an_index_knows_whether_profiles_were_written_since() {
    let scratch = Scratch::new("current");
    let (store, mut index) = (scratch.store(), scratch.index());
    fill(&store, 3, &[]);
    assert!(!is_current(&store, &index).unwrap(), "nothing was indexed yet");
    index_profiles(&store, &mut index, Indexed::Everybody).unwrap();
    let current = |index: &FaceIndex| is_current(&store, index).unwrap();
    assert!(current(&index));
    store.write(|batch| batch.erase(1).and_then(|()| batch.set_findable(2, true))).unwrap();
    index.remove(&[1]).unwrap();
    index.compact().unwrap();
    store.compact().unwrap();
    assert!(current(&index), "who left is not found anyhow");
    drop(index);
    let mut index = scratch.index();
    assert!(current(&index), "after opening it again");
    let one = profile(2).to_bytes().unwrap();
    assert!(store.write(|batch| batch.put(2, SPACE, &one).and_then(|_| batch.put(2, SpaceId([0; 8]), &one))).is_err());
    assert!(current(&index), "nothing was written");
    store.write(|batch| batch.put(2, SPACE, &one)).unwrap();
    assert!(!current(&index));
    index_profiles(&store, &mut index, Indexed::Everybody).unwrap();
    assert!(!current(&index), "users are in it twice");
    index.set_source(store.profiles_version().unwrap()).unwrap();
    store.write(|batch| batch.remove(99)).unwrap();
    assert!(current(&index), "nobody was removed");
    store.write(|batch| batch.remove(2)).unwrap();
    assert!(!current(&index), "who may still be found has no profile any more");
}

#[test]
fn a_search_that_was_killed_ends_with_the_same_pairs() {
    let scratch = Scratch::new("resume");
    let mut index = scratch.index();
    let faces: Vec<_> = (0..10_000).map(|user| (user, face(user % 9_800, user / 9_800))).collect();
    index.add(&faces).unwrap();
    let progress = scratch.0.join("progress");
    let open = |least: f32| CloneSearch::open(&index, least, &progress).unwrap();
    let mut search = open(0.8);
    while search.step().unwrap() {}
    assert_eq!(search.parts(), (3, 3));
    let whole = search.finish().unwrap();
    assert_eq!(whole.len(), 200);
    assert!(!progress.exists(), "a search that is done leaves no file with ids");

    let mut search = open(0.8);
    assert!(search.step().unwrap());
    drop(search);
    let mut search = open(0.8);
    assert_eq!(search.parts().0, 1, "it goes on");
    assert_eq!(search.finish().unwrap_err().code(), "option");
    search = open(0.8);
    while search.step().unwrap() {}
    assert_eq!(search.finish().unwrap(), whole);

    for wrong in [0.0, -0.5, 1.01, f32::NAN] {
        assert_eq!(CloneSearch::open(&index, wrong, &progress).unwrap_err().code(), "option");
    }
    open(0.8).step().unwrap();
    assert_eq!(open(0.81).parts().0, 0, "of another level");
    fs::write(&progress, b"cut").unwrap();
    assert_eq!(open(0.8).parts().0, 0, "what cannot be read is begun anew");
}

#[test]
fn nothing_of_an_erased_user_is_left_in_store_and_index() {
    const USER: u64 = 0x5eed_1234_abcd_9876;
    let scratch = Scratch::new("erase");
    let (store, mut index) = (scratch.store(), scratch.index());
    fill(&store, 300, &[]);
    let (bytes, kept) = (profile(USER).to_bytes().unwrap(), face(USER, 4).encode(crate::embed::Encoding::I8));
    let photo = FaceId { photo: 77, face: 0 };
    store
        .write(|batch| {
            batch.put(USER, SPACE, &bytes)?;
            batch.put_face(USER, photo, SPACE, &kept)?;
            batch.apply(USER, photo, Opinion::Confirm)?;
            batch.set_findable(USER, true)?;
            batch.report_clone(USER, 12, 0.9)
        })
        .unwrap();
    index_profiles(&store, &mut index, Indexed::Everybody).unwrap();
    let values = index.sample(1_000, 0).into_iter().find(|(id, _)| *id == USER).unwrap().1;
    let most = values.as_slice().iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let row: Vec<u8> =
        values.as_slice().iter().map(|value| ((value / most * 127.0).round() as i8).cast_unsigned()).collect();
    let traces = [&bytes[32..200], &kept[20..], &row, &USER.to_be_bytes(), &USER.to_le_bytes()];
    let there = |trace: &[u8]| files(&scratch.0).windows(trace.len()).any(|window| window == trace);
    assert!(traces.iter().all(|trace| there(trace)), "the test sees what is there");
    store.write(|batch| batch.erase(USER)).unwrap();
    index.remove(&[USER]).unwrap();
    store.compact().unwrap();
    index.compact().unwrap();
    for (at, trace) in traces.iter().enumerate() {
        assert!(!there(trace), "trace {at} is left");
    }
    assert_eq!((store.size().unwrap().profiles, index.len()), (300, 300));
}

/// The bytes of all files in a folder.
fn files(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { files(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

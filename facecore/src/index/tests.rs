use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::kernel::Kernel;
use super::layout::BLOCK;
use super::*;
use crate::embed::Embedding;
use crate::random::Random;
use crate::space::SpaceId;

const SPACE: SpaceId = SpaceId(*b"a space!");

/// A file that is removed at the end, with its lock.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let scratch = Self(std::env::temp_dir().join(format!("facecore-index-{name}-{}", std::process::id())));
        scratch.clean();
        scratch
    }

    fn open(&self, values: usize) -> FaceIndex {
        FaceIndex::open(&self.0, SPACE, values).unwrap()
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        PathBuf::from(format!("{}.{suffix}", self.0.display()))
    }

    fn clean(&self) {
        for path in [self.0.clone(), self.beside("lock"), self.beside("part")] {
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clean();
    }
}

fn face(random: &mut Random, values: usize) -> Embedding {
    Embedding::new(SPACE, (0..values).map(|_| random.uniform() + 0.001).collect()).unwrap()
}

fn faces(seed: u64, count: u64, values: usize) -> Vec<(u64, Embedding)> {
    let mut random = Random::new(seed);
    (0..count).map(|id| (id, face(&mut random, values))).collect()
}

fn ids(hits: &[Hit]) -> Vec<u64> {
    hits.iter().map(|hit| hit.id).collect()
}

/// What a search should find, by floats and without haste; the 8 bits of the index are taken into account by `slack`.
fn check_hits(hits: &[Hit], all: &[(u64, Embedding)], query: &Embedding, search: &Search<'_>) {
    let mut expected: Vec<(f32, u64)> =
        all.iter().filter(|(id, _)| search.takes(*id)).map(|(id, face)| (query.cosine(face).unwrap(), *id)).collect();
    expected.sort_by(|a, b| b.0.total_cmp(&a.0));
    let slack = 0.01;
    let sure = expected.iter().filter(|(cosine, _)| *cosine >= search.least + slack).count();
    let possible = expected.iter().filter(|(cosine, _)| *cosine >= search.least - slack).count();
    assert!((sure.min(search.neighbours)..=possible.min(search.neighbours)).contains(&hits.len()));
    for (hit, (cosine, _)) in hits.iter().zip(&expected) {
        let own = &all.iter().find(|(id, _)| *id == hit.id).unwrap().1;
        assert!((query.cosine(own).unwrap() - hit.cosine).abs() < slack, "the cosine is the face's");
        assert!((hit.cosine - cosine).abs() < slack, "nobody nearer was passed over");
    }
    assert!(hits.is_sorted_by(|a, b| a.cosine >= b.cosine));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn an_exact_search_finds_what_brute_force_finds(
        seed in any::<u64>(),
        count in 0u64..700,
        values in prop::sample::select(vec![1usize, 7, 32, 100, 128, 130, 512]),
        neighbours in 0usize..20,
        least in prop::sample::select(vec![-1.0f32, 0.0, 0.2]),
        filtered in any::<bool>(),
    ) {
        let scratch = Scratch::new("brute");
        let mut index = scratch.open(values);
        let all = faces(seed, count, values);
        index.add(&all).unwrap();
        let query = face(&mut Random::new(seed ^ 1), values);
        let third: HashSet<u64> = (0..count).filter(|id| id % 3 == 0).collect();
        let search = Search {
            neighbours,
            least,
            scan: Scan::Exact,
            only: filtered.then_some(&third),
            except: &[0, 5],
        };
        let hits = index.search(&query, &search).unwrap();
        check_hits(&hits, &all, &query, &search);
        // A shortlist of all is the exact answer, and each kernel gives the same to the last bit.
        let by_signs = Search { scan: Scan::Signs(1_000), ..search };
        for kernel in Kernel::available() {
            index.kernel = kernel;
            prop_assert_eq!(&index.search(&query, &search).unwrap(), &hits);
            prop_assert_eq!(&index.search(&query, &by_signs).unwrap(), &hits);
        }
    }
}

#[test]
fn many_at_once_find_what_each_finds() {
    let scratch = Scratch::new("many");
    let mut index = scratch.open(128);
    // More than one block, added in parts that end inside of blocks.
    let all = faces(3, BLOCK as u64 + 900, 128);
    for part in all.chunks(1_777) {
        index.add(part).unwrap();
    }
    let queries: Vec<Embedding> =
        faces(4, 9, 128).into_iter().map(|(_, face)| face).chain([all[4_500].1.clone()]).collect();
    for scan in [Scan::Exact, Scan::Signs(40), Scan::Signs(0)] {
        let search = Search { neighbours: 5, scan, ..Search::default() };
        let together = index.search_many(&queries, &search).unwrap();
        for (query, hits) in queries.iter().zip(&together) {
            assert_eq!(&index.search(query, &search).unwrap(), hits);
        }
        assert_eq!(together[9][0].id, 4_500);
        assert!(together[9][0].cosine > 0.999);
    }
    assert!(index.search_many(&[], &Search::default()).unwrap().is_empty());
}

#[test]
fn what_is_removed_is_not_found_and_not_on_the_disk() {
    let scratch = Scratch::new("remove");
    let mut index = scratch.open(128);
    let user = |at: u64| 0x5eed_0000_0000_0000 | at << 24 | at;
    let all: Vec<_> = faces(5, 5_000, 128).into_iter().map(|(at, face)| (user(at / 2), face)).collect();
    index.add(&all).unwrap();
    assert_eq!(index.remove(&[user(7), user(2_499), user(9_999)]).unwrap(), 4);
    assert_eq!(index.remove(&[user(7)]).unwrap(), 0);
    assert_eq!((index.len(), index.ids().count()), (4_996, 4_996));
    let exact = Search { scan: Scan::Exact, ..Search::default() };
    let found =
        |index: &FaceIndex| [exact, Search::default()].map(|search| index.search(&all[14].1, &search).unwrap()[0].id);
    let before = found(&index);
    assert!(!before.contains(&user(7)));
    let holds = |at: usize| {
        let file = fs::read(&scratch.0).unwrap();
        let row = super::row::Row::new(&all[at].1, &super::layout::Layout::new(128));
        let has = |needle: &[u8]| file.windows(needle.len()).any(|window| window == needle);
        (has(&all[at].0.to_le_bytes()), has(&row.values[..16]), has(&row.signs))
    };
    assert_eq!(holds(14), (true, true, true), "before compaction");
    index.compact().unwrap();
    assert_eq!(
        (holds(14), holds(4_999), holds(16)),
        ((false, false, false), (false, false, false), (true, true, true))
    );
    assert_eq!((found(&index), index.len()), (before, 4_996));
    index.add(&[(user(7), all[14].1.clone())]).unwrap();
    drop(index);
    let index = scratch.open(128);
    assert_eq!((found(&index), index.len()), ([user(7); 2], 4_997));
    assert!(index.verify().damaged.is_empty());
}

#[test]
fn a_torn_append_is_cut_off_at_each_byte() {
    let scratch = Scratch::new("torn");
    let mut index = scratch.open(32);
    let all = faces(6, 5, 32);
    index.add(&all[..2]).unwrap();
    drop(index);
    let before = fs::read(&scratch.0).unwrap();
    let query = &all[3].1;
    let search = Search { neighbours: 9, scan: Scan::Exact, ..Search::default() };
    // 57 bytes a face, and the commit's 20.
    for room in 0..=3 * 57 + 20 {
        fs::write(&scratch.0, &before).unwrap();
        let mut index = scratch.open(32);
        index.room = Some(room);
        let added = index.add(&all[2..]);
        assert_eq!(added.is_ok(), room == 3 * 57 + 20, "{room}");
        drop(index);
        let mut index = scratch.open(32);
        let here = if added.is_ok() { 5 } else { 2 };
        assert_eq!(index.len(), here, "{room}");
        assert_eq!(index.search(query, &search).unwrap().len() as u64, here);
        assert!(index.verify().damaged.is_empty());
        // It goes on as if nothing had happened.
        if added.is_err() && room % 10 == 0 {
            index.add(&all[2..]).unwrap();
            assert_eq!(ids(&index.search(query, &search).unwrap())[0], 3);
        }
    }
}

#[test]
fn an_append_that_failed_can_be_tried_again() {
    let scratch = Scratch::new("again");
    let mut index = scratch.open(32);
    let all = faces(8, 4_100, 32);
    index.room = Some(100_000);
    assert_eq!(index.add(&all).unwrap_err().code(), "index");
    assert!(index.is_empty() && index.search(&all[0].1, &Search::default()).unwrap().is_empty());
    index.room = None;
    index.add(&all).unwrap();
    assert_eq!(index.search(&all[4_099].1, &Search::default()).unwrap()[0].id, 4_099);
}

#[test]
fn a_file_cut_or_changed_is_an_error_and_never_a_wrong_answer() {
    let scratch = Scratch::new("cut");
    let mut index = scratch.open(32);
    let all = faces(7, 3, 32);
    index.add(&all).unwrap();
    drop(index);
    let good = fs::read(&scratch.0).unwrap();
    for cut in (0..good.len()).step_by(1_013) {
        fs::write(&scratch.0, &good[..cut]).unwrap();
        assert_eq!(FaceIndex::open(&scratch.0, SPACE, 32).unwrap_err().code(), "index", "{cut} bytes");
    }
    let mut bad = good.clone();
    let place = super::layout::Layout::new(32).place(super::layout::Part::Values, 1, 1).start;
    bad[place] ^= 1;
    fs::write(&scratch.0, &bad).unwrap();
    let mut index = scratch.open(32);
    assert_eq!(index.verify().damaged, [1]);
    let nearest = |at: usize| index.search(&all[at].1, &Search::default()).map(|hits| hits[0].id);
    assert_eq!((nearest(0), nearest(1).map_err(|error| error.code())), (Ok(0), Err("index")));
    assert_eq!(index.compact().unwrap_err().code(), "index");
    index.remove(&[1]).unwrap();
    index.compact().unwrap();
    assert_eq!(index.ids().collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn other_spaces_lengths_and_handles_are_refused() {
    let scratch = Scratch::new("other");
    assert_eq!(FaceIndex::open_to_read(&scratch.0).unwrap_err().code(), "index");
    assert_eq!(FaceIndex::open(&scratch.0, SPACE, 0).unwrap_err().code(), "option");
    assert_eq!(FaceIndex::open(&scratch.0, SPACE, 65_536).unwrap_err().code(), "option");
    let mut index = scratch.open(32);
    assert_eq!(FaceIndex::open(&scratch.0, SPACE, 32).unwrap_err().code(), "index", "open already");
    assert_eq!(FaceIndex::open_to_read(&scratch.0).unwrap_err().code(), "index", "open to write");
    let foreign = Embedding::new(SpaceId([0; 8]), vec![1.0; 32]).unwrap();
    let long = Embedding::new(SPACE, vec![1.0; 33]).unwrap();
    for (bad, code) in [(foreign, "space-mismatch"), (long, "embedding")] {
        assert_eq!(index.search(&bad, &Search::default()).unwrap_err().code(), code);
        assert_eq!(index.add(&[(1, bad)]).unwrap_err().code(), code);
    }
    drop(index);
    assert_eq!(FaceIndex::open(&scratch.0, SpaceId([0; 8]), 32).unwrap_err().code(), "space-mismatch");
    assert_eq!(FaceIndex::open(&scratch.0, SPACE, 33).unwrap_err().code(), "embedding");
    let mut readers = [FaceIndex::open_to_read(&scratch.0).unwrap(), FaceIndex::open_to_read(&scratch.0).unwrap()];
    assert_eq!((readers[0].space(), readers[0].values()), (SPACE, 32));
    assert_eq!(readers[1].add(&[]).unwrap_err().code(), "index");
    assert_eq!(readers[1].remove(&[1]).unwrap_err().code(), "index");
}

/// Faces of which some are another's with a little noise, `near` as many as there are in all.
fn crowd(count: u64, near: u64) -> Vec<(u64, Embedding)> {
    let mut all = faces(11, count, 128);
    let mut random = Random::new(12);
    for clone in 0..near {
        let like = all[(clone * 7 % count) as usize].1.as_slice().to_vec();
        let noise = 0.2 + 0.6 * (random.uniform() + 1.0);
        let values = like.iter().map(|value| value + noise * random.uniform() / 11.3).collect();
        all.push((count + clone, Embedding::new(SPACE, values).unwrap()));
    }
    all
}

#[test]
fn pairs_are_those_of_brute_force() {
    let scratch = Scratch::new("pairs");
    // More than a block, so that pairs reach over its end.
    let all = crowd(BLOCK as u64 + 700, 300);
    let mut index = scratch.open(128);
    index.add(&all).unwrap();
    index.remove(&[7]).unwrap();
    assert_eq!(index.pair_parts(), 2);
    let found: Vec<AlikePair> = (0..3).flat_map(|part| index.pairs(part, 0.8).unwrap()).collect();
    let (mut sure, mut possible) = (HashSet::new(), HashSet::new());
    for (at, (first, face)) in all.iter().enumerate() {
        for (second, other) in &all[at + 1..] {
            let cosine = if *first == 7 || *second == 7 { 0.0 } else { face.cosine(other).unwrap() };
            // Every pair of the crowd was looked at; those at the border of the 8 bits may be either.
            sure.extend((cosine > 0.805).then_some((*first, *second)));
            possible.extend((cosine > 0.795).then_some((*first, *second)));
        }
    }
    let pairs: HashSet<(u64, u64)> = found.iter().map(|pair| (pair.first, pair.second)).collect();
    assert_eq!(pairs.len(), found.len(), "each pair once");
    assert!(sure.len() > 100 && sure.is_subset(&pairs) && pairs.is_subset(&possible), "{} {}", sure.len(), pairs.len());
    assert!(found.iter().all(|pair| pair.cosine >= 0.8));
}

#[test]
fn faces_of_one_id_are_no_pair() {
    let scratch = Scratch::new("own-pairs");
    let mut index = scratch.open(128);
    let face = faces(1, 1, 128).remove(0).1;
    index.add(&[(5, face.clone()), (5, face.clone()), (6, face)]).unwrap();
    let found: Vec<_> = index.pairs(0, 0.9).unwrap().iter().map(|pair| (pair.first, pair.second)).collect();
    assert_eq!(found, [(5, 6), (5, 6)]);
}

#[test]
fn a_sample_is_of_faces_that_are_there() {
    let scratch = Scratch::new("sample");
    let mut index = scratch.open(128);
    let all = faces(3, 500, 128);
    index.add(&all).unwrap();
    index.remove(&[0, 499]).unwrap();
    let sample = index.sample(100, 1);
    assert_eq!(sample.len(), 100);
    for (id, face) in &sample {
        assert!(![0, 499].contains(id) && face.cosine(&all[*id as usize].1).unwrap() > 0.995);
    }
    assert_ne!(sample, index.sample(100, 2), "another seed draws others");
    assert_eq!(index.sample(1_000, 1).len(), 498);
}

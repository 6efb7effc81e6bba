//! What works on embeddings: drawn ones, of the default network's length, in which two faces of a person have a cosine of about 0.8.

use std::hint::black_box;

use criterion::Criterion;
use facecore::cluster::{Dbscan, Links};
use facecore::profile::{AlbumFace, AlbumPhoto, Builder, Feedback, Outcome, Owner, PhotoMeta, Settings};
use facecore::{Candidate, Embedding, Matcher, SpaceId};

/// The default network's space, for which matching and profiles have fitted numbers.
fn space() -> SpaceId {
    "e37f9c1f75f50abd".parse().unwrap()
}

/// Numbers from −1 to 1, the same in each run (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// A face of a person.
fn face(person: u64, photo: u64) -> Embedding {
    let (mut who, mut how) = (Draw(person << 32), Draw(person << 32 | 1 << 31 | photo));
    Embedding::new(space(), (0..128).map(|_| who.next() + 0.5 * how.next()).collect()).unwrap()
}

/// Who one face is, among people with three faces each.
pub(super) fn decide(c: &mut Criterion) {
    let mut group = c.benchmark_group("match");
    let matcher = Matcher::for_space(space()).unwrap();
    for people in [100, 10_000] {
        let candidate = |person: u64| Candidate {
            person: person.to_string(),
            embeddings: (0..3).map(|photo| face(person, photo)).collect(),
        };
        let gallery = matcher.gallery(&(0..people).map(candidate).collect::<Vec<_>>()).unwrap();
        let wanted = [face(7, 99)];
        group.bench_function(format!("among {people}"), |b| b.iter(|| gallery.decide(black_box(&wanted)).unwrap()));
    }
}

/// Faces of a tenth as many people.
pub(super) fn cluster(c: &mut Criterion) {
    let mut group = c.benchmark_group("cluster");
    let dbscan = Dbscan::new(0.5, 3).unwrap();
    for count in [300, 3_000] {
        let faces: Vec<_> = (0..count).map(|at| face(at % (count / 10), at)).collect();
        assert_eq!(dbscan.cluster(&faces, &Links::default()).unwrap().count() as u64, count / 10);
        group.bench_function(format!("{count} faces"), |b| {
            b.iter(|| dbscan.cluster(black_box(&faces), &Links::default()).unwrap());
        });
    }
}

/// The profile of an album of 100 photos: its owner on six of ten, friends beside or instead.
pub(super) fn build(c: &mut Criterion) {
    let builder = Builder::new(Settings::for_space(space()).unwrap()).unwrap();
    let photo = |id: u64| {
        let people = if id % 10 < 6 { vec![0, 1 + id % 7] } else { vec![1 + id % 7, 8 + id % 5] };
        let faces = people.into_iter().map(|person| AlbumFace::new(face(person, id), 110.0, 0.99)).collect();
        AlbumPhoto { meta: PhotoMeta { id, ..PhotoMeta::default() }, faces }
    };
    let album: Vec<_> = (0..100).map(photo).collect();
    let (owner, feedback) = (Owner::default(), Feedback::default());
    assert!(matches!(builder.build(&album, &owner, &feedback).unwrap().outcome, Outcome::Built(_)));
    c.bench_function("profile/100 photos", |b| {
        b.iter(|| builder.build(black_box(&album), &owner, &feedback).unwrap());
    });
}

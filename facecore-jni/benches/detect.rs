//! The calls of `benchmarks/…/FaceBenchmark.java` from Rust. `facecore-jni/bench` runs both and compares, which tells what the way through the JVM costs.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use facecore::{Candidate, DetectOptions, Embedding, Engine, Limits, Matcher, Photo, SpaceId};

fn detect(c: &mut Criterion) {
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/photos/group.jpg");
    let (Ok(bytes), Ok(engine)) = (std::fs::read(photo), Engine::detector_only()) else {
        panic!("the photo or the networks are missing");
    };
    let (limits, options) = (Limits::default(), DetectOptions::default());
    c.bench_function("detect", |b| {
        b.iter(|| {
            let photo = Photo::decode(black_box(&bytes), &limits)?;
            engine.detect(&photo, &options)
        });
    });
}

/// The same numbers as in Java: a face against 100 friends.
fn decide(c: &mut Criterion) {
    let embedding = |seed: usize| {
        let values = (0..128).map(|i| ((seed * 31 + i * 17) % 101) as f32 - 50.0).collect();
        Embedding::new(SpaceId([1; 8]), values).unwrap_or_else(|error| panic!("{error}"))
    };
    let friends: Vec<_> =
        (0..100).map(|i| Candidate { person: format!("friend {i}"), embeddings: vec![embedding(i)] }).collect();
    let faces = [embedding(7)];
    let matcher = Matcher::cosine(0.42, 0.05).unwrap_or_else(|error| panic!("{error}"));
    let gallery = matcher.gallery(&friends).unwrap_or_else(|error| panic!("{error}"));
    c.bench_function("decide", |b| b.iter(|| gallery.decide(black_box(&faces))));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_secs(2)).measurement_time(Duration::from_secs(6));
    targets = detect, decide
}
criterion_main!(benches);

//! What works on pixels: a portrait (one face), a crowd (20 prints) and 12 megapixels (the group of three, enlarged).

use std::fs;
use std::hint::black_box;

use criterion::Criterion;
use facecore::{Compute, DetectOptions, DetectorKind, Engine, Limits, Manifest, ModelKind, Photo};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};

use super::repository;

fn read(name: &str) -> Vec<u8> {
    fs::read(repository("testdata/photos").join(name)).unwrap()
}

/// The three photos as JPEGs.
fn jpegs() -> [(&'static str, Vec<u8>); 3] {
    let group = image::load_from_memory(&read("group.jpg")).unwrap().to_rgb8();
    let large = imageops::resize(&group, 4200, 2800, FilterType::Triangle);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&large).unwrap();
    [("portrait", read("astronaut.jpg")), ("crowd", read("sheet.jpg")), ("12 megapixels", bytes)]
}

pub(super) fn decode(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for (name, bytes) in jpegs() {
        group.bench_function(name, |b| b.iter(|| Photo::decode(black_box(&bytes), &Limits::default()).unwrap()));
        if name == "12 megapixels" {
            let limits = Limits::for_uploads();
            group.bench_function("12 megapixels, for uploads", |b| {
                b.iter(|| Photo::decode(black_box(&bytes), &limits).unwrap());
            });
        }
    }
}

pub(super) fn detect(c: &mut Criterion) {
    let mut group = c.benchmark_group("detect");
    for detector in [DetectorKind::Mtcnn, DetectorKind::Yunet] {
        let engine = Engine::detector_only_with(detector, Compute::F32).unwrap();
        for (name, bytes) in jpegs() {
            let photo = Photo::decode(&bytes, &Limits::default()).unwrap();
            let options = DetectOptions::default();
            group.bench_function(format!("{detector}, {name}"), |b| {
                b.iter(|| engine.detect(black_box(&photo), &options).unwrap());
            });
        }
    }
}

/// One face, cropped and embedded, by each network that is there.
pub(super) fn embed(c: &mut Criterion) {
    let models = repository("models");
    let manifest = Manifest::open(&models).unwrap();
    let photo = Photo::decode(&read("astronaut.jpg"), &Limits::default()).unwrap();
    let mut group = c.benchmark_group("embed");
    for model in manifest.models.iter().filter(|model| model.kind == ModelKind::Embedder) {
        let Ok(engine) = Engine::open_model(&models, &model.id) else { continue };
        let faces = engine.detect(&photo, &DetectOptions::default()).unwrap().faces;
        group.bench_function(&model.id, |b| {
            b.iter(|| engine.embed_face(&photo, black_box(&faces[0])).unwrap());
        });
    }
}

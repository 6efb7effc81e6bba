//! Each network alone, in f32 by this processor's kernels, on as much as it sees at once: the detectors' first ones a photo of 640×480, all
//! others one face.

use std::fs;

use criterion::Criterion;
use facecore::{Engine, Manifest, ModelEntry};

use super::repository;

/// Height and width.
const PHOTO: [usize; 2] = [480, 640];

pub(super) fn networks(c: &mut Criterion) {
    let manifest = Manifest::open(repository("models")).unwrap();
    let kernels = Engine::detector_only().unwrap().kernels();
    let mut group = c.benchmark_group("network");
    for model in &manifest.models {
        for file in &model.files {
            let Ok(onnx) = fs::read(repository("models").join(&file.file)) else { continue };
            let size = size(&file.file, model);
            // A gradient: the time does not depend on the pixels.
            let input = (0..3 * size[0] * size[1]).map(|at| (at % 255) as f32 / 128.0 - 1.0).collect();
            let run = facecore::bench::network(&onnx, size, size == PHOTO, kernels, input).unwrap();
            group.bench_function(file.file.trim_end_matches(".onnx"), |b| b.iter(|| run().unwrap()));
        }
    }
}

/// Height and width of what the network sees.
fn size(file: &str, model: &ModelEntry) -> [usize; 2] {
    match (file, &model.preprocessing) {
        (_, Some(preprocessing)) => [preprocessing.size[1] as usize, preprocessing.size[0] as usize],
        ("rnet.onnx", None) => [24, 24],
        ("onet.onnx", None) => [48, 48],
        (_, None) => PHOTO,
    }
}

//! `precision MODELS FOLDER…`: what bf16 changes, on the photos of the folders: boxes found, and the cosine of the embeddings of
//! the same face computed in f32 and in bf16.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use facecore::{Compute, DetectOptions, Engine, EngineOptions, Limits, Manifest, ModelKind, Photo};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let models = arguments.next().ok_or("usage: precision MODELS FOLDER…")?;
    let mut photos = Vec::new();
    arguments.try_for_each(|folder| walk(&folder, &mut photos))?;
    photos.sort();
    for model in Manifest::open(&models)?.models.iter().filter(|model| model.kind == ModelKind::Embedder) {
        let open = |compute| {
            Engine::open_with(
                &models,
                &EngineOptions { model: Some(model.id.clone()), compute, ..EngineOptions::default() },
            )
        };
        compare(&model.id, &open(Compute::F32)?, &open(Compute::Bf16)?, &photos)?;
    }
    Ok(())
}

fn walk(folder: &Path, photos: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, photos)?;
        } else if path
            .extension()
            .is_some_and(|extension| ["jpg", "jpeg", "png"].iter().any(|&known| extension == known))
        {
            photos.push(path);
        }
    }
    Ok(())
}

fn compare(id: &str, exact: &Engine, rounded: &Engine, photos: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let (mut expected, mut found, mut extra) = (0u32, 0u32, 0);
    let mut cosines = Vec::new();
    for path in photos {
        let Ok(photo) = Photo::decode(&fs::read(path)?, &Limits::default()) else { continue };
        let options = DetectOptions::default();
        let faces = exact.detect(&photo, &options)?.faces;
        let theirs = rounded.detect(&photo, &options)?.faces;
        let overlaps = |a: &facecore::Face, b: &facecore::Face| a.bounding_box.iou(&b.bounding_box) >= 0.9;
        for face in faces.iter().filter(|face| face.score >= 0.9) {
            expected += 1;
            found += u32::from(theirs.iter().any(|other| overlaps(face, other)));
        }
        extra += theirs.iter().filter(|other| !faces.iter().any(|face| overlaps(face, other))).count();
        for (a, b) in exact.embed(&photo, &faces)?.into_iter().zip(rounded.embed(&photo, &faces)?) {
            if let (Ok(a), Ok(b)) = (a, b) {
                cosines.push(a.cosine(&b)?);
            }
        }
    }
    cosines.sort_by(f32::total_cmp);
    let at = |share: f64| cosines.get((share * cosines.len() as f64) as usize).copied().unwrap_or(f32::NAN);
    println!("{id}, {} beside {}, {} photos", rounded.kernels(), exact.kernels(), photos.len());
    println!("  faces with score ≥ 0.9 in f32      {expected}");
    println!(
        "  of these found at IoU ≥ 0.9        {found} ({:.2} %)",
        100.0 * f64::from(found) / f64::from(expected.max(1))
    );
    println!("  faces only in bf16                 {extra}");
    println!(
        "  cosine of {} embeddings: lowest {:.6}, 1 in 1000 {:.6}, median {:.6}",
        cosines.len(),
        at(0.0),
        at(0.001),
        at(0.5)
    );
    Ok(())
}

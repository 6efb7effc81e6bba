//! `centre_faces FOLDER`: in how many of the photos the face in the middle is found, as by the reference and with the defaults.
//!
//! For photos of one face each, cut around it, as Labeled Faces in the Wild (deep-funnelled). The reference's boxes are those of NMS in
//! f32 without bounds (`golden` shows that they are the same).

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use facecore::{Budget, Compute, DetectOptions, DetectorKind, Engine, Limits, MtcnnOptions, Photo, ProposalFilter};

fn main() -> Result<(), Box<dyn Error>> {
    let mut folders = vec![PathBuf::from(env::args_os().nth(1).ok_or("usage: centre_faces FOLDER")?)];
    let mtcnn = MtcnnOptions { filter: ProposalFilter::Nms, ..MtcnnOptions::default() };
    let reference = DetectOptions { mtcnn, budget: Budget::UNBOUNDED, ..DetectOptions::default() };
    let mut ways = vec![("the reference", Engine::detector_only_with(DetectorKind::Mtcnn, Compute::F32)?, reference)];
    for compute in [Compute::F32, Compute::Bf16] {
        if let Ok(engine) = Engine::detector_only_with(DetectorKind::Mtcnn, compute) {
            ways.push(("the defaults", engine, DetectOptions::default()));
        }
    }
    let (mut photos, mut found) = (0u32, vec![0u32; ways.len()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "jpg") {
                let photo = Photo::decode(&fs::read(&path)?, &Limits::default())?;
                let (x, y) = (photo.width() as f32 / 2.0, photo.height() as f32 / 2.0);
                photos += 1;
                for ((_, engine, options), found) in ways.iter().zip(&mut found) {
                    let faces = engine.detect(&photo, options)?.faces;
                    let holds = |area: facecore::BoundingBox| area.x1 < x && x < area.x2 && area.y1 < y && y < area.y2;
                    *found += u32::from(faces.iter().any(|face| holds(face.bounding_box)));
                }
            }
        }
    }
    for ((name, engine, _), found) in ways.iter().zip(found) {
        let share = 100.0 * f64::from(found) / f64::from(photos);
        println!("{name}, {}: the middle face of {found} of {photos} photos, {share:.2} %", engine.kernels());
    }
    Ok(())
}

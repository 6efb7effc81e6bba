//! The detectors side by side on folders of photos: whose faces the other one finds too, by size, and what a photo costs.
//!
//! `detectors FOLDER…`. Of a folder of photos without a face every find is a false alarm. Times are those of the thread's own
//! processor time, each photo twice, the better one counts.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use facecore::{Compute, DetectOptions, DetectorKind, Engine, Face, Limits, Photo};
use rustix::time::{ClockId, clock_gettime};

/// Boxes that share less of their union are two faces: the detectors cut faces differently.
const SAME_FACE: f32 = 0.3;
/// Sides from which on a face is of the next class.
const SIZES: [f32; 3] = [40.0, 100.0, 300.0];

fn main() -> Result<(), Box<dyn Error>> {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        return Err("usage: detectors FOLDER…".into());
    }
    let engines = [DetectorKind::Mtcnn, DetectorKind::Yunet]
        .map(|kind| Engine::detector_only_with(kind, Compute::Auto))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    println!(
        "faces above 20 pixels; found by the other too, by the longer side in pixels: below 40, 100, 300, and above"
    );
    for folder in &folders {
        let mut tallies = [Tally::default(), Tally::default()];
        let mut photos = 0;
        for path in pictures(folder)? {
            let Ok(photo) = Photo::decode(&fs::read(&path)?, &Limits::default()) else { continue };
            let found = engines.iter().map(|engine| detect(engine, &photo)).collect::<Result<Vec<_>, _>>()?;
            photos += 1;
            for (at, tally) in tallies.iter_mut().enumerate() {
                tally.times.push(found[at].1);
                tally.count(&found[at].0, &found[1 - at].0);
            }
        }
        println!("{} ({photos} photos)", folder.display());
        for (engine, tally) in engines.iter().zip(&mut tallies) {
            tally.print(engine.detector());
        }
    }
    Ok(())
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// The faces, and milliseconds.
fn detect(engine: &Engine, photo: &Photo<'_>) -> facecore::Result<(Vec<Face>, f64)> {
    let mut best = f64::INFINITY;
    let mut faces = Vec::new();
    for _ in 0..2 {
        let start = clock_gettime(ClockId::ThreadCPUTime);
        faces = engine.detect(photo, &DetectOptions::default())?.faces;
        let end = clock_gettime(ClockId::ThreadCPUTime);
        best = best.min((end.tv_sec - start.tv_sec) as f64 * 1e3 + (end.tv_nsec - start.tv_nsec) as f64 / 1e6);
    }
    Ok((faces, best))
}

#[derive(Default)]
struct Tally {
    /// Of each size: faces, and those that the other detector found too.
    sizes: [[usize; 2]; SIZES.len() + 1],
    times: Vec<f64>,
}

impl Tally {
    fn count(&mut self, own: &[Face], others: &[Face]) {
        for face in own {
            let side = face.bounding_box.width().max(face.bounding_box.height());
            let [all, too] = &mut self.sizes[SIZES.iter().filter(|&&size| side >= size).count()];
            *all += 1;
            *too += usize::from(others.iter().any(|other| other.bounding_box.iou(&face.bounding_box) > SAME_FACE));
        }
    }

    fn print(&mut self, name: DetectorKind) {
        self.times.sort_by(f64::total_cmp);
        let at = |share: f64| self.times[((self.times.len().max(1) - 1) as f64 * share).round() as usize];
        let sizes: Vec<String> = self.sizes.iter().map(|[all, too]| format!("{too:>4} of {all:<4}")).collect();
        let all: usize = self.sizes.iter().map(|size| size[0]).sum();
        let times = format!("{:.1} / {:.1} / {:.1}", at(0.5), at(0.99), at(1.0));
        println!("  {name:<6} {all:>5} faces  {}  ms p50 / p99 / max {times}", sizes.join("  "));
    }
}

//! Where the faces of photos are. Needs no file but the photos: the detector is compiled in.
//!
//! `cargo run --release --example detect -- PHOTO…`

use std::error::Error;
use std::fs;

use facecore::{DetectOptions, Engine, Limits, Photo};

fn main() -> Result<(), Box<dyn Error>> {
    let engine = Engine::detector_only()?;
    for path in std::env::args().skip(1) {
        let photo = Photo::decode(&fs::read(&path)?, &Limits::default())?;
        let found = engine.detect(&photo, &DetectOptions::default())?;
        for face in &found.faces {
            let at = &face.bounding_box;
            println!(
                "{path}: {:.0} % at {:.0}, {:.0}, {:.0} pixels wide",
                100.0 * face.score,
                at.x1,
                at.y1,
                at.width()
            );
        }
    }
    Ok(())
}

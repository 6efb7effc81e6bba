//! Which photos show the face of another photo. The index is a file: it keeps what was added, and searches millions of faces in milliseconds.
//!
//! `cargo run --release --example search -- MODELS INDEX PHOTO_TO_SEARCH_FOR PHOTO_TO_ADD…`

use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::index::{FaceIndex, Search};
use facecore::{DetectOptions, Embedding, Engine, Limits, Photo};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, index, wanted, photos @ ..] = &arguments[..] else { return Err("three arguments at least".into()) };
    let engine = Engine::open(models)?;
    let (space, values) = engine.space().zip(engine.embedding_len()).ok_or("no network that embeds")?;
    let mut index = FaceIndex::open(Path::new(index), space, values)?;

    // The ids are yours: here all faces of a photo have the photo's place among the arguments.
    for (id, path) in (0..).zip(photos) {
        let faces: Vec<_> = faces(&engine, path)?.into_iter().map(|face| (id, face)).collect();
        index.add(&faces)?;
    }

    for face in faces(&engine, wanted)? {
        for hit in index.search(&face, &Search { neighbours: 3, least: 0.4, ..Search::default() })? {
            let path = usize::try_from(hit.id).ok().and_then(|id| photos.get(id));
            println!("{}, cosine {:.2}", path.map_or("a photo of an earlier run", String::as_str), hit.cosine);
        }
    }
    Ok(())
}

/// One embedding for each face that can be used.
fn faces(engine: &Engine, path: &str) -> Result<Vec<Embedding>, Box<dyn Error>> {
    let photo = Photo::decode(&fs::read(path)?, &Limits::default())?;
    let found = engine.detect(&photo, &DetectOptions::default())?;
    Ok(engine.embed(&photo, &found.faces)?.into_iter().flatten().collect())
}

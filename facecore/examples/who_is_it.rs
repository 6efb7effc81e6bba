//! Who is in a photo, among the people you name. Whoever is none of them is a stranger.
//!
//! `cargo run --release --example who_is_it -- MODELS PHOTO NAME=PHOTO_OF_THE_PERSON…`

use std::error::Error;
use std::fs;

use facecore::{Candidate, DetectOptions, Embedding, Engine, Limits, Matcher, Outcome, Photo};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (models, photo) = arguments.next().zip(arguments.next()).ok_or("a folder of models and a photo are needed")?;
    let engine = Engine::open(models)?;
    let mut people = Vec::new();
    for argument in arguments {
        let (name, path) = argument.split_once('=').ok_or("people are given as NAME=PHOTO")?;
        people.push(Candidate { person: name.into(), embeddings: faces(&engine, path)? });
    }

    // One stranger in a hundred gets a name, however many people there are.
    let matcher = Matcher::for_space(engine.space().ok_or("no network that embeds")?)?;
    for verdict in matcher.decide(&faces(&engine, &photo)?, &people)? {
        match verdict.outcome {
            Outcome::Match { person, cosine, .. } => println!("{person}, cosine {cosine:.2}"),
            Outcome::NoMatch { reason } => println!("a stranger: {reason:?}"),
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

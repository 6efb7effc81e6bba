//! Whose album is it? Finds the person whom its photos are about, says why, and writes that person's profile.
//!
//! `cargo run --release --example build_profile -- MODELS PROFILE PHOTO…`

use std::error::Error;
use std::fs;

use facecore::profile::{Builder, Feedback, Outcome, Owner, PhotoMeta, Session, Settings};
use facecore::{AlbumReader, DetectOptions, Engine, Limits, Photo};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (models, profile) = arguments.next().zip(arguments.next()).ok_or("a folder of models and a file are needed")?;
    let paths: Vec<String> = arguments.collect();
    let engine = Engine::open(models)?;
    let reader = AlbumReader::new(&engine, DetectOptions::default())?;
    let space = engine.space().ok_or("no network that embeds")?;
    let builder = Builder::new(Settings::for_space(space).ok_or("nobody fitted profiles for this network")?)?;

    // A service knows more of each photo, such as who took it and whom people marked on it; the most promising ones are asked for first.
    let photos = (0..).zip(&paths).map(|(id, _)| PhotoMeta { id, ..PhotoMeta::default() }).collect();
    let mut session = Session::new(&builder, photos, Owner::default(), Feedback::default())?;
    while let Some(id) = session.wants().first().copied() {
        let photo = Photo::decode(&fs::read(&paths[usize::try_from(id)?])?, &Limits::default())?;
        let faces = reader.read(&photo)?;
        session.give(id, faces.into_iter().map(|found| found.usable).collect())?;
    }

    let build = session.finish()?;
    print!("{build}");
    if let Outcome::Built(owner) = &build.outcome {
        fs::write(profile, owner.to_bytes()?)?;
    }
    Ok(())
}

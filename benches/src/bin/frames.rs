//! `frames MODELS WIDTH HEIGHT [PEOPLE]`: what a photo's way finds in every frame of a clip, for `benches/video` and its peers.
//!
//! Reads raw RGB frames of that size from standard input, as `ffmpeg -i CLIP -f rawvideo -pix_fmt rgb24 -` writes them, and prints a line of
//! JSON a frame: `{"frame": 0, "faces": [{"box", "score", "landmarks", "embedding", "person"}]}`, by YuNet and SFace. PEOPLE has a folder a
//! person with photos, of which the largest face counts; `person` is then the name that the matcher gives the face in this frame alone.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use facecore::{
    Candidate, DetectOptions, DetectorKind, Embedding, Engine, EngineOptions, Gallery, Limits, Matcher, Orientation,
    Outcome, Photo, PixelFormat, RawView,
};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [models, width, height, people @ ..] = &arguments[..] else {
        return Err("usage: frames MODELS WIDTH HEIGHT [PEOPLE]".into());
    };
    let number =
        |text: &OsString| text.to_str().and_then(|text| text.parse::<u32>().ok()).ok_or("a size is a whole number");
    let (width, height) = (number(width)?, number(height)?);
    let options = EngineOptions { detector: DetectorKind::Yunet, model: Some("sface".into()), ..Default::default() };
    let engine = Engine::open_with(models, &options)?;
    let gallery = people.first().map(|people| enrol(&engine, people.as_ref())).transpose()?;
    let stride = width as usize * 3;
    let mut data = vec![0; stride * height as usize];
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    for frame in 0.. {
        match input.read_exact(&mut data) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            read => read?,
        }
        let view =
            RawView { data: &data, width, height, stride, format: PixelFormat::Rgb, orientation: Orientation::Upright };
        let faces = faces(&engine, &Photo::from_raw(view, &Limits::default())?, gallery.as_ref())?;
        writeln!(output, "{}", json!({ "frame": frame, "faces": faces }))?;
    }
    Ok(())
}

/// The faces of a frame that have an embedding.
fn faces(engine: &Engine, photo: &Photo<'_>, gallery: Option<&Gallery>) -> facecore::Result<Vec<Value>> {
    let found = engine.detect(photo, &DetectOptions::default())?.faces;
    let embedded = engine.embed(photo, &found)?;
    let (found, embeddings): (Vec<_>, Vec<Embedding>) =
        found.into_iter().zip(embedded).filter_map(|(face, embedding)| Some((face, embedding.ok()?))).unzip();
    let verdicts = gallery.map(|gallery| gallery.decide(&embeddings)).transpose()?;
    let face = |at: usize| {
        let area = found[at].bounding_box;
        let person = verdicts.as_ref().and_then(|verdicts| match &verdicts[at].outcome {
            Outcome::Match { person, .. } => Some(person),
            Outcome::NoMatch { .. } => None,
        });
        json!({ "box": [area.x1, area.y1, area.x2, area.y2], "score": found[at].score, "landmarks": found[at].landmarks,
            "embedding": embeddings[at].as_slice(), "person": person })
    };
    Ok((0..found.len()).map(face).collect())
}

/// Everybody of `people/NAME/…`, by the largest face of each photo.
fn enrol(engine: &Engine, people: &Path) -> Result<Gallery, Box<dyn Error>> {
    let mut candidates = Vec::new();
    for folder in fs::read_dir(people)? {
        let folder = folder?;
        let mut embeddings = Vec::new();
        for file in fs::read_dir(folder.path())? {
            let photo = Photo::decode(&fs::read(file?.path())?, &Limits::default())?;
            let faces = engine.detect(&photo, &DetectOptions::default())?.faces;
            if let Some(face) = faces.iter().max_by(|a, b| a.bounding_box.area().total_cmp(&b.bounding_box.area())) {
                embeddings.push(engine.embed_face(&photo, face)?);
            }
        }
        candidates.push(Candidate { person: folder.file_name().to_string_lossy().into_owned(), embeddings });
    }
    candidates.sort_by(|a, b| a.person.cmp(&b.person));
    Ok(Matcher::for_space(engine.space().ok_or("no network that embeds")?)?.gallery(&candidates)?)
}

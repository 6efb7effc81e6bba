//! The tracker in the shared cases: windows of photos are the frames.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use facecore::video::{Track, TrackedFace, Tracker, TrackerOptions, people};
use facecore::{
    Candidate, DetectOptions, Embedding, Encoding, Error, Limits, Matcher, Orientation, Outcome, Photo, PixelFormat,
    RawView,
};
use serde_json::{Value, json};

use crate::{ROOT, bits, edges, engine, hex};

fn photo(name: &Value) -> Result<Photo<'static>, Error> {
    Photo::decode(&fs::read(ROOT.join("testdata").join(name.as_str().unwrap())).unwrap(), &Limits::default())
}

/// RGB pixels and the bytes of a row.
fn pixels(photo: &Photo<'_>) -> (Vec<u8>, usize) {
    ((0..photo.height()).flat_map(|y| photo.row(y)).copied().collect(), 3 * photo.width() as usize)
}

fn options() -> DetectOptions {
    DetectOptions { min_face: 50, ..DetectOptions::default() }
}

fn candidates(case: &Value) -> Result<Vec<Candidate>, Error> {
    let mut candidates = Vec::new();
    for (person, name) in case["people"].as_object().unwrap() {
        let photo = photo(name)?;
        let found = engine().detect(&photo, &options())?;
        candidates.push(Candidate {
            person: person.clone(),
            embeddings: vec![engine().embed_face(&photo, &found.faces[0])?],
        });
    }
    Ok(candidates)
}

fn put_face(answer: &mut String, face: &TrackedFace) {
    let numbers =
        edges(&face.bounding_box).into_iter().chain(face.landmarks.iter().flatten().copied()).chain([face.score]);
    writeln!(answer, "face {} {} {}{}", face.track, face.detected as u8, face.kept as u8, bits(numbers)).unwrap();
}

fn put_track(answer: &mut String, track: &Track) {
    write!(answer, "track {} {} {}", track.id, track.detections, track.revision).unwrap();
    for span in &track.spans {
        write!(answer, " {}-{}", span.start.as_micros(), span.end.as_micros()).unwrap();
    }
    for absorbed in &track.absorbed {
        write!(answer, " was {absorbed}").unwrap();
    }
    answer.push('\n');
    for face in &track.faces {
        let embedding: &Embedding = &face.embedding;
        let numbers = edges(&face.bounding_box).into_iter().chain([face.quality.value(), face.weight]);
        writeln!(answer, "kept {}{} {}", face.at.as_micros(), bits(numbers), hex(&embedding.encode(Encoding::F32)))
            .unwrap();
    }
}

pub(crate) fn video(case: &Value, answer: &mut String) -> Result<(), Error> {
    let photos = case["photos"].as_array().unwrap().iter().map(photo).collect::<Result<Vec<_>, _>>()?;
    let photos: Vec<_> = photos.iter().map(pixels).collect();
    let same_person = case["same_person"].as_f64().map(|cosine| cosine as f32);
    // No budget: the machine does not matter.
    let options = TrackerOptions { detect: options(), budget: None, same_person, ..TrackerOptions::default() };
    let mut tracker = Tracker::new(options)?;
    let mut counts = Vec::new();
    for frame in case["frames"].as_array().unwrap() {
        let [source, x, y, width, height, at] = [0, 1, 2, 3, 4, 5].map(|at| frame[at].as_u64().unwrap() as usize);
        let (rgb, stride) = &photos[source];
        let view = RawView {
            data: &rgb[y * stride + 3 * x..],
            width: width as u32,
            height: height as u32,
            stride: *stride,
            format: PixelFormat::Rgb,
            orientation: Orientation::Upright,
        };
        let faces =
            tracker.push(engine(), &Photo::from_raw(view, &Limits::default())?, Duration::from_millis(at as u64))?;
        writeln!(answer, "frame {at}").unwrap();
        faces.iter().for_each(|face| put_face(answer, face));
        counts.push(faces.len());
    }
    let stats = tracker.stats();
    writeln!(answer, "stats {} {} {} {}", stats.frames, stats.detections, stats.embedded, stats.cuts).unwrap();
    let tracks = tracker.finish();
    tracks.iter().for_each(|track| put_track(answer, track));
    let matcher = Matcher::for_space(engine().space().unwrap())?;
    let mut found = Vec::new();
    for person in people(&tracks, engine().default_threshold().unwrap(), &matcher, &candidates(case)?)? {
        let name = match &person.verdict.as_ref().unwrap().outcome {
            Outcome::Match { person, .. } => person.as_str(),
            Outcome::NoMatch { .. } => "-",
        };
        writeln!(answer, "person {:?} {name}", person.tracks).unwrap();
        found.push(json!([person.tracks, name]));
    }
    assert_eq!(json!(counts), case["expect"]["faces"], "{case}");
    assert_eq!(json!(found), case["expect"]["people"], "{case}");
    Ok(())
}

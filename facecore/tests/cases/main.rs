//! The shared cases of `testdata/cases`, which C, C++ and Java run as well.
//!
//! Each language compares with what a case expects, within a tolerance that holds for every processor, and writes its answers, to the last bit, to
//! `target/cases/LANGUAGE.txt`. `make test` then compares those files: where the same kernels run, all languages give the same bits.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn", feature = "bundled-yunet", feature = "store"))]

mod at_rest;
mod search;
mod video;

use std::fmt::Write;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use facecore::profile::{
    AlbumFace, AlbumPhoto, Builder, Feedback, Outcome as Build, Owner, PhotoMeta, Pin, Profile, Settings, Source,
};
use facecore::{
    BoundingBox, Budget, Calibration, Candidate, Compute, Damage, DetectOptions, DetectorKind, Embedding, Encoding,
    Engine, EngineOptions, Error, Face, Limits, Matcher, Neighbour, NonFaceFilter, Orientation, Outcome, Photo,
    PixelFormat, RawView, Refusal, SpaceId,
};
use serde_json::Value;

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));

fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::open_with(ROOT.join("models"), &EngineOptions::default()).unwrap());
    &ENGINE
}

/// The engine with the detector that a case names.
fn detector(case: &Value) -> &'static Engine {
    static YUNET: LazyLock<Engine> =
        LazyLock::new(|| Engine::detector_only_with(DetectorKind::Yunet, Compute::Auto).unwrap());
    match case["detector"].as_str() {
        None => engine(),
        Some("yunet") => &YUNET,
        Some(other) => panic!("{other}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn bits(values: impl IntoIterator<Item = f32>) -> String {
    values.into_iter().fold(String::new(), |line, value| line + &format!(" {:08x}", value.to_bits()))
}

fn floats(values: &Value) -> Vec<f32> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect()
}

fn bytes(case: &Value) -> Vec<u8> {
    fs::read(ROOT.join("testdata").join(case["photo"].as_str().unwrap())).unwrap()
}

fn limits(case: &Value) -> Limits {
    let mut limits = if for_uploads(case) { Limits::for_uploads() } else { Limits::default() };
    let asked = &case["limits"];
    if let Some(pixels) = asked["max_pixels"].as_u64() {
        limits.max_pixels = pixels;
    }
    if let Some(width) = asked["max_width"].as_u64() {
        limits.max_width = width as u32;
    }
    if let Some(pixels) = asked["shrink_above"].as_u64() {
        limits.shrink_above = pixels;
    }
    if let Some(pixels) = asked["reduce_jpeg_above"].as_u64() {
        limits.reduce_jpeg_above = pixels;
    }
    limits.damage = if asked["keep_damaged"] == true { Damage::Keep } else { Damage::Refuse };
    limits
}

/// Whether limits and options are those for uploads, and not the defaults.
fn for_uploads(case: &Value) -> bool {
    assert!(case["preset"].is_null() || case["preset"] == "uploads", "{case}");
    !case["preset"].is_null()
}

fn options(case: &Value) -> DetectOptions {
    let mut options = if for_uploads(case) { DetectOptions::for_uploads() } else { DetectOptions::default() };
    let asked = &case["options"];
    if let Some(side) = asked["min_face"].as_u64() {
        options.min_face = side as u32;
    }
    if let Some(share) = asked["min_face_share"].as_f64() {
        options.min_face_share = share as f32;
    }
    if let Some(side) = asked["max_face"].as_u64() {
        options.max_face = side as u32;
    }
    if let Some(factor) = asked["factor"].as_f64() {
        options.mtcnn.factor = factor as f32;
    }
    if asked["thresholds"].is_array() {
        options.mtcnn.thresholds = floats(&asked["thresholds"]).try_into().unwrap();
    }
    let bound = |name: &str, default: u64| asked[name].as_u64().unwrap_or(default);
    options.budget = Budget {
        max_pixels: bound("max_pixels", 0),
        max_candidates: bound("max_candidates", 200) as usize,
        max_faces: bound("max_faces", 0) as usize,
        deadline: Some(Duration::from_micros(bound("deadline_us", 0))).filter(|deadline| !deadline.is_zero()),
    };
    options
}

fn edges(area: &BoundingBox) -> [f32; 4] {
    [area.x1, area.y1, area.x2, area.y2]
}

fn detect(case: &Value, answer: &mut String) -> Result<(), Error> {
    let photo = Photo::decode(&bytes(case), &limits(case))?;
    let found = detector(case).detect(&photo, &options(case))?;
    let cut = found.cut;
    writeln!(answer, "complete {} {} {} {}", found.complete as u8, cut.scales, cut.candidates, cut.faces).unwrap();
    for Face { bounding_box, landmarks, score, stored_box, stored_landmarks } in &found.faces {
        let numbers = edges(bounding_box).into_iter().chain(landmarks.iter().flatten().copied()).chain([*score]);
        let numbers = numbers.chain(edges(stored_box)).chain(stored_landmarks.iter().flatten().copied());
        writeln!(answer, "face{}", bits(numbers)).unwrap();
    }
    let expected = case["expect"]["faces"].as_array().unwrap();
    assert_eq!(photo.is_damaged(), case["expect"]["damaged"] == true, "{case}");
    assert_eq!(found.complete, case["expect"]["complete"] != false, "{case}");
    let count = case["expect"]["count"].as_u64().map_or(expected.len(), |count| count as usize);
    assert_eq!(found.faces.len(), count, "{case}");
    // In any order: on other processors the last digits of the scores differ.
    for face in &found.faces {
        let near =
            |expected: &Value| edges(&face.stored_box).iter().zip(floats(expected)).all(|(a, b)| (a - b).abs() <= 2.0);
        assert!(expected.iter().any(near), "{face:?} {case}");
    }
    Ok(())
}

fn embed(case: &Value, answer: &mut String) -> Result<(), Error> {
    let photo = Photo::decode(&bytes(case), &limits(case))?;
    let found = engine().detect(&photo, &options(case))?;
    let embeddings = engine().embed(&photo, &found.faces)?.into_iter().collect::<Result<Vec<_>, _>>()?;
    for embedding in &embeddings {
        writeln!(answer, "embedding {}", hex(&embedding.encode(Encoding::F32))).unwrap();
        let verdict = NonFaceFilter::bundled(embedding.space()).unwrap().judge(embedding)?;
        writeln!(answer, "excess{}", bits([verdict.excess])).unwrap();
        assert!(!verdict.non_face, "{case}");
    }
    near(&embeddings, case)
}

/// An engine as a case asks for it, and what it makes of a photo.
fn engines(case: &Value, answer: &mut String) -> Result<(), Error> {
    let text = |name: &str| case[name].as_str();
    let options = EngineOptions {
        model: text("model").map(str::to_owned),
        detector: text("detector").map_or(Ok(DetectorKind::Mtcnn), str::parse)?,
        ..EngineOptions::default()
    };
    let engine = Engine::open_with(ROOT.join(text("models").unwrap_or("models")), &options)?;
    let photo = Photo::decode(&bytes(case), &limits(case))?;
    let embeddings = match &case["box"] {
        Value::Null => {
            let found = engine.detect(&photo, &self::options(case))?;
            engine.embed(&photo, &found.faces)?.into_iter().collect::<Result<Vec<_>, _>>()?
        }
        area => {
            let [x1, y1, x2, y2] = floats(area).try_into().unwrap();
            vec![engine.embed_box(&photo, &BoundingBox::new(x1, y1, x2, y2))?]
        }
    };
    for embedding in &embeddings {
        writeln!(answer, "embedding {}", hex(&embedding.encode(Encoding::F32))).unwrap();
    }
    assert_eq!(Value::from(engine.space().unwrap().to_string()), case["expect"]["space"], "{case}");
    near(&embeddings, case)
}

/// Each embedding is one of those that the case expects, in any order: on other processors the last digits differ.
fn near(embeddings: &[Embedding], case: &Value) -> Result<(), Error> {
    let expected = case["expect"]["embeddings"].as_array().unwrap();
    assert_eq!(embeddings.len(), expected.len(), "{case}");
    let expected = expected
        .iter()
        .map(|bytes| Embedding::decode(&unhex(bytes.as_str().unwrap())))
        .collect::<Result<Vec<_>, _>>()?;
    for embedding in embeddings {
        assert!(expected.iter().any(|expected| embedding.cosine(expected).unwrap() > 0.99), "{case}");
    }
    Ok(())
}

fn pixels(case: &Value, answer: &mut String) -> Result<(), Error> {
    let data = unhex(case["data"].as_str().unwrap());
    let number = |name: &str| case[name].as_u64().unwrap();
    let format = match number("format") {
        1 => PixelFormat::Rgb,
        2 => PixelFormat::Bgr,
        3 => PixelFormat::Rgba,
        4 => PixelFormat::Bgra,
        5 => PixelFormat::Grey,
        6 => PixelFormat::Nv12,
        7 => PixelFormat::Nv21,
        8 => PixelFormat::I420,
        other => panic!("format {other}"),
    };
    let view = RawView {
        data: &data,
        width: number("width") as u32,
        height: number("height") as u32,
        stride: number("stride") as usize,
        format,
        orientation: Orientation::from_exif(number("orientation") as u8).unwrap(),
    };
    let photo = Photo::from_raw(view, &limits(case))?;
    let rgb: Vec<u8> = (0..photo.height()).flat_map(|y| photo.row(y)).copied().collect();
    writeln!(answer, "rgb {}x{} {}", photo.width(), photo.height(), hex(&rgb)).unwrap();
    assert_eq!(Value::from(hex(&rgb)), case["expect"]["rgb"], "{case}");
    Ok(())
}

fn encode(case: &Value, answer: &mut String) -> Result<(), Error> {
    let embedding = match case["data"].as_str() {
        Some(data) => Embedding::decode(&unhex(data))?,
        None => Embedding::new(case["space"].as_str().unwrap().parse()?, floats(&case["values"]))?,
    };
    let encodings = [("f32", Encoding::F32), ("f16", Encoding::F16), ("i8", Encoding::I8)];
    let encodings = encodings.map(|(name, encoding)| (name, hex(&embedding.encode(encoding))));
    for (name, bytes) in &encodings {
        writeln!(answer, "{name} {bytes}").unwrap();
    }
    for (name, bytes) in encodings {
        assert_eq!(Value::from(bytes), case["expect"][name], "{case}");
    }
    Ok(())
}

fn profile(case: &Value, answer: &mut String) -> Result<(), Error> {
    let space: SpaceId = case["space"].as_str().unwrap().parse()?;
    let real = |value: &Value, name: &str| value[name].as_f64().map(|value| value as f32);
    let whole = |value: &Value, name: &str| value[name].as_u64().unwrap_or(0);
    let mut album = Vec::new();
    for photo in case["photos"].as_array().unwrap() {
        let mut faces = Vec::new();
        for face in photo["faces"].as_array().unwrap() {
            let embedding = Embedding::new(space, floats(&face["values"]))?;
            faces.push(AlbumFace {
                non_face: whole(face, "non_face") != 0,
                pin: [None, Some(Pin::Owner), Some(Pin::Other)][whole(face, "pin") as usize],
                age: real(face, "age"),
                female: real(face, "female"),
                ..AlbumFace::new(embedding, real(face, "width").unwrap_or(100.0), real(face, "score").unwrap_or(1.0))
            });
        }
        let meta = PhotoMeta {
            id: whole(photo, "id"),
            manual_tags: whole(photo, "manual_tags") as u32,
            source: [Source::Unknown, Source::Camera, Source::Phone][whole(photo, "source") as usize],
            front_camera: whole(photo, "front_camera") != 0,
            on_trip: whole(photo, "on_trip") != 0,
            was_avatar: whole(photo, "was_avatar") != 0,
            place: None,
        };
        album.push(AlbumPhoto { meta, faces });
    }
    let mut friends = Vec::new();
    for bytes in case["friends"].as_array().into_iter().flatten() {
        friends.extend(Profile::from_bytes(&unhex(bytes.as_str().unwrap()))?.embeddings());
    }
    let owner = Owner { age: real(case, "age"), female: real(case, "female"), friends };
    let build = Builder::new(Settings::for_space(space).unwrap())?.build(&album, &owner, &Feedback::default())?;
    let (number, profile) = match &build.outcome {
        Build::Built(profile) => (1, Some(profile)),
        Build::NoLeader => (2, None),
        Build::NoFaces => (3, None),
        other => panic!("{other:?}"),
    };
    writeln!(answer, "outcome {number}{}", bits([build.confidence])).unwrap();
    assert_eq!(Value::from(number), case["expect"]["outcome"], "{case} {build}");
    if let Some(profile) = profile {
        let bytes = hex(&profile.to_bytes()?);
        writeln!(answer, "profile {bytes}").unwrap();
        assert_eq!(Value::from(bytes), case["expect"]["bytes"], "{case}");
    }
    Ok(())
}

fn compare(case: &Value, answer: &mut String) -> Result<(), Error> {
    let one = |name: &str| Embedding::decode(&unhex(case[name].as_str().unwrap()));
    let cosine = one("a")?.cosine(&one("b")?)?;
    writeln!(answer, "cosine{}", bits([cosine])).unwrap();
    assert!((f64::from(cosine) - case["expect"]["cosine"].as_f64().unwrap()).abs() < 1e-6, "{case}: {cosine}");
    Ok(())
}

fn decide(case: &Value, answer: &mut String) -> Result<(), Error> {
    let space: SpaceId = case["space"].as_str().unwrap().parse()?;
    let length = case["pad"].as_u64().unwrap_or(0) as usize;
    let embedding = |values: &Value| {
        let mut values = floats(values);
        values.resize(values.len().max(length), 0.0);
        Embedding::new(space, values)
    };
    let embeddings =
        |list: &Value| -> Result<Vec<Embedding>, Error> { list.as_array().unwrap().iter().map(embedding).collect() };
    let mut people = Vec::new();
    for person in case["candidates"].as_array().unwrap() {
        let name = person["person"].as_str().unwrap().into();
        people.push(Candidate { person: name, embeddings: embeddings(&person["embeddings"])? });
    }
    let matcher = match case["rate"].as_f64() {
        Some(rate) if case["calibration"].is_string() => {
            let calibration = Calibration::read(case["calibration"].as_str().unwrap())?;
            calibration.matcher(rate, case["list"].as_u64().unwrap() as usize)?
        }
        Some(rate) => Matcher::for_space(space)?.with_false_positive_rate(rate)?,
        None => {
            let [threshold, margin] = ["threshold", "margin"].map(|name| case[name].as_f64().unwrap() as f32);
            Matcher::cosine(threshold, margin)?
        }
    };
    let verdicts = matcher.decide(&embeddings(&case["faces"])?, &people)?;
    let expected = case["expect"]["people"].as_array().unwrap();
    assert_eq!(verdicts.len(), expected.len(), "{case}");
    for (verdict, expected) in verdicts.iter().zip(expected) {
        let (number, found) = match &verdict.outcome {
            Outcome::Match { person, cosine } => (1, Some((person, cosine))),
            Outcome::NoMatch { reason: Refusal::NoCandidates } => (2, None),
            Outcome::NoMatch { reason: Refusal::BelowThreshold } => (3, None),
            Outcome::NoMatch { reason: Refusal::AmbiguousRunnerUp } => (4, None),
            Outcome::NoMatch { reason: Refusal::PersonTaken } => (5, None),
            Outcome::NoMatch { reason } => panic!("{reason}"),
        };
        let neighbours = [&verdict.nearest, &verdict.runner_up]
            .map(|found| found.as_ref().map(|Neighbour { person, cosine, .. }| (person, cosine)));
        write!(answer, "verdict {number}").unwrap();
        for found in [found].into_iter().chain(neighbours) {
            match found {
                Some((person, cosine)) => write!(answer, " {person}{}", bits([*cosine])).unwrap(),
                None => write!(answer, " -").unwrap(),
            }
        }
        let margin = verdict.margin.map_or(" -".into(), |margin| bits([margin]));
        writeln!(answer, "{margin}{}", bits([verdict.threshold])).unwrap();
        let named = found.map_or(Value::from(number), |found| Value::from(found.0.as_str()));
        assert_eq!(named, *expected, "{case}");
    }
    Ok(())
}

#[test]
fn the_shared_cases_hold() {
    type Run = fn(&Value, &mut String) -> Result<(), Error>;
    let calls: [(&str, Run); 15] = [
        ("detect", detect),
        ("embed", embed),
        ("engines", engines),
        ("pixels", pixels),
        ("encode", encode),
        ("compare", compare),
        ("decide", decide),
        ("profile", profile),
        ("video", video::video),
        ("store", at_rest::store),
        ("index", search::index),
        ("feedback", at_rest::feedback),
        ("merge", at_rest::merge),
        ("accounts", search::accounts),
        ("stars", search::stars),
    ];
    let (mut answers, mut wrong) = (String::new(), Vec::new());
    for (call, run) in calls {
        let cases = fs::read_to_string(ROOT.join(format!("testdata/cases/{call}.json"))).unwrap();
        let cases: Vec<Value> = serde_json::from_str(&cases).unwrap();
        assert!(!cases.is_empty());
        for case in &cases {
            let name = format!("{call}: {}", case["name"].as_str().unwrap());
            writeln!(answers, "{name}").unwrap();
            // All cases run and the answers are written even where one does not hold: they are what a new case's expectation is made from.
            let result = catch_unwind(AssertUnwindSafe(|| run(case, &mut answers)));
            let code = result.as_ref().ok().and_then(|result| result.as_ref().err()).map(Error::code);
            if let Some(code) = code {
                writeln!(answers, "error {code}").unwrap();
            }
            if result.is_err() || code != case["expect"]["error"].as_str() {
                wrong.push(name);
            }
        }
    }
    let folder = ROOT.join("target/cases");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("rust.txt"), answers).unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}

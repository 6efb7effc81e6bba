//! `ours MODELS`: one thread that runs what it is asked to, so that the scripts of `benches/peers` can time us and a peer in turns.
//!
//! Reads a request a line, and answers each with the nanoseconds of one run, or with `none` where the processor lacks the
//! instructions:
//!
//! - `network FILE COUNT HEIGHT WIDTH KERNELS`: a network in MODELS on so many inputs of that size at once, run by `AVX-512 f32`, say.
//! - `decode PHOTO`, `detect PHOTO MIN_FACE COMPUTE`, `embed PHOTO MIN_FACE COMPUTE` (all its faces), COMPUTE as `f32` or `bf16`.
//! - `peak KERNELS`: answers with multiply-adds a nanosecond instead.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use facecore::{Compute, DetectOptions, Engine, EngineOptions, Limits, Photo};
use facecore_benches::peak;

type Job = Box<dyn Fn() -> Result<(), Box<dyn Error>>>;

fn main() -> Result<(), Box<dyn Error>> {
    let models = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: ours MODELS")?);
    let mut jobs: HashMap<String, Option<Job>> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if let Some(kernels) = line.strip_prefix("peak ") {
            println!("{}", peak::multiply_adds_a_nanosecond(kernels).map_or("none".into(), |rate| rate.to_string()));
        } else {
            if !jobs.contains_key(&line) {
                jobs.insert(line.clone(), job(&models, &line)?);
            }
            match &jobs[&line] {
                Some(job) => {
                    let start = Instant::now();
                    job()?;
                    println!("{}", start.elapsed().as_nanos());
                }
                None => println!("none"),
            }
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn boxed<T>(run: impl Fn() -> facecore::Result<T> + 'static) -> Option<Job> {
    Some(Box::new(move || {
        black_box(run()?);
        Ok(())
    }))
}

fn job(models: &std::path::Path, line: &str) -> Result<Option<Job>, Box<dyn Error>> {
    let (kind, rest) = line.split_once(' ').ok_or("an empty request")?;
    let words: Vec<&str> = rest.split(' ').collect();
    match (kind, &words[..]) {
        ("network", [file, count, height, width, kernels @ ..]) => {
            let (count, height, width) = (count.parse::<usize>()?, height.parse()?, width.parse()?);
            // A gradient: the time does not depend on the pixels.
            let input = (0..count * 3 * height * width).map(|at| (at % 255) as f32 / 128.0 - 1.0).collect();
            let onnx = fs::read(models.join(file))?;
            let any_size = ["pnet.onnx", "yunet.onnx"].contains(file);
            let network = facecore::bench::network(&onnx, [height, width], any_size, &kernels.join(" "), input).ok();
            Ok(network.and_then(boxed))
        }
        ("decode", [photo]) => {
            let bytes = fs::read(photo)?;
            Ok(boxed(move || Photo::decode(&bytes, &Limits::default())))
        }
        ("detect" | "embed", [photo, min_face, compute]) => {
            let photo = Photo::decode(&fs::read(photo)?, &Limits::default())?;
            let compute = if *compute == "bf16" { Compute::Bf16 } else { Compute::F32 };
            let Ok(engine) = Engine::open_with(models, &EngineOptions { compute, ..Default::default() }) else {
                return Ok(None);
            };
            let options = DetectOptions { min_face: min_face.parse()?, ..Default::default() };
            if kind == "detect" {
                return Ok(boxed(move || engine.detect(&photo, &options)));
            }
            let faces = engine.detect(&photo, &options)?.faces;
            Ok(boxed(move || engine.embed(&photo, &faces)))
        }
        _ => Err(format!("not a request: {line}").into()),
    }
}

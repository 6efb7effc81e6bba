//! `pipeline MODELS PHOTO [MIN_FACE]`: from a photo's bytes to the embeddings of its faces: the parts, and photos a second on one
//! and on two threads.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use facecore::{Compute, DetectOptions, Engine, EngineOptions, Limits, Photo};

const ROUNDS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let models = PathBuf::from(arguments.next().ok_or("usage: pipeline MODELS PHOTO [MIN_FACE]")?);
    let bytes = fs::read(arguments.next().ok_or("usage: pipeline MODELS PHOTO [MIN_FACE]")?)?;
    let min_face = arguments.next().and_then(|text| text.to_str()?.parse().ok()).unwrap_or(40);
    let options = DetectOptions { min_face, ..DetectOptions::default() };
    for compute in [Compute::F32, Compute::Bf16] {
        match Engine::open_with(&models, &EngineOptions { compute, ..EngineOptions::default() }) {
            Ok(engine) => measure(&engine, &bytes, &options)?,
            Err(error) => println!("{compute:?}: {error}"),
        }
    }
    Ok(())
}

fn measure(engine: &Engine, bytes: &[u8], options: &DetectOptions) -> facecore::Result<()> {
    let mut parts: [Vec<Duration>; 3] = Default::default();
    let mut faces = 0;
    for _ in 0..ROUNDS {
        let mut lap = Instant::now();
        let mut note = |part: usize| parts[part].push(std::mem::replace(&mut lap, Instant::now()).elapsed());
        let photo = Photo::decode(bytes, &Limits::default())?;
        note(0);
        let found = engine.detect(&photo, options)?;
        note(1);
        faces = engine.embed(&photo, &found.faces)?.len();
        note(2);
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e3
    };
    let [decode, detect, embed] = parts.each_mut().map(median);
    println!("{}, min face {}, {faces} faces", engine.kernels(), options.min_face);
    println!(
        "  decode {decode:.1} ms, detect {detect:.1} ms, embed {embed:.1} ms, together {:.1} ms",
        decode + detect + embed
    );
    for threads in [1, 2] {
        println!("  {threads} thread(s): {:.1} photos a second", throughput(engine, bytes, options, threads)?);
    }
    Ok(())
}

/// Each thread takes photo after photo; they share the engine.
fn throughput(engine: &Engine, bytes: &[u8], options: &DetectOptions, threads: usize) -> facecore::Result<f64> {
    let (start, done) = (Instant::now(), AtomicUsize::new(0));
    let work = || -> facecore::Result<()> {
        while start.elapsed() < Duration::from_secs(3) {
            let photo = Photo::decode(bytes, &Limits::default())?;
            engine.embed(&photo, &engine.detect(&photo, options)?.faces)?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
    })?;
    Ok(done.into_inner() as f64 / start.elapsed().as_secs_f64())
}

//! `nets MODELS`: one thread that runs a network when told to, so that `peers.py` can time us and a peer in turns.
//!
//! Reads lines `FILE HEIGHT WIDTH` (a network in MODELS, the size of its input) and answers each with the nanoseconds of one run.

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let models = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: nets MODELS")?);
    let mut networks = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !networks.contains_key(&line) {
            let [file, height, width] = line.split(' ').collect::<Vec<_>>()[..] else {
                return Err(format!("not FILE HEIGHT WIDTH: {line}").into());
            };
            let (height, width) = (height.parse()?, width.parse()?);
            // A gradient: the time does not depend on the pixels.
            let input = (0..3 * height * width).map(|at| (at % 255) as f32 / 128.0 - 1.0).collect();
            let network = facecore::bench::network(
                &std::fs::read(models.join(file))?,
                [1, 3, height, width],
                file == "pnet.onnx",
                input,
            )?;
            networks.insert(line.clone(), network);
        }
        let start = Instant::now();
        networks[&line]()?;
        println!("{}", start.elapsed().as_nanos());
        std::io::stdout().flush()?;
    }
    Ok(())
}

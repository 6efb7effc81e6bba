//! `nets MODELS`: one thread that runs a network when told to, so that `peers.py` can time us and a peer in turns.
//!
//! Reads lines `FILE HEIGHT WIDTH KERNELS` (a network in MODELS, the size of its input, what shall run it, such as `AVX-512 f32`) and
//! answers each with the nanoseconds of one run, or with `none` where the processor lacks the instructions.

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
            let [file, height, width, kernels] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else {
                return Err(format!("not FILE HEIGHT WIDTH KERNELS: {line}").into());
            };
            let (height, width) = (height.parse()?, width.parse()?);
            // A gradient: the time does not depend on the pixels.
            let input = (0..3 * height * width).map(|at| (at % 255) as f32 / 128.0 - 1.0).collect();
            let onnx = std::fs::read(models.join(file))?;
            let network = facecore::bench::network(&onnx, [height, width], file == "pnet.onnx", kernels, input).ok();
            networks.insert(line.clone(), network);
        }
        match &networks[&line] {
            Some(network) => {
                let start = Instant::now();
                network()?;
                println!("{}", start.elapsed().as_nanos());
            }
            None => println!("none"),
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}

//! `decoders JPEG…`: how long our decoder and zune-jpeg (through the `image` crate) take, in turns, and ours at 1/2, 1/4 and 1/8 of the sides.

use std::env;
use std::error::Error;
use std::fs;
use std::time::Instant;

use facecore::{Limits, Photo};
use image::ImageFormat;

const ROUNDS: usize = 9;

fn main() -> Result<(), Box<dyn Error>> {
    println!("median in ms, {ROUNDS} rounds: ours, zune-jpeg, ours / zune-jpeg; ours at 1/2, 1/4, 1/8");
    for file in env::args_os().skip(1) {
        let bytes = fs::read(&file)?;
        let whole = Limits { reduce_jpeg_above: 0, max_pixels: u64::MAX, max_bytes: usize::MAX, ..Limits::default() };
        let pixels = |photo: &Photo<'_>| u64::from(photo.width()) * u64::from(photo.height());
        let most = pixels(&Photo::decode(&bytes, &whole)?);
        let mut times: [Vec<f64>; 5] = Default::default();
        for _ in 0..ROUNDS {
            let mut parts = times.iter_mut();
            let mut push = |start: Instant| {
                if let Some(times) = parts.next() {
                    times.push(start.elapsed().as_secs_f64() * 1e3);
                }
            };
            for smaller in [1, 2, 4, 8] {
                // A little more, since sides are rounded up.
                let limits = Limits { reduce_jpeg_above: most / (smaller * smaller) + most / 100, ..whole };
                let start = Instant::now();
                Photo::decode(&bytes, &limits)?;
                push(start);
            }
            let start = Instant::now();
            image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)?;
            push(start);
        }
        let [full, half, quarter, eighth, zune] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        });
        let ratio = full / zune;
        println!("{}: {full:.1}, {zune:.1}, {ratio:.2}; {half:.1}, {quarter:.1}, {eighth:.1}", file.display());
    }
    Ok(())
}

//! Faces in the frames of a camera or a film, whose pixels come raw, as NV12, from standard input.
//!
//! `ffmpeg -i FILM -f rawvideo -pix_fmt nv12 - | cargo run --release --example camera_frames -- WIDTH HEIGHT`

use std::error::Error;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use facecore::{
    Budget, Compute, DetectOptions, DetectorKind, Engine, Limits, Orientation, Photo, PixelFormat, RawView,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (width, height) = arguments.next().zip(arguments.next()).ok_or("width and height are needed")?;
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let (stride, format) = (usize::try_from(width.next_multiple_of(2))?, PixelFormat::Nv12);
    let mut frame = vec![0; stride * usize::try_from(height + height.div_ceil(2))?];

    // The detector whose time hardly depends on how many faces there are, and a bound for a machine that is too slow for the camera.
    let engine = Engine::detector_only_with(DetectorKind::Yunet, Compute::Auto)?;
    let options =
        DetectOptions { budget: Budget::within(Duration::from_secs(1)), min_face: 40, ..DetectOptions::default() };
    let mut input = io::stdin().lock();
    for number in 1.. {
        match input.read_exact(&mut frame) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            read => read?,
        }
        let orientation = Orientation::Upright; // how the camera is held, if it says so
        let view = RawView { data: &frame, width, height, stride, format, orientation };
        let found = engine.detect(&Photo::from_raw(view, &Limits::default())?, &options)?;
        let cut = if found.complete { "" } else { ", and perhaps more: there was no time to look everywhere" };
        println!("frame {number}: {} faces{cut}", found.faces.len());
    }
    Ok(())
}

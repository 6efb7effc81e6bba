//! `tracking MODELS WIDTH HEIGHT MINUTES [BUDGET_MS]`: what following the faces of a clip costs, for as long as asked.
//!
//! Reads the clip as raw I420 frames, 25 a second, from standard input (`ffmpeg -i CLIP -f rawvideo -pix_fmt yuv420p -`), keeps them, and shows them to one tracker
//! over and over until so many minutes of video have passed. Each minute the tracks that ended are taken. Prints, for each tenth of the time: work
//! a second of video by the clock, processor time likewise, faces a frame, frames passed over, and the process's memory.

use std::error::Error;
use std::fs;
use std::io::Read;
use std::time::Duration;

use facecore::video::{Tracker, TrackerOptions};
use facecore::{DetectorKind, Engine, EngineOptions, Limits, Orientation, Photo, PixelFormat, RawView};
use rustix::time::{ClockId, clock_gettime};

const FRAME: Duration = Duration::from_millis(40);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, width, height, minutes, budget @ ..] = &arguments[..] else {
        return Err("usage: tracking MODELS WIDTH HEIGHT MINUTES [BUDGET_MS]".into());
    };
    let (width, height, minutes) = (width.parse::<u32>()?, height.parse::<u32>()?, minutes.parse::<u32>()?);
    let mut options = TrackerOptions::default();
    if let Some(budget) = budget.first() {
        options.budget = Some(Duration::from_millis(budget.parse()?)).filter(|budget| !budget.is_zero());
    }
    let with = EngineOptions { detector: DetectorKind::Yunet, model: Some("sface".into()), ..Default::default() };
    let engine = Engine::open_with(models, &with)?;
    let mut clip = Vec::new();
    std::io::stdin().lock().read_to_end(&mut clip)?;
    let size = (width * height + 2 * width.div_ceil(2) * height.div_ceil(2)) as usize;
    let frames: Vec<&[u8]> = clip.chunks_exact(size).collect();
    if frames.is_empty() {
        return Err("no frame of this size".into());
    }
    let mut tracker = Tracker::new(options)?;
    let all = minutes * 60 * 25;
    let (mut before, mut processor, mut faces, mut tracks) = (tracker.stats(), processor_time(), 0, 0);
    println!("minute  work ms/s  processor ms/s  faces/frame  passed over  tracks taken  resident MiB");
    for at in 0..all {
        let view = RawView {
            data: frames[at as usize % frames.len()],
            width,
            height,
            stride: width as usize,
            format: PixelFormat::I420,
            orientation: Orientation::Upright,
        };
        let photo = Photo::from_raw(view, &Limits::default())?;
        faces += tracker.push(&engine, &photo, FRAME * at)?.len();
        if at % 1500 == 0 {
            tracks += tracker.take_ended().len();
        }
        let part = (all / 10).max(1);
        if (at + 1) % part == 0 {
            let (stats, used) = (tracker.stats(), processor_time());
            let seconds = f64::from(part) * FRAME.as_secs_f64();
            println!(
                "{:>6.1}  {:>9.1}  {:>14.1}  {:>11.2}  {:>11}  {tracks:>12}  {:>12}",
                f64::from(at + 1) / 1500.0,
                (stats.work - before.work).as_secs_f64() * 1e3 / seconds,
                (used - processor).as_secs_f64() * 1e3 / seconds,
                faces as f64 / f64::from(part),
                stats.passed_over - before.passed_over,
                resident()?
            );
            (before, processor, faces) = (stats, used, 0);
        }
    }
    Ok(())
}

/// Processor time of this process, with the conversion of the frames to RGB.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn resident() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
}

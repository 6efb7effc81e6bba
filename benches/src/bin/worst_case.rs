//! `worst_case ORDINARY [HOSTILE…]`: how long finding faces takes at worst, with each mechanism that bounds it off and on.
//!
//! ORDINARY is a folder of photos of people, cut to 1280×960. The hostile ones are made (`facecore_benches::hostile`), and collected:
//! photos of textures or crowds in the folders HOSTILE, repeated side by side to 1280×960. Each time is the best of three, so that
//! what else the machine does counts less; decoding does not count.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use facecore::{
    Budget, Compute, DetectOptions, Detection, Engine, Limits, Orientation, Photo, PixelFormat, ProposalFilter, RawView,
};
use facecore_benches::hostile::{self, Made};
use image::{RgbImage, imageops};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 960;
const DEADLINE: Duration = Duration::from_millis(20);
/// Of each folder, evenly chosen.
const MOST_PHOTOS: usize = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (folder, collected) = folders.split_first().ok_or("usage: worst_case ORDINARY [HOSTILE…]")?;
    let cut = |photo: RgbImage| imageops::resize(&crop(photo), WIDTH, HEIGHT, imageops::Triangle);
    let ordinary = load(folder, cut)?;
    for compute in [Compute::F32, Compute::Bf16] {
        let Ok(engine) = Engine::detector_only_with(compute) else { continue };
        let mut faces = Vec::new();
        for made in &ordinary {
            for face in detect(&engine, &made.image, &DetectOptions::default())?.0.faces.iter().take(3) {
                let [x, y] = [face.bounding_box.x1, face.bounding_box.y1].map(|at| at.max(0.0) as u32);
                let side = face.bounding_box.width() as u32;
                faces.push(imageops::crop_imm(&made.image, x, y, side, side).to_image());
            }
        }
        let mut worst = hostile::photos(WIDTH, HEIGHT, &faces);
        for folder in collected {
            worst.extend(load(folder, |photo| hostile::repeated(&photo, WIDTH, HEIGHT))?);
        }
        report(&engine, &ordinary, &worst)?;
    }
    Ok(())
}

/// The photos of a folder and of those in it, each passed through `fit`.
fn load(folder: &Path, fit: impl Fn(RgbImage) -> RgbImage) -> Result<Vec<Made>, Box<dyn Error>> {
    let mut paths = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
            let path = entry?.path();
            let list = if path.is_dir() { &mut open } else { &mut paths };
            list.push(path);
        }
    }
    paths.retain(|path| path.extension().is_some_and(|kind| ["jpg", "jpeg", "png"].iter().any(|known| kind == *known)));
    paths.sort();
    let chosen = paths.iter().step_by(paths.len().div_ceil(MOST_PHOTOS).max(1));
    chosen
        .map(|path| Ok(Made { name: path.display().to_string(), image: fit(image::open(path)?.into_rgb8()) }))
        .collect()
}

/// The middle of a photo in the shape of ours.
fn crop(photo: RgbImage) -> RgbImage {
    let (width, height) = photo.dimensions();
    let side = (width * HEIGHT).min(height * WIDTH);
    let (kept_width, kept_height) = ((side / HEIGHT).max(1), (side / WIDTH).max(1));
    imageops::crop_imm(&photo, (width - kept_width) / 2, (height - kept_height) / 2, kept_width, kept_height).to_image()
}

/// The best of three runs.
fn detect(engine: &Engine, image: &RgbImage, options: &DetectOptions) -> Result<(Detection, Duration), Box<dyn Error>> {
    let (width, height) = image.dimensions();
    let (stride, format) = (3 * width as usize, PixelFormat::Rgb);
    let view = RawView { data: image, width, height, stride, format, orientation: Orientation::Upright };
    let photo = Photo::from_raw(view, &Limits::default())?;
    let mut best: Option<(Detection, Duration)> = None;
    for _ in 0..3 {
        let start = Instant::now();
        let found = engine.detect(&photo, options)?;
        let time = start.elapsed();
        if best.as_ref().is_none_or(|(_, so_far)| time < *so_far) {
            best = Some((found, time));
        }
    }
    best.ok_or_else(|| "no run".into())
}

fn report(engine: &Engine, ordinary: &[Made], worst: &[Made]) -> Result<(), Box<dyn Error>> {
    println!(
        "{}, one thread, min face 20: {} ordinary photos, {} hostile ones",
        engine.kernels(),
        ordinary.len(),
        worst.len()
    );
    println!("milliseconds                          ordinary p50    p99    max   hostile p50    p99    max   worst");
    let with = |filter, budget| DetectOptions { filter, budget, ..DetectOptions::default() };
    let default = Budget::default();
    let modes = [
        ("nothing: NMS, no budget", with(ProposalFilter::Nms, Budget::UNBOUNDED)),
        ("blobs alone", with(ProposalFilter::Blobs, Budget::UNBOUNDED)),
        ("cap of 200 alone", with(ProposalFilter::Nms, default)),
        ("default: blobs and cap", DetectOptions::default()),
        ("default, 300,000 pixels", with(ProposalFilter::Blobs, Budget { max_pixels: 300_000, ..default })),
        ("default, deadline 20 ms", with(ProposalFilter::Blobs, Budget::within(DEADLINE))),
    ];
    for (name, options) in &modes {
        let ordinary = Times::of(engine, ordinary, options)?;
        let hostile = Times::of(engine, worst, options)?;
        let columns = |times: &Times| format!("{:>6.1} {:>6.1} {:>6.1}", times.at(0.5), times.at(0.99), times.at(1.0));
        println!("  {name:<40} {}        {}   {}", columns(&ordinary), columns(&hostile), hostile.worst());
        if *options == DetectOptions::default() {
            println!("    the longest over the ordinary median: {:.2}", hostile.at(1.0) / ordinary.at(0.5));
        }
        if let Some(deadline) = options.budget.deadline {
            let over = (hostile.at(1.0).max(ordinary.at(1.0)) - milliseconds(deadline)).max(0.0);
            println!("    latest end after the deadline: {over:.1} ms");
        }
    }
    let filtering = |options: &DetectOptions| -> Result<f64, Box<dyn Error>> {
        let times = worst.iter().map(|made| Ok(detect(engine, &made.image, options)?.0.stats.filter_time));
        Ok(milliseconds(times.sum::<Result<Duration, Box<dyn Error>>>()?) / worst.len() as f64)
    };
    let [nms, blobs] = [filtering(&modes[0].1)?, filtering(&modes[1].1)?];
    println!(
        "  filtering P-Net's answer, hostile mean: NMS {nms:.2} ms, blobs {blobs:.2} ms, {:.1} times faster",
        nms / blobs
    );
    println!("  50 megapixels                            default   3 megapixels   deadline 20 ms");
    for made in worst.iter().filter(|made| made.name.ends_with("of 3 px") || made.name.contains("48 px")) {
        let large = hostile::repeated(&made.image, 8660, 5774);
        let budgets = [default, Budget { max_pixels: 3_000_000, ..default }, Budget::within(DEADLINE)];
        let times: Result<Vec<f64>, Box<dyn Error>> = budgets
            .into_iter()
            .map(|budget| Ok(milliseconds(detect(engine, &large, &with(ProposalFilter::Blobs, budget))?.1)))
            .collect();
        let [default, pixels, deadline] = times?[..] else { unreachable!("three budgets") };
        println!("    {:<36} {default:>9.1} {pixels:>14.1} {deadline:>16.1}", made.name);
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Milliseconds and names, the shortest first.
struct Times(Vec<(f64, String)>);

impl Times {
    fn of(engine: &Engine, photos: &[Made], options: &DetectOptions) -> Result<Self, Box<dyn Error>> {
        let time = |made: &Made| Ok((milliseconds(detect(engine, &made.image, options)?.1), made.name.clone()));
        let mut times = photos.iter().map(time).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(Self(times))
    }

    fn at(&self, share: f64) -> f64 {
        self.0.get((share * (self.0.len() - 1) as f64).ceil() as usize).map_or(f64::NAN, |&(time, _)| time)
    }

    fn worst(&self) -> &str {
        self.0.last().map_or("", |(_, name)| name)
    }
}

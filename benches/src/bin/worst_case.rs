//! `worst_case ORDINARY [HOSTILE…]`: how long finding faces takes at worst, with each mechanism that bounds it off and on.
//!
//! ORDINARY is a folder of photos of people, cut to 1280×960. The hostile ones are made (`facecore_benches::hostile`), and collected:
//! photos of textures or crowds in the folders HOSTILE, repeated side by side to 1280×960. Times are the thread's processor time, without its waiting
//! for others; with a deadline, time by the clock. Each is the best of three, all mechanisms in turns. Decoding does not count. At the end both
//! detectors look at a photo of four faces and at one full of faces.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use facecore::{
    Budget, Compute, DetectOptions, Detection, DetectorKind, Engine, Limits, MtcnnOptions, Orientation, Photo,
    PixelFormat, ProposalFilter, RawView,
};
use facecore_benches::hostile::{self, Made};
use image::{RgbImage, imageops};
use rustix::time::{ClockId, clock_gettime};

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
        let Ok(engine) = Engine::detector_only_with(DetectorKind::Mtcnn, compute) else { continue };
        let faces = cut_faces(&engine, &ordinary)?;
        let mut worst = hostile::photos(WIDTH, HEIGHT, &faces);
        for folder in collected {
            worst.extend(load(folder, |photo| hostile::repeated(&photo, WIDTH, HEIGHT))?);
        }
        report(&engine, &ordinary, &worst)?;
    }
    few_and_many(&cut_faces(&Engine::detector_only()?, &ordinary)?)
}

/// The first faces of each photo, cut out.
fn cut_faces(engine: &Engine, photos: &[Made]) -> Result<Vec<RgbImage>, Box<dyn Error>> {
    let mut faces = Vec::new();
    for made in photos {
        for face in detect(engine, &made.image, &DetectOptions::default())?.0.faces.iter().take(3) {
            let [x, y] = [face.bounding_box.x1, face.bounding_box.y1].map(|at| at.max(0.0) as u32);
            let side = face.bounding_box.width() as u32;
            faces.push(imageops::crop_imm(&made.image, x, y, side, side).to_image());
        }
    }
    Ok(faces)
}

/// What a photo costs by the number of its faces, all of one size: the median of nine looks, both photos in turns.
fn few_and_many(faces: &[RgbImage]) -> Result<(), Box<dyn Error>> {
    const SIDE: u32 = 55;
    let many = hostile::tiled(WIDTH, HEIGHT, SIDE, faces);
    let mut few = RgbImage::from_pixel(WIDTH, HEIGHT, image::Rgb([128; 3]));
    for (x, y) in [(200, 200), (900, 200), (200, 600), (900, 600)] {
        imageops::replace(&mut few, &imageops::crop_imm(&many, 0, 0, SIDE, SIDE).to_image(), x, y);
    }
    println!("faces of {SIDE} pixels            found   milliseconds: four faces   full of faces   ratio");
    for kind in [DetectorKind::Mtcnn, DetectorKind::Yunet] {
        let engine = Engine::detector_only_with(kind, Compute::Auto)?;
        let (mut times, mut found) = ([const { Vec::new() }; 2], [0; 2]);
        for _ in 0..9 {
            for (at, photo) in [&few, &many].into_iter().enumerate() {
                let (detection, time) = detect(&engine, photo, &DetectOptions::default())?;
                times[at].push(time);
                found[at] = detection.faces.len();
            }
        }
        let [few, many] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        let (kind, ratio) = (kind.to_string(), many / few);
        println!("  {kind:<24} {:>4}, {:>4} {few:>26.1} {many:>15.1} {ratio:>7.2}", found[0], found[1]);
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

fn detect(engine: &Engine, image: &RgbImage, options: &DetectOptions) -> Result<(Detection, f64), Box<dyn Error>> {
    let (width, height) = image.dimensions();
    let (stride, format) = (3 * width as usize, PixelFormat::Rgb);
    let view = RawView { data: image, width, height, stride, format, orientation: Orientation::Upright };
    let photo = Photo::from_raw(view, &Limits::default())?;
    // A deadline is by the clock on the wall.
    let now = || if options.budget.deadline.is_some() { ClockId::Monotonic } else { ClockId::ThreadCPUTime };
    let start = clock_gettime(now());
    let found = engine.detect(&photo, options)?;
    let end = clock_gettime(now());
    Ok((found, (end.tv_sec - start.tv_sec) as f64 * 1e3 + (end.tv_nsec - start.tv_nsec) as f64 / 1e6))
}

fn with(filter: ProposalFilter, budget: Budget) -> DetectOptions {
    let mtcnn = MtcnnOptions { filter, ..MtcnnOptions::default() };
    DetectOptions { mtcnn, budget, ..DetectOptions::default() }
}

fn report(engine: &Engine, ordinary: &[Made], worst: &[Made]) -> Result<(), Box<dyn Error>> {
    println!("{}, min face 20: {} ordinary photos, {} hostile ones", engine.kernels(), ordinary.len(), worst.len());
    println!("milliseconds                  ordinary: p50    p99    max   hostile: p50    p99    max   worst");
    let default = Budget::default();
    let modes = [
        ("NMS, no budget", with(ProposalFilter::Nms, Budget::UNBOUNDED)),
        ("blobs, no budget", with(ProposalFilter::Blobs, Budget::UNBOUNDED)),
        ("NMS, cap of 200", with(ProposalFilter::Nms, default)),
        ("default: blobs, cap of 200", DetectOptions::default()),
        ("default, 300,000 pixels", with(ProposalFilter::Blobs, Budget { max_pixels: 300_000, ..default })),
        ("default, deadline 20 ms", with(ProposalFilter::Blobs, Budget::within(DEADLINE))),
    ];
    let mut times = [const { Times::none() }; 6];
    let mut filtering = [0.0; 6];
    for at in 0..ordinary.len().max(worst.len()) {
        for (kind, made) in [ordinary.get(at), worst.get(at)].into_iter().enumerate() {
            let Some(made) = made else { continue };
            let mut best = [(f64::INFINITY, f64::INFINITY); 6];
            for _ in 0..3 {
                for ((_, options), best) in modes.iter().zip(&mut best) {
                    let (found, time) = detect(engine, &made.image, options)?;
                    *best = (
                        best.0.min(time),
                        best.1.min(milliseconds(found.stats.mtcnn().map_or(Duration::ZERO, |stats| stats.filter_time))),
                    );
                }
            }
            for (mode, (time, filter)) in best.into_iter().enumerate() {
                times[mode].0[kind].push((time, made.name.clone()));
                filtering[mode] += filter;
            }
        }
    }
    for ((name, options), times) in modes.iter().zip(&mut times) {
        let [ordinary, hostile] = times.sorted();
        let columns =
            |kind: &[(f64, String)]| [0.5, 0.99, 1.0].map(|share| format!("{:>7.1}", at(kind, share))).concat();
        let name_of_worst = hostile.last().map_or("", |(_, name)| name);
        println!("  {name:<32} {}        {}   {name_of_worst}", columns(ordinary), columns(hostile));
        if *options == DetectOptions::default() {
            println!("    the longest hostile over the median ordinary: {:.2}", at(hostile, 1.0) / at(ordinary, 0.5));
        }
        if let Some(deadline) = options.budget.deadline {
            let late = at(hostile, 1.0).max(at(ordinary, 1.0)) - milliseconds(deadline);
            println!("    the latest end after the deadline: {late:.1} ms");
        }
    }
    println!("  filtering P-Net's cells: blobs {:.1} times faster than NMS", filtering[0] / filtering[1]);
    println!("  50 megapixels                            default   3 megapixels   deadline 20 ms");
    for made in worst.iter().filter(|made| made.name.ends_with("of 3 px") || made.name.contains("48 px")) {
        let large = hostile::repeated(&made.image, 8660, 5774);
        let budgets = [default, Budget { max_pixels: 3_000_000, ..default }, Budget::within(DEADLINE)];
        let times = budgets.map(|budget| detect(engine, &large, &with(ProposalFilter::Blobs, budget)));
        let [default, pixels, deadline] = times.map(|outcome| outcome.map_or(f64::NAN, |(_, time)| time));
        println!("    {:<36} {default:>9.1} {pixels:>14.1} {deadline:>16.1}", made.name);
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Milliseconds and names of ordinary and of hostile photos.
struct Times([Vec<(f64, String)>; 2]);

impl Times {
    const fn none() -> Self {
        Self([Vec::new(), Vec::new()])
    }

    fn sorted(&mut self) -> [&[(f64, String)]; 2] {
        self.0.iter_mut().for_each(|times| times.sort_by(|a, b| a.0.total_cmp(&b.0)));
        let [ordinary, hostile] = &self.0;
        [ordinary, hostile]
    }
}

/// The time that so large a share of the photos does not exceed.
fn at(times: &[(f64, String)], share: f64) -> f64 {
    times.get((share * times.len().saturating_sub(1) as f64).ceil() as usize).map_or(f64::NAN, |&(time, _)| time)
}

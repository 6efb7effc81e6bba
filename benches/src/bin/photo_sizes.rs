//! `photo_sizes MODELS PHOTO [default] [sface] [444]`: the whole way from the bytes of JPEGs of 1, 2, 12, 50 and 108 megapixels to embeddings:
//! median and 99th percentile of decode, detect and embed, and the most memory that the process has had. With the presets for uploads, or with
//! the defaults; with the manifest's default networks, or with YuNet and SFace.
//!
//! The JPEGs are the photo enlarged, with grain like a sensor's added, at quality 90, and colours at half the resolution (4:2:0) as phones
//! write them; with `444`, colours are as fine as brightness, which makes twice as many blocks. They are left in target/photo_sizes, where
//! benches/peers/opencv_faces.py takes them.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use facecore::{DetectOptions, DetectorKind, Engine, EngineOptions, Limits, Photo};
use image::RgbImage;
use image::imageops::{self, FilterType};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const SIZES: [(u32, u32); 5] = [(1152, 864), (1632, 1224), (4000, 3000), (8160, 6120), (12_000, 9_000)];
const ROUNDS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: photo_sizes MODELS PHOTO [default] [sface] [444]";
    let mut arguments = env::args_os().skip(1);
    let models = PathBuf::from(arguments.next().ok_or(usage)?);
    let photo = image::load_from_memory(&fs::read(arguments.next().ok_or(usage)?)?)?.to_rgb8();
    let words: Vec<_> = arguments.collect();
    let (limits, options) = match words.iter().any(|word| word == "default") {
        true => (Limits::default(), DetectOptions::default()),
        false => (Limits::for_uploads(), DetectOptions::for_uploads()),
    };
    let engine = match words.iter().any(|word| word == "sface") {
        true => {
            EngineOptions { model: Some("sface".into()), detector: DetectorKind::Yunet, ..EngineOptions::default() }
        }
        false => EngineOptions::default(),
    };
    let engine = Engine::open_with(models, &engine)?;
    println!("{}, {words:?}; median / 99th percentile in ms, {ROUNDS} rounds", engine.kernels());
    let (folder, sampling) = match words.iter().any(|word| word == "444") {
        true => (Path::new("target/photo_sizes/444"), SamplingFactor::F_1_1),
        false => (Path::new("target/photo_sizes"), SamplingFactor::F_2_2),
    };
    fs::create_dir_all(folder)?;
    for (width, height) in SIZES {
        let megapixels = f64::from(width) * f64::from(height) / 1e6;
        let file = folder.join(format!("{megapixels:.0}.jpg"));
        if !file.exists() {
            fs::write(&file, enlarged(&photo, width, height, sampling)?)?;
        }
        let bytes = fs::read(file)?;
        reset_peak();
        measure(&engine, &bytes, &limits, &options, megapixels)?;
    }
    Ok(())
}

fn enlarged(photo: &RgbImage, width: u32, height: u32, sampling: SamplingFactor) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut large = imageops::resize(photo, width, height, FilterType::Triangle);
    let mut state = 1u64;
    for channel in large.iter_mut() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The sum of two even numbers is a triangle, near enough to a sensor's grain.
        let grain = (state >> 60) as i16 + (state >> 56 & 15) as i16 - 15;
        *channel = (i16::from(*channel) + grain / 2).clamp(0, 255) as u8;
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(sampling);
    encoder.encode(&large, width as u16, height as u16, ColorType::Rgb)?;
    Ok(bytes)
}

fn measure(
    engine: &Engine,
    bytes: &[u8],
    limits: &Limits,
    options: &DetectOptions,
    megapixels: f64,
) -> Result<(), Box<dyn Error>> {
    let mut parts: [Vec<f64>; 4] = Default::default();
    let (mut faces, mut decoded) = (0, (0, 0));
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let photo = Photo::decode(bytes, limits)?;
        let decode = start.elapsed();
        let found = engine.detect(&photo, options)?;
        let detect = start.elapsed();
        faces = engine.embed(&photo, &found.faces)?.len();
        let all = start.elapsed();
        decoded = (photo.width(), photo.height());
        for (part, time) in parts.iter_mut().zip([decode, detect - decode, all - detect, all]) {
            part.push(time.as_secs_f64() * 1e3);
        }
    }
    let figures = parts.map(|mut times| {
        times.sort_by(f64::total_cmp);
        format!("{:.0} / {:.0}", times[ROUNDS / 2], times[(ROUNDS * 99).div_ceil(100) - 1])
    });
    let [decode, detect, embed, all] = figures;
    println!(
        "{megapixels:.0} megapixels ({:.1} MB), decoded at {}×{}, {faces} faces: decode {decode}, detect {detect}, embed {embed}, all {all}",
        bytes.len() as f64 / 1e6,
        decoded.0,
        decoded.1
    );
    println!("  at most {} MB of memory", peak_memory().unwrap_or(0) / 1000);
    Ok(())
}

/// In kilobytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// What making the JPEG took does not count.
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

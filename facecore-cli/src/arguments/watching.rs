//! Options of `video`.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use facecore::Matcher;
use facecore::video::TrackerOptions;

use super::options::{Finding, Model, Threads};
use super::ranges;

#[derive(Debug, Args)]
pub struct Video {
    /// Clips. Animated GIF and WebP are read without more; other files by the programs ffmpeg and ffprobe, which must be installed
    #[arg(required = true, value_name = "FILE")]
    pub clips: Vec<PathBuf>,
    /// A folder with one folder a person, named as the person, with photos; the largest face of each counts. Without it nobody has a name
    #[arg(long, value_name = "DIR")]
    pub people: Option<PathBuf>,
    /// The share of strangers who may get a name, whatever the number of people (0.0001 to 0.1)
    #[arg(long, value_name = "RATE", default_value_t = Matcher::FALSE_POSITIVE_RATE, value_parser = ranges::rate)]
    pub fp: f64,
    /// From this cosine on, the faces of two tracks are one person [default: the model's threshold]
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = ranges::cosine)]
    pub same: Option<f32>,
    /// Look at so many seconds of each clip [default: all]
    #[arg(long, value_name = "S")]
    pub seconds: Option<NonZeroU64>,
    /// The most milliseconds of work for a second of video; 0 = no bound, and the same result on every machine
    #[arg(long, value_name = "MS", default_value_t = 250)]
    pub budget: u64,
    /// Milliseconds of video from one look at the whole picture to the next; in between, faces are followed
    #[arg(long, value_name = "MS", default_value_t = 120)]
    pub interval: u64,
    /// Write the clip with boxes, names and track numbers, as OUT.mp4; one clip only, and without sound
    #[arg(long, value_name = "OUT.mp4")]
    pub draw: Option<PathBuf>,
    /// Write a page to look at: people as rows, when they are seen, their best faces. It holds pictures of faces
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub threads: Threads,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

impl Video {
    /// `same` is the cosine that one person's faces have.
    pub fn tracking(&self, same: f32) -> TrackerOptions {
        let defaults = TrackerOptions::default();
        let mut detect = self.finding.options();
        detect.budget.max_faces = defaults.detect.budget.max_faces;
        TrackerOptions {
            detect,
            interval: Duration::from_millis(self.interval),
            budget: (self.budget > 0).then(|| Duration::from_millis(self.budget)),
            same_person: Some(same),
            ..defaults
        }
    }

    pub fn until(&self) -> Option<Duration> {
        self.seconds.map(|seconds| Duration::from_secs(seconds.get()))
    }
}

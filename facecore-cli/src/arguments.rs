//! The command line: commands, options, help.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use facecore::{Budget, Compute, DetectOptions, Engine, EngineOptions, Manifest};

use crate::failure::Result;

/// Find, compare and name faces in photos.
///
/// Exit code: 0 done, 1 some photos failed (they are listed at the end), 2 nothing could be done.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Print JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find faces: boxes, landmarks and scores
    Detect(Detect),
    /// Find faces and embed each
    Embed(Embed),
    /// Are two faces one person? Exit code: 0 same, 1 different, 2 error
    Compare(Compare),
    /// Name faces after the people whose photos are given
    Tag(Tag),
    /// Measure accuracy on labelled pairs of photos
    Evaluate(Evaluate),
    /// The networks in the models' folder
    #[command(subcommand)]
    Models(Models),
}

#[derive(Debug, Args)]
pub struct Detect {
    #[command(flatten)]
    pub photos: Photos,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub computing: Computing,
}

#[derive(Debug, Args)]
pub struct Embed {
    #[command(flatten)]
    pub photos: Photos,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct Compare {
    pub a: PathBuf,
    pub b: PathBuf,
    /// Compare every face of A with every face of B, not the largest of each; same if any two are
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub threshold: Threshold,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct Tag {
    /// A folder with one folder a person, named as the person, with photos; the largest face of each counts
    #[arg(long, value_name = "DIR")]
    pub people: PathBuf,
    #[command(flatten)]
    pub photos: Photos,
    #[command(flatten)]
    pub threshold: Threshold,
    /// How far the nearest person must be ahead of the next, as a cosine (0 to 2)
    #[arg(long, value_name = "COSINE", default_value_t = 0.05)]
    pub lead: f32,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct Evaluate {
    /// A folder with the photos as NAME/NAME_0001.jpg
    #[arg(long, value_name = "DIR")]
    pub images: PathBuf,
    /// The list of pairs, as pairs.txt of Labeled Faces in the Wild
    #[arg(long, value_name = "FILE")]
    pub pairs: PathBuf,
    /// Crop margins to try: the share of the crop that is not the box, 0 to 0.9 [default: the manifest's]
    #[arg(long, value_name = "M", num_args = 1..)]
    pub margin: Vec<f64>,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Subcommand)]
pub enum Models {
    /// Compare every file with the SHA-256 in the manifest
    Verify(ModelsFolder),
    /// What the manifest says of each model
    List(ModelsFolder),
}

#[derive(Debug, Args)]
pub struct Photos {
    /// Photos, or folders to walk for photos
    #[arg(required = true, value_name = "PHOTO")]
    pub paths: Vec<PathBuf>,
    /// Write the photos with what was found: a folder, or a .jpg or .png file for one photo
    #[arg(long, value_name = "OUT")]
    pub draw: Option<PathBuf>,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Args)]
pub struct Threads {
    /// Photos worked on at once [default: the number of processors]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Threads {
    pub fn count(&self) -> usize {
        let all = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(all).get()
    }
}

#[derive(Debug, Args)]
pub struct Finding {
    /// The smallest face to look for, in pixels
    #[arg(long, value_name = "N", default_value_t = DetectOptions::default().min_face)]
    min_face: u32,
    /// The most candidates of the first net that the second may reject; 0 = no cap
    #[arg(long, value_name = "N", default_value_t = Budget::default().max_candidates)]
    max_candidates: usize,
    /// The most time that finding the faces of a photo may take, in milliseconds; what it left out makes a result incomplete
    #[arg(long, value_name = "MS")]
    deadline: Option<u64>,
}

impl Finding {
    pub fn options(&self) -> DetectOptions {
        let deadline = self.deadline.map(Duration::from_millis);
        let budget = Budget { max_candidates: self.max_candidates, deadline, ..Budget::default() };
        DetectOptions { min_face: self.min_face, budget, ..DetectOptions::default() }
    }
}

#[derive(Debug, Args)]
pub struct ModelsFolder {
    /// The folder of the models, with manifest.toml
    #[arg(long = "models", value_name = "DIR", env = "FACECORE_MODELS", default_value = "models")]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
pub struct Computing {
    /// How the networks compute: auto, f32, bf16 (about half the time, slightly other numbers) or portable
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = compute)]
    pub compute: Compute,
}

fn compute(text: &str) -> Result<Compute, String> {
    match text {
        "auto" => Ok(Compute::Auto),
        "f32" => Ok(Compute::F32),
        "bf16" => Ok(Compute::Bf16),
        "portable" => Ok(Compute::Portable),
        _ => Err("auto, f32, bf16 or portable".into()),
    }
}

#[derive(Debug, Args)]
pub struct Model {
    /// The network that embeds
    #[arg(long = "model", value_name = "ID", default_value = Engine::DEFAULT_MODEL)]
    id: String,
    #[command(flatten)]
    models: ModelsFolder,
    #[command(flatten)]
    computing: Computing,
}

impl Model {
    pub fn open(&self) -> Result<Engine> {
        let options = EngineOptions { model: self.id.clone(), compute: self.computing.compute };
        Ok(Engine::open_with(&self.models.folder, &options)?)
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The margin that the manifest gives.
    pub fn crop_margin(&self) -> Result<f64> {
        Ok(Manifest::open(&self.models.folder)?.model(&self.id)?.crop_margin)
    }
}

#[derive(Debug, Args)]
pub struct Threshold {
    /// The least cosine that counts as one person (-1 to 1) [default: the model's]
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true)]
    threshold: Option<f32>,
}

impl Threshold {
    pub fn of(&self, engine: &Engine) -> Result<f32> {
        let known = self.threshold.or_else(|| engine.default_threshold());
        known.ok_or_else(|| "the model has no threshold in the manifest; give --threshold".to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_reach_the_library() {
        let line = "facecore detect a.jpg --json --min-face 40 --max-candidates 0 --deadline 150";
        let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
        let Command::Detect(detect) = arguments.command else { panic!() };
        let options = detect.finding.options();
        assert!(arguments.json);
        assert_eq!((options.min_face, options.budget.max_candidates), (40, 0));
        assert_eq!(options.budget.deadline, Some(Duration::from_millis(150)));
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["detect", "detect a.jpg --threads 0", "detect a.jpg --min-face x", "compare a.jpg", "tag a.jpg"] {
            let line = ["facecore"].into_iter().chain(line.split(' '));
            assert!(Arguments::try_parse_from(line).is_err());
        }
    }
}

//! The command line: commands, options, help.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use facecore::evaluate::FP_TARGET;
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
    /// Make photos worse step by step: where does recognition break?
    Robustness(Robustness),
    /// Fit thresholds to your own labelled photos
    Calibrate(Calibrate),
    /// A filter against detections that are no faces
    #[command(subcommand, name = "nonface")]
    NonFace(NonFace),
    /// Face profiles: whose album is it?
    #[command(subcommand)]
    Profile(Profile),
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
    /// Take threshold, lead and cohort from a file that `facecore calibrate` made
    #[arg(long, value_name = "FILE", conflicts_with_all = ["threshold", "lead"])]
    pub calibration: Option<PathBuf>,
    /// The rate of strangers' faces that may get a name, with --calibration
    #[arg(long, value_name = "RATE", default_value_t = FP_TARGET)]
    pub fp: f64,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct Evaluate {
    #[command(flatten)]
    pub labelled: Labelled,
    /// Compare the pairs of this list, as pairs.txt of Labeled Faces in the Wild; photos lie in --images as NAME/NAME_0001.jpg
    #[arg(long, value_name = "FILE", requires = "images")]
    pub pairs: Option<PathBuf>,
    /// The networks to measure
    #[arg(long, value_name = "ID", num_args = 1.., default_value = Engine::DEFAULT_MODEL)]
    pub model: Vec<String>,
    /// Crop margins to try: the share of the crop that is not the box, 0 to 0.9 [default: the manifest's]
    #[arg(long, value_name = "M", num_args = 1..)]
    pub margin: Vec<f64>,
    /// Measure also the average of a face and its mirror image
    #[arg(long)]
    pub mirror: bool,
    /// Turn each face before it is cropped, so that its eyes are level
    #[arg(long)]
    pub level: bool,
    /// Measure also two networks joined, with shares fitted on the pairs
    #[arg(long)]
    pub ensemble: bool,
    /// Measure also with the crowding around a face taken off, by a cohort of the people who are not asked for
    #[arg(long)]
    pub cohort: bool,
    /// The rate of false positives at which true positives are counted
    #[arg(long, value_name = "RATE", default_value_t = FP_TARGET)]
    pub fp: f64,
    /// A fixed score for the slices; needed where nobody has two photos
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub threshold: Option<f32>,
    /// Lengths of the lists of candidates (without --pairs)
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [100])]
    pub candidates: Vec<usize>,
    /// Photos of a candidate's profile (without --pairs)
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [1, 2, 5, 10])]
    pub photos: Vec<usize>,
    /// Lists drawn for each
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lists: usize,
    /// Pairs of one person in each of ten folds, and ten times as many of two people (without --pairs)
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub pairs_per_fold: usize,
    /// Edges that cut a column of numbers into slices, such as age=4,13,20; without, three slices of one size
    #[arg(long, value_name = "NAME=N,N")]
    pub bands: Vec<String>,
    /// Write a report: one HTML file that reads offline
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write each pair's fold, label and squared distance as CSV
    #[arg(long, value_name = "FILE")]
    pub scores: Option<PathBuf>,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub networks: Networks,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Args)]
pub struct Robustness {
    /// A folder with the photos as NAME/NAME_0001.jpg
    #[arg(long, value_name = "DIR", required_unless_present = "measured")]
    pub images: Option<PathBuf>,
    /// The list of pairs, as pairs.txt of Labeled Faces in the Wild
    #[arg(long, value_name = "FILE", required_unless_present = "measured")]
    pub pairs: Option<PathBuf>,
    /// Pairs of each kind of which a photo is made worse, spread over those of the list whose people are in one half
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub most: usize,
    /// The rate of false positives at which true positives are counted
    #[arg(long, value_name = "RATE", default_value_t = FP_TARGET)]
    pub fp: f64,
    /// Fit on half of the people what the chance to recognise a face depends on, and measure on the other half
    #[arg(long)]
    pub fit: bool,
    /// Write a line for each pair and degradation: label, cosine and what the quality is made of
    #[arg(long, value_name = "FILE")]
    pub faces: Option<PathBuf>,
    /// Measure nothing, take the lines that --faces wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["images", "pairs", "faces"])]
    pub measured: Option<PathBuf>,
    /// Keep what was found and embedded of the unchanged photos in this folder
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Args)]
pub struct Calibrate {
    #[command(flatten)]
    pub labelled: Labelled,
    /// Where the calibration goes
    #[arg(long, value_name = "FILE", required_unless_present = "check")]
    pub out: Option<PathBuf>,
    /// Fit on half of the people and measure on the other half, both ways
    #[arg(long)]
    pub check: bool,
    /// Rates of false positives
    #[arg(long, value_name = "RATE", num_args = 1.., default_values_t = [1e-2, 1e-3])]
    pub fp: Vec<f64>,
    /// Lengths of the lists of candidates
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [10, 100, 1_000])]
    pub candidates: Vec<usize>,
    /// Photos of a candidate's profile, at the most
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub photos: usize,
    /// Lists drawn for each length, at the least: short ones are drawn more often
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub lists: usize,
    /// Average each face with its mirror image
    #[arg(long)]
    pub mirror: bool,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Subcommand)]
pub enum NonFace {
    /// Build a filter from photos without faces
    Build(NonFaceBuild),
    /// Measure how many non-faces a filter catches, and how many faces are lost
    Measure(NonFaceMeasure),
}

#[derive(Debug, Args)]
pub struct NonFaceBuild {
    #[command(flatten)]
    pub from: NonFacePhotos,
    /// A folder of rejected detections, each cut out as a picture of its own
    #[arg(long, value_name = "DIR")]
    pub rejected: Option<PathBuf>,
    /// A folder of photos with faces, which must not be caught
    #[arg(long, value_name = "DIR")]
    pub faces: PathBuf,
    /// Where the filter goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct NonFaceMeasure {
    #[command(flatten)]
    pub from: NonFacePhotos,
    /// Folders of photos with faces
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub faces: Vec<PathBuf>,
    /// The filter [default: the one that comes with the model]
    #[arg(long, value_name = "FILE")]
    pub filter: Option<PathBuf>,
}

/// Photos without faces.
#[derive(Debug, Args)]
pub struct NonFacePhotos {
    /// A folder of photos without faces
    #[arg(long, value_name = "DIR")]
    pub photos: PathBuf,
    /// A CSV file whose fields name photos to leave out, such as those with faces
    #[arg(long, value_name = "FILE")]
    pub without: Option<PathBuf>,
    /// Only the first, third… photo and person (1), or only the others (2): build on one half, measure on the other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub half: Option<u8>,
    /// Random crops of each photo
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub crops: usize,
    /// Keep what was found and embedded of the faces in this folder
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
    #[command(flatten)]
    pub threads: Threads,
}

/// Photos with what is known of them.
#[derive(Debug, Args)]
pub struct Labelled {
    /// A folder with one folder a person
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// A CSV file: photo (path from its folder), person, x1, y1, x2, y2, and any columns to slice by
    #[arg(long, value_name = "FILE", conflicts_with = "images")]
    pub manifest: Option<PathBuf>,
    /// A CSV file whose fields name photos to leave out
    #[arg(long, value_name = "FILE")]
    pub without: Option<PathBuf>,
    /// Keep what was found and embedded in this folder, so that the next run goes on from there
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Profile {
    /// Find the owner of an album and write the profile. Exit code: 0 built, 1 no leader or no faces
    Build(BuildProfile),
    /// The same without writing the profile: why is this the owner, or nobody?
    Explain(Album),
    /// Add the owner's face of new photos to a profile, or take photos out again
    Update(UpdateProfile),
}

#[derive(Debug, Args)]
pub struct BuildProfile {
    #[command(flatten)]
    pub album: Album,
    /// Where the profile goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Album {
    /// Photos of the album, or folders to walk for photos
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
    /// Photos that are or were the avatar
    #[arg(long, value_name = "PHOTO")]
    pub avatar: Vec<PathBuf>,
    /// Profiles of friends, who are not the owner
    #[arg(long, value_name = "FILE")]
    pub friend: Vec<PathBuf>,
    /// The owner's age in years
    #[arg(long, value_name = "YEARS")]
    pub age: Option<f32>,
    /// The owner's name, from which the sex is guessed: first name, patronymic if any, last name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Draw a contact sheet: people as rows, weights and features beside them (.jpg or .png)
    #[arg(long, value_name = "FILE")]
    pub draw: Option<PathBuf>,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct UpdateProfile {
    /// The profile; it is written anew
    pub profile: PathBuf,
    /// Photos that come in
    #[arg(long, value_name = "PHOTO", num_args = 1..)]
    pub add: Vec<PathBuf>,
    /// Photos that were in and go out
    #[arg(long, value_name = "PHOTO", num_args = 1..)]
    pub remove: Vec<PathBuf>,
    #[command(flatten)]
    pub threshold: Threshold,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
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

/// Where the networks are and how they compute.
#[derive(Debug, Args)]
pub struct Networks {
    #[command(flatten)]
    models: ModelsFolder,
    #[command(flatten)]
    computing: Computing,
}

impl Networks {
    pub fn open(&self, id: &str) -> Result<Engine> {
        let options =
            EngineOptions { model: id.to_owned(), compute: self.computing.compute, ..EngineOptions::default() };
        Ok(Engine::open_with(&self.models.folder, &options)?)
    }

    pub fn folder(&self) -> &std::path::Path {
        &self.models.folder
    }

    /// The margin that the manifest gives.
    pub fn crop_margin(&self, id: &str) -> Result<f64> {
        Ok(Manifest::open(&self.models.folder)?.model(id)?.crop_margin)
    }
}

#[derive(Debug, Args)]
pub struct Model {
    /// The network that embeds
    #[arg(long = "model", value_name = "ID", default_value = Engine::DEFAULT_MODEL)]
    id: String,
    #[command(flatten)]
    networks: Networks,
}

impl Model {
    pub fn open(&self) -> Result<Engine> {
        self.networks.open(&self.id)
    }

    /// The folder of the models.
    pub fn folder(&self) -> &std::path::Path {
        self.networks.folder()
    }

    pub fn id(&self) -> &str {
        &self.id
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

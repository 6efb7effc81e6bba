//! Options of the commands that measure on labelled photos.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use facecore::evaluate::{FP_TARGET, MatchingFit};

use super::ranges::{cosine, crop_margin, lead, rate};
use super::{Finding, Model, Networks, Threads};

#[derive(Debug, Args)]
pub struct Evaluate {
    #[command(flatten)]
    pub labelled: Labelled,
    /// Compare the pairs of this list, as pairs.txt of Labeled Faces in the Wild; photos lie in --images as NAME/NAME_0001.jpg
    #[arg(long, value_name = "FILE", requires = "images")]
    pub pairs: Option<PathBuf>,
    /// The networks to measure [default: the manifest's default]
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub model: Vec<String>,
    /// Crop margins to try: the share of the crop that is not the box, 0 to 0.9 [default: the manifest's]
    #[arg(long, value_name = "M", num_args = 1.., value_parser = crop_margin)]
    pub margin: Vec<f64>,
    /// Measure also the average of a face and its mirror image
    #[arg(long)]
    pub mirror: bool,
    /// Measure also two networks joined, with shares fitted on the pairs
    #[arg(long)]
    pub ensemble: bool,
    /// Measure also with scores that a cohort corrects: a face that resembles many strangers scores less
    #[arg(long)]
    pub cohort: bool,
    /// The rate of false positives at which true positives are counted
    #[arg(long, value_name = "RATE", default_value_t = FP_TARGET, value_parser = rate)]
    pub fp: f64,
    /// Count the slices at this score, not at the fitted one; needed where nobody has two photos
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub threshold: Option<f32>,
    /// How many people each face is compared with (without --pairs)
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [100])]
    pub candidates: Vec<usize>,
    /// From how many photos each of these people is known (without --pairs)
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [1, 2, 5, 10])]
    pub photos: Vec<usize>,
    /// How many lists of people are drawn for each number
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lists: usize,
    /// Pairs of one person in each of ten folds, and ten times as many of two people (without --pairs)
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub pairs_per_fold: usize,
    /// Edges that cut a column of numbers into slices, such as age=4,13,20; without, three slices with as many photos each
    #[arg(long, value_name = "NAME=N,N")]
    pub bands: Vec<String>,
    #[command(flatten)]
    pub all: AllPairs,
    /// Where no face is found: take the centre of the photo, or leave the photo out [default: the centre for --pairs, else leave out]
    #[arg(long, value_name = "WHAT")]
    pub not_found: Option<NotFound>,
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

/// Over all pairs of the photos, instead of drawn pairs and lists of candidates.
#[derive(Debug, Args)]
pub struct AllPairs {
    /// Compare every photo with every other: true positives at rates that drawn pairs are too few for
    #[arg(long, conflicts_with_all = ["pairs", "scores", "candidates", "photos", "lists", "pairs_per_fold", "fp"])]
    pub all_pairs: bool,
    /// Rates of false positives [default: those of 0.01, 0.001, 0.0001 and 0.00001 that the pairs can tell]
    #[arg(long, value_name = "RATE", num_args = 1.., value_parser = rate, requires = "all_pairs")]
    pub rates: Vec<f64>,
    /// A person counts as this many pairs at the most
    #[arg(long, value_name = "N", default_value_t = 100, requires = "all_pairs")]
    pub cap: usize,
    /// People who look alike, such as a family, whose pairs are counted apart: a column of the manifest, or prefix:_ for what
    /// stands before the first _ in a person's name
    #[arg(long, value_name = "COLUMN", requires = "all_pairs")]
    pub group_by: Option<String>,
    /// Measure also with the crowding around a face taken off, predicted from the face alone: by the numbers that come with the model, or by
    /// those of a file that `facecore matching fit` made of other people
    #[arg(long, value_name = "FILE", num_args = 0..=1, requires = "all_pairs")]
    pub predicted: Option<Option<PathBuf>>,
    /// Accept rates within slices: a column of the manifest, face_size, sharpness, brightness, yaw, or sex-of-name (guessed
    /// from First_Last)
    #[arg(long, value_name = "COLUMN", requires = "all_pairs")]
    pub slice_by: Option<String>,
}

/// What to do with a photo in which no face is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NotFound {
    /// Take the centre of the photo.
    Centre,
    /// Leave the photo out.
    LeaveOut,
}

#[derive(Debug, Args)]
pub struct Robustness {
    /// A folder with the photos as NAME/NAME_0001.jpg
    #[arg(long, value_name = "DIR", required_unless_present = "measured")]
    pub images: Option<PathBuf>,
    /// The list of pairs, as pairs.txt of Labeled Faces in the Wild
    #[arg(long, value_name = "FILE", required_unless_present = "measured")]
    pub pairs: Option<PathBuf>,
    /// Make worse a photo of so many pairs of one person, and of so many of two people, at the most; spread over the list
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub most: usize,
    /// The rate of false positives at which true positives are counted
    #[arg(long, value_name = "RATE", default_value_t = FP_TARGET, value_parser = rate)]
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
    #[command(flatten)]
    pub look: Look,
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
    #[arg(long, value_name = "RATE", num_args = 1.., default_values_t = [1e-2, 1e-3], value_parser = rate)]
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
pub enum Matching {
    /// Fit the numbers of a network's matcher on labelled people
    Fit(MatchingTeach),
    /// Measure how many strangers get a name, and how many people theirs
    Measure(MatchingMeasure),
}

#[derive(Debug, Args)]
pub struct MatchingTeach {
    #[command(flatten)]
    pub from: MatchingFaces,
    /// Features that tell how crowded it is around a face
    #[arg(long, value_name = "N", default_value_t = MatchingFit::default().features)]
    pub features: usize,
    /// Where the numbers go
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct MatchingMeasure {
    #[command(flatten)]
    pub from: MatchingFaces,
    /// The numbers [default: those that come with the model]
    #[arg(long, value_name = "FILE")]
    pub numbers: Option<PathBuf>,
    /// Measure a plain matcher with this cosine instead
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = cosine, conflicts_with = "numbers")]
    pub threshold: Option<f32>,
    /// How far the nearest person must be ahead of the next, with --threshold
    #[arg(long, value_name = "COSINE", default_value_t = 0.0, value_parser = lead, requires = "threshold")]
    pub lead: f32,
    /// Rates of false positives to ask for
    #[arg(long, value_name = "RATE", num_args = 1.., default_values_t = [1e-2, 1e-3], value_parser = rate)]
    pub fp: Vec<f64>,
    /// Lengths of the lists of candidates
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [10, 100, 1_000])]
    pub candidates: Vec<usize>,
    /// Photos of a candidate
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [1, 3, 5, 10])]
    pub photos: Vec<usize>,
    /// Lists drawn for each, at the least
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lists: usize,
    /// Candidates in all lists of a length together, at the least
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub listed: usize,
    /// Other seeds draw other lists
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// Labelled people of several sets of photos.
#[derive(Debug, Args)]
pub struct MatchingFaces {
    /// A CSV file: photo (path from its folder), person, and as far as known family (relatives are no strangers) and set (the kind of
    /// photos)
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// A CSV file whose fields name photos to leave out
    #[arg(long, value_name = "FILE")]
    pub without: Option<PathBuf>,
    /// Only these sets
    #[arg(long, value_name = "SET", num_args = 1..)]
    pub set: Vec<String>,
    /// Only this half of the families: fit on one half, measure on the other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub half: Option<u8>,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Args)]
pub struct ModelsFit {
    /// A folder with one folder a person
    #[arg(long, value_name = "DIR", required_unless_present = "manifest")]
    pub data: Option<PathBuf>,
    /// Instead a CSV file: photo (path from its folder), person, and as far as known family (relatives are no strangers) and set (the kind of
    /// photos)
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub manifest: Option<PathBuf>,
    /// Relatives share what stands before this text in their names, such as _
    #[arg(long, value_name = "TEXT")]
    pub family_before: Option<String>,
    /// A CSV file whose fields name photos to leave out
    #[arg(long, value_name = "FILE")]
    pub without: Option<PathBuf>,
    /// Black to add on each side of a photo that is cut tightly around the head, as a part of its width and height, such as 0.25
    /// (0 to 2); then the face nearest to the middle is meant
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = pad)]
    pub pad: f64,
    /// A folder of photos without faces, for the filter
    #[arg(long, value_name = "DIR")]
    pub scenes: Option<PathBuf>,
    /// The rate of false positives of the threshold
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = rate)]
    pub fp: f64,
    /// Where the files go [default: the folder of the models, where the commands look for the numbers of the matcher]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub look: Look,
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
    #[command(flatten)]
    pub look: Look,
}

/// How one network looks at labelled photos.
#[derive(Debug, Clone, Args)]
pub struct Look {
    /// Keep what was found and embedded in this folder
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
    /// Black to add on each side of a photo that is cut tightly around the head, as a part of its width and height, such as 0.25
    /// (0 to 2); then the face nearest to the middle is meant
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = pad)]
    pub pad: f64,
    /// Keep what was found and embedded in this folder, so that the next run goes on from there
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

fn pad(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=2.0).contains(share));
    share.ok_or_else(|| "a number from 0 to 2".to_owned())
}

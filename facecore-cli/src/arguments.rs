//! The command line: commands, options, help.

mod adapting;
mod collecting;
mod keeping;
mod measuring;
mod options;
mod ranges;
mod watching;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use facecore::Matcher;

pub use adapting::{Adapt, AdaptApply, AdaptFit, AdaptMeasure, AdaptPeople};
pub use collecting::{Collecting, Dataset, DatasetBootstrap, DatasetBuild, DatasetClean, DatasetSplit};
pub use keeping::{
    Clones, ClonesFind, ClonesList, Gallery, GalleryAdd, GalleryRemove, GallerySearch, Keep, Rebuild, Store,
    StoreErase, StoreUsers, Who,
};
pub use measuring::{
    Calibrate, Evaluate, Look, Matching, MatchingFaces, MatchingMeasure, MatchingTeach, ModelsFit, NonFace,
    NonFaceBuild, NonFaceMeasure, NonFacePhotos, NotFound, Robustness,
};
pub use options::{Computing, Finding, Model, ModelsFolder, Networks, Photos, Threads, Threshold};
pub use watching::Video;

/// Find, compare and name faces in photos.
///
/// Exit code: 0 done; 1 some photos failed, which are listed at the end, or the answer is no where a command says so; 2 nothing
/// was done: wrong usage, no models, or not one photo could be read.
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
    /// Find faces and print an embedding of each: the numbers that tell people apart
    Embed(Embed),
    /// Are two faces one person? Exit code: 0 same, 1 different, 2 not compared
    Compare(Compare),
    /// Name faces after the people whose photos are given
    Tag(Tag),
    /// Who is in clips, when, and with which face
    Video(Box<Video>),
    /// Measure accuracy on labelled pairs of photos
    Evaluate(Evaluate),
    /// Make photos worse step by step: where does recognition break?
    Robustness(Robustness),
    /// Fit thresholds to your own labelled photos
    Calibrate(Calibrate),
    /// What a matcher is taught of a network: fit it, and measure what it does
    #[command(subcommand)]
    Matching(Matching),
    /// Embeddings that fit one's own people better, learned without photos
    #[command(subcommand)]
    Adapt(Adapt),
    /// A filter against detections that are no faces
    #[command(subcommand, name = "nonface")]
    NonFace(NonFace),
    /// Face profiles: whose album is it?
    #[command(subcommand)]
    Profile(Profile),
    /// The profiles of all accounts, into a store, as often as friends' profiles change them
    Rebuild(Rebuild),
    /// A data set to train on, that builds itself from the photos of accounts
    #[command(subcommand)]
    Dataset(Dataset),
    /// People in a file, such as stars: who of them is in photos?
    #[command(subcommand)]
    Gallery(Gallery),
    /// Who of a store's users is in photos? Only those who agreed to be found
    Who(Who),
    /// Accounts of a store that show one person
    #[command(subcommand)]
    Clones(Clones),
    /// A store: how much is in it, whether it is sound, backups, users who leave
    #[command(subcommand)]
    Store(Keep),
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
    /// A photo, or - for standard input
    pub a: PathBuf,
    /// Another photo
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
    /// Require one fixed cosine of each face instead (-1 to 1): how many strangers it names then depends on the number of people
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = ranges::cosine)]
    pub threshold: Option<f32>,
    /// With --threshold, how much more alike the nearest person must be than the next one: the least difference of their cosines (0
    /// to 2)
    #[arg(long, value_name = "COSINE", default_value_t = 0.05, value_parser = ranges::lead, requires = "threshold")]
    pub lead: f32,
    /// Take the thresholds, and a cohort, from a file that `facecore calibrate` made
    #[arg(long, value_name = "FILE", conflicts_with_all = ["threshold", "lead"])]
    pub calibration: Option<PathBuf>,
    /// The share of strangers' faces that may get a name, whatever the number of people (0.0001 to 0.1)
    #[arg(long, value_name = "RATE", default_value_t = Matcher::FALSE_POSITIVE_RATE, value_parser = ranges::rate, conflicts_with = "threshold")]
    pub fp: f64,
    /// Print the faces' embeddings too (with --json)
    #[arg(long, requires = "json")]
    pub embeddings: bool,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Subcommand)]
pub enum Profile {
    /// Find the owner of an album and write the profile. Exit code: 0 written; 1 nobody is clearly the owner, or some photos failed; 2 nothing was done
    Build(BuildProfile),
    /// The same without writing the profile: why is this the owner, or nobody?
    Explain(Album),
    /// Add the owner's face on new photos to a profile, or take photos out again
    Update(UpdateProfile),
}

#[derive(Debug, Args)]
pub struct BuildProfile {
    #[command(flatten)]
    pub album: Album,
    /// Where the profile goes
    #[arg(long, value_name = "FILE", required_unless_present = "store")]
    pub out: Option<PathBuf>,
    /// Keep the profile and the album's faces in the store in this folder, which is made if there is none. What was said of the faces there
    /// is obeyed. Without an owner, the account has no profile any more
    #[arg(long, value_name = "FOLDER", requires = "user")]
    pub store: Option<PathBuf>,
    /// The account's id in the store
    #[arg(long, value_name = "ID", requires = "store")]
    pub user: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Album {
    /// Photos of the album, or folders to walk for photos (hidden files and links in them are left out)
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
    /// Compare every file with the SHA-256 in the manifest. Exit code: 0 all are right, 1 some are missing or others
    Verify(ModelsFolder),
    /// What the manifest says of each model
    List(ModelsFolder),
    /// Fit everything that holds for one network only, on labelled people: the threshold, the numbers of the matcher, a calibration, and a filter
    /// against non-faces if there are photos without faces. Exit code: 0 all was fitted, 1 some of it, or some photos failed
    Fit(Box<ModelsFit>),
    /// Make a folder of models: fetch and convert the networks, with Python 3.11 or newer and a network. Then as verify
    Fetch {
        /// The folder, which is made. What is there already stays
        #[arg(long, value_name = "DIR", default_value = "models")]
        to: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        assert_eq!((options.min_face, options.min_face_share, options.budget.max_candidates), (40, 0.0, 0));
        assert_eq!(options.budget.deadline, Some(Duration::from_millis(150)));
    }

    #[test]
    fn the_smallest_face_may_be_a_share() {
        let arguments = Arguments::try_parse_from("facecore detect a.jpg --min-face 2.5%".split(' ')).unwrap();
        let Command::Detect(detect) = arguments.command else { panic!() };
        let options = detect.finding.options();
        assert_eq!((options.min_face, options.min_face_share), (20, 0.025));
        for nonsense in ["0", "-1%", "101%", "x%", "NaN%"] {
            let line = ["facecore", "detect", "a.jpg", "--min-face", nonsense];
            assert!(Arguments::try_parse_from(line).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["detect", "detect a.jpg --threads 0", "detect a.jpg --min-face x", "compare a.jpg", "tag a.jpg"] {
            let line = ["facecore"].into_iter().chain(line.split(' '));
            assert!(Arguments::try_parse_from(line).is_err());
        }
    }
}

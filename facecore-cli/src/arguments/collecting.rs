//! Options of `dataset`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use facecore::cluster::{LabelRules, SamePhoto};

use super::options::{Finding, Model, Threads};
use super::ranges::{cosine, share};

#[derive(Debug, Subcommand)]
pub enum Dataset {
    /// Find the people of accounts who can be told apart without doubt, and write their faces. Exit code: 0 done, 1 done but some photos
    /// or accounts failed
    Build(Box<DatasetBuild>),
    /// Find people in the photos of accounts, in rounds: from the people who were found a map of the embeddings is learned (as `adapt fit`
    /// does), in the new space people are looked for again, and so on. Writes the people of the last round and the map. Exit code: 0 done, 1 done but some photos or accounts failed
    Bootstrap(Box<DatasetBootstrap>),
    /// Check the labels of a data set, or of a folder of people, by the faces themselves, and write it with what is wrong left out, moved or
    /// joined. Nothing is deleted. Exit code: 0 done, 1 done but some photos failed
    Clean(Box<DatasetClean>),
    /// What is in a data set
    Stats(DatasetStats),
    /// Hold back other people
    Split(DatasetSplit),
}

/// The accounts that a data set is made of, and how.
#[derive(Debug, Args)]
pub struct Collecting {
    /// The accounts, as `facecore rebuild` takes them; docs/rebuild.md has the fields
    #[arg(value_name = "ACCOUNTS.jsonl")]
    pub accounts: PathBuf,
    /// The folder that the photos' files are in [default: the list's]
    #[arg(long, value_name = "FOLDER")]
    pub photos: Option<PathBuf>,
    /// The folder of the data set, which is made if there is none. It holds faces: treat it as the photos
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Take only so many accounts, those that know each other least: then most people are in one account
    #[arg(long, value_name = "N")]
    pub sample: Option<NonZeroUsize>,
    /// The share of people who are held back from training (0 to 1)
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    pub held_back: f64,
    /// Other seeds choose other accounts and hold back other people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The most people on the contact sheet, which holds pictures of faces
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub sheet: usize,
    /// Go on where this was killed with the same list
    #[arg(long)]
    pub resume: bool,
    /// Replace what is in the folder
    #[arg(long, conflicts_with = "resume")]
    pub anew: bool,
    #[command(flatten)]
    pub threads: Threads,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

#[derive(Debug, Args)]
pub struct DatasetBuild {
    #[command(flatten)]
    pub from: Collecting,
    /// What becomes of people of an account who seem to be two times on one photo
    #[arg(long, value_name = "RULE", default_value = "drop")]
    pub same_photo: SamePhotoRule,
    /// From this cosine of their mean faces on, people of two accounts are one [default: that of the profiles, by the network]
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = cosine)]
    pub merge: Option<f32>,
    /// From this one on nobody can tell, and who has fewer faces is dropped [default: that of the profiles]
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = cosine)]
    pub ambiguous: Option<f32>,
}

#[derive(Debug, Args)]
pub struct DatasetBootstrap {
    #[command(flatten)]
    pub from: Collecting,
    /// The most rounds; it ends sooner where less than 0.5 % of the faces changed
    #[arg(long, value_name = "N", default_value = "4")]
    pub rounds: NonZeroUsize,
    /// What becomes of people of an account who seem to be two times on one photo
    #[arg(long, value_name = "RULE", default_value = "part")]
    pub same_photo: SamePhotoRule,
    /// A list of photos with who is on them (CSV with the columns file and person, files as in ACCOUNTS.jsonl): each round says how right its people
    /// are. Only photos with one clear face count; nothing is learned from it
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SamePhotoRule {
    /// They are dropped: two people were taken for one
    Drop,
    /// Their faces are parted, so that no two are on one photo
    Part,
    /// Nothing
    Ignore,
}

impl From<SamePhotoRule> for SamePhoto {
    fn from(rule: SamePhotoRule) -> Self {
        match rule {
            SamePhotoRule::Drop => Self::DropCluster,
            SamePhotoRule::Part => Self::CannotLink,
            SamePhotoRule::Ignore => Self::Ignore,
        }
    }
}

#[derive(Debug, Args)]
pub struct DatasetClean {
    /// The folder of the data set
    #[arg(value_name = "FOLDER", required_unless_present = "people", conflicts_with = "people")]
    pub set: Option<PathBuf>,
    /// Instead a folder with a folder of photos for each person: of each photo the face is taken that is large and near the middle. What is found
    /// becomes a data set with the labels as they are, in the folder `given` of the new one
    #[arg(long, value_name = "DIR")]
    pub people: Option<PathBuf>,
    /// With --people: put so much black around each photo first, as a part of its width and height, and take the face nearest to the middle
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, requires = "people")]
    pub pad: f64,
    /// The folder of the new data set, which is made if there is none. It holds faces: treat it as the photos
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// The folder that the photos' files are in, for the contact sheet [default: with --people that, else no sheet is made]
    #[arg(long, value_name = "FOLDER", conflicts_with = "people")]
    pub photos: Option<PathBuf>,
    /// The most changes on the contact sheet, which holds pictures of faces
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub sheet: usize,
    #[command(flatten)]
    pub rules: CleanRules,
    /// Go on where --people was killed
    #[arg(long, requires = "people")]
    pub resume: bool,
    /// Replace what is in the folder
    #[arg(long, conflicts_with = "resume")]
    pub anew: bool,
    #[command(flatten)]
    pub threads: Threads,
    #[command(flatten)]
    pub finding: Finding,
    #[command(flatten)]
    pub model: Model,
}

/// Limits, in standard deviations above the mean cosine of a face with a class that it is not of.
#[derive(Debug, Args)]
pub struct CleanRules {
    /// From here on two people are one, if each is the nearest to the other by half a standard deviation
    #[arg(long, value_name = "DEVIATIONS", default_value_t = LabelRules::default().joined)]
    join: f32,
    /// From here on a face may be of another class
    #[arg(long = "move", value_name = "DEVIATIONS", default_value_t = LabelRules::default().moved)]
    moved: f32,
    /// A face that is less near than this to its class is left out
    #[arg(long, value_name = "DEVIATIONS", allow_negative_numbers = true, default_value_t = LabelRules::default().out)]
    leave_out: f32,
}

impl CleanRules {
    pub fn rules(&self) -> LabelRules {
        LabelRules { joined: self.join, moved: self.moved, out: self.leave_out, ..LabelRules::default() }
    }
}

#[derive(Debug, Args)]
pub struct DatasetStats {
    /// The folder of the data set
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
pub struct DatasetSplit {
    /// The folder of the data set
    pub folder: PathBuf,
    /// The share of people who are held back from training (0 to 1)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub held_back: f64,
    /// Other seeds hold back other people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

//! Options of `adapt`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ranges::{cosine, share};

#[derive(Debug, Subcommand)]
pub enum Adapt {
    /// Learn a map of embeddings from people in a file. Exit code: 0 written, 1 nothing was won by any map, and none is written
    Fit(AdaptFit),
    /// Compare people before and after, whom the map was not learned from. Exit code: 0 as good or better, 1 something was lost
    Measure(AdaptMeasure),
    /// Carry the people of a file into the new space
    Apply(AdaptApply),
}

#[derive(Debug, Args)]
pub struct AdaptFit {
    #[command(flatten)]
    pub from: AdaptPeople,
    /// Where the map goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Learn with the margins' loss instead of CosFace: a face is left alone if its cosine to its own person is above the first number, and to others
    /// below the second, such as 0.9 0.3
    #[arg(long, num_args = 2, value_names = ["POSITIVE", "NEGATIVE"], allow_negative_numbers = true, value_parser = cosine)]
    pub margins: Option<Vec<f32>>,
    /// Other seeds hold back other people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct AdaptMeasure {
    #[command(flatten)]
    pub from: AdaptPeople,
    /// The map, as `adapt fit` made it
    #[arg(long, value_name = "FILE")]
    pub adaptation: PathBuf,
    /// By how much true positives may fall without anything being lost: with few people a little is chance
    #[arg(long, value_name = "SHARE", default_value_t = 0.005, value_parser = share)]
    pub may_lose: f64,
    /// A threshold of the old space: say which one of the new space accepts as many strangers
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = cosine)]
    pub threshold: Option<f32>,
}

#[derive(Debug, Args)]
pub struct AdaptApply {
    /// The file with the people
    pub people: PathBuf,
    /// The map, as `adapt fit` made it
    #[arg(long, value_name = "FILE")]
    pub adaptation: PathBuf,
    /// Where the people go
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Which people of a file.
#[derive(Debug, Args)]
pub struct AdaptPeople {
    /// A file with people and their faces: `gallery add` makes it of photos, and the library's `People` of embeddings
    pub people: PathBuf,
    /// Relatives share what stands before this text in their names, such as _: they are not told apart, and are in the same half
    #[arg(long, value_name = "TEXT")]
    pub family_before: Option<String>,
    /// Only this half of the people (of the families): learn from one half, measure on the other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub half: Option<u8>,
}

//! Simulated albums with known owners, of real faces (a folder of people such as LFW) and of synthetic ones: fits the numbers that
//! ship with `facecore::profile`, and measures what profiles are worth. `docs/profiles.md` has the tables.

#![allow(unreachable_pub, reason = "a program: nothing of it is reached from outside")]

mod adapt;
mod alike;
mod attributes;
mod bootstrap;
mod clean;
mod dbscan;
mod deal;
mod faces;
mod fit;
mod measure;
mod owners;
mod purity;
mod real;
mod recognise;
mod scale;
mod social;
mod town;
mod world;

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Simulated albums: fit and measure face profiles")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Detect and embed the faces of a folder of people, and crops of photos without faces, into a cache
    Faces {
        /// A folder with one folder a person (LFW)
        #[arg(long)]
        images: PathBuf,
        /// Photos without faces (BSDS500); `faces.csv` beside them says which have one
        #[arg(long)]
        scenes: PathBuf,
        #[arg(long)]
        cache: PathBuf,
        #[arg(long, default_value = "models")]
        models: PathBuf,
        #[arg(long, default_value = "facenet-ms1m-128")]
        model: String,
    },
    /// Fit the settings that ship, on all people
    Fit {
        #[command(flatten)]
        real: RealFaces,
        /// Where to write them
        #[arg(long)]
        out: PathBuf,
    },
    /// How often is the owner found? Fitted on half of the people, measured on the other half
    Owners {
        #[command(flatten)]
        real: RealFaces,
    },
    /// How often are owners recognised in new photos, by the profiles built?
    Recognise {
        #[command(flatten)]
        real: RealFaces,
    },
    /// What is a map of the embeddings worth that was learned on half of the families and people, on the other half?
    Adapt {
        #[command(flatten)]
        real: RealFaces,
        /// Instead of the losses of the table each pair of margins
        #[arg(long)]
        grid: bool,
    },
    /// Write real faces into a folder, for `index measure` and `benches/peers/search.py`
    Search {
        #[command(flatten)]
        real: RealFaces,
        #[arg(long)]
        folder: PathBuf,
    },
    /// Accounts of real people, of which some have two: how many of these pairs are reported, and how many others?
    Clones {
        #[command(flatten)]
        real: RealFaces,
        /// Photos of each account
        #[arg(long, default_value_t = 5)]
        photos: usize,
        /// Only each so-many-th of the people who have photos for two accounts has two
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        every: u32,
        /// Where the index of the accounts goes
        #[arg(long)]
        folder: PathBuf,
    },
    /// Deal albums of real faces as files, with the list of accounts that `facecore rebuild` takes and `truth.csv`: the faces of a photo side by side
    Deal {
        #[command(flatten)]
        real: RealFaces,
        /// The folder of people that the cache was made of
        #[arg(long)]
        images: PathBuf,
        /// The most accounts
        #[arg(long, default_value_t = 300)]
        accounts: usize,
        #[arg(long)]
        folder: PathBuf,
    },
    /// Whom do the profiles show that were built of these albums?
    Judge {
        #[command(flatten)]
        real: RealFaces,
        /// Where the albums were dealt to
        #[arg(long)]
        folder: PathBuf,
        #[arg(long)]
        store: PathBuf,
    },
    /// Is each person one person in the data set that `facecore dataset build` made of these albums?
    Purity {
        #[command(flatten)]
        real: RealFaces,
        /// The data set; without it, a table of the rules in albums that no photo is read of
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Rounds without a label on accounts made of the families of one half: purity by round, and how much of the labelled gain is won
    Bootstrap {
        #[command(flatten)]
        real: RealFaces,
        /// The half whose families have accounts; the other one is measured on. The rules were chosen with 2
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
        half: u8,
        /// Instead of the rounds what becomes of them where a rule is changed or switched off
        #[arg(long)]
        rules: bool,
    },
    /// Labels broken on purpose: how much of that does a check find and mend, and what else does it change? The rules were chosen on one half
    /// of the families and people
    Clean {
        #[command(flatten)]
        real: RealFaces,
        /// The half to measure on
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
        half: u8,
        /// As if it were not known which faces are of one photo
        #[arg(long)]
        without_photos: bool,
        /// Instead of the table by shares one by rules, with a tenth of the labels broken
        #[arg(long)]
        grid: bool,
    },
    /// Build the profiles of so many simulated users, with synthetic faces, and watch the memory
    Scale {
        #[arg(long, default_value_t = 1_000_000)]
        users: u64,
        #[arg(long, default_value_t = 2)]
        passes: usize,
        /// Where the profiles of each pass go while it runs
        #[arg(long)]
        folder: PathBuf,
    },
    /// Put the synthetic faces of so many accounts into `FOLDER/store`, and the list of the accounts beside it: for `facecore rebuild`
    Keep {
        #[arg(long, default_value_t = 100_000)]
        users: u64,
        #[arg(long)]
        folder: PathBuf,
    },
    /// Ages from simulated friends, and sex from names that training has not seen
    Social {
        #[arg(long, default_value_t = 20_000)]
        people: usize,
        #[arg(long, default_value = "testdata/names")]
        names: PathBuf,
    },
    /// Age and sex from pixels, on a folder of faces with `labels.csv` (UTKFace)
    Attributes {
        folder: PathBuf,
        #[arg(long, default_value = "models")]
        models: PathBuf,
    },
    /// Label the sets of `testdata/clusters/reference.py make`, or time one large album
    Dbscan {
        /// The folder of the sets
        sets: Option<PathBuf>,
        #[arg(long, default_value_t = 10_000)]
        faces: usize,
    },
}

#[derive(Args)]
struct RealFaces {
    /// The cache that `albums faces` made
    #[arg(long)]
    cache: PathBuf,
    #[arg(long, default_value = "facenet-ms1m-128")]
    model: String,
    /// The space of the cache's embeddings
    #[arg(long, default_value = "e37f9c1f75f50abd")]
    space: facecore::SpaceId,
    /// A list of photos that carry two names (`photo_a,photo_b,…`), or a wrong one (`photo_a,,…`), which are left out; may be given several times
    #[arg(long)]
    errata: Vec<PathBuf>,
    /// Worlds to make
    #[arg(long, default_value_t = 3)]
    seeds: u64,
}

impl RealFaces {
    fn open(&self) -> Result<faces::Cache, Box<dyn Error>> {
        let mut without = HashSet::new();
        for list in &self.errata {
            without.extend(errata(list)?);
        }
        faces::Cache::open(&self.cache, &self.model, self.space, &without)
    }
}

fn shipped(space: facecore::SpaceId) -> Result<facecore::profile::Settings, Box<dyn Error>> {
    facecore::profile::Settings::for_space(space).ok_or_else(|| format!("no settings ship for space {space}").into())
}

fn errata(path: &Path) -> Result<HashSet<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    Ok(text.lines().skip(1).flat_map(|line| line.split(',').take(2).map(str::to_owned).collect::<Vec<_>>()).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Faces { images, scenes, cache, models, model } => {
            let engine = facecore::Engine::open_model(&models, &model)?;
            faces::build(&engine, &images, &scenes, &cache)
        }
        Command::Fit { real, out } => owners::ship(&real.open()?, real.space, real.seeds, &out),
        Command::Owners { real } => owners::tables(&real.open()?, real.space, real.seeds),
        Command::Recognise { real } => recognise::tables(&real.open()?, shipped(real.space)?, real.seeds),
        Command::Adapt { real, grid } => adapt::tables(&real.open()?, grid),
        Command::Search { real, folder } => alike::write(&real.open()?, &folder),
        Command::Clones { real, photos, every, folder } => {
            alike::clones(&real.open()?, real.space, [photos, every as usize], &folder)
        }
        Command::Deal { real, images, accounts, folder } => deal::write(&real.open()?, &images, accounts, &folder),
        Command::Judge { real, folder, store } => deal::judge(&real.open()?, shipped(real.space)?, &folder, &store),
        Command::Purity { real, folder: Some(folder) } => purity::judge(&real.open()?, real.space, &folder),
        Command::Purity { real, folder: None } => purity::rules(&real.open()?, &shipped(real.space)?, real.seeds),
        Command::Bootstrap { real, half, rules } => {
            bootstrap::tables(&real.open()?, &shipped(real.space)?, (half, real.seeds), rules)
        }
        Command::Clean { real, half, without_photos, grid } => {
            clean::tables(&real.open()?, (half, !without_photos), real.seeds, grid)
        }
        Command::Scale { users, passes, folder } => {
            scale::run(users, passes, shipped("e37f9c1f75f50abd".parse()?)?, &folder)
        }
        Command::Keep { users, folder } => scale::keep(users, &shipped("e37f9c1f75f50abd".parse()?)?, &folder),
        Command::Social { people, names } => {
            social::ages(people);
            social::names(&names)
        }
        Command::Attributes { folder, models } => attributes::measure(&folder, &models),
        Command::Dbscan { sets: Some(folder), .. } => dbscan::label(&folder),
        Command::Dbscan { sets: None, faces } => dbscan::time(faces),
    }
}

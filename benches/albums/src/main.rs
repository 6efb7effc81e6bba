//! Simulated albums with known owners, of real faces (a folder of people such as LFW) and of synthetic ones: fits the numbers that
//! ship with `facecore::profile`, and measures what profiles are worth. `docs/profiles.md` has the tables.

mod faces;

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

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
        #[arg(long, default_value = facecore::Engine::DEFAULT_MODEL)]
        model: String,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Faces { images, scenes, cache, models, model } => {
            let engine = facecore::Engine::open_model(&models, &model)?;
            faces::build(&engine, &images, &scenes, &cache)
        }
    }
}

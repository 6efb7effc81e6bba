//! Options that several commands take, and what they mean to the library.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use facecore::{
    Budget, Compute, Damage, DetectOptions, DetectorKind, Engine, EngineOptions, Limits, Manifest, Matcher,
    MatchingNumbers, YunetOptions,
};

use super::ranges;
use crate::failure::Result;
use crate::shown;

#[derive(Debug, Args)]
pub struct Photos {
    /// Photos, folders to walk for photos (hidden files and links in them are left out), or - for standard input
    #[arg(required = true, value_name = "PHOTO")]
    pub paths: Vec<PathBuf>,
    /// Write the photos with what was found: into a folder, or one photo into a .jpg or .png file
    #[arg(long, value_name = "OUT")]
    pub draw: Option<PathBuf>,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Clone, Args)]
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

/// How photos are read, whatever is then done with them.
#[derive(Debug, Clone, Args)]
pub struct Reading {
    /// The largest photo to decode, in pixels: width times height
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_pixels)]
    max_pixels: u64,
    /// The largest file to read, in bytes
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_bytes)]
    max_bytes: usize,
    /// A JPEG of which a part is lost: refuse it, or keep what is whole and say so [default: keep to look for faces, refuse to
    /// learn them]
    #[arg(long, value_name = "WHAT")]
    damaged: Option<Damaged>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Damaged {
    Refuse,
    Keep,
}

impl Reading {
    /// `damage` holds where the user did not choose.
    fn limits(&self, damage: Damage) -> Limits {
        let damage = self.damaged.map_or(damage, |damaged| match damaged {
            Damaged::Refuse => Damage::Refuse,
            Damaged::Keep => Damage::Keep,
        });
        let Self { max_pixels, max_bytes, .. } = *self;
        let limits = Limits { max_pixels, max_bytes, damage, ..Limits::default() };
        if self.max_pixels <= Limits::default().max_pixels {
            return limits;
        }
        // Whoever allows more pixels means panoramas too; their number bounds the sides.
        Limits { max_width: u32::MAX, max_height: u32::MAX, ..limits }
    }
}

/// How photos are read and which faces are looked for in them.
#[derive(Debug, Clone, Args)]
pub struct Finding {
    #[command(flatten)]
    reading: Reading,
    /// The smallest face to look for: its side in pixels, or as a share of the photo's longer side, such as 3%
    #[arg(long, value_name = "N", default_value = "20", value_parser = smallest_face)]
    min_face: SmallestFace,
    /// How many places that look like faces at first and are none may be looked at closely: bounds the time; 0 = no bound
    #[arg(long, value_name = "N", default_value_t = Budget::default().max_candidates)]
    max_candidates: usize,
    /// The most milliseconds that finding the faces of a photo may take; a result that is cut short says so
    #[arg(long, value_name = "MS")]
    deadline: Option<u64>,
    /// With yunet: look at a large photo once, as it is, without the second look at a shrunken one that finds its large faces
    #[arg(long)]
    single_look: bool,
}

impl Finding {
    /// The limits for photos in which faces are only looked for: a damaged photo, if that is said, is better than none.
    pub fn limits(&self) -> Limits {
        self.reading.limits(Damage::Keep)
    }

    /// The limits for photos whose faces are kept or decide something: half a face would be wrong for long.
    pub fn strict_limits(&self) -> Limits {
        self.reading.limits(Damage::Refuse)
    }

    pub fn options(&self) -> DetectOptions {
        let deadline = self.deadline.map(Duration::from_millis);
        let budget = Budget { max_candidates: self.max_candidates, deadline, ..Budget::default() };
        let yunet = YunetOptions { second_look: !self.single_look, ..YunetOptions::default() };
        let options = DetectOptions { budget, yunet, ..DetectOptions::default() };
        match self.min_face {
            SmallestFace::Pixels(min_face) => DetectOptions { min_face, ..options },
            SmallestFace::Share(min_face_share) => DetectOptions { min_face_share, ..options },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum SmallestFace {
    Pixels(u32),
    /// Of the photo's longer side, 0 to 1.
    Share(f32),
}

fn smallest_face(text: &str) -> std::result::Result<SmallestFace, String> {
    let found = match text.strip_suffix('%') {
        Some(percent) => {
            let percent = percent.parse().ok().filter(|percent: &f32| (0.0..=100.0).contains(percent));
            percent.map(|percent| SmallestFace::Share(percent / 100.0))
        }
        None => text.parse().ok().filter(|&pixels| pixels > 0).map(SmallestFace::Pixels),
    };
    found.ok_or_else(|| {
        "give a number of pixels from 1 on, or a share of the photo's longer side from 0% to 100%".into()
    })
}

#[derive(Debug, Clone, Args)]
pub struct ModelsFolder {
    /// The folder of the models, with manifest.toml
    #[arg(long = "models", value_name = "DIR", env = "FACECORE_MODELS", default_value = "models")]
    folder: PathBuf,
}

impl ModelsFolder {
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The manifest in the folder.
    pub fn manifest(&self) -> Result<Manifest> {
        self.check()?;
        Ok(Manifest::open(&self.folder)?)
    }

    /// Says what to do if there is no such folder, as everybody sees it who starts the command in another folder.
    fn check(&self) -> Result<()> {
        if self.folder.join("manifest.toml").exists() {
            return Ok(());
        }
        let folder = shown::path(&self.folder);
        Err(format!(
            "no models in the folder {folder}: it has no manifest.toml. `facecore models fetch --to DIR` (or `make models` in \
             facecore's repository) makes a folder of models; name it with --models DIR or the environment variable FACECORE_MODELS"
        )
        .into())
    }
}

#[derive(Debug, Clone, Args)]
pub struct Computing {
    /// What finds the faces: mtcnn, or yunet (faster, and a photo full of faces costs it little more than one with few)
    #[arg(long, value_name = "ID", default_value_t = DetectorKind::Mtcnn)]
    pub detector: DetectorKind,
    /// How the networks compute: auto, f32, bf16 (about two thirds of the time, slightly other numbers) or portable
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
#[derive(Debug, Clone, Args)]
pub struct Networks {
    #[command(flatten)]
    models: ModelsFolder,
    #[command(flatten)]
    computing: Computing,
}

impl Networks {
    /// The model `id`, or without one the manifest's default.
    pub fn open(&self, id: Option<&str>) -> Result<Engine> {
        let Computing { detector, compute } = self.computing;
        let options = EngineOptions { model: id.map(str::to_owned), detector, compute, ..EngineOptions::default() };
        self.models.check()?;
        Ok(Engine::open_with(&self.models.folder, &options)?)
    }

    pub fn folder(&self) -> &std::path::Path {
        &self.models.folder
    }

    /// The manifest's default model.
    pub fn default_model(&self) -> Result<String> {
        Ok(self.models.manifest()?.default)
    }
}

#[derive(Debug, Clone, Args)]
pub struct Model {
    /// The network that makes embeddings; `facecore models list` has them [default: the manifest's]
    #[arg(long = "model", value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    networks: Networks,
}

impl Model {
    pub fn open(&self) -> Result<Engine> {
        self.networks.open(self.id.as_deref())
    }

    /// The folder of the models.
    pub fn folder(&self) -> &std::path::Path {
        self.networks.folder()
    }

    /// A matcher for the network: by the numbers that `models fit` put beside it, else by those that come with the library.
    pub fn matcher(&self, engine: &Engine) -> Result<Matcher> {
        let nothing = || "the engine has no network for embeddings".to_owned();
        let (space, id) = (engine.space().ok_or_else(nothing)?, engine.model().ok_or_else(nothing)?);
        let path = self.folder().join(format!("{id}.matching.toml"));
        if !path.exists() {
            return Ok(Matcher::for_space(space)?);
        }
        let about = |reason: &dyn std::fmt::Display| format!("{}: {reason}", shown::path(&path));
        let text = std::fs::read_to_string(&path).map_err(|error| about(&error))?;
        let numbers = MatchingNumbers::read(&text).map_err(|error| about(&error))?;
        if numbers.space != space {
            let reason =
                format!("of space {}, the network's is {space}; `facecore models fit` makes it anew", numbers.space);
            return Err(about(&reason).into());
        }
        Ok(Matcher::with_numbers(numbers))
    }
}

#[derive(Debug, Args)]
pub struct Threshold {
    /// The least cosine that counts as one person (-1 to 1) [default: the model's]
    #[arg(long, value_name = "COSINE", allow_negative_numbers = true, value_parser = ranges::cosine)]
    threshold: Option<f32>,
}

impl Threshold {
    pub fn of(&self, engine: &Engine) -> Result<f32> {
        let known = self.threshold.or_else(|| engine.default_threshold());
        known.ok_or_else(|| "the model has no threshold in the manifest; give --threshold".to_owned().into())
    }
}

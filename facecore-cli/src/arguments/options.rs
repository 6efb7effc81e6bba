//! Options that several commands take, and what they mean to the library.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::Args;
use facecore::{Budget, Compute, DetectOptions, DetectorKind, Engine, EngineOptions, Manifest, YunetOptions};

use crate::failure::Result;

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
    /// With yunet: look at a large photo once, as it is, without the second look at a shrunken one that finds its large faces
    #[arg(long)]
    single_look: bool,
}

impl Finding {
    pub fn options(&self) -> DetectOptions {
        let deadline = self.deadline.map(Duration::from_millis);
        let budget = Budget { max_candidates: self.max_candidates, deadline, ..Budget::default() };
        let yunet = YunetOptions { second_look: !self.single_look, ..YunetOptions::default() };
        DetectOptions { min_face: self.min_face, budget, yunet, ..DetectOptions::default() }
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
    /// What finds the faces: mtcnn, or yunet (faster, and its time does not depend on the number of faces)
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
#[derive(Debug, Args)]
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
        Ok(Engine::open_with(&self.models.folder, &options)?)
    }

    pub fn folder(&self) -> &std::path::Path {
        &self.models.folder
    }

    /// The manifest's default model.
    pub fn default_model(&self) -> Result<String> {
        Ok(Manifest::open(&self.models.folder)?.default)
    }
}

#[derive(Debug, Args)]
pub struct Model {
    /// The network that embeds [default: the manifest's]
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

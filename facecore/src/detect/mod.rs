//! Photo → faces: the cascade of MTCNN (Zhang, Zhang, Li, Qiao: *Joint Face Detection and Alignment using Multi-task Cascaded
//! Convolutional Networks*, 2016), with the numbers of davidsandberg's `facenet` (`detect_face.py`).
//!
//! `proposal` runs P-Net over a pyramid of scaled photos; `refinement` shows what it found to R-Net, then to O-Net;
//! `blobs` and `suppression` drop the double finds between the stages; `budget` bounds what all of it may cost. May use: `photo`, `net`, `geometry`. Knows nothing of embeddings.

mod blobs;
mod budget;
mod candidate;
mod proposal;
mod refinement;
mod suppression;

use std::time::{Duration, Instant};

use budget::StopAt;
pub use budget::{Budget, Cut};

use crate::error::{Error, Result};
use crate::geometry::{BoundingBox, Landmarks};
use crate::net::{Idle, Kernels, Network, Pixels, Size};
use crate::photo::{Photo, Resampler};

/// What counts as a face, and how much is looked at.
///
/// ```
/// use facecore::DetectOptions;
/// let large_faces_only = DetectOptions { min_face: 80, ..DetectOptions::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DetectOptions {
    /// Side of the smallest face looked for, in pixels, at least 1; twice as large costs a quarter of the time. Default 20.
    pub min_face: u32,
    /// Side of the largest face looked for, in pixels (about: scales are steps); 0 (default): up to the whole photo.
    pub max_face: u32,
    /// Step between the scales of the pyramid, above 0.1 and below 1. Default 0.709.
    pub factor: f32,
    /// Probabilities, 0…1, from which P-, R- and O-Net pass a candidate on. Default 0.6, 0.7, 0.7.
    pub thresholds: [f32; 3],
    /// How P-Net's answer at a scale becomes candidates. Default: blobs.
    pub filter: ProposalFilter,
    /// What the photo may cost.
    pub budget: Budget,
}

/// Which of P-Net's cells that see the same face at the same scale goes on (R33).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProposalFilter {
    /// Blobs of the score map, a box for each peak: what NMS keeps, several times faster.
    #[default]
    Blobs,
    /// Non-maximum suppression, as the reference has it.
    Nms,
}

impl Default for DetectOptions {
    fn default() -> Self {
        Self {
            min_face: 20,
            max_face: 0,
            factor: 0.709,
            thresholds: [0.6, 0.7, 0.7],
            filter: ProposalFilter::default(),
            budget: Budget::default(),
        }
    }
}

impl DetectOptions {
    fn check(&self) -> Result<()> {
        let refuse = |name, reason: &str| Err(Error::Option { name, reason: reason.into() });
        if self.min_face == 0 {
            return refuse("min_face", "must be at least 1 pixel");
        }
        if !(0.1..1.0).contains(&self.factor) {
            return refuse("factor", "must be at least 0.1 and below 1");
        }
        if !self.thresholds.iter().all(|threshold| (0.0..=1.0).contains(threshold)) {
            return refuse("thresholds", "must be between 0 and 1");
        }
        Ok(())
    }
}

/// A detected face.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// The box in the upright photo, in pixels: the reference's own numbers, so it may reach beyond the photo.
    pub bounding_box: BoundingBox,
    /// The five points in the upright photo, in pixels.
    pub landmarks: Landmarks,
    /// O-Net's probability that this is a face, 0…1.
    pub score: f32,
    /// The box in the file's stored pixels, before EXIF turned it upright and before it was shrunk.
    pub stored_box: BoundingBox,
    /// The points in the file's stored pixels, in the order of `landmarks`.
    pub stored_landmarks: Landmarks,
}

/// The faces of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Best score first.
    pub faces: Vec<Face>,
    /// Whether the budget left nothing out.
    pub complete: bool,
    /// What the budget left out.
    pub cut: Cut,
    /// What each stage did.
    pub stats: DetectStats,
}

/// Counts and times of the stages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DetectStats {
    /// Scales of the pyramid that P-Net saw to their end.
    pub scales: usize,
    /// Pixels of the pyramid that P-Net saw.
    pub pixels: u64,
    /// Cells that P-Net passed.
    pub proposed: usize,
    /// Candidates after filtering and suppression.
    pub candidates: usize,
    /// Candidates that R-Net passed, after suppression.
    pub refined: usize,
    /// Pyramid, P-Net and what follows up to the candidates.
    pub propose_time: Duration,
    /// The part of `propose_time` that filters P-Net's cells and suppresses double finds across scales.
    pub filter_time: Duration,
    /// Crops and R-Net.
    pub refine_time: Duration,
    /// Crops and O-Net.
    pub output_time: Duration,
}

/// Memory that one photo leaves to the next.
#[derive(Default)]
struct Scratch {
    resampler: Resampler,
    /// What a network is to see.
    pixels: Vec<f32>,
}

/// The three networks.
pub(crate) struct Detector {
    p_net: Network,
    r_net: Network,
    o_net: Network,
    idle: Idle<Scratch>,
}

impl Detector {
    /// From the ONNX bytes of P-, R- and O-Net.
    pub(crate) fn load([p_net, r_net, o_net]: [&[u8]; 3], kernels: Kernels) -> Result<Self> {
        // P-Net's candidates decide which box a face gets: rounded to bf16, three faces in a hundred get another.
        let p_kernels = if kernels == Kernels::Avx512Bf16 { Kernels::Avx512 } else { kernels };
        Ok(Self {
            p_net: Network::load("mtcnn (P-Net)", p_net, Size::About([480, 640]), p_kernels)?,
            r_net: Network::load("mtcnn (R-Net)", r_net, Size::Fixed([24, 24]), kernels)?,
            o_net: Network::load("mtcnn (O-Net)", o_net, Size::Fixed([48, 48]), kernels)?,
            idle: Idle::default(),
        })
    }

    /// What runs the networks.
    pub(crate) fn kernels(&self) -> Kernels {
        self.r_net.kernels()
    }

    pub(crate) fn detect(&self, photo: &Photo<'_>, options: &DetectOptions) -> Result<Detection> {
        options.check()?;
        self.idle.with(|scratch| self.detect_with(photo, options, scratch))
    }

    fn detect_with(&self, photo: &Photo<'_>, options: &DetectOptions, scratch: &mut Scratch) -> Result<Detection> {
        let (mut stats, mut cut) = (DetectStats::default(), Cut::default());
        let start = Instant::now();
        let stop_at = |share| StopAt::share(start, options.budget.deadline, share);
        let candidates = proposal::propose(&self.p_net, photo, options, stop_at(0.5), scratch, &mut stats, &mut cut)?;
        stats.propose_time = start.elapsed();
        let (refined, seen) =
            refinement::refine(&self.r_net, photo, &candidates, options, stop_at(0.75), scratch, &mut cut)?;
        stats.refined = refined.len();
        // In bf16 a crop takes two thirds of the time.
        let cheap = self.o_net.kernels() == Kernels::Avx512Bf16;
        let refined = refinement::choose(refined, options.budget.most_chosen(seen, cheap), &mut cut);
        stats.refine_time = start.elapsed() - stats.propose_time;
        let mut found =
            refinement::output(&self.o_net, photo, &refined, options.thresholds[2], stop_at(1.0), scratch, &mut cut)?;
        cut.faces = found.len() - budget::within(found.len(), options.budget.max_faces);
        found.truncate(found.len() - cut.faces);
        let faces = found
            .into_iter()
            .map(|(candidate, landmarks)| face(photo, candidate.area, candidate.score, landmarks))
            .collect();
        stats.output_time = start.elapsed() - stats.propose_time - stats.refine_time;
        Ok(Detection { faces, complete: cut.is_nothing(), cut, stats })
    }
}

fn face(photo: &Photo<'_>, area: BoundingBox, score: f32, landmarks: Landmarks) -> Face {
    Face {
        bounding_box: area,
        landmarks,
        score,
        stored_box: BoundingBox::spanning(photo.to_stored([area.x1, area.y1]), photo.to_stored([area.x2, area.y2])),
        stored_landmarks: landmarks.map(|point| photo.to_stored(point)),
    }
}

/// Pixels 0…255 as all three networks want them: (x − 127.5) / 128.
fn normalised(values: &[f32], size: [usize; 2]) -> Pixels<'_> {
    Pixels { values, size, scale: 1.0 / 128.0, offset: -127.5 / 128.0 }
}

/// The networks answer with the difference of the two logits, whose sigmoid is the softmax's second channel.
fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

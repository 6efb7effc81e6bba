//! The cascade of MTCNN (Zhang, Zhang, Li, Qiao: *Joint Face Detection and Alignment using Multi-task Cascaded Convolutional
//! Networks*, 2016), with the numbers of davidsandberg's `facenet` (`detect_face.py`): its boxes are the reference's own.
//!
//! `proposal` runs P-Net over a pyramid of scaled photos; `refinement` shows what it found to R-Net, then to O-Net; `blobs` and
//! `suppression` drop the double finds between the stages; `allowance` bounds how many candidates R- and O-Net see.

mod allowance;
mod blobs;
mod candidate;
pub(super) mod options;
mod proposal;
mod refinement;

use std::time::Instant;

pub use options::{MtcnnOptions, MtcnnStats, ProposalFilter};

use super::budget::{Cut, StopAt, within};
use super::detection::{DetectStats, Detection, Face};
use super::options::DetectOptions;
use crate::error::Result;
use crate::net::{Idle, Kernels, Network, Pixels, Size};
use crate::photo::{Photo, Resampler};

/// Memory that one photo leaves to the next.
#[derive(Default)]
struct Scratch {
    resampler: Resampler,
    /// What a network is to see.
    pixels: Vec<f32>,
}

/// One photo on its way through the cascade: what all stages read, and what they count.
struct Run<'a> {
    photo: &'a Photo<'a>,
    options: &'a DetectOptions,
    start: Instant,
    scratch: &'a mut Scratch,
    stats: MtcnnStats,
    cut: Cut,
}

impl Run<'_> {
    /// When a stage has to stop, as a share of the deadline.
    fn stop_at(&self, share: f64) -> StopAt {
        StopAt::share(self.start, self.options.budget.deadline, share)
    }
}

/// The three networks.
pub(crate) struct Mtcnn {
    p_net: Network,
    r_net: Network,
    o_net: Network,
    idle: Idle<Scratch>,
}

impl Mtcnn {
    /// From the ONNX bytes of P-, R- and O-Net.
    pub(super) fn load([p_net, r_net, o_net]: [&[u8]; 3], kernels: Kernels) -> Result<Self> {
        // P-Net's candidates decide which box a face gets: rounded to bf16, three faces in a hundred get another.
        Ok(Self {
            p_net: Network::load("mtcnn (P-Net)", p_net, Size::About([480, 640]), kernels.fine())?,
            r_net: Network::load("mtcnn (R-Net)", r_net, Size::Fixed([24, 24]), kernels)?,
            o_net: Network::load("mtcnn (O-Net)", o_net, Size::Fixed([48, 48]), kernels)?,
            idle: Idle::default(),
        })
    }

    /// What runs the networks.
    pub(super) fn kernels(&self) -> Kernels {
        self.r_net.kernels()
    }

    pub(super) fn detect(&self, photo: &Photo<'_>, options: &DetectOptions) -> Result<Detection> {
        self.idle.with(|scratch| {
            let (start, stats, cut) = (Instant::now(), MtcnnStats::default(), Cut::default());
            self.run(Run { photo, options, start, scratch, stats, cut })
        })
    }

    fn run(&self, mut run: Run<'_>) -> Result<Detection> {
        let candidates = proposal::propose(&self.p_net, &mut run)?;
        run.stats.propose_time = run.start.elapsed();
        let (refined, seen) = refinement::refine(&self.r_net, &candidates, &mut run)?;
        run.stats.refined = refined.len();
        // In bf16 a crop takes two thirds of the time.
        let cheap = self.o_net.kernels().is_coarse();
        let bound = allowance::most_chosen(run.options.budget.max_candidates, seen, cheap);
        let refined = refinement::choose(refined, bound, &mut run.cut);
        run.stats.refine_time = run.start.elapsed() - run.stats.propose_time;
        let mut found = refinement::output(&self.o_net, &refined, &mut run)?;
        run.cut.faces = found.len() - within(found.len(), run.options.budget.max_faces);
        found.truncate(found.len() - run.cut.faces);
        let face = |(candidate, landmarks): (candidate::Candidate, _)| {
            Face::new(run.photo, candidate.area, landmarks, candidate.score)
        };
        let faces = found.into_iter().map(face).collect();
        run.stats.output_time = run.start.elapsed() - run.stats.propose_time - run.stats.refine_time;
        Ok(Detection { faces, complete: run.cut.is_nothing(), cut: run.cut, stats: DetectStats::Mtcnn(run.stats) })
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

//! What a fit minimises, and how.

use crate::error::{Error, Result};

/// What is minimised: how far faces are from the centroid of their person, and how near to those of others. Centroids are learned too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// The loss that OK.ru's face recognition was fine-tuned with: for a face of person t, with centroids c,
    /// `max(positive − cos(c_t), 0)² + Σ_{i≠t} max(cos(c_i) − negative, 0)²`. A face that is near enough to its own centroid and far enough
    /// from all others teaches nothing.
    Margins {
        /// The cosine to the own centroid from which a face is left alone, −1…1.
        positive: f32,
        /// The cosine to another's centroid up to which a face is left alone, −1…1.
        negative: f32,
    },
    /// CosFace (Wang et al.: *CosFace: Large Margin Cosine Loss for Deep Face Recognition*, 2018): cross entropy of the softmax over
    /// all people's cosines times `scale`, where `margin` is first taken off the cosine to the own centroid.
    CosFace {
        /// By which cosines are multiplied, above 0.
        scale: f32,
        /// What is taken off the cosine to the own centroid, 0…2.
        margin: f32,
    },
}

/// How a fit learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// What is minimised.
    pub loss: Loss,
    /// The most passes over the faces, from 1.
    pub epochs: usize,
    /// Faces of a step, from 1; fewer where there are so few faces that an epoch would have less than 24 steps.
    pub batch: usize,
    /// The step's size at the beginning, above 0; it falls to 0 along half a cosine.
    pub rate: f32,
    /// How strongly the map is held to the identity, from 0: half of this, times the squared difference from the identity, is
    /// added to the loss.
    pub pull: f32,
    /// The part of the groups of people (families, where given) that the fit does not learn from but measures each epoch on, 0…1
    /// (exclusive).
    pub held_back: f64,
    /// Epochs without a gain on the people held back after which the fit ends, from 1.
    pub patience: usize,
    /// Other seeds hold back other people and take the faces in another order.
    pub seed: u64,
    /// Threads to work on, from 1; the answer does not depend on it.
    pub threads: usize,
}

impl Default for Parameters {
    /// CosFace with scale 20 and margin 0.35; what `albums adapt` finds best (`docs/training.md`), at most 30 epochs. One thread.
    fn default() -> Self {
        Self {
            loss: Loss::CosFace { scale: 20.0, margin: 0.35 },
            epochs: 30,
            batch: 256,
            rate: 3e-4,
            pull: 0.0,
            held_back: 0.1,
            patience: 10,
            seed: 1,
            threads: 1,
        }
    }
}

impl Parameters {
    /// # Errors
    /// [`Error::Option`] for a number outside its range.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |name: &'static str, reason: &str| Err(Error::Option { name, reason: reason.into() });
        let counts = [("epochs", self.epochs), ("batch", self.batch), ("patience", self.patience)];
        for (name, count) in counts.into_iter().chain([("threads", self.threads)]) {
            if count == 0 {
                return refuse(name, "must be at least 1");
            }
        }
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return refuse("rate", "must be above 0");
        }
        if !(self.pull >= 0.0 && self.pull.is_finite()) {
            return refuse("pull", "must be at least 0");
        }
        if !(self.held_back > 0.0 && self.held_back < 1.0) {
            return refuse("held_back", "must be above 0 and below 1");
        }
        match self.loss {
            Loss::Margins { positive, negative } => {
                if ![positive, negative].iter().all(|margin| (-1.0..=1.0).contains(margin)) {
                    return refuse("loss", "margins must be from -1 to 1");
                }
            }
            Loss::CosFace { scale, margin } => {
                if !(scale > 0.0 && scale.is_finite() && (0.0..=2.0).contains(&margin)) {
                    return refuse("loss", "the scale must be above 0, the margin from 0 to 2");
                }
            }
        }
        Ok(())
    }
}

//! Makes recognition better on a service's own people without a single photo: a linear map of stored embeddings, learned from
//! embeddings and confirmed names.
//!
//! A network was trained on other people than a service has. Who keeps embeddings and confirmed tags, but no photos or no means to train
//! networks, can still turn and stretch the space so that its own people lie farther apart: [`fit`] learns the map with a loss that
//! networks are fine-tuned with, in seconds on a processor, [`compare`] says on people it has not learned from whether it pays, and
//! [`Adaptation::apply`] carries each embedding, old or new, into the new space.
//!
//! `adaptation` is the map and its bytes, `loss` what is minimised, `learner` a step of the descent, `fit` the whole of it, `compare` what
//! it is worth. May use: `embed`, `error`, `evaluate`, `random`, `space`.

mod adaptation;
mod compare;
mod fit;
mod learner;
mod loss;
mod parameters;
#[cfg(test)]
mod tests;

pub use adaptation::Adaptation;
pub use compare::{Comparison, carry_threshold, compare};
pub(crate) use fit::learn;
pub use fit::{Epoch, Fitted, fit};
pub use parameters::{Loss, Parameters};

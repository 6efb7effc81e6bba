//! What networks there are: `manifest.toml` of a folder, with what each file is, what its network is fed, where it came from, and the
//! hash it must have.
//!
//! `manifest` reads and checks the files, `entry` is one model, `kind` what it is for, `preprocessing` what a network is fed. May use: `error`,
//! `geometry`, `space`. Knows nothing of photos, and runs nothing.

mod entry;
mod kind;
mod manifest;
mod preprocessing;
#[cfg(test)]
mod tests;

pub use entry::{ModelEntry, ModelFile};
pub use kind::{DetectorKind, ModelKind};
pub use manifest::Manifest;
pub use preprocessing::{ColourOrder, Crop, LandmarkFit, Normalisation, Preprocessing};

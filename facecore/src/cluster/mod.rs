//! Which faces of an album are one person: density clusters of embeddings, with what is known about pairs of faces.
//!
//! - [`Dbscan`]: Ester et al., *A Density-Based Algorithm for Discovering Clusters* (KDD 1996), exact, on cosine distance
//!   (1 − cosine). Without links its labels are scikit-learn's. It takes must-links and cannot-links; two faces of one photo are a
//!   cannot-link.
//! - [`Zones`]: rules for two clusters: one person, two people, or so alike that only the larger one is kept.
//! - [`SamePhoto`]: what is done about two faces of one photo in a cluster.
//! - [`Grouping`]: all of these, from an album's faces to its people.
//! - [`LabelRules`]: faces that have names already, some of them wrong.
//!
//! Everything is exact and deterministic: the order of the faces decides ties. May use: `embed`, `error`. Knows nothing of albums,
//! friends or profiles.

mod dbscan;
mod grouping;
mod links;
mod relabel;
mod zones;

pub use dbscan::{Dbscan, Labels};
pub use grouping::{Grouping, GroupingReport};
pub use links::{Links, SamePhoto};
pub use relabel::{LabelAction, LabelReport, LabelRules, LabelVerdict, LabelledClass, Strangers};
pub use zones::{Zones, ZonesReport};

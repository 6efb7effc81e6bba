//! Each stage alone, by criterion: what a change costs. Beside other libraries: `make bench`.
//!
//! ```text
//! cargo bench --workspace --bench stages -- --save-baseline before
//! cargo bench --workspace --bench stages -- --baseline before        # after the change
//! ```
//!
//! The networks must be in `models/`: `make models` puts them there; one that is not there is left out.

#![allow(clippy::unwrap_used, reason = "a bench that cannot start says why and ends")]

mod networks;
mod people;
mod photos;

use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// A file or folder of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

criterion_group! {
    name = stages;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = photos::decode, photos::detect, photos::embed, networks::networks, people::decide, people::cluster, people::build
}
criterion_main!(stages);

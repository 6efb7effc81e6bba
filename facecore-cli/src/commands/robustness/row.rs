//! What is measured of a pair, one of whose photos was made worse; a line of a CSV file.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use facecore::FaceQuality;
use facecore::evaluate::{Rate, Tally};
use serde::{Deserialize, Serialize};

use crate::failure::Result;
use crate::{saving, shown};

/// Of pairs whose photos are as they were.
pub const UNCHANGED: &str = "unchanged";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The place in the list of pairs.
    pub pair: usize,
    /// The half of the people, 0 or 1, if both are in the same.
    pub half: Option<u8>,
    pub same: bool,
    pub degradation: String,
    /// Whether the detector still sees the face.
    pub found: bool,
    pub cosine: f32,
    /// The cosine to the same face in the unchanged photo.
    pub own: f32,
    pub size: f32,
    pub sharpness: f32,
    pub brightness: f32,
    pub yaw: f32,
    pub roll: f32,
    pub score: f32,
}

impl Row {
    /// That of the face that was made worse.
    pub fn quality(&self) -> FaceQuality {
        let Self { size, sharpness, brightness, yaw, roll, score, .. } = *self;
        FaceQuality { size, sharpness, brightness, yaw, roll, score }
    }
}

/// How many of one kind of pairs are accepted; the steps of a pair count as one unit.
pub fn accepted(rows: &[&Row], same: bool, threshold: f32) -> Rate {
    let mut pairs: BTreeMap<usize, Tally> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.same == same) {
        let tally = pairs.entry(row.pair).or_default();
        tally.trials += 1;
        tally.hits += usize::from(row.cosine >= threshold);
    }
    Rate::of(&pairs.into_values().collect::<Vec<_>>())
}

pub fn write(path: &Path, rows: &[Row]) -> Result<()> {
    let about = |error: &dyn Display| format!("--faces {}: {error}", shown::path(path));
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.serialize(row)).map_err(|error| about(&error))?;
    saving::save("--faces", path, &writer.into_inner().map_err(|error| about(&error))?)
}

pub fn read(path: &Path) -> Result<Vec<Row>> {
    let about = |error: csv::Error| format!("--measured {}: {error}", shown::path(path));
    let mut reader = csv::Reader::from_path(path).map_err(about)?;
    Ok(reader.deserialize().collect::<Result<_, _>>().map_err(about)?)
}

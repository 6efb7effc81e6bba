//! What following costs, and what it keeps.

use std::time::Duration;

use crate::detect::DetectOptions;
use crate::error::{Error, Result};

/// How a [`Tracker`](super::Tracker) works. All times are of the video, except the work of `budget`.
///
/// ```
/// use std::time::Duration;
/// use facecore::video::TrackerOptions;
/// let cheap = TrackerOptions { budget: Some(Duration::from_millis(100)), ..TrackerOptions::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerOptions {
    /// How faces are found, on the frames that are looked at whole. Default: faces from 24 pixels and a fiftieth of the longer side on, at
    /// most 64 of them.
    pub detect: DetectOptions,
    /// From one look at the whole frame to the next; in between faces are followed. A cut or a lost face is looked at sooner. Default 120 ms.
    pub interval: Duration,
    /// Most work for a second of video, by this thread's clock. What is left is saved up for at most a second; in debt, frames
    /// are passed over and the faces go on as they last moved. So what comes out depends on the machine where that is slower than the budget.
    /// `None` is no bound, and the same result everywhere. Default 250 ms.
    pub budget: Option<Duration>,
    /// Most faces of a track that are embedded and kept, the best ones, spread in time; 1 to 64. Default 8.
    pub faces_per_track: usize,
    /// How long a lost face may come back to its track. Default 10 s. Later it is a new track, which [`people`](super::people) joins
    /// to the old one.
    pub memory: Duration,
    /// From which cosine on a face that comes back is the one that was lost, −1…1. `None` (the default) is the model's own threshold.
    pub same_person: Option<f32>,
    /// Most tracks that are kept of a clip, so that a hostile one has an end; those with the fewest faces go first and are counted. Default 10,000.
    pub max_tracks: usize,
}

impl Default for TrackerOptions {
    fn default() -> Self {
        let mut detect = DetectOptions { min_face: 24, min_face_share: 0.02, ..DetectOptions::default() };
        detect.budget.max_faces = 64;
        Self {
            detect,
            interval: Duration::from_millis(120),
            budget: Some(Duration::from_millis(250)),
            faces_per_track: 8,
            memory: Duration::from_secs(10),
            same_person: None,
            max_tracks: 10_000,
        }
    }
}

impl TrackerOptions {
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |name, reason: String| Err(Error::Option { name, reason });
        if !(1..=64).contains(&self.faces_per_track) {
            return wrong("faces_per_track", format!("{} is not from 1 to 64", self.faces_per_track));
        }
        if self.max_tracks == 0 {
            return wrong("max_tracks", "must be at least 1".into());
        }
        if self.same_person.is_some_and(|cosine| !(-1.0..=1.0).contains(&cosine)) {
            return wrong("same_person", "must be from -1 to 1".into());
        }
        Ok(())
    }
}

/// What a tracker did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackerStats {
    /// Frames taken.
    pub frames: u64,
    /// Frames passed over, because the budget was spent.
    pub passed_over: u64,
    /// Frames looked at whole, for faces.
    pub detections: u64,
    /// Faces embedded.
    pub embedded: u64,
    /// Cuts from one shot to another.
    pub cuts: u64,
    /// Tracks dropped beyond `max_tracks`.
    pub dropped: u64,
    /// Work, by the clock.
    pub work: Duration,
}

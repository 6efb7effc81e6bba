//! The options of a tracker, and its statistics.

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
    /// Time between two searches of the whole frame for faces; in between faces are followed. After a cut, or when a face is
    /// lost, the next search comes sooner. Default 120 ms.
    pub interval: Duration,
    /// Most work for a second of video, by this thread's clock. Unused budget is saved up for at most a second. When it is overspent, frames
    /// are skipped and faces are moved on as they moved last. So on a machine too slow for the budget the result depends on its speed; with
    /// `None`, no bound, it is the same everywhere. Default 250 ms.
    pub budget: Option<Duration>,
    /// Most faces of a track that are embedded and kept, the best ones, spread in time; 1 to 64. Default 8.
    pub faces_per_track: usize,
    /// How long after it was lost a face may come back to its track. Default 10 s. After that it begins a new track, which
    /// [`people`](super::people) joins to the old one.
    pub memory: Duration,
    /// The cosine from which on a face that comes back is taken for the one that was lost, −1…1. `None` (the default) means the
    /// model's own threshold.
    pub same_person: Option<f32>,
    /// Most tracks that are kept of a clip, so that a hostile one cannot use up the memory; those with the fewest faces are
    /// dropped first, and counted. Default 10,000.
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

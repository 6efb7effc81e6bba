//! Which views of a face are kept: the best ones, spread in time.

use std::time::Duration;

use super::track::{Place, Track, worst};
use crate::embed::FaceQuality;

/// A view must be so much better than another to take its place.
const BETTER: f32 = 1.15;
/// The first view is kept from this weight on, or whatever it is from the third detection on: better views may never come.
const GOOD: f32 = 0.3;
/// From the n-th view to the next pass n times so many seconds.
const APART: f32 = 0.3;

/// What a view counts in its track's embedding, above 0 to 1: how likely it is recognised, less for a head that is turned away and for a
/// face of few pixels.
pub(super) fn weight(quality: &FaceQuality) -> f32 {
    /// The side in pixels from which on more pixels add nothing.
    const FULL: f32 = 64.0;
    let weight = quality.value() * (1.0 - 0.7 * quality.yaw) * (quality.size / FULL).min(1.0);
    weight.clamp(0.01, 1.0)
}

/// Whether a view of this weight at this time is worth an embedding.
pub(super) fn place(track: &Track, at: Duration, weight: f32, most: usize) -> Option<Place> {
    let faces = &track.faces;
    let Some(last) = faces.last() else {
        return (weight >= GOOD || track.detections >= 3).then_some(Place::New);
    };
    let apart = Duration::from_secs_f32(APART * faces.len() as f32);
    if faces.len() < most && at.saturating_sub(last.at) >= apart {
        return Some(Place::New);
    }
    let rival = if faces.len() < most { faces.len() - 1 } else { worst(faces) };
    (weight > BETTER * faces[rival].weight).then_some(Place::Instead(rival))
}

//! Which track each found face belongs to: by its place, and by embeddings where the place does not decide.

use std::time::Duration;

use super::track::{Following, centre};
use crate::embed::Embedding;
use crate::error::Result;
use crate::geometry::BoundingBox;
use crate::matching::assign;

/// A face is no candidate for a track below this affinity of their boxes.
const NEAR: f32 = 0.1;
/// What a cosine above or below the one asked for counts beside the affinity of the boxes, 0…1.
const COSINE: f32 = 2.0;
/// A face whose cosine is so far below the one asked for is somebody else, wherever it is.
pub(super) const SOMEBODY_ELSE: f32 = 0.25;
/// A track lost so long ago is still where it was, or where it was going.
const MOMENT: Duration = Duration::from_millis(800);
/// So much less than `same` is asked of a face that comes out from behind something.
const HALF_COVERED: f32 = 0.2;

/// How well a box goes on with another: their overlap or, where a quick face left its box, how near they are.
fn affinity(a: &BoundingBox, b: &BoundingBox) -> f32 {
    let (from, to) = (centre(a), centre(b));
    let sides = [a, b].map(|area| (area.width() * area.height()).max(0.0).sqrt());
    let ratio = sides[0] / sides[1];
    if !(0.6..=1.67).contains(&ratio) {
        return 0.0;
    }
    let apart = (from[0] - to[0]).hypot(from[1] - to[1]) / (0.5 * (sides[0] + sides[1]));
    a.iou(b).max(0.3 * (1.0 - apart))
}

/// The faces that may go on with each track, by place: pairs of face and affinity.
pub(super) fn candidates(tracks: &[Following], faces: &[BoundingBox]) -> Vec<Vec<(usize, f32)>> {
    let of = |track: &Following| {
        let near = |(at, area): (usize, &BoundingBox)| {
            let affinity = affinity(&track.bounding_box, area);
            (affinity >= NEAR).then_some((at, affinity))
        };
        faces.iter().enumerate().filter_map(near).collect()
    };
    tracks.iter().map(of).collect()
}

/// The faces whose track the place does not tell: near two tracks, or near a track that has another face near, or that crossed somebody.
pub(super) fn unclear(tracks: &[Following], candidates: &[Vec<(usize, f32)>], faces: usize) -> Vec<bool> {
    let mut claims = vec![0; faces];
    for (face, _) in candidates.iter().flatten() {
        claims[*face] += 1;
    }
    let mut unclear = vec![false; faces];
    for (track, near) in tracks.iter().zip(candidates) {
        let contested = near.len() > 1
            || track.crossing.is_some()
            || track.missed > 0
            || near.iter().any(|(face, _)| claims[*face] > 1);
        for (face, _) in near.iter().filter(|_| contested) {
            unclear[*face] = true;
        }
    }
    unclear
}

/// The face of each track, so that the places and the cosines agree best in all. `same` is the cosine that one person's faces have.
///
/// # Errors
/// Embeddings of two spaces.
pub(super) fn associate(
    tracks: &[Following],
    candidates: &[Vec<(usize, f32)>],
    embeddings: &[Option<Embedding>],
    same: f32,
) -> Result<Vec<Option<usize>>> {
    let weigh = |track: &Following, &(face, affinity): &(usize, f32)| -> Result<Option<(usize, f64)>> {
        let (Some(known), Some(found)) = (&track.embedding, &embeddings[face]) else {
            return Ok(Some((face, affinity.into())));
        };
        let ahead = known.cosine(found)? - same;
        let weight = affinity + COSINE * ahead.min(0.2);
        Ok((ahead > -SOMEBODY_ELSE && weight > 0.0).then_some((face, weight.into())))
    };
    let mut rows = Vec::with_capacity(tracks.len());
    for (track, near) in tracks.iter().zip(candidates) {
        let row: Result<Vec<_>> = near.iter().filter_map(|pair| weigh(track, pair).transpose()).collect();
        rows.push(row?);
    }
    Ok(assign(&rows))
}

/// Which of the lost tracks each of these faces resumes, if any: the pairs that agree best in all. A face must be at least `same` alike; where
/// it comes out near the place at which the track was lost a moment ago, it is still half covered, and must only not be somebody else.
///
/// # Errors
/// Embeddings of two spaces.
pub(super) fn resume(
    lost: &[Following],
    faces: &[(BoundingBox, Option<&Embedding>)],
    at: Duration,
    same: f32,
) -> Result<Vec<Option<usize>>> {
    let weigh = |track: &Following, area: &BoundingBox, face: &Embedding| -> Result<Option<f64>> {
        let Some(known) = &track.embedding else { return Ok(None) };
        let recent = at.saturating_sub(track.at) <= MOMENT;
        let near =
            if recent { affinity(&track.bounding_box, area).max(affinity(&track.expected(at), area)) } else { 0.0 };
        let cosine = known.cosine(face)?;
        let asked = if near >= NEAR { same - HALF_COVERED } else { same };
        // Above 0, as an assignment asks, however low `same` is.
        Ok((cosine >= asked).then_some(f64::from(cosine + near) + 2.0))
    };
    let mut rows = Vec::with_capacity(faces.len());
    for (area, face) in faces {
        let mut row = Vec::new();
        for (at, track) in lost.iter().enumerate() {
            if let Some(face) = face
                && let Some(weight) = weigh(track, area, face)?
            {
                row.push((at, weight));
            }
        }
        rows.push(row);
    }
    Ok(assign(&rows))
}

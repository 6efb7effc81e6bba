//! A clip in words, and as JSON.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use facecore::video::{ClipPerson, Span};
use facecore::{BoundingBox, Outcome};
use serde::Serialize;

use super::watch::{Place, Watched, name};
use crate::output::{MatchRecord, json_line};
use crate::shown;

/// A track, one line of JSON. Field names and meanings are a contract: fields are added, never changed.
#[derive(Serialize)]
struct TrackRecord<'a> {
    file: &'a str,
    track: u32,
    /// The number of the person in this clip: the same for tracks that are one person.
    person: Option<usize>,
    /// Null for a track without an embedding.
    #[serde(rename = "match")]
    verdict: Option<MatchRecord<'a>>,
    /// First and last time of each stretch, in seconds.
    spans: Vec<[f64; 2]>,
    detections: u32,
    best: Option<BestRecord>,
    /// Frame number from 0, and the box: x1, y1, x2, y2.
    frames: Vec<(u32, f32, f32, f32, f32)>,
}

/// The best view of a track.
#[derive(Serialize)]
struct BestRecord {
    at: f64,
    #[serde(rename = "box")]
    corners: [f32; 4],
    quality: f32,
}

/// A line for each track, in the order in which they begin.
pub fn json(path: &Path, watched: &Watched) -> String {
    let file = shown::name(path.as_os_str());
    let mut lines = String::new();
    for (at, (track, places)) in watched.tracks.iter().zip(&watched.places).enumerate() {
        let person = watched.person_of(at);
        let verdict = person.and_then(|person| watched.people[person].verdict.as_ref());
        let best = track.best().map(|best| {
            let BoundingBox { x1, y1, x2, y2 } = best.bounding_box;
            BestRecord { at: best.at.as_secs_f64(), corners: [x1, y1, x2, y2], quality: best.quality.value() }
        });
        lines += &json_line(&TrackRecord {
            file: &file,
            track: track.id,
            person,
            verdict: verdict.map(MatchRecord::from),
            spans: track.spans.iter().map(|span| [span.start, span.end].map(|at| at.as_secs_f64())).collect(),
            detections: track.detections,
            best,
            frames: places.iter().map(frame).collect(),
        });
    }
    lines
}

fn frame(Place { frame, area, .. }: &Place) -> (u32, f32, f32, f32, f32) {
    (*frame, area.x1, area.y1, area.x2, area.y2)
}

/// The people of the clip, a line each.
pub fn text(path: &Path, watched: &Watched) -> String {
    let mut text = format!(
        "{}: {}, {} frames, {} cuts, {} people; {:.0} ms of work a second\n",
        shown::path(path),
        clock(watched.length),
        watched.frames,
        watched.stats.cuts,
        watched.people.len(),
        watched.stats.work.as_secs_f64() * 1e3 / watched.length.as_secs_f64().max(1e-3)
    );
    for (at, person) in watched.people.iter().enumerate() {
        let times: Vec<_> =
            spans(watched, person).iter().map(|span| format!("{}–{}", clock(span.start), clock(span.end))).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>4}  {:<40} {}", at + 1, title(person), times.join(", "));
    }
    text
}

/// The name and its cosine, or why there is none.
pub fn title(person: &ClipPerson) -> String {
    match (&person.verdict, name(person)) {
        (Some(verdict), Some(name)) => {
            let cosine = if let Outcome::Match { cosine, .. } = verdict.outcome { cosine } else { 0.0 };
            format!("{}  {cosine:.2}", shown::printable(name))
        }
        (Some(verdict), None) => match verdict.outcome {
            Outcome::NoMatch { reason } => format!("unknown: {reason}"),
            Outcome::Match { .. } => "unknown".into(),
        },
        (None, _) => "unknown: no view of the face is good enough".into(),
    }
}

/// When the person is seen, in order.
pub fn spans(watched: &Watched, person: &ClipPerson) -> Vec<Span> {
    let mut spans: Vec<_> =
        person.tracks.iter().flat_map(|&track| watched.tracks[track].spans.iter().copied()).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// Minutes and seconds.
pub fn clock(at: Duration) -> String {
    let tenths = at.as_millis() / 100;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_minutes_and_seconds() {
        assert_eq!(
            [0, 59_999, 60_000, 3_661_250].map(|ms| clock(Duration::from_millis(ms))),
            ["0:00.0", "0:59.9", "1:00.0", "61:01.2"]
        );
    }
}

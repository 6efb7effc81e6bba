//! A clip → its tracks and people.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use facecore::video::{ClipPerson, Track, TrackedFace, Tracker, TrackerStats, people};
use facecore::{BoundingBox, Engine, Landmarks, Outcome};
use indicatif::{ProgressBar, ProgressStyle};

use super::frames::{Frame, Frames};
use super::{Naming, WatchError};
use crate::arguments::Video;
use crate::photos::PhotoError;
use crate::sheet::{self, Thumbnail};

/// Where a track is in a frame.
pub struct Place {
    /// The frame's number, from 0.
    pub frame: u32,
    pub area: BoundingBox,
    pub landmarks: Landmarks,
}

/// All about a clip.
pub struct Watched {
    pub tracks: Vec<Track>,
    /// Where each track is, frame by frame.
    pub places: Vec<Vec<Place>>,
    pub people: Vec<ClipPerson>,
    /// If asked for, the pictures of the faces that tracks kept, by the track's place and the time.
    pub pictures: HashMap<(usize, Duration), Thumbnail>,
    /// How long the clip was, as far as it could be read.
    pub length: Duration,
    pub frames: u32,
    pub stats: TrackerStats,
    /// Why it ended too soon.
    pub broken: Option<PhotoError>,
}

impl Watched {
    /// Which person a track belongs to.
    pub fn person_of(&self, track: usize) -> Option<usize> {
        self.people.iter().position(|person| person.tracks.contains(&track))
    }
}

/// The person's name.
pub fn name(person: &ClipPerson) -> Option<&str> {
    match &person.verdict.as_ref()?.outcome {
        Outcome::Match { person, .. } => Some(person),
        Outcome::NoMatch { .. } => None,
    }
}

/// Follows the faces of a clip to its end, or as far as it can be read.
pub fn watch(path: &Path, arguments: &Video, engine: &Engine, naming: &Naming) -> Result<Watched, WatchError> {
    let limits = arguments.finding.limits();
    let mut frames = Frames::open(path, &limits, arguments.until())?;
    let bar = bar(frames.length());
    let mut seen = Seen { with_pictures: arguments.report.is_some(), ..Seen::default() };
    let mut tracker = Tracker::new(arguments.tracking(naming.same))?;
    let mut broken = None;
    for frame in &mut frames {
        match frame {
            Ok(frame) => {
                let faces = tracker.push(engine, &frame.photo(&limits)?, frame.at)?;
                seen.take(&frame, &faces, &limits)?;
                bar.set_position(frame.at.as_millis() as u64);
            }
            Err(error) => broken = Some(error),
        }
    }
    bar.finish_and_clear();
    let stats = tracker.stats();
    let tracks = tracker.finish();
    if seen.frames == 0 {
        let none = || facecore::Error::Decode { reason: "there is no picture in it".into() }.into();
        return Err(WatchError::Clip(broken.unwrap_or_else(none)));
    }
    let people = people(&tracks, naming.same, &naming.matcher, &naming.people)?;
    let places = tracks.iter().map(|track| seen.places_of(track)).collect();
    let pictures = tracks.iter().enumerate().flat_map(|(at, track)| seen.pictures_of(at, track)).collect();
    let Seen { last, frames, .. } = seen;
    Ok(Watched { tracks, places, people, pictures, length: last, frames, stats, broken })
}

/// What is remembered of the frames.
#[derive(Default)]
struct Seen {
    frames: u32,
    last: Duration,
    places: HashMap<u32, Vec<(Duration, Place)>>,
    with_pictures: bool,
    pictures: HashMap<(u32, Duration), Thumbnail>,
}

impl Seen {
    fn take(&mut self, frame: &Frame, faces: &[TrackedFace], limits: &facecore::Limits) -> facecore::Result<()> {
        for face in faces {
            let place = Place { frame: self.frames, area: face.bounding_box, landmarks: face.landmarks };
            self.places.entry(face.track).or_default().push((frame.at, place));
            if self.with_pictures && face.kept {
                let picture = sheet::thumbnail(&frame.photo(limits)?, &face.bounding_box);
                self.pictures.insert((face.track, frame.at), picture);
            }
        }
        self.frames += 1;
        self.last = frame.at;
        Ok(())
    }

    /// The places of a track while it was seen, under all of its numbers. Places after the last time that it was found are left out.
    fn places_of(&mut self, track: &Track) -> Vec<Place> {
        let within = |at: &Duration| track.spans.iter().any(|span| (span.start..=span.end).contains(at));
        let mut places = BTreeMap::new();
        // In order, so that the place under the highest number stays.
        for id in numbers(track) {
            let told = self.places.remove(&id).unwrap_or_default();
            places.extend(told.into_iter().filter(|(at, _)| within(at)));
        }
        places.into_values().collect()
    }

    /// The pictures of the faces that a track kept, by the track's place in the list and the time.
    fn pictures_of(&mut self, at: usize, track: &Track) -> Vec<((usize, Duration), Thumbnail)> {
        let mut of = |time| numbers(track).find_map(|id| self.pictures.remove(&(id, time)));
        track.faces.iter().filter_map(|face| Some(((at, face.at), of(face.at)?))).collect()
    }
}

/// The numbers that a track had in the answers, in order.
fn numbers(track: &Track) -> impl Iterator<Item = u32> {
    std::iter::once(track.id).chain(track.absorbed.iter().copied())
}

/// Goes along the time of the clip.
fn bar(length: Option<Duration>) -> ProgressBar {
    let Some(length) = length else { return ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {percent} % of the clip, {eta} left");
    ProgressBar::new(length.as_millis() as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

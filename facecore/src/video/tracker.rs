//! Frames in, tracks of faces out. What is done with the faces of a frame that is looked at is in `look`.

mod look;

use std::time::{Duration, Instant};

use super::flow;
use super::options::{TrackerOptions, TrackerStats};
use super::picture::Picture;
use super::spending::Spending;
use super::track::{Following, Track, TrackedFace};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::photo::Photo;
use crate::space::SpaceId;

/// A lost face is looked for again at once, and a new one is found a second time or is none, but no sooner than this share of the interval after
/// the last look.
const SOONEST: f32 = 0.3;

/// Follows the faces of one clip, frame by frame, in order. It keeps no frame: only a small grey copy of the last one, and of each track
/// its times and its best embeddings.
///
/// Faces are found on some frames, as [`TrackerOptions::interval`] says, and followed by optical flow on the others. Where two faces cross or
/// one comes back, their embeddings tell who is who. A track ends with its shot; [`people`](super::people) joins the tracks of
/// one person.
///
/// ```no_run
/// use std::time::Duration;
/// use facecore::video::{Tracker, TrackerOptions};
/// # use facecore::{Engine, Limits, Orientation, Photo, PixelFormat, RawView};
/// # fn next_frame() -> Option<Vec<u8>> { None }
/// # fn main() -> facecore::Result<()> {
/// let engine = Engine::open("models")?;
/// let mut tracker = Tracker::new(TrackerOptions::default())?;
/// let mut at = Duration::ZERO;
/// while let Some(rgb) = next_frame() {
///     let view = RawView {
///         data: &rgb, width: 1280, height: 720, stride: 3 * 1280, format: PixelFormat::Rgb, orientation: Orientation::Upright,
///     };
///     for face in tracker.push(&engine, &Photo::from_raw(view, &Limits::default())?, at)? {
///         println!("{at:?}: track {} at {}", face.track, face.bounding_box);
///     }
///     at += Duration::from_millis(40);
/// }
/// println!("{} tracks", tracker.finish().len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Tracker {
    options: TrackerOptions,
    spending: Spending,
    stats: TrackerStats,
    /// That of the embeddings so far.
    space: Option<SpaceId>,
    last: Option<Duration>,
    looked: Option<Duration>,
    before: Option<Before>,
    live: Vec<Following>,
    lost: Vec<Following>,
    ended: Vec<Track>,
    next_id: u32,
}

/// The frame that was looked at before, and its time.
struct Before(Picture, Duration);

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Before")
    }
}

/// What a look is about.
struct Frame<'a> {
    engine: &'a Engine,
    photo: &'a Photo<'a>,
    at: Duration,
    /// The cosine from which on two faces are one person.
    same: f32,
}

impl Tracker {
    /// A tracker for one clip.
    ///
    /// # Errors
    /// [`Error::Option`] for an option outside its range.
    pub fn new(options: TrackerOptions) -> Result<Self> {
        options.check()?;
        Ok(Self::with(options))
    }

    fn with(options: TrackerOptions) -> Self {
        Self {
            spending: Spending::new(options.budget),
            options,
            stats: TrackerStats::default(),
            space: None,
            last: None,
            looked: None,
            before: None,
            live: Vec::new(),
            lost: Vec::new(),
            ended: Vec::new(),
            next_id: 0,
        }
    }

    /// Takes the next frame, `at` after the beginning of the clip, and says where the faces are in it. A frame of another size begins
    /// another shot. With an engine that only detects, faces that cross or come back are told apart by their places alone.
    ///
    /// # Errors
    /// [`Error::Option`] for a time that is not after the one before, and for a model without a threshold of its own where
    /// [`TrackerOptions::same_person`] is not given; [`Error::SpaceMismatch`] for an engine of another space than before; those of
    /// [`Engine::detect`]. The frame is then left out, and the tracker goes on.
    pub fn push(&mut self, engine: &Engine, frame: &Photo<'_>, at: Duration) -> Result<Vec<TrackedFace>> {
        let same = self.same_person(engine)?;
        if let Some(last) = self.last.filter(|last| at <= *last) {
            return Err(Error::Option {
                name: "at",
                reason: format!("{at:?} is not after {last:?}, the time of the frame before"),
            });
        }
        if let (Some(left), Some(right)) = (self.space, engine.space())
            && left != right
        {
            return Err(Error::SpaceMismatch { left, right });
        }
        self.space = self.space.or(engine.space());
        self.spending.earn(at.saturating_sub(self.last.unwrap_or(at)));
        self.last = Some(at);
        self.stats.frames += 1;
        for track in &mut self.live {
            (track.detected, track.kept) = (false, false);
        }
        if self.spending.in_debt() {
            self.stats.passed_over += 1;
            self.live.iter_mut().for_each(|track| track.drift(at));
        } else {
            let start = Instant::now();
            let looked = self.look(&Frame { engine, photo: frame, at, same });
            self.spending.pay(start.elapsed());
            self.stats.work += start.elapsed();
            looked?;
        }
        Ok(self.live.iter().filter(|track| track.is_confirmed()).map(Following::seen).collect())
    }

    /// The tracks so far, in the order in which they began, without those that [`take_ended`](Self::take_ended) took.
    pub fn tracks(&self) -> Vec<Track> {
        let open = self
            .live
            .iter()
            .chain(&self.lost)
            .filter(|track| track.is_confirmed())
            .map(|following| following.track.clone());
        let mut tracks: Vec<_> = self.ended.iter().cloned().chain(open).collect();
        tracks.sort_by_key(|track| track.id);
        tracks
    }

    /// Takes the tracks that have ended, in the order in which they began: those of earlier shots, and faces that have not come back. For a
    /// stream without an end, so that memory does not grow.
    pub fn take_ended(&mut self) -> Vec<Track> {
        let mut tracks = std::mem::take(&mut self.ended);
        tracks.sort_by_key(|track| track.id);
        tracks
    }

    /// Ends the clip: its tracks, as [`tracks`](Self::tracks) has them. After that the tracker is ready for another clip.
    pub fn finish(&mut self) -> Vec<Track> {
        self.end_shot();
        let tracks = self.take_ended();
        *self = Self::with(self.options.clone());
        tracks
    }

    /// What was done so far.
    pub fn stats(&self) -> TrackerStats {
        self.stats
    }

    fn same_person(&self, engine: &Engine) -> Result<f32> {
        let own = || engine.default_threshold().or(engine.space().is_none().then_some(0.0));
        self.options.same_person.or_else(own).ok_or_else(|| Error::Option {
            name: "same_person",
            reason: "the model has no threshold of its own: give the cosine from which on two faces are one person"
                .into(),
        })
    }

    fn look(&mut self, frame: &Frame<'_>) -> Result<()> {
        let picture = Picture::of(frame.photo);
        let before = self.before.take();
        let cut =
            before.as_ref().is_some_and(|Before(before, at)| before.is_cut_to(&picture, frame.at.saturating_sub(*at)));
        if cut {
            self.end_shot();
            self.stats.cuts += 1;
        } else if let Some(Before(before, _)) = &before {
            self.follow(before, &picture, frame.at);
        }
        self.before = Some(Before(picture, frame.at));
        if cut || self.is_due(frame.at) { self.find(frame) } else { Ok(()) }
    }

    fn is_due(&self, at: Duration) -> bool {
        let Some(looked) = self.looked else { return true };
        let urgent = self.live.iter().any(|track| track.astray || track.pending == 1);
        let wait = if urgent { self.options.interval.mul_f32(SOONEST) } else { self.options.interval };
        at.saturating_sub(looked) >= wait
    }

    fn follow(&mut self, before: &Picture, now: &Picture, at: Duration) {
        for track in self.live.iter_mut().filter(|track| !track.astray) {
            match flow::follow(before, now, &track.bounding_box, track.guess(at)) {
                Some(shift) => track.moved(shift, at),
                None => {
                    track.drift(at);
                    track.astray = true;
                }
            }
        }
    }

    fn end_shot(&mut self) {
        for track in &mut self.live {
            track.extend();
        }
        let ended = self.live.drain(..).filter(Following::is_confirmed).chain(self.lost.drain(..)).collect();
        self.end(ended);
        self.looked = None;
    }

    fn end(&mut self, tracks: Vec<Following>) {
        self.ended.extend(tracks.into_iter().map(|following| following.track));
        while self.ended.len() > self.options.max_tracks {
            let fewest =
                self.ended.iter().enumerate().min_by_key(|(_, track)| track.detections).map_or(0, |(at, _)| at);
            self.ended.swap_remove(fewest);
            self.stats.dropped += 1;
        }
    }
}

//! Frames in, tracks of faces out.

use std::time::{Duration, Instant};

use super::association::{SOMEBODY_ELSE, associate, candidates, resume, unclear};
use super::flow;
use super::options::{TrackerOptions, TrackerStats};
use super::picture::Picture;
use super::spending::Spending;
use super::track::{Following, KeptFace, Place, Track, TrackedFace, View};
use super::views;
use crate::detect::Face;
use crate::embed::{Embedding, FaceQuality};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::models::DetectorKind;
use crate::photo::Photo;
use crate::space::SpaceId;

/// A lost face is looked for again at once, and a new one is found a second time or is none, but no sooner than this share of the interval after
/// the last look.
const SOONEST: f32 = 0.3;
/// Looks that may miss a face which the flow still holds.
const PATIENCE: u32 = 3;
/// Faces so far over each other cross; of the two that do, the one that was not found is covered.
const CROSSING: f32 = 0.1;
/// For so long after, embeddings tell who is who.
const AFTER_CROSSING: Duration = Duration::from_millis(500);
/// A new face so far over another is the same.
const ONE_FACE: f32 = 0.5;
/// New faces that are compared with lost ones in a look, and views that are embedded to be kept.
const EMBEDDED_A_LOOK: usize = 8;
/// A view of at least this weight is clear enough to say that it is of somebody else.
const CLEAR: f32 = 0.4;

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

/// A view of a face, and what it counts.
struct Weighed {
    quality: FaceQuality,
    weight: f32,
}

impl Weighed {
    /// The view with its place among those that are kept, if it has one.
    fn of(frame: &Frame<'_>, face: &Face, place: impl Fn(f32) -> Option<Place>) -> Option<(Self, Place)> {
        let quality = FaceQuality::measure(frame.photo, &face.bounding_box, &face.landmarks, face.score).ok()?;
        let weight = views::weight(&quality);
        Some((Self { quality, weight }, place(weight)?))
    }
}

/// A face that the detector found in this frame.
struct Found {
    face: Face,
    embedding: Option<Embedding>,
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
        let urgent = self.live.iter().any(|track| track.astray || !track.is_confirmed());
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

    /// Finds the faces of the frame and goes on with the tracks.
    fn find(&mut self, frame: &Frame<'_>) -> Result<()> {
        let detection = frame.engine.detect(frame.photo, &self.options.detect)?;
        self.looked = Some(frame.at);
        self.stats.detections += 1;
        let mut found: Vec<_> = detection.faces.into_iter().map(|face| Found { face, embedding: None }).collect();
        let taken = self.go_on(frame, &mut found)?;
        self.lose(frame.at);
        let mut new: Vec<Found> =
            found.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(found, _)| found).collect();
        new.retain(|found| self.live.iter().all(|track| track.bounding_box.iou(&found.face.bounding_box) < ONE_FACE));
        self.begin(frame, new)?;
        self.note_crossings(frame.at);
        Ok(())
    }

    /// Gives the live tracks their faces; says which faces are given.
    fn go_on(&mut self, frame: &Frame<'_>, found: &mut [Found]) -> Result<Vec<bool>> {
        let boxes: Vec<BoundingBox> = found.iter().map(|found| found.face.bounding_box).collect();
        let near = candidates(&self.live, &boxes);
        for (found, unclear) in found.iter_mut().zip(unclear(&self.live, &near, boxes.len())) {
            if unclear {
                found.embedding = self.embed(frame, &found.face);
            }
        }
        let embeddings: Vec<_> = found.iter().map(|found| found.embedding.clone()).collect();
        let mut given = associate(&self.live, &near, &embeddings, frame.same)?;
        let views = self.embed_views(frame, found, &given);
        let mut taken = vec![false; found.len()];
        for (track, (given, view)) in given.iter_mut().zip(views).enumerate() {
            let Some(face) = *given else { continue };
            let of = &mut self.live[track];
            if is_somebody_else(of, view.as_ref(), frame.same)? {
                of.astray = true;
                continue;
            }
            taken[face] = true;
            of.found(&found[face].face, frame.at);
            if let Some(view) = view {
                of.keep(view)?;
            }
        }
        Ok(taken)
    }

    /// Embeds the views that are worth keeping, of the tracks with the fewest views first.
    fn embed_views(&mut self, frame: &Frame<'_>, found: &mut [Found], given: &[Option<usize>]) -> Vec<Option<View>> {
        let mut views: Vec<Option<View>> = given.iter().map(|_| None).collect();
        let mut order: Vec<_> = given.iter().enumerate().filter_map(|(track, face)| Some((track, (*face)?))).collect();
        order.sort_by_key(|(track, _)| self.live[*track].track.faces.len());
        let before = self.stats.embedded;
        for (track, face) in order {
            if self.stats.embedded >= before + EMBEDDED_A_LOOK as u64 {
                break;
            }
            let places = |weight| views::place(&self.live[track].track, frame.at, weight, self.options.faces_per_track);
            let Some((weighed, place)) = Weighed::of(frame, &found[face].face, places) else { continue };
            views[track] = self.view(frame, &mut found[face], weighed, place);
        }
        views
    }

    /// A view to be kept, with its embedding; the embedding stays with the face that was found, too.
    fn view(&mut self, frame: &Frame<'_>, found: &mut Found, weighed: Weighed, place: Place) -> Option<View> {
        if found.embedding.is_none() {
            found.embedding = self.embed(frame, &found.face);
        }
        let embedding = found.embedding.clone()?;
        let Face { bounding_box, landmarks, .. } = found.face;
        let Weighed { quality, weight } = weighed;
        Some(View { place, face: KeptFace { at: frame.at, bounding_box, landmarks, quality, weight, embedding } })
    }

    /// The tracks that were not found: lost, if the flow lost them, or somebody else is where they were, or they were not found for long.
    fn lose(&mut self, at: Duration) {
        let found: Vec<_> = self.live.iter().filter(|track| track.detected).map(|track| track.bounding_box).collect();
        let mut live = Vec::with_capacity(self.live.len());
        for mut track in self.live.drain(..) {
            if track.detected {
                live.push(track);
                continue;
            }
            track.missed += 1;
            let covered = found.iter().any(|area| area.iou(&track.bounding_box) > CROSSING);
            if !track.is_confirmed() {
                continue;
            } else if track.astray || covered || track.missed >= PATIENCE {
                track.back_to_last_found();
                self.lost.push(track);
            } else {
                live.push(track);
            }
        }
        self.live = live;
        let (lost, ended) = self.lost.drain(..).partition(|track| at.saturating_sub(track.at) <= self.options.memory);
        self.lost = lost;
        self.end(ended);
    }

    /// Faces without a track: lost ones that are back, or new ones.
    fn begin(&mut self, frame: &Frame<'_>, mut new: Vec<Found>) -> Result<()> {
        if self.lost.iter().any(|track| track.embedding.is_some()) {
            for found in new.iter_mut().filter(|found| found.embedding.is_none()).take(EMBEDDED_A_LOOK) {
                found.embedding = self.embed(frame, &found.face);
            }
        }
        // MTCNN is nearly always sure of a face, and at times of something else; YuNet hardly ever of something else.
        let sure = match frame.engine.detector() {
            DetectorKind::Mtcnn => 0.99,
            DetectorKind::Yunet => 0.85,
        };
        let faces: Vec<_> = new.iter().map(|found| (found.face.bounding_box, found.embedding.as_ref())).collect();
        let back = resume(&self.lost, &faces, frame.at, frame.same)?;
        for (found, lost) in new.iter_mut().zip(&back) {
            if let Some(lost) = lost {
                self.lost[*lost].resumed(&found.face, frame.at);
                continue;
            }
            let mut track = Following::begin(self.next_id, &found.face, frame.at, found.face.score >= sure);
            self.next_id += 1;
            // It may be seen only once.
            if track.is_confirmed()
                && let Some((weighed, place)) =
                    Weighed::of(frame, &found.face, |weight| views::place(&track.track, frame.at, weight, 1))
                && let Some(view) = self.view(frame, found, weighed, place)
            {
                track.keep(view)?;
            }
            self.live.push(track);
        }
        let (back, lost): (Vec<_>, _) = self.lost.drain(..).partition(|track| track.detected && track.at == frame.at);
        self.lost = lost;
        self.live.extend(back);
        Ok(())
    }

    fn note_crossings(&mut self, at: Duration) {
        let boxes: Vec<_> = self.live.iter().map(|track| track.bounding_box).collect();
        for (this, track) in self.live.iter_mut().enumerate() {
            if boxes.iter().enumerate().any(|(other, area)| other != this && area.iou(&boxes[this]) > CROSSING) {
                track.crossing = at.checked_add(AFTER_CROSSING);
            } else if track.crossing.is_some_and(|until| until < at) {
                track.crossing = None;
            }
        }
    }

    fn embed(&mut self, frame: &Frame<'_>, face: &Face) -> Option<Embedding> {
        frame.engine.space()?;
        self.stats.embedded += 1;
        // A face without pixels in the frame has no embedding, and is followed all the same.
        frame.engine.embed_face(frame.photo, face).ok()
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

/// Whether a good view shows somebody else than the track so far: its face went to another track unnoticed.
fn is_somebody_else(following: &Following, view: Option<&View>, same: f32) -> Result<bool> {
    let (Some(known), Some(view)) = (&following.embedding, view) else { return Ok(false) };
    Ok(view.face.weight >= CLEAR && known.cosine(&view.face.embedding)? < same - SOMEBODY_ELSE)
}

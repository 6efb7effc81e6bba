//! One face over time: where it is, how it moves, and its best pictures.

use std::time::Duration;

use super::flow::Shift;
use super::views::{self, Place};
use crate::detect::Face;
use crate::embed::{Embedding, FaceQuality};
use crate::error::Result;
use crate::geometry::{BoundingBox, Landmarks};

/// A face in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackedFace {
    /// Which track it belongs to.
    pub track: u32,
    /// The box in the upright frame, in pixels. It may reach beyond the frame.
    pub bounding_box: BoundingBox,
    /// The five points in the upright frame, in pixels.
    pub landmarks: Landmarks,
    /// The detector's score where the face was last found, 0…1.
    pub score: f32,
    /// Whether the detector found it in this very frame; otherwise it was followed here.
    pub detected: bool,
    /// Whether this view of the face was embedded and is kept, until a better one takes its place.
    pub kept: bool,
}

/// A stretch of time in which a face was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The time of the first frame.
    pub start: Duration,
    /// The time of the last frame.
    pub end: Duration,
}

impl Span {
    /// Whether both have a moment in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// One of the best views of a track's face.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KeptFace {
    /// The time of its frame.
    pub at: Duration,
    /// The box in the frame, in pixels.
    pub bounding_box: BoundingBox,
    /// The five points in the frame, in pixels.
    pub landmarks: Landmarks,
    /// How well the frame shows it.
    pub quality: FaceQuality,
    /// How much it counts in the track's embedding, above 0 and at most 1.
    pub weight: f32,
    /// Its embedding.
    pub embedding: Embedding,
}

/// A face followed through one shot, with gaps where it was covered or out of the picture.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Track {
    /// Its number, from 0 in the order in which the tracks began.
    pub id: u32,
    /// When it was seen, in order; one at least.
    pub spans: Vec<Span>,
    /// How often the detector found it.
    pub detections: u32,
    /// Its best views, in order of time; none with an engine that only detects, or where no view could be embedded.
    pub faces: Vec<KeptFace>,
    /// How often `faces` has changed. A caller that decided at a lower revision may decide again.
    pub revision: u32,
    /// Numbers that parts of it had in [`TrackedFace::track`] until better views showed that they are of this face. Where the frames told a place
    /// under two of its numbers at one moment, that of the higher number holds.
    pub absorbed: Vec<u32>,
}

impl Track {
    /// The mean of its kept faces, each by its weight; `None` without any.
    ///
    /// # Errors
    /// [`Error::Embedding`](crate::Error::Embedding) if they cancel out, which faces of one person do not.
    pub fn embedding(&self) -> Result<Option<Embedding>> {
        weighted_mean(&self.faces)
    }

    /// The best of its kept faces.
    pub fn best(&self) -> Option<&KeptFace> {
        self.faces.iter().max_by(|a, b| a.weight.total_cmp(&b.weight))
    }

    /// When its kept faces were seen, and what they count.
    pub(super) fn times_and_weights(&self) -> Vec<views::TimeAndWeight> {
        self.faces.iter().map(|face| (face.at, face.weight)).collect()
    }

    /// Whether both tracks were seen at one moment, so that they are two people.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.spans.iter().any(|span| other.spans.iter().any(|other| span.overlaps(other)))
    }
}

/// The mean of faces by their weights.
pub(super) fn weighted_mean<'a>(faces: impl IntoIterator<Item = &'a KeptFace>) -> Result<Option<Embedding>> {
    let faces: Vec<_> = faces.into_iter().map(|face| (&face.embedding, face.weight)).collect();
    if faces.is_empty() { Ok(None) } else { Embedding::weighted_mean(&faces).map(Some) }
}

/// An embedded view.
pub(super) struct View {
    /// `None` if it is not kept.
    pub(super) place: Option<Place>,
    /// What it would count at rest and not covered.
    pub(super) clear: f32,
    pub(super) face: KeptFace,
}

/// A track that is being followed, or was lost a short while ago.
#[derive(Debug)]
pub(super) struct Following {
    pub(super) track: Track,
    pub(super) bounding_box: BoundingBox,
    pub(super) landmarks: Landmarks,
    pub(super) score: f32,
    /// Looks that must still find it until it is taken for a face, and told.
    pub(super) pending: u32,
    /// Pixels a second that its centre moves.
    velocity: [f32; 2],
    /// Where it was and how it moved when the detector last found it.
    last_found: (BoundingBox, [f32; 2], Duration),
    /// When the box was last true.
    pub(super) at: Duration,
    /// Looks at the whole frame, one after the other, that did not find it.
    pub(super) missed: u32,
    /// Whether the flow lost it since the last look.
    pub(super) astray: bool,
    pub(super) detected: bool,
    pub(super) kept: bool,
    /// Until when its box was over another's: who is who then is for the embeddings to tell.
    pub(super) crossing: Option<Duration>,
    /// The mean of the kept faces.
    pub(super) embedding: Option<Embedding>,
}

impl Following {
    pub(super) fn begin(id: u32, face: &Face, at: Duration, pending: u32) -> Self {
        let span = Span { start: at, end: at };
        Self {
            track: Track { id, spans: vec![span], detections: 1, faces: Vec::new(), revision: 0, absorbed: Vec::new() },
            bounding_box: face.bounding_box,
            landmarks: face.landmarks,
            score: face.score,
            pending,
            velocity: [0.0; 2],
            last_found: (face.bounding_box, [0.0; 2], at),
            at,
            missed: 0,
            astray: false,
            detected: true,
            kept: false,
            crossing: None,
            embedding: None,
        }
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.pending == 0
    }

    pub(super) fn seen(&self) -> TrackedFace {
        TrackedFace {
            track: self.track.id,
            bounding_box: self.bounding_box,
            landmarks: self.landmarks,
            score: self.score,
            detected: self.detected,
            kept: self.kept,
        }
    }

    pub(super) fn centre(&self) -> [f32; 2] {
        centre(&self.bounding_box)
    }

    /// How far its centre moves until then, as it last moved.
    pub(super) fn guess(&self, at: Duration) -> [f32; 2] {
        let passed = at.saturating_sub(self.at).as_secs_f32();
        self.velocity.map(|speed| speed * passed)
    }

    /// How many of its own widths it moves a second.
    pub(super) fn speed(&self) -> f32 {
        self.widths(self.velocity)
    }

    /// Where its box would be then, as it last moved.
    pub(super) fn expected(&self, at: Duration) -> BoundingBox {
        let ([x, y], area) = (self.guess(at), self.bounding_box);
        BoundingBox::new(area.x1 + x, area.y1 + y, area.x2 + x, area.y2 + y)
    }

    /// The flow says where it is now.
    pub(super) fn moved(&mut self, shift: Shift, at: Duration) {
        let centre = self.centre();
        let to = |point: [f32; 2]| shift.of(point, centre);
        let area = self.bounding_box;
        let ([x1, y1], [x2, y2]) = (to([area.x1, area.y1]), to([area.x2, area.y2]));
        self.take_speed(shift.by, at);
        self.bounding_box = BoundingBox::new(x1, y1, x2, y2);
        self.landmarks = self.landmarks.map(to);
        self.at = at;
    }

    /// Nobody looked: it goes on as it last moved.
    pub(super) fn drift(&mut self, at: Duration) {
        let by = self.guess(at);
        self.bounding_box = self.expected(at);
        self.landmarks = self.landmarks.map(|[x, y]| [x + by[0], y + by[1]]);
        self.at = at;
    }

    /// The detector found it, in the open or half hidden.
    pub(super) fn found(&mut self, face: &Face, at: Duration, open: bool) {
        if at > self.at {
            let (before, now) = (self.centre(), centre(&face.bounding_box));
            self.take_speed([now[0] - before[0], now[1] - before[1]], at);
        }
        (self.bounding_box, self.landmarks, self.score) = (face.bounding_box, face.landmarks, face.score);
        self.at = at;
        self.track.detections += 1;
        if let (1.., Some(span)) = (self.pending, self.track.spans.last_mut()) {
            span.start = at;
            self.pending = if open { 0 } else { self.pending - 1 };
        }
        self.last_found = (self.bounding_box, self.velocity, at);
        (self.missed, self.astray, self.detected) = (0, false, true);
        self.extend();
    }

    /// It is lost: what it was followed to since it was last found may be what covers it.
    pub(super) fn back_to_last_found(&mut self) {
        (self.bounding_box, self.velocity, self.at) = self.last_found;
    }

    /// Keeps a view of it, if that has a place.
    pub(super) fn keep(&mut self, view: View) -> Result<()> {
        match view.place {
            None => return Ok(()),
            Some(Place::New) => {}
            Some(Place::Instead(rival)) => {
                self.track.faces.remove(rival);
            }
        }
        self.track.faces.push(view.face);
        self.track.revision += 1;
        self.kept = true;
        self.embedding = self.track.embedding()?;
        Ok(())
    }

    /// It is back, after a gap.
    pub(super) fn resumed(&mut self, face: &Face, at: Duration) {
        self.velocity = [0.0; 2];
        self.at = at;
        self.track.spans.push(Span { start: at, end: at });
        self.crossing = None;
        self.found(face, at, true);
    }

    /// It is one with a track that was lost before: both go on under the lower number, with at most so many faces.
    pub(super) fn absorb(&mut self, lost: Track, most_faces: usize) -> Result<()> {
        let own = &mut self.track;
        own.absorbed.extend(lost.absorbed);
        own.absorbed.push(own.id.max(lost.id));
        own.absorbed.sort_unstable();
        own.id = own.id.min(lost.id);
        own.spans.extend(lost.spans);
        own.spans.sort_by_key(|span| span.start);
        own.detections += lost.detections;
        own.faces.extend(lost.faces);
        own.faces.sort_by_key(|face| face.at);
        while own.faces.len() > most_faces {
            own.faces.remove(views::least_missed(&own.times_and_weights()));
        }
        own.revision += lost.revision + 1;
        self.embedding = own.embedding()?;
        Ok(())
    }

    /// It was there until now. Where the last look did not find it, what was followed since may be something else: its time ends with
    /// the last look that did.
    pub(super) fn extend(&mut self) {
        if let Some(span) = self.track.spans.last_mut()
            && self.missed == 0
        {
            span.end = self.at;
        }
    }

    fn take_speed(&mut self, by: [f32; 2], at: Duration) {
        let passed = at.saturating_sub(self.at).as_secs_f32();
        if passed <= 0.0 {
            return;
        }
        let now = by.map(|along| along / passed);
        // Nothing is known of a face that has just come.
        let unknown = self.velocity == [0.0; 2];
        self.velocity = if unknown { now } else { [0, 1].map(|axis| 0.5 * (self.velocity[axis] + now[axis])) };
        // The view that a track begins with was weighed as of a face at rest. It is the only one, so that the mean stays the same.
        let speed = self.widths(now);
        if let [first] = &mut self.track.faces[..]
            && first.at == self.at
        {
            first.weight = views::in_motion(first.weight, speed);
        }
    }

    fn widths(&self, [x, y]: [f32; 2]) -> f32 {
        x.hypot(y) / self.bounding_box.width().max(1.0)
    }
}

pub(super) fn centre(area: &BoundingBox) -> [f32; 2] {
    [(area.x1 + area.x2) / 2.0, (area.y1 + area.y2) / 2.0]
}

//! A look at a frame: the faces that the detector finds in it, and what they say of the tracks.

use std::time::Duration;

use super::super::association::{SOMEBODY_ELSE, associate, candidates, resume, reunions, unclear};
use super::super::track::{Following, KeptFace, View};
use super::super::views::{self, Place};
use super::{Frame, Tracker};
use crate::detect::Face;
use crate::embed::{Embedding, FaceQuality};
use crate::error::Result;
use crate::geometry::BoundingBox;
use crate::models::DetectorKind;

/// Looks that may miss a face which the flow still holds.
const PATIENCE: u32 = 3;
/// Faces so far over each other cross; of the two that do, the one that was not found is covered.
const CROSSING: f32 = 0.1;
/// For so long after, embeddings tell who is who.
const AFTER_CROSSING: Duration = Duration::from_millis(500);
/// A new face so far over another is the same.
const ONE_FACE: f32 = 0.5;
/// A face that comes during a shot while nearer ones hide so much of it is not told before it comes out, or was found so many more times: whose it is,
/// is not seen, and often it is one that was followed until now.
const HIDDEN: f32 = 0.25;
const LOOKS_HIDDEN: u32 = 4;
/// New faces that are compared with lost ones in a look, and views that are embedded to be kept.
const EMBEDDED_A_LOOK: usize = 8;
/// Faces whose track the place does not tell that are embedded in a look; in a larger crowd the place decides for the others.
const UNCLEAR_A_LOOK: usize = 16;
/// A view of at least this weight is clear enough to say that it is of somebody else.
const CLEAR: f32 = 0.4;

/// A view of a face, and what it counts.
struct Weighed {
    quality: FaceQuality,
    /// What it would count at rest and not covered.
    clear: f32,
    /// What it would count if it were not covered.
    open: f32,
    weight: f32,
}

impl Weighed {
    /// A face that moves so many of its widths a second; `None` if it has no pixels.
    fn of(frame: &Frame<'_>, Found { face, hidden, .. }: &Found, speed: f32) -> Option<Self> {
        let quality = FaceQuality::measure(frame.photo, &face.bounding_box, &face.landmarks, face.score).ok()?;
        let clear = views::weight(&quality);
        let open = views::in_motion(clear, speed);
        let weight = views::covered(open, *hidden);
        Some(Self { quality, clear, open, weight })
    }
}

/// A face that the detector found in this frame.
struct Found {
    face: Face,
    /// The share of its box that nearer faces hide.
    hidden: f32,
    embedding: Option<Embedding>,
}

impl Found {
    fn all(faces: Vec<Face>) -> Vec<Self> {
        let boxes: Vec<_> = faces.iter().map(|face| face.bounding_box).collect();
        let found = |face: Face| Self { hidden: views::hidden(&face.bounding_box, &boxes), face, embedding: None };
        faces.into_iter().map(found).collect()
    }

    fn is_open(&self) -> bool {
        self.hidden < HIDDEN
    }
}

impl Tracker {
    /// Finds the faces of the frame and goes on with the tracks.
    pub(super) fn find(&mut self, frame: &Frame<'_>) -> Result<()> {
        let detection = frame.engine.detect(frame.photo, &self.options.detect)?;
        self.looked = Some(frame.at);
        self.stats.detections += 1;
        let mut found = Found::all(detection.faces);
        let taken = self.go_on(frame, &mut found)?;
        self.lose(frame.at);
        let mut new: Vec<Found> =
            found.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(found, _)| found).collect();
        new.retain(|found| self.live.iter().all(|track| track.bounding_box.iou(&found.face.bounding_box) < ONE_FACE));
        self.begin(frame, new)?;
        self.reunite(frame.same)?;
        self.note_crossings(frame.at);
        Ok(())
    }

    /// Gives the live tracks their faces; says which faces are given.
    fn go_on(&mut self, frame: &Frame<'_>, found: &mut [Found]) -> Result<Vec<bool>> {
        let boxes: Vec<BoundingBox> = found.iter().map(|found| found.face.bounding_box).collect();
        let near = candidates(&self.live, &boxes);
        let unclear = unclear(&self.live, &near, boxes.len());
        for (found, _) in found.iter_mut().zip(unclear).filter(|(_, unclear)| *unclear).take(UNCLEAR_A_LOOK) {
            found.embedding = self.embed(frame, &found.face);
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
            of.found(&found[face].face, frame.at, found[face].is_open());
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
            let (of, most) = (&self.live[track], self.options.faces_per_track);
            let Some(weighed) = Weighed::of(frame, &found[face], of.speed()) else { continue };
            let kept = of.track.times_and_weights();
            let place = |weight| views::place(&kept, of.track.detections, (frame.at, weight), most);
            // A covered face is looked at even where it is not kept, as it may be somebody else's.
            if let Some(open) = place(weighed.open) {
                let place = if kept.is_empty() { Some(open) } else { place(weighed.weight) };
                views[track] = self.view(frame, &mut found[face], weighed, place);
            }
        }
        views
    }

    /// A view with its embedding; the embedding stays with the face that was found, too.
    fn view(&mut self, frame: &Frame<'_>, found: &mut Found, weighed: Weighed, place: Option<Place>) -> Option<View> {
        if found.embedding.is_none() {
            found.embedding = self.embed(frame, &found.face);
        }
        let embedding = found.embedding.clone()?;
        let Face { bounding_box, landmarks, .. } = found.face;
        let Weighed { quality, weight, clear, .. } = weighed;
        Some(View {
            place,
            clear,
            face: KeptFace { at: frame.at, bounding_box, landmarks, quality, weight, embedding },
        })
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
        let first = self.live.is_empty() && self.lost.is_empty();
        let faces: Vec<_> = new.iter().map(|found| (found.face.bounding_box, found.embedding.as_ref())).collect();
        let back = resume(&self.lost, &faces, frame.at, frame.same)?;
        for (found, lost) in new.iter_mut().zip(&back) {
            if let Some(lost) = lost {
                self.lost[*lost].resumed(&found.face, frame.at);
            } else {
                self.begin_track(frame, found, first)?;
            }
        }
        let (back, lost): (Vec<_>, _) = self.lost.drain(..).partition(|track| track.detected && track.at == frame.at);
        self.lost = lost;
        self.live.extend(back);
        Ok(())
    }

    /// A face that was not there before; `first` if no other was in this shot.
    fn begin_track(&mut self, frame: &Frame<'_>, found: &mut Found, first: bool) -> Result<()> {
        // MTCNN is nearly always sure of a face, and at times of something else; YuNet hardly ever of something else.
        let sure = match frame.engine.detector() {
            DetectorKind::Mtcnn => 0.99,
            DetectorKind::Yunet => 0.85,
        };
        let pending = if found.is_open() || first { u32::from(found.face.score < sure) } else { LOOKS_HIDDEN };
        let mut track = Following::begin(self.next_id, &found.face, frame.at, pending);
        self.next_id += 1;
        // It may be seen only once.
        if track.is_confirmed()
            && let Some(weighed) = Weighed::of(frame, found, 0.0)
            && let Some(place) = views::place(&[], 1, (frame.at, weighed.open), 1)
            && let Some(view) = self.view(frame, found, weighed, Some(place))
        {
            track.keep(view)?;
        }
        self.live.push(track);
        Ok(())
    }

    /// Tracks whose views have shown by now that they are of a face which was lost go on as that one.
    fn reunite(&mut self, same: f32) -> Result<()> {
        let found = reunions(&self.live, &self.lost, same)?;
        let mut lost: Vec<_> = self.lost.drain(..).map(Some).collect();
        for (track, of) in self.live.iter_mut().zip(found) {
            if let Some(past) = of.and_then(|of| lost[of].take()) {
                track.absorb(past.track, self.options.faces_per_track)?;
            }
        }
        self.lost = lost.into_iter().flatten().collect();
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
}

/// Whether a good view shows somebody else than the track so far: its face went to another track unnoticed.
fn is_somebody_else(following: &Following, view: Option<&View>, same: f32) -> Result<bool> {
    let (Some(known), Some(view)) = (&following.embedding, view) else { return Ok(false) };
    Ok(view.clear >= CLEAR && known.cosine(&view.face.embedding)? < same - SOMEBODY_ELSE)
}

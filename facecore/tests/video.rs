//! The tracker on real faces: windows that move over photos are its clips.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![cfg(all(feature = "decode", feature = "bundled-mtcnn", feature = "bundled-yunet"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use facecore::video::{ClipPerson, Track, TrackedFace, Tracker, TrackerOptions, people};
use facecore::{
    Candidate, DetectOptions, Engine, Error, Limits, Matcher, Orientation, Outcome, Photo, PixelFormat, RawView,
    Refusal,
};
use proptest::prelude::*;

const FRAME: Duration = Duration::from_millis(40);

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::open_model(ROOT.join("models"), "sface").unwrap());

/// RGB pixels.
#[derive(Clone)]
struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    fn read(name: &str) -> Self {
        let bytes = fs::read(ROOT.join("testdata/photos").join(name)).unwrap();
        let photo = Photo::decode(&bytes, &Limits::default()).unwrap();
        let rgb = (0..photo.height()).flat_map(|y| photo.row(y)).copied().collect();
        Self { width: photo.width(), height: photo.height(), rgb }
    }

    fn grey(width: u32, height: u32) -> Self {
        Self { width, height, rgb: vec![128; 3 * width as usize * height as usize] }
    }

    /// A part of it, without a copy: what a caller's frame looks like.
    fn window(&self, [x, y]: [u32; 2], [width, height]: [u32; 2]) -> Photo<'_> {
        assert!(x + width <= self.width && y + height <= self.height);
        let stride = 3 * self.width as usize;
        let data = &self.rgb[y as usize * stride + 3 * x as usize..];
        Photo::from_raw(
            RawView { data, width, height, stride, format: PixelFormat::Rgb, orientation: Orientation::Upright },
            &Limits::default(),
        )
        .unwrap()
    }

    fn whole(&self) -> Photo<'_> {
        self.window([0, 0], [self.width, self.height])
    }

    /// Lays a part of another picture over it, at (x, y); what lies outside is cut.
    fn lay(&mut self, other: &Self, [from_x, from_y, width, height]: [u32; 4], [x, y]: [i64; 2]) {
        for row in 0..height {
            for column in 0..width {
                let (to_x, to_y) = (x + i64::from(column), y + i64::from(row));
                if (0..i64::from(self.width)).contains(&to_x) && (0..i64::from(self.height)).contains(&to_y) {
                    let to = 3 * (to_y as usize * self.width as usize + to_x as usize);
                    let from = 3 * ((from_y + row) as usize * other.width as usize + (from_x + column) as usize);
                    self.rgb[to..to + 3].copy_from_slice(&other.rgb[from..from + 3]);
                }
            }
        }
    }
}

/// A photo's head and shoulders.
fn upper(name: &str) -> Picture {
    let whole = Picture::read(name);
    let mut upper = Picture::grey(whole.width, whole.height * 2 / 3);
    upper.lay(&whole, [0, 0, upper.width, upper.height], [0, 0]);
    upper
}

fn tracker() -> Tracker {
    Tracker::new(options()).unwrap()
}

/// Without a budget, so that the machine does not matter; and without the small things that look like faces.
fn options() -> TrackerOptions {
    let detect = DetectOptions { min_face: 50, ..DetectOptions::default() };
    TrackerOptions { detect, budget: None, ..TrackerOptions::default() }
}

/// All frames through a tracker; the faces of each.
fn track(tracker: &mut Tracker, frames: &[Picture]) -> Vec<Vec<TrackedFace>> {
    frames.iter().zip(0u32..).map(|(frame, at)| tracker.push(&ENGINE, &frame.whole(), FRAME * at).unwrap()).collect()
}

fn joined(tracks: &[Track], candidates: &[Candidate]) -> Vec<ClipPerson> {
    let matcher = Matcher::for_space(ENGINE.space().unwrap()).unwrap();
    people(tracks, ENGINE.default_threshold().unwrap(), &matcher, candidates).unwrap()
}

fn enrolled(name: &str, photos: &[&str]) -> Candidate {
    let embed = |photo: &&str| {
        let picture = Picture::read(photo);
        let found = ENGINE.detect(&picture.whole(), &DetectOptions::default()).unwrap();
        let largest =
            found.faces.iter().max_by(|a, b| a.bounding_box.area().total_cmp(&b.bounding_box.area())).unwrap();
        ENGINE.embed_face(&picture.whole(), largest).unwrap()
    };
    Candidate { person: name.into(), embeddings: photos.iter().map(embed).collect() }
}

#[test]
fn faces_keep_their_tracks_while_the_camera_moves() {
    let group = Picture::read("group.jpg");
    let mut tracker = tracker();
    let truth = ENGINE.detect(&group.whole(), &DetectOptions::default()).unwrap().faces;
    let size = [group.width - 80, group.height - 40];
    let mut ids = Vec::new();
    for at in 0..20u32 {
        let by = [4 * at, 2 * at];
        let seen = tracker.push(&ENGINE, &group.window(by, size), FRAME * at).unwrap();
        let shown: Vec<_> = seen
            .iter()
            .filter(|face| {
                truth.iter().any(|truth| {
                    let mut moved = truth.bounding_box;
                    (moved.x1, moved.x2) = (moved.x1 - by[0] as f32, moved.x2 - by[0] as f32);
                    (moved.y1, moved.y2) = (moved.y1 - by[1] as f32, moved.y2 - by[1] as f32);
                    moved.iou(&face.bounding_box) > 0.7
                })
            })
            .map(|face| face.track)
            .collect();
        assert_eq!(shown.len(), truth.len(), "frame {at}: {seen:?}");
        ids.extend(shown);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), truth.len(), "a face changed its track: {ids:?}");
    let stats = tracker.stats();
    assert!((stats.frames, stats.cuts, stats.passed_over) == (20, 0, 0) && stats.detections <= 8, "{stats:?}");
    let tracks = tracker.finish();
    assert!(tracks.iter().all(|track| track.spans.len() == 1 && !track.faces.is_empty()), "{tracks:?}");
    assert_eq!(tracker.stats().frames, 0, "as new");
}

/// Two heads on grey that walk through each other: at the middle one covers the other.
fn crossing() -> Vec<Picture> {
    let heads = [Picture::read("obama.jpg"), Picture::read("biden.jpg")];
    let parts = heads.each_ref().map(|picture| {
        let faces = ENGINE.detect(&picture.whole(), &DetectOptions::default()).unwrap().faces;
        let area = faces[0].bounding_box;
        let (width, height) = (area.width() * 1.5, area.height() * 1.4);
        let x = ((area.x1 + area.x2 - width) / 2.0).max(0.0);
        let y = ((area.y1 + area.y2 - height) / 2.0).max(0.0);
        [
            x as u32,
            y as u32,
            (width as u32).min(picture.width - x as u32),
            (height as u32).min(picture.height - y as u32),
        ]
    });
    let ground = Picture::grey(1600, 700);
    (0..50i64)
        .map(|at| {
            let mut frame = ground.clone();
            frame.lay(&heads[0], parts[0], [100 + 20 * at, 60]);
            frame.lay(&heads[1], parts[1], [1100 - 20 * at, 60]);
            frame
        })
        .collect()
}

/// Obama, and behind him Biden, whose head begins at these places along x, one a frame; without a place Obama is alone.
fn behind(places: &[Option<i64>]) -> Vec<Picture> {
    let (near, far, ground) = (Picture::read("obama.jpg"), Picture::read("biden.jpg"), Picture::grey(1200, 600));
    let frame = |x: &Option<i64>| {
        let mut frame = ground.clone();
        if let Some(x) = x {
            frame.lay(&far, [130, 30, 160, 200], [*x, 100]);
        }
        frame.lay(&near, [260, 30, 200, 290], [520, 50]);
        frame
    };
    places.iter().map(frame).collect()
}

#[test]
fn who_comes_half_hidden_is_told_once_it_is_seen_who_it_is() {
    let (alone, hidden) = ([None; 5], [Some(433); 30]);
    let out: Vec<_> = (1..=10).map(|step| Some(433 - 12 * step)).collect();
    let told = |places: &[Option<i64>]| -> Vec<usize> {
        track(&mut tracker(), &behind(places)).iter().map(Vec::len).collect()
    };
    assert_eq!(told(&hidden)[2..], [2; 28], "it cannot be one that was followed until now");
    let stays = told(&[&alone[..], &hidden[..]].concat());
    assert_eq!((&stays[..12], &stays[20..]), (&[1; 12][..], &[2; 15][..]), "{stays:?}");
    let comes_out = told(&[&alone[..], &hidden[..6], &out].concat());
    assert_eq!((&comes_out[..11], &comes_out[15..]), (&[1; 11][..], &[2; 6][..]), "{comes_out:?}");
}

#[test]
fn two_people_who_cross_are_not_swapped() {
    let mut tracker = tracker();
    let seen = track(&mut tracker, &crossing());
    let left_to_right = |faces: &[TrackedFace]| {
        let mut faces = faces.to_vec();
        faces.sort_by(|a, b| a.bounding_box.x1.total_cmp(&b.bounding_box.x1));
        faces.iter().map(|face| face.track).collect::<Vec<_>>()
    };
    let (first, last) = (left_to_right(&seen[6]), left_to_right(&seen[48]));
    assert_eq!(first.len(), 2, "{:?}", seen[6]);
    assert_eq!(last, [first[1], first[0]], "{:?}", seen[48]);
    let candidates = [
        enrolled("Barack Obama", &["obama2.jpg", "obama3.jpg"]),
        enrolled("Joe Biden", &["biden.jpg"]),
        enrolled("Eileen Collins", &["astronaut.jpg"]),
    ];
    let people = joined(&tracker.finish(), &candidates);
    let mut names: Vec<_> = people
        .iter()
        .filter_map(|person| match &person.verdict.as_ref()?.outcome {
            Outcome::Match { person, .. } => Some(person.as_str()),
            Outcome::NoMatch { .. } => None,
        })
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Barack Obama", "Joe Biden"], "{people:?}");
}

#[test]
fn who_is_seen_again_after_a_cut_is_one_person() {
    let shots = ["obama.jpg", "astronaut.jpg", "obama2.jpg"].map(upper);
    let frames: Vec<_> = shots.iter().flat_map(|shot| std::iter::repeat_n(shot.clone(), 8)).collect();
    let mut tracker = tracker();
    track(&mut tracker, &frames);
    assert_eq!(tracker.stats().cuts, 2);
    let tracks = tracker.finish();
    let spans: Vec<_> = tracks.iter().map(|track| track.spans[0]).collect();
    assert_eq!(tracks.len(), 3, "{tracks:?}");
    assert!(
        spans
            .iter()
            .zip(0u32..)
            .all(|(span, shot)| span.start >= FRAME * 8 * shot && span.end < FRAME * 8 * (shot + 1)),
        "{spans:?}"
    );
    let unnamed = joined(&tracks, &[]);
    assert_eq!(unnamed.iter().map(|person| person.tracks.clone()).collect::<Vec<_>>(), [vec![0, 2], vec![1]]);
    assert!(matches!(unnamed[0].verdict.as_ref().unwrap().outcome, Outcome::NoMatch { reason: Refusal::NoCandidates }));
}

#[test]
fn who_leaves_and_comes_back_has_one_track() {
    let obama = upper("obama.jpg");
    let plain = Picture::grey(obama.width, obama.height);
    // A hand before the face: what is around it stays, so that it is no cut.
    let area = ENGINE.detect(&obama.whole(), &DetectOptions::default()).unwrap().faces[0].bounding_box;
    let mut covered = obama.clone();
    covered.lay(&plain, [0, 0, area.width() as u32, area.height() as u32], [area.x1 as i64, area.y1 as i64]);
    let shown = |picture: &Picture, count| std::iter::repeat_n(picture.clone(), count).collect::<Vec<_>>();
    let frames = [shown(&obama, 8), shown(&covered, 30), shown(&obama, 8)].concat();
    let mut tracker = tracker();
    let seen = track(&mut tracker, &frames);
    assert!(seen[30].is_empty(), "{:?}", seen[30]);
    let tracks = tracker.finish();
    assert_eq!((tracks.len(), tracks[0].spans.len()), (1, 2), "{tracks:?}");
}

/// The left edges of a window over the group: away from the man on the left, back until he is cut off, and back.
fn away_and_back() -> Vec<u32> {
    let (away, cut_off, back) = ((0..444).step_by(12), (270..=444).rev().step_by(12), (120..270).rev().step_by(12));
    away.chain(cut_off).chain([270; 10]).chain(back).chain([120; 6]).collect()
}

#[test]
fn who_comes_back_cut_off_turns_out_to_be_who_left() {
    let group = Picture::read("group.jpg");
    // So high that a face which is cut off is taken for somebody new.
    let mut tracker = Tracker::new(TrackerOptions { same_person: Some(0.9), ..options() }).unwrap();
    let mut told = Vec::new();
    for (x, at) in away_and_back().into_iter().zip(0..) {
        let mut seen: Vec<_> = tracker
            .push(&ENGINE, &group.window([x, 0], [740, 700]), FRAME * at)
            .unwrap()
            .iter()
            .map(|face| face.track)
            .collect();
        seen.sort_unstable();
        assert!(seen.is_sorted_by(|a, b| a < b), "one number for two faces: {seen:?}");
        told.push(seen);
    }
    let so_far = tracker.tracks();
    let tracks = tracker.finish();
    assert_eq!(so_far.len(), tracks.len());
    assert_eq!((tracks.len(), tracks[0].spans.len(), &tracks[0].absorbed), (3, 2, &vec![3]), "{tracks:?}");
    assert!(told.iter().any(|seen| seen.contains(&3)) && told[told.len() - 1].contains(&0), "{told:?}");
    let views = &tracks[0].faces;
    assert!(views.len() <= 8 && views.is_sorted_by(|a, b| a.at < b.at), "{views:?}");
    let in_a_span = |at| tracks[0].spans.iter().any(|span| (span.start..=span.end).contains(&at));
    assert!(views.iter().all(|view| in_a_span(view.at)));
}

#[test]
fn what_a_tracker_cannot_take_is_an_error_and_it_goes_on() {
    let obama = upper("obama.jpg");
    let mut tracker = tracker();
    tracker.push(&ENGINE, &obama.whole(), FRAME).unwrap();
    for at in [FRAME, Duration::ZERO] {
        let error = tracker.push(&ENGINE, &obama.whole(), at).unwrap_err();
        assert!(matches!(&error, Error::Option { name: "at", .. }), "{error}");
    }
    let other = Engine::open(ROOT.join("models")).unwrap();
    assert!(matches!(tracker.push(&other, &obama.whole(), FRAME * 2), Err(Error::SpaceMismatch { .. })));
    // Another size is another shot; a picture without room for a face has none.
    assert!(tracker.push(&ENGINE, &obama.window([0, 0], [1, 1]), FRAME * 2).unwrap().is_empty());
    assert_eq!(tracker.push(&ENGINE, &obama.whole(), FRAME * 3).unwrap().len(), 1);
    assert_eq!((tracker.stats().cuts, tracker.tracks().len()), (2, 2));
    assert_eq!(tracker.take_ended().len(), 1);
    assert_eq!(tracker.finish().len(), 1);
    for wrong in [
        TrackerOptions { faces_per_track: 0, ..TrackerOptions::default() },
        TrackerOptions { faces_per_track: 65, ..TrackerOptions::default() },
        TrackerOptions { max_tracks: 0, ..TrackerOptions::default() },
        TrackerOptions { same_person: Some(1.5), ..TrackerOptions::default() },
    ] {
        assert!(matches!(Tracker::new(wrong), Err(Error::Option { .. })));
    }
}

#[test]
fn without_embeddings_faces_are_followed_all_the_same() {
    let engine = Engine::detector_only().unwrap();
    let obama = upper("obama.jpg");
    let mut tracker = tracker();
    for at in 0..6 {
        assert_eq!(tracker.push(&engine, &obama.whole(), FRAME * at).unwrap().len(), 1);
    }
    let tracks = tracker.finish();
    assert_eq!((tracks.len(), tracks[0].faces.len()), (1, 0));
    let people = joined(&tracks, &[]);
    assert_eq!((people.len(), &people[0].verdict), (1, &None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// As the fuzz target `video_frames`: sizes change, time goes back, faces are cut off.
    #[test]
    fn hostile_sequences_break_nothing(
        frames in prop::collection::vec((0u32..512, 0u32..512, 1u32..513, 1u32..513, -50i64..400), 1..10),
    ) {
        let engine = Engine::detector_only().unwrap();
        let astronaut = Picture::read("astronaut.jpg");
        let mut tracker = Tracker::new(TrackerOptions { max_tracks: 3, ..options() }).unwrap();
        let (mut at, mut last) = (0, None);
        for (x, y, width, height, step) in frames {
            at = i64::max(0, at + step);
            let size = [width.min(512 - x), height.min(512 - y)];
            let pushed = tracker.push(&engine, &astronaut.window([x, y], size), Duration::from_millis(at as u64));
            prop_assert_eq!(pushed.is_ok(), last.is_none_or(|last| at > last));
            let Ok(faces) = pushed else { continue };
            last = Some(at);
            for face in faces {
                let area = face.bounding_box;
                prop_assert!([area.x1, area.y1, area.x2, area.y2].iter().all(|edge| edge.is_finite()));
            }
        }
        for track in tracker.finish() {
            prop_assert!(!track.spans.is_empty() && track.spans.iter().all(|span| span.start <= span.end));
            prop_assert!(track.spans.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}

#[test]
fn tracks_have_a_bound_and_what_is_dropped_is_counted() {
    let shots = ["obama.jpg", "astronaut.jpg"].map(upper);
    let options = TrackerOptions { max_tracks: 2, ..options() };
    let mut tracker = Tracker::new(options).unwrap();
    for at in 0..6u32 {
        tracker.push(&ENGINE, &shots[at as usize % 2].whole(), FRAME * at).unwrap();
    }
    assert_eq!(tracker.tracks().len(), 3, "two that ended, and the last");
    assert_eq!(tracker.stats().dropped, 3);
}

#[test]
fn a_spent_budget_passes_frames_over() {
    let group = Picture::read("group.jpg");
    let options = TrackerOptions { budget: Some(Duration::from_nanos(1)), ..TrackerOptions::default() };
    let mut tracker = Tracker::new(options).unwrap();
    for at in 0..50 {
        tracker.push(&ENGINE, &group.whole(), FRAME * at).unwrap();
    }
    let stats = tracker.stats();
    assert_eq!((stats.frames, stats.detections, stats.passed_over), (50, 1, 49), "{stats:?}");
}

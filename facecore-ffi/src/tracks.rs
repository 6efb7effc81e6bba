//! Tracks of faces → who is in the clip.

use std::ptr;

use facecore::video::{ClipPerson, KeptFace, Track, people};
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, microseconds, read, write};
use crate::detect::{facecore_box, facecore_point, to_box, to_point};
use crate::embed::facecore_embedding;
use crate::matching::{facecore_candidates, facecore_matcher, facecore_verdict, facecore_verdicts};

/// The tracks of a clip. Immutable: share them between threads.
pub struct facecore_tracks {
    tracks: Vec<Track>,
    rows: Vec<facecore_track>,
    // What the rows point to.
    spans: Vec<Vec<facecore_time_span>>,
    faces: Vec<Vec<facecore_kept_face>>,
    embeddings: Vec<Vec<facecore_embedding>>,
    absorbed: Vec<Vec<u32>>,
}

/// A stretch of time in which a face was seen, from its first frame to its last, in microseconds after the beginning of the clip.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_time_span {
    /// The first frame.
    pub start_us: u64,
    /// The last frame.
    pub end_us: u64,
}

/// One of the best views of a track's face.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_kept_face {
    /// The time of its frame, in microseconds.
    pub at_us: u64,
    /// Its embedding, valid as long as the tracks.
    pub embedding: *const facecore_embedding,
    /// The box in the frame.
    pub bounding_box: facecore_box,
    /// The points in the frame.
    pub landmarks: [facecore_point; 5],
    /// How likely it is that this view is recognised, 0 to 1, as `facecore_face_quality` has it.
    pub quality: f32,
    /// What it counts in the track's embedding, above 0 to 1.
    pub weight: f32,
    /// Zero.
    pub reserved: [u8; 8],
}

/// A face followed through one shot, with gaps where it was covered or out of the picture.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_track {
    /// When it was seen, in order: `span_count` of them, one at least; valid as long as the tracks.
    pub spans: *const facecore_time_span,
    /// How many.
    pub span_count: usize,
    /// Its best views, `face_count` of them; never NULL, valid as long as the tracks.
    pub faces: *const facecore_kept_face,
    /// How many; 0 with an engine that only detects.
    pub face_count: usize,
    /// Numbers of other tracks, as `facecore_tracked_face` had them, that better views showed to be of this face and that became part of this track:
    /// `absorbed_count` of them in order; never NULL, valid as long as the tracks. Where a frame has the face under two of its numbers, the place
    /// under the higher one holds.
    pub absorbed: *const u32,
    /// How many.
    pub absorbed_count: usize,
    /// Its number, in the order in which the tracks began.
    pub id: u32,
    /// How often the detector found it.
    pub detections: u32,
    /// How often `faces` changed: whoever decided on fewer may decide again.
    pub revision: u32,
    /// Zero.
    pub reserved: [u8; 12],
}

/// The tracks as an array of `*count`, valid as long as `tracks`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracks_get(
    tracks: *const facecore_tracks,
    array: *mut *const facecore_track,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (tracks, array, count) =
            unsafe { (&read(tracks, "tracks")?.rows, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (tracks.as_ptr(), tracks.len());
        Ok(())
    })
}

/// Joins the tracks of one person and decides who it is, once a person: tracks whose embeddings are at least `same` alike (cosine, -1 to 1) are one
/// person, unless they overlap in time; `matcher` decides on the mean of a person's kept faces; people who got one name are one person, and
/// where they overlap in time the surer one keeps it.
///
/// Fails with `FACECORE_STATUS_OPTION` for `same` outside its range or more than 16,384 tracks; else as `facecore_matcher_decide`. `*people` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracks_people(
    tracks: *const facecore_tracks,
    same: f32,
    matcher: *const facecore_matcher,
    candidates: *const facecore_candidates,
    people_out: *mut *mut facecore_clip_people,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, tracks) = unsafe { (Out::new(people_out, "people")?, read(tracks, "tracks")?) };
        // SAFETY: as above.
        let (matcher, candidates) = unsafe { (read(matcher, "matcher")?, read(candidates, "candidates")?) };
        out.put(facecore_clip_people::new(people(&tracks.tracks, same, &matcher.0, &candidates.0)?));
        Ok(())
    })
}

/// Frees tracks, with their embeddings; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracks_free(tracks: *mut facecore_tracks) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(tracks) }
}

/// The people of a clip. Immutable: share them between threads.
pub struct facecore_clip_people {
    rows: Vec<facecore_clip_person>,
    // What the rows point to.
    tracks: Vec<Vec<usize>>,
    verdicts: Vec<facecore_verdicts>,
}

/// One person of a clip.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_clip_person {
    /// Their tracks, by their places in the array of `facecore_tracks_get`; no two of them overlap in time. Valid as long as the people.
    pub tracks: *const usize,
    /// How many, one at least.
    pub track_count: usize,
    /// Who it is, or why nobody; valid as long as the people. NULL for a track without an embedding: nothing can be said of it.
    pub verdict: *const facecore_verdict,
    /// Zero.
    pub reserved: [u8; 16],
}

/// The people as an array of `*count`, in the order of their first tracks, valid as long as `people`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_clip_people_get(
    people: *const facecore_clip_people,
    array: *mut *const facecore_clip_person,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (people, array, count) =
            unsafe { (&read(people, "people")?.rows, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (people.as_ptr(), people.len());
        Ok(())
    })
}

/// Frees people and their names; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_clip_people_free(people: *mut facecore_clip_people) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(people) }
}

impl facecore_tracks {
    pub(crate) fn new(tracks: Vec<Track>) -> Self {
        let mut all = Self {
            tracks: Vec::new(),
            rows: Vec::new(),
            spans: Vec::new(),
            faces: Vec::new(),
            embeddings: Vec::new(),
            absorbed: Vec::new(),
        };
        for track in &tracks {
            let spans: Vec<_> = track
                .spans
                .iter()
                .map(|span| facecore_time_span { start_us: microseconds(span.start), end_us: microseconds(span.end) })
                .collect();
            let embeddings: Vec<_> =
                track.faces.iter().map(|face| facecore_embedding(face.embedding.clone())).collect();
            let faces: Vec<_> =
                track.faces.iter().zip(&embeddings).map(|(face, embedding)| kept(face, embedding)).collect();
            let absorbed = track.absorbed.clone();
            // The pointers are to arrays on the heap, which stay where they are when the vectors of them grow.
            all.rows.push(facecore_track {
                spans: spans.as_ptr(),
                span_count: spans.len(),
                faces: faces.as_ptr(),
                face_count: faces.len(),
                absorbed: absorbed.as_ptr(),
                absorbed_count: absorbed.len(),
                id: track.id,
                detections: track.detections,
                revision: track.revision,
                reserved: [0; 12],
            });
            all.spans.push(spans);
            all.faces.push(faces);
            all.embeddings.push(embeddings);
            all.absorbed.push(absorbed);
        }
        all.tracks = tracks;
        all
    }
}

fn kept(face: &KeptFace, embedding: &facecore_embedding) -> facecore_kept_face {
    facecore_kept_face {
        at_us: microseconds(face.at),
        embedding,
        bounding_box: to_box(&face.bounding_box),
        landmarks: face.landmarks.each_ref().map(to_point),
        quality: face.quality.value(),
        weight: face.weight,
        reserved: [0; 8],
    }
}

impl facecore_clip_people {
    fn new(people: Vec<ClipPerson>) -> Self {
        let mut all = Self { rows: Vec::new(), tracks: Vec::new(), verdicts: Vec::new() };
        for person in people {
            let verdict = person.verdict.map(|verdict| facecore_verdicts::of_one(&verdict));
            all.rows.push(facecore_clip_person {
                tracks: person.tracks.as_ptr(),
                track_count: person.tracks.len(),
                verdict: verdict.as_ref().map_or(ptr::null(), facecore_verdicts::first),
                reserved: [0; 16],
            });
            all.tracks.push(person.tracks);
            all.verdicts.extend(verdict);
        }
        all
    }
}

//! Frames of a clip → faces followed from frame to frame. `tracks` has what becomes of them.

use std::ptr;
use std::time::Duration;

use facecore::video::{TrackedFace, Tracker, TrackerOptions};
use facecore_bridge::{Result, Status};

use crate::boundary::{self, Out, call, microseconds, read, read_sized, write, write_sized};
use crate::detect::{facecore_box, facecore_detect_options, facecore_point, to_box, to_point};
use crate::engine::facecore_engine;
use crate::photo::facecore_photo;
use crate::tracks::facecore_tracks;

/// Follows the faces of one clip, frame by frame; it keeps no frame. For one thread at a time.
pub struct facecore_tracker {
    tracker: Tracker,
    // What the last push answered.
    faces: Vec<facecore_tracked_face>,
}

/// How a tracker works. Times are those of the video, except the work that `budget_us` bounds. Set by `facecore_tracker_options_init`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_tracker_options {
    /// `sizeof(facecore_tracker_options)`.
    pub struct_size: usize,
    /// How faces are found on the frames that are looked at whole. NULL (default): faces from 24 pixels and a fiftieth of the longer side on, at
    /// most 64 of them.
    pub detect: *const facecore_detect_options,
    /// Microseconds from one look at the whole frame to the next; in between faces are followed. A cut or a lost face is looked at sooner.
    /// Default 120,000.
    pub interval_us: u64,
    /// Most microseconds of work for a second of video, by the clock. When more was spent, frames are passed over: on a machine that is too slow for
    /// the budget the result depends on its speed. 0: no bound. Default 250,000.
    pub budget_us: u64,
    /// For how many microseconds a lost face may come back to its track. Default 10,000,000.
    pub memory_us: u64,
    /// Most faces of a track that are embedded and kept, 1 to 64. Default 8.
    pub faces_per_track: u32,
    /// Most tracks that are kept of a clip; those with the fewest faces go first and are counted. Default 10,000.
    pub max_tracks: u32,
    /// The cosine from which on a face that comes back is taken for the one that was lost, -1 to 1. NaN (default): the model's own threshold.
    pub same_person: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_tracker_options {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

impl facecore_tracker_options {
    fn new(struct_size: usize) -> Self {
        let TrackerOptions { interval, budget, memory, faces_per_track, max_tracks, .. } = TrackerOptions::default();
        Self {
            struct_size,
            detect: ptr::null(),
            interval_us: microseconds(interval),
            budget_us: budget.map_or(0, microseconds),
            memory_us: microseconds(memory),
            faces_per_track: faces_per_track as u32,
            max_tracks: max_tracks as u32,
            same_person: f32::NAN,
            reserved: [0; 28],
        }
    }

    /// NULL means the defaults.
    unsafe fn read(options: *const Self) -> Result<TrackerOptions> {
        let defaults = TrackerOptions::default();
        if options.is_null() {
            return Ok(defaults);
        }
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (options, detect) = unsafe {
            let options = read_sized(options, "options")?;
            let detect = options.detect;
            (options, if detect.is_null() { defaults.detect } else { facecore_detect_options::read(detect)? })
        };
        Ok(TrackerOptions {
            detect,
            interval: Duration::from_micros(options.interval_us),
            budget: Some(Duration::from_micros(options.budget_us)).filter(|budget| !budget.is_zero()),
            faces_per_track: options.faces_per_track as usize,
            memory: Duration::from_micros(options.memory_us),
            same_person: Some(options.same_person).filter(|cosine| !cosine.is_nan()),
            max_tracks: options.max_tracks as usize,
        })
    }
}

/// A face in a frame.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_tracked_face {
    /// Which track it belongs to.
    pub track: u32,
    /// 1: the detector found it in this very frame; 0: it was followed here.
    pub detected: u32,
    /// 1: this view of the face is kept with its embedding, until better ones take its place.
    pub kept: u32,
    /// The detector's score where the face was last found, 0 to 1.
    pub score: f32,
    /// The box in the upright frame.
    pub bounding_box: facecore_box,
    /// The points in the upright frame, in the order of `facecore_face`.
    pub landmarks: [facecore_point; 5],
    /// Zero.
    pub reserved: [u8; 8],
}

/// What a tracker did so far.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_tracker_stats {
    /// `sizeof(facecore_tracker_stats)`, set by the caller.
    pub struct_size: usize,
    /// Frames taken.
    pub frames: u64,
    /// Frames passed over, because the budget was spent.
    pub passed_over: u64,
    /// Frames looked at whole, for faces.
    pub detections: u64,
    /// Faces embedded.
    pub embedded: u64,
    /// Cuts from one shot to another.
    pub cuts: u64,
    /// Tracks dropped beyond `max_tracks`.
    pub dropped: u64,
    /// Microseconds of work, by the clock.
    pub work_us: u64,
    /// Zero.
    pub reserved: [u8; 32],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_tracker_stats {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// Sets the defaults. `struct_size` is `sizeof(facecore_tracker_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_options_init(
    options: *mut facecore_tracker_options,
    struct_size: usize,
) -> Status {
    // SAFETY: `options` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(options, struct_size, "options", facecore_tracker_options::new(struct_size)) }
}

/// A tracker for one clip. `options`: NULL for the defaults.
///
/// Fails with `FACECORE_STATUS_OPTION` for an option outside its range; `*tracker` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_new(
    options: *const facecore_tracker_options,
    tracker: *mut *mut facecore_tracker,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, options) = unsafe { (Out::new(tracker, "tracker")?, facecore_tracker_options::read(options)?) };
        out.put(facecore_tracker { tracker: Tracker::new(options)?, faces: Vec::new() });
        Ok(())
    })
}

/// Frees a tracker; NULL is fine. Tracks that it gave stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_free(tracker: *mut facecore_tracker) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(tracker) }
}

/// Takes the next frame, `at_us` microseconds after the beginning of the clip, and answers where the faces are in it: an array of `*count`, valid
/// until the next call with this tracker, never NULL on success. A frame of another size begins another shot.
///
/// Fails with `FACECORE_STATUS_OPTION` for a time that is not after the one before, and for a model without a threshold of its own where
/// `same_person` is not given; `_SPACE_MISMATCH` for an engine of another space than before; else as `facecore_detect`. The frame is then left out,
/// and the tracker goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_push(
    tracker: *mut facecore_tracker,
    engine: *const facecore_engine,
    frame: *const facecore_photo,
    at_us: u64,
    faces: *mut *const facecore_tracked_face,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (tracker, engine, frame) =
            unsafe { (write(tracker, "tracker")?, read(engine, "engine")?, read(frame, "frame")?) };
        // SAFETY: as above.
        let (faces, count) = unsafe { (write(faces, "faces")?, write(count, "count")?) };
        let seen = tracker.tracker.push(&engine.engine, &frame.0, Duration::from_micros(at_us))?;
        tracker.faces = seen.iter().map(facecore_tracked_face::new).collect();
        (*faces, *count) = (tracker.faces.as_ptr(), tracker.faces.len());
        Ok(())
    })
}

/// Fills in what a tracker did so far.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_get_stats(
    tracker: *const facecore_tracker,
    stats: *mut facecore_tracker_stats,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (tracker, stats) = unsafe { (read(tracker, "tracker")?, write_sized(stats, "stats")?) };
        let so_far = tracker.tracker.stats();
        *stats = facecore_tracker_stats {
            struct_size: stats.struct_size,
            frames: so_far.frames,
            passed_over: so_far.passed_over,
            detections: so_far.detections,
            embedded: so_far.embedded,
            cuts: so_far.cuts,
            dropped: so_far.dropped,
            work_us: microseconds(so_far.work),
            reserved: [0; 32],
        };
        Ok(())
    })
}

/// The tracks so far, in the order in which they began; those that were taken are not among them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_tracks(
    tracker: *const facecore_tracker,
    tracks: *mut *mut facecore_tracks,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, tracker) = unsafe { (Out::new(tracks, "tracks")?, read(tracker, "tracker")?) };
        out.put(facecore_tracks::new(tracker.tracker.tracks()));
        Ok(())
    })
}

/// Takes the tracks that have ended: those of earlier shots, and faces that have not come back. For a stream without an end, so that memory does
/// not grow.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_take_ended(
    tracker: *mut facecore_tracker,
    tracks: *mut *mut facecore_tracks,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, tracker) = unsafe { (Out::new(tracks, "tracks")?, write(tracker, "tracker")?) };
        out.put(facecore_tracks::new(tracker.tracker.take_ended()));
        Ok(())
    })
}

/// Ends the clip: its tracks, as `facecore_tracker_tracks` has them. Then the tracker is as new, for another clip.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_tracker_finish(
    tracker: *mut facecore_tracker,
    tracks: *mut *mut facecore_tracks,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, tracker) = unsafe { (Out::new(tracks, "tracks")?, write(tracker, "tracker")?) };
        out.put(facecore_tracks::new(tracker.tracker.finish()));
        tracker.faces.clear();
        Ok(())
    })
}

impl facecore_tracked_face {
    fn new(face: &TrackedFace) -> Self {
        Self {
            track: face.track,
            detected: face.detected.into(),
            kept: face.kept.into(),
            score: face.score,
            bounding_box: to_box(&face.bounding_box),
            landmarks: face.landmarks.each_ref().map(to_point),
            reserved: [0; 8],
        }
    }
}

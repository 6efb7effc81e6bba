//! `io.facecore.Tracker` and `io.facecore.Tracks`.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use facecore::video::{ClipPerson, KeptFace, Track, TrackedFace, Tracker, TrackerOptions, people};
use facecore::{BoundingBox, Engine, Landmarks, Photo};
use facecore_bridge::{Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{Result, call};
use crate::detect::{edges, options as detect_options};
use crate::handle;
use crate::matching::{candidates, matcher, write_verdict};
use crate::wire::{Reader, Writer};

/// `TrackerOptions.write`.
fn options(record: &mut Reader) -> Result<TrackerOptions> {
    let defaults = TrackerOptions::default();
    Ok(TrackerOptions {
        detect: if record.int()? == 0 { defaults.detect } else { detect_options(record)? },
        interval: Duration::from_nanos(record.id()?),
        budget: Some(Duration::from_nanos(record.id()?)).filter(|budget| !budget.is_zero()),
        faces_per_track: record.size()? as usize,
        memory: Duration::from_nanos(record.id()?),
        same_person: Some(record.float()?).filter(|cosine| !cosine.is_nan()),
        max_tracks: record.size()? as usize,
    })
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

fn write_place(answer: &mut Writer, area: &BoundingBox, landmarks: &Landmarks) {
    answer.floats(edges(area));
    answer.floats(landmarks.iter().flatten().copied());
}

/// `TrackedFace.read`.
fn write_tracked(answer: &mut Writer, face: &TrackedFace) {
    answer.int(face.track.cast_signed());
    write_place(answer, &face.bounding_box, &face.landmarks);
    answer.float(face.score);
    answer.int(face.detected.into());
    answer.int(face.kept.into());
}

/// `KeptFace.read`.
fn write_kept(answer: &mut Writer, face: &KeptFace) {
    answer.long(nanoseconds(face.at));
    write_place(answer, &face.bounding_box, &face.landmarks);
    answer.floats([face.quality.value(), face.weight]);
    answer.embedding(&face.embedding);
}

/// `Track.read`.
fn write_track(answer: &mut Writer, track: &Track) {
    answer.int(track.id.cast_signed());
    answer.count(track.spans.len());
    for span in &track.spans {
        answer.long(nanoseconds(span.start));
        answer.long(nanoseconds(span.end));
    }
    answer.int(track.detections.cast_signed());
    answer.int(track.revision.cast_signed());
    answer.count(track.absorbed.len());
    track.absorbed.iter().for_each(|id| answer.int(id.cast_signed()));
    answer.count(track.faces.len());
    track.faces.iter().for_each(|face| write_kept(answer, face));
}

/// `ClipPerson.read`.
fn write_person(answer: &mut Writer, person: &ClipPerson) {
    answer.count(person.tracks.len());
    person.tracks.iter().for_each(|track| answer.count(*track));
    match &person.verdict {
        Some(verdict) => {
            answer.int(1);
            write_verdict(answer, verdict);
        }
        None => answer.int(0),
    }
}

/// The tracker behind a handle.
///
/// # Safety
/// As `handle::look`.
unsafe fn look<'a>(tracker: jlong) -> Result<MutexGuard<'a, Tracker>> {
    // SAFETY: the caller's promise.
    let tracker = unsafe { handle::look::<Mutex<Tracker>>(tracker) }?;
    tracker
        .lock()
        .map_err(|_| Failure::new(Status::Internal, "the tracker broke in an earlier call; make a new one").into())
}

/// Makes a tracker.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_open0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let options = options(&mut Reader::from_java(env, &record)?)?;
        Ok(handle::give(Mutex::new(Tracker::new(options)?)))
    })
}

/// Takes the next frame.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_push0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracker: jlong,
    engine: jlong,
    frame: jlong,
    nanoseconds: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of these types, and frees none while a call has it.
        let (mut tracker, engine, frame) =
            unsafe { (look(tracker)?, handle::look::<Engine>(engine)?, handle::look::<Photo<'static>>(frame)?) };
        let faces = tracker.push(engine, frame, Duration::from_nanos(nanoseconds.cast_unsigned()))?;
        let mut answer = Writer::default();
        answer.count(faces.len());
        faces.iter().for_each(|face| write_tracked(&mut answer, face));
        answer.into_java(env)
    })
}

/// What was done so far.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_stats0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracker: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let stats = unsafe { look(tracker) }?.stats();
        let mut answer = Writer::default();
        for count in [stats.frames, stats.passed_over, stats.detections, stats.embedded, stats.cuts, stats.dropped] {
            answer.long(count.cast_signed());
        }
        answer.long(nanoseconds(stats.work));
        answer.into_java(env)
    })
}

/// The tracks so far.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_tracks0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracker: jlong,
) -> jlong {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(handle::give(unsafe { look(tracker) }?.tracks())))
}

/// Takes the tracks that have ended.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_takeEnded0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracker: jlong,
) -> jlong {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(handle::give(unsafe { look(tracker) }?.take_ended())))
}

/// Ends the clip.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_finish0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracker: jlong,
) -> jlong {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(handle::give(unsafe { look(tracker) }?.finish())))
}

/// Frees a tracker.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracker_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, tracker: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Mutex<Tracker>>(tracker) }
}

/// The tracks as values.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracks_list0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracks: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let tracks = unsafe { handle::look::<Vec<Track>>(tracks) }?;
        let mut answer = Writer::default();
        answer.count(tracks.len());
        tracks.iter().for_each(|track| write_track(&mut answer, track));
        answer.into_java(env)
    })
}

/// Joins the tracks of one person and decides who it is.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracks_people0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    tracks: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (same, matcher, candidates) = (record.float()?, matcher(&mut record)?, candidates(&mut record)?);
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let tracks = unsafe { handle::look::<Vec<Track>>(tracks) }?;
        let people = people(tracks, same, &matcher, &candidates)?;
        let mut answer = Writer::default();
        answer.count(people.len());
        people.iter().for_each(|person| write_person(&mut answer, person));
        answer.into_java(env)
    })
}

/// Frees tracks.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Tracks_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, tracks: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Vec<Track>>(tracks) }
}

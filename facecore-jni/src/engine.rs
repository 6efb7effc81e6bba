//! `io.facecore.FaceEngine`.

use std::time::Duration;

use facecore::{BoundingBox, DetectOptions, Detection, Engine, Landmarks, Photo};
use facecore_bridge::{Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JByteBuffer, JClass};
use jni::sys::{jint, jlong};

use crate::border::{self, Result, call};
use crate::handle;
use crate::photo::limits;
use crate::wire::{Reader, Writer};

/// `DetectOptions.write`.
fn options(record: &mut Reader) -> Result<DetectOptions> {
    Ok(DetectOptions {
        min_face: record.size()?,
        max_face: record.size()?,
        factor: record.float()?,
        thresholds: [record.float()?, record.float()?, record.float()?],
        max_candidates: record.size()? as usize,
    })
}

fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn edges(area: &BoundingBox) -> [f32; 4] {
    [area.x1, area.y1, area.x2, area.y2]
}

/// `Detection.read`.
fn write(detection: &Detection) -> Writer {
    let Detection { faces, complete, stats } = detection;
    let mut answer = Writer::default();
    answer.int((*complete).into());
    for count in [stats.scales, stats.proposed, stats.candidates, stats.candidates_cut, stats.refined] {
        answer.count(count);
    }
    for time in [stats.propose_time, stats.refine_time, stats.output_time] {
        answer.long(microseconds(time));
    }
    answer.count(faces.len());
    let points = |landmarks: &Landmarks| landmarks.iter().flatten().copied().collect::<Vec<_>>();
    for face in faces {
        answer.floats(edges(&face.bounding_box));
        answer.floats(points(&face.landmarks));
        answer.float(face.score);
        answer.floats(edges(&face.stored_box));
        answer.floats(points(&face.stored_landmarks));
    }
    answer
}

fn detect_bytes(engine: jlong, bytes: &[u8], record: &mut Reader) -> Result<Writer> {
    let engine = unsafe { handle::look::<Engine>(engine) }?;
    let photo = Photo::decode(bytes, &limits(record)?)?;
    Ok(write(&engine.detect(&photo, &options(record)?)?))
}

/// Opens the networks of a folder.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_open0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (folder, model) = (record.text()?, record.text()?);
        let model = if model.is_empty() { Engine::DEFAULT_MODEL } else { &model };
        Ok(handle::give(Engine::open_model(folder, model)?))
    })
}

/// Opens the networks inside the library.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_openDetector0<'l>(mut env: EnvUnowned<'l>, _: JClass<'l>) -> jlong {
    call(&mut env, |_| Ok(handle::give(Engine::detector_only()?)))
}

/// What the engine is.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_info0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        let mut answer = Writer::default();
        answer.text(engine.model().unwrap_or_default());
        answer.long(engine.space().map_or(0, |space| i64::from_be_bytes(space.0)));
        answer.double(engine.crop_margin().unwrap_or(f64::NAN));
        answer.float(engine.default_threshold().unwrap_or(f32::NAN));
        answer.into_java(env)
    })
}

/// Faces of a photo.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_detect0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    photo: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let options = options(&mut Reader::from_java(env, &record)?)?;
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        write(&engine.detect(photo, &options)?).into_java(env)
    })
}

/// Faces of an encoded photo in an array.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_detectBytes0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    bytes: JByteArray<'l>,
    offset: jint,
    length: jint,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let bytes = border::bytes(env, &bytes, offset, length)?;
        detect_bytes(engine, &bytes, &mut Reader::from_java(env, &record)?)?.into_java(env)
    })
}

/// Faces of an encoded photo in a direct buffer.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_detectDirect0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    buffer: JByteBuffer<'l>,
    offset: jint,
    length: jint,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let bytes = unsafe { border::direct(env, &buffer, offset, length) }?;
        detect_bytes(engine, bytes, &mut Reader::from_java(env, &record)?)?.into_java(env)
    })
}

/// Embeddings of boxes of a photo, or why not.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_embed0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    photo: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        engine.embed(photo, &[])?;
        let count = record.size()?;
        let mut answer = Writer::default();
        answer.int(count.cast_signed());
        for _ in 0..count {
            let area = BoundingBox::new(record.float()?, record.float()?, record.float()?, record.float()?);
            match engine.embed_box(photo, &area).map_err(Failure::from) {
                Ok(embedding) => {
                    answer.int(Status::Ok as i32);
                    answer.embedding(&embedding);
                }
                Err(failure) => {
                    answer.int(failure.status as i32);
                    answer.text(&failure.message);
                }
            }
        }
        answer.into_java(env)
    })
}

/// Frees an engine.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, engine: jlong) {
    unsafe { handle::free::<Engine>(engine) }
}

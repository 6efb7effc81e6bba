//! `io.facecore.FaceEngine`.

use std::time::Duration;

use facecore::{
    BoundingBox, Budget, DetectOptions, Detection, Embedding, Engine, EngineOptions, Face, Landmarks, MtcnnOptions,
    Photo,
};
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
        mtcnn: MtcnnOptions {
            factor: record.float()?,
            thresholds: [record.float()?, record.float()?, record.float()?],
            filter: facecore_bridge::proposal_filter(record.size()?)?,
        },
        budget: budget(record)?,
        ..DetectOptions::default()
    })
}

/// `Budget.write`.
fn budget(record: &mut Reader) -> Result<Budget> {
    Ok(Budget {
        max_pixels: record.long()?.cast_unsigned(),
        max_candidates: record.size()? as usize,
        max_faces: record.size()? as usize,
        deadline: Some(Duration::from_nanos(record.long()?.cast_unsigned())).filter(|deadline| !deadline.is_zero()),
    })
}

/// `EngineOptions.write`.
fn engine_options(record: &mut Reader) -> Result<EngineOptions> {
    let (model, compute) = (record.text()?, facecore_bridge::compute(record.size()?)?);
    let mirror_average = record.size()? != 0;
    let model = Some(model).filter(|model| !model.is_empty());
    Ok(EngineOptions { model, compute, mirror_average, ..EngineOptions::default() })
}

fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn edges(area: &BoundingBox) -> [f32; 4] {
    [area.x1, area.y1, area.x2, area.y2]
}

fn read_box(record: &mut Reader) -> Result<BoundingBox> {
    Ok(BoundingBox::new(record.float()?, record.float()?, record.float()?, record.float()?))
}

fn read_points(record: &mut Reader) -> Result<Landmarks> {
    let mut landmarks = Landmarks::default();
    for number in landmarks.iter_mut().flatten() {
        *number = record.float()?;
    }
    Ok(landmarks)
}

/// `Face.write`.
fn read_face(record: &mut Reader) -> Result<Face> {
    Ok(Face {
        bounding_box: read_box(record)?,
        landmarks: read_points(record)?,
        score: record.float()?,
        stored_box: read_box(record)?,
        stored_landmarks: read_points(record)?,
    })
}

/// `Face.read`.
fn write_face(answer: &mut Writer, face: &Face) {
    answer.floats(edges(&face.bounding_box));
    answer.floats(face.landmarks.iter().flatten().copied());
    answer.float(face.score);
    answer.floats(edges(&face.stored_box));
    answer.floats(face.stored_landmarks.iter().flatten().copied());
}

/// `Detection.read`.
fn write(detection: &Detection) -> Writer {
    let Detection { faces, complete, cut, stats } = detection;
    let stats = stats.mtcnn().cloned().unwrap_or_default();
    let mut answer = Writer::default();
    answer.int((*complete).into());
    for count in [cut.scales, cut.candidates, cut.faces, cut.deadline.into()] {
        answer.count(count);
    }
    for count in [stats.scales, stats.proposed, stats.candidates, stats.refined] {
        answer.count(count);
    }
    answer.long(stats.pixels.cast_signed());
    for time in [stats.propose_time, stats.filter_time, stats.refine_time, stats.output_time] {
        answer.long(microseconds(time));
    }
    answer.count(faces.len());
    faces.iter().for_each(|face| write_face(&mut answer, face));
    answer
}

/// `FaceEmbedding.read`, for each face.
fn write_embeddings(found: Vec<facecore::Result<Embedding>>) -> Writer {
    let mut answer = Writer::default();
    answer.count(found.len());
    for embedding in found {
        match embedding.map_err(Failure::from) {
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
        let folder = record.text()?;
        Ok(handle::give(Engine::open_with(folder, &engine_options(&mut record)?)?))
    })
}

/// Opens the networks inside the library.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_openDetector0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let options = engine_options(&mut Reader::from_java(env, &record)?)?;
        Ok(handle::give(Engine::detector_only_with(options.detector, options.compute)?))
    })
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
        answer.text(engine.kernels());
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

/// Embeddings of faces of a photo, or why not.
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
        let faces = (0..record.size()?).map(|_| read_face(&mut record)).collect::<Result<Vec<_>>>()?;
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        write_embeddings(engine.embed(photo, &faces)?).into_java(env)
    })
}

/// The embedding of what a box encloses.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_embedBox0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    photo: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let area = read_box(&mut Reader::from_java(env, &record)?)?;
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        let mut answer = Writer::default();
        answer.embedding(&engine.embed_box(photo, &area)?);
        answer.into_java(env)
    })
}

/// Frees an engine.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, engine: jlong) {
    unsafe { handle::free::<Engine>(engine) }
}

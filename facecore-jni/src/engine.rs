//! `io.facecore.FaceEngine`.

use facecore::{Embedding, Engine, EngineOptions, Photo};
use facecore_bridge::{Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JByteBuffer, JClass};
use jni::sys::{jint, jlong};

use crate::border::{self, Result, call};
use crate::detect::{options, read_box, read_face, write};
use crate::handle;
use crate::photo::limits;
use crate::wire::{Reader, Writer};

/// `EngineOptions.write`.
fn engine_options(record: &mut Reader) -> Result<EngineOptions> {
    Ok(EngineOptions {
        model: Some(record.text()?).filter(|model| !model.is_empty()),
        detector: facecore_bridge::detector(record.size()?)?,
        compute: facecore_bridge::compute(record.size()?)?,
        mirror_average: record.size()? != 0,
    })
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
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    let engine = unsafe { handle::look::<Engine>(engine) }?;
    let photo = Photo::decode(bytes, &limits(record)?)?;
    write(&engine.detect(&photo, &options(record)?)?)
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
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        let mut answer = Writer::default();
        answer.text(engine.model().unwrap_or_default());
        answer.text(engine.kernels());
        answer.int(facecore_bridge::detector_number(engine.detector()).cast_signed());
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
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        // SAFETY: as above.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        write(&engine.detect(photo, &options)?)?.into_java(env)
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
        // SAFETY: nobody writes to the buffer meanwhile: the Javadoc asks for that, Java cannot enforce it.
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
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        // SAFETY: as above.
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
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        // SAFETY: as above.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        let mut answer = Writer::default();
        answer.embedding(&engine.embed_box(photo, &area)?);
        answer.into_java(env)
    })
}

/// Frees an engine.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceEngine_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, engine: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Engine>(engine) }
}

//! `io.facecore.AlbumSession`, `io.facecore.AlbumReader` and `io.facecore.Attributes`: photos → the faces of an album → a build.

use std::sync::{Mutex, MutexGuard};

use facecore::attributes::Attributes;
use facecore::profile::{AlbumFace, Build, Outcome, Session, StoredFace};
use facecore::{AlbumReader, Engine, Photo};
use facecore_bridge::{Failure, Filter, Status, builder};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{Result, call};
use crate::detect::{options, read_face, write_face};
use crate::handle;
use crate::profile::{read_album_face, read_feedback, read_meta, read_owner};
use crate::wire::{Reader, Writer};

/// `ProfileBuild.read`.
pub fn write_build(answer: &mut Writer, build: &Build) -> Result<()> {
    answer.int(facecore_bridge::build_outcome(build) as i32);
    answer.bytes(&match &build.outcome {
        Outcome::Built(profile) => profile.to_bytes()?,
        _ => Vec::new(),
    });
    answer.floats([build.confidence, build.lead, build.wanted_lead]);
    for count in [build.photos, build.faces, build.left_out] {
        answer.count(count);
    }
    answer.count(build.members.len());
    for &(face, role) in &build.members {
        answer.face_id(face);
        answer.int(i32::from(role as u8));
    }
    answer.text(&build.to_string());
    Ok(())
}

/// A session that Java holds, locked: threads may give photos in any order.
///
/// # Safety
/// As [`handle::look`].
unsafe fn session<'a>(handle: jlong) -> Result<MutexGuard<'a, Session<'static>>> {
    // SAFETY: the caller's promise.
    let session = unsafe { handle::look::<Mutex<Session<'static>>>(handle) }?;
    let panicked = || Failure::new(Status::Panic, "a call of this session panicked; open another one");
    session.lock().map_err(|_| panicked().into())
}

/// Begins a build that asks for photos.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumSession_open0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let builder = builder(record.space()?)?;
        let (owner, feedback) = (read_owner(&mut record)?, read_feedback(&mut record)?);
        let photos = (0..record.size()?).map(|_| read_meta(&mut record)).collect::<Result<Vec<_>>>()?;
        Ok(handle::give(Mutex::new(Session::new(builder, photos, owner, feedback)?)))
    })
}

/// The photos that are wanted now.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumSession_wants0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut answer = Writer::default();
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        answer.longs(unsafe { session(handle) }?.wants());
        answer.into_java(env)
    })
}

/// The faces of a photo that is wanted.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumSession_give0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let photo = record.id()?;
        let face = |record: &mut Reader| match record.int()? {
            0 => Ok(None),
            _ => read_album_face(record).map(Some),
        };
        let faces = (0..record.size()?).map(|_| face(&mut record)).collect::<Result<Vec<_>>>()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { session(handle) }?.give(photo, faces)?)
    })
}

/// The stored faces of a photo that is wanted, as bytes; none for a face that cannot be used.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumSession_giveStored0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let photo = record.id()?;
        let stored = |record: &mut Reader| match record.bytes()? {
            [] => Ok(None),
            bytes => Ok(Some(StoredFace::from_bytes(bytes)?)),
        };
        let faces = (0..record.size()?).map(|_| stored(&mut record)).collect::<Result<Vec<_>>>()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { session(handle) }?.give_stored(photo, &faces)?)
    })
}

/// The build.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumSession_finish0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let finished = unsafe { session(handle) }?.clone();
        let mut answer = Writer::default();
        write_build(&mut answer, &finished.finish()?)?;
        answer.into_java(env)
    })
}

/// Frees a session.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumSession_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Mutex<Session<'static>>>(handle) }
}

/// `AlbumFace.read`.
pub fn write_album_face(answer: &mut Writer, face: &AlbumFace) {
    let AlbumFace { embedding, width, score, non_face, pin, age, female } = face;
    answer.embedding(embedding);
    answer.floats([*width, *score, age.unwrap_or(f32::NAN), female.unwrap_or(f32::NAN)]);
    answer.int(facecore_bridge::pin_number(*pin).cast_signed());
    answer.int((*non_face).into());
}

/// What `AlbumReader` is made of: handles of an engine, of networks for age and sex, of a filter (0 where there is none), and the options' record.
///
/// # Safety
/// As [`handle::look`].
unsafe fn reader<'a>(engine: jlong, attributes: jlong, filter: jlong, record: &mut Reader) -> Result<AlbumReader<'a>> {
    // SAFETY: the caller's promise.
    let mut reader = AlbumReader::new(unsafe { handle::look::<Engine>(engine) }?, options(record)?)?;
    if attributes != 0 {
        // SAFETY: as above.
        reader = reader.with_attributes(unsafe { handle::look::<Attributes>(attributes) }?);
    }
    if filter != 0 {
        // SAFETY: as above.
        let filter = unsafe { handle::look::<Filter>(filter) }?;
        reader = reader.with_non_face_filter(filter)?;
    }
    Ok(reader)
}

/// The faces of a photo as an album knows them.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumReader_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    photo: jlong,
    attributes: jlong,
    filter: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let reader = unsafe { reader(engine, attributes, filter, &mut record) }?;
        // SAFETY: as above.
        let faces = reader.read(unsafe { handle::look::<Photo<'static>>(photo) }?)?;
        let mut answer = Writer::default();
        answer.count(faces.len());
        for found in &faces {
            write_face(&mut answer, &found.face);
            answer.int(found.usable.is_some().into());
            found.usable.iter().for_each(|face| write_album_face(&mut answer, face));
        }
        answer.into_java(env)
    })
}

/// The faces of a photo to be stored, as bytes; none for a face that cannot be used. In the record what is known of the photo comes after the options.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumReader_readStored0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    engine: jlong,
    photo: jlong,
    attributes: jlong,
    filter: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let reader = unsafe { reader(engine, attributes, filter, &mut record) }?;
        let meta = read_meta(&mut record)?;
        // SAFETY: as above.
        let faces = reader.read_stored(unsafe { handle::look::<Photo<'static>>(photo) }?, &meta)?;
        let mut answer = Writer::default();
        answer.count(faces.len());
        for stored in &faces {
            answer.bytes(&stored.as_ref().map(StoredFace::to_bytes).unwrap_or_default());
        }
        answer.into_java(env)
    })
}

/// Loads the networks for age and sex.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Attributes_open0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let models = Reader::from_java(env, &record)?.text()?;
        Ok(handle::give(Attributes::open(models)?))
    })
}

/// Age and sex of a face.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Attributes_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    attributes: jlong,
    photo: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let face = read_face(&mut Reader::from_java(env, &record)?)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let attributes = unsafe { handle::look::<Attributes>(attributes) }?;
        // SAFETY: as above.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        let read = attributes.read(photo, &face)?;
        let mut answer = Writer::default();
        answer.floats([read.age, read.female]);
        answer.into_java(env)
    })
}

/// Frees the networks.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Attributes_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, attributes: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Attributes>(attributes) }
}

//! `io.facecore.AlbumSession`, `io.facecore.AlbumReader` and `io.facecore.Attributes`: photos → the faces of an album → a build.

use std::sync::{Mutex, MutexGuard, PoisonError};

use facecore::attributes::Attributes;
use facecore::profile::{AlbumFace, Build, Builder, Outcome, Pin, Session, Settings};
use facecore::{AlbumReader, Engine, NonFaceFilter, Photo, SpaceId};
use facecore_bridge::{Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{Result, call};
use crate::detect::{options, read_face, write_face};
use crate::handle;
use crate::non_face::Filter;
use crate::profile::{read_album_face, read_feedback, read_meta, read_owner};
use crate::wire::{Reader, Writer};

/// The builder for a space. Numbers ship for few spaces, and each gets one builder, which is never freed: sessions borrow it.
pub fn builder(space: SpaceId) -> Result<&'static Builder> {
    static BUILDERS: Mutex<Vec<&'static Builder>> = Mutex::new(Vec::new());
    let mut builders = BUILDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(builder) = builders.iter().find(|builder| builder.settings().space == space) {
        return Ok(builder);
    }
    let settings = Settings::for_space(space);
    let settings =
        settings.ok_or_else(|| Failure::new(Status::Option, format!("no profiles are fitted for space {space}")))?;
    let builder: &'static Builder = Box::leak(Box::new(Builder::new(settings)?));
    builders.push(builder);
    Ok(builder)
}

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
    answer.int(match pin {
        None => 0,
        Some(Pin::Owner) => 1,
        Some(Pin::Other) => 2,
    });
    answer.int((*non_face).into());
}

/// The faces of a photo as an album knows them. `attributes` and `filter` are 0 where there are none.
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
        let options = options(&mut Reader::from_java(env, &record)?)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let engine = unsafe { handle::look::<Engine>(engine) }?;
        // SAFETY: as above.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        let mut reader = AlbumReader::new(engine, options)?;
        if attributes != 0 {
            // SAFETY: as above.
            reader = reader.with_attributes(unsafe { handle::look::<Attributes>(attributes) }?);
        }
        if filter != 0 {
            // SAFETY: as above.
            let filter: &NonFaceFilter = unsafe { handle::look::<Filter>(filter) }?;
            reader = reader.with_non_face_filter(filter)?;
        }
        let faces = reader.read(photo)?;
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

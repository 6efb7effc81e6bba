//! `io.facecore.Profile`: a value that Java holds as its bytes.

use facecore::SpaceId;
use facecore::profile::{AlbumFace, AlbumPhoto, Build, Feedback, Owner, PhotoMeta, Profile, StoredFace};
use facecore::social::sex_from_full_name;
use facecore_bridge::{builder, known};
use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jfloat, jint, jlong};
use jni::{Env, EnvUnowned};

use crate::album::{write_album_face, write_build};
use crate::border::{Result, call, whole};
use crate::detect::read_box;
use crate::wire::{Reader, Writer};

/// A profile that Java holds as its bytes.
fn profile(env: &Env<'_>, bytes: &JByteArray<'_>) -> Result<Profile> {
    Ok(Profile::from_bytes(&whole(env, bytes)?)?)
}

/// `AlbumPhoto.writeMeta`.
pub fn read_meta(record: &mut Reader) -> Result<PhotoMeta> {
    Ok(PhotoMeta {
        id: record.id()?,
        manual_tags: record.size()?,
        source: facecore_bridge::source(record.size()?)?,
        front_camera: record.int()? != 0,
        on_trip: record.int()? != 0,
        was_avatar: record.int()? != 0,
        place: None,
    })
}

/// `AlbumFace.write`.
pub fn read_album_face(record: &mut Reader) -> Result<AlbumFace> {
    Ok(AlbumFace {
        embedding: record.embedding()?,
        width: record.float()?,
        score: record.float()?,
        age: known(record.float()?),
        female: known(record.float()?),
        pin: facecore_bridge::pin(record.size()?)?,
        non_face: record.int()? != 0,
    })
}

fn photo(record: &mut Reader) -> Result<AlbumPhoto> {
    let meta = read_meta(record)?;
    let faces = (0..record.size()?).map(|_| read_album_face(record)).collect::<Result<_>>()?;
    Ok(AlbumPhoto { meta, faces })
}

/// `AlbumOwner.write`.
pub fn read_owner(record: &mut Reader) -> Result<Owner> {
    let (age, female) = (known(record.float()?), known(record.float()?));
    let mut friends = Vec::new();
    for _ in 0..record.size()? {
        friends.extend(Profile::from_bytes(record.bytes()?)?.embeddings());
    }
    Ok(Owner { age, female, friends })
}

/// `Feedback.write`.
pub fn read_feedback(record: &mut Reader) -> Result<Feedback> {
    let mut feedback = Feedback::default();
    feedback.opted_out = record.int()? != 0;
    for _ in 0..record.size()? {
        let (face, opinion) = (record.face_id()?, facecore_bridge::opinion(record.size()?)?);
        feedback.apply(face, opinion);
    }
    Ok(feedback)
}

/// The probability of a woman by a name; NaN if the name does not tell.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_AlbumOwner_femaleByName0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jfloat {
    call(&mut env, |env| {
        let name = Reader::from_java(env, &record)?.text()?;
        Ok(sex_from_full_name(&name).told().unwrap_or(f32::NAN))
    })
}

/// Whether two profiles show one owner.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_showsOwnerOf0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
    other: JByteArray<'l>,
) -> jboolean {
    call(&mut env, |env| Ok(profile(env, &bytes)?.shows_owner_of(&profile(env, &other)?)?))
}

/// Album → `ProfileBuild.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_build0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (owner, feedback) = (read_owner(&mut record)?, read_feedback(&mut record)?);
        let album = (0..record.size()?).map(|_| photo(&mut record)).collect::<Result<Vec<_>>>()?;
        let mut faces = album.iter().flat_map(|photo| &photo.faces);
        let build = match faces.next().map(|face| face.embedding.space()) {
            Some(space) => builder(space)?.build(&album, &owner, &feedback)?,
            None => Build::without_faces(album.len(), &feedback),
        };
        let mut answer = Writer::default();
        write_build(&mut answer, &build)?;
        answer.into_java(env)
    })
}

/// What is in a profile: its space, the length of its embeddings, its slots. An exception if the bytes are none.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let profile = profile(env, &bytes)?;
        let mut answer = Writer::default();
        answer.space(profile.space());
        answer.count(profile.values());
        answer.count(profile.slots().len());
        for slot in profile.slots() {
            answer.int(i32::from(slot.role() as u8));
            answer.int(slot.photos().cast_signed());
            answer.int(slot.faces().cast_signed());
            answer.float(slot.coherence());
            match profile.centroid(slot.role()) {
                Some(embedding) => {
                    answer.int(1);
                    answer.embedding(&embedding);
                }
                None => answer.int(0),
            }
        }
        answer.into_java(env)
    })
}

/// A profile without faces.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_empty0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    space: jlong,
    values: jint,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let profile = Profile::new(SpaceId(space.to_be_bytes()), usize::try_from(values).unwrap_or(0))?;
        Ok(env.byte_array_from_slice(&profile.to_bytes()?)?)
    })
}

/// The bytes of two profiles of the same people together.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_merge0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
    other: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut merged = profile(env, &bytes)?;
        merged.merge(&profile(env, &other)?)?;
        Ok(env.byte_array_from_slice(&merged.to_bytes()?)?)
    })
}

/// The bytes after faces of a photo came or went.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_change0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
    role: jint,
    adds: jboolean,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let mut profile = Profile::from_bytes(record.bytes()?)?;
        let (role, faces) = (facecore_bridge::role(role.cast_unsigned())?, record.embeddings()?);
        if adds {
            profile.add(role, &faces)?
        } else {
            profile.remove(role, &faces)?
        }
        Ok(env.byte_array_from_slice(&profile.to_bytes()?)?)
    })
}

/// A stored face as bytes: its photo, the face, its box, its quality.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_StoredFace_write0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (photo, face, area) = (read_meta(&mut record)?, read_album_face(&mut record)?, read_box(&mut record)?);
        let area = [area.x1, area.y1, area.x2, area.y2];
        let stored = StoredFace { photo, face, area, quality: known(record.float()?) };
        let bytes = stored.to_bytes();
        // What could not be read again must not be kept.
        StoredFace::from_bytes(&bytes)?;
        Ok(env.byte_array_from_slice(&bytes)?)
    })
}

/// What is in the bytes of a stored face.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_StoredFace_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let StoredFace { photo, face, area, quality } = StoredFace::from_bytes(&whole(env, &bytes)?)?;
        let mut answer = Writer::default();
        answer.long(photo.id.cast_signed());
        answer.int(photo.manual_tags.cast_signed());
        answer.int(facecore_bridge::source_number(photo.source).cast_signed());
        for flag in [photo.front_camera, photo.on_trip, photo.was_avatar] {
            answer.int(flag.into());
        }
        write_album_face(&mut answer, &face);
        answer.floats(area);
        answer.float(quality.unwrap_or(f32::NAN));
        answer.into_java(env)
    })
}

/// Stored faces → `ProfileBuild.read`: no photo is read.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_buildStored0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (owner, feedback) = (read_owner(&mut record)?, read_feedback(&mut record)?);
        let stored = |record: &mut Reader| Ok((record.face_id()?, StoredFace::from_bytes(record.bytes()?)?));
        let faces = (0..record.size()?).map(|_| stored(&mut record)).collect::<Result<Vec<_>>>()?;
        let build = match faces.first() {
            Some((_, first)) => builder(first.face.embedding.space())?.build_stored(&faces, &owner, &feedback)?,
            None => Build::without_faces(0, &feedback),
        };
        let mut answer = Writer::default();
        write_build(&mut answer, &build)?;
        answer.into_java(env)
    })
}

//! `io.facecore.Profile`: a value that Java holds as its bytes.

use facecore::SpaceId;
use facecore::profile::{AlbumFace, AlbumPhoto, Builder, Feedback, Outcome, Owner, PhotoMeta, Profile, Settings};
use facecore_bridge::{BuildOutcome, Failure, Status};
use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jint, jlong};
use jni::{Env, EnvUnowned};

use crate::border::{self, Result, call};
use crate::wire::{Reader, Writer};

/// A profile that Java holds as its bytes.
fn profile(env: &Env<'_>, bytes: &JByteArray<'_>) -> Result<Profile> {
    let length = i32::try_from(bytes.len(env)?).unwrap_or(i32::MAX);
    Ok(Profile::from_bytes(&border::bytes(env, bytes, 0, length)?)?)
}

fn known(value: f32) -> Option<f32> {
    (!value.is_nan()).then_some(value)
}

fn photo(record: &mut Reader) -> Result<AlbumPhoto> {
    let meta = PhotoMeta {
        id: record.long()?.cast_unsigned(),
        manual_tags: record.size()?,
        source: facecore_bridge::source(record.size()?)?,
        front_camera: record.int()? != 0,
        on_trip: record.int()? != 0,
        was_avatar: record.int()? != 0,
        place: None,
    };
    let face = |record: &mut Reader| -> Result<AlbumFace> {
        Ok(AlbumFace {
            embedding: record.embedding()?,
            width: record.float()?,
            score: record.float()?,
            age: known(record.float()?),
            female: known(record.float()?),
            pin: facecore_bridge::pin(record.size()?)?,
            non_face: record.int()? != 0,
        })
    };
    let faces = (0..record.size()?).map(|_| face(record)).collect::<Result<_>>()?;
    Ok(AlbumPhoto { meta, faces })
}

/// Album → outcome, confidence, bytes.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_build0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (age, female) = (known(record.float()?), known(record.float()?));
        let mut friends = Vec::new();
        for _ in 0..record.size()? {
            friends.extend(Profile::from_bytes(record.bytes()?)?.embeddings());
        }
        let album = (0..record.size()?).map(|_| photo(&mut record)).collect::<Result<Vec<_>>>()?;
        let mut answer = Writer::default();
        let Some(space) = album.iter().flat_map(|photo| &photo.faces).next().map(|face| face.embedding.space()) else {
            answer.int(BuildOutcome::NoFaces as i32);
            answer.float(0.0);
            answer.bytes(&[]);
            return answer.into_java(env);
        };
        let settings = Settings::for_space(space);
        let settings = settings
            .ok_or_else(|| Failure::new(Status::Option, format!("no profiles are fitted for space {space}")))?;
        let owner = Owner { age, female, friends };
        let build = Builder::new(settings)?.build(&album, &owner, &Feedback::default())?;
        answer.int(facecore_bridge::build_outcome(&build) as i32);
        answer.float(build.confidence);
        answer.bytes(&match &build.outcome {
            Outcome::Built(profile) => profile.to_bytes()?,
            _ => Vec::new(),
        });
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

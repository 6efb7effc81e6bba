//! `io.facecore.Profile`: a value that Java holds as its bytes.

use facecore::profile::{AlbumFace, AlbumPhoto, Builder, Feedback, Outcome, Owner, PhotoMeta, Profile, Settings};
use facecore_bridge::{BuildOutcome, Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jint};

use crate::border::{Result, call};
use crate::wire::{Reader, Writer};

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

/// Whether bytes are a profile: an exception says why not.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Profile_check0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        Profile::from_bytes(Reader::from_java(env, &record)?.bytes()?)?;
        Ok(())
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

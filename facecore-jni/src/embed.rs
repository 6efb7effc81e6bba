//! `io.facecore.Embedding`: values that Java holds itself; they cross in the exact encoding (F32).

use facecore::Embedding;
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jfloat, jint};

use crate::border::{call, whole};
use crate::wire::{Reader, Writer};

/// Scales numbers to an embedding.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Embedding_of0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let space = record.space()?;
        let values = (0..record.size()?).map(|_| record.float()).collect::<Result<_, _>>()?;
        let mut answer = Writer::default();
        answer.embedding(&Embedding::new(space, values)?);
        answer.into_java(env)
    })
}

/// Reads any encoding.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Embedding_decode0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let embedding = Embedding::decode(&whole(env, &bytes)?)?;
        let mut answer = Writer::default();
        answer.embedding(&embedding);
        answer.into_java(env)
    })
}

/// Writes any encoding.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Embedding_encode0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
    encoding: jint,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let embedding = Reader::from_java(env, &record)?.embedding()?;
        let encoding = facecore_bridge::encoding(encoding.cast_unsigned())?;
        Ok(env.byte_array_from_slice(&embedding.encode(encoding))?)
    })
}

/// The cosine of two embeddings.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Embedding_cosine0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jfloat {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        Ok(record.embedding()?.cosine(&record.embedding()?)?)
    })
}

/// The mean of embeddings, scaled to length 1.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Embedding_mean0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let faces = Reader::from_java(env, &record)?.embeddings()?;
        let mut answer = Writer::default();
        answer.embedding(&Embedding::mean(&faces.iter().collect::<Vec<_>>())?);
        answer.into_java(env)
    })
}

/// How far an embedding lies among those of non-faces.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Embedding_nonFaceExcess0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jfloat {
    call(&mut env, |env| Ok(facecore_bridge::non_face_excess(&Reader::from_java(env, &record)?.embedding()?)?))
}

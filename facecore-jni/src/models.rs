//! `io.facecore.Models`.

use facecore::Manifest;
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};

use crate::border::call;
use crate::wire::{Reader, Writer};

/// The models of a folder.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Models_list0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let models = Manifest::open(Reader::from_java(env, &record)?.text()?)?.models;
        let mut answer = Writer::default();
        answer.count(models.len());
        for model in &models {
            for words in [model.id.as_str(), model.kind.name(), &model.licence, &model.training_data, &model.source] {
                answer.text(words);
            }
            answer.long(model.space.map_or(0, |space| i64::from_be_bytes(space.0)));
            answer.int(model.embedding.cast_signed());
            answer.float(model.threshold.unwrap_or(f32::NAN));
        }
        answer.into_java(env)
    })
}

/// The embedder that is taken where nobody names one.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Models_default0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let manifest = Manifest::open(Reader::from_java(env, &record)?.text()?)?;
        let mut answer = Writer::default();
        answer.text(&manifest.default);
        answer.into_java(env)
    })
}

/// Are a model's files the ones of the manifest?
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Models_verify0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let manifest = Manifest::open(record.text()?)?;
        Ok(manifest.verify(&record.text()?)?)
    })
}

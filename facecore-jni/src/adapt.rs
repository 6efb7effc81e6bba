//! `io.facecore.Adaptation`: embeddings carried into a space that was learned from one's own people.

use facecore::adapt::Adaptation;
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{call, whole};
use crate::handle;
use crate::wire::{Reader, Writer};

/// Reads an adaptation.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Adaptation_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| Ok(handle::give(Adaptation::from_bytes(&whole(env, &bytes)?)?)))
}

/// An adaptation as bytes.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Adaptation_write0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let adaptation = unsafe { handle::look::<Adaptation>(handle) }?;
        Ok(env.byte_array_from_slice(&adaptation.to_bytes())?)
    })
}

/// The spaces from which and into which an adaptation maps.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Adaptation_spaces0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let adaptation = unsafe { handle::look::<Adaptation>(handle) }?;
        let mut answer = Writer::default();
        answer.space(adaptation.from());
        answer.space(adaptation.space());
        answer.into_java(env)
    })
}

/// Carries an embedding into the new space.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Adaptation_apply0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let face = Reader::from_java(env, &record)?.embedding()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let carried = unsafe { handle::look::<Adaptation>(handle) }?.apply(&face)?;
        let mut answer = Writer::default();
        answer.embedding(&carried);
        answer.into_java(env)
    })
}

/// Frees an adaptation.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Adaptation_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Adaptation>(handle) }
}

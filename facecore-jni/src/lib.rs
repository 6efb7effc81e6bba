//! The native half of the JVM binding. Conversion only; what is decided is decided in the core.
//!
//! - `border`: the guard around every native method; failures become exceptions.
//! - `handle`: what Java holds as a `long`, counted.
//! - `wire`: the flat little-endian records that cross, one each way for a call; `Wire.java` is the other half.
//! - one file a room of the core: `engine` and `detect` (the engine's calls and what they carry), `photo`, `embed`, `adapt`, `non_face`, `matching`,
//!   `calibration`, `models`, `profile`, `album`, `priority`, `store` and `change` (what a batch carries), `index`, `search`. Each has the native methods of the Java
//!   classes that it names.
//!
//! Java guarantees that a handle is alive while a native method has it (a lock in `Handle.java`); nothing else that comes from Java is trusted.

#![deny(missing_docs)]
#![allow(unreachable_pub, reason = "Java reaches native methods by their names")]

mod adapt;
mod album;
mod border;
mod calibration;
mod change;
mod detect;
mod embed;
mod engine;
mod handle;
mod index;
mod matching;
mod models;
mod non_face;
mod photo;
mod priority;
mod profile;
mod search;
mod store;
mod video;
mod wire;

use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use border::call;
use wire::Writer;

/// `io.facecore.FaceCore`: this library's version.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceCore_nativeVersion0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut answer = Writer::default();
        answer.text(env!("CARGO_PKG_VERSION"));
        answer.into_java(env)
    })
}

/// `io.facecore.FaceCore`: handles that are not freed.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceCore_liveHandles0<'l>(_: EnvUnowned<'l>, _: JClass<'l>) -> jlong {
    handle::live()
}

/// `io.facecore.FaceCore`: the table of statuses, for the test that Java's is the same.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceCore_statuses0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut answer = Writer::default();
        answer.count(facecore_bridge::Status::TABLE.len());
        for &(status, name, exception) in facecore_bridge::Status::TABLE {
            answer.int(status as i32);
            answer.text(name);
            answer.text(exception.class());
        }
        answer.into_java(env)
    })
}

/// `io.facecore.PanicProbe`, a class of the tests: panics.
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_PanicProbe_panic0<'l>(mut env: EnvUnowned<'l>, _: JClass<'l>) {
    call(&mut env, |_| panic!("deliberate"))
}

//! `io.facecore.NonFaceFilter`, `io.facecore.FaceQuality`: whether a detection is a face, and how good a one.

use facecore::{FaceQuality, NonFaceFilter, Photo, SpaceId};
use facecore_bridge::Filter;
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{Result, call, whole};
use crate::detect::read_face;
use crate::handle;
use crate::wire::{Reader, Writer};

/// The filter that comes with a space; 0 if none does.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_bundled0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    space: jlong,
) -> jlong {
    call(&mut env, |_| {
        let filter = NonFaceFilter::bundled(SpaceId(space.to_be_bytes()));
        Ok(filter.map_or(0, |filter| handle::give(Filter::Bundled(filter))))
    })
}

/// Reads a filter.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_read0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| Ok(handle::give(Filter::Own(NonFaceFilter::read(&whole(env, &bytes)?)?))))
}

/// Makes a filter of centroids and their thresholds.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_of0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let centroid = |record: &mut Reader| Ok((record.embedding()?, record.float()?));
        let centroids = (0..record.size()?).map(|_| centroid(&mut record)).collect::<Result<Vec<_>>>()?;
        Ok(handle::give(Filter::Own(NonFaceFilter::new(centroids)?)))
    })
}

/// The space of a filter's centroids.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_space0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> jlong {
    call(&mut env, |_| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let filter = unsafe { handle::look::<Filter>(handle) }?;
        Ok(i64::from_be_bytes(filter.space().0))
    })
}

/// A filter as bytes.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_write0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let filter = unsafe { handle::look::<Filter>(handle) }?;
        Ok(env.byte_array_from_slice(&filter.write())?)
    })
}

/// What a filter says of an embedding: `NonFaceVerdict.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_judge0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let face = Reader::from_java(env, &record)?.embedding()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let verdict = unsafe { handle::look::<Filter>(handle) }?.judge(&face)?;
        let mut answer = Writer::default();
        answer.int(verdict.non_face.into());
        answer.float(verdict.excess);
        answer.count(verdict.centroid);
        answer.into_java(env)
    })
}

/// Frees a filter.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_NonFaceFilter_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Filter>(handle) }
}

/// Measures a face of a photo: `FaceQuality.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceQuality_measure0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    photo: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let face = read_face(&mut Reader::from_java(env, &record)?)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        let quality = FaceQuality::measure(photo, &face.bounding_box, &face.landmarks, face.score)?;
        let FaceQuality { size, sharpness, brightness, yaw, roll, score } = quality;
        let mut answer = Writer::default();
        answer.floats([size, sharpness, brightness, yaw, roll, score, quality.value()]);
        answer.into_java(env)
    })
}

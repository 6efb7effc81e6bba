//! `io.facecore.Photo`.

use facecore::{Limits, Photo, RawView};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JByteBuffer, JClass};
use jni::sys::{jint, jlong};

use crate::border::{self, Result, call};
use crate::handle;
use crate::wire::{Reader, Writer};

/// `Limits.write`.
pub fn limits(record: &mut Reader) -> Result<Limits> {
    Ok(Limits {
        max_bytes: record.size()? as usize,
        max_width: record.size()?,
        max_height: record.size()?,
        max_pixels: record.long()?.cast_unsigned(),
        reduce_jpeg_above: record.long()?.cast_unsigned(),
        shrink_above: record.long()?.cast_unsigned(),
        damage: facecore_bridge::damage(record.size()?)?,
    })
}

fn from_pixels(data: &[u8], record: &mut Reader) -> Result<jlong> {
    let (width, height, stride) = (record.size()?, record.size()?, record.size()? as usize);
    let format = facecore_bridge::pixel_format(record.size()?)?;
    let orientation = facecore_bridge::orientation(record.size()?)?;
    let view = RawView { data, width, height, stride, format, orientation };
    Ok(handle::give(Photo::from_raw(view, &limits(record)?)?.into_owned()))
}

/// Decodes a range of an array.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_decode0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
    offset: jint,
    length: jint,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let limits = limits(&mut Reader::from_java(env, &record)?)?;
        let bytes = border::bytes(env, &bytes, offset, length)?;
        Ok(handle::give(Photo::decode(&bytes, &limits)?))
    })
}

/// Decodes a range of a direct buffer.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_decodeDirect0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    buffer: JByteBuffer<'l>,
    offset: jint,
    length: jint,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let limits = limits(&mut Reader::from_java(env, &record)?)?;
        // SAFETY: nobody writes to the buffer meanwhile: the Javadoc asks for that, Java cannot enforce it.
        let bytes = unsafe { border::direct(env, &buffer, offset, length) }?;
        Ok(handle::give(Photo::decode(bytes, &limits)?))
    })
}

/// Takes pixels from a range of an array.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_fromPixels0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    data: JByteArray<'l>,
    offset: jint,
    length: jint,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let data = border::bytes(env, &data, offset, length)?;
        from_pixels(&data, &mut Reader::from_java(env, &record)?)
    })
}

/// Takes pixels from a range of a direct buffer.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_fromPixelsDirect0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    buffer: JByteBuffer<'l>,
    offset: jint,
    length: jint,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        // SAFETY: nobody writes to the buffer meanwhile: the Javadoc asks for that, Java cannot enforce it.
        let data = unsafe { border::direct(env, &buffer, offset, length) }?;
        from_pixels(data, &mut Reader::from_java(env, &record)?)
    })
}

/// The formats that this build decodes.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_formats0<'l>(mut env: EnvUnowned<'l>, _: JClass<'l>) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut answer = Writer::default();
        answer.text(&Photo::formats().join(" "));
        answer.into_java(env)
    })
}

/// The sides.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_info0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    photo: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        let mut answer = Writer::default();
        for side in [photo.width(), photo.height(), photo.stored_width(), photo.stored_height()] {
            answer.int(side.cast_signed());
        }
        answer.int(photo.orientation().to_exif().into());
        answer.float(photo.scale());
        answer.int(photo.is_damaged().into());
        answer.into_java(env)
    })
}

/// The upright pixels as RGB.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_rgb0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    photo: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let photo = unsafe { handle::look::<Photo<'static>>(photo) }?;
        // One copy to the array; a photo of more than 2 GiB ends in the JVM's own exception.
        let rgb: Vec<u8> = (0..photo.height()).flat_map(|y| photo.row(y)).copied().collect();
        Ok(env.byte_array_from_slice(&rgb)?)
    })
}

/// Frees a photo.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Photo_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, photo: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Photo<'static>>(photo) }
}

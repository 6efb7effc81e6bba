//! `io.facecore.ProfileStore`.

use std::path::Path;

use facecore::store::{CloneEvent, ProfileStore, StoreOptions};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jint, jlong};

use crate::border::{Result, call};
use crate::change;
use crate::handle;
use crate::wire::{Reader, Writer};

/// A store that Java holds.
///
/// # Safety
/// As [`handle::look`].
unsafe fn store<'a>(handle: jlong) -> Result<&'a ProfileStore> {
    // SAFETY: the caller's promise.
    unsafe { handle::look(handle) }
}

/// `StoreOptions.write`.
fn options(record: &mut Reader) -> Result<StoreOptions> {
    let (max_bytes, max_readers) = (record.id()?, record.size()?);
    let durability = facecore_bridge::durability(record.size()?)?;
    Ok(StoreOptions { max_bytes, max_readers, durability })
}

/// Opens the store in a folder.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_open0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (folder, space) = (record.text()?, record.space()?);
        Ok(handle::give(ProfileStore::open(Path::new(&folder), space, &options(&mut record)?)?))
    })
}

/// The profiles of users: for each a length, −1 for none, and the bytes.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_getMany0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let users = Reader::from_java(env, &record)?.ids()?;
        let mut answer = Writer::default();
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        unsafe { store(handle) }?.visit(&users, |profile| match profile {
            Some(bytes) => answer.bytes(bytes),
            None => answer.int(-1),
        })?;
        answer.into_java(env)
    })
}

/// The next users with their profiles.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_page0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    from_start: jboolean,
    after: jlong,
    count: jint,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let after = (!from_start).then_some(after.cast_unsigned());
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let page = unsafe { store(handle) }?.page(after, usize::try_from(count).unwrap_or(0))?;
        let mut answer = Writer::default();
        answer.count(page.len());
        for (user, profile) in page {
            answer.long(user.cast_signed());
            answer.bytes(&profile);
        }
        answer.into_java(env)
    })
}

/// The stored faces of a user.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_faces0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    user: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let faces = unsafe { store(handle) }?.faces(user.cast_unsigned())?;
        let mut answer = Writer::default();
        answer.count(faces.len());
        for (face, bytes) in faces {
            answer.face_id(face);
            answer.bytes(&bytes);
        }
        answer.into_java(env)
    })
}

/// What was said of a user's faces: `Feedback.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_feedback0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    user: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let feedback = unsafe { store(handle) }?.feedback(user.cast_unsigned())?;
        let mut answer = Writer::default();
        answer.int(feedback.opted_out.into());
        answer.count(feedback.iter().count());
        for (face, opinion) in feedback.iter() {
            answer.face_id(face);
            answer.int(facecore_bridge::opinion_number(opinion).cast_signed());
        }
        answer.into_java(env)
    })
}

/// Those who have opted out.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_optedOutAmong0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let users = Reader::from_java(env, &record)?.ids()?;
        let mut answer = Writer::default();
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        answer.longs(&unsafe { store(handle) }?.opted_out_among(&users)?);
        answer.into_java(env)
    })
}

/// Those who may be found by strangers.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_findableAmong0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let users = Reader::from_java(env, &record)?.ids()?;
        let mut answer = Writer::default();
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        answer.longs(&unsafe { store(handle) }?.findable_among(&users)?);
        answer.into_java(env)
    })
}

/// `CloneEvent.read`.
pub fn write_event(answer: &mut Writer, event: &CloneEvent) {
    answer.long(event.low.cast_signed());
    answer.long(event.high.cast_signed());
    answer.float(event.cosine);
    answer.int(facecore_bridge::clone_state_number(event.state).cast_signed());
}

/// The next pairs of accounts, after a pair or from the start.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_clones0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
    count: jint,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let after = match record.int()? {
            0 => None,
            _ => Some((record.id()?, record.id()?)),
        };
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let events = unsafe { store(handle) }?.clones(after, usize::try_from(count).unwrap_or(0))?;
        let mut answer = Writer::default();
        answer.count(events.len());
        events.iter().for_each(|event| write_event(&mut answer, event));
        answer.into_java(env)
    })
}

/// The pairs of accounts that a user is in.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_clonesOf0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    user: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let events = unsafe { store(handle) }?.clones_of(user.cast_unsigned())?;
        let mut answer = Writer::default();
        answer.count(events.len());
        events.iter().for_each(|event| write_event(&mut answer, event));
        answer.into_java(env)
    })
}

/// Makes changes, all or none: a byte for each, 1 where something was written, was there to be removed or is news.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_write0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let changes = change::read(&mut Reader::from_java(env, &record)?)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let answers = facecore_bridge::write(unsafe { store(handle) }?, &changes)?;
        Ok(env.byte_array_from_slice(&answers)?)
    })
}

/// The iterations: current, previous, next, 0 for none.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_iterations0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let iterations = unsafe { store(handle) }?.iterations()?;
        let mut answer = Writer::default();
        for number in [Some(iterations.current), iterations.previous, iterations.next] {
            answer.long(number.unwrap_or(0).cast_signed());
        }
        answer.into_java(env)
    })
}

/// Begins the next iteration.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_begin0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> jlong {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(unsafe { store(handle) }?.begin()?.cast_signed()))
}

/// Makes the next iteration the current one.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_switch0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    iteration: jlong,
) {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(unsafe { store(handle) }?.switch(iteration.cast_unsigned())?))
}

/// Gives up the next iteration.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_dropNext0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> jboolean {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(unsafe { store(handle) }?.drop_next()?))
}

/// Goes back to the previous iteration.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_back0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> jlong {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(unsafe { store(handle) }?.back()?.cast_signed()))
}

/// How much is in it: `StoreSize.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_size0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let size = unsafe { store(handle) }?.size()?;
        let mut answer = Writer::default();
        for number in [size.profiles, size.faces, size.opinions, size.opted_out, size.bytes] {
            answer.long(number.cast_signed());
        }
        answer.into_java(env)
    })
}

/// Reads all records: `StoreReport.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_verify0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let report = unsafe { store(handle) }?.verify()?;
        let mut answer = Writer::default();
        answer.long(report.records.cast_signed());
        answer.count(report.damage.len());
        report.damage.iter().for_each(|line| answer.text(line));
        answer.into_java(env)
    })
}

/// Writes all records anew.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_compact0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(unsafe { store(handle) }?.compact()?))
}

/// Copies the store into another folder.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_backup0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        let folder = Reader::from_java(env, &record)?.text()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { store(handle) }?.backup(Path::new(&folder))?)
    })
}

/// Frees a store.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ProfileStore_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<ProfileStore>(handle) }
}

//! `io.facecore.People`, `io.facecore.StarFace`, `io.facecore.Clones`, and who a stranger is.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use facecore::Gallery;
use facecore::index::AlikePair;
use facecore::search::{Indexed, People, StarFace, clone_level, index_profiles, is_current, report_clones, who_is};
use facecore::store::ProfileStore;
use facecore_bridge::{Clones, Failure, Status, search_clones};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jdouble, jfloat, jint, jlong};

use crate::border::{Result, call, whole};
use crate::handle;
use crate::index::{self, to_read, to_write, write_hits};
use crate::matching::matcher;
use crate::store::write_event;
use crate::wire::{Reader, Writer};

/// People whom Java holds.
///
/// # Safety
/// As [`handle::look`].
unsafe fn people<'a>(handle: jlong) -> Result<MutexGuard<'a, People>> {
    // SAFETY: the caller's promise.
    let people = unsafe { handle::look::<Mutex<People>>(handle) }?;
    people.lock().map_err(|_| Failure::new(Status::Panic, "a call that changed these people panicked").into())
}

/// People without anybody.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_empty0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    space: jlong,
) -> jlong {
    call(&mut env, |_| Ok(handle::give(Mutex::new(People::new(facecore::SpaceId(space.to_be_bytes()))))))
}

/// Reads people.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_ofBytes0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    bytes: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| Ok(handle::give(Mutex::new(People::from_bytes(&whole(env, &bytes)?)?))))
}

/// The bytes of people.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_toBytes0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let bytes = unsafe { people(handle) }?.to_bytes();
        Ok(env.byte_array_from_slice(&bytes)?)
    })
}

/// The space of people.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_space0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> jlong {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(i64::from_be_bytes(unsafe { people(handle) }?.space().0)))
}

/// Adds faces of a person.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_add0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (name, faces) = (record.text()?, record.embeddings()?);
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { people(handle) }?.add(&name, &faces)?)
    })
}

/// Removes a person.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_remove0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> jboolean {
    call(&mut env, |env| {
        let name = Reader::from_java(env, &record)?.text()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { people(handle) }?.remove(&name))
    })
}

/// Everybody with their faces.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_all0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let people = unsafe { people(handle) }?;
        let mut answer = Writer::default();
        answer.count(people.len());
        for (name, faces) in people.iter() {
            answer.text(name);
            answer.count(faces.len());
            faces.iter().for_each(|face| answer.embedding(face));
        }
        answer.into_java(env)
    })
}

/// Frees people.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_People_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Mutex<People>>(handle) }
}

/// Makes stars ready for a matcher.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_StarFace_of0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    stars: jlong,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let matcher = matcher(&mut Reader::from_java(env, &record)?)?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let stars = StarFace::new(&matcher, &*unsafe { people(stars) }?)?;
        Ok(handle::give(stars))
    })
}

/// The stars of a photo: `StarHit.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_StarFace_search0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    stars: jlong,
    uploader: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let faces = Reader::from_java(env, &record)?.embeddings()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let stars = unsafe { handle::look::<StarFace>(stars) }?;
        // SAFETY: as above.
        let hits = stars.search(unsafe { handle::look::<Gallery>(uploader) }?, &faces)?;
        let mut answer = Writer::default();
        answer.count(hits.len());
        for hit in &hits {
            answer.text(&hit.star);
            answer.count(hit.face);
            answer.count(hit.uploader_face);
            answer.float(hit.cosine);
        }
        answer.into_java(env)
    })
}

/// Frees stars.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_StarFace_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<StarFace>(handle) }
}

/// Adds the faces of all profiles of a store.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_addProfiles0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    index: jlong,
    store: jlong,
    single_owners: jboolean,
) -> jlong {
    call(&mut env, |_| {
        let which = if single_owners { Indexed::SingleOwners } else { Indexed::Everybody };
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let store = unsafe { handle::look::<ProfileStore>(store) }?;
        // SAFETY: as above.
        Ok(index_profiles(store, &mut *unsafe { to_write(index) }?, which)?.cast_signed())
    })
}

/// Whether an index still has the profiles of a store.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_isCurrent0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    index: jlong,
    store: jlong,
) -> jboolean {
    call(&mut env, |_| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let store = unsafe { handle::look::<ProfileStore>(store) }?;
        // SAFETY: as above.
        Ok(is_current(store, &*unsafe { to_read(index) }?)?)
    })
}

/// Who a face is, among everybody who agreed to be found.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_whoIs0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    index: jlong,
    store: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (question, face) = (index::question(&mut record)?, record.embedding()?);
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let store = unsafe { handle::look::<ProfileStore>(store) }?;
        // SAFETY: as above.
        let hits = who_is(&*unsafe { to_read(index) }?, store, &face, &question.search())?;
        let mut answer = Writer::default();
        write_hits(&mut answer, &hits);
        answer.into_java(env)
    })
}

/// The cosine for a number of false reports.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Clones_level0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    index: jlong,
    per_million: jdouble,
    seed: jlong,
) -> jfloat {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(clone_level(&*unsafe { to_read(index) }?, per_million, seed.cast_unsigned())?))
}

/// Searches some more parts: 1 and the pairs if none is left, else 0 with the parts that are done and all of them.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Clones_search0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    index: jlong,
    record: JByteArray<'l>,
    parts: jint,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (least, progress) = (record.float()?, record.text()?);
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let index = unsafe { to_read(index) }?;
        let mut answer = Writer::default();
        let pairs = match search_clones(&index, least, Path::new(&progress), u64::from(parts.cast_unsigned()))? {
            Clones::Left(done, all) => {
                answer.int(0);
                answer.long(done.cast_signed());
                answer.long(all.cast_signed());
                return answer.into_java(env);
            }
            Clones::Found(pairs) => pairs,
        };
        answer.int(1);
        answer.count(pairs.len());
        for pair in &pairs {
            answer.long(pair.first.cast_signed());
            answer.long(pair.second.cast_signed());
            answer.float(pair.cosine);
        }
        answer.into_java(env)
    })
}

/// Writes pairs down as events of a store: those that are news.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_Clones_report0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    store: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let pair =
            |record: &mut Reader| Ok(AlikePair { first: record.id()?, second: record.id()?, cosine: record.float()? });
        let pairs = (0..record.size()?).map(|_| pair(&mut record)).collect::<Result<Vec<_>>>()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let events = report_clones(unsafe { handle::look::<ProfileStore>(store) }?, &pairs)?;
        let mut answer = Writer::default();
        answer.count(events.len());
        events.iter().for_each(|event| write_event(&mut answer, event));
        answer.into_java(env)
    })
}

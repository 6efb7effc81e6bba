//! `io.facecore.FaceIndex`. Java may search from many threads while one adds, so the index lies behind a lock of its own.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use facecore::index::{FaceIndex, Hit, Scan, Search};
use facecore_bridge::{Failure, Status};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;

use crate::border::{Result, call};
use crate::handle;
use crate::wire::{Reader, Writer};

type Shared = RwLock<FaceIndex>;

/// An index that Java holds, to search.
///
/// # Safety
/// As [`handle::look`].
pub unsafe fn to_read<'a>(handle: jlong) -> Result<RwLockReadGuard<'a, FaceIndex>> {
    // SAFETY: the caller's promise.
    unsafe { handle::look::<Shared>(handle) }?.read().map_err(|_| panicked().into())
}

/// An index that Java holds, to write.
///
/// # Safety
/// As [`handle::look`].
pub unsafe fn to_write<'a>(handle: jlong) -> Result<RwLockWriteGuard<'a, FaceIndex>> {
    // SAFETY: the caller's promise.
    unsafe { handle::look::<Shared>(handle) }?.write().map_err(|_| panicked().into())
}

fn panicked() -> Failure {
    Failure::new(Status::Index, "a call that wrote to this index panicked; close it and open it again")
}

/// `Search.write`. Of ids the whole list is read before the search borrows it.
pub struct Question {
    neighbours: usize,
    least: f32,
    scan: Scan,
    only: Option<HashSet<u64>>,
    except: Vec<u64>,
}

impl Question {
    pub fn read(record: &mut Reader) -> Result<Self> {
        let (neighbours, least) = (record.size()? as usize, record.float()?);
        let scan = match record.size()? {
            0 => Scan::Exact,
            shortlist => Scan::Signs(shortlist as usize),
        };
        let only = match record.int()? {
            0 => None,
            _ => Some(record.ids()?.into_iter().collect()),
        };
        Ok(Self { neighbours, least, scan, only, except: record.ids()? })
    }

    pub fn search(&self) -> Search<'_> {
        let Self { neighbours, least, scan, ref only, ref except } = *self;
        Search { neighbours, least, scan, only: only.as_ref(), except }
    }
}

/// `Hit.read`.
pub fn write_hits(answer: &mut Writer, hits: &[Hit]) {
    answer.count(hits.len());
    for hit in hits {
        answer.long(hit.id.cast_signed());
        answer.float(hit.cosine);
    }
}

/// Opens an index to search and to write, or makes an empty one.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_open0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (file, space, values) = (record.text()?, record.space()?, record.size()? as usize);
        Ok(handle::give(RwLock::new(FaceIndex::open(Path::new(&file), space, values)?)))
    })
}

/// Opens an index to search.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_openToRead0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let file = Reader::from_java(env, &record)?.text()?;
        Ok(handle::give(RwLock::new(FaceIndex::open_to_read(Path::new(&file))?)))
    })
}

/// Space, values, faces, bytes.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_info0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let index = unsafe { to_read(handle) }?;
        let mut answer = Writer::default();
        answer.space(index.space());
        answer.count(index.values());
        answer.long(index.len().cast_signed());
        answer.long(index.bytes().cast_signed());
        answer.into_java(env)
    })
}

/// Adds faces, all of them or none.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_add0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let faces = (0..record.size()?).map(|_| Ok((record.id()?, record.embedding()?))).collect::<Result<Vec<_>>>()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { to_write(handle) }?.add(&faces)?)
    })
}

/// Removes all faces of some ids.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_remove0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> jlong {
    call(&mut env, |env| {
        let ids = Reader::from_java(env, &record)?.ids()?;
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        Ok(unsafe { to_write(handle) }?.remove(&ids)?.cast_signed())
    })
}

/// The nearest faces to each of some.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_search0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
    record: JByteArray<'l>,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        let mut record = Reader::from_java(env, &record)?;
        let (question, faces) = (Question::read(&mut record)?, record.embeddings()?);
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let found = unsafe { to_read(handle) }?.search_many(&faces, &question.search())?;
        let mut answer = Writer::default();
        answer.count(found.len());
        found.iter().for_each(|hits| write_hits(&mut answer, hits));
        answer.into_java(env)
    })
}

/// Writes the faces that are left into a new file.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_compact0<'l>(mut env: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
    call(&mut env, |_| Ok(unsafe { to_write(handle) }?.compact()?))
}

/// Compares every face with its checksum: `IndexReport.read`.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_verify0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
    handle: jlong,
) -> JByteArray<'l> {
    call(&mut env, |env| {
        // SAFETY: `Handle.java` lends only handles of ours, of this type, and frees none while a call has it.
        let report = unsafe { to_read(handle) }?.verify();
        let mut answer = Writer::default();
        answer.long(report.faces.cast_signed());
        answer.longs(&report.damaged);
        answer.into_java(env)
    })
}

/// Frees an index.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_FaceIndex_free0<'l>(_: EnvUnowned<'l>, _: JClass<'l>, handle: jlong) {
    // SAFETY: `Handle.java` frees each handle of ours once, when no call has it any more.
    unsafe { handle::free::<Shared>(handle) }
}

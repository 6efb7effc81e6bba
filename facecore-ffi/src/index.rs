//! Search by cosine among millions of faces.

use std::ffi::c_char;
use std::path::Path;

use facecore::SpaceId;
use facecore::index::{FaceIndex, Hit};
use facecore_bridge::{Failure, Question, Result, Status};

use crate::boundary::{self, Out, call, init, present, read, read_sized, slice, text, write, write_sized};
use crate::embed::{embeddings, facecore_embedding};

/// Faces under ids in one file. One process writes, or several read. Any number of threads search; while one thread adds, removes or compacts,
/// no other may use the index.
pub struct facecore_index(pub(crate) FaceIndex);

/// What an index is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_index_info {
    /// `sizeof(facecore_index_info)`, set by the caller.
    pub struct_size: usize,
    /// The space of its faces.
    pub space: u64,
    /// How many faces it has.
    pub faces: u64,
    /// Bytes of the file: as much memory is used when all of it was searched.
    pub bytes: u64,
    /// Numbers in an embedding of its space.
    pub embedding_length: u32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_index_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// How an index is searched. Set by `facecore_search_init`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_search {
    /// `sizeof(facecore_search)`.
    pub struct_size: usize,
    /// The most faces in an answer. Default 1.
    pub neighbours: usize,
    /// All faces are compared by the signs of their values first, then so many of the most alike by the values themselves. 0 compares the values of
    /// all, which is exact. Default 300.
    pub shortlist: usize,
    /// If not NULL, only faces of these ids are found; none at all if `only_count` is 0.
    pub only: *const u64,
    /// The number of ids in `only`.
    pub only_count: usize,
    /// Ids whose faces are never found, such as one's own.
    pub except: *const u64,
    /// The number of ids in `except`.
    pub except_count: usize,
    /// Faces with a smaller cosine are left out. Default -1.
    pub least: f32,
    /// Zero.
    pub reserved: [u8; 36],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_search {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// A face that was found.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_hit {
    /// The id that it was added with.
    pub id: u64,
    /// The cosine with the face that was searched for; it differs from that of the embeddings by less than 0.005.
    pub cosine: f32,
    /// Zero.
    pub reserved: [u8; 4],
}

/// The answers of a search. Immutable: share it between threads.
pub struct facecore_hits(Vec<Vec<facecore_hit>>);

impl facecore_hits {
    pub(crate) fn new(answers: Vec<Vec<Hit>>) -> Self {
        let hit = |hit: &Hit| facecore_hit { id: hit.id, cosine: hit.cosine, reserved: [0; 4] };
        Self(answers.iter().map(|hits| hits.iter().map(hit).collect()).collect())
    }
}

/// The caller's search; NULL is the default.
///
/// # Safety
/// `search` is NULL or right, with the ids that it counts.
pub(crate) unsafe fn question(search: *const facecore_search) -> Result<Question> {
    if search.is_null() {
        return Ok(Question::default());
    }
    // SAFETY: what this function asks for.
    let asked = unsafe { read_sized(search, "search") }?;
    // SAFETY: as above.
    let (only, except) =
        unsafe { (slice(asked.only, asked.only_count, "only")?, slice(asked.except, asked.except_count, "except")?) };
    Ok(Question {
        neighbours: asked.neighbours,
        least: asked.least,
        shortlist: asked.shortlist,
        only: (!asked.only.is_null()).then(|| only.iter().copied().collect()),
        except: except.to_vec(),
    })
}

/// Fills a search with the defaults; `struct_size` is `sizeof(facecore_search)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_search_init(search: *mut facecore_search, struct_size: usize) -> Status {
    let Question { neighbours, least, shortlist, .. } = Question::default();
    let (only, except) = (std::ptr::null(), std::ptr::null());
    let (only_count, except_count, reserved) = (0, 0, [0; 36]);
    let defaults =
        facecore_search { struct_size, neighbours, shortlist, only, only_count, except, except_count, least, reserved };
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { init(search, struct_size, "search", defaults) }
}

/// Opens the index in a file (UTF-8) to search and to write, or makes an empty one, for embeddings of `embedding_length` numbers in `space`.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH` and `_EMBEDDING` for an index of another space or length, `_OPTION` for no numbers or more than 65,535,
/// `_INDEX` if the file is no index, is damaged, cannot be used, or is open elsewhere; `*index` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_open(
    file: *const c_char,
    space: u64,
    embedding_length: usize,
    index: *mut *mut facecore_index,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, file) = unsafe { (Out::new(index, "index")?, text(file, "file")?) };
        let opened = FaceIndex::open(Path::new(file), SpaceId(space.to_be_bytes()), embedding_length)?;
        out.put(facecore_index(opened));
        Ok(())
    })
}

/// Opens an index that exists to search only; other processes may do the same.
///
/// Fails with `FACECORE_STATUS_INDEX` if the file is no index, is damaged, cannot be used, or is open elsewhere to write; `*index` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_open_to_read(file: *const c_char, index: *mut *mut facecore_index) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, file) = unsafe { (Out::new(index, "index")?, text(file, "file")?) };
        out.put(facecore_index(FaceIndex::open_to_read(Path::new(file))?));
        Ok(())
    })
}

/// Closes an index; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_free(index: *mut facecore_index) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(index) }
}

/// Fills in what an index is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_get_info(
    index: *const facecore_index,
    info: *mut facecore_index_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (index, info) = unsafe { (&read(index, "index")?.0, write_sized(info, "info")?) };
        *info = facecore_index_info {
            struct_size: info.struct_size,
            space: u64::from_be_bytes(index.space().0),
            faces: index.len(),
            bytes: index.bytes(),
            embedding_length: index.values() as u32,
            reserved: [0; 28],
        };
        Ok(())
    })
}

/// Copies the ids of the faces, in the order in which they were added, into `ids`, which has room for `count`: as many as fit. An id that has several
/// faces is there several times. `*copied` is how many they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_copy_ids(
    index: *const facecore_index,
    ids: *mut u64,
    count: usize,
    copied: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (index, copied) = unsafe { (read(index, "index"), write(copied, "copied")?) };
        *copied = 0;
        let index = &index?.0;
        if count > 0 {
            present(ids, "ids")?;
        }
        for id in index.ids().take(count) {
            // SAFETY: the caller's array has room for `count` ids.
            unsafe { ids.add(*copied).write(id) };
            *copied += 1;
        }
        Ok(())
    })
}

/// Adds `count` faces, `faces[i]` under `ids[i]`, all of them or none; an id may have many. They are on the disk when this returns.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING` for faces of another space or length, `_LIMIT` above 4,294,967,295 faces, `_INDEX` for an
/// index that was opened to read, or if the disk is full.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_add(
    index: *mut facecore_index,
    ids: *const u64,
    faces: *const *const facecore_embedding,
    count: usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (index, ids, faces) =
            unsafe { (write(index, "index")?, slice(ids, count, "ids")?, embeddings(faces, count)?) };
        let faces: Vec<_> = ids.iter().copied().zip(faces).collect();
        Ok(index.0.add(&faces)?)
    })
}

/// Removes all faces of `count` ids. `*removed` is how many faces there were; it may be NULL. The bytes are gone from the disk after
/// `facecore_index_compact`.
///
/// Fails with `FACECORE_STATUS_INDEX` for an index that was opened to read, or if it cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_remove(
    index: *mut facecore_index,
    ids: *const u64,
    count: usize,
    removed: *mut u64,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (index, ids, removed) = unsafe { (write(index, "index")?, slice(ids, count, "ids")?, removed.as_mut()) };
        let gone = index.0.remove(ids)?;
        if let Some(removed) = removed {
            *removed = gone;
        }
        Ok(())
    })
}

/// The faces nearest to one, the nearest first; of equals the one added first. NULL `search` is the default. The answer is number 0 of `*hits`.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING` for a face of another space or length, and `_INDEX` if a face of the answer is damaged;
/// `*hits` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_search(
    index: *const facecore_index,
    face: *const facecore_embedding,
    search: *const facecore_search,
    hits: *mut *mut facecore_hits,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says; one face is an array of one.
    unsafe { facecore_index_search_many(index, &face, 1, search, hits) }
}

/// As `facecore_index_search` for `count` faces at once: an answer for each, in their order. The index is read once for all of them, which is much
/// faster than one by one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_search_many(
    index: *const facecore_index,
    faces: *const *const facecore_embedding,
    count: usize,
    search: *const facecore_search,
    hits: *mut *mut facecore_hits,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, index, faces, question) = unsafe {
            let out = Out::new(hits, "hits")?;
            (out, read(index, "index")?, embeddings(faces, count)?, question(search)?)
        };
        out.put(facecore_hits::new(index.0.search_many(&faces, &question.search())?));
        Ok(())
    })
}

/// Answer number `answer` as an array of `*count`, valid as long as `hits`. Never NULL on success.
///
/// Fails with `FACECORE_STATUS_OPTION` if there are not so many answers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_hits_get(
    hits: *const facecore_hits,
    answer: usize,
    array: *mut *const facecore_hit,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (hits, array, count) = unsafe { (&read(hits, "hits")?.0, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (std::ptr::null(), 0);
        let wrong = || Failure::new(Status::Option, format!("answer {answer} of {}", hits.len()));
        let found = hits.get(answer).ok_or_else(wrong)?;
        (*array, *count) = (found.as_ptr(), found.len());
        Ok(())
    })
}

/// Frees answers; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_hits_free(hits: *mut facecore_hits) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(hits) }
}

/// Writes the faces that are left into a new file, which takes the place of the old one: what was removed is gone from the disk.
///
/// Fails with `FACECORE_STATUS_INDEX` for an index that was opened to read, for a damaged face, or if the disk is full; the index is then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_compact(index: *mut facecore_index) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    call(|| Ok(unsafe { write(index, "index") }?.0.compact()?))
}

/// Reads every face and compares it with its checksum. `*faces` is how many there are; the ids of damaged ones are copied into `damaged`, which has
/// room for `capacity`: as many as fit. `*damaged_count` is how many there are, 100 at most; 0 for a sound index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_index_verify(
    index: *const facecore_index,
    faces: *mut u64,
    damaged: *mut u64,
    capacity: usize,
    damaged_count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (faces, damaged_count) = unsafe { (write(faces, "faces")?, write(damaged_count, "damaged_count")?) };
        (*faces, *damaged_count) = (0, 0);
        if capacity > 0 {
            present(damaged, "damaged")?;
        }
        // SAFETY: as above.
        let report = unsafe { read(index, "index") }?.0.verify();
        (*faces, *damaged_count) = (report.faces, report.damaged.len());
        let fit = report.damaged.len().min(capacity);
        if fit > 0 {
            // SAFETY: the caller's array has room for `capacity` ids; it may be uninitialised, so there is no slice of it.
            unsafe { report.damaged.as_ptr().copy_to_nonoverlapping(damaged, fit) };
        }
        Ok(())
    })
}

//! Named people at rest, and stars in photos of others.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::search::{People, StarFace};
use facecore::{Embedding, SpaceId};
use facecore_bridge::{Failure, Status};

use crate::boundary::{self, Out, call, present, put_bytes, read, slice, text, to_c, write};
use crate::embed::{embeddings, facecore_embedding};
use crate::matching::{facecore_candidates, facecore_gallery, facecore_matcher};
use crate::texts::facecore_texts;

/// Named people with faces of each, such as stars or the staff. Use from one thread while it changes.
pub struct facecore_people(People);

/// Stars made ready for a matcher. Immutable: share it between threads.
pub struct facecore_stars(StarFace);

/// The stars of a photo. Immutable: share it between threads.
pub struct facecore_star_hits {
    hits: Vec<facecore_star_hit>,
    // What the hits' names point to.
    _names: Vec<CString>,
}

/// A star beside the uploader. The name is valid as long as the hits.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_star_hit {
    /// The star's name.
    pub star: *const c_char,
    /// The place of the star's face among the photo's.
    pub face: usize,
    /// The place of the uploader's face.
    pub uploader_face: usize,
    /// How alike the face and the star are.
    pub cosine: f32,
    /// Zero.
    pub reserved: [u8; 20],
}

/// People without anybody, for faces in `space`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_new(space: u64, people: *mut *mut facecore_people) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(people, "people") }?;
        out.put(facecore_people(People::new(SpaceId(space.to_be_bytes()))));
        Ok(())
    })
}

/// Reads what `facecore_people_encode` wrote, from any source: the bytes are not trusted.
///
/// Fails with `FACECORE_STATUS_CALIBRATION`, `_EMBEDDING`; `*people` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_decode(
    bytes: *const u8,
    length: usize,
    people: *mut *mut facecore_people,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, bytes) = unsafe { (Out::new(people, "people")?, slice(bytes, length, "bytes")?) };
        out.put(facecore_people(People::from_bytes(bytes)?));
        Ok(())
    })
}

/// Frees people; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_free(people: *mut facecore_people) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(people) }
}

/// Writes people as the bytes of a file; faces are kept in 8 bits. `*written` is the number of bytes that it takes, also where they do not fit into
/// `capacity`, which fails with `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `bytes` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_encode(
    people: *const facecore_people,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let encode = || Ok(unsafe { read(people, "people") }?.0.to_bytes());
        // SAFETY: the caller's buffer has room for `capacity` bytes.
        unsafe { put_bytes(encode, "file of people", bytes, capacity, written) }
    })
}

/// Adds `count` faces to those of a person, who is new or not; all are copied.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING` for faces of another length than those that are there, `_OPTION` for an empty name,
/// `_LIMIT` for one above 1,000 bytes, `_TEXT`. Nothing is added then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_add(
    people: *mut facecore_people,
    name: *const c_char,
    faces: *const *const facecore_embedding,
    count: usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (people, name, faces) =
            unsafe { (write(people, "people")?, text(name, "name")?, embeddings(faces, count)?) };
        Ok(people.0.add(name, &faces)?)
    })
}

/// Removes a person. `*removed` is 1 if there was one of this name, else 0; it may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_remove(
    people: *mut facecore_people,
    name: *const c_char,
    removed: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (people, name, removed) = unsafe { (write(people, "people")?, text(name, "name")?, removed.as_mut()) };
        let gone = people.0.remove(name);
        if let Some(removed) = removed {
            *removed = gone.into();
        }
        Ok(())
    })
}

/// The space of all faces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_get_space(people: *const facecore_people, space: *mut u64) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (people, space) = unsafe { (read(people, "people")?, write(space, "space")?) };
        *space = u64::from_be_bytes(people.0.space().0);
        Ok(())
    })
}

/// Everybody's names, in order; freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_get_names(
    people: *const facecore_people,
    names: *mut *mut facecore_texts,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, people) = unsafe { (Out::new(names, "names")?, read(people, "people")?) };
        out.put(facecore_texts::new(people.0.iter().map(|(name, _)| name)));
        Ok(())
    })
}

/// A person's faces, copied into the caller's array; each is freed by the caller. `*count` is the number of them, 0 for somebody unknown, also where
/// they do not fit into `capacity`, which fails with `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `faces` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_copy_faces(
    people: *const facecore_people,
    name: *const c_char,
    faces: *mut *mut facecore_embedding,
    capacity: usize,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let count = unsafe { write(count, "count") }?;
        *count = 0;
        // SAFETY: as above.
        let (people, name) = unsafe { (read(people, "people")?, text(name, "name")?) };
        let known: &[Embedding] = people.0.iter().find(|(known, _)| *known == name).map_or(&[], |person| person.1);
        *count = known.len();
        if known.len() > capacity {
            let reason = format!("`faces` has room for {capacity}, there are {}", known.len());
            return Err(Failure::new(Status::BufferSize, reason));
        }
        if !known.is_empty() {
            present(faces, "faces")?;
        }
        for (at, face) in known.iter().enumerate() {
            // SAFETY: the caller's array has room for `capacity` handles, which are enough; each place is borrowed once.
            unsafe { Out::new(faces.add(at), "faces") }?.put(facecore_embedding(face.clone()));
        }
        Ok(())
    })
}

/// The people as candidates, for `facecore_gallery_new`; freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_people_get_candidates(
    people: *const facecore_people,
    candidates: *mut *mut facecore_candidates,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, people) = unsafe { (Out::new(candidates, "candidates")?, read(people, "people")?) };
        out.put(facecore_candidates(people.0.candidates()));
        Ok(())
    })
}

/// Makes stars ready for many photos. The matcher's rate of false positives holds for a stranger's face against all of them. `matcher` and
/// `people` are not needed any more when this returns.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING`; `*stars` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stars_new(
    matcher: *const facecore_matcher,
    people: *const facecore_people,
    stars: *mut *mut facecore_stars,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, matcher, people) =
            unsafe { (Out::new(stars, "stars")?, read(matcher, "matcher")?, read(people, "people")?) };
        out.put(facecore_stars(StarFace::new(&matcher.0, &people.0)?));
        Ok(())
    })
}

/// Frees stars; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stars_free(stars: *mut facecore_stars) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(stars) }
}

/// The stars of a photo, given all its `count` faces and a gallery of one person, the uploader: none if the uploader is not in the photo. On a
/// poster or a screen a star is found as well.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING`, and `_LIMIT` for more than 1,000 faces; `*hits` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stars_search(
    stars: *const facecore_stars,
    uploader: *const facecore_gallery,
    faces: *const *const facecore_embedding,
    count: usize,
    hits: *mut *mut facecore_star_hits,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, stars, uploader, faces) = unsafe {
            let out = Out::new(hits, "hits")?;
            (out, read(stars, "stars")?, read(uploader, "uploader")?, embeddings(faces, count)?)
        };
        let mut names = Vec::new();
        let found = stars.0.search(&uploader.0, &faces)?.into_iter().map(|hit| {
            // The pointer is to the text on the heap, which stays where it is when the vector grows.
            names.push(to_c(hit.star));
            let star = names.last().map_or(ptr::null(), |name| name.as_ptr());
            let (face, uploader_face, cosine) = (hit.face, hit.uploader_face, hit.cosine);
            facecore_star_hit { star, face, uploader_face, cosine, reserved: [0; 20] }
        });
        let hits = found.collect();
        out.put(facecore_star_hits { hits, _names: names });
        Ok(())
    })
}

/// The hits as an array of `*count`, by face, valid as long as `hits`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_star_hits_get(
    hits: *const facecore_star_hits,
    array: *mut *const facecore_star_hit,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (hits, array, count) =
            unsafe { (&read(hits, "hits")?.hits, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (hits.as_ptr(), hits.len());
        Ok(())
    })
}

/// Frees hits and their names; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_star_hits_free(hits: *mut facecore_star_hits) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(hits) }
}

//! An album that is looked at photo by photo: a session that asks for photos, and what reads the faces of one.

use std::ptr;

use facecore::AlbumReader;
use facecore::profile::{PhotoMeta, Session};
use facecore_bridge::{Result, Status};

use crate::album::{facecore_album_face, facecore_album_photo, facecore_profile_builder};
use crate::attributes::facecore_attributes;
use crate::boundary::{self, Out, call, read, read_sized, slice, write};
use crate::build::facecore_build;
use crate::detect::{facecore_detect_options, facecore_face};
use crate::embed::facecore_embedding;
use crate::engine::facecore_engine;
use crate::non_face::facecore_non_face_filter;
use crate::photo::facecore_photo;
use crate::stored::facecore_stored_face;

/// A build of an album whose photos are looked at only when they are wanted: the most promising ones first, and more while there is no
/// leader. For one thread at a time.
pub struct facecore_album_session(Session<'static>);

/// Begins a build of the album of `builder`: its photos, owner, friends and feedback; faces that were added to its photos do not count. The builder
/// is not needed any more when this returns.
///
/// Fails with `FACECORE_STATUS_OPTION` if a photo comes twice, or for a builder with stored faces; `_SPACE_MISMATCH` for a friend of
/// another space. `*session` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_session_open(
    builder: *const facecore_profile_builder,
    session: *mut *mut facecore_album_session,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, album) = unsafe { (Out::new(session, "session")?, read(builder, "builder")?) };
        let photos: Vec<PhotoMeta> = album.album.iter().map(|photo| photo.meta.clone()).collect();
        let session = Session::new(album.of_photos()?, photos, album.owner.clone(), album.feedback.clone())?;
        out.put(facecore_album_session(session));
        Ok(())
    })
}

/// The ids of the photos that are wanted now, the most promising first, as an array of `*count`, valid until the next photo is given; none when
/// the build is done. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_session_wants(
    session: *const facecore_album_session,
    photos: *mut *const u64,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (session, photos, count) =
            unsafe { (read(session, "session")?, write(photos, "photos")?, write(count, "count")?) };
        let wanted = session.0.wants();
        (*photos, *count) = (wanted.as_ptr(), wanted.len());
        Ok(())
    })
}

/// Gives the session the faces of a photo that it wants, in the detector's order, as `facecore_album_faces_get` answers them: NULL for one that
/// cannot be used, so that the others keep their places. Give no faces for a photo that cannot be read.
///
/// Fails with `FACECORE_STATUS_OPTION` for a photo that is not wanted, `_UNKNOWN_VALUE`, and the session is as it was; after the last photo of a
/// step also as `facecore_profile_builder_build`, and the session cannot be finished any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_session_give(
    session: *mut facecore_album_session,
    photo: u64,
    faces: *const *const facecore_album_face,
    count: usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's array, as the contract in lib.rs says.
        let faces = unsafe { slice(faces, count, "faces") }?.iter().map(|&face| match face.is_null() {
            true => Ok(None),
            // SAFETY: as above: not NULL, so a face of the caller's.
            false => unsafe { facecore_album_face::read(face) }.map(Some),
        });
        let faces = faces.collect::<Result<Vec<_>>>()?;
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let session = unsafe { write(session, "session") }?;
        Ok(session.0.give(photo, faces)?)
    })
}

/// As `facecore_album_session_give`, with the faces as they are stored, such as `facecore_stored_faces_get` answers them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_session_give_stored(
    session: *mut facecore_album_session,
    photo: u64,
    faces: *const *const facecore_stored_face,
    count: usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's array, as the contract in lib.rs says; each is NULL or a handle of ours.
        let stored = |face: &*const facecore_stored_face| unsafe { face.as_ref() }.map(|face| face.face().clone());
        // SAFETY: as above.
        let faces: Vec<_> = unsafe { slice(faces, count, "faces") }?.iter().map(stored).collect();
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let session = unsafe { write(session, "session") }?;
        Ok(session.0.give_stored(photo, &faces)?)
    })
}

/// The build. Fails with `FACECORE_STATUS_OPTION` while photos are wanted; `*build` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_session_finish(
    session: *const facecore_album_session,
    build: *mut *mut facecore_build,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, session) = unsafe { (Out::new(build, "build")?, read(session, "session")?) };
        out.put(session.0.clone().finish()?.into());
        Ok(())
    })
}

/// Frees a session; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_session_free(session: *mut facecore_album_session) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(session) }
}

/// How the photos of albums are read. Set by `facecore_album_options_init`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_album_options {
    /// `sizeof(facecore_album_options)`.
    pub struct_size: usize,
    /// What counts as a face; NULL (default): the defaults of `facecore_detect`.
    pub detect: *const facecore_detect_options,
    /// What reads age and sex of each face; NULL (default): they stay unknown.
    pub attributes: *const facecore_attributes,
    /// What tells non-faces; NULL (default): the filter that comes with the engine's space, if one does.
    pub non_face_filter: *const facecore_non_face_filter,
    /// Zero.
    pub reserved: [u8; 32],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_album_options {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

impl facecore_album_options {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            detect: ptr::null(),
            attributes: ptr::null(),
            non_face_filter: ptr::null(),
            reserved: [0; 32],
        }
    }
}

/// Sets the defaults. `struct_size` is `sizeof(facecore_album_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_options_init(
    options: *mut facecore_album_options,
    struct_size: usize,
) -> Status {
    // SAFETY: `options` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(options, struct_size, "options", facecore_album_options::defaults()) }
}

/// The faces of a photo, as an album knows them. Immutable: share it between threads.
pub struct facecore_album_faces {
    found: Vec<facecore_face>,
    known: Vec<*const facecore_album_face>,
    // What `known` points to, and what those point to: boxed, so that they stay where they are.
    _usable: Box<[facecore_album_face]>,
    _embeddings: Box<[facecore_embedding]>,
}

/// # Safety
/// `engine` and `options` are the caller's: NULL or what their types say (the contract in lib.rs).
unsafe fn reader<'a>(
    engine: *const facecore_engine,
    options: *const facecore_album_options,
) -> Result<AlbumReader<'a>> {
    // SAFETY: what this function asks for.
    unsafe {
        let options = match options.is_null() {
            true => facecore_album_options::defaults(),
            false => read_sized(options, "options")?,
        };
        let engine = &read(engine, "engine")?.engine;
        let mut reader = AlbumReader::new(engine, facecore_detect_options::read(options.detect)?)?;
        if let Some(attributes) = options.attributes.as_ref() {
            reader = reader.with_attributes(&attributes.0);
        }
        if let Some(filter) = options.non_face_filter.as_ref() {
            reader = reader.with_non_face_filter(&filter.0)?;
        }
        Ok(reader)
    }
}

/// Finds the faces of a photo of an album, embeds them, reads their age and sex and marks non-faces, as `options` say (NULL: the defaults).
///
/// Fails with `FACECORE_STATUS_NO_EMBEDDER`, `_OPTION`, and with `_SPACE_MISMATCH` for a filter of another space; `*faces` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_read(
    engine: *const facecore_engine,
    photo: *const facecore_photo,
    options: *const facecore_album_options,
    faces: *mut *mut facecore_album_faces,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, reader, photo) =
            unsafe { (Out::new(faces, "faces")?, reader(engine, options)?, read(photo, "photo")?) };
        let read = reader.read(&photo.0)?;
        let album_faces = || read.iter().filter_map(|found| found.usable.as_ref());
        let embeddings: Box<[_]> = album_faces().map(|face| facecore_embedding(face.embedding.clone())).collect();
        let usable: Box<[_]> =
            album_faces().zip(&embeddings).map(|(face, embedding)| facecore_album_face::new(face, embedding)).collect();
        let mut places = usable.iter();
        let mut place = |is: bool| if is { places.next().map_or(ptr::null(), ptr::from_ref) } else { ptr::null() };
        out.put(facecore_album_faces {
            found: read.iter().map(|found| facecore_face::new(&found.face)).collect(),
            known: read.iter().map(|found| place(found.usable.is_some())).collect(),
            _usable: usable,
            _embeddings: embeddings,
        });
        Ok(())
    })
}

/// The faces as two arrays of `*count`, in the detector's order, valid as long as `faces`: where each is, and what the album knows of it, NULL
/// for one of which no embedding can be made. Each of the outputs may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_faces_get(
    faces: *const facecore_album_faces,
    found: *mut *const facecore_face,
    known: *mut *const *const facecore_album_face,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (faces, found, known, count) =
            unsafe { (read(faces, "faces")?, found.as_mut(), known.as_mut(), count.as_mut()) };
        if let Some(found) = found {
            *found = faces.found.as_ptr();
        }
        if let Some(known) = known {
            *known = faces.known.as_ptr();
        }
        if let Some(count) = count {
            *count = faces.found.len();
        }
        Ok(())
    })
}

/// Frees faces and what the album knows of them; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_faces_free(faces: *mut facecore_album_faces) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(faces) }
}

/// The faces of a photo, to be stored. Immutable: share it between threads.
pub struct facecore_stored_faces {
    stored: Vec<*const facecore_stored_face>,
    // What `stored` points to: boxed, so that it stays where it is.
    _kept: Box<[facecore_stored_face]>,
}

/// Reads a photo as `facecore_album_read` does, into faces to be stored; `known` says what is known of the photo. A build from these faces sees the
/// same numbers as a later one from the store.
///
/// Fails as `facecore_album_read`, `_UNKNOWN_VALUE`; `*faces` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_read_stored(
    engine: *const facecore_engine,
    photo: *const facecore_photo,
    known: *const facecore_album_photo,
    options: *const facecore_album_options,
    faces: *mut *mut facecore_stored_faces,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, reader, photo, meta) = unsafe {
            let (out, reader) = (Out::new(faces, "faces")?, reader(engine, options)?);
            (out, reader, read(photo, "photo")?, facecore_album_photo::read(known)?)
        };
        let read = reader.read_stored(&photo.0, &meta)?;
        let usable: Vec<bool> = read.iter().map(Option::is_some).collect();
        let kept: Box<[_]> = read.into_iter().flatten().map(facecore_stored_face::from).collect();
        let mut places = kept.iter();
        let mut place = |is: bool| if is { places.next().map_or(ptr::null(), ptr::from_ref) } else { ptr::null() };
        out.put(facecore_stored_faces { stored: usable.into_iter().map(&mut place).collect(), _kept: kept });
        Ok(())
    })
}

/// The faces as an array of `*count`, in the detector's order, valid as long as `faces`; NULL for one of which no embedding can be made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_faces_get(
    faces: *const facecore_stored_faces,
    stored: *mut *const *const facecore_stored_face,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (faces, stored, count) =
            unsafe { (read(faces, "faces")?, write(stored, "stored")?, write(count, "count")?) };
        (*stored, *count) = (faces.stored.as_ptr(), faces.stored.len());
        Ok(())
    })
}

/// Frees faces to be stored; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_faces_free(faces: *mut facecore_stored_faces) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(faces) }
}

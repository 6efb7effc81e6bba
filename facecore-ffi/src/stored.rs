//! A face of an album as it is kept beside the profile, so that a rebuild needs no photo.

use facecore::profile::StoredFace;
use facecore_bridge::{Status, known};

use crate::album::{facecore_album_face, facecore_album_photo};
use crate::boundary::{self, Out, call, put_bytes, read, slice, write_sized};
use crate::detect::facecore_box;
use crate::embed::facecore_embedding;

/// A face of an album, with what is known of its photo: all that a rebuild needs, such as one with newer profiles of the friends. Immutable: share it
/// between threads.
pub struct facecore_stored_face {
    stored: StoredFace,
    // What `facecore_album_face.embedding` points to.
    embedding: facecore_embedding,
}

impl facecore_stored_face {
    fn decode(bytes: &[u8]) -> facecore_bridge::Result<Self> {
        Ok(StoredFace::from_bytes(bytes)?.into())
    }

    pub(crate) fn face(&self) -> &StoredFace {
        &self.stored
    }
}

impl From<StoredFace> for facecore_stored_face {
    fn from(stored: StoredFace) -> Self {
        let embedding = facecore_embedding(stored.face.embedding.clone());
        Self { stored, embedding }
    }
}

/// A face to be kept: its photo, the face, its box in the upright photo, and its `facecore_face_quality.value` (NaN if it was not measured).
/// All is copied. The embedding is kept in 8 bits, which moves a cosine by less than 0.005.
///
/// Fails with `FACECORE_STATUS_EMBEDDING` for a width, score, box, age, sex or quality outside its range, `_UNKNOWN_VALUE`; `*stored` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_new(
    photo: *const facecore_album_photo,
    face: *const facecore_album_face,
    bounding_box: *const facecore_box,
    quality: f32,
    stored: *mut *mut facecore_stored_face,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, photo, face, area) = unsafe {
            let out = Out::new(stored, "stored")?;
            let (photo, face) = (facecore_album_photo::read(photo)?, facecore_album_face::read(face)?);
            (out, photo, face, read(bounding_box, "bounding_box")?)
        };
        let area = [area.x1, area.y1, area.x2, area.y2];
        // What is made here will be read again, so what a reader would refuse is refused now.
        let kept = StoredFace { photo, face, area, quality: known(quality) }.to_bytes();
        out.put(facecore_stored_face::decode(&kept)?);
        Ok(())
    })
}

/// Reads what `facecore_stored_face_encode` wrote, from any source: the bytes are not trusted.
///
/// Fails with `FACECORE_STATUS_EMBEDDING`; `*stored` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_decode(
    bytes: *const u8,
    length: usize,
    stored: *mut *mut facecore_stored_face,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, bytes) = unsafe { (Out::new(stored, "stored")?, slice(bytes, length, "bytes")?) };
        out.put(facecore_stored_face::decode(bytes)?);
        Ok(())
    })
}

/// Writes a stored face as bytes, 204 for an embedding of 128 numbers. `*written` is the number of bytes that it takes, also where they do not
/// fit into `capacity`, which fails with `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `bytes` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_encode(
    stored: *const facecore_stored_face,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let encode = || Ok(unsafe { read(stored, "stored") }?.stored.to_bytes());
        // SAFETY: the caller's buffer has room for `capacity` bytes.
        unsafe { put_bytes(encode, "stored face", bytes, capacity, written) }
    })
}

/// Fills in what is known of the photo of a stored face.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_get_photo(
    stored: *const facecore_stored_face,
    photo: *mut facecore_album_photo,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (stored, photo) = unsafe { (read(stored, "stored")?, write_sized(photo, "photo")?) };
        *photo = facecore_album_photo::new(&stored.stored.photo);
        Ok(())
    })
}

/// Fills in what the album knows of a stored face; its embedding is valid as long as `stored`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_get_face(
    stored: *const facecore_stored_face,
    face: *mut facecore_album_face,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (stored, face) = unsafe { (read(stored, "stored")?, write_sized(face, "face")?) };
        *face = facecore_album_face::new(&stored.stored.face, &stored.embedding);
        Ok(())
    })
}

/// The box of a stored face in the upright photo, and its quality, NaN if it was not measured. Each of the outputs may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_get_place(
    stored: *const facecore_stored_face,
    bounding_box: *mut facecore_box,
    quality: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (stored, bounding_box, quality) =
            unsafe { (&read(stored, "stored")?.stored, bounding_box.as_mut(), quality.as_mut()) };
        if let Some(bounding_box) = bounding_box {
            let [x1, y1, x2, y2] = stored.area;
            *bounding_box = facecore_box { x1, y1, x2, y2 };
        }
        if let Some(quality) = quality {
            *quality = stored.quality.unwrap_or(f32::NAN);
        }
        Ok(())
    })
}

/// Frees a stored face; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_stored_face_free(stored: *mut facecore_stored_face) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(stored) }
}

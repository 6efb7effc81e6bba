//! Face → embedding, and embeddings as values and bytes.

use facecore::{Embedding, SpaceId};
use facecore_bridge::{Failure, Result, Status};

use crate::boundary::{self, Out, call, present, put_bytes, read, slice, write};
use crate::detect::{facecore_box, facecore_face};
use crate::engine::facecore_engine;
use crate::photo::facecore_photo;

/// One face as a vector of length 1, with the space it lives in. Immutable: share it between threads.
pub struct facecore_embedding(pub(crate) Embedding);

/// The faces of an array of handles, copied.
///
/// # Safety
/// `faces` has `count` handles, each NULL or one of ours.
pub(crate) unsafe fn embeddings(faces: *const *const facecore_embedding, count: usize) -> Result<Vec<Embedding>> {
    // SAFETY: what this function asks for.
    let faces = unsafe { slice(faces, count, "faces") }?;
    // SAFETY: as above.
    faces.iter().map(|&face| Ok(unsafe { read(face, "faces[i]") }?.0.clone())).collect()
}

/// How an embedding is written as bytes; they describe themselves (space, length, encoding) and are little-endian.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_encoding {
    /// Exact; 16 + 4 n bytes.
    F32 = 1,
    /// Moves a cosine by less than 0.0002; 16 + 2 n bytes.
    F16 = 2,
    /// Moves a cosine by less than 0.005; 20 + n bytes.
    I8 = 3,
}

/// Embeds faces of the same photo, found by an engine with this one's detector; of a face, `bounding_box` and `landmarks` are used. For each of `count` faces, `embeddings[i]` is its embedding or NULL, and `statuses[i]` says why not
/// (`FACECORE_STATUS_EMPTY_CROP`). The two arrays are the caller's, with room for `count`; `statuses` may be NULL. Each embedding is freed by the caller.
///
/// Fails as a whole with `FACECORE_STATUS_NO_EMBEDDER`; all embeddings are then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embed(
    engine: *const facecore_engine,
    photo: *const facecore_photo,
    faces: *const facecore_face,
    count: usize,
    embeddings: *mut *mut facecore_embedding,
    statuses: *mut Status,
) -> Status {
    call(|| {
        // SAFETY: the caller's array, as the contract in lib.rs says.
        let faces = unsafe { slice(faces, count, "faces") }?;
        if count > 0 {
            present(embeddings, "embeddings")?;
        }
        let mut places = Vec::with_capacity(count);
        for i in 0..count {
            // SAFETY: the caller's array has room for `count` handles; each place is borrowed once.
            places.push(unsafe { Out::new(embeddings.add(i), "embeddings") }?);
        }
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (engine, photo) = unsafe { (&read(engine, "engine")?.engine, &read(photo, "photo")?.0) };
        let faces: Vec<_> = faces.iter().map(|face| face.to_core()).collect();
        for (i, (found, out)) in engine.embed(photo, &faces)?.into_iter().zip(places).enumerate() {
            let status = match found {
                Ok(embedding) => {
                    out.put(facecore_embedding(embedding));
                    Status::Ok
                }
                Err(error) => Failure::from(error).status,
            };
            if !statuses.is_null() {
                // SAFETY: the caller's array has room for `count` statuses.
                unsafe { statuses.add(i).write(status) };
            }
        }
        Ok(())
    })
}

/// Embeds what a box (upright pixels) encloses, for boxes that another detector or a person gave.
///
/// Fails with `FACECORE_STATUS_NO_EMBEDDER`, `_EMPTY_CROP`, and `_NEEDS_LANDMARKS` for a model that crops by landmarks; `*embedding` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embed_box(
    engine: *const facecore_engine,
    photo: *const facecore_photo,
    bounding_box: *const facecore_box,
    embedding: *mut *mut facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, engine, photo, bounding_box) = unsafe {
            let out = Out::new(embedding, "embedding")?;
            (out, read(engine, "engine")?, read(photo, "photo")?, read(bounding_box, "bounding_box")?)
        };
        out.put(facecore_embedding(engine.engine.embed_box(&photo.0, &bounding_box.to_core())?));
        Ok(())
    })
}

/// An embedding from `count` numbers of the space `space`; they are scaled to length 1.
///
/// Fails with `FACECORE_STATUS_EMBEDDING` for no numbers, NaN, infinity or all zero; `*embedding` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_new(
    space: u64,
    values: *const f32,
    count: usize,
    embedding: *mut *mut facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, values) = unsafe { (Out::new(embedding, "embedding")?, slice(values, count, "values")?) };
        out.put(facecore_embedding(Embedding::new(SpaceId(space.to_be_bytes()), values.to_vec())?));
        Ok(())
    })
}

/// Reads what `facecore_embedding_encode` wrote, from any source: the bytes are not trusted.
///
/// Fails with `FACECORE_STATUS_EMBEDDING`; `*embedding` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_decode(
    bytes: *const u8,
    length: usize,
    embedding: *mut *mut facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, bytes) = unsafe { (Out::new(embedding, "embedding")?, slice(bytes, length, "bytes")?) };
        out.put(facecore_embedding(Embedding::decode(bytes)?));
        Ok(())
    })
}

/// Frees an embedding; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_free(embedding: *mut facecore_embedding) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(embedding) }
}

/// The numbers of an embedding, valid as long as it; the sum of their squares is 1. Each of the outputs may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_get_values(
    embedding: *const facecore_embedding,
    values: *mut *const f32,
    count: *mut usize,
    space: *mut u64,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (embedding, values, count, space) =
            unsafe { (&read(embedding, "embedding")?.0, values.as_mut(), count.as_mut(), space.as_mut()) };
        if let Some(values) = values {
            *values = embedding.as_slice().as_ptr();
        }
        if let Some(count) = count {
            *count = embedding.len();
        }
        if let Some(space) = space {
            *space = u64::from_be_bytes(embedding.space().0);
        }
        Ok(())
    })
}

/// Writes an embedding as bytes. `encoding` is one of `facecore_encoding`. `*written` is the number of bytes that it takes, also where
/// they do not fit into `capacity`, which fails with `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `bytes` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_encode(
    embedding: *const facecore_embedding,
    encoding: u32,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Status {
    call(|| {
        let encode = || {
            // SAFETY: the caller's pointer, as the contract in lib.rs says.
            let embedding = unsafe { read(embedding, "embedding") }?;
            Ok(embedding.0.encode(facecore_bridge::encoding(encoding)?))
        };
        // SAFETY: the caller's buffer has room for `capacity` bytes.
        unsafe { put_bytes(encode, "embedding", bytes, capacity, written) }
    })
}

/// The cosine of the angle between two faces, from -1 to 1; 1 is the same vector.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH` for two spaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_cosine(
    a: *const facecore_embedding,
    b: *const facecore_embedding,
    cosine: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (a, b, cosine) = unsafe { (read(a, "a")?, read(b, "b")?, write(cosine, "cosine")?) };
        *cosine = a.0.cosine(&b.0)?;
        Ok(())
    })
}

/// The mean of `count` embeddings of one space, scaled to length 1: what stands for a person who has several photos. Freed by the caller.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, and with `_EMBEDDING` for none, or if they cancel each other out; `*mean` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_mean(
    faces: *const *const facecore_embedding,
    count: usize,
    mean: *mut *mut facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, faces) = unsafe { (Out::new(mean, "mean")?, embeddings(faces, count)?) };
        out.put(facecore_embedding(Embedding::mean(&faces.iter().collect::<Vec<_>>())?));
        Ok(())
    })
}

/// How far an embedding lies among those of non-faces (carpets, foliage), by the filter that comes with its space: above 0 it is no face. The
/// larger, the surer.
///
/// Fails with `FACECORE_STATUS_NON_FACE` if no filter comes with the space: of another network, or of mirror averages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_embedding_get_non_face_excess(
    embedding: *const facecore_embedding,
    excess: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (embedding, excess) = unsafe { (&read(embedding, "embedding")?.0, write(excess, "excess")?) };
        *excess = facecore_bridge::non_face_excess(embedding)?;
        Ok(())
    })
}

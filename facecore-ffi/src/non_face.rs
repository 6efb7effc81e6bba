//! Filters against detections that are no faces: carpets, roses, foliage.

use facecore::{NonFaceFilter, SpaceId};
use facecore_bridge::{Filter, Status};

use crate::boundary::{self, Out, call, put_bytes, read, slice, write};
use crate::embed::{embeddings, facecore_embedding};

/// Tells non-faces by their embeddings: an embedding is no face if it is nearer to a centroid of non-faces than faces come. Immutable: share it
/// between threads.
pub struct facecore_non_face_filter(pub(crate) Filter);

/// The filter that comes with a space.
///
/// Fails with `FACECORE_STATUS_NON_FACE` if none does: for another network, or for mirror averages; `*filter` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_for_space(
    space: u64,
    filter: *mut *mut facecore_non_face_filter,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(filter, "filter") }?;
        out.put(facecore_non_face_filter(Filter::bundled(SpaceId(space.to_be_bytes()))?));
        Ok(())
    })
}

/// A filter of `count` centroids, 1 to 1,024, each with the cosine (-1 to 1) above which an embedding is no face.
///
/// Fails with `FACECORE_STATUS_NON_FACE`, and `_SPACE_MISMATCH` or `_EMBEDDING` for centroids that cannot be compared; `*filter` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_new(
    centroids: *const *const facecore_embedding,
    thresholds: *const f32,
    count: usize,
    filter: *mut *mut facecore_non_face_filter,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, centroids, thresholds) = unsafe {
            let out = Out::new(filter, "filter")?;
            (out, embeddings(centroids, count)?, slice(thresholds, count, "thresholds")?)
        };
        let centroids = centroids.into_iter().zip(thresholds.iter().copied()).collect();
        out.put(facecore_non_face_filter(Filter::Own(NonFaceFilter::new(centroids)?)));
        Ok(())
    })
}

/// Reads what `facecore_non_face_filter_encode` or `facecore nonface build` wrote, from any source: the bytes are not trusted.
///
/// Fails with `FACECORE_STATUS_NON_FACE`, `_EMBEDDING`; `*filter` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_decode(
    bytes: *const u8,
    length: usize,
    filter: *mut *mut facecore_non_face_filter,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, bytes) = unsafe { (Out::new(filter, "filter")?, slice(bytes, length, "bytes")?) };
        out.put(facecore_non_face_filter(Filter::Own(NonFaceFilter::read(bytes)?)));
        Ok(())
    })
}

/// Writes a filter as bytes. `*written` is the number of bytes that it takes, also where they do not fit into `capacity`, which fails with
/// `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `bytes` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_encode(
    filter: *const facecore_non_face_filter,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let encode = || Ok(unsafe { read(filter, "filter") }?.0.write());
        // SAFETY: the caller's buffer has room for `capacity` bytes.
        unsafe { put_bytes(encode, "filter", bytes, capacity, written) }
    })
}

/// The space of the embeddings that a filter judges.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_get_space(
    filter: *const facecore_non_face_filter,
    space: *mut u64,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (filter, space) = unsafe { (read(filter, "filter")?, write(space, "space")?) };
        *space = u64::from_be_bytes(filter.0.space().0);
        Ok(())
    })
}

/// Judges an embedding: above 0, `*excess` says that it is no face, the larger the surer. `*centroid` is the centroid that it is nearest to, measured
/// from that centroid's threshold, counted from 0; `centroid` may be NULL.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_judge(
    filter: *const facecore_non_face_filter,
    embedding: *const facecore_embedding,
    excess: *mut f32,
    centroid: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (filter, embedding, excess, centroid) = unsafe {
            let (filter, embedding) = (read(filter, "filter")?, read(embedding, "embedding")?);
            (filter, embedding, write(excess, "excess")?, centroid.as_mut())
        };
        let verdict = filter.0.judge(&embedding.0)?;
        *excess = verdict.excess;
        if let Some(centroid) = centroid {
            *centroid = verdict.centroid;
        }
        Ok(())
    })
}

/// Frees a filter; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_non_face_filter_free(filter: *mut facecore_non_face_filter) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(filter) }
}

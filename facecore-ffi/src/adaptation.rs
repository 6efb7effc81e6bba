//! Adaptations: embeddings carried into a space that was learned from one's own people.

use facecore::adapt::Adaptation;
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, put_bytes, read, slice, write};
use crate::embed::facecore_embedding;

/// A linear map of embeddings of one space into another, in which one's own people lie farther apart; Rust's `adapt::fit` learns it. Immutable:
/// share it between threads.
pub struct facecore_adaptation(Adaptation);

/// Reads what `facecore_adaptation_encode` or Rust's `Adaptation::to_bytes` wrote, from any source: the bytes are not trusted.
///
/// Fails with `FACECORE_STATUS_ADAPTATION`; `*adaptation` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_adaptation_decode(
    bytes: *const u8,
    length: usize,
    adaptation: *mut *mut facecore_adaptation,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, bytes) = unsafe { (Out::new(adaptation, "adaptation")?, slice(bytes, length, "bytes")?) };
        out.put(facecore_adaptation(Adaptation::from_bytes(bytes)?));
        Ok(())
    })
}

/// Writes an adaptation as bytes. `*written` is the number of bytes that it takes, also where they do not fit into `capacity`, which fails with
/// `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `bytes` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_adaptation_encode(
    adaptation: *const facecore_adaptation,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let encode = || Ok(unsafe { read(adaptation, "adaptation") }?.0.to_bytes());
        // SAFETY: the caller's buffer has room for `capacity` bytes.
        unsafe { put_bytes(encode, "adaptation", bytes, capacity, written) }
    })
}

/// The space of the embeddings that an adaptation takes, and that of those that it gives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_adaptation_get_spaces(
    adaptation: *const facecore_adaptation,
    from: *mut u64,
    space: *mut u64,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (adaptation, from, space) =
            unsafe { (read(adaptation, "adaptation")?, write(from, "from")?, write(space, "space")?) };
        *from = u64::from_be_bytes(adaptation.0.from().0);
        *space = u64::from_be_bytes(adaptation.0.space().0);
        Ok(())
    })
}

/// Carries an embedding into the new space.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH` for an embedding of another space, such as one that was carried already, and with `_EMBEDDING` for one
/// of another length; `*carried` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_adaptation_apply(
    adaptation: *const facecore_adaptation,
    embedding: *const facecore_embedding,
    carried: *mut *mut facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, adaptation, embedding) = unsafe {
            let out = Out::new(carried, "carried")?;
            (out, read(adaptation, "adaptation")?, read(embedding, "embedding")?)
        };
        out.put(facecore_embedding(adaptation.0.apply(&embedding.0)?));
        Ok(())
    })
}

/// Frees an adaptation; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_adaptation_free(adaptation: *mut facecore_adaptation) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(adaptation) }
}

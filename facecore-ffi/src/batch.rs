//! Changes to a store, recorded first and made in one go.

use facecore::SpaceId;
use facecore_bridge::{Change, Failure, Result, Status, What, clone_state, face_id, opinion};

use crate::boundary::{self, Out, call, read, slice, write};
use crate::store::facecore_store;

/// Changes that are written together. Nothing happens before `facecore_store_write`. Use from one thread while it changes.
pub struct facecore_batch(Vec<Change>);

/// A batch without changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_new(batch: *mut *mut facecore_batch) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(batch, "batch") }?;
        out.put(facecore_batch(Vec::new()));
        Ok(())
    })
}

/// Frees a batch; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_free(batch: *mut facecore_batch) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(batch) }
}

/// The number of changes in a batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_get_count(batch: *const facecore_batch, count: *mut usize) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (batch, count) = unsafe { (read(batch, "batch")?, write(count, "count")?) };
        *count = batch.0.len();
        Ok(())
    })
}

/// Records a change.
///
/// # Safety
/// `batch` is NULL or a handle of ours that this call alone uses.
unsafe fn record(batch: *mut facecore_batch, user: u64, what: impl FnOnce() -> Result<What>) -> Status {
    call(|| {
        // SAFETY: the caller's promise.
        let batch = unsafe { write(batch, "batch") }?;
        batch.0.push(Change { user, what: what()? });
        Ok(())
    })
}

/// Puts a user's profile (`facecore_profile_encode`), of the space `space`, in the place of the one before. Nothing is written for a user who has
/// opted out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_put(
    batch: *mut facecore_batch,
    user: u64,
    space: u64,
    bytes: *const u8,
    length: usize,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::Put(space_id(space), value(bytes, length)?))) }
}

/// Puts what a rebuild made of a user into the next iteration. Nothing is written for a user who has opted out, or was written or erased by others
/// since the rebuild began.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_put_next(
    batch: *mut facecore_batch,
    user: u64,
    space: u64,
    bytes: *const u8,
    length: usize,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::PutNext(space_id(space), value(bytes, length)?))) }
}

/// Removes a user's profile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_remove(batch: *mut facecore_batch, user: u64) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::Remove)) }
}

/// Keeps a face of a user's album (`facecore_stored_face_encode`), by its photo and its place there, 0 to 65,535. Nothing is written for a user
/// who has opted out.
///
/// Fails with `FACECORE_STATUS_OPTION` for a place outside that range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_put_face(
    batch: *mut facecore_batch,
    user: u64,
    photo: u64,
    face: u32,
    space: u64,
    bytes: *const u8,
    length: usize,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    let what = || Ok(What::PutFace(face_id(photo, face)?, space_id(space), unsafe { value(bytes, length) }?));
    // SAFETY: as above.
    unsafe { record(batch, user, what) }
}

/// `facecore_batch_put_face` of a face that a rebuild has read: nothing is written for a user who has opted out, or was written or erased by others since
/// the rebuild began.
///
/// Fails with `FACECORE_STATUS_OPTION` for a place outside that range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_put_face_next(
    batch: *mut facecore_batch,
    user: u64,
    photo: u64,
    face: u32,
    space: u64,
    bytes: *const u8,
    length: usize,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    let what = || Ok(What::PutFaceNext(face_id(photo, face)?, space_id(space), unsafe { value(bytes, length) }?));
    // SAFETY: as above.
    unsafe { record(batch, user, what) }
}

/// Forgets the faces of a user's photo, and what was said of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_remove_photo(batch: *mut facecore_batch, user: u64, photo: u64) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::RemovePhoto(photo))) }
}

/// Keeps what a user said of a face: one of `facecore_opinion`; the last one holds.
///
/// Fails with `FACECORE_STATUS_UNKNOWN_VALUE`, and `_OPTION` for a place that is not from 0 to 65,535.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_apply(
    batch: *mut facecore_batch,
    user: u64,
    photo: u64,
    face: u32,
    opinion: u32,
) -> Status {
    let what = || Ok(What::Apply(face_id(photo, face)?, self::opinion(opinion)?));
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, what) }
}

/// Says whether strangers may find the user by a face (not 0): nobody may be found who has not agreed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_set_findable(batch: *mut facecore_batch, user: u64, findable: u32) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::SetFindable(findable != 0))) }
}

/// The user wants no profile: everything of theirs is removed but this wish, and nothing is written for them until they opt in again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_opt_out(batch: *mut facecore_batch, user: u64) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::OptOut)) }
}

/// Takes an opt-out back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_opt_in(batch: *mut facecore_batch, user: u64) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::OptIn)) }
}

/// Removes all that is known of a user, an opt-out as well. The bytes are gone from the disk after `facecore_store_compact`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_erase(batch: *mut facecore_batch, user: u64) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::Erase)) }
}

/// Keeps what became of a pair of accounts, reported or not: one of `facecore_clone_state`. A pair that is known is kept out of later reports.
///
/// Fails with `FACECORE_STATUS_UNKNOWN_VALUE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_batch_judge_clone(
    batch: *mut facecore_batch,
    user: u64,
    other: u64,
    state: u32,
) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { record(batch, user, || Ok(What::JudgeClone(other, clone_state(state)?))) }
}

/// Makes the changes of a batch, in their order, all of them or none; when this returns they last as `facecore_durability` says. The batch stays as
/// it is.
///
/// `results`, which may be NULL, has room for `capacity` bytes: for each change 1 if something was written, was there to be removed or is news, else
/// 0. Of all threads and processes one batch at a time is written, and each waits for the disk: put many users into one.
///
/// Fails with `FACECORE_STATUS_BUFFER_SIZE` if `results` is too short, `_SPACE_MISMATCH`, `_LIMIT` for a value above 16 MiB, `_OPTION` for a pair of
/// one account, `_STORE_FULL`, `_STORE_DAMAGED`, and `_STORE`, such as for a change to the next iteration while none is being written. The store is
/// then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_write(
    store: *const facecore_store,
    batch: *const facecore_batch,
    results: *mut u8,
    capacity: usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (store, changes) = unsafe { (&read(store, "store")?.0, &read(batch, "batch")?.0) };
        if !results.is_null() && capacity < changes.len() {
            let reason = format!("`results` has room for {capacity}, there are {} changes", changes.len());
            return Err(Failure::new(Status::BufferSize, reason));
        }
        let made = facecore_bridge::write(store, changes)?;
        if !results.is_null() {
            // SAFETY: the caller's buffer has room for `capacity` bytes, which are enough; it may be uninitialised, so there is no slice of it.
            unsafe { made.as_ptr().copy_to_nonoverlapping(results, made.len()) };
        }
        Ok(())
    })
}

/// A value, copied.
///
/// # Safety
/// `bytes` is NULL or has `length` bytes.
unsafe fn value(bytes: *const u8, length: usize) -> Result<Vec<u8>> {
    // SAFETY: what this function asks for.
    Ok(unsafe { slice(bytes, length, "bytes") }?.to_vec())
}

fn space_id(space: u64) -> SpaceId {
    SpaceId(space.to_be_bytes())
}

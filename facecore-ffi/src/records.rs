//! Values that a store answers: profiles of users, faces of an album.

use std::ptr;

use facecore::profile::FaceId;
use facecore_bridge::Status;

use crate::boundary::{self, call, read, write};

/// Values that were read from a store. Immutable: share it between threads.
#[derive(Default)]
pub struct facecore_records {
    records: Vec<facecore_record>,
    // What the records point to.
    bytes: Vec<u8>,
}

/// A value that is stored for a user; its bytes are valid as long as the records.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_record {
    /// The user's id.
    pub user: u64,
    /// Of a face, the id of its photo; of a profile 0.
    pub photo: u64,
    /// The value; NULL if there is none, and never NULL for one of no bytes.
    pub bytes: *const u8,
    /// The number of bytes.
    pub length: usize,
    /// Of a face, its place among the photo's faces; of a profile 0.
    pub face: u32,
    /// Zero.
    pub reserved: [u8; 12],
}

impl facecore_records {
    pub(crate) fn push_profile(&mut self, user: u64, profile: Option<&[u8]>) {
        self.push(user, FaceId { photo: 0, face: 0 }, profile);
    }

    pub(crate) fn push_face(&mut self, user: u64, face: FaceId, bytes: &[u8]) {
        self.push(user, face, Some(bytes));
    }

    /// Until all records are here, and no byte moves any more, the pointer of a record only tells whether there is a value.
    fn push(&mut self, user: u64, FaceId { photo, face }: FaceId, value: Option<&[u8]>) {
        let (bytes, length) = value.map_or((ptr::null(), 0), |value| (ptr::dangling(), value.len()));
        self.bytes.extend(value.unwrap_or_default());
        self.records.push(facecore_record { user, photo, bytes, length, face: face.into(), reserved: [0; 12] });
    }

    pub(crate) fn finish(mut self) -> Self {
        let mut rest = self.bytes.as_slice();
        for record in self.records.iter_mut().filter(|record| !record.bytes.is_null()) {
            let (value, others) = rest.split_at(record.length);
            (record.bytes, rest) = (value.as_ptr(), others);
        }
        self
    }
}

/// The records as an array of `*count`, valid as long as `records`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_records_get(
    records: *const facecore_records,
    array: *mut *const facecore_record,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (records, array, count) =
            unsafe { (&read(records, "records")?.records, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (records.as_ptr(), records.len());
        Ok(())
    })
}

/// Frees records and their bytes; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_records_free(records: *mut facecore_records) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(records) }
}

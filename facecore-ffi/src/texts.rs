//! A list of texts that a call answers.

use std::ffi::{CString, c_char};

use facecore_bridge::Status;

use crate::boundary::{self, call, read, to_c, write};

/// Texts that a call answered. Immutable: share it between threads.
pub struct facecore_texts {
    pointers: Vec<*const c_char>,
    // What they point to.
    _texts: Vec<CString>,
}

impl facecore_texts {
    pub(crate) fn new(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let texts: Vec<CString> = texts.into_iter().map(to_c).collect();
        Self { pointers: texts.iter().map(|text| text.as_ptr()).collect(), _texts: texts }
    }
}

/// The texts as an array of `*count`, valid as long as `texts`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_texts_get(
    texts: *const facecore_texts,
    array: *mut *const *const c_char,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (texts, array, count) =
            unsafe { (&read(texts, "texts")?.pointers, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (texts.as_ptr(), texts.len());
        Ok(())
    })
}

/// Frees texts; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_texts_free(texts: *mut facecore_texts) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(texts) }
}

//! The C ABI of facecore: `include/facecore.h`. Conversion only; what is decided is decided in the core.
//!
//! - `boundary`: the guard around every function, the last message, checked pointers, options and results.
//! - one file a room of the core: `engine`, `photo`, `detect`, `embed`, `adaptation`, `attributes`, `non_face`, `matching`, `calibration`, `profile`, `models`; of
//!   albums `album` (the builder), `session` (photos that are asked for), `stored` (faces that are kept) and `build` (how it ended); of video `tracker` and `tracks`.
//! - what is kept and searched: `feedback`, `store` with `batch` (changes) and `records` (values), `index`, `people` (with stars), `clones` (with who a
//!   stranger is); `texts` are lists of texts that calls answer.
//!
//! A function is `unsafe` because C cannot promise what Rust asks; the header says what a caller must promise: pointers are NULL or point to what the
//! type says, a handle is one that facecore made and has not freed, `const` means shared between threads, anything else is used by one at a time.

#![deny(missing_docs)]
#![allow(missing_debug_implementations, reason = "handles of C, which Rust has no use for")]
#![allow(unreachable_pub, reason = "C reaches functions by their names")]
#![allow(non_camel_case_types, reason = "names of the C header")]
#![allow(clippy::missing_safety_doc, reason = "one contract for all functions, above and at the head of the header")]

pub mod adaptation;
pub mod album;
pub mod attributes;
pub mod batch;
mod boundary;
pub mod build;
pub mod calibration;
pub mod clones;
pub mod detect;
pub mod embed;
pub mod engine;
pub mod feedback;
pub mod index;
pub mod iterations;
mod layout;
pub mod matching;
pub mod models;
pub mod non_face;
pub mod people;
pub mod photo;
pub mod profile;
pub mod records;
pub mod session;
pub mod store;
pub mod stored;
pub mod texts;
pub mod tracker;
pub mod tracks;

use std::ffi::c_char;

/// The library's version, such as "0.1.0". Never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn facecore_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The stable name of a status, such as "space-mismatch"; "unknown" for a number that is none. Never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn facecore_status_name(status: i32) -> *const c_char {
    boundary::status_name(status)
}

/// What was wrong in this thread's last call that did not return `FACECORE_STATUS_OK`, for people and logs, in UTF-8.
/// Never NULL; empty before the first failure; valid until this thread's next failing call. Nothing else of a failed call is kept.
#[unsafe(no_mangle)]
pub extern "C" fn facecore_last_error_message() -> *const c_char {
    boundary::last_message()
}

/// Panics, so that the tests see the guard work.
///
/// cbindgen:ignore
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub extern "C" fn facecore_test_panic() -> facecore_bridge::Status {
    boundary::call(|| panic!("deliberate"))
}

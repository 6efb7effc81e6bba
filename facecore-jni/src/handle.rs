//! What Java holds as a `long`.

use std::sync::atomic::{AtomicI64, Ordering};

use facecore_bridge::{Failure, Status, guard};
use jni::sys::jlong;

use crate::border::Result;

static LIVE: AtomicI64 = AtomicI64::new(0);

/// Handles given out and not freed.
pub fn live() -> i64 {
    LIVE.load(Ordering::Relaxed)
}

/// Gives a value to Java.
pub fn give<T>(value: T) -> jlong {
    LIVE.fetch_add(1, Ordering::Relaxed);
    Box::into_raw(Box::new(value)).expose_provenance() as jlong
}

/// Looks at a value that Java holds.
///
/// # Safety
/// `handle` is 0 or what `give` gave for a `T`, and Java does not free it meanwhile.
pub unsafe fn look<'a, T>(handle: jlong) -> Result<&'a T> {
    let pointer = std::ptr::with_exposed_provenance::<T>(handle as usize);
    // SAFETY: the caller's promise; 0 becomes `None`.
    let value = unsafe { pointer.as_ref() };
    value.ok_or_else(|| Failure::new(Status::NullArgument, "the handle is 0").into())
}

/// Takes a value back and drops it.
///
/// # Safety
/// As `look`, and nobody looks at it any more.
pub unsafe fn free<T>(handle: jlong) {
    if handle != 0 {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        let pointer = std::ptr::with_exposed_provenance_mut::<T>(handle as usize);
        let _ = guard(|| {
            // SAFETY: the caller's promise: `give` boxed it, and it is taken back once.
            drop(unsafe { Box::from_raw(pointer) });
            Ok(())
        });
    }
}

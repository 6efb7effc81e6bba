//! The border itself: the guard, the last message, and pointers that are checked before they are used.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::LazyLock;
use std::time::Duration;

use facecore_bridge::{Failure, Result, Status, guard};

thread_local! {
    static LAST_MESSAGE: RefCell<CString> = RefCell::default();
}

/// The body of every function that can fail.
pub fn call(body: impl FnOnce() -> Result<()>) -> Status {
    match guard(body) {
        Ok(()) => Status::Ok,
        Err(Failure { status, message }) => {
            let message = to_c(message);
            // A thread that is ending has no message any more; its status is as good as ever.
            let _ = LAST_MESSAGE.try_with(|last| last.replace(message));
            status
        }
    }
}

/// The body of every `_free`: NULL is fine, and a panic in a destructor stays here.
///
/// # Safety
/// `handle` is NULL or comes from [`Out::put`], and nobody uses it any more.
pub unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        let _ = guard(|| {
            // SAFETY: the caller's promise: `Out::put` boxed it, and it is freed once.
            drop(unsafe { Box::from_raw(handle) });
            Ok(())
        });
    }
}

pub fn last_message() -> *const c_char {
    LAST_MESSAGE.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
}

/// The table's names as C wants them.
static NAMES: LazyLock<Vec<(i32, CString)>> =
    LazyLock::new(|| Status::TABLE.iter().map(|&(status, name, _)| (status as i32, to_c(name))).collect());

pub fn status_name(status: i32) -> *const c_char {
    let found = guard(|| Ok(NAMES.iter().find(|row| row.0 == status)));
    found.ok().flatten().map_or(c"unknown".as_ptr(), |row| row.1.as_ptr())
}

/// Text for C. A zero inside, which C could not see past, becomes U+FFFD.
pub fn to_c(text: impl Into<String>) -> CString {
    CString::new(text.into()).unwrap_or_else(|found| {
        let text = String::from_utf8_lossy(&found.into_vec()).replace('\0', "\u{FFFD}");
        CString::new(text).unwrap_or_default()
    })
}

/// A count for C; one that does not fit is the highest.
pub fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A time for C; one that does not fit is the longest.
pub fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn null(name: &str) -> Failure {
    Failure::new(Status::NullArgument, format!("`{name}` is NULL"))
}

/// Only looks whether there is a pointer. For arrays and structs whose length is not known yet, and for memory that may be
/// uninitialised: there must be no reference to it.
pub fn present<T>(pointer: *const T, name: &str) -> Result<()> {
    match pointer.is_null() {
        true => Err(null(name)),
        false => Ok(()),
    }
}

/// What a pointer points to.
///
/// # Safety
/// `pointer` is NULL or points to a `T` that nobody changes or frees while the reference is in use.
pub unsafe fn read<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: the caller's promise; NULL becomes `None`.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// As `read`, for what only one thread uses at a time. The place of a result is written before it is read.
///
/// # Safety
/// `pointer` is NULL or points to a `T` that nothing else reads, changes or frees while the reference is in use.
pub unsafe fn write<'a, T>(pointer: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: the caller's promise; NULL becomes `None`.
    unsafe { pointer.as_mut() }.ok_or_else(|| null(name))
}

fn check_length<T>(length: usize, name: &str) -> Result<()> {
    match length.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok()) {
        true => Ok(()),
        false => Err(Failure::new(Status::BufferSize, format!("`{name}` cannot have {length} elements"))),
    }
}

/// An array; NULL is fine for an empty one.
///
/// # Safety
/// If `length` is not 0, `pointer` is NULL or points to `length` values that nobody changes or frees while the slice is in use.
pub unsafe fn slice<'a, T>(pointer: *const T, length: usize, name: &str) -> Result<&'a [T]> {
    if length == 0 {
        return Ok(&[]);
    }
    check_length::<T>(length, name)?;
    present(pointer, name)?;
    // SAFETY: the caller's promise; the pointer is not NULL, and the length fits into an address space.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// UTF-8 that ends with a zero.
///
/// # Safety
/// `pointer` is NULL or points to bytes that end with a zero and that nobody changes or frees while the text is in use.
pub unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    present(pointer, name)?;
    // SAFETY: the caller's promise; the pointer is not NULL.
    let text = unsafe { CStr::from_ptr(pointer) }.to_str();
    text.map_err(|error| Failure::new(Status::Text, format!("`{name}` is not UTF-8: {error}")))
}

/// Writes a value as bytes into the caller's buffer; `what` is the value in words. `*written` is the number of bytes that it takes, also where they
/// do not fit.
///
/// # Safety
/// `bytes` is NULL or has room for `capacity` bytes, which may be uninitialised; `written` is NULL or writable.
pub unsafe fn put_bytes(
    encode: impl FnOnce() -> Result<Vec<u8>>,
    what: &str,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Result<()> {
    // SAFETY: the caller's promise.
    let written = unsafe { write(written, "written") }?;
    *written = 0;
    let encoded = encode()?;
    *written = encoded.len();
    if capacity < encoded.len() {
        let reason = format!("`bytes` has room for {capacity}, the {what} takes {}", encoded.len());
        return Err(Failure::new(Status::BufferSize, reason));
    }
    present(bytes, "bytes")?;
    // SAFETY: the caller's buffer has room for `capacity` bytes, which are enough; it may be uninitialised, so there is no slice of it.
    unsafe { encoded.as_ptr().copy_to_nonoverlapping(bytes, encoded.len()) };
    Ok(())
}

/// Where a function puts a new handle; NULL is put there first, so that it is never garbage.
pub struct Out<'a, T>(&'a mut *mut T);

impl<T> Out<'_, T> {
    /// # Safety
    /// `pointer` is NULL or points to room for a handle that only this call uses.
    pub unsafe fn new(pointer: *mut *mut T, name: &str) -> Result<Self> {
        // SAFETY: the caller's promise. What lay there is overwritten, never read.
        let place = unsafe { write(pointer, name) }?;
        *place = ptr::null_mut();
        Ok(Self(place))
    }

    pub fn put(self, value: T) {
        *self.0 = Box::into_raw(Box::new(value));
    }
}

/// A struct with `struct_size` first and `reserved` last, in the only size that there has been so far.
///
/// # Safety
/// `repr(C)`, with a `usize` as its first field, and any bytes are a value.
pub unsafe trait Versioned: Copy {
    /// The bytes kept for later fields, those of nested structs as well.
    fn reserved(&self) -> impl Iterator<Item = &u8>;
}

/// Reads a struct from the caller.
///
/// # Safety
/// `pointer` is NULL or points to an initialised struct that is as long as its first field says.
pub unsafe fn read_sized<T: Versioned>(pointer: *const T, name: &str) -> Result<T> {
    // SAFETY: the caller's promise.
    unsafe { check_size(pointer, name) }?;
    // SAFETY: the struct is as long as ours, and any bytes are a value of it (`Versioned`).
    let value = unsafe { *pointer };
    match value.reserved().all(|&byte| byte == 0) {
        true => Ok(value),
        false => {
            let advice = "set the struct to zero first, or use its init function";
            Err(Failure::new(Status::StructSize, format!("`{name}` has reserved bytes that are not 0; {advice}")))
        }
    }
}

/// A struct of the caller's to be filled in.
///
/// # Safety
/// As [`read_sized`], and nothing else uses the struct while the reference is in use; of its fields only the size must be set.
pub unsafe fn write_sized<'a, T: Versioned>(pointer: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: the caller's promise.
    unsafe { check_size(pointer, name) }?;
    // SAFETY: the caller's promise, and the struct is as long as ours.
    unsafe { write(pointer, name) }
}

/// # Safety
/// `pointer` is NULL or points to a struct that begins with its size.
unsafe fn check_size<T: Versioned>(pointer: *const T, name: &str) -> Result<()> {
    // Only the size is read before it is known to be right: the struct may be shorter than ours.
    // SAFETY: the caller's promise: a `usize` comes first.
    let size = *unsafe { read(pointer.cast::<usize>(), name) }?;
    check_struct_size::<T>(size, name)
}

/// Fills a struct with the defaults, given the size that the caller's header has for it.
///
/// # Safety
/// `pointer` is NULL or points to `size` writable bytes, aligned as a `T`, which may be uninitialised.
pub unsafe fn init<T: Versioned>(pointer: *mut T, size: usize, name: &str, defaults: T) -> Status {
    call(|| {
        present(pointer, name)?;
        check_struct_size::<T>(size, name)?;
        // SAFETY: the caller's promise; the pointer is not NULL, and `size` is that of a `T`.
        unsafe { pointer.write(defaults) };
        Ok(())
    })
}

fn check_struct_size<T>(size: usize, name: &str) -> Result<()> {
    match size == size_of::<T>() {
        true => Ok(()),
        false => {
            let expected = size_of::<T>();
            let reason = format!(
                "`{name}` has struct_size {size}, this library's is {expected}; was it set, and do header and library belong together?"
            );
            Err(Failure::new(Status::StructSize, reason))
        }
    }
}

//! The guard around every native method.

use std::any::Any;

use facecore_bridge::{Failure, Status};
use jni::errors::ErrorPolicy;
use jni::objects::{JByteArray, JByteBuffer, JThrowable, JValue};
use jni::strings::JNIString;
use jni::sys::jint;
use jni::{Env, EnvUnowned, jni_sig};

/// Why a native method has no answer.
#[derive(Debug)]
pub enum Fault {
    /// Something to throw.
    Failure(Failure),
    /// The JVM refused a call; mostly it has thrown already.
    Jvm(jni::errors::Error),
}

pub type Result<T, E = Fault> = std::result::Result<T, E>;

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<facecore::Error> for Fault {
    fn from(error: facecore::Error) -> Self {
        Self::Failure(error.into())
    }
}

impl From<jni::errors::Error> for Fault {
    fn from(error: jni::errors::Error) -> Self {
        Self::Jvm(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Failure(failure) => failure,
            Fault::Jvm(error) => Self::new(Status::Internal, format!("the JVM refused a call: {error}")),
        }
    }
}

/// The body of every native method that can fail: an error or a panic becomes a Java exception, and the default is returned beside it.
pub fn call<'l, T: Default>(env: &mut EnvUnowned<'l>, body: impl FnOnce(&mut Env<'l>) -> Result<T>) -> T {
    env.with_env(body).resolve::<Throw>()
}

struct Throw;

impl<T: Default> ErrorPolicy<T, Fault> for Throw {
    type Captures<'l: 'm, 'm> = ();

    fn on_error<'l: 'm, 'm>(env: &mut Env<'l>, (): &mut (), fault: Fault) -> jni::errors::Result<T> {
        if env.exception_check() {
            return Ok(T::default());
        }
        throw(env, &fault.into())
    }

    fn on_panic<'l: 'm, 'm>(env: &mut Env<'l>, (): &mut (), payload: Box<dyn Any + Send>) -> jni::errors::Result<T> {
        if env.exception_check() {
            return Ok(T::default());
        }
        throw(env, &Failure::panic(&*payload))
    }
}

fn throw<T: Default>(env: &mut Env<'_>, failure: &Failure) -> jni::errors::Result<T> {
    let class = format!("io/facecore/{}", failure.status.exception().class());
    let message = env.new_string(&failure.message)?;
    let arguments = [JValue::Int(failure.status as jint), JValue::Object(&message)];
    let exception = env.new_object(JNIString::from(class), jni_sig!((jint, JString) -> void), &arguments)?;
    let exception = env.cast_local::<JThrowable>(exception)?;
    match env.throw(exception) {
        // So jni says that it has thrown.
        Err(jni::errors::Error::JavaException) => Ok(T::default()),
        other => other.map(|()| T::default()),
    }
}

/// `length` bytes of a Java array from `offset` on, copied: a garbage collector that may move the array never waits for a network.
pub fn bytes(env: &Env<'_>, array: &JByteArray<'_>, offset: jint, length: jint) -> Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(|_| bad_range())?;
    let mut bytes = vec![0i8; length];
    array.get_region(env, offset, &mut bytes)?;
    Ok(bytes.into_iter().map(i8::cast_unsigned).collect())
}

/// All bytes of a Java array, copied.
pub fn whole(env: &Env<'_>, array: &JByteArray<'_>) -> Result<Vec<u8>> {
    let length = i32::try_from(array.len(env)?).unwrap_or(i32::MAX);
    bytes(env, array, 0, length)
}

/// `length` bytes of a direct buffer from `offset` on.
///
/// # Safety
/// Nobody may write to the buffer until the slice is gone: the Javadoc of the methods that take a buffer asks for that.
pub unsafe fn direct<'a>(env: &Env<'_>, buffer: &'a JByteBuffer<'_>, offset: jint, length: jint) -> Result<&'a [u8]> {
    let (offset, length) =
        (usize::try_from(offset).map_err(|_| bad_range())?, usize::try_from(length).map_err(|_| bad_range())?);
    if length == 0 {
        return Ok(&[]);
    }
    let capacity = env.get_direct_buffer_capacity(buffer)?;
    if offset.checked_add(length).is_none_or(|end| end > capacity) {
        return Err(bad_range().into());
    }
    let start = env.get_direct_buffer_address(buffer)?;
    // SAFETY: the range lies inside the buffer, whose reference keeps it alive; nobody writes to it, as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts(start.add(offset), length) })
}

fn bad_range() -> Failure {
    Failure::new(Status::BufferSize, "a range of bytes that lies outside its buffer")
}

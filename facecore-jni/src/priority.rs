//! `io.facecore.ThreadPriority`: work that gives way.

#![allow(unsafe_code)]

use jni::EnvUnowned;
use jni::objects::JClass;
use jni::sys::jboolean;

use crate::border::call;

/// The calling thread runs only while nothing else wants to. False where the system has no such thing.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_facecore_ThreadPriority_setIdle0<'l>(
    mut env: EnvUnowned<'l>,
    _: JClass<'l>,
) -> jboolean {
    call(&mut env, |_| Ok(set_idle()))
}

#[cfg(target_os = "linux")]
fn set_idle() -> bool {
    let priority = libc::sched_param { sched_priority: 0 };
    // SAFETY: 0 is the calling thread; the struct is read during the call only.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &priority) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn set_idle() -> bool {
    false
}

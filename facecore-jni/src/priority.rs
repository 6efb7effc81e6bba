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
    // The kernel's struct is one number. It is asked itself, since musl's function always refuses.
    let (this_thread, priority): (libc::c_int, libc::c_int) = (0, 0);
    // SAFETY: the number is read during the call only.
    unsafe { libc::syscall(libc::SYS_sched_setscheduler, this_thread, libc::SCHED_IDLE, &raw const priority) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn set_idle() -> bool {
    false
}

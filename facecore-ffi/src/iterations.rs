//! A rebuild of a store beside its readers, and the way back.

use facecore::store::Iterations;
use facecore_bridge::Status;

use crate::boundary::{call, read, write};
use crate::store::facecore_store;

/// The iterations: the one that everybody reads, the one before it, and the one that a rebuild writes; 0 for none. Each of the outputs may be
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_get_iterations(
    store: *const facecore_store,
    current: *mut u64,
    previous: *mut u64,
    next: *mut u64,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let held: Iterations = unsafe { read(store, "store") }?.0.iterations()?;
        let numbers = [(current, Some(held.current)), (previous, held.previous), (next, held.next)];
        for (place, number) in numbers {
            // SAFETY: as above.
            if let Some(place) = unsafe { place.as_mut() } {
                *place = number.unwrap_or(0);
            }
        }
        Ok(())
    })
}

/// Begins the next iteration, which is empty: everybody reads the current one, while a rebuild writes by `facecore_batch_put_next`. `*iteration`
/// is its number.
///
/// Fails with `FACECORE_STATUS_STORE` if one is being written already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_begin(store: *const facecore_store, iteration: *mut u64) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let iteration = unsafe { write(iteration, "iteration") }?;
        *iteration = 0;
        // SAFETY: as above.
        *iteration = unsafe { read(store, "store") }?.0.begin()?;
        Ok(())
    })
}

/// Makes the iteration that was written the current one: from now on everybody reads it, in all processes at once. The one before is kept for
/// `facecore_store_back`.
///
/// Fails with `FACECORE_STATUS_STORE` if `iteration` is not the one being written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_switch(store: *const facecore_store, iteration: u64) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    call(|| Ok(unsafe { read(store, "store") }?.0.switch(iteration)?))
}

/// Gives up the iteration that is being written. `*dropped` is 1 if there was one, else 0; it may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_drop_next(store: *const facecore_store, dropped: *mut u32) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (store, dropped) = unsafe { (read(store, "store")?, dropped.as_mut()) };
        let there = store.0.drop_next()?;
        if let Some(dropped) = dropped {
            *dropped = there.into();
        }
        Ok(())
    })
}

/// Goes back to the previous iteration and drops the current one. `*iteration` is the number that is current now. Profiles that were written
/// since the switch are lost with it; who was erased or has opted out stays so.
///
/// Fails with `FACECORE_STATUS_STORE` if there is no previous iteration, or while one is being written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_back(store: *const facecore_store, iteration: *mut u64) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let iteration = unsafe { write(iteration, "iteration") }?;
        *iteration = 0;
        // SAFETY: as above.
        *iteration = unsafe { read(store, "store") }?.0.back()?;
        Ok(())
    })
}

//! Profiles at rest: opening, reading, upkeep. Changes are in `batch`, rebuilds in `iterations`.

use std::ffi::c_char;
use std::path::Path;

use facecore::SpaceId;
use facecore::store::{ProfileStore, StoreOptions};
use facecore_bridge::{Result, Status, durability};

use crate::boundary::{self, Out, call, init, present, read, read_sized, slice, text, write, write_sized};
use crate::feedback::facecore_feedback;
use crate::records::facecore_records;
use crate::texts::facecore_texts;

/// Profiles, stored faces and opinions of many users, in a folder on a local disk. Share one between threads; a process opens a folder once, and a
/// child made by `fork` must open its own.
pub struct facecore_store(pub(crate) ProfileStore);

/// What a commit that was acknowledged survives.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_durability {
    /// Everything: it is on the disk before the call returns.
    Power = 0,
    /// The end of the process. If the machine fails the last commit may be lost, as if it had not been made.
    Process = 1,
}

/// How a store is opened. Set by `facecore_store_options_init`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_store_options {
    /// `sizeof(facecore_store_options)`.
    pub struct_size: usize,
    /// The most bytes that it may take on disk, the same in all processes. So much address space is reserved, neither memory nor disk. Default 1 TiB.
    pub max_bytes: u64,
    /// The most reads at the same time, in all processes together. Default 1,024.
    pub max_readers: u32,
    /// One of `facecore_durability`.
    pub durability: u32,
    /// Zero.
    pub reserved: [u8; 40],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_store_options {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// How much is in a store.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_store_size {
    /// `sizeof(facecore_store_size)`, set by the caller.
    pub struct_size: usize,
    /// Profiles of the current iteration.
    pub profiles: u64,
    /// Stored faces.
    pub faces: u64,
    /// Opinions on faces.
    pub opinions: u64,
    /// Users who have opted out.
    pub opted_out: u64,
    /// Bytes of the file, with pages that are free to be written again.
    pub bytes: u64,
    /// Zero.
    pub reserved: [u8; 32],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_store_size {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// Fills the options with the defaults; `struct_size` is `sizeof(facecore_store_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_options_init(
    options: *mut facecore_store_options,
    struct_size: usize,
) -> Status {
    let StoreOptions { max_bytes, max_readers, durability: _ } = StoreOptions::default();
    let durability = facecore_durability::Power as u32;
    let defaults = facecore_store_options { struct_size, max_bytes, max_readers, durability, reserved: [0; 40] };
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    unsafe { init(options, struct_size, "options", defaults) }
}

/// Opens the store in a folder (UTF-8), which is made if it does not exist; all its values are of `space`. NULL options are the defaults.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH` for a store of another space, `_STORE_DAMAGED`, `_UNKNOWN_VALUE`, and `_STORE` if the folder cannot be
/// used or is open in this process already; `*store` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_open(
    folder: *const c_char,
    space: u64,
    options: *const facecore_store_options,
    store: *mut *mut facecore_store,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, folder) = unsafe { (Out::new(store, "store")?, text(folder, "folder")?) };
        let options = match options.is_null() {
            true => StoreOptions::default(),
            false => {
                // SAFETY: as above.
                let asked = unsafe { read_sized(options, "options") }?;
                let durability = durability(asked.durability)?;
                StoreOptions { max_bytes: asked.max_bytes, max_readers: asked.max_readers, durability }
            }
        };
        out.put(facecore_store(ProfileStore::open(Path::new(folder), SpaceId(space.to_be_bytes()), &options)?));
        Ok(())
    })
}

/// Closes a store; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_free(store: *mut facecore_store) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(store) }
}

/// The space of all values of a store.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_get_space(store: *const facecore_store, space: *mut u64) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (store, space) = unsafe { (read(store, "store")?, write(space, "space")?) };
        *space = u64::from_be_bytes(store.0.space().0);
        Ok(())
    })
}

/// A user's profile in the current iteration: one record, whose `bytes` are NULL if there is none.
///
/// Fails, as all reading calls do, with `FACECORE_STATUS_STORE_DAMAGED`, `_STORE`; `*records` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_get(
    store: *const facecore_store,
    user: u64,
    records: *mut *mut facecore_records,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says; one user is an array of one.
    unsafe { facecore_store_get_many(store, &user, 1, records) }
}

/// The profiles of many users, such as somebody's friends, all of one state of the store: a record for each, in the order of `users`, whose
/// `bytes` are NULL where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_get_many(
    store: *const facecore_store,
    users: *const u64,
    count: usize,
    records: *mut *mut facecore_records,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store, users) =
            unsafe { (Out::new(records, "records")?, read(store, "store")?, slice(users, count, "users")?) };
        let (mut found, mut left) = (facecore_records::default(), users.iter());
        store.0.visit(users, |profile| {
            if let Some(&user) = left.next() {
                found.push_profile(user, profile);
            }
        })?;
        out.put(found.finish());
        Ok(())
    })
}

/// The next `count` users after `*after` with their profiles, ascending, at most 65,536; from the first one if `after` is NULL. All users are read page by page
/// until one is empty; who is written meanwhile may be seen or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_page(
    store: *const facecore_store,
    after: *const u64,
    count: usize,
    records: *mut *mut facecore_records,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store, after) =
            unsafe { (Out::new(records, "records")?, read(store, "store")?, after.as_ref().copied()) };
        let mut found = facecore_records::default();
        for (user, profile) in store.0.page(after, count)? {
            found.push_profile(user, Some(&profile));
        }
        out.put(found.finish());
        Ok(())
    })
}

/// The faces kept of a user's album, by photo and place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_faces(
    store: *const facecore_store,
    user: u64,
    records: *mut *mut facecore_records,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store) = unsafe { (Out::new(records, "records")?, read(store, "store")?) };
        let mut found = facecore_records::default();
        for (face, bytes) in store.0.faces(user)? {
            found.push_face(user, face, &bytes);
        }
        out.put(found.finish());
        Ok(())
    })
}

/// What was said of a user's faces, and whether the user has opted out; freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_feedback(
    store: *const facecore_store,
    user: u64,
    feedback: *mut *mut facecore_feedback,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, store) = unsafe { (Out::new(feedback, "feedback")?, read(store, "store")?) };
        out.put(facecore_feedback(store.0.feedback(user)?));
        Ok(())
    })
}

/// Copies those of `count` users who have opted out, in their order, into `found`, which has room for `count`. They must never be suggested, wherever
/// else they are kept. `*found_count` is how many they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_opted_out_among(
    store: *const facecore_store,
    users: *const u64,
    count: usize,
    found: *mut u64,
    found_count: *mut usize,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    call(|| unsafe { among(store, (users, count), (found, found_count), ProfileStore::opted_out_among) })
}

/// Copies those of `count` users who may be found by strangers, in their order, into `found`, which has room for `count`. `*found_count` is how many
/// they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_findable_among(
    store: *const facecore_store,
    users: *const u64,
    count: usize,
    found: *mut u64,
    found_count: *mut usize,
) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    call(|| unsafe { among(store, (users, count), (found, found_count), ProfileStore::findable_among) })
}

/// Copies those of the users whom `which` picks.
///
/// # Safety
/// `users` has as many ids as it says, the place of the found ones has room for as many, and each pointer is NULL or right.
unsafe fn among(
    store: *const facecore_store,
    (users, count): (*const u64, usize),
    (found, found_count): (*mut u64, *mut usize),
    which: fn(&ProfileStore, &[u64]) -> facecore::Result<Vec<u64>>,
) -> Result<()> {
    // SAFETY: what this function asks for.
    let found_count = unsafe { write(found_count, "found_count") }?;
    *found_count = 0;
    // SAFETY: as above.
    let (store, users) = unsafe { (read(store, "store")?, slice(users, count, "users")?) };
    if count > 0 {
        present(found, "found")?;
    }
    let picked = which(&store.0, users)?;
    // SAFETY: there is room for `count`, and no more are picked; the place may be uninitialised, so there is no slice of it.
    unsafe { picked.as_ptr().copy_to_nonoverlapping(found, picked.len().min(count)) };
    *found_count = picked.len();
    Ok(())
}

/// Fills in how much is in a store.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_get_size(
    store: *const facecore_store,
    size: *mut facecore_store_size,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (store, size) = unsafe { (read(store, "store")?, write_sized(size, "size")?) };
        let held = store.0.size()?;
        *size = facecore_store_size {
            struct_size: size.struct_size,
            profiles: held.profiles,
            faces: held.faces,
            opinions: held.opinions,
            opted_out: held.opted_out,
            bytes: held.bytes,
            reserved: [0; 32],
        };
        Ok(())
    })
}

/// Writes all records anew and frees what the old file takes: what was erased is in no file of the store any more. Reads go on meanwhile, in all
/// processes; writes wait.
///
/// Fails with `FACECORE_STATUS_STORE` while an iteration is being written or if the disk is full, and `_STORE_DAMAGED`; the store is then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_compact(store: *const facecore_store) -> Status {
    // SAFETY: the caller's pointer, as the contract in lib.rs says.
    call(|| Ok(unsafe { read(store, "store") }?.0.compact()?))
}

/// Copies the store, as it is now, into a folder of its own (UTF-8), which must not exist: a store to be opened like any other. Reads and writes
/// go on meanwhile.
///
/// Fails with `FACECORE_STATUS_STORE`, `_STORE_DAMAGED`; nothing is left of the copy then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_backup(store: *const facecore_store, folder: *const c_char) -> Status {
    // SAFETY: the caller's pointers, as the contract in lib.rs says.
    call(|| Ok(unsafe { read(store, "store")?.0.backup(Path::new(text(folder, "folder")?)) }?))
}

/// Reads every record and checks it. `*records` is how many were read, `*damage` says what is wrong, a line each (100 at most): none for a sound
/// store. It is freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_store_verify(
    store: *const facecore_store,
    records: *mut u64,
    damage: *mut *mut facecore_texts,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, records) = unsafe { (Out::new(damage, "damage")?, write(records, "records")?) };
        *records = 0;
        // SAFETY: as above.
        let report = unsafe { read(store, "store") }?.0.verify()?;
        *records = report.records;
        out.put(facecore_texts::new(report.damage));
        Ok(())
    })
}

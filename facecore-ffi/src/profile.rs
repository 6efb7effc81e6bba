//! Profiles as values and bytes.

use facecore::SpaceId;
use facecore::profile::{Profile, Slot};
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, put_bytes, read, slice, write, write_sized};
use crate::embed::{embeddings, facecore_embedding};

/// Who somebody is, as a face: counts and sums of faces, to which photos are added and from which they are taken. Use from one thread while
/// it changes.
pub struct facecore_profile(pub(crate) Profile);

/// Whom a part of a profile shows.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_role {
    /// The owner of the account.
    Owner = 1,
    /// The second owner of a joint account.
    Partner = 2,
    /// The owner again, in another look: those faces are in the owner's part as well.
    Look = 3,
}

/// What a profile is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_profile_info {
    /// `sizeof(facecore_profile_info)`, set by the caller.
    pub struct_size: usize,
    /// The space of the faces inside.
    pub space: u64,
    /// Numbers in an embedding of that space.
    pub embedding_length: u32,
    /// How many roles of `facecore_role` it has faces of.
    pub slots: u32,
    /// Zero.
    pub reserved: [u8; 24],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_profile_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// What a profile has of one role.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_profile_slot {
    /// `sizeof(facecore_profile_slot)`, set by the caller.
    pub struct_size: usize,
    /// Photos inside.
    pub photos: u32,
    /// Faces inside; 0 if the profile shows nobody in this role.
    pub faces: u32,
    /// How alike its faces are: the length of their mean, 0 to 1 (rounding can pass 1 by a thousandth).
    pub coherence: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_profile_slot {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// A profile without faces, for embeddings of `embedding_length` numbers in `space`.
///
/// Fails with `FACECORE_STATUS_OPTION` for no numbers or more than 65,535; `*profile` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_new(
    space: u64,
    embedding_length: usize,
    profile: *mut *mut facecore_profile,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(profile, "profile") }?;
        out.put(facecore_profile(Profile::new(SpaceId(space.to_be_bytes()), embedding_length)?));
        Ok(())
    })
}

/// Reads what `facecore_profile_encode` wrote, from any source: the bytes are not trusted.
///
/// Fails with `FACECORE_STATUS_PROFILE`; `*profile` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_decode(
    bytes: *const u8,
    length: usize,
    profile: *mut *mut facecore_profile,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, bytes) = unsafe { (Out::new(profile, "profile")?, slice(bytes, length, "bytes")?) };
        out.put(facecore_profile(Profile::from_bytes(bytes)?));
        Ok(())
    })
}

/// Writes a profile as bytes. `*written` is the number of bytes that it takes, also where they do not fit into `capacity`, which fails with
/// `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `bytes` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_encode(
    profile: *const facecore_profile,
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let encode = || Ok(unsafe { read(profile, "profile") }?.0.to_bytes()?);
        // SAFETY: the caller's buffer has room for `capacity` bytes.
        unsafe { put_bytes(encode, "profile", bytes, capacity, written) }
    })
}

/// Adds the faces that one photo has of a person; `role` is one of `facecore_role`. The profile is unchanged where it fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_add(
    profile: *mut facecore_profile,
    role: u32,
    faces: *const *const facecore_embedding,
    count: usize,
) -> Status {
    call(|| {
        let role = facecore_bridge::role(role)?;
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (faces, profile) = unsafe { (embeddings(faces, count)?, write(profile, "profile")?) };
        Ok(profile.0.add(role, &faces)?)
    })
}

/// Takes out what `facecore_profile_add` with the same faces put in: afterwards the bytes are what they were.
///
/// Fails with `FACECORE_STATUS_OPTION` for faces that cannot be inside. The profile is unchanged then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_remove(
    profile: *mut facecore_profile,
    role: u32,
    faces: *const *const facecore_embedding,
    count: usize,
) -> Status {
    call(|| {
        let role = facecore_bridge::role(role)?;
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (faces, profile) = unsafe { (embeddings(faces, count)?, write(profile, "profile")?) };
        Ok(profile.0.remove(role, &faces)?)
    })
}

/// Adds the faces of another profile of the same people, such as one of other photos. `other` stays as it is, and may be `profile` itself.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING` for another length, `_LIMIT` above 60,000 faces of a person. The profile is unchanged then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_merge(
    profile: *mut facecore_profile,
    other: *const facecore_profile,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says. The other is copied first, since it may be the same.
        let (other, profile) = unsafe { (read(other, "other")?.0.clone(), write(profile, "profile")?) };
        Ok(profile.0.merge(&other)?)
    })
}

/// Whether two profiles show one owner, 1 or 0: their centroids are more alike than those of two people can be.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, and `_EMBEDDING` for another length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_shows_owner_of(
    profile: *const facecore_profile,
    other: *const facecore_profile,
    shows: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (profile, other) = unsafe { (&read(profile, "profile")?.0, &read(other, "other")?.0) };
        // SAFETY: as above.
        *unsafe { write(shows, "shows") }? = u32::from(profile.shows_owner_of(other)?);
        Ok(())
    })
}

/// Fills in what a profile is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_get_info(
    profile: *const facecore_profile,
    info: *mut facecore_profile_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (profile, info) = unsafe { (&read(profile, "profile")?.0, write_sized(info, "info")?) };
        *info = facecore_profile_info {
            struct_size: info.struct_size,
            space: u64::from_be_bytes(profile.space().0),
            embedding_length: profile.values() as u32,
            slots: profile.slots().len() as u32,
            reserved: [0; 24],
        };
        Ok(())
    })
}

/// Fills in what a profile has of a role, one of `facecore_role`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_get_slot(
    profile: *const facecore_profile,
    role: u32,
    slot: *mut facecore_profile_slot,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (profile, slot) = unsafe { (&read(profile, "profile")?.0, write_sized(slot, "slot")?) };
        let found = profile.slot(facecore_bridge::role(role)?);
        *slot = facecore_profile_slot {
            struct_size: slot.struct_size,
            photos: found.map_or(0, Slot::photos),
            faces: found.map_or(0, Slot::faces),
            coherence: found.map_or(0.0, Slot::coherence),
            reserved: [0; 28],
        };
        Ok(())
    })
}

/// The mean face of a person of the profile, for `facecore_candidates_add`; NULL if the profile shows nobody in this role. Freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_get_embedding(
    profile: *const facecore_profile,
    role: u32,
    embedding: *mut *mut facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, profile) = unsafe { (Out::new(embedding, "embedding")?, read(profile, "profile")?) };
        if let Some(centroid) = profile.0.centroid(facecore_bridge::role(role)?) {
            out.put(facecore_embedding(centroid));
        }
        Ok(())
    })
}

/// Frees a profile; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_free(profile: *mut facecore_profile) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(profile) }
}

//! How a build of a profile ended, and what led to it.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::profile::{Build, Outcome};
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, read, to_c, write, write_sized};
use crate::profile::facecore_profile;

/// A build of a profile. Immutable: share it between threads.
pub struct facecore_build {
    build: Build,
    members: Vec<facecore_build_member>,
    explanation: CString,
}

impl From<Build> for facecore_build {
    fn from(build: Build) -> Self {
        let member = |(face, role): &(facecore::profile::FaceId, facecore::profile::Role)| facecore_build_member {
            photo: face.photo,
            face: face.face.into(),
            role: *role as u32,
            reserved: [0; 8],
        };
        let (members, explanation) = (build.members.iter().map(member).collect(), to_c(build.to_string()));
        Self { build, members, explanation }
    }
}

/// How a build ended.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_build_info {
    /// `sizeof(facecore_build_info)`, set by the caller.
    pub struct_size: usize,
    /// One of `facecore_build_outcome`.
    pub outcome: u32,
    /// Probability that the profile shows the owner, 0 to 1; 0 without a profile.
    pub confidence: f32,
    /// How far the heaviest person of the album is ahead of the next one.
    pub lead: f32,
    /// The lead that a profile needs.
    pub wanted_lead: f32,
    /// Photos looked at.
    pub photos: u64,
    /// Faces in them.
    pub faces: u64,
    /// Faces left out, because the filter says that they are no faces or because the owner wants so.
    pub left_out: u64,
    /// People of the album that were dropped: too like another one, or with two faces in one photo.
    pub dropped: u64,
    /// Zero.
    pub reserved: [u8; 24],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_build_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// A face in the profile that was built.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_build_member {
    /// The id of its photo.
    pub photo: u64,
    /// Its place among the photo's faces.
    pub face: u32,
    /// Whose it is: one of `facecore_role`.
    pub role: u32,
    /// Zero.
    pub reserved: [u8; 8],
}

/// Fills in how a build ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_build_get_info(
    build: *const facecore_build,
    info: *mut facecore_build_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (build, info) = unsafe { (&read(build, "build")?.build, write_sized(info, "info")?) };
        *info = facecore_build_info {
            struct_size: info.struct_size,
            outcome: facecore_bridge::build_outcome(build) as u32,
            confidence: build.confidence,
            lead: build.lead,
            wanted_lead: build.wanted_lead,
            photos: build.photos as u64,
            faces: build.faces as u64,
            left_out: build.left_out as u64,
            dropped: build.dropped as u64,
            reserved: [0; 24],
        };
        Ok(())
    })
}

/// A copy of the profile that was built; NULL if there is none. Freed by the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_build_get_profile(
    build: *const facecore_build,
    profile: *mut *mut facecore_profile,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, build) = unsafe { (Out::new(profile, "profile")?, read(build, "build")?) };
        if let Outcome::Built(profile) = &build.build.outcome {
            out.put(facecore_profile(profile.clone()));
        }
        Ok(())
    })
}

/// The faces in the profile as an array of `*count`, by photo and place, valid as long as the build; one that counts twice, or in two roles,
/// is here twice. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_build_get_members(
    build: *const facecore_build,
    members: *mut *const facecore_build_member,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (build, members, count) =
            unsafe { (read(build, "build")?, write(members, "members")?, write(count, "count")?) };
        (*members, *count) = (build.members.as_ptr(), build.members.len());
        Ok(())
    })
}

/// What was found and why it was decided so, for people: a sentence, then a line for each person of the album. Valid as long as the build.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_build_get_explanation(
    build: *const facecore_build,
    explanation: *mut *const c_char,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let explanation = unsafe { write(explanation, "explanation") }?;
        *explanation = ptr::null();
        // SAFETY: as above.
        *explanation = unsafe { read(build, "build") }?.explanation.as_ptr();
        Ok(())
    })
}

/// Frees a build; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_build_free(build: *mut facecore_build) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(build) }
}

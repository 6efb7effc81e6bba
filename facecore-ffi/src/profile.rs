//! Album → profile, and profiles as values and bytes.

use facecore::profile::{AlbumFace, AlbumPhoto, Builder, Feedback, Owner, PhotoMeta, Profile, Settings};
use facecore_bridge::{BuildOutcome, Failure, Status};

use crate::boundary::{self, Out, call, present, read, slice, write};
use crate::embed::facecore_embedding;

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

/// What is known of a photo of an album. Set it to zero first: 0 says that nothing is known.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_album_photo {
    /// The photo's id; none comes twice.
    pub id: u64,
    /// People whom users marked on it by hand.
    pub manual_tags: u32,
    /// 0 unknown, 1 a camera, 2 a phone.
    pub source: u32,
    /// Not 0: taken with the front camera.
    pub front_camera: u32,
    /// Not 0: taken far from home.
    pub on_trip: u32,
    /// Not 0: it is or was the avatar.
    pub was_avatar: u32,
    /// Zero.
    pub reserved: [u32; 5],
}

/// A face of an album.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_album_face {
    /// The place of its photo in the list of photos. The faces of a photo stand together, in the detector's order.
    pub photo: usize,
    /// Its embedding, of `facecore_embed`.
    pub embedding: *const facecore_embedding,
    /// The width of its box in pixels.
    pub width: f32,
    /// The detector's score, 0 to 1.
    pub score: f32,
    /// Years, from the pixels; NaN if unknown.
    pub age: f32,
    /// Probability of a woman, from the pixels; NaN if unknown.
    pub female: f32,
    /// A mark by hand: 0 none, 1 for the owner of the album, 2 for somebody else.
    pub pin: u32,
    /// Not 0: no face at all, as far as a filter can tell.
    pub non_face: u32,
    /// Zero.
    pub reserved: [u32; 4],
}

fn known(value: f32) -> Option<f32> {
    (!value.is_nan()).then_some(value)
}

/// Finds the owner of an album and builds the profile, with the numbers that ship for the space of the faces.
///
/// `owner_age` and `owner_female` (probability of being a woman) are NaN where unknown; `friends` are the friends' profiles, who are not the
/// owner. `*outcome` is a `facecore_build_outcome`, `*confidence` 0 to 1, and `*profile` is NULL unless it was built; it is freed by the caller.
///
/// Fails with `FACECORE_STATUS_OPTION` for a space that no numbers ship for, a photo that comes twice or is not there, `_SPACE_MISMATCH`, `_LIMIT`,
/// `_UNKNOWN_VALUE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_build(
    photos: *const facecore_album_photo,
    photo_count: usize,
    faces: *const facecore_album_face,
    face_count: usize,
    owner_age: f32,
    owner_female: f32,
    friends: *const *const facecore_profile,
    friend_count: usize,
    outcome: *mut u32,
    confidence: *mut f32,
    profile: *mut *mut facecore_profile,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, outcome, confidence) =
            unsafe { (Out::new(profile, "profile")?, write(outcome, "outcome")?, write(confidence, "confidence")?) };
        (*outcome, *confidence) = (0, 0.0);
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (photos, faces, friends) = unsafe {
            let photos = slice(photos, photo_count, "photos")?;
            (photos, slice(faces, face_count, "faces")?, slice(friends, friend_count, "friends")?)
        };
        let mut album = Vec::new();
        for photo in photos {
            let meta = PhotoMeta {
                id: photo.id,
                manual_tags: photo.manual_tags,
                source: facecore_bridge::source(photo.source)?,
                front_camera: photo.front_camera != 0,
                on_trip: photo.on_trip != 0,
                was_avatar: photo.was_avatar != 0,
                place: None,
            };
            album.push(AlbumPhoto { meta, faces: Vec::new() });
        }
        for face in faces {
            // SAFETY: NULL or a handle of ours (the contract in lib.rs).
            let embedding = unsafe { read(face.embedding, "embedding") }?;
            let found = AlbumFace {
                embedding: embedding.0.clone(),
                width: face.width,
                score: face.score,
                non_face: face.non_face != 0,
                pin: facecore_bridge::pin(face.pin)?,
                age: known(face.age),
                female: known(face.female),
            };
            let no_photo = || Failure::new(Status::Option, format!("photo {} of {photo_count}", face.photo));
            album.get_mut(face.photo).ok_or_else(no_photo)?.faces.push(found);
        }
        let mut known_friends = Vec::new();
        for friend in friends {
            // SAFETY: NULL or a handle of ours (the contract in lib.rs).
            known_friends.extend(unsafe { read(*friend, "friends") }?.0.embeddings());
        }
        let Some(space) = album.iter().flat_map(|photo| &photo.faces).next().map(|face| face.embedding.space()) else {
            *outcome = BuildOutcome::NoFaces as u32;
            return Ok(());
        };
        let settings = Settings::for_space(space);
        let settings = settings
            .ok_or_else(|| Failure::new(Status::Option, format!("no profiles are fitted for space {space}")))?;
        let owner = Owner { age: known(owner_age), female: known(owner_female), friends: known_friends };
        let build = Builder::new(settings)?.build(&album, &owner, &Feedback::default())?;
        (*outcome, *confidence) = (facecore_bridge::build_outcome(&build) as u32, build.confidence);
        if let facecore::profile::Outcome::Built(built) = build.outcome {
            out.put(facecore_profile(built));
        }
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
        let written = unsafe { write(written, "written") }?;
        *written = 0;
        // SAFETY: as above.
        let encoded = unsafe { read(profile, "profile") }?.0.to_bytes()?;
        *written = encoded.len();
        if capacity < encoded.len() {
            let reason = format!("`bytes` has room for {capacity}, the profile takes {}", encoded.len());
            return Err(Failure::new(Status::BufferSize, reason));
        }
        present(bytes, "bytes")?;
        // SAFETY: the caller's buffer has room for `capacity` bytes, which are enough; it may be uninitialised, so there is no slice of it.
        unsafe { encoded.as_ptr().copy_to_nonoverlapping(bytes, encoded.len()) };
        Ok(())
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

/// The faces of an array of handles, copied.
///
/// # Safety
/// `faces` has `count` handles, each NULL or one of ours.
unsafe fn embeddings(
    faces: *const *const facecore_embedding,
    count: usize,
) -> facecore_bridge::Result<Vec<facecore::Embedding>> {
    // SAFETY: what this function asks for.
    let faces = unsafe { slice(faces, count, "faces") }?;
    // SAFETY: as above.
    faces.iter().map(|face| Ok(unsafe { read(*face, "faces") }?.0.clone())).collect()
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

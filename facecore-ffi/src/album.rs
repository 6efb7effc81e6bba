//! Album → profile: the builder, which is given photos and faces one by one.

use std::ffi::c_char;

use facecore::SpaceId;
use facecore::profile::{AlbumFace, AlbumPhoto, Builder, FaceId, Feedback, Owner, PhotoMeta, StoredFace};
use facecore::social::sex_from_full_name;
use facecore_bridge::{Failure, Result, Status, face_id, known, pin_number, source_number};

use crate::boundary::{self, Out, call, read, read_sized, text, write};
use crate::build::facecore_build;
use crate::embed::facecore_embedding;
use crate::profile::facecore_profile;
use crate::stored::facecore_stored_face;

/// An album on its way to a profile. Use from one thread while it changes; a build leaves it as it is.
pub struct facecore_profile_builder {
    builder: &'static Builder,
    pub(crate) album: Vec<AlbumPhoto>,
    stored: Vec<(FaceId, StoredFace)>,
    pub(crate) owner: Owner,
    pub(crate) feedback: Feedback,
}

impl facecore_profile_builder {
    /// The builder to begin a session with. A session asks for photos, so a builder that has stored faces is an error.
    pub(crate) fn of_photos(&self) -> Result<&'static Builder> {
        match self.stored.is_empty() {
            true => Ok(self.builder),
            false => Err(Failure::new(Status::Option, "stored faces are built without photos and without a session")),
        }
    }
}

/// Where a photo comes from.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_source {
    /// Nothing is known, as of a picture saved from the web.
    Unknown = 0,
    /// A camera.
    Camera = 1,
    /// A phone.
    Phone = 2,
}

/// A mark that a user put on a face by hand.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_pin {
    /// There is none.
    None = 0,
    /// It names the owner of the album.
    Owner = 1,
    /// It names somebody else.
    Other = 2,
}

/// What is known of a photo of an album. Set by `facecore_album_photo_init`: nothing is known.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_album_photo {
    /// `sizeof(facecore_album_photo)`.
    pub struct_size: usize,
    /// The photo's id; none comes twice.
    pub id: u64,
    /// People whom users marked on it by hand.
    pub manual_tags: u32,
    /// One of `facecore_source`.
    pub source: u32,
    /// Not 0: taken with the front camera.
    pub front_camera: u32,
    /// Not 0: taken far from home.
    pub on_trip: u32,
    /// Not 0: it is or was the avatar.
    pub was_avatar: u32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_album_photo {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

impl facecore_album_photo {
    pub(crate) fn new(meta: &PhotoMeta) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            id: meta.id,
            manual_tags: meta.manual_tags,
            source: source_number(meta.source),
            front_camera: meta.front_camera.into(),
            on_trip: meta.on_trip.into(),
            was_avatar: meta.was_avatar.into(),
            reserved: [0; 28],
        }
    }

    /// # Safety
    /// As [`read_sized`].
    pub(crate) unsafe fn read(photo: *const Self) -> Result<PhotoMeta> {
        // SAFETY: what this function asks for.
        let photo = unsafe { read_sized(photo, "photo") }?;
        Ok(PhotoMeta {
            id: photo.id,
            manual_tags: photo.manual_tags,
            source: facecore_bridge::source(photo.source)?,
            front_camera: photo.front_camera != 0,
            on_trip: photo.on_trip != 0,
            was_avatar: photo.was_avatar != 0,
            place: None,
        })
    }
}

/// A face of an album. Set by `facecore_album_face_init`: no embedding, no width, score 0, nothing is known.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_album_face {
    /// `sizeof(facecore_album_face)`.
    pub struct_size: usize,
    /// Its embedding, of `facecore_embed`; copied where a function takes it.
    pub embedding: *const facecore_embedding,
    /// The width of its box in pixels.
    pub width: f32,
    /// The detector's score, 0 to 1.
    pub score: f32,
    /// Years, from the pixels; NaN if unknown.
    pub age: f32,
    /// Probability of a woman, from the pixels; NaN if unknown.
    pub female: f32,
    /// A mark by hand: one of `facecore_pin`.
    pub pin: u32,
    /// Not 0: no face at all, as far as a filter can tell.
    pub non_face: u32,
    /// Zero.
    pub reserved: [u8; 24],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_album_face {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

impl facecore_album_face {
    /// `embedding` holds the face's own, and stays where it is as long as this is in use.
    pub(crate) fn new(face: &AlbumFace, embedding: &facecore_embedding) -> Self {
        let AlbumFace { embedding: _, width, score, non_face, pin, age, female } = face;
        Self {
            struct_size: size_of::<Self>(),
            embedding,
            width: *width,
            score: *score,
            age: age.unwrap_or(f32::NAN),
            female: female.unwrap_or(f32::NAN),
            pin: pin_number(*pin),
            non_face: (*non_face).into(),
            reserved: [0; 24],
        }
    }

    /// # Safety
    /// As [`read_sized`]; the embedding is NULL or one of ours.
    pub(crate) unsafe fn read(face: *const Self) -> Result<AlbumFace> {
        // SAFETY: what this function asks for.
        let face = unsafe { read_sized(face, "face") }?;
        // SAFETY: as above.
        let embedding = unsafe { read(face.embedding, "face.embedding") }?;
        Ok(AlbumFace {
            embedding: embedding.0.clone(),
            width: face.width,
            score: face.score,
            non_face: face.non_face != 0,
            pin: facecore_bridge::pin(face.pin)?,
            age: known(face.age),
            female: known(face.female),
        })
    }
}

/// What is known of an album's owner beside the photos. Set by `facecore_album_owner_init`: nothing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_album_owner {
    /// `sizeof(facecore_album_owner)`.
    pub struct_size: usize,
    /// Years; NaN if unknown.
    pub age: f32,
    /// Probability of being a woman, 0 to 1; NaN if unknown.
    pub female: f32,
    /// Zero.
    pub reserved: [u8; 16],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_album_owner {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// A photo of which nothing is known. `struct_size` is `sizeof(facecore_album_photo)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_photo_init(photo: *mut facecore_album_photo, struct_size: usize) -> Status {
    let defaults = facecore_album_photo::new(&PhotoMeta::default());
    // SAFETY: `photo` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(photo, struct_size, "photo", defaults) }
}

/// A face of which nothing is known. `struct_size` is `sizeof(facecore_album_face)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_face_init(face: *mut facecore_album_face, struct_size: usize) -> Status {
    let defaults = facecore_album_face {
        struct_size,
        embedding: std::ptr::null(),
        width: 0.0,
        score: 0.0,
        age: f32::NAN,
        female: f32::NAN,
        pin: facecore_pin::None as u32,
        non_face: 0,
        reserved: [0; 24],
    };
    // SAFETY: `face` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(face, struct_size, "face", defaults) }
}

/// An owner of whom nothing is known. `struct_size` is `sizeof(facecore_album_owner)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_album_owner_init(owner: *mut facecore_album_owner, struct_size: usize) -> Status {
    let defaults = facecore_album_owner { struct_size, age: f32::NAN, female: f32::NAN, reserved: [0; 16] };
    // SAFETY: `owner` is the caller's: NULL or writable (the contract in lib.rs).
    unsafe { boundary::init(owner, struct_size, "owner", defaults) }
}

/// What somebody's full name, in Latin or Cyrillic letters, says of their sex: `*female` is the probability of a woman, NaN if it does not tell.
/// The last word is taken for the last name, unless it is the only one. Fails with `FACECORE_STATUS_TEXT` for what is not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_sex_from_name(name: *const c_char, female: *mut f32) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (name, female) = unsafe { (text(name, "name")?, write(female, "female")?) };
        *female = sex_from_full_name(name).told().unwrap_or(f32::NAN);
        Ok(())
    })
}

/// An album without photos, of faces in `space`, with the numbers that ship for it.
///
/// Fails with `FACECORE_STATUS_OPTION` for a space that no numbers ship for; `*builder` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_new(
    space: u64,
    builder: *mut *mut facecore_profile_builder,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(builder, "builder") }?;
        let builder = facecore_bridge::builder(SpaceId(space.to_be_bytes()))?;
        let (album, stored, owner, feedback) = Default::default();
        out.put(facecore_profile_builder { builder, album, stored, owner, feedback });
        Ok(())
    })
}

/// Adds a photo. The faces that are added next are its faces. Fails with `FACECORE_STATUS_UNKNOWN_VALUE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_add_photo(
    builder: *mut facecore_profile_builder,
    photo: *const facecore_album_photo,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (meta, builder) = unsafe { (facecore_album_photo::read(photo)?, write(builder, "builder")?) };
        builder.album.push(AlbumPhoto { meta, faces: Vec::new() });
        Ok(())
    })
}

/// Adds a face of the photo that was added last, in the detector's order. Feedback means a face by its place among those that were added. Where some
/// faces of a photo cannot be used, the others would move up: use a session, which keeps their places.
///
/// Fails with `FACECORE_STATUS_OPTION` before the first photo, `_UNKNOWN_VALUE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_add_face(
    builder: *mut facecore_profile_builder,
    face: *const facecore_album_face,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (face, builder) = unsafe { (facecore_album_face::read(face)?, write(builder, "builder")?) };
        let no_photo =
            || Failure::new(Status::Option, "a face needs a photo: facecore_profile_builder_add_photo first");
        builder.album.last_mut().ok_or_else(no_photo)?.faces.push(face);
        Ok(())
    })
}

/// Adds a stored face, by the id of its photo and its place among the photo's faces (0 to 65,535). A builder takes either photos or stored faces;
/// with stored faces a rebuild reads no photo.
///
/// Fails with `FACECORE_STATUS_OPTION` for a place outside that range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_add_stored_face(
    builder: *mut facecore_profile_builder,
    photo: u64,
    face: u32,
    stored: *const facecore_stored_face,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (stored, builder) = unsafe { (read(stored, "stored")?.face(), write(builder, "builder")?) };
        builder.stored.push((face_id(photo, face)?, stored.clone()));
        Ok(())
    })
}

/// Says what is known of the owner; the last call holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_set_owner(
    builder: *mut facecore_profile_builder,
    owner: *const facecore_album_owner,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (owner, builder) = unsafe { (read_sized(owner, "owner")?, write(builder, "builder")?) };
        (builder.owner.age, builder.owner.female) = (known(owner.age), known(owner.female));
        Ok(())
    })
}

/// Adds the profile of a friend, who is not the owner; it is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_add_friend(
    builder: *mut facecore_profile_builder,
    profile: *const facecore_profile,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (profile, builder) = unsafe { (read(profile, "profile")?, write(builder, "builder")?) };
        builder.owner.friends.extend(profile.0.embeddings());
        Ok(())
    })
}

/// Finds the owner of the album and builds the profile from all that was added.
///
/// Fails with `FACECORE_STATUS_OPTION` for a photo that comes twice, or for photos beside stored faces; `_SPACE_MISMATCH` for a face or a
/// friend of another space, `_EMBEDDING` for another length, `_LIMIT` for too many faces. `*build` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_build(
    builder: *const facecore_profile_builder,
    build: *mut *mut facecore_build,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, handle) = unsafe { (Out::new(build, "build")?, read(builder, "builder")?) };
        let facecore_profile_builder { builder, album, stored, owner, feedback } = handle;
        let built = match (album.is_empty(), stored.is_empty()) {
            (_, true) => builder.build(album, owner, feedback)?,
            (true, false) => builder.build_stored(stored, owner, feedback)?,
            (false, false) => {
                return Err(Failure::new(Status::Option, "a builder has either photos or faces that were kept"));
            }
        };
        out.put(built.into());
        Ok(())
    })
}

/// Frees a builder; NULL is fine. Builds and sessions made with it stay usable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_free(builder: *mut facecore_profile_builder) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(builder) }
}

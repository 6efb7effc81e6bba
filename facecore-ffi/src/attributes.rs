//! What the pixels of a face tell: age and sex, and how good a photo of it this is.

use std::ffi::c_char;

use facecore::FaceQuality;
use facecore::attributes::Attributes;
use facecore_bridge::Status;

use crate::boundary::{self, Out, call, read, text, write, write_sized};
use crate::detect::facecore_face;
use crate::photo::facecore_photo;

/// The networks for age and sex. Share one between all threads.
pub struct facecore_attributes(pub(crate) Attributes);

/// Loads the networks for age and sex (`dlib-age`, `dlib-gender`) from a folder made by `make models`.
///
/// Fails with `FACECORE_STATUS_MODEL`; `*attributes` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_attributes_open(
    folder: *const c_char,
    attributes: *mut *mut facecore_attributes,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, folder) = unsafe { (Out::new(attributes, "attributes")?, text(folder, "folder")?) };
        out.put(facecore_attributes(Attributes::open(folder)?));
        Ok(())
    })
}

/// Reads the age in years and the probability of a woman, 0 to 1, of a face of the photo; its landmarks are what counts. A hint, no fact about a
/// person.
///
/// Fails with `FACECORE_STATUS_EMPTY_CROP` if the landmarks are all in one point; both are 0 then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_attributes_read(
    attributes: *const facecore_attributes,
    photo: *const facecore_photo,
    face: *const facecore_face,
    age: *mut f32,
    female: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (age, female) = unsafe { (write(age, "age")?, write(female, "female")?) };
        (*age, *female) = (0.0, 0.0);
        // SAFETY: as above.
        let (attributes, photo, face) =
            unsafe { (read(attributes, "attributes")?, read(photo, "photo")?, read(face, "face")?) };
        let said = attributes.0.read(&photo.0, &face.to_core())?;
        (*age, *female) = (said.age, said.female);
        Ok(())
    })
}

/// Frees the networks for age and sex; NULL is fine. No call may be running on them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_attributes_free(attributes: *mut facecore_attributes) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(attributes) }
}

/// How good an embedding a face gives, and what in the photo decides that.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_face_quality {
    /// `sizeof(facecore_face_quality)`, set by the caller.
    pub struct_size: usize,
    /// The chance, 0 to 1, that this face and another photo of the same person are recognised as one, at a rate of false positives of 0.1 %: enrol from 0.8 on.
    pub value: f32,
    /// The shorter side of the box in pixels of the photo.
    pub size: f32,
    /// Fine detail by contrast; about 0.1 (blurred) to 1.
    pub sharpness: f32,
    /// Mean brightness of the face, 0 to 1.
    pub brightness: f32,
    /// The head's turn to a side, 0 (to the camera) to 1 (profile or beyond).
    pub yaw: f32,
    /// The head's tilt in the plane of the photo, in degrees, 0 to 180.
    pub roll: f32,
    /// The detector's score, 0 to 1.
    pub score: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_face_quality {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// Measures a face of the photo; of the face, `bounding_box`, `landmarks` and `score` are used.
///
/// Fails with `FACECORE_STATUS_EMPTY_CROP` for a box without pixels in the photo.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_face_quality_measure(
    photo: *const facecore_photo,
    face: *const facecore_face,
    quality: *mut facecore_face_quality,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (photo, face, quality) =
            unsafe { (read(photo, "photo")?, read(face, "face")?.to_core(), write_sized(quality, "quality")?) };
        let measured = FaceQuality::measure(&photo.0, &face.bounding_box, &face.landmarks, face.score)?;
        let FaceQuality { size, sharpness, brightness, yaw, roll, score } = measured;
        let value = measured.value();
        let (struct_size, reserved) = (quality.struct_size, [0; 28]);
        *quality =
            facecore_face_quality { struct_size, value, size, sharpness, brightness, yaw, roll, score, reserved };
        Ok(())
    })
}

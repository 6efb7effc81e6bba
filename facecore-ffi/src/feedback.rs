//! What users said of faces.

use facecore::profile::Feedback;
use facecore_bridge::{Failure, Status, face_id, opinion_number};

use crate::album::facecore_profile_builder;
use crate::boundary::{self, Out, call, present, read, write};

/// The opinions on the faces of an album, and whether its owner has opted out. Use from one thread while it changes.
pub struct facecore_feedback(pub(crate) Feedback);

/// What a user said of a face.
#[repr(u32)]
#[derive(Clone, Copy)]
pub enum facecore_opinion {
    /// It is the owner.
    Confirm = 1,
    /// It is not the owner.
    Reject = 2,
    /// The owner wants it out of the profile, whoever it is.
    Remove = 3,
}

/// A face and what was said of it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_face_opinion {
    /// The id of its photo.
    pub photo: u64,
    /// Its place among the photo's faces, 0 to 65,535.
    pub face: u32,
    /// One of `facecore_opinion`.
    pub opinion: u32,
}

/// Feedback without opinions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_new(feedback: *mut *mut facecore_feedback) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(feedback, "feedback") }?;
        out.put(facecore_feedback(Feedback::default()));
        Ok(())
    })
}

/// Frees feedback; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_free(feedback: *mut facecore_feedback) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(feedback) }
}

/// Takes an opinion in, by the face's photo and its place there (0 to 65,535); the last one on a face holds. `*news` is 1 if it differs from what was
/// said before, else 0; `news` may be NULL.
///
/// Fails with `FACECORE_STATUS_UNKNOWN_VALUE`, and `_OPTION` for a place outside that range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_apply(
    feedback: *mut facecore_feedback,
    photo: u64,
    face: u32,
    opinion: u32,
    news: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (feedback, news) = unsafe { (write(feedback, "feedback")?, news.as_mut()) };
        let is_news = feedback.0.apply(face_id(photo, face)?, facecore_bridge::opinion(opinion)?);
        if let Some(news) = news {
            *news = is_news.into();
        }
        Ok(())
    })
}

/// Forgets what was said of a face, as after its photo was deleted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_forget(feedback: *mut facecore_feedback, photo: u64, face: u32) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        unsafe { write(feedback, "feedback") }?.0.forget(face_id(photo, face)?);
        Ok(())
    })
}

/// Says whether the owner wants no profile (not 0): none is built then, and nothing is proposed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_set_opted_out(feedback: *mut facecore_feedback, opted_out: u32) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        unsafe { write(feedback, "feedback") }?.0.opted_out = opted_out != 0;
        Ok(())
    })
}

/// Whether the owner wants no profile: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_get_opted_out(
    feedback: *const facecore_feedback,
    opted_out: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (feedback, opted_out) = unsafe { (read(feedback, "feedback")?, write(opted_out, "opted_out")?) };
        *opted_out = feedback.0.opted_out.into();
        Ok(())
    })
}

/// What was said of a face: one of `facecore_opinion`, or 0 for nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_get_opinion(
    feedback: *const facecore_feedback,
    photo: u64,
    face: u32,
    opinion: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (feedback, opinion) = unsafe { (read(feedback, "feedback")?, write(opinion, "opinion")?) };
        *opinion = 0;
        *opinion = feedback.0.of(face_id(photo, face)?).map_or(0, opinion_number);
        Ok(())
    })
}

/// Whether a face may be proposed as the owner, 1 or 0: never again once it was rejected or removed, and nothing of an owner who has opted
/// out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_may_propose(
    feedback: *const facecore_feedback,
    photo: u64,
    face: u32,
    may_propose: *mut u32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (feedback, may_propose) = unsafe { (read(feedback, "feedback")?, write(may_propose, "may_propose")?) };
        *may_propose = 0;
        *may_propose = feedback.0.may_propose(face_id(photo, face)?).into();
        Ok(())
    })
}

/// Copies all opinions, by photo and place, into the caller's array. `*count` is the number of them, also where they do not fit into `capacity`,
/// which fails with `FACECORE_STATUS_BUFFER_SIZE`: ask with `capacity` 0 and `opinions` NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_feedback_copy_opinions(
    feedback: *const facecore_feedback,
    opinions: *mut facecore_face_opinion,
    capacity: usize,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let count = unsafe { write(count, "count") }?;
        *count = 0;
        // SAFETY: as above.
        let feedback = &unsafe { read(feedback, "feedback") }?.0;
        *count = feedback.iter().count();
        if *count > capacity {
            let reason = format!("`opinions` has room for {capacity}, there are {count}");
            return Err(Failure::new(Status::BufferSize, reason));
        }
        if *count > 0 {
            present(opinions, "opinions")?;
        }
        for (at, (face, opinion)) in feedback.iter().enumerate() {
            let opinion =
                facecore_face_opinion { photo: face.photo, face: face.face.into(), opinion: opinion_number(opinion) };
            // SAFETY: the caller's array has room for `capacity` opinions, which are enough.
            unsafe { opinions.add(at).write(opinion) };
        }
        Ok(())
    })
}

/// Gives a builder of profiles the feedback that a build obeys; it is copied, and the last call holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_profile_builder_set_feedback(
    builder: *mut facecore_profile_builder,
    feedback: *const facecore_feedback,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (feedback, builder) = unsafe { (read(feedback, "feedback")?, write(builder, "builder")?) };
        builder.feedback = feedback.0.clone();
        Ok(())
    })
}

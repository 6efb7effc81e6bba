//! Thresholds fitted on one's own photos, and how crowded it is around a face.

use std::ffi::c_char;

use facecore::{Calibration, Cohort, OperatingPoint};
use facecore_bridge::{Failure, Status};

use crate::boundary::{self, Out, call, read, slice, write, write_sized};
use crate::embed::{embeddings, facecore_embedding};
use crate::matching::facecore_matcher;

/// Thresholds fitted by `facecore calibrate`, for a space and a kind of photos. Immutable: share it between threads.
pub struct facecore_calibration {
    calibration: Calibration,
    points: Vec<facecore_operating_point>,
}

/// What a calibration was fitted on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_calibration_info {
    /// `sizeof(facecore_calibration_info)`, set by the caller.
    pub struct_size: usize,
    /// The space of the embeddings.
    pub space: u64,
    /// Photos in a profile, at the most, when the thresholds were fitted.
    pub photos: u64,
    /// People it was fitted on.
    pub people: u64,
    /// How far the nearest candidate must be ahead of the second, 0 to 2.
    pub margin: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

// SAFETY: `repr(C)`, `struct_size` first, every field takes any bytes.
unsafe impl boundary::Versioned for facecore_calibration_info {
    fn reserved(&self) -> impl Iterator<Item = &u8> {
        self.reserved.iter()
    }
}

/// A fitted threshold, for one length of lists of candidates.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_operating_point {
    /// The candidates in a list.
    pub candidates: u64,
    /// How many independent strangers' faces would tell the rate as surely as those that were measured.
    pub strangers: u64,
    /// The share of strangers' faces that get a name.
    pub false_positive_rate: f64,
    /// The lower end of the 95 % confidence interval of that share.
    pub false_positive_rate_at_least: f64,
    /// The upper end of that interval.
    pub false_positive_rate_at_most: f64,
    /// The share of candidates' faces that got their name, on the data of the fit.
    pub true_positive_rate: f64,
    /// The score from which a face gets a name: a cosine less the crowding around the face.
    pub threshold: f32,
    /// Zero.
    pub reserved: [u8; 28],
}

impl facecore_operating_point {
    fn new(point: &OperatingPoint) -> Self {
        let OperatingPoint { candidates, fp, interval: [at_least, at_most], threshold, tp, strangers } = *point;
        Self {
            candidates: candidates as u64,
            strangers: strangers as u64,
            false_positive_rate: fp,
            false_positive_rate_at_least: at_least,
            false_positive_rate_at_most: at_most,
            true_positive_rate: tp,
            threshold,
            reserved: [0; 28],
        }
    }
}

/// Reads the text, of `length` bytes, of a file that `facecore calibrate` wrote, from any source: it is not trusted.
///
/// Fails with `FACECORE_STATUS_CALIBRATION`, `_TEXT`, `_SPACE_MISMATCH`; `*calibration` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_calibration_read(
    text: *const c_char,
    length: usize,
    calibration: *mut *mut facecore_calibration,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, text) = unsafe { (Out::new(calibration, "calibration")?, slice(text.cast::<u8>(), length, "text")?) };
        let text = str::from_utf8(text)
            .map_err(|error| Failure::new(Status::Text, format!("`text` is not UTF-8: {error}")))?;
        let calibration = Calibration::read(text)?;
        let points = calibration.points.iter().map(facecore_operating_point::new).collect();
        out.put(facecore_calibration { calibration, points });
        Ok(())
    })
}

/// Frees a calibration; NULL is fine. Matchers made with it stay usable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_calibration_free(calibration: *mut facecore_calibration) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(calibration) }
}

/// Fills in what a calibration was fitted on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_calibration_get_info(
    calibration: *const facecore_calibration,
    info: *mut facecore_calibration_info,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (calibration, info) =
            unsafe { (&read(calibration, "calibration")?.calibration, write_sized(info, "info")?) };
        *info = facecore_calibration_info {
            struct_size: info.struct_size,
            space: u64::from_be_bytes(calibration.space.0),
            photos: calibration.photos as u64,
            people: calibration.people as u64,
            margin: calibration.margin,
            reserved: [0; 28],
        };
        Ok(())
    })
}

/// The fitted thresholds as an array of `*count`, valid as long as the calibration. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_calibration_get_points(
    calibration: *const facecore_calibration,
    points: *mut *const facecore_operating_point,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (calibration, points, count) =
            unsafe { (read(calibration, "calibration")?, write(points, "points")?, write(count, "count")?) };
        (*points, *count) = (calibration.points.as_ptr(), calibration.points.len());
        Ok(())
    })
}

/// The probability, 0 to 1, that a face is a candidate, by its score: the cosine less the cohort's crowding around the face, -2 to 2. It holds
/// where a face is a candidate's or a stranger's equally often.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_calibration_get_probability(
    calibration: *const facecore_calibration,
    score: f64,
    probability: *mut f64,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (calibration, probability) =
            unsafe { (&read(calibration, "calibration")?.calibration, write(probability, "probability")?) };
        *probability = calibration.probability.probability(score);
        Ok(())
    })
}

/// The matcher of a calibration: it keeps a rate of false positives that was fitted, against lists of up to `candidates` people. Each person
/// counts as the mean of their faces, and more is required of a face that strangers resemble.
///
/// Fails with `FACECORE_STATUS_CALIBRATION` if nothing was fitted for the rate, or for lists as long; `*matcher` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_for_calibration(
    calibration: *const facecore_calibration,
    false_positive_rate: f64,
    candidates: usize,
    matcher: *mut *mut facecore_matcher,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, calibration) = unsafe { (Out::new(matcher, "matcher")?, read(calibration, "calibration")?) };
        out.put(facecore_matcher(calibration.calibration.matcher(false_positive_rate, candidates)?));
        Ok(())
    })
}

/// Strangers to compare with: faces of people who are nobody's candidate. Immutable: share it between threads.
pub struct facecore_cohort(Cohort);

/// A cohort of `count` members, at least one, all of one space. It should have a few hundred people or more, each with one photo.
///
/// Fails with `FACECORE_STATUS_OPTION` without members, `_SPACE_MISMATCH`, `_EMBEDDING`; `*cohort` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_cohort_new(
    members: *const *const facecore_embedding,
    count: usize,
    cohort: *mut *mut facecore_cohort,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, members) = unsafe { (Out::new(cohort, "cohort")?, embeddings(members, count)?) };
        out.put(facecore_cohort(Cohort::new(members)?));
        Ok(())
    })
}

/// How crowded it is around a face: the mean cosine, -1 to 1, of the members nearest to it, about one in 128.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_cohort_get_crowding(
    cohort: *const facecore_cohort,
    embedding: *const facecore_embedding,
    crowding: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (cohort, embedding, crowding) =
            unsafe { (read(cohort, "cohort")?, read(embedding, "embedding")?, write(crowding, "crowding")?) };
        *crowding = cohort.0.crowding(&embedding.0)?;
        Ok(())
    })
}

/// Frees a cohort; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_cohort_free(cohort: *mut facecore_cohort) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(cohort) }
}

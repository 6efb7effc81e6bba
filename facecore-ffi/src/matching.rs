//! Who is it? Faces of one photo against named candidates.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::{Candidate, Gallery, Matcher, MatchingNumbers, Neighbour, Outcome, SpaceId, Verdict};
use facecore_bridge::{Failure, Status};

use crate::boundary::{self, Out, call, read, slice, text, to_c, write};
use crate::embed::{embeddings, facecore_embedding};

/// The people whom a face may be, with their known faces. `facecore_candidates_add` is for one thread at a time; calls that only read candidates may
/// run in many.
pub struct facecore_candidates(pub(crate) Vec<Candidate>);

/// The rule by which faces get names. Immutable: share it between threads.
pub struct facecore_matcher(pub(crate) Matcher);

/// Candidates as a matcher compares faces with them, made ready once for many photos. Immutable: share it between threads.
pub struct facecore_gallery(pub(crate) Gallery);

/// The decisions about the faces of a photo. Immutable: share it between threads.
pub struct facecore_verdicts {
    verdicts: Vec<facecore_verdict>,
    // What the verdicts' names point to.
    _names: Vec<CString>,
}

/// The decision about one face and the numbers behind it. The names are valid as long as the verdicts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct facecore_verdict {
    /// What was decided: one of `facecore_outcome`.
    pub outcome: u32,
    /// How near `person` is to the face; NaN without a match.
    pub cosine: f32,
    /// Who it is; NULL without a match.
    pub person: *const c_char,
    /// The person nearest to this face alone, whose cosine is the furthest above what is required; NULL if there is nobody.
    pub nearest: *const c_char,
    /// The second nearest person; NULL if there is none.
    pub runner_up: *const c_char,
    /// The cosine of `nearest`; NaN if there is nobody.
    pub nearest_cosine: f32,
    /// The cosine of `runner_up`; NaN if there is none.
    pub runner_up_cosine: f32,
    /// The cosine that this face needs to get the name of `nearest`; NaN if there is nobody.
    pub nearest_required: f32,
    /// The cosine that this face needs to get the name of `runner_up`; NaN if there is none.
    pub runner_up_required: f32,
    /// How far `nearest` is ahead of `runner_up`, in cosines above what each of them requires, from 0; NaN if there is no runner-up.
    pub margin: f32,
    /// The cosine that was required of `person`, or of `nearest` without a match.
    pub threshold: f32,
    /// Zero.
    pub reserved: [u8; 16],
}

impl facecore_verdicts {
    fn new(verdicts: &[Verdict]) -> Self {
        let mut names = Vec::new();
        Self { verdicts: verdicts.iter().map(|verdict| to_verdict(verdict, &mut names)).collect(), _names: names }
    }

    /// A decision about one face alone, for other results to keep.
    pub(crate) fn of_one(verdict: &Verdict) -> Self {
        Self::new(std::slice::from_ref(verdict))
    }

    /// The first decision, valid as long as all of them; NULL if there is none.
    pub(crate) fn first(&self) -> *const facecore_verdict {
        self.verdicts.first().map_or(ptr::null(), ptr::from_ref)
    }
}

/// Candidates without anybody.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_candidates_new(candidates: *mut *mut facecore_candidates) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(candidates, "candidates") }?;
        out.put(facecore_candidates(Vec::new()));
        Ok(())
    })
}

/// Frees candidates; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_candidates_free(candidates: *mut facecore_candidates) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(candidates) }
}

/// Adds a known face of a person, given by name or key (UTF-8); both are copied. A person may have many faces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_candidates_add(
    candidates: *mut facecore_candidates,
    person: *const c_char,
    embedding: *const facecore_embedding,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (candidates, person, embedding) =
            unsafe { (write(candidates, "candidates")?, text(person, "person")?, read(embedding, "embedding")?) };
        let embedding = embedding.0.clone();
        match candidates.0.last_mut() {
            // The core makes one person of one name; here it only saves memory.
            Some(last) if last.person == person => last.embeddings.push(embedding),
            _ => candidates.0.push(Candidate { person: person.into(), embeddings: vec![embedding] }),
        }
        Ok(())
    })
}

/// The caller's rate of false positives, where 0 is the default.
fn rate(false_positive_rate: f64) -> f64 {
    if false_positive_rate == 0.0 { Matcher::FALSE_POSITIVE_RATE } else { false_positive_rate }
}

/// The matcher for a space whose numbers come with the library: facenet-ms1m-128, and sface by MTCNN's landmarks, neither with mirror averages.
///
/// `false_positive_rate` is the share of strangers' faces that may get a name, 0.0001 to 0.1, whatever the number of candidates; 0: one in a
/// hundred. A person is the mean of their faces, and more is required among many candidates and where faces crowd together. Fails with
/// `FACECORE_STATUS_CALIBRATION` for another space and `_OPTION` for a rate outside its range; `*matcher` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_for_space(
    space: u64,
    false_positive_rate: f64,
    matcher: *mut *mut facecore_matcher,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(matcher, "matcher") }?;
        let matcher = Matcher::for_space(SpaceId(space.to_be_bytes()))?;
        out.put(facecore_matcher(matcher.with_false_positive_rate(rate(false_positive_rate))?));
        Ok(())
    })
}

/// The matcher for a network of one's own: `numbers` is the text, of `length` bytes, of a file that `facecore matching fit` wrote. It is not trusted.
///
/// `false_positive_rate` as for `facecore_matcher_for_space`. Fails with `FACECORE_STATUS_CALIBRATION` for any other text, `_TEXT`, `_OPTION`;
/// `*matcher` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_read(
    numbers: *const c_char,
    length: usize,
    false_positive_rate: f64,
    matcher: *mut *mut facecore_matcher,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, numbers) =
            unsafe { (Out::new(matcher, "matcher")?, slice(numbers.cast::<u8>(), length, "numbers")?) };
        let numbers = str::from_utf8(numbers)
            .map_err(|error| Failure::new(Status::Text, format!("`numbers` is not UTF-8: {error}")))?;
        let matcher = Matcher::with_numbers(MatchingNumbers::read(numbers)?);
        out.put(facecore_matcher(matcher.with_false_positive_rate(rate(false_positive_rate))?));
        Ok(())
    })
}

/// A plain matcher: a face is the nearest person if that cosine is at least `threshold` (-1 to 1) and ahead of the next person by `margin` (0 to 2),
/// and a person is as near as their nearest face. How many strangers get a name then depends on the number of candidates and of their faces.
///
/// Fails with `FACECORE_STATUS_OPTION`; `*matcher` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_cosine(
    threshold: f32,
    margin: f32,
    matcher: *mut *mut facecore_matcher,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointer, as the contract in lib.rs says.
        let out = unsafe { Out::new(matcher, "matcher") }?;
        out.put(facecore_matcher(Matcher::cosine(threshold, margin)?));
        Ok(())
    })
}

/// Frees a matcher; NULL is fine. Galleries made with it stay usable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_free(matcher: *mut facecore_matcher) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(matcher) }
}

/// What a matcher was made with: the rate of false positives, NaN where the threshold is fixed, and how far a match must be ahead of the next
/// person, 0 to 2. Each of the outputs may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_get_rule(
    matcher: *const facecore_matcher,
    false_positive_rate: *mut f64,
    margin: *mut f32,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (matcher, rate, required) =
            unsafe { (&read(matcher, "matcher")?.0, false_positive_rate.as_mut(), margin.as_mut()) };
        if let Some(rate) = rate {
            *rate = matcher.false_positive_rate().unwrap_or(f64::NAN);
        }
        if let Some(required) = required {
            *required = matcher.margin();
        }
        Ok(())
    })
}

/// Decides who the faces of one photo are, all at once: `count` embeddings, none NULL, against `candidates`. A person is at most one face of a
/// photo. For many photos make a gallery once.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING`, and `_LIMIT` for more than 1,000 faces; `*verdicts` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_matcher_decide(
    matcher: *const facecore_matcher,
    faces: *const *const facecore_embedding,
    count: usize,
    candidates: *const facecore_candidates,
    verdicts: *mut *mut facecore_verdicts,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, matcher, faces, candidates) = unsafe {
            let out = Out::new(verdicts, "verdicts")?;
            (out, read(matcher, "matcher")?, embeddings(faces, count)?, read(candidates, "candidates")?)
        };
        out.put(facecore_verdicts::new(&matcher.0.decide(&faces, &candidates.0)?));
        Ok(())
    })
}

/// Candidates made ready for many photos. `matcher` and `candidates` are not needed any more when this returns.
///
/// Fails with `FACECORE_STATUS_SPACE_MISMATCH`, `_EMBEDDING`; `*gallery` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_gallery_new(
    matcher: *const facecore_matcher,
    candidates: *const facecore_candidates,
    gallery: *mut *mut facecore_gallery,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, matcher, candidates) =
            unsafe { (Out::new(gallery, "gallery")?, read(matcher, "matcher")?, read(candidates, "candidates")?) };
        out.put(facecore_gallery(matcher.0.gallery(&candidates.0)?));
        Ok(())
    })
}

/// Frees a gallery; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_gallery_free(gallery: *mut facecore_gallery) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(gallery) }
}

/// The number of people who have a face in a gallery.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_gallery_people(gallery: *const facecore_gallery, people: *mut usize) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (gallery, people) = unsafe { (read(gallery, "gallery")?, write(people, "people")?) };
        *people = gallery.0.people();
        Ok(())
    })
}

/// As `facecore_matcher_decide`, against the people of a gallery.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_gallery_decide(
    gallery: *const facecore_gallery,
    faces: *const *const facecore_embedding,
    count: usize,
    verdicts: *mut *mut facecore_verdicts,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (out, gallery, faces) =
            unsafe { (Out::new(verdicts, "verdicts")?, read(gallery, "gallery")?, embeddings(faces, count)?) };
        out.put(facecore_verdicts::new(&gallery.0.decide(&faces)?));
        Ok(())
    })
}

fn to_verdict(verdict: &Verdict, names: &mut Vec<CString>) -> facecore_verdict {
    let mut keep = |name: &str| {
        // The pointer is to the text on the heap, which stays where it is when the vector grows.
        names.push(to_c(name));
        names.last().map_or(ptr::null(), |name| name.as_ptr())
    };
    let (person, cosine) = match &verdict.outcome {
        Outcome::Match { person, cosine } => (keep(person), *cosine),
        Outcome::NoMatch { .. } => (ptr::null(), f32::NAN),
    };
    let mut neighbour = |found: &Option<Neighbour>| match found {
        Some(Neighbour { person, cosine, required }) => (keep(person), *cosine, *required),
        None => (ptr::null(), f32::NAN, f32::NAN),
    };
    let (nearest, nearest_cosine, nearest_required) = neighbour(&verdict.nearest);
    let (runner_up, runner_up_cosine, runner_up_required) = neighbour(&verdict.runner_up);
    facecore_verdict {
        outcome: facecore_bridge::outcome(verdict) as u32,
        cosine,
        person,
        nearest,
        runner_up,
        nearest_cosine,
        runner_up_cosine,
        nearest_required,
        runner_up_required,
        margin: verdict.margin.unwrap_or(f32::NAN),
        threshold: verdict.threshold,
        reserved: [0; 16],
    }
}

/// Frees verdicts and their names; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_verdicts_free(verdicts: *mut facecore_verdicts) {
    // SAFETY: NULL or a handle of ours that nobody uses any more (the contract in lib.rs).
    unsafe { boundary::free(verdicts) }
}

/// The verdicts as an array of `*count`, in the order of the faces, valid as long as `verdicts`. Never NULL on success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_verdicts_get(
    verdicts: *const facecore_verdicts,
    array: *mut *const facecore_verdict,
    count: *mut usize,
) -> Status {
    call(|| {
        // SAFETY: the caller's pointers, as the contract in lib.rs says.
        let (verdicts, array, count) =
            unsafe { (&read(verdicts, "verdicts")?.verdicts, write(array, "array")?, write(count, "count")?) };
        (*array, *count) = (verdicts.as_ptr(), verdicts.len());
        Ok(())
    })
}

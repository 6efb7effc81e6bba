//! Who is it? Faces of one photo against named candidates.

use std::ffi::{CString, c_char};
use std::ptr;

use facecore::{Candidate, Matcher, Neighbour, Outcome, Verdict};
use facecore_bridge::{Result, Status};

use crate::boundary::{self, Out, call, read, slice, text, to_c, write};
use crate::embed::facecore_embedding;

/// The people whom a face may be, with their known faces. `facecore_candidates_add` is for one thread at a time, `facecore_decide` for many.
pub struct facecore_candidates(Vec<Candidate>);

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
    /// The person nearest to this face alone; NULL if there is nobody.
    pub nearest: *const c_char,
    /// The second nearest person; NULL if there is none.
    pub runner_up: *const c_char,
    /// The cosine of `nearest`; NaN if there is nobody.
    pub nearest_cosine: f32,
    /// The cosine of `runner_up`; NaN if there is none.
    pub runner_up_cosine: f32,
    /// How far `nearest` is ahead of `runner_up`, 0 to 2; NaN if there is no runner-up.
    pub margin: f32,
    /// The cosine that was required.
    pub threshold: f32,
    /// Zero.
    pub reserved: [u8; 16],
}

/// Nobody yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_candidates_new(candidates: *mut *mut facecore_candidates) -> Status {
    call(|| {
        let out = unsafe { Out::new(candidates, "candidates") }?;
        out.put(facecore_candidates(Vec::new()));
        Ok(())
    })
}

/// Frees candidates; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_candidates_free(candidates: *mut facecore_candidates) {
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
        let candidates = &mut unsafe { write(candidates, "candidates") }?.0;
        let person = unsafe { text(person, "person") }?;
        let embedding = unsafe { read(embedding, "embedding") }?.0.clone();
        match candidates.last_mut() {
            // The core makes one person of one name; here it only saves memory.
            Some(last) if last.person == person => last.embeddings.push(embedding),
            _ => candidates.push(Candidate { person: person.into(), embeddings: vec![embedding] }),
        }
        Ok(())
    })
}

/// Decides who the faces of one photo are: `count` embeddings, none NULL, against `candidates`.
///
/// A face is the nearest person if that cosine is at least `threshold` (-1 to 1; `facecore_engine_info` has a good one) and ahead of the
/// next person by `margin` (0 to 2; 0.05 is a good start), and a person is at most one face of a photo. Fails with `FACECORE_STATUS_OPTION`,
/// `_SPACE_MISMATCH`, and `_LIMIT` for more than 1,000 faces; `*verdicts` is then NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_decide(
    threshold: f32,
    margin: f32,
    faces: *const *const facecore_embedding,
    count: usize,
    candidates: *const facecore_candidates,
    verdicts: *mut *mut facecore_verdicts,
) -> Status {
    call(|| {
        let out = unsafe { Out::new(verdicts, "verdicts") }?;
        let faces = unsafe { slice(faces, count, "faces") }?;
        let faces =
            faces.iter().map(|&face| Ok(unsafe { read(face, "faces[i]") }?.0.clone())).collect::<Result<Vec<_>>>()?;
        let candidates = &unsafe { read(candidates, "candidates") }?.0;
        let verdicts = Matcher::cosine(threshold, margin)?.decide(&faces, candidates)?;
        let mut names = Vec::new();
        let verdicts = verdicts.iter().map(|verdict| to_verdict(verdict, &mut names)).collect();
        out.put(facecore_verdicts { verdicts, _names: names });
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
        Some(Neighbour { person, cosine, .. }) => (keep(person), *cosine),
        None => (ptr::null(), f32::NAN),
    };
    let (nearest, nearest_cosine) = neighbour(&verdict.nearest);
    let (runner_up, runner_up_cosine) = neighbour(&verdict.runner_up);
    facecore_verdict {
        outcome: facecore_bridge::outcome(verdict) as u32,
        cosine,
        person,
        nearest,
        runner_up,
        nearest_cosine,
        runner_up_cosine,
        margin: verdict.margin.unwrap_or(f32::NAN),
        threshold: verdict.threshold,
        reserved: [0; 16],
    }
}

/// Frees verdicts and their names; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn facecore_verdicts_free(verdicts: *mut facecore_verdicts) {
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
        let verdicts = &unsafe { read(verdicts, "verdicts") }?.verdicts;
        let (array, count) = (unsafe { write(array, "array") }?, unsafe { write(count, "count") }?);
        (*array, *count) = (verdicts.as_ptr(), verdicts.len());
        Ok(())
    })
}

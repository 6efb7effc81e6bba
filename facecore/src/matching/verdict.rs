//! The answer about one face, and the numbers behind it.

use std::fmt;

/// A person and how near they are to a face.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The name or key of the person.
    pub person: String,
    /// The cosine between the face and the person, from −1 to 1. Depending on the [`Matcher`](super::Matcher), the person is the
    /// mean of the known faces or the nearest of them.
    pub cosine: f32,
    /// The cosine that this face needs to get this person's name.
    pub required: f32,
}

/// Why a face has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is nobody to compare with.
    NoCandidates,
    /// The nearest person is below the threshold.
    BelowThreshold,
    /// Somebody else is nearly as near, and is not certainly another face of the photo.
    AmbiguousRunnerUp,
    /// Everyone whom the face could be fits another face of the photo better.
    PersonTaken,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCandidates => "there is no candidate to compare with",
            Self::BelowThreshold => "the nearest person is below the threshold",
            Self::AmbiguousRunnerUp => "another person is nearly as near",
            Self::PersonTaken => "the person fits another face of the photo better",
        })
    }
}

/// The decision about one face.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The face is this person.
    Match {
        /// The name or key of the person.
        person: String,
        /// How near the person is to the face.
        cosine: f32,
    },
    /// The face has no name.
    NoMatch {
        /// Why.
        reason: Refusal,
    },
}

/// The decision about one face and the numbers behind it.
///
/// `nearest`, `runner_up` and `margin` are about this face alone. The match is `nearest`, with one exception: if `nearest` is
/// certainly another face of the photo, it may be somebody who is less than the required margin behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What was decided.
    pub outcome: Outcome,
    /// The nearest person: the one whose cosine is the furthest above what is required or, if all are below, the least below.
    pub nearest: Option<Neighbour>,
    /// The second nearest person.
    pub runner_up: Option<Neighbour>,
    /// How far `nearest` is ahead of `runner_up`, in cosines above what each of them requires, from 0; none where there is no
    /// second person.
    pub margin: Option<f32>,
    /// The cosine that was required of the match, or of `nearest` where there is no match. With nobody to compare with it is
    /// what a [`Matcher`](super::Matcher) asks of everybody alike.
    pub threshold: f32,
}

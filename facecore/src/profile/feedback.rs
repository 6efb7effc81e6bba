//! What users said of faces: kept beside the profile, applied at once and on each rebuild.

use std::collections::BTreeMap;

/// A face of an album: its photo, and its place among the photo's faces. Detection is deterministic, so the place is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaceId {
    /// The photo's id.
    pub photo: u64,
    /// The place in [`AlbumPhoto::faces`](super::AlbumPhoto::faces).
    pub face: u16,
}

/// What a user said of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opinion {
    /// It is the owner: a must-link to all other confirmed faces.
    Confirm,
    /// It is not the owner: a cannot-link to all confirmed faces.
    Reject,
    /// The owner wants it out of the profile, whoever it is.
    Remove,
}

#[cfg(feature = "store")]
impl Opinion {
    /// As it is stored.
    pub(crate) fn to_byte(self) -> u8 {
        match self {
            Self::Confirm => 1,
            Self::Reject => 2,
            Self::Remove => 3,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Confirm, Self::Reject, Self::Remove].into_iter().find(|opinion| opinion.to_byte() == byte)
    }
}

/// The opinions on an album's faces. The last one on a face holds; the same one again changes nothing.
///
/// ```
/// # use facecore::profile::{FaceId, Feedback, Opinion};
/// let face = FaceId { photo: 7, face: 0 };
/// let mut feedback = Feedback::default();
/// assert!(feedback.apply(face, Opinion::Reject));
/// assert!(!feedback.apply(face, Opinion::Reject)); // a repeated event
/// assert_eq!(feedback.of(face), Some(Opinion::Reject));
/// assert!(!feedback.may_propose(face));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    opinions: BTreeMap<FaceId, Opinion>,
    /// The owner wants no profile: none is built, and nothing is proposed.
    pub opted_out: bool,
}

impl Feedback {
    /// Records an opinion; true if it changes what was known.
    pub fn apply(&mut self, face: FaceId, opinion: Opinion) -> bool {
        self.opinions.insert(face, opinion) != Some(opinion)
    }

    /// Forgets what was said of a face, as after its photo was deleted.
    pub fn forget(&mut self, face: FaceId) {
        self.opinions.remove(&face);
    }

    /// What was said of a face.
    pub fn of(&self, face: FaceId) -> Option<Opinion> {
        self.opinions.get(&face).copied()
    }

    /// All faces with an opinion, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (FaceId, Opinion)> + '_ {
        self.opinions.iter().map(|(face, opinion)| (*face, *opinion))
    }

    /// Whether the face may be proposed as the owner: never again once it was rejected or removed.
    pub fn may_propose(&self, face: FaceId) -> bool {
        !self.opted_out && !matches!(self.of(face), Some(Opinion::Reject | Opinion::Remove))
    }
}

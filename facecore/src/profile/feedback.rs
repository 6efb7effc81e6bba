//! What users said of faces (R70, R71): kept beside the profile, applied at once and on each rebuild.

use std::collections::BTreeMap;

use super::builder::{AlbumPhoto, Build, Outcome};
use super::value::{Profile, Role};
use crate::embed::Embedding;
use crate::error::{Error, Result};

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

/// The opinions on an album's faces. The last one on a face holds; to hear one twice changes nothing.
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
    /// Takes an opinion in; says whether it is news.
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

impl Build {
    /// Applies an opinion at once, without a rebuild: the face's photo goes out of the profile and comes back with the faces that are
    /// left or new. An opinion on a face that the album does not have changes nothing.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] if the album's faces are of another space than the profile, [`Error::Option`] if
    /// they are not the ones that it was built from. The build is unchanged then.
    pub fn apply(&mut self, album: &[AlbumPhoto], face: FaceId, opinion: Opinion) -> Result<()> {
        let Some(photo) = album.iter().find(|photo| photo.meta.id == face.photo) else {
            return Ok(());
        };
        let Some(target) = photo.faces.get(usize::from(face.face)) else {
            return Ok(());
        };
        let embedding = &target.embedding;
        let mut profile = match &self.outcome {
            Outcome::Built(profile) => profile.clone(),
            Outcome::OptedOut => return Ok(()),
            _ => Profile::new(embedding.space(), embedding.len())?,
        };
        let mut members = self.members.clone();
        for role in [Role::Owner, Role::Partner, Role::Look] {
            let is_here = |member: &(FaceId, Role)| member.0.photo == face.photo && member.1 == role;
            let embeddings = |members: &[(FaceId, Role)]| -> Result<Vec<Embedding>> {
                members.iter().filter(|member| is_here(member)).map(|(face, _)| of(photo, *face)).collect()
            };
            profile.remove(role, &embeddings(&members)?)?;
            let keeps = opinion == Opinion::Confirm && role != Role::Partner;
            members.retain(|member| *member != (face, role) || keeps);
            if opinion == Opinion::Confirm && role == Role::Owner && !members.contains(&(face, role)) {
                members.push((face, role));
            }
            profile.add(role, &embeddings(&members)?)?;
        }
        members.sort_unstable_by_key(|(face, role)| (*face, *role as u8));
        if members.iter().any(|(_, role)| *role == Role::Owner) {
            self.outcome = Outcome::Built(profile);
        } else if matches!(self.outcome, Outcome::Built(_)) {
            // What is left of a second look or a partner is no profile.
            members.clear();
            self.outcome = Outcome::NoLeader;
            self.confidence = 0.0;
        }
        self.members = members;
        Ok(())
    }
}

fn of(photo: &AlbumPhoto, face: FaceId) -> Result<Embedding> {
    let found = photo.faces.get(usize::from(face.face)).map(|face| face.embedding.clone());
    found.ok_or_else(|| Error::Option { name: "album", reason: format!("photo {} has lost faces", face.photo) })
}

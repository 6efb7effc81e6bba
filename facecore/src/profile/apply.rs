//! An opinion applied to a finished build, without building again.

use super::builder::{AlbumPhoto, Build, Outcome};
use super::feedback::{FaceId, Opinion};
use super::value::{Profile, Role};
use crate::embed::Embedding;
use crate::error::{Error, Result};

impl Build {
    /// Applies an opinion at once, without a rebuild: the face's photo is taken out of the profile and added again with the faces
    /// that now count. An opinion on a face that the album does not have changes nothing.
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
            // Without a face of the owner's, what is left of a second look or of a partner is no profile.
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

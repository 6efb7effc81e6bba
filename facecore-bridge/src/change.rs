//! Changes to a store as the bindings record them, to be made in one go.

use facecore::SpaceId;
use facecore::profile::{FaceId, Opinion};
use facecore::store::{Batch, CloneState, ProfileStore};

use crate::Result;

/// One change to what a store has of a user.
#[derive(Debug, Clone)]
pub struct Change {
    /// The user's id.
    pub user: u64,
    /// What changes.
    pub what: What,
}

/// The kinds of changes: the calls of [`Batch`], with what they take beside the user.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each is the batch's call of this name")]
pub enum What {
    Put(SpaceId, Vec<u8>),
    PutNext(SpaceId, Vec<u8>),
    Remove,
    PutFace(FaceId, SpaceId, Vec<u8>),
    PutFaceNext(FaceId, SpaceId, Vec<u8>),
    RemovePhoto(u64),
    Apply(FaceId, Opinion),
    OptOut,
    OptIn,
    Erase,
    SetFindable(bool),
    JudgeClone(u64, CloneState),
}

impl Change {
    /// Makes the change. Answers what the batch's own call answers: whether something was written, was there to be removed, or is news.
    fn make(&self, batch: &mut Batch<'_>) -> facecore::Result<bool> {
        let user = self.user;
        match &self.what {
            What::Put(space, bytes) => batch.put(user, *space, bytes),
            What::PutNext(space, bytes) => batch.put_next(user, *space, bytes),
            What::Remove => batch.remove(user),
            What::PutFace(face, space, bytes) => batch.put_face(user, *face, *space, bytes),
            What::PutFaceNext(face, space, bytes) => batch.put_face_next(user, *face, *space, bytes),
            What::RemovePhoto(photo) => Ok(batch.remove_photo(user, *photo)? > 0),
            What::Apply(face, opinion) => batch.apply(user, *face, *opinion),
            What::OptOut => batch.opt_out(user).map(|()| true),
            What::OptIn => batch.opt_in(user),
            What::Erase => batch.erase(user).map(|()| true),
            What::SetFindable(findable) => batch.set_findable(user, *findable),
            What::JudgeClone(other, state) => batch.judge_clone(user, *other, *state).map(|()| true),
        }
    }
}

/// Makes all changes or none. Answers for each 1 if something was written, was there to be removed or is news, else 0.
pub fn write(store: &ProfileStore, changes: &[Change]) -> Result<Vec<u8>> {
    Ok(store.write(|batch| changes.iter().map(|change| change.make(batch).map(u8::from)).collect())?)
}

//! `io.facecore.StoreBatch`: changes that were recorded in Java, made in one go.

use facecore::SpaceId;
use facecore::profile::{FaceId, Opinion};
use facecore::store::{Batch, CloneState};
use facecore_bridge::{Failure, Status};

use crate::border::Result;
use crate::wire::Reader;

/// A change of a user's, as it is recorded.
pub struct Change {
    user: u64,
    what: What,
}

enum What {
    Put(SpaceId, Vec<u8>),
    PutNext(SpaceId, Vec<u8>),
    Remove,
    PutFace(FaceId, SpaceId, Vec<u8>),
    RemovePhoto(u64),
    Apply(FaceId, Opinion),
    OptOut,
    OptIn,
    Erase,
    SetFindable(bool),
    JudgeClone(u64, CloneState),
}

/// 1 confirm, 2 reject, 3 remove.
pub fn opinion(value: u32) -> Result<Opinion> {
    Ok(match value {
        1 => Opinion::Confirm,
        2 => Opinion::Reject,
        3 => Opinion::Remove,
        _ => return Err(Failure::new(Status::UnknownValue, format!("opinion {value} is unknown")).into()),
    })
}

pub fn opinion_number(opinion: Opinion) -> i32 {
    match opinion {
        Opinion::Confirm => 1,
        Opinion::Reject => 2,
        Opinion::Remove => 3,
    }
}

/// 1 open, 2 confirmed, 3 rejected, 4 known.
fn clone_state(value: u32) -> Result<CloneState> {
    Ok(match value {
        1 => CloneState::Open,
        2 => CloneState::Confirmed,
        3 => CloneState::Rejected,
        4 => CloneState::Known,
        _ => return Err(Failure::new(Status::UnknownValue, format!("state {value} of a clone is unknown")).into()),
    })
}

pub fn clone_state_number(state: CloneState) -> i32 {
    match state {
        CloneState::Open => 1,
        CloneState::Confirmed => 2,
        CloneState::Rejected => 3,
        CloneState::Known => 4,
    }
}

/// `StoreBatch.write`: the number of changes, then each: its kind, the user, what it needs.
pub fn read(record: &mut Reader) -> Result<Vec<Change>> {
    let count = record.size()?;
    (0..count).map(|_| read_one(record)).collect()
}

fn read_one(record: &mut Reader) -> Result<Change> {
    let kind = record.int()?;
    let user = record.id()?;
    let what = match kind {
        1 => What::Put(record.space()?, record.bytes()?.to_vec()),
        2 => What::PutNext(record.space()?, record.bytes()?.to_vec()),
        3 => What::Remove,
        4 => What::PutFace(record.face_id()?, record.space()?, record.bytes()?.to_vec()),
        5 => What::RemovePhoto(record.id()?),
        6 => What::Apply(record.face_id()?, opinion(record.size()?)?),
        7 => What::OptOut,
        8 => What::OptIn,
        9 => What::Erase,
        10 => What::SetFindable(record.int()? != 0),
        11 => What::JudgeClone(record.id()?, clone_state(record.size()?)?),
        _ => return Err(Failure::new(Status::Internal, format!("change {kind} of the binding is unknown")).into()),
    };
    Ok(Change { user, what })
}

impl Change {
    /// Makes the change. Says whether something was written, was there, or is news: what the batch's own call says.
    pub fn make(&self, batch: &mut Batch<'_>) -> facecore::Result<bool> {
        let user = self.user;
        match &self.what {
            What::Put(space, bytes) => batch.put(user, *space, bytes),
            What::PutNext(space, bytes) => batch.put_next(user, *space, bytes),
            What::Remove => batch.remove(user),
            What::PutFace(face, space, bytes) => batch.put_face(user, *face, *space, bytes),
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

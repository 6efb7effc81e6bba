//! `io.facecore.StoreBatch`: changes that were recorded in Java.

use facecore_bridge::{Change, Failure, Status, What, clone_state, opinion};

use crate::border::Result;
use crate::wire::Reader;

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
        12 => What::PutFaceNext(record.face_id()?, record.space()?, record.bytes()?.to_vec()),
        _ => return Err(Failure::new(Status::Internal, format!("change {kind} of the binding is unknown")).into()),
    };
    Ok(Change { user, what })
}

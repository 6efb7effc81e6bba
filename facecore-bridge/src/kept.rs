//! The numbers of the enumerations that belong to a store.

use facecore::profile::{FaceId, Opinion};
use facecore::store::{CloneState, Durability};

use crate::numbers::unknown;
use crate::{Failure, Result, Status};

const OPINIONS: [Opinion; 3] = [Opinion::Confirm, Opinion::Reject, Opinion::Remove];
const STATES: [CloneState; 4] = [CloneState::Open, CloneState::Confirmed, CloneState::Rejected, CloneState::Known];

/// A member by its number, from 1.
fn from_one<T: Copy>(members: &[T], value: u32) -> Option<T> {
    members.get((value as usize).wrapping_sub(1)).copied()
}

fn number<T: PartialEq>(members: &[T], member: T) -> u32 {
    (1..).zip(members).find(|(_, known)| **known == member).map_or(255, |(number, _)| number)
}

/// 1 confirm, 2 reject, 3 remove.
pub fn opinion(value: u32) -> Result<Opinion> {
    let known = "1 (confirm), 2 (reject) and 3 (remove) are known";
    from_one(&OPINIONS, value).ok_or_else(|| unknown("opinion", value, known))
}

/// The number of an opinion.
pub fn opinion_number(opinion: Opinion) -> u32 {
    number(&OPINIONS, opinion)
}

/// 1 open, 2 confirmed, 3 rejected, 4 known.
pub fn clone_state(value: u32) -> Result<CloneState> {
    let known = "1 (open), 2 (confirmed), 3 (rejected) and 4 (known) are known";
    from_one(&STATES, value).ok_or_else(|| unknown("state of a pair of accounts", value, known))
}

/// The number of a state.
pub fn clone_state_number(state: CloneState) -> u32 {
    number(&STATES, state)
}

/// 0 power, 1 process.
pub fn durability(value: u32) -> Result<Durability> {
    Ok(match value {
        0 => Durability::Power,
        1 => Durability::Process,
        _ => return Err(unknown("durability", value, "0 (power) and 1 (process) are known")),
    })
}

/// A face by its photo and its place, 0 to 65,535.
pub fn face_id(photo: u64, face: u32) -> Result<FaceId> {
    let no_place = |_| Failure::new(Status::Option, format!("face {face} is not from 0 to 65,535"));
    Ok(FaceId { photo, face: u16::try_from(face).map_err(no_place)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_others_are_refused() {
        for value in 1..=4 {
            assert_eq!(clone_state(value).map(clone_state_number), Ok(value));
        }
        for value in 1..=3 {
            assert_eq!(opinion(value).map(opinion_number), Ok(value));
        }
        let refused = |status: Result<()>| status.unwrap_err().status == Status::UnknownValue;
        for value in [5, 100, u32::MAX] {
            assert!(refused(opinion(value).map(drop)) && refused(clone_state(value).map(drop)));
            assert!(refused(durability(value).map(drop)));
        }
        assert!(refused(opinion(0).map(drop)) && refused(clone_state(0).map(drop)));
        assert_eq!((durability(0), durability(1)), (Ok(Durability::Power), Ok(Durability::Process)));
        assert_eq!(face_id(7, 65_535), Ok(FaceId { photo: 7, face: 65_535 }));
        assert_eq!(face_id(7, 65_536).unwrap_err().status, Status::Option);
    }
}

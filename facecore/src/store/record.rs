//! Keys, and values with their checksum.

use crate::error::{Error, Result};
use crate::profile::FaceId;

/// Bytes of a user's key.
pub(super) const USER: usize = 8;
/// Bytes of a face's key.
pub(super) const FACE: usize = 18;
const CHECK: usize = 4;

pub(super) fn user_key(user: u64) -> [u8; USER] {
    user.to_be_bytes()
}

pub(super) fn face_key(user: u64, face: FaceId) -> [u8; FACE] {
    let mut key = [0; FACE];
    key[..8].copy_from_slice(&user.to_be_bytes());
    key[8..16].copy_from_slice(&face.photo.to_be_bytes());
    key[16..].copy_from_slice(&face.face.to_be_bytes());
    key
}

/// The key of a user and something else with a number: a photo, another user.
pub(super) fn pair_key(user: u64, other: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&user.to_be_bytes());
    key[8..].copy_from_slice(&other.to_be_bytes());
    key
}

/// The user of a key, and the face if it names one.
pub(super) fn parse_key(key: &[u8]) -> Option<(u64, Option<FaceId>)> {
    let (user, rest) = key.split_first_chunk::<8>()?;
    let user = u64::from_be_bytes(*user);
    if rest.is_empty() {
        return Some((user, None));
    }
    let (photo, face) = rest.split_first_chunk::<8>()?;
    let face = FaceId { photo: u64::from_be_bytes(*photo), face: u16::from_be_bytes(face.try_into().ok()?) };
    Some((user, Some(face)))
}

/// The value with its checksum, as it is stored.
pub(super) fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + CHECK);
    sealed.extend(value);
    sealed.extend(checksum(key, value).to_le_bytes());
    sealed
}

/// The value of a stored record.
pub(super) fn unseal<'a>(key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8]> {
    match sealed.split_last_chunk::<CHECK>() {
        Some((value, check)) if u32::from_le_bytes(*check) == checksum(key, value) => Ok(value),
        _ => Err(damaged(key)),
    }
}

pub(super) fn damaged(key: &[u8]) -> Error {
    let whose = parse_key(key).map_or_else(|| format!("key {key:?}"), |(user, _)| format!("user {user}"));
    let reason = format!("the record of {whose} does not fit its checksum; write it anew, or restore a backup");
    Error::StoreDamaged { reason }
}

/// Over the key as well: a record in another one's place is damage too.
fn checksum(key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

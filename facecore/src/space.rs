//! The name of an embedding's space. Ground of the house: uses no other room.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Names the space of an [`Embedding`](crate::Embedding): a hash of the network's weights and of its preprocessing.
///
/// Shown, parsed and serialised as 16 lower-case hex digits.
///
/// ```
/// # use facecore::SpaceId;
/// let space: SpaceId = "00112233aabbccdd".parse()?;
/// assert_eq!(space.to_string(), "00112233aabbccdd");
/// # Ok::<(), facecore::ParseSpaceIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceId(pub [u8; 8]);

impl SpaceId {
    /// The space of vectors that `how` (a name and its numbers) makes of vectors of other spaces.
    pub(crate) fn derive(how: &str, parts: &[Self]) -> Self {
        let mut hash = Sha256::new_with_prefix(how);
        for part in parts {
            hash.update(part.0);
        }
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        Self(id)
    }
}

/// A text that is no [`SpaceId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a space id is 16 hex digits, not {text:?}")]
pub struct ParseSpaceIdError {
    text: String,
}

impl fmt::Display for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpaceId({self})")
    }
}

impl FromStr for SpaceId {
    type Err = ParseSpaceIdError;

    fn from_str(text: &str) -> Result<Self, ParseSpaceIdError> {
        let hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        value.map(|value| Self(value.to_be_bytes())).ok_or_else(|| ParseSpaceIdError { text: text.into() })
    }
}

impl Serialize for SpaceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpaceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: SpaceId = SpaceId([0, 1, 2, 3, 4, 5, 6, 0xff]);

    #[test]
    fn a_space_id_is_sixteen_hex_digits_everywhere() {
        let json = serde_json::to_string(&SPACE).unwrap();
        assert_eq!(json, "\"00010203040506ff\"");
        assert_eq!(serde_json::from_str::<SpaceId>(&json).unwrap(), SPACE);
        for bad in
            ["", "00010203040506f", "+0010203040506ff", "00010203040506fg", "00010203040506ff0", "é0010203040506f"]
        {
            assert!(bad.parse::<SpaceId>().is_err(), "{bad}");
        }
    }
}

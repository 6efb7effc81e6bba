//! The map from one space into another, and its bytes.

use sha2::{Digest, Sha256};

use crate::embed::{Embedding, dot};
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// A linear map of embeddings of one space, whose results, scaled to length 1, are embeddings of another.
///
/// The new space is named by a hash of the old one and of the map's numbers: embeddings of two maps, or of a map and of none, cannot be
/// compared by mistake. Thresholds, calibrations, filters and indexes are those of one space each: after an adaptation they are made anew
/// from carried embeddings ([`carry_threshold`](super::carry_threshold) for a single threshold).
///
/// As bytes, all little-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic `FCAD` |
/// | 4 | 2 | version, 1 |
/// | 6 | 2 | number of values n of an embedding, 1 to 4,096 |
/// | 8 | 8 | the space from which it maps |
/// | 16 | 8 | the space into which it maps: a hash of all other numbers, and so their checksum |
/// | 24 | 4n² | the matrix row by row, f32; value i of the result is row i · embedding |
///
/// ```
/// # use facecore::adapt::Adaptation;
/// # use facecore::{Embedding, SpaceId};
/// let old = SpaceId(*b"example!");
/// // The second value counts twice.
/// let adaptation = Adaptation::new(old, 2, vec![1.0, 0.0, 0.0, 2.0])?;
/// let face = adaptation.apply(&Embedding::new(old, vec![3.0, 2.0])?)?;
/// assert_eq!(face, Embedding::new(adaptation.space(), vec![3.0, 4.0])?);
/// assert_eq!(Adaptation::from_bytes(&adaptation.to_bytes())?, adaptation);
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptation {
    from: SpaceId,
    space: SpaceId,
    len: usize,
    /// Row by row.
    values: Vec<f32>,
}

const MAGIC: [u8; 4] = *b"FCAD";
const VERSION: u16 = 1;

impl Adaptation {
    /// The most values that an embedding may have to be adapted.
    pub const MAX_LEN: usize = 4_096;

    /// The map that multiplies an embedding of the space `from`, of `len` values, with the square matrix `values`, given row by row.
    ///
    /// # Errors
    /// [`Error::Adaptation`] for a length outside 1…4,096, a matrix of another size, or a number that is not finite.
    pub fn new(from: SpaceId, len: usize, values: Vec<f32>) -> Result<Self> {
        if !(1..=Self::MAX_LEN).contains(&len) {
            return Err(wrong(format!("{len} values of an embedding; from 1 to {} are allowed", Self::MAX_LEN)));
        }
        if values.len() != len * len {
            return Err(wrong(format!("{} numbers are no matrix of {len} rows and columns", values.len())));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(wrong(format!("the number in row {}, column {} is {}", at / len, at % len, values[at])));
        }
        let space = space_of(from, &values);
        Ok(Self { from, space, len, values })
    }

    /// The map that leaves the values of embeddings as they are, and only names another space.
    ///
    /// # Errors
    /// [`Error::Adaptation`] for a length outside 1…4,096.
    pub fn identity(from: SpaceId, len: usize) -> Result<Self> {
        let len = len.min(Self::MAX_LEN + 1);
        let values = (0..len * len).map(|at| if at / len == at % len { 1.0 } else { 0.0 }).collect();
        Self::new(from, len, values)
    }

    /// The space of the embeddings that it takes.
    pub fn from(&self) -> SpaceId {
        self.from
    }

    /// The space of the embeddings that it gives.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The number of values of an embedding, before and after.
    pub fn embedding_len(&self) -> usize {
        self.len
    }

    /// The matrix, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Carries an embedding into the new space.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] for an embedding of another space than [`from`](Self::from), such as one that was carried already,
    /// [`Error::Embedding`] for one of another length, or one that becomes zero.
    pub fn apply(&self, face: &Embedding) -> Result<Embedding> {
        if face.space() != self.from {
            return Err(Error::SpaceMismatch { left: self.from, right: face.space() });
        }
        if face.len() != self.len {
            let reason = format!("{} values; the adaptation is for {}", face.len(), self.len);
            return Err(Error::Embedding { reason });
        }
        let rows = self.values.chunks_exact(self.len);
        Embedding::new(self.space, rows.map(|row| dot(row, face.as_slice())).collect())
    }

    /// The bytes of a file, as described above.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((self.len as u16).to_le_bytes());
        bytes.extend(self.from.0);
        bytes.extend(self.space.0);
        bytes.extend(self.values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, from any source: the bytes are not trusted.
    ///
    /// # Errors
    /// [`Error::Adaptation`] for anything else, such as a file that was cut or altered.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (header, body) = bytes.split_first_chunk::<24>().ok_or_else(|| wrong("it is shorter than its header"))?;
        let [m0, m1, m2, m3, v0, v1, n0, n1, spaces @ ..] = *header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(wrong("it does not begin with FCAD"));
        }
        let version = u16::from_le_bytes([v0, v1]);
        if version != VERSION {
            return Err(wrong(format!("it is of version {version}; this facecore reads {VERSION}")));
        }
        let len = usize::from(u16::from_le_bytes([n0, n1]));
        if body.len() != 4 * len * len {
            let needed = 4 * len * len;
            return Err(wrong(format!("{len} rows and columns take {needed} bytes, not {}; was it cut?", body.len())));
        }
        let [from, space] = [0, 8].map(|at| SpaceId(std::array::from_fn(|byte| spaces[at + byte])));
        let values = body.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
        let read = Self::new(from, len, values)?;
        if read.space != space {
            return Err(wrong("its numbers do not fit its space; it is damaged"));
        }
        Ok(read)
    }
}

fn space_of(from: SpaceId, values: &[f32]) -> SpaceId {
    let mut hash = Sha256::new();
    values.iter().for_each(|value| hash.update(value.to_le_bytes()));
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    SpaceId::derive(&format!("adaptation {hash}"), &[from])
}

pub(super) fn wrong(reason: impl Into<String>) -> Error {
    Error::Adaptation { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OLD: SpaceId = SpaceId([5; 8]);

    fn adaptation() -> Adaptation {
        Adaptation::new(OLD, 3, vec![1.0, 0.5, 0.0, -0.25, 2.0, 0.0, 0.0, 0.125, 1.5]).unwrap()
    }

    #[test]
    fn an_embedding_is_multiplied_and_scaled() {
        let face = Embedding::new(OLD, vec![1.0, 2.0, 2.0]).unwrap();
        let carried = adaptation().apply(&face).unwrap();
        let expected = Embedding::new(adaptation().space(), vec![2.0, 3.75, 3.25]).unwrap();
        assert!((carried.cosine(&expected).unwrap() - 1.0).abs() < 1e-6);
        assert_eq!(adaptation().apply(&carried).unwrap_err().code(), "space-mismatch", "it was carried already");
        let short = Embedding::new(OLD, vec![1.0, 2.0]).unwrap();
        assert_eq!(adaptation().apply(&short).unwrap_err().code(), "embedding");
        let nothing = Adaptation::new(OLD, 2, vec![0.0; 4]).unwrap();
        assert_eq!(nothing.apply(&short).unwrap_err().code(), "embedding", "it becomes zero");
    }

    #[test]
    fn the_identity_changes_the_space_alone() {
        let face = Embedding::new(OLD, vec![0.1, -0.7, 0.3]).unwrap();
        let identity = Adaptation::identity(OLD, 3).unwrap();
        let carried = identity.apply(&face).unwrap();
        assert_ne!(carried.space(), OLD);
        for (old, new) in face.as_slice().iter().zip(carried.as_slice()) {
            assert!((old - new).abs() < 1e-7);
        }
    }

    #[test]
    fn a_space_is_of_one_map_and_one_space() {
        let other = Adaptation::new(SpaceId([6; 8]), 3, adaptation().values().to_vec()).unwrap();
        assert_ne!(adaptation().space(), other.space());
        assert_ne!(adaptation().space(), Adaptation::identity(OLD, 3).unwrap().space());
        assert_eq!(adaptation().space(), super::tests::adaptation().space());
    }

    #[test]
    fn the_bytes_are_those_of_the_other_languages_tests() {
        let map = vec![1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1.0];
        let adaptation = Adaptation::new("e37f9c1f75f50abd".parse().unwrap(), 3, map).unwrap();
        assert_eq!(adaptation.space().to_string(), "1b72650f570810f7");
        assert_eq!(adaptation.to_bytes()[..8], *b"FCAD\x01\0\x03\0");
    }

    #[test]
    fn numbers_that_are_no_map_are_refused() {
        for (len, values) in [(0, vec![]), (4_097, vec![]), (2, vec![1.0; 3]), (1, vec![f32::NAN])] {
            assert_eq!(Adaptation::new(OLD, len, values).unwrap_err().code(), "adaptation");
        }
        for len in [0, 4_097, usize::MAX] {
            assert_eq!(Adaptation::identity(OLD, len).unwrap_err().code(), "adaptation");
        }
    }

    #[test]
    fn a_byte_that_is_cut_or_altered_is_an_error() {
        let good = adaptation().to_bytes();
        assert_eq!(good.len(), 24 + 4 * 9);
        assert_eq!(Adaptation::from_bytes(&good).unwrap(), adaptation());
        for cut in 0..good.len() {
            assert_eq!(Adaptation::from_bytes(&good[..cut]).unwrap_err().code(), "adaptation");
        }
        assert!(Adaptation::from_bytes(&[&good[..], &[0]].concat()).is_err());
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(Adaptation::from_bytes(&bad).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(values in prop::collection::vec(-9.0f32..9.0, 16)) {
            let adaptation = Adaptation::new(OLD, 4, values).unwrap();
            prop_assert_eq!(Adaptation::from_bytes(&adaptation.to_bytes()).unwrap(), adaptation);
        }

        #[test]
        fn any_bytes_are_a_map_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Adaptation::from_bytes(&bytes);
            let _ = Adaptation::from_bytes(&[b"FCAD\x01\0\x02\0", &bytes[..]].concat());
        }
    }
}

//! Embeddings as bytes.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 4 | magic `FCE1` |
//! | 4 | 1 | encoding: 0 = f32, 1 = f16, 2 = i8 |
//! | 5 | 1 | reserved, 0 |
//! | 6 | 2 | number of values n, 1 to 65,535 |
//! | 8 | 8 | space id |
//! | 16 | 4 | i8 only: scale, f32; value = scale × byte, scaled to length 1 once more |
//! | 16 or 20 | 4n, 2n or n | the values: f32, IEEE f16 or i8 (−127 to 127) |
//!
//! All numbers are little-endian; there is nothing after the values.
//!
//! What an encoding loses, on random unit vectors of 128 and 512 values (a test holds these bounds): f32 nothing;
//! f16 moves the cosine of two faces by less than 0.0002; i8 by less than 0.005.

use half::f16;

use super::embedding::{Embedding, not_an_embedding};
use crate::error::Result;
use crate::space::SpaceId;

const MAGIC: [u8; 4] = *b"FCE1";

/// How the values of an [`Embedding`] are written as bytes; all little-endian.
///
/// A vector of 128 values takes 528, 272 or 148 bytes, one of 512 values 2,064, 1,040 or 532.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Encoding {
    /// Exact.
    F32 = 0,
    /// Half the size; moves a cosine by less than 0.0002.
    F16 = 1,
    /// A quarter of the size; moves a cosine by less than 0.005.
    I8 = 2,
}

impl Embedding {
    /// Writes the embedding as bytes that describe themselves (space, length and encoding).
    ///
    /// ```
    /// # use facecore::{Embedding, Encoding, SpaceId};
    /// let face = Embedding::new(SpaceId(*b"example!"), vec![1.0, -2.0, 2.0])?;
    /// let bytes = face.encode(Encoding::F16);
    /// assert_eq!(bytes.len(), 16 + 3 * 2);
    /// assert!(Embedding::decode(&bytes)?.cosine(&face)? > 0.9999);
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        let values = self.as_slice();
        let mut bytes = Vec::with_capacity(20 + 4 * values.len());
        bytes.extend(MAGIC);
        bytes.extend([encoding as u8, 0]);
        bytes.extend((values.len() as u16).to_le_bytes());
        bytes.extend(self.space().0);
        match encoding {
            Encoding::F32 => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Encoding::F16 => bytes.extend(values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes())),
            Encoding::I8 => {
                let scale = values.iter().fold(0.0f32, |most, value| most.max(value.abs())) / 127.0;
                bytes.extend(scale.to_le_bytes());
                bytes.extend(values.iter().flat_map(|value| ((value / scale).round() as i8).to_le_bytes()));
            }
        }
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, from any source: the bytes are not trusted.
    ///
    /// # Errors
    /// [`Error::Embedding`](crate::Error::Embedding) for another magic, an unknown encoding, a length that does not
    /// fit, or values that are no unit vector.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (header, body) =
            bytes.split_first_chunk::<16>().ok_or_else(|| not_an_embedding("it is shorter than its header"))?;
        let [m0, m1, m2, m3, encoding, reserved, n0, n1, space @ ..] = *header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(not_an_embedding("it does not begin with FCE1"));
        }
        if reserved != 0 {
            return Err(not_an_embedding("its reserved byte is not 0"));
        }
        let len = usize::from(u16::from_le_bytes([n0, n1]));
        let expect = |size: usize| match body.len() == size {
            true => Ok(()),
            false => Err(not_an_embedding(format!("{len} values need {size} bytes, not {}", body.len()))),
        };
        let space = SpaceId(space);
        match encoding {
            0 => {
                expect(4 * len)?;
                Self::from_unit(space, body.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
            }
            1 => {
                expect(2 * len)?;
                Self::new(space, body.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect())
            }
            2 => {
                expect(4 + len)?;
                let scale = body.first_chunk().map_or(0.0, |&b| f32::from_le_bytes(b));
                if !(scale.is_normal() && scale > 0.0) {
                    return Err(not_an_embedding(format!("its scale is {scale}")));
                }
                // The scale falls out of a vector of length 1. Without it a face that is written and read again keeps every bit.
                Self::new(space, body[4..].iter().map(|&b| f32::from(b.cast_signed())).collect())
            }
            other => Err(not_an_embedding(format!("encoding {other} is unknown"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Encoding; 3] = [Encoding::F32, Encoding::F16, Encoding::I8];

    /// Unit vectors in random directions, the same in every run.
    fn faces(count: usize, len: usize) -> Vec<Embedding> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut uniform = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        // A sum of uniforms is close to a normal, and normals give every direction the same chance.
        let mut face = || (0..len).map(|_| (0..12).map(|_| uniform()).sum::<f32>() - 6.0).collect();
        (0..count).map(|_| Embedding::new(SpaceId([7; 8]), face()).unwrap()).collect()
    }

    #[test]
    fn the_loss_of_every_encoding_is_bounded() {
        for len in [128, 512] {
            let faces = faces(200, len);
            for (encoding, bound) in [(Encoding::F32, 0.0), (Encoding::F16, 0.0002), (Encoding::I8, 0.005)] {
                let decoded: Vec<_> =
                    faces.iter().map(|face| Embedding::decode(&face.encode(encoding)).unwrap()).collect();
                let mut most = 0.0f32;
                for i in 0..faces.len() {
                    for j in 0..faces.len() {
                        let exact = faces[i].cosine(&faces[j]).unwrap();
                        most = most.max((decoded[i].cosine(&decoded[j]).unwrap() - exact).abs());
                    }
                }
                println!("{encoding:?}, {len} values: a cosine moves by at most {most:.6}");
                assert!(most <= bound, "{encoding:?} {len}: {most} > {bound}");
            }
        }
    }

    #[test]
    fn f32_comes_back_bit_for_bit() {
        for face in faces(50, 128) {
            assert_eq!(Embedding::decode(&face.encode(Encoding::F32)).unwrap(), face);
        }
    }

    #[test]
    fn damaged_bytes_are_errors() {
        let face = &faces(1, 5)[0];
        for encoding in ALL {
            let good = face.encode(encoding);
            for cut in 0..good.len() {
                assert_eq!(Embedding::decode(&good[..cut]).unwrap_err().code(), "embedding");
            }
            let longer = [&good[..], &[0]].concat();
            assert!(Embedding::decode(&longer).is_err());
            for (at, byte) in [(0, b'X'), (4, 3), (5, 1), (6, 0), (6, 6), (7, 0xff)] {
                let mut bad = good.clone();
                bad[at] = byte;
                assert!(Embedding::decode(&bad).is_err(), "{encoding:?}, byte {at} = {byte}");
            }
        }
        let mut wide = face.encode(Encoding::F32);
        wide[16..20].copy_from_slice(&9.0f32.to_le_bytes());
        assert!(Embedding::decode(&wide).is_err(), "not a unit vector");
        for number in [f32::NAN, f32::INFINITY, 0.0, -1.0, 1e-45] {
            let mut scale = face.encode(Encoding::I8);
            scale[16..20].copy_from_slice(&number.to_le_bytes());
            assert!(Embedding::decode(&scale).is_err(), "scale {number}");
            if !number.is_finite() {
                let mut value = face.encode(Encoding::F32);
                value[16..20].copy_from_slice(&number.to_le_bytes());
                assert!(Embedding::decode(&value).is_err(), "value {number}");
                let mut value = face.encode(Encoding::F16);
                value[16..18].copy_from_slice(&f16::from_f32(number).to_le_bytes());
                assert!(Embedding::decode(&value).is_err(), "half {number}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_a_unit_vector_or_an_error(encoding in 0u8..4, body in prop::collection::vec(any::<u8>(), 0..64), len in 0u16..40) {
            let mut bytes = [&MAGIC[..], &[encoding, 0], &len.to_le_bytes(), &[1; 8]].concat();
            bytes.extend(&body);
            if let Ok(face) = Embedding::decode(&bytes) {
                prop_assert!((face.cosine(&face).unwrap() - 1.0).abs() < 1e-3);
            }
            prop_assert!(Embedding::decode(&body).is_err() || body.starts_with(&MAGIC));
        }

        #[test]
        fn what_was_written_is_read(values in prop::collection::vec(-1.0f32..1.0, 1..300)) {
            prop_assume!(values.iter().any(|value| value.abs() > 0.01));
            let face = Embedding::new(SpaceId([3; 8]), values).unwrap();
            for encoding in ALL {
                let read = Embedding::decode(&face.encode(encoding)).unwrap();
                prop_assert_eq!(read.space(), face.space());
                prop_assert!(read.cosine(&face).unwrap() > 0.999);
                let again = Embedding::decode(&read.encode(encoding)).unwrap();
                prop_assert!(encoding == Encoding::F16 || again == read, "{encoding:?}");
            }
        }
    }
}

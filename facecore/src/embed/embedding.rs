//! A face as a unit vector, and the space in which it may be compared.

use crate::error::{Error, Result};
use crate::space::SpaceId;

/// One face as a vector of length 1, with the space it lives in.
///
/// Two embeddings of one space are compared with [`cosine`](Self::cosine); what a cosine means (which value is
/// "the same person") depends on the space, see the model's threshold in the manifest.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// let space = SpaceId(*b"example!");
/// let a = Embedding::new(space, vec![3.0, 4.0])?;
/// let b = Embedding::new(space, vec![4.0, 3.0])?;
/// assert_eq!(a.as_slice(), [0.6, 0.8]);
/// assert!((a.cosine(&b)? - 0.96).abs() < 1e-6);
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    space: SpaceId,
    values: Vec<f32>,
}

impl Embedding {
    /// The most values an embedding can have.
    pub const MAX_LEN: usize = u16::MAX as usize;

    /// Scales `values` to length 1.
    ///
    /// # Errors
    /// [`Error::Embedding`] if there are no values or more than [`MAX_LEN`](Self::MAX_LEN), if one is NaN or
    /// infinite, or if all are zero.
    pub fn new(space: SpaceId, mut values: Vec<f32>) -> Result<Self> {
        let norm = norm(&values)?;
        for value in &mut values {
            *value = (f64::from(*value) / norm) as f32;
        }
        Ok(Self { space, values })
    }

    /// Takes values that have length 1 already, bit for bit.
    pub(super) fn from_unit(space: SpaceId, values: Vec<f32>) -> Result<Self> {
        let norm = norm(&values)?;
        if (norm - 1.0).abs() > 1e-4 {
            return Err(not_an_embedding(format!("its length is {norm}, not 1")));
        }
        Ok(Self { space, values })
    }

    /// The space in which this vector may be compared.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The values; the sum of their squares is 1.
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }

    /// The number of values, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "an embedding is never empty")]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The cosine of the angle between two faces, from −1 to 1; 1 is the same vector.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] for two spaces, [`Error::Embedding`] for two lengths.
    pub fn cosine(&self, other: &Self) -> Result<f32> {
        self.check_comparable(other)?;
        Ok(dot(&self.values, &other.values).clamp(-1.0, 1.0))
    }

    /// The mean direction of some faces of one person.
    ///
    /// # Errors
    /// [`Error::Embedding`] for no faces, or faces that cancel out; the errors of [`cosine`](Self::cosine).
    ///
    /// ```
    /// # use facecore::{Embedding, SpaceId};
    /// let face = |x, y| Embedding::new(SpaceId(*b"example!"), vec![x, y]);
    /// assert_eq!(Embedding::mean(&[&face(1.0, 0.0)?, &face(0.0, 1.0)?])?, face(1.0, 1.0)?);
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn mean(faces: &[&Self]) -> Result<Self> {
        let faces: Vec<_> = faces.iter().map(|&face| (face, 1.0)).collect();
        Self::weighted_mean(&faces)
    }

    /// [`mean`](Self::mean) in which each face counts by its weight, above 0.
    pub(crate) fn weighted_mean(faces: &[(&Self, f32)]) -> Result<Self> {
        let [(first, weight), rest @ ..] = faces else { return Err(not_an_embedding("the mean of no faces")) };
        let mut sum: Vec<f32> = first.values.iter().map(|value| value * weight).collect();
        for (face, weight) in rest {
            first.check_comparable(face)?;
            sum.iter_mut().zip(&face.values).for_each(|(sum, value)| *sum += value * weight);
        }
        Self::new(first.space, sum)
    }

    pub(crate) fn check_comparable(&self, other: &Self) -> Result<()> {
        if self.space != other.space {
            return Err(Error::SpaceMismatch { left: self.space, right: other.space });
        }
        if self.len() != other.len() {
            return Err(not_an_embedding(format!("{} values against {}", self.len(), other.len())));
        }
        Ok(())
    }
}

pub(super) fn not_an_embedding(reason: impl Into<String>) -> Error {
    Error::Embedding { reason: reason.into() }
}

fn norm(values: &[f32]) -> Result<f64> {
    if values.is_empty() || values.len() > Embedding::MAX_LEN {
        let reason = format!("it has {} values, allowed are 1 to {}", values.len(), Embedding::MAX_LEN);
        return Err(not_an_embedding(reason));
    }
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(not_an_embedding(format!("value {at} is {}", values[at])));
    }
    let norm = values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    if norm == 0.0 { Err(not_an_embedding("all values are zero")) } else { Ok(norm) }
}

/// Sums in eight lanes: the compiler may not reorder one float sum, but it can run eight side by side.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<8>();
    let (right, right_rest) = right.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for (a, b) in left.iter().zip(right) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPACE: SpaceId = SpaceId([0, 1, 2, 3, 4, 5, 6, 0xff]);

    #[test]
    fn numbers_that_are_no_direction_are_refused() {
        let too_long = vec![1.0; Embedding::MAX_LEN + 1];
        for bad in [vec![], vec![0.0; 4], vec![1.0, f32::NAN], vec![f32::INFINITY], vec![-f32::INFINITY, 1.0], too_long]
        {
            assert_eq!(Embedding::new(SPACE, bad).unwrap_err().code(), "embedding");
        }
    }

    #[test]
    fn only_one_space_and_one_length_compare() {
        let a = Embedding::new(SPACE, vec![1.0, 0.0]).unwrap();
        let other_space = Embedding::new(SpaceId([9; 8]), vec![1.0, 0.0]).unwrap();
        let other_length = Embedding::new(SPACE, vec![1.0]).unwrap();
        assert_eq!(a.cosine(&other_space).unwrap_err().code(), "space-mismatch");
        assert_eq!(a.cosine(&other_length).unwrap_err().code(), "embedding");
    }

    proptest! {
        #[test]
        fn every_direction_becomes_a_unit_vector(values in prop::collection::vec(prop::num::f32::ANY, 0..70)) {
            let usable = values.iter().all(|v| v.is_finite()) && values.iter().any(|&v| v != 0.0);
            match Embedding::new(SPACE, values) {
                Ok(unit) => {
                    prop_assert!(usable);
                    prop_assert!((unit.cosine(&unit).unwrap() - 1.0).abs() < 1e-5);
                }
                Err(error) => prop_assert!(!usable, "{error}"),
            }
        }
    }
}

//! Several views of a face as one embedding, with a space of its own.

use super::embedding::{Embedding, not_an_embedding};
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Joins embeddings of one face from several networks into one.
///
/// Each member's vector is scaled by the root of its weight and all are written one behind the other, so the cosine of two
/// joined faces is the weighted mean of the members' cosines. Other members or weights make another space.
///
/// ```
/// use facecore::{Embedding, Ensemble, SpaceId};
/// let (small, large) = (SpaceId(*b"small..."), SpaceId(*b"large..."));
/// let ensemble = Ensemble::new(&[(small, 3.0), (large, 1.0)])?;
/// let small_and_large = |x, y| -> facecore::Result<_> {
///     Ok([Embedding::new(small, vec![x, y])?, Embedding::new(large, vec![y, x, 0.0])?])
/// };
/// let (a, b) = (ensemble.join(&small_and_large(1.0, 0.0)?)?, ensemble.join(&small_and_large(0.6, 0.8)?)?);
/// assert!((a.cosine(&b)? - 0.6).abs() < 1e-6); // 0.75 · 0.6 + 0.25 · 0.6
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    members: Vec<(SpaceId, f32)>,
    space: SpaceId,
}

impl Ensemble {
    /// An ensemble of spaces with their weights; only the ratio of the weights counts.
    ///
    /// # Errors
    /// [`Error::Option`] for fewer than two members, one space twice, or a weight that is not above 0.
    pub fn new(members: &[(SpaceId, f32)]) -> Result<Self> {
        let refuse = |reason: &str| Err(Error::Option { name: "ensemble", reason: reason.into() });
        let twice = |at: usize| members[..at].iter().any(|member| member.0 == members[at].0);
        if members.len() < 2 || (0..members.len()).any(twice) {
            return refuse("needs two members or more, each of another space");
        }
        if !members.iter().all(|&(_, weight)| weight > 0.0 && weight.is_finite()) {
            return refuse("weights must be above 0");
        }
        let sum: f32 = members.iter().map(|member| member.1).sum();
        let members: Vec<_> = members.iter().map(|&(space, weight)| (space, weight / sum)).collect();
        let weights: Vec<_> = members.iter().map(|member| format!("{:.4}", member.1)).collect();
        let spaces: Vec<_> = members.iter().map(|member| member.0).collect();
        let space = SpaceId::derive(&format!("ensemble {}", weights.join(" ")), &spaces);
        Ok(Self { members, space })
    }

    /// The space of the joined embeddings.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The members' spaces and their shares, which add up to 1.
    pub fn members(&self) -> &[(SpaceId, f32)] {
        &self.members
    }

    /// Joins the embeddings of one face, one of each member in the order of the members.
    ///
    /// # Errors
    /// [`Error::Embedding`] for another number of embeddings, [`Error::SpaceMismatch`] for another space.
    pub fn join(&self, parts: &[Embedding]) -> Result<Embedding> {
        if parts.len() != self.members.len() {
            let reason = format!("the ensemble joins {} embeddings, not {}", self.members.len(), parts.len());
            return Err(not_an_embedding(reason));
        }
        let mut values = Vec::with_capacity(parts.iter().map(Embedding::len).sum());
        for (part, &(space, share)) in parts.iter().zip(&self.members) {
            if part.space() != space {
                return Err(Error::SpaceMismatch { left: space, right: part.space() });
            }
            values.extend(part.as_slice().iter().map(|value| value * share.sqrt()));
        }
        Embedding::new(self.space, values)
    }
}

/// The mean of a face's embedding and its mirror image's, as [`Engine::with_mirror_average`](crate::Engine::with_mirror_average)
/// makes it: an embedding that knows nothing of left and right, and has less noise. It has a space of its own.
///
/// # Errors
/// The errors of [`Embedding::mean`].
pub fn mirror_average(face: &Embedding, mirrored: &Embedding) -> Result<Embedding> {
    let mean = Embedding::mean(&[face, mirrored])?;
    Embedding::new(mirror_space(face.space()), mean.as_slice().to_vec())
}

/// The space of [`mirror_average`].
pub(crate) fn mirror_space(space: SpaceId) -> SpaceId {
    SpaceId::derive("mirror average", &[space])
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SpaceId = SpaceId([1; 8]);
    const B: SpaceId = SpaceId([2; 8]);

    #[test]
    fn members_and_weights_make_the_space() {
        let space = |members: &[(SpaceId, f32)]| Ensemble::new(members).unwrap().space();
        assert_eq!(space(&[(A, 1.0), (B, 1.0)]), space(&[(A, 2.0), (B, 2.0)]));
        assert_ne!(space(&[(A, 1.0), (B, 1.0)]), space(&[(A, 1.0), (B, 2.0)]));
        assert_ne!(space(&[(A, 1.0), (B, 1.0)]), space(&[(B, 1.0), (A, 1.0)]));
    }

    #[test]
    fn what_is_no_ensemble_is_refused() {
        for bad in [&[(A, 1.0)][..], &[], &[(A, 1.0), (A, 1.0)], &[(A, 1.0), (B, 0.0)], &[(A, f32::NAN), (B, 1.0)]] {
            assert_eq!(Ensemble::new(bad).unwrap_err().code(), "option");
        }
        let ensemble = Ensemble::new(&[(A, 1.0), (B, 1.0)]).unwrap();
        let face = |space| Embedding::new(space, vec![1.0, 0.0]).unwrap();
        assert_eq!(ensemble.join(&[face(A)]).unwrap_err().code(), "embedding");
        assert_eq!(ensemble.join(&[face(B), face(A)]).unwrap_err().code(), "space-mismatch");
    }

    #[test]
    fn a_mirror_average_is_no_plain_embedding() {
        let face = |x, y| Embedding::new(A, vec![x, y]).unwrap();
        let average = mirror_average(&face(1.0, 0.0), &face(0.0, 1.0)).unwrap();
        assert_eq!(average.as_slice(), face(1.0, 1.0).as_slice());
        assert_eq!(average.cosine(&face(1.0, 0.0)).unwrap_err().code(), "space-mismatch");
    }
}

//! How crowded it is around a face, measured: its similarity to the nearest strangers, which is taken off its similarity to a
//! candidate.

use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Strangers to compare with: faces of people who are nobody's candidate.
///
/// A network does not spread people evenly. People of whose kind it saw few in training lie crowded together, and a stranger
/// among them comes nearer to a candidate than a common threshold foresees. Similarity to the nearest of many strangers tells how
/// crowded it is around a face; with that taken off, one threshold fits everybody (speaker recognition's adaptive score
/// normalisation, Sturim and Reynolds 2005, without its division).
///
/// ```
/// # use facecore::{Cohort, Embedding, SpaceId};
/// let face = |x, y| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let cohort = Cohort::new(vec![face(1.0, 0.0), face(0.0, 1.0)])?;
/// assert!((cohort.crowding(&face(0.6, 0.8))? - 0.8).abs() < 1e-6);
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    members: Vec<Embedding>,
}

impl Cohort {
    /// One of so many members counts as near: few enough that they are of the face's own kind, enough for a steady mean.
    const ONE_IN: f32 = 128.0;

    /// A cohort of at least one member, all of one space. It should have a few hundred people or more, each with one photo (a mean of
    /// several would be nearer to everybody).
    ///
    /// # Errors
    /// [`Error::Option`] without members, or the errors of comparing them.
    pub fn new(members: Vec<Embedding>) -> Result<Self> {
        let Some(first) = members.first() else {
            return Err(Error::Option { name: "cohort", reason: "needs a member".into() });
        };
        members.iter().try_for_each(|member| first.check_comparable(member))?;
        Ok(Self { members })
    }

    /// The space of its members.
    pub fn space(&self) -> SpaceId {
        self.members[0].space()
    }

    /// Its members.
    pub fn members(&self) -> &[Embedding] {
        &self.members
    }

    /// The mean cosine of the nearest members (about one in 128, at least one), −1…1.
    ///
    /// # Errors
    /// The errors of [`Embedding::cosine`].
    pub fn crowding(&self, face: &Embedding) -> Result<f32> {
        let cosines = self.members.iter().map(|member| face.cosine(member)).collect::<Result<Vec<_>>>()?;
        Ok(Self::crowding_by(cosines))
    }

    /// The crowding by the cosines to all members.
    pub(crate) fn crowding_by(mut cosines: Vec<f32>) -> f32 {
        let size = cosines.len();
        let enough = Self::near(size).ceil() as usize;
        if enough < size {
            cosines.select_nth_unstable_by(enough, |a, b| b.total_cmp(a));
            cosines.truncate(enough);
        }
        cosines.sort_unstable_by(|a, b| b.total_cmp(a));
        Self::mean_of_nearest(cosines.into_iter(), size)
    }

    /// How many of `size` members count as near. It need not be whole: of 300 members 1.85 count, the second one by 0.85.
    ///
    /// Half a member less than one in 128, because few draws seldom reach the end of a distribution: of N exponential draws the
    /// k largest have the mean of the upper share p, on average, if k + ½ = p (N + ½). So the crowding by cohorts of different sizes,
    /// from 200 members on, can be compared.
    fn near(size: usize) -> f32 {
        ((size as f32 + 0.5) / Self::ONE_IN - 0.5).max(1.0)
    }

    /// How many of `size` members count, in full or in part.
    pub(crate) fn nearest_of(size: usize) -> usize {
        Self::near(size).ceil() as usize
    }

    /// The mean of the largest of `size` cosines, given in falling order.
    pub(crate) fn mean_of_nearest(falling: impl Iterator<Item = f32>, size: usize) -> f32 {
        let near = Self::near(size);
        let (mut sum, mut counted) = (0.0, 0.0f32);
        for cosine in falling.take(near.ceil() as usize) {
            let share = (near - counted).min(1.0);
            sum += share * cosine;
            counted += share;
        }
        sum / counted.max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_members_count() {
        assert_eq!(Cohort::crowding_by(vec![0.25]), 0.25);
        assert_eq!(Cohort::crowding_by((0..191).map(|at| at as f32).collect()), 190.0);
        // One and a half of 256, but for half a member's 128th.
        let near = (256.5 / 128.0) - 0.5;
        let expected = (255.0 + (near - 1.0) * 254.0) / near;
        assert!((Cohort::crowding_by((0..256).map(|at| at as f32).collect()) - expected).abs() < 1e-4);
    }

    #[test]
    fn cohorts_of_any_size_mean_the_same() {
        // Exponential draws by inversion of a sequence that fills 0…1 evenly but for chance.
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            -(((state >> 40) as f32 + 0.5) / (1u64 << 24) as f32).ln()
        };
        let mut mean = |size: usize, rounds: usize| {
            (0..rounds).map(|_| Cohort::crowding_by((0..size).map(|_| draw()).collect())).sum::<f32>() / rounds as f32
        };
        let expected = 1.0 + 128f32.ln();
        for size in [200, 400, 1_000, 3_000] {
            let mean = mean(size, 4_000_000 / size);
            assert!((mean - expected).abs() < 0.05, "{size}: {mean}, not {expected}");
        }
    }

    #[test]
    fn a_cohort_has_members_of_one_space() {
        let face = |space| Embedding::new(SpaceId([space; 8]), vec![1.0, 0.0]).unwrap();
        assert_eq!(Cohort::new(vec![]).unwrap_err().code(), "option");
        assert_eq!(Cohort::new(vec![face(1), face(2)]).unwrap_err().code(), "space-mismatch");
        let cohort = Cohort::new(vec![face(1)]).unwrap();
        assert_eq!(cohort.crowding(&face(2)).unwrap_err().code(), "space-mismatch");
    }
}

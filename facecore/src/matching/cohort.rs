//! How crowded it is around a face: similarity to strangers, to be taken off similarity to a candidate.

use crate::embed::{Embedding, SpaceId};
use crate::error::{Error, Result};

/// Strangers to compare with: faces of people who are nobody's candidate.
///
/// A network does not spread people evenly. Of some kinds it saw few in training; those it crowds together, and a
/// stranger among them is nearer to a candidate than a threshold made for all allows. Similarity to the nearest of many
/// strangers tells how crowded it is around a face; taken off, one threshold fits all (speaker recognition's adaptive score
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

    /// A cohort of at least one member, all of one space. Of a few hundred people or more it is worth its name:
    /// one photo a person (a mean of several would be nearer to everybody).
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

    /// The mean cosine of the nearest members (one in 128, at least one), −1…1.
    ///
    /// # Errors
    /// The errors of [`Embedding::cosine`].
    pub fn crowding(&self, face: &Embedding) -> Result<f32> {
        let cosines = self.members.iter().map(|member| face.cosine(member)).collect::<Result<Vec<_>>>()?;
        Ok(crowding(cosines))
    }

    /// The mean of the largest of `size` cosines, given in falling order.
    ///
    /// Of 200 members 1.56 count: the second by 0.56. So cohorts of any size mean the same.
    pub(crate) fn mean_of_nearest(falling: impl Iterator<Item = f32>, size: usize) -> f32 {
        let near = (size as f32 / Self::ONE_IN).max(1.0);
        let (mut sum, mut counted) = (0.0, 0.0f32);
        for cosine in falling.take(near.ceil() as usize) {
            let share = (near - counted).min(1.0);
            sum += share * cosine;
            counted += share;
        }
        sum / counted.max(1.0)
    }
}

fn crowding(mut cosines: Vec<f32>) -> f32 {
    let size = cosines.len();
    let enough = (size as f32 / Cohort::ONE_IN).ceil().max(1.0) as usize;
    if enough < size {
        cosines.select_nth_unstable_by(enough, |a, b| b.total_cmp(a));
        cosines.truncate(enough);
    }
    cosines.sort_unstable_by(|a, b| b.total_cmp(a));
    Cohort::mean_of_nearest(cosines.into_iter(), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_members_count() {
        let cosines: Vec<f32> = (0..256).map(|at| at as f32 / 256.0).collect();
        assert_eq!(crowding(cosines), (255.0 + 254.0) / 2.0 / 256.0);
        assert_eq!(crowding(vec![0.25]), 0.25);
        // One and a half of 192.
        let cosines: Vec<f32> = (0..192).map(|at| at as f32).collect();
        assert_eq!(crowding(cosines), (191.0 + 0.5 * 190.0) / 1.5);
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

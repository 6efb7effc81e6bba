//! How crowded it is around a face, predicted from the face's embedding alone.

use serde::{Deserialize, Serialize};

use super::ridge;
use crate::embed::{Embedding, dot};
use crate::error::{Error, Result};
use crate::random::Random;

/// Predicts what a large [`Cohort`](super::Cohort) would say of a face: the mean cosine to the strangers nearest to it.
///
/// A network does not spread people evenly, and a face in a crowded corner of the space is near to strangers whoever it is. How
/// crowded a corner is can be learnt: `crowding(face) = offset + Σ weight · max(0, row · face + bias)`, with rows and biases of
/// random numbers that `seed` gives (a random feature expansion, Rahimi and Recht 2007), and weights by ridge regression on other
/// people's faces. So a file of a few hundred numbers stands for a cohort, and nobody's face is in it.
///
/// As TOML it is the table `crowding` of a file of [`MatchingNumbers`](super::MatchingNumbers):
///
/// | key | |
/// |---|---|
/// | `len` | values of an embedding, 1 to 4,096 |
/// | `seed` | of the random rows: SplitMix64, each number 24 bits from −1 to 1, row by row, after each row its bias |
/// | `offset` | what is added to the sum |
/// | `weights` | one for each row, 1 to 4,096 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Crowding {
    len: usize,
    seed: u32,
    offset: f32,
    weights: Vec<f32>,
    /// Row by row.
    rows: Vec<f32>,
    biases: Vec<f32>,
}

/// What of a [`Crowding`] is in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    len: usize,
    seed: u32,
    offset: f32,
    weights: Vec<f32>,
}

impl Crowding {
    /// The most features, and the most values of an embedding.
    pub const MAX: usize = 4_096;

    /// # Errors
    /// [`Error::Calibration`] for a number that is not finite, or more than [`MAX`](Self::MAX) weights or values, or none.
    pub fn new(len: usize, seed: u32, offset: f32, weights: Vec<f32>) -> Result<Self> {
        let wrong = |reason: String| Err(Error::Calibration { reason });
        for (what, count) in [("values of an embedding", len), ("weights", weights.len())] {
            if !(1..=Self::MAX).contains(&count) {
                return wrong(format!("{count} {what}; from 1 to {} are allowed", Self::MAX));
            }
        }
        if !weights.iter().chain([&offset]).all(|number| number.is_finite()) {
            return wrong("a weight of the crowding is not finite".into());
        }
        let (rows, biases) = random_features(len, weights.len(), seed);
        Ok(Self { len, seed, offset, weights, rows, biases })
    }

    /// The crowding around a face, about the mean cosine to the nearest 128th of all people.
    ///
    /// # Errors
    /// [`Error::Embedding`] for an embedding of another length.
    pub fn of(&self, face: &Embedding) -> Result<f32> {
        if face.len() != self.len {
            let reason = format!("{} values; the crowding was fitted for {}", face.len(), self.len);
            return Err(Error::Embedding { reason });
        }
        let sum: f32 = self.features_of(face).zip(&self.weights).map(|(feature, weight)| feature * weight).sum();
        Ok(self.offset + sum)
    }

    /// The number of values of an embedding.
    pub fn embedding_len(&self) -> usize {
        self.len
    }

    /// Fits the weights by ridge regression: each face comes with the crowding around it, and `ridge`, above 0, is the penalty on large
    /// weights.
    ///
    /// The same faces in the same order give the same numbers.
    ///
    /// # Errors
    /// [`Error::Calibration`] for fewer than two faces, faces that cannot be compared, or numbers that are not finite.
    pub fn fit(faces: &[(&Embedding, f32)], features: usize, ridge: f64, seed: u32) -> Result<Self> {
        let wrong = |reason: &str| Error::Calibration { reason: reason.into() };
        let [(first, _), _, ..] = faces else { return Err(wrong("crowding is fitted on two faces at least")) };
        faces.iter().try_for_each(|(face, _)| first.check_comparable(face))?;
        let unfitted = Self::new(first.len(), seed, 0.0, vec![0.0; features])?;
        let rows = faces.iter().map(|(face, target)| (unfitted.features_of(face).collect(), *target));
        let (weights, offset) =
            ridge::fit(rows, features, ridge).ok_or_else(|| wrong("faces determine no crowding"))?;
        Self::new(first.len(), seed, offset, weights)
    }

    /// The number of features, each a sum over an embedding.
    pub fn features(&self) -> usize {
        self.weights.len()
    }

    fn features_of(&self, face: &Embedding) -> impl Iterator<Item = f32> {
        let rows = self.rows.chunks_exact(self.len).zip(&self.biases);
        rows.map(|(row, bias)| (dot(row, face.as_slice()) + bias).max(0.0))
    }
}

/// Rows and biases.
fn random_features(len: usize, count: usize, seed: u32) -> (Vec<f32>, Vec<f32>) {
    let mut random = Random::new(seed.into());
    let (mut rows, mut biases) = (Vec::with_capacity(len * count), Vec::with_capacity(count));
    for _ in 0..count {
        rows.extend((0..len).map(|_| random.uniform()));
        biases.push(random.uniform());
    }
    (rows, biases)
}

impl TryFrom<Written> for Crowding {
    type Error = Error;

    fn try_from(Written { len, seed, offset, weights }: Written) -> Result<Self> {
        Self::new(len, seed, offset, weights)
    }
}

impl From<Crowding> for Written {
    fn from(Crowding { len, seed, offset, weights, .. }: Crowding) -> Self {
        Self { len, seed, offset, weights }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::space::SpaceId;

    fn face(values: &[f32]) -> Embedding {
        Embedding::new(SpaceId([1; 8]), values.to_vec()).unwrap()
    }

    #[test]
    fn the_features_are_those_of_the_formula() {
        let crowding = Crowding::new(2, 7, 0.5, vec![2.0, -1.0]).unwrap();
        let mut random = Random::new(7);
        let mut feature = |face: &Embedding| {
            let [x, y, bias] = [(); 3].map(|()| random.uniform());
            (x * face.as_slice()[0] + y * face.as_slice()[1] + bias).max(0.0)
        };
        let face = face(&[0.6, 0.8]);
        let expected = 0.5 + 2.0 * feature(&face) - feature(&face);
        assert!((crowding.of(&face).unwrap() - expected).abs() < 1e-6);
    }

    #[test]
    fn a_crowded_corner_is_learnt() {
        let mut random = Random::new(3);
        let mut around = |centre: f32| {
            let values: Vec<f32> = (0..8).map(|at| random.uniform() + if at == 0 { centre } else { 0.0 }).collect();
            face(&values)
        };
        let faces: Vec<Embedding> = (0..400).map(|at| around(if at % 2 == 0 { 2.0 } else { 0.0 })).collect();
        // How much of a face points into the corner.
        let targets: Vec<(&Embedding, f32)> = faces.iter().map(|face| (face, face.as_slice()[0].powi(2))).collect();
        let (known, others) = targets.split_at(300);
        let crowding = Crowding::fit(known, 256, 1e-5, 1).unwrap();
        assert_eq!(crowding, Crowding::fit(known, 256, 1e-5, 1).unwrap());
        let square = |of: &dyn Fn(&Embedding) -> f32| {
            others.iter().map(|(face, target)| (of(face) - target).powi(2)).sum::<f32>() / others.len() as f32
        };
        let mean = known.iter().map(|(_, target)| target).sum::<f32>() / known.len() as f32;
        let (predicted, constant) = (square(&|face| crowding.of(face).unwrap()), square(&|_| mean));
        assert!(predicted < 0.1 * constant, "{predicted} of {constant}");
        assert!(Crowding::fit(&known[..1], 256, 1e-5, 1).is_err());
    }

    #[test]
    fn numbers_that_are_no_crowding_are_refused() {
        for (len, weights) in
            [(0, vec![1.0]), (4_097, vec![1.0]), (2, vec![]), (2, vec![0.0; 4_097]), (2, vec![f32::NAN])]
        {
            assert_eq!(Crowding::new(len, 1, 0.0, weights).unwrap_err().code(), "calibration");
        }
        assert!(Crowding::new(2, 1, f32::INFINITY, vec![1.0]).is_err());
        let crowding = Crowding::new(2, 1, 0.0, vec![1.0]).unwrap();
        assert_eq!(crowding.of(&face(&[1.0, 0.0, 0.0])).unwrap_err().code(), "embedding");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seed: u32, offset in -1.0f32..1.0, weights in prop::collection::vec(-1.0f32..1.0, 1..9)) {
            let crowding = Crowding::new(3, seed, offset, weights).unwrap();
            let text = toml::to_string(&crowding).unwrap();
            prop_assert_eq!(toml::from_str::<Crowding>(&text).unwrap(), crowding);
        }
    }
}

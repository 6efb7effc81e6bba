//! The fitted numbers, and how they are fitted: weights by ridge regression, the leader's constant for a wanted precision.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::features::Features;
use crate::cluster::{Dbscan, Grouping, SamePhoto, Zones};
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Every number of the profile builder that was fitted on data. They belong to one space.
///
/// As TOML it is the file that `albums fit` writes; those for this project's networks are compiled in ([`Settings::for_space`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The space for which they hold.
    pub space: SpaceId,
    /// A face narrower than this many pixels forms no cluster; it may join one.
    pub seed_width: f32,
    /// A face with a lower score of the detector forms no cluster either.
    pub seed_score: f32,
    /// The eps of DBSCAN.
    pub eps: EpsRule,
    /// The number of neighbours, the face itself among them, from which DBSCAN takes a face as a core.
    pub min_samples: usize,
    /// The cosine of two clusters' centroids from which on they are one person.
    pub merge: f32,
    /// The cosine of two clusters' centroids from which on (below `merge`) the smaller one is dropped.
    pub ambiguous: f32,
    /// The least cosine to a cluster's centroid with which a face outside joins it.
    pub join: f32,
    /// How much each feature counts.
    pub weights: Weights,
    /// How far the leader must be ahead of the next cluster.
    pub lead: f32,
    /// What the next cluster weighs at least, for the lead, even if there is none. So a passer-by who is alone in an album does not
    /// become its owner: the owner may be in no cluster at all.
    pub absent: f32,
    /// Two clusters that each weigh at least this much, and that no third comes near, are the two owners of a joint account.
    pub joint: f32,
    /// Confidence is the logistic function of `[0] + [1] · lead + [2] · ln(photos)`.
    pub confidence: [f32; 3],
}

impl Settings {
    /// The numbers that ship for a space; `None` for one that they were not fitted for.
    ///
    /// ```
    /// # use facecore::profile::Settings;
    /// let space = "e37f9c1f75f50abd".parse()?; // facenet-ms1m-128
    /// assert!(Settings::for_space(space).is_some());
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn for_space(space: SpaceId) -> Option<Self> {
        const FILES: [&str; 2] = [include_str!("fitted/facenet-ms1m-128.toml"), include_str!("fitted/sface.toml")];
        static SHIPPED: LazyLock<Vec<Settings>> =
            LazyLock::new(|| FILES.iter().filter_map(|text| Settings::from_toml(text).ok()).collect());
        SHIPPED.iter().find(|fitted| fitted.space == space).cloned()
    }

    /// Reads and checks a file of settings.
    ///
    /// # Errors
    /// [`Error::Option`] for anything that is no such file or has a number outside its range.
    pub fn from_toml(text: &str) -> Result<Self> {
        let settings: Self = toml::from_str(text).map_err(|error| wrong(error.message()))?;
        settings.check().map(|()| settings)
    }

    /// The file's text.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// The rules by which this many clear faces of an album become people.
    ///
    /// # Errors
    /// [`Error::Option`] if a number is outside its range, which it never is in settings that were read or that ship.
    pub fn grouping(&self, faces: usize, same_photo: SamePhoto) -> Result<Grouping> {
        let dbscan = Dbscan::new(self.eps.of(faces), self.min_samples)?;
        Ok(Grouping { dbscan, same_photo, zones: Zones::new(self.merge, self.ambiguous)? })
    }

    /// Whether a face is clear enough to form a cluster, by its width in pixels and the detector's score.
    pub fn is_clear(&self, width: f32, score: f32) -> bool {
        width >= self.seed_width && score >= self.seed_score
    }

    pub(super) fn check(&self) -> Result<()> {
        Zones::new(self.merge, self.ambiguous)?;
        let numbers =
            [self.seed_width, self.seed_score, self.join, self.lead, self.absent, self.joint, self.weights.bias];
        let eps = [self.eps.at_ten, self.eps.per_tenfold];
        let all = numbers.iter().chain(&eps).chain(&self.confidence).chain(&self.weights.of);
        if let Some(number) = all.into_iter().find(|number| !number.is_finite()) {
            return Err(wrong(format!("a number is {number}")));
        }
        let [least, most] = self.eps.range;
        if !(0.0 <= least && least <= most && most <= 2.0) || self.min_samples == 0 {
            return Err(wrong("eps is from 0 to 2 and min_samples at least 1"));
        }
        if self.lead < 0.0 || self.confidence[1] < 0.0 || self.confidence[2] < 0.0 {
            return Err(wrong("the lead and the slopes of the confidence are not negative"));
        }
        Ok(())
    }
}

fn wrong(reason: impl Into<String>) -> Error {
    Error::Option { name: "settings", reason: reason.into() }
}

/// The eps of DBSCAN by the number of faces in an album: the more faces, the nearer are the nearest strangers.
///
/// `eps = at_ten + per_tenfold · (log10(faces) − 1)`, kept within `range`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpsRule {
    /// The eps for ten faces.
    pub at_ten: f32,
    /// What is added for each ten times as many faces; usually below 0.
    pub per_tenfold: f32,
    /// The least and the largest eps.
    pub range: [f32; 2],
}

impl EpsRule {
    /// The same eps for every album.
    pub fn constant(eps: f32) -> Self {
        Self { at_ten: eps, per_tenfold: 0.0, range: [eps, eps] }
    }

    /// The eps for so many faces.
    pub fn of(&self, faces: usize) -> f32 {
        let tenfolds = (faces.max(1) as f32).log10() - 1.0;
        (self.at_ten + self.per_tenfold * tenfolds).clamp(self.range[0], self.range[1])
    }
}

/// How much each of the five [`Features`] counts in a cluster's weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// One factor for each feature, in the order of [`Features::NAMES`].
    pub of: [f32; Features::COUNT],
    /// Added to the weight of every cluster; it does not change their order.
    pub bias: f32,
}

impl Weights {
    /// "The largest cluster is the owner".
    pub const LARGEST: Self = Self { of: [1.0, 0.0, 0.0, 0.0, 0.0], bias: 0.0 };

    /// The weight of a cluster: near 1 for the owner, near 0 for somebody else.
    pub fn weigh(&self, features: &Features) -> f32 {
        self.bias + self.of.iter().zip(features.to_array()).map(|(weight, value)| weight * value).sum::<f32>()
    }

    /// Linear regression of "is the owner" (1 or 0) on the features, with a ridge against features that never vary.
    ///
    /// ```
    /// # use facecore::profile::{Features, Weights};
    /// let cluster = |size, pins| Features { size, pins, ..Features::default() };
    /// let examples = [(cluster(1.0, 0.0), 0.5), (cluster(0.0, 1.0), 1.0), (cluster(0.0, 0.0), 0.0)];
    /// let weights = Weights::fit(&examples, 1e-9)?;
    /// assert!((weights.of[0] - 0.5).abs() < 1e-3 && (weights.of[2] - 1.0).abs() < 1e-3);
    /// # Ok::<(), facecore::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Option`] without examples, for a `ridge` that is not above 0, or for numbers that are not finite.
    pub fn fit(examples: &[(Features, f32)], ridge: f64) -> Result<Self> {
        const SIZE: usize = Features::COUNT + 1;
        if examples.is_empty() || ridge.is_nan() || ridge <= 0.0 {
            return Err(Error::Option {
                name: "examples",
                reason: "there are none, or the ridge is not above 0".into(),
            });
        }
        let mut normal = [[0.0f64; SIZE + 1]; SIZE];
        for (features, target) in examples {
            let mut row = [1.0; SIZE + 1];
            for (cell, value) in row.iter_mut().zip(features.to_array()) {
                *cell = f64::from(value);
            }
            row[SIZE] = f64::from(*target);
            for (line, &factor) in normal.iter_mut().zip(&row) {
                line.iter_mut().zip(&row).for_each(|(sum, value)| *sum += factor * value);
            }
        }
        for (at, line) in normal.iter_mut().enumerate().take(Features::COUNT) {
            line[at] += ridge * examples.len() as f64;
        }
        let solution = solve(normal).filter(|solution| solution.iter().all(|value| value.is_finite()));
        let solution = solution.ok_or_else(|| wrong("the examples determine no weights"))?;
        let mut weights = Self { of: [0.0; Features::COUNT], bias: solution[Features::COUNT] as f32 };
        weights.of.iter_mut().zip(solution).for_each(|(weight, value)| *weight = value as f32);
        Ok(weights)
    }
}

/// Gauss–Jordan elimination with the largest pivot.
fn solve<const N: usize, const M: usize>(mut lines: [[f64; M]; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot = (column..N).max_by(|&a, &b| lines[a][column].abs().total_cmp(&lines[b][column].abs()))?;
        lines.swap(column, pivot);
        let head = lines[column];
        if head[column] == 0.0 {
            return None;
        }
        for (_, line) in lines.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let factor = line[column] / head[column];
            line.iter_mut().zip(&head).for_each(|(cell, value)| *cell -= factor * value);
        }
    }
    Some(std::array::from_fn(|at| lines[at][N] / lines[at][at]))
}

/// One point of [`lead_curve`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeadPoint {
    /// The lead that is asked for.
    pub lead: f32,
    /// The share of the albums that have a leader then.
    pub built: f64,
    /// The share of these leaders who are the owner.
    pub precision: f64,
}

/// What each value of [`Settings::lead`] would give: a point for every lead that occurs, the largest first. `albums` has for each
/// album the lead of its heaviest cluster, and whether that cluster is the owner.
pub fn lead_curve(albums: &[(f32, bool)]) -> Vec<LeadPoint> {
    let mut sorted: Vec<_> = albums.iter().copied().filter(|(lead, _)| lead.is_finite()).collect();
    sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut right = 0;
    let mut curve: Vec<LeadPoint> = Vec::with_capacity(sorted.len());
    for (rank, (lead, is_owner)) in sorted.into_iter().enumerate() {
        right += usize::from(is_owner);
        let count = rank + 1;
        let (built, precision) = (count as f64 / albums.len() as f64, right as f64 / count as f64);
        match curve.last_mut() {
            Some(last) if last.lead == lead => (last.built, last.precision) = (built, precision),
            _ => curve.push(LeadPoint { lead, built, precision }),
        }
    }
    curve
}

/// The smallest lead to ask for so that, of all albums with at least that lead, the share whose leader is the owner is at least
/// `precision`; `None` if there is none.
///
/// ```
/// # use facecore::profile::fit_lead;
/// let albums = [(0.9, true), (0.5, true), (0.2, false), (0.1, true)];
/// assert_eq!(fit_lead(&albums, 0.99), Some(0.5));
/// assert_eq!(fit_lead(&albums, 0.75), Some(0.1));
/// ```
pub fn fit_lead(albums: &[(f32, bool)], precision: f64) -> Option<f32> {
    lead_curve(albums).iter().rev().find(|point| point.precision >= precision).map(|point| point.lead.max(0.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn known_weights_are_recovered(of in prop::array::uniform5(-2.0f32..2.0), bias in -1.0f32..1.0, seed in any::<u32>()) {
            let weights = Weights { of, bias };
            let mut state = seed;
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 24) as f32
            };
            let examples: Vec<_> = (0..200).map(|_| {
                let features = Features { size: next(), quality: next(), pins: next(), likeness: next(), friends: next() };
                (features, weights.weigh(&features))
            }).collect();
            let fitted = Weights::fit(&examples, 1e-9).unwrap();
            for (a, b) in fitted.of.iter().zip(of) {
                prop_assert!((a - b).abs() < 1e-3, "{fitted:?}");
            }
        }

        #[test]
        fn a_fitted_lead_has_its_precision(albums in prop::collection::vec((0.0f32..1.0, any::<bool>()), 1..60), precision in 0.1..1.0) {
            match fit_lead(&albums, precision) {
                Some(lead) => {
                    let kept: Vec<_> = albums.iter().filter(|album| album.0 >= lead).collect();
                    let right = kept.iter().filter(|album| album.1).count();
                    prop_assert!(right as f64 >= precision * kept.len() as f64 - 1e-9);
                }
                None => prop_assert!(lead_curve(&albums).iter().all(|point| point.precision < precision)),
            }
        }
    }

    #[test]
    fn a_feature_that_never_varies_gets_no_weight() {
        let examples: Vec<_> = (0..10)
            .map(|i| (Features { size: i as f32 / 10.0, ..Features::default() }, (i > 5) as u8 as f32))
            .collect();
        let weights = Weights::fit(&examples, 1e-6).unwrap();
        assert!(weights.of[0] > 1.0 && weights.of[1..].iter().all(|weight| weight.abs() < 1e-6));
        assert!(Weights::fit(&[], 1.0).is_err() && Weights::fit(&examples, 0.0).is_err());
    }

    #[test]
    fn eps_falls_with_the_number_of_faces_within_its_range() {
        let rule = EpsRule { at_ten: 0.5, per_tenfold: -0.1, range: [0.25, 0.55] };
        assert_eq!((rule.of(0), rule.of(10), rule.of(1_000_000)), (0.55, 0.5, 0.25));
        assert!((rule.of(100) - 0.4).abs() < 1e-6);
    }

    #[test]
    fn what_ships_is_sound_and_reads_back() {
        for space in ["e37f9c1f75f50abd", "5e8e99d6f9fc842d"] {
            let fitted = Settings::for_space(space.parse().unwrap()).unwrap();
            assert_eq!(Settings::from_toml(&fitted.to_toml()).unwrap(), fitted);
        }
        let fitted = Settings::for_space("e37f9c1f75f50abd".parse().unwrap()).unwrap();
        assert!(Settings::for_space(SpaceId([0; 8])).is_none());
        for (from, to) in [("lead = ", "lead = -"), ("merge = ", "merge = -"), ("join = ", "glue = ")] {
            assert_eq!(Settings::from_toml(&fitted.to_toml().replace(from, to)).unwrap_err().code(), "option", "{to}");
        }
    }
}

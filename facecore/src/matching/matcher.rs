//! The rule by which faces get names.

use std::sync::Arc;

use super::cohort::Cohort;
use super::numbers::MatchingNumbers;
use super::thresholds::Thresholds;
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Decides who the faces of a photo are, all at once:
///
/// 1. For each face and person there is a required cosine, below which the face never gets that person's name. The *nearest*
///    person is the one whose cosine is the furthest above the required one.
/// 2. The face *stands for* its nearest person and for everyone who is less than the margin behind: the network
///    cannot tell them apart.
/// 3. A person is at most one face. Among the persons that the faces stand for, the assignment with the largest total
///    of (cosine − required) is taken. A face that gets nobody is [`Refusal::PersonTaken`](super::Refusal::PersonTaken): it is not
///    passed on to somebody clearly less near, who would often be a relative.
/// 4. The assigned person must lead everybody else by the margin, except persons who are certainly another face of
///    the photo. Otherwise the face is [`Refusal::AmbiguousRunnerUp`](super::Refusal::AmbiguousRunnerUp). So a sister beside her
///    twin can be told apart when the twin's face is clear, and two faces that are both unclear stay unnamed.
///
/// With one face this is: nearest person, at or above what is required, ahead of the second by the margin.
///
/// What is required is fitted on other people ([`for_space`](Self::for_space)), so that the caller asks for a rate of false
/// positives; or the caller fixes a cosine ([`cosine`](Self::cosine)); or it comes from a cohort
/// ([`Calibration::matcher`](super::Calibration::matcher)).
///
/// ```
/// # use facecore::{Candidate, Embedding, Matcher, Outcome, SpaceId};
/// let space: SpaceId = "e37f9c1f75f50abd".parse()?; // facenet-ms1m-128
/// # let face = |x: f32, y: f32| Embedding::new(space, [vec![x, y], vec![0.0; 126]].concat()).unwrap();
/// let people = [
///     Candidate { person: "Ada".into(), embeddings: vec![face(1.0, 0.0), face(0.9, 0.1)] },
///     Candidate { person: "Eve".into(), embeddings: vec![face(0.0, 1.0)] },
/// ];
/// // One stranger's face in a thousand may get a name.
/// let matcher = Matcher::for_space(space)?.with_false_positive_rate(0.001)?;
/// let verdicts = matcher.decide(&[face(0.9, 0.05)], &people)?;
/// assert!(matches!(&verdicts[0].outcome, Outcome::Match { person, .. } if person == "Ada"));
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Matcher {
    rule: Rule,
    margin: f32,
}

/// What is required of a cosine.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    /// The same of each, by the nearest photo of a person.
    Cosine { threshold: f32 },
    /// What keeps a rate of false positives, by fitted numbers.
    Fitted { numbers: Arc<MatchingNumbers>, fp: f64 },
    /// A threshold above the crowding around the face.
    Cohort { cohort: Arc<Cohort>, threshold: f32 },
}

impl Rule {
    /// What stands for a person with these photos among `people`, and what they ask of a cosine above what the face asks.
    pub(super) fn enrol(&self, photos: &[&Embedding], people: usize) -> Result<(Vec<Embedding>, f32)> {
        match self {
            Self::Cosine { .. } => Ok((photos.iter().map(|&photo| photo.clone()).collect(), 0.0)),
            Self::Cohort { .. } => Ok((vec![Embedding::mean(photos)?], 0.0)),
            Self::Fitted { numbers, fp } => {
                let mean = Embedding::mean(photos)?;
                numbers.check_space(&mean)?;
                let more = numbers.thresholds.of(*fp, people, photos.len()) - numbers.thresholds.of(*fp, people, 1);
                let allowance = more + numbers.crowding.of(&mean)? / 2.0;
                Ok((vec![mean], allowance))
            }
        }
    }

    /// What every face asks of a cosine to each of so many people.
    pub(super) fn asked_by_all(&self, people: usize) -> f32 {
        match self {
            Self::Cosine { threshold } | Self::Cohort { threshold, .. } => *threshold,
            Self::Fitted { numbers, fp } => numbers.thresholds.of(*fp, people, 1),
        }
    }

    /// What a face asks on top of that.
    pub(super) fn asked_by(&self, face: &Embedding) -> Result<f32> {
        match self {
            Self::Cosine { .. } => Ok(0.0),
            Self::Cohort { cohort, .. } => cohort.crowding(face),
            Self::Fitted { numbers, .. } => {
                numbers.check_space(face)?;
                Ok(numbers.crowding.of(face)? / 2.0)
            }
        }
    }
}

impl Matcher {
    /// The most faces that [`decide`](Self::decide) takes at once.
    pub const MAX_FACES: usize = 1_000;

    /// The rate of false positives unless asked for another: one stranger's face in a hundred gets a name.
    pub const FALSE_POSITIVE_RATE: f64 = 0.01;

    /// The matcher for a space whose numbers come with this crate, with [`FALSE_POSITIVE_RATE`](Self::FALSE_POSITIVE_RATE).
    ///
    /// A person is the mean of their photos. What is required rises with the number of candidates, and with how crowded it is
    /// around the face and around the candidate (see [`Crowding`](super::Crowding)).
    ///
    /// # Errors
    /// [`Error::Calibration`] for another space.
    pub fn for_space(space: SpaceId) -> Result<Self> {
        let numbers = MatchingNumbers::bundled(space).ok_or_else(|| no_numbers(space))?;
        Self::fitted(numbers, Self::FALSE_POSITIVE_RATE)
    }

    /// The matcher for numbers fitted for a network of one's own, with [`FALSE_POSITIVE_RATE`](Self::FALSE_POSITIVE_RATE).
    pub fn with_numbers(numbers: MatchingNumbers) -> Self {
        Self {
            margin: numbers.margin,
            rule: Rule::Fitted { numbers: Arc::new(numbers), fp: Self::FALSE_POSITIVE_RATE },
        }
    }

    /// The same with another rate: the share of strangers' faces that may get a name, whatever the number of candidates.
    ///
    /// # Errors
    /// [`Error::Option`] for a rate outside [`Thresholds::RATES`](super::Thresholds::RATES), and for a matcher whose threshold was
    /// fixed by [`cosine`](Self::cosine) or by a calibration.
    pub fn with_false_positive_rate(self, fp: f64) -> Result<Self> {
        match self.rule {
            Rule::Fitted { numbers, .. } => Self::fitted(numbers, fp),
            Rule::Cosine { .. } | Rule::Cohort { .. } => Err(Error::Option {
                name: "false-positive rate",
                reason: "this matcher has a fixed threshold; begin with Matcher::for_space".into(),
            }),
        }
    }

    /// A plain matcher: the same cosine is required everywhere, and a person is as near as their nearest photo.
    ///
    /// `threshold` is from −1 to 1; `margin`, how far the match must be ahead of the next person, from 0 (no matter) to 2. How many
    /// strangers get a name then depends on the number of candidates and of their photos.
    ///
    /// # Errors
    /// [`Error::Option`] for a threshold outside −1 to 1 or a margin outside 0 to 2.
    ///
    /// ```
    /// # use facecore::{Candidate, Embedding, Matcher, Outcome, SpaceId};
    /// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
    /// let people = [Candidate { person: "Ada".into(), embeddings: vec![face(1.0, 0.0)] }];
    /// let verdicts = Matcher::cosine(0.6, 0.05)?.decide(&[face(0.8, 0.1)], &people)?;
    /// assert!(matches!(&verdicts[0].outcome, Outcome::Match { person, .. } if person == "Ada"));
    /// # Ok::<(), facecore::Error>(())
    /// ```
    pub fn cosine(threshold: f32, margin: f32) -> Result<Self> {
        if !(-1.0..=1.0).contains(&threshold) {
            return Err(Error::Option { name: "threshold", reason: format!("{threshold} is not from -1 to 1") });
        }
        check_margin(margin)?;
        Ok(Self { rule: Rule::Cosine { threshold }, margin })
    }

    /// A matcher that requires `threshold` above the crowding around the face, by a cohort.
    pub(super) fn with_cohort(cohort: Arc<Cohort>, threshold: f32, margin: f32) -> Result<Self> {
        check_margin(margin)?;
        Ok(Self { rule: Rule::Cohort { cohort, threshold }, margin })
    }

    fn fitted(numbers: Arc<MatchingNumbers>, fp: f64) -> Result<Self> {
        Thresholds::check_rate(fp)?;
        Ok(Self { margin: numbers.margin, rule: Rule::Fitted { numbers, fp } })
    }

    /// The share of strangers' faces that may get a name; none where the threshold is fixed.
    pub fn false_positive_rate(&self) -> Option<f64> {
        match self.rule {
            Rule::Fitted { fp, .. } => Some(fp),
            Rule::Cosine { .. } | Rule::Cohort { .. } => None,
        }
    }

    /// How far a match must be ahead of the next person, from 0 to 2.
    pub fn margin(&self) -> f32 {
        self.margin
    }

    /// What a face asks of a cosine above what every face asks; the same whatever the candidates.
    pub(crate) fn asked_by(&self, face: &Embedding) -> Result<f32> {
        self.rule.asked_by(face)
    }

    pub(super) fn rule(&self) -> &Rule {
        &self.rule
    }
}

fn no_numbers(space: SpaceId) -> Error {
    let reason = format!(
        "no numbers for space {space} come with facecore; fit them (`facecore matching fit`, `Matcher::with_numbers`), or take a \
         fixed cosine (`Matcher::cosine`)"
    );
    Error::Calibration { reason }
}

fn check_margin(margin: f32) -> Result<()> {
    if (0.0..=2.0).contains(&margin) {
        return Ok(());
    }
    Err(Error::Option { name: "margin", reason: format!("{margin} is not from 0 to 2") })
}

//! Who is it? Faces of one photo against named candidates.
//!
//! This room knows embeddings only, never pixels. [`Matcher`] has the rule.

mod assignment;
mod calibration;
mod cohort;

use std::collections::{HashMap, HashSet};
use std::fmt;

pub use calibration::{CalibratedMatcher, Calibration, Logistic, OperatingPoint};
pub use cohort::Cohort;

use crate::embed::Embedding;
use crate::error::{Error, Result};

/// Somebody whom a face may be.
///
/// Candidates of one name are one person, with the embeddings of all; without any embedding a person is nobody's
/// neighbour.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The name or key of the person.
    pub person: String,
    /// Known faces of the person, all of one space.
    pub embeddings: Vec<Embedding>,
}

/// A person and how near they are to a face.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The name or key of the person.
    pub person: String,
    /// The largest cosine between the face and the person's embeddings, from −1 to 1.
    pub cosine: f32,
}

/// Why a face has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is nobody to compare with.
    NoCandidates,
    /// The nearest person is below the threshold.
    BelowThreshold,
    /// Somebody else is nearly as near, and is not certainly another face of the photo.
    AmbiguousRunnerUp,
    /// Everyone whom the face could be fits another face of the photo better.
    PersonTaken,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCandidates => "there is no candidate to compare with",
            Self::BelowThreshold => "the nearest person is below the threshold",
            Self::AmbiguousRunnerUp => "another person is nearly as near",
            Self::PersonTaken => "the person fits another face of the photo better",
        })
    }
}

/// The decision about one face.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The face is this person.
    Match {
        /// The name or key of the person.
        person: String,
        /// How near the person is to the face.
        cosine: f32,
    },
    /// The face has no name.
    NoMatch {
        /// Why.
        reason: Refusal,
    },
}

/// The decision about one face and the numbers behind it.
///
/// `nearest`, `runner_up` and `margin` are about this face alone. A match is `nearest`, unless that person is
/// certainly another face of the photo and the match is less than the required margin behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What was decided.
    pub outcome: Outcome,
    /// The nearest person.
    pub nearest: Option<Neighbour>,
    /// The second nearest person.
    pub runner_up: Option<Neighbour>,
    /// How far `nearest` is ahead of `runner_up`, from 0 to 2; none where there is no second person.
    pub margin: Option<f32>,
    /// The cosine that was required.
    pub threshold: f32,
}

/// Decides who the faces of a photo are, all at once:
///
/// 1. A person is as near to a face as their nearest embedding. A face is never named for a person below the
///    threshold.
/// 2. The face *stands for* its nearest person and for everyone who is less than the margin behind: the network
///    cannot tell them apart.
/// 3. A person is at most one face. Among the persons that the faces stand for, the assignment with the largest total
///    of (cosine − threshold) is taken. A face that gets nobody is [`Refusal::PersonTaken`]: it is not passed on to
///    somebody clearly less near, who would often be a relative.
/// 4. The assigned person must lead everybody else by the margin, except persons who are certainly another face of
///    the photo. Otherwise the face is [`Refusal::AmbiguousRunnerUp`]. So a sister beside her twin can be told apart
///    when the twin's face is clear, and two faces that are both unclear stay unnamed.
///
/// With one face this is: nearest person, at or above the threshold, ahead of the second by the margin.
///
/// ```
/// # use facecore::{Candidate, Embedding, Matcher, Outcome, SpaceId};
/// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let people = [
///     Candidate { person: "Ada".into(), embeddings: vec![face(1.0, 0.0), face(0.9, 0.1)] },
///     Candidate { person: "Eve".into(), embeddings: vec![face(0.0, 1.0)] },
/// ];
/// let verdicts = Matcher::new(0.6, 0.05)?.decide(&[face(0.8, 0.1)], &people)?;
/// assert!(matches!(&verdicts[0].outcome, Outcome::Match { person, .. } if person == "Ada"));
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matcher {
    /// The least cosine of a match, from −1 to 1; good values belong to a model.
    pub threshold: f32,
    /// How far the match must be ahead of the next person, from 0 (no matter) to 2.
    pub margin: f32,
}

impl Matcher {
    /// The most faces that [`decide`](Self::decide) takes at once.
    pub const MAX_FACES: usize = 1_000;

    /// A matcher for one photo after the other.
    ///
    /// # Errors
    /// [`Error::Option`] for a threshold outside −1 to 1 or a margin outside 0 to 2.
    pub fn new(threshold: f32, margin: f32) -> Result<Self> {
        let matcher = Self { threshold, margin };
        matcher.check().map(|()| matcher)
    }

    /// One verdict for each face of one photo, in the order of `faces`.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] if two embeddings cannot be compared, [`Error::Option`] as
    /// [`new`](Self::new), [`Error::Limit`] above [`MAX_FACES`](Self::MAX_FACES).
    pub fn decide(&self, faces: &[Embedding], candidates: &[Candidate]) -> Result<Vec<Verdict>> {
        self.decide_each(faces, &vec![self.threshold; faces.len()], candidates)
    }

    /// [`decide`](Self::decide) with a threshold for each face.
    fn decide_each(&self, faces: &[Embedding], thresholds: &[f32], candidates: &[Candidate]) -> Result<Vec<Verdict>> {
        self.check()?;
        if faces.len() > Self::MAX_FACES {
            let (actual, limit) = (faces.len() as u64, Self::MAX_FACES as u64);
            return Err(Error::Limit { what: "number of faces to match", actual, limit });
        }
        check_comparable(faces.iter().chain(candidates.iter().flat_map(|candidate| &candidate.embeddings)))?;
        let people = merge(candidates);
        // The other faces hold one person each at most, so nobody beyond these ranks can decide anything.
        let ranks = faces.len() + 1;
        let ranked = faces.iter().map(|face| rank(face, &people, ranks)).collect::<Result<Vec<_>>>()?;
        let named = |&(person, cosine): &Rank| Neighbour { person: people.names[person].to_owned(), cosine };
        let verdict = |((ranking, &threshold), answer): ((&Vec<Rank>, &f32), Result<Rank, Refusal>)| Verdict {
            outcome: match answer.map(|rank| named(&rank)) {
                Ok(Neighbour { person, cosine }) => Outcome::Match { person, cosine },
                Err(reason) => Outcome::NoMatch { reason },
            },
            nearest: ranking.first().map(named),
            runner_up: ranking.get(1).map(named),
            margin: match ranking[..] {
                [nearest, second, ..] => Some(nearest.1 - second.1),
                _ => None,
            },
            threshold,
        };
        let answers = self.answer(&ranked, thresholds);
        Ok(ranked.iter().zip(thresholds).zip(answers).map(verdict).collect())
    }

    fn check(&self) -> Result<()> {
        if !(-1.0..=1.0).contains(&self.threshold) {
            return Err(Error::Option { name: "threshold", reason: format!("{} is not from -1 to 1", self.threshold) });
        }
        if !(0.0..=2.0).contains(&self.margin) {
            return Err(Error::Option { name: "margin", reason: format!("{} is not from 0 to 2", self.margin) });
        }
        Ok(())
    }

    /// The persons that a face stands for, with their weights in the assignment.
    fn standing(&self, ranking: &[Rank], threshold: f32) -> Vec<(usize, f64)> {
        // A match exactly at the threshold is a match too; too small to decide between cosines, which are f32.
        const AT_THRESHOLD: f64 = 1e-9;
        let nearest = ranking.first().map_or(0.0, |rank| rank.1);
        let stands = |cosine: f32| cosine >= threshold && (cosine == nearest || nearest - cosine < self.margin);
        let weight = |cosine: f32| f64::from(cosine) - f64::from(threshold) + AT_THRESHOLD;
        let standing = ranking.iter().filter(|rank| stands(rank.1));
        standing.map(|&(person, cosine)| (person, weight(cosine))).collect()
    }

    /// Steps 2 to 4 of the rule: for each face its person, or why it has none.
    fn answer(&self, ranked: &[Vec<Rank>], thresholds: &[f32]) -> Vec<Result<Rank, Refusal>> {
        let standing: Vec<_> =
            ranked.iter().zip(thresholds).map(|(ranking, &threshold)| self.standing(ranking, threshold)).collect();
        let refuse = |ranking: &[Rank], threshold: f32| match ranking.first() {
            None => Refusal::NoCandidates,
            Some(nearest) if nearest.1 < threshold => Refusal::BelowThreshold,
            Some(_) => Refusal::PersonTaken,
        };
        let mut answers = Vec::with_capacity(ranked.len());
        let mut doubtful = Vec::new();
        for (face, person) in assignment::assign(&standing).into_iter().enumerate() {
            let rank = ranked[face].iter().find(|rank| Some(rank.0) == person);
            answers.push(rank.copied().ok_or_else(|| refuse(&ranked[face], thresholds[face])));
            doubtful.extend(rank.map(|&rank| (face, rank)));
        }
        // Each certain face takes its person out of the doubts of the others, until that helps nobody any more.
        let mut certain = HashSet::new();
        loop {
            let before = doubtful.len();
            doubtful.retain(|&(face, (person, cosine))| {
                let is_rival = |rank: &&Rank| rank.0 != person && !certain.contains(&rank.0);
                let rival = ranked[face].iter().find(is_rival);
                let clear = rival.is_none_or(|rival| cosine - rival.1 >= self.margin);
                if clear {
                    certain.insert(person);
                }
                !clear
            });
            if doubtful.len() == before {
                break;
            }
        }
        for (face, _) in doubtful {
            answers[face] = Err(Refusal::AmbiguousRunnerUp);
        }
        answers
    }
}

/// A person's place in the list of people, and how near they are to a face.
type Rank = (usize, f32);

fn check_comparable<'a>(mut embeddings: impl Iterator<Item = &'a Embedding>) -> Result<()> {
    let Some(first) = embeddings.next() else {
        return Ok(());
    };
    embeddings.try_for_each(|other| first.check_comparable(other))
}

/// Everybody who has an embedding.
struct People<'a> {
    /// In the order of their first appearance.
    names: Vec<&'a str>,
    /// Each embedding with its person's place in `names`.
    known: Vec<(usize, &'a Embedding)>,
}

/// Candidates of one name are one person.
fn merge(candidates: &[Candidate]) -> People<'_> {
    let mut people = People { names: Vec::new(), known: Vec::with_capacity(candidates.len()) };
    let mut places = HashMap::with_capacity(candidates.len());
    for candidate in candidates.iter().filter(|candidate| !candidate.embeddings.is_empty()) {
        let place = *places.entry(candidate.person.as_str()).or_insert_with(|| {
            people.names.push(&candidate.person);
            people.names.len() - 1
        });
        people.known.extend(candidate.embeddings.iter().map(|embedding| (place, embedding)));
    }
    people
}

/// The `count` nearest persons, the nearest first.
fn rank(face: &Embedding, people: &People<'_>, count: usize) -> Result<Vec<Rank>> {
    let mut ranking: Vec<Rank> = (0..people.names.len()).map(|person| (person, -1.0)).collect();
    for &(person, embedding) in &people.known {
        let nearest = &mut ranking[person].1;
        *nearest = nearest.max(face.cosine(embedding)?);
    }
    let order = |a: &Rank, b: &Rank| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if ranking.len() > count {
        ranking.select_nth_unstable_by(count, order);
        ranking.truncate(count);
    }
    ranking.sort_unstable_by(order);
    ranking.shrink_to_fit();
    Ok(ranking)
}

#[cfg(test)]
mod tests;

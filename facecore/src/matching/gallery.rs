//! The people whom faces are compared with, made ready once for many photos.

use std::collections::HashMap;

use super::decision::{self, Rank};
use super::matcher::Matcher;
use super::verdict::{Neighbour, Outcome, Refusal, Verdict};
use crate::embed::Embedding;
use crate::error::{Error, Result};

/// Somebody whom a face may be.
///
/// Candidates with the same name are one person, who has the embeddings of all of them. A person without any embedding is never
/// named.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The name or key of the person.
    pub person: String,
    /// Known faces of the person, all of one space.
    pub embeddings: Vec<Embedding>,
}

impl Matcher {
    /// One verdict for each face of one photo, in the order of `faces`.
    ///
    /// For many photos make a [`gallery`](Self::gallery) of the candidates once.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] if two embeddings cannot be compared, or are of another space than the
    /// matcher; [`Error::Limit`] above [`MAX_FACES`](Self::MAX_FACES).
    pub fn decide(&self, faces: &[Embedding], candidates: &[Candidate]) -> Result<Vec<Verdict>> {
        self.gallery(candidates)?.decide(faces)
    }

    /// Candidates made ready for many photos.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] if two embeddings cannot be compared, or are of another space than the
    /// matcher.
    pub fn gallery(&self, candidates: &[Candidate]) -> Result<Gallery> {
        Gallery::new(self, candidates)
    }
}

/// Candidates as a [`Matcher`] compares faces with them, made ready by [`Matcher::gallery`] once for many photos.
///
/// ```
/// # use facecore::{Candidate, Embedding, Matcher, SpaceId};
/// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let people = [Candidate { person: "Ada".into(), embeddings: vec![face(1.0, 0.0)] }];
/// let gallery = Matcher::cosine(0.6, 0.05)?.gallery(&people)?;
/// for photo in [[face(0.8, 0.1)], [face(0.0, 1.0)]] {
///     println!("{:?}", gallery.decide(&photo)?);
/// }
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Gallery {
    matcher: Matcher,
    /// Everybody who has an embedding, in the order of their first appearance.
    names: Vec<String>,
    /// What faces are compared with, each with its person's place in `names`.
    known: Vec<(usize, Embedding)>,
    /// What each person asks of a cosine above what the face asks of everybody.
    allowances: Vec<f32>,
}

impl Gallery {
    pub(super) fn new(matcher: &Matcher, candidates: &[Candidate]) -> Result<Self> {
        check_comparable(candidates.iter().flat_map(|candidate| &candidate.embeddings))?;
        let mut places = HashMap::with_capacity(candidates.len());
        let mut names = Vec::new();
        let mut photos: Vec<Vec<&Embedding>> = Vec::new();
        for candidate in candidates.iter().filter(|candidate| !candidate.embeddings.is_empty()) {
            let place = *places.entry(candidate.person.as_str()).or_insert_with(|| {
                names.push(candidate.person.clone());
                photos.push(Vec::new());
                photos.len() - 1
            });
            photos[place].extend(&candidate.embeddings);
        }
        let (mut known, mut allowances) = (Vec::with_capacity(photos.len()), Vec::with_capacity(photos.len()));
        for (place, photos) in photos.iter().enumerate() {
            let (compared, allowance) = matcher.rule().enrol(photos, names.len())?;
            known.extend(compared.into_iter().map(|embedding| (place, embedding)));
            allowances.push(allowance);
        }
        Ok(Self { matcher: matcher.clone(), names, known, allowances })
    }

    /// The number of people who have an embedding.
    pub fn people(&self) -> usize {
        self.names.len()
    }

    /// One verdict for each face of one photo, in the order of `faces`.
    ///
    /// # Errors
    /// Those of [`Matcher::decide`].
    pub fn decide(&self, faces: &[Embedding]) -> Result<Vec<Verdict>> {
        if faces.len() > Matcher::MAX_FACES {
            let (actual, limit) = (faces.len() as u64, Matcher::MAX_FACES as u64);
            return Err(Error::Limit { what: "number of faces to match", actual, limit });
        }
        check_comparable(self.known.iter().map(|(_, embedding)| embedding).take(1).chain(faces))?;
        let asked_by_all = self.matcher.rule().asked_by_all(self.people());
        let asked = |face| Ok(asked_by_all + self.matcher.asked_by(face)?);
        let thresholds = faces.iter().map(asked).collect::<Result<Vec<_>>>()?;
        // The other faces hold one person each at most, so nobody beyond these ranks can decide anything.
        let ranks = faces.len() + 1;
        let ranked = faces.iter().map(|face| self.rank(face, ranks)).collect::<Result<Vec<_>>>()?;
        let answers = decision::answer(&ranked, &thresholds, self.matcher.margin());
        let verdicts = ranked.iter().zip(thresholds).zip(answers);
        Ok(verdicts.map(|((ranking, threshold), answer)| self.verdict(ranking, threshold, answer)).collect())
    }

    fn verdict(&self, ranking: &[Rank], threshold: f32, answer: Result<Rank, Refusal>) -> Verdict {
        let named = |&(person, score): &Rank| {
            let allowance = self.allowances[person];
            Neighbour {
                person: self.names[person].clone(),
                cosine: (score + allowance).clamp(-1.0, 1.0),
                required: threshold + allowance,
            }
        };
        let nearest = ranking.first().map(named);
        let (outcome, required) = match answer {
            Ok(rank) => {
                let Neighbour { person, cosine, required } = named(&rank);
                (Outcome::Match { person, cosine }, Some(required))
            }
            Err(reason) => (Outcome::NoMatch { reason }, nearest.as_ref().map(|person| person.required)),
        };
        Verdict {
            outcome,
            threshold: required.unwrap_or(threshold),
            nearest,
            runner_up: ranking.get(1).map(named),
            margin: match ranking[..] {
                [nearest, second, ..] => Some(nearest.1 - second.1),
                _ => None,
            },
        }
    }

    /// The place of the nearest person, how far the cosine is above what is required, and how far the second is behind (2 without a
    /// second), for a face of which [`Matcher::asked_by`] is known.
    pub(crate) fn nearest(&self, face: &Embedding, asked_by: f32) -> Result<Option<(usize, f32, f32)>> {
        let threshold = self.matcher.rule().asked_by_all(self.people()) + asked_by;
        Ok(match self.rank(face, 2)?[..] {
            [] => None,
            [nearest] => Some((nearest.0, nearest.1 - threshold, 2.0)),
            [nearest, second, ..] => Some((nearest.0, nearest.1 - threshold, nearest.1 - second.1)),
        })
    }

    /// The `count` nearest persons, the nearest first.
    fn rank(&self, face: &Embedding, count: usize) -> Result<Vec<Rank>> {
        let mut ranking: Vec<Rank> = (0..self.names.len()).map(|person| (person, -1.0)).collect();
        for &(person, ref embedding) in &self.known {
            let nearest = &mut ranking[person].1;
            *nearest = nearest.max(face.cosine(embedding)?);
        }
        ranking.iter_mut().zip(&self.allowances).for_each(|(rank, allowance)| rank.1 -= allowance);
        let order = |a: &Rank, b: &Rank| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if ranking.len() > count {
            ranking.select_nth_unstable_by(count, order);
            ranking.truncate(count);
        }
        ranking.sort_unstable_by(order);
        ranking.shrink_to_fit();
        Ok(ranking)
    }
}

fn check_comparable<'a>(mut embeddings: impl Iterator<Item = &'a Embedding>) -> Result<()> {
    let Some(first) = embeddings.next() else {
        return Ok(());
    };
    embeddings.try_for_each(|other| first.check_comparable(other))
}

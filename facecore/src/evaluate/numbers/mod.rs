//! The numbers of a [`Matcher`](crate::Matcher): how they are fitted on labelled faces, and what they do to other people.

mod check;
mod curve;
mod fit;
mod tail;

pub use check::{MatchingDraws, measure_matching};
pub use fit::{MatchingFit, fit_matching};

use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::matching::Candidate;

/// People of one kind of photos: press photos, a family's album.
#[derive(Debug, Clone, Copy)]
pub struct LabelledSet<'a> {
    /// Everybody with their faces.
    pub people: &'a [Candidate],
    /// The family of each of them, numbered alike in all sets. Relatives resemble each other, so nobody is a stranger to them.
    pub families: &'a [usize],
}

/// A face with its place.
pub(super) struct Face<'a> {
    pub embedding: &'a Embedding,
    pub set: usize,
    /// Numbered through all sets.
    pub person: usize,
    /// The place among the person's faces.
    pub photo: usize,
    pub family: usize,
}

pub(super) fn faces<'a>(sets: &[LabelledSet<'a>]) -> Result<Vec<Face<'a>>> {
    let mut faces = Vec::new();
    let mut person = 0;
    for (set, LabelledSet { people, families }) in sets.iter().enumerate() {
        if people.len() != families.len() {
            return Err(too_few(&format!("{} people and {} families", people.len(), families.len())));
        }
        for (candidate, &family) in people.iter().zip(*families) {
            let of_person = candidate.embeddings.iter().enumerate();
            faces.extend(of_person.map(|(photo, embedding)| Face { embedding, set, person, photo, family }));
            person += 1;
        }
    }
    Ok(faces)
}

pub(super) fn too_few(reason: &str) -> Error {
    Error::Evaluation { reason: format!("numbers for matching need more people: {reason}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::identify;
    use crate::matching::{Matcher, MatchingNumbers};
    use crate::random::Random;
    use crate::space::SpaceId;

    /// People in random directions with photos around, a third of them in a corner of the space; two make a family.
    fn people(count: usize, photos: usize, seed: u64) -> (Vec<Candidate>, Vec<usize>) {
        let (mut random, mut kinds) = (Random::new(seed), Random::new(!seed));
        let mut vector = |scale: f32| -> Vec<f32> {
            (0..32).map(|_| (random.uniform() + random.uniform() + random.uniform()) * scale).collect()
        };
        let mut person = |at: usize| {
            let crowded = kinds.below(3) == 0;
            let mut centre = vector(1.0);
            centre[..4].iter_mut().for_each(|value| *value += if crowded { 2.0 } else { 0.0 });
            let photo = |_| {
                let values = vector(0.5).iter().zip(&centre).map(|(noise, centre)| noise + centre).collect();
                Embedding::new(SpaceId([1; 8]), values).unwrap()
            };
            Candidate { person: at.to_string(), embeddings: (0..photos).map(photo).collect() }
        };
        ((0..count).map(&mut person).collect(), (0..count).map(|at| at / 2).collect())
    }

    fn set((people, families): &(Vec<Candidate>, Vec<usize>)) -> LabelledSet<'_> {
        LabelledSet { people, families }
    }

    fn options() -> MatchingFit {
        MatchingFit { features: 96, photos: vec![1, 3], ..MatchingFit::default() }
    }

    #[test]
    fn strangers_get_names_no_more_often_than_asked() {
        let numbers = fit_matching(&[set(&people(300, 5, 1)), set(&people(200, 4, 2))], &options()).unwrap();
        assert_eq!((numbers.people, numbers.space), (500, SpaceId([1; 8])));
        assert_eq!(MatchingNumbers::read(&numbers.write().unwrap()).unwrap(), numbers);
        let others = people(300, 5, 3);
        let tp = |matcher: &Matcher, photos: usize| {
            let draws = MatchingDraws { candidates: 20, photos, lists: 30, seed: 1 };
            let trials = measure_matching(&set(&others), matcher, &draws).unwrap();
            identify(&trials, 0.0, matcher.margin())
        };
        for rate in [0.05, 0.01] {
            let matcher = Matcher::with_numbers(numbers.clone()).with_false_positive_rate(rate).unwrap();
            for photos in [1, 3] {
                let found = tp(&matcher, photos);
                assert!(found.fp.low <= rate && found.fp.value > rate / 20.0, "{rate} {photos}: {found:?}");
                // The same rate with a fixed cosine finds fewer of the people.
                let plain = (0..1_000).map(|step| tp(&Matcher::cosine(1.0 - step as f32 / 50.0, 0.0).unwrap(), photos));
                let plain = plain.take_while(|plain| plain.fp.value <= found.fp.value).last().unwrap();
                assert!(found.tp.value > plain.tp.value, "{rate} {photos}: {} {}", found.tp, plain.tp);
            }
        }
    }

    #[test]
    fn the_same_people_give_the_same_numbers() {
        let people = people(80, 3, 1);
        assert_eq!(fit_matching(&[set(&people)], &options()), fit_matching(&[set(&people)], &options()));
    }

    #[test]
    fn too_few_people_are_an_error() {
        let (some, families) = people(4, 1, 1);
        for (people, families) in [(&some[..0], &families[..0]), (&some[..2], &families[..2]), (&some, &families[..3])]
        {
            let set = LabelledSet { people, families };
            assert!(fit_matching(&[set], &options()).is_err(), "{}", people.len());
        }
        let matcher = Matcher::cosine(0.5, 0.0).unwrap();
        let draws = MatchingDraws { candidates: 4, photos: 1, lists: 1, seed: 1 };
        assert!(measure_matching(&LabelledSet { people: &some, families: &families }, &matcher, &draws).is_err());
    }
}

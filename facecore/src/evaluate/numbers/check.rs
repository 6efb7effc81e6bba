//! Measures a matcher on labelled people.

use std::collections::HashSet;

use super::super::identification::Trial;
use super::super::random::Random;
use super::{LabelledSet, too_few};
use crate::error::Result;
use crate::matching::{Candidate, Matcher};

/// The lists that [`measure_matching`] draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchingDraws {
    /// The people in a list of candidates, from 1.
    pub candidates: usize,
    /// The photos of a candidate; people who have fewer come in with what they have, where others are too few.
    pub photos: usize,
    /// How many lists are drawn.
    pub lists: usize,
    /// Other seeds draw other lists.
    pub seed: u64,
}

/// Draws lists of candidates and asks a matcher, one face at a time, for the rest of their faces and for those of everybody of
/// another family.
///
/// The score of a [`Trial`] is the cosine above what the matcher requires: from 0 on a face has a name. Pass the trials to
/// [`identify`](crate::evaluate::identify), with threshold 0 and the matcher's margin, to get the rates.
///
/// # Errors
/// [`Error::Evaluation`](crate::Error::Evaluation) for too few people for the list, and the errors of [`Matcher::decide`].
pub fn measure_matching(set: &LabelledSet<'_>, matcher: &Matcher, draws: &MatchingDraws) -> Result<Vec<Trial>> {
    let MatchingDraws { candidates, photos, lists, seed } = *draws;
    if candidates == 0 || photos == 0 || candidates >= set.people.len() || set.people.len() != set.families.len() {
        return Err(too_few(&format!("lists of {candidates} among {}", set.people.len())));
    }
    // A face is asked for in many lists; what it asks itself is the same in all.
    let of_person = |person: &Candidate| person.embeddings.iter().map(|face| matcher.asked_by(face)).collect();
    let asked_by = set.people.iter().map(of_person).collect::<Result<Vec<Vec<f32>>>>()?;
    let mut random = Random::new(seed);
    let mut trials = Vec::new();
    for _ in 0..lists {
        let list = draw(set, candidates, photos, &mut random);
        let gallery = matcher.gallery(&list.iter().map(|drawn| drawn.candidate(set)).collect::<Vec<_>>())?;
        for (person, photo, known) in asked_for(set, &list) {
            let face = &set.people[person].embeddings[photo];
            trials.extend(gallery.nearest(face, asked_by[person][photo])?.map(|(place, score, lead)| {
                let nearest = list[place].person;
                Trial { person, photo, known, right: nearest == person, nearest, score, lead }
            }));
        }
    }
    Ok(trials)
}

/// A candidate's place among the people, and the order of the photos, of which the first are known.
struct Drawn {
    person: usize,
    photos: Vec<usize>,
    known: usize,
}

impl Drawn {
    fn candidate(&self, set: &LabelledSet<'_>) -> Candidate {
        let Candidate { person, embeddings } = &set.people[self.person];
        let known = self.photos[..self.known].iter().map(|&photo| embeddings[photo].clone());
        // Names may be there twice, places are not.
        Candidate { person: format!("{} {person}", self.person), embeddings: known.collect() }
    }
}

fn draw(set: &LabelledSet<'_>, candidates: usize, photos: usize, random: &mut Random) -> Vec<Drawn> {
    let photographed = |person: usize| set.people[person].embeddings.len();
    // People with a photo left to ask for first, then those with enough photos, then those with fewer.
    let mut order: Vec<usize> = (0..set.people.len()).filter(|&person| photographed(person) > 0).collect();
    random.shuffle(&mut order);
    order.sort_by_key(|&person| photos.saturating_add(1).saturating_sub(photographed(person)));
    let drawn = order.into_iter().take(candidates).map(|person| {
        let mut order: Vec<usize> = (0..photographed(person)).collect();
        random.shuffle(&mut order);
        Drawn { person, known: photos.min(order.len()), photos: order }
    });
    drawn.collect()
}

/// The faces to ask for, as person, photo, and whether the person is in the list.
fn asked_for(set: &LabelledSet<'_>, list: &[Drawn]) -> Vec<(usize, usize, bool)> {
    let rest = |drawn: &Drawn| drawn.photos[drawn.known..].iter().map(|&photo| (drawn.person, photo, true)).collect();
    let mut asked: Vec<(usize, usize, bool)> = list.iter().flat_map(|drawn| -> Vec<_> { rest(drawn) }).collect();
    let families: HashSet<usize> = list.iter().map(|drawn| set.families[drawn.person]).collect();
    let strangers = (0..set.people.len()).filter(|&person| !families.contains(&set.families[person]));
    let photos = |person: usize| (0..set.people[person].embeddings.len()).map(move |photo| (person, photo, false));
    asked.extend(strangers.flat_map(photos));
    asked
}

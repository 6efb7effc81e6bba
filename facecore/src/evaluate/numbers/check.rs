//! What a matcher does to labelled people.

use std::collections::HashSet;

use super::super::identification::Trial;
use super::super::random::Random;
use super::{LabelledSet, too_few};
use crate::embed::Embedding;
use crate::error::Result;
use crate::matching::{Candidate, Gallery, Matcher, Neighbour, Verdict};

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
/// The score of a [`Trial`] is the cosine above what the matcher requires: from 0 on a face has a name. What
/// [`identify`](crate::evaluate::identify) makes of the trials, at threshold 0 and the matcher's margin, are the rates.
///
/// # Errors
/// [`Error::Evaluation`](crate::Error::Evaluation) for too few people for the list, and the errors of [`Matcher::decide`].
pub fn measure_matching(set: &LabelledSet<'_>, matcher: &Matcher, draws: &MatchingDraws) -> Result<Vec<Trial>> {
    let MatchingDraws { candidates, photos, lists, seed } = *draws;
    if candidates == 0 || photos == 0 || candidates >= set.people.len() || set.people.len() != set.families.len() {
        return Err(too_few(&format!("lists of {candidates} among {}", set.people.len())));
    }
    let mut random = Random::new(seed);
    let mut trials = Vec::new();
    for _ in 0..lists {
        list_trials(set, matcher, &draw(set, candidates, photos, &mut random), &mut trials)?;
    }
    Ok(trials)
}

/// A candidate's place among the people, and the order of the photos, of which the first are known.
struct Drawn {
    person: usize,
    photos: Vec<usize>,
    known: usize,
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

fn list_trials(set: &LabelledSet<'_>, matcher: &Matcher, list: &[Drawn], trials: &mut Vec<Trial>) -> Result<()> {
    let face = |person: usize, photo: usize| &set.people[person].embeddings[photo];
    // The name of a candidate is the place among the people.
    let candidate = |drawn: &Drawn| Candidate {
        person: drawn.person.to_string(),
        embeddings: drawn.photos[..drawn.known].iter().map(|&photo| face(drawn.person, photo).clone()).collect(),
    };
    let gallery = matcher.gallery(&list.iter().map(candidate).collect::<Vec<_>>())?;
    let mut ask = |person: usize, photo: usize, known: bool| -> Result<()> {
        trials.extend(trial(&gallery, face(person, photo), person, photo, known)?);
        Ok(())
    };
    for drawn in list {
        drawn.photos[drawn.known..].iter().try_for_each(|&photo| ask(drawn.person, photo, true))?;
    }
    let families: HashSet<usize> = list.iter().map(|drawn| set.families[drawn.person]).collect();
    let strangers = (0..set.people.len()).filter(|&person| !families.contains(&set.families[person]));
    for person in strangers {
        (0..set.people[person].embeddings.len()).try_for_each(|photo| ask(person, photo, false))?;
    }
    Ok(())
}

fn trial(gallery: &Gallery, face: &Embedding, person: usize, photo: usize, known: bool) -> Result<Option<Trial>> {
    let verdict = gallery.decide(std::slice::from_ref(face))?.pop();
    Ok(verdict.and_then(|Verdict { nearest, margin, .. }| {
        let Neighbour { person: name, cosine, required } = nearest?;
        let nearest: usize = name.parse().ok()?;
        let (right, score, lead) = (nearest == person, cosine - required, margin.unwrap_or(2.0));
        Some(Trial { person, photo, known, right, nearest, score, lead })
    }))
}

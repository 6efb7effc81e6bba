//! Identification as Tobol (2018) measures it: a face against the profiles of a user and the user's friends.
//!
//! A draw takes people at random as candidates, enrols some photos of each, and then asks who is on the rest of their photos, and
//! who on photos of people who are no candidates and must get no name. Draws are pooled; intervals are over people, those asked
//! for and those in the lists, because what one person is part of succeeds and fails together.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::estimate::Rate;
use super::population::Population;
use super::random::Random;
use super::resolution::resolve;
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::matching::Cohort;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draws<'a> {
    /// The people in a list of candidates, from 1.
    pub candidates: usize,
    /// The photos of a profile, from 1. Candidates are people who have one photo more, so that there is something to ask;
    /// where these are fewer than `candidates`, people with fewer photos fill the list and are not asked for.
    pub photos: usize,
    /// How many lists are drawn, from 1.
    pub lists: usize,
    /// Other seeds draw other lists.
    pub seed: u64,
    /// How near a face is to a profile of several photos.
    pub profile: Profile,
    /// What is taken off the cosine.
    pub normalisation: Normalisation<'a>,
}

/// How near a face is to a profile of several photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// The cosine to the mean of the photos.
    Mean,
    /// The cosine to the nearest photo, as a [`Matcher`](crate::Matcher) compares candidates with several embeddings.
    NearestPhoto,
}

/// What is taken off the cosine of a face and a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Normalisation<'a> {
    /// Nothing.
    None,
    /// The crowding around the face. Its cohort is everybody who is neither a candidate of the list nor the face's own person, so that
    /// nobody is compared with photos of themselves.
    Drawn,
    /// The crowding around the face, by this cohort, of people who are not among those drawn.
    Given(&'a Cohort),
}

/// One face against one list of candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// The person of the face, as the place in the people given.
    pub person: usize,
    /// The photo, as the place in the person's embeddings.
    pub photo: usize,
    /// Whether the person is in the list.
    pub known: bool,
    /// Whether the nearest candidate is the person.
    pub right: bool,
    /// The nearest candidate, as the place in the people given.
    pub nearest: usize,
    /// The nearest candidate's cosine, less what the normalisation takes off.
    pub score: f32,
    /// How far the nearest candidate is ahead of the second, 2 where there is no second.
    pub lead: f32,
}

/// What was measured at one threshold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Identification {
    /// The score from which a face is named.
    pub threshold: f32,
    /// How far the nearest candidate had to be ahead of the second.
    pub margin: f32,
    /// Faces of candidates that get their right name (open set).
    pub tp: Rate,
    /// Faces of candidates that get another's name.
    pub wrong: Rate,
    /// Faces of strangers that get a name.
    pub fp: Rate,
    /// Faces of candidates whose nearest candidate is right, at any threshold (closed set).
    pub rank1: Rate,
}

impl Population<'_> {
    /// Draws lists of candidates and compares other faces with them.
    ///
    /// # Errors
    /// [`Error::Option`] for a number of 0, [`Error::Evaluation`] if nobody has more than [`Draws::photos`] photos.
    pub fn trials(&self, draws: &Draws<'_>) -> Result<Vec<Trial>> {
        for (name, value) in [("candidates", draws.candidates), ("photos", draws.photos), ("lists", draws.lists)] {
            if value == 0 {
                return Err(Error::Option { name, reason: "must be above 0".into() });
            }
        }
        let (rich, poor): (Vec<usize>, Vec<usize>) =
            (0..self.people().len()).partition(|&person| self.people()[person].embeddings.len() > draws.photos);
        if rich.is_empty() {
            let reason = format!("nobody has more than the {} photos of a profile", draws.photos);
            return Err(Error::Evaluation { reason });
        }
        let mut random = Random::new(draws.seed);
        let mut trials = Vec::new();
        for _ in 0..draws.lists {
            let (mut first, mut rest) = (rich.clone(), poor.clone());
            random.shuffle(&mut first);
            random.shuffle(&mut rest);
            let asked = first.len().min(draws.candidates);
            let list: Vec<usize> = first.into_iter().chain(rest).take(draws.candidates).collect();
            self.list_trials(draws, &list, asked, &mut random, &mut trials)?;
        }
        if let Normalisation::Given(cohort) = draws.normalisation {
            // A photo is asked for in many lists; its crowding is the same in all.
            let mut known: HashMap<(usize, usize), f32> = HashMap::new();
            for Trial { person, photo, score, .. } in &mut trials {
                *score -= match known.entry((*person, *photo)) {
                    Entry::Occupied(entry) => *entry.get(),
                    Entry::Vacant(entry) => *entry.insert(cohort.crowding(&self.people()[*person].embeddings[*photo])?),
                };
            }
        }
        Ok(trials)
    }

    /// The trials of one list, of whose people the first `asked` have photos left to ask for.
    fn list_trials(
        &self,
        draws: &Draws<'_>,
        list: &[usize],
        asked: usize,
        random: &mut Random,
        trials: &mut Vec<Trial>,
    ) -> Result<()> {
        let mut enrolled = vec![None; self.people().len()];
        let mut profiles = Vec::with_capacity(list.len());
        let mut probes = Vec::new();
        for (place, &person) in list.iter().enumerate() {
            enrolled[person] = Some(place);
            let embeddings = &self.people()[person].embeddings;
            let mut photos: Vec<usize> = (0..embeddings.len()).collect();
            random.shuffle(&mut photos);
            let (enrol, ask) = photos.split_at(draws.photos.min(photos.len()));
            let enrol: Vec<&Embedding> = enrol.iter().map(|&photo| &embeddings[photo]).collect();
            profiles.push(match draws.profile {
                Profile::Mean => vec![Embedding::mean(&enrol)?],
                Profile::NearestPhoto => enrol.into_iter().cloned().collect(),
            });
            if place < asked {
                probes.extend(ask.iter().map(|&photo| (person, photo)));
            }
        }
        let strangers = (0..self.people().len()).filter(|&person| enrolled[person].is_none());
        let in_cohort: Vec<bool> = enrolled.iter().map(Option::is_none).collect();
        let photos = |person: usize| (0..self.people()[person].embeddings.len()).map(move |photo| (person, photo));
        probes.extend(strangers.flat_map(photos));
        for (person, photo) in probes {
            let face = &self.people()[person].embeddings[photo];
            let (mut nearest, mut best, mut second) = (0, f32::NEG_INFINITY, f32::NEG_INFINITY);
            for (place, profile) in profiles.iter().enumerate() {
                let mut cosine = f32::NEG_INFINITY;
                for known in profile {
                    cosine = cosine.max(face.cosine(known)?);
                }
                if cosine > best {
                    (nearest, second, best) = (place, best, cosine);
                } else {
                    second = second.max(cosine);
                }
            }
            let crowding = match draws.normalisation {
                Normalisation::Drawn => self.crowding(person, photo, &in_cohort)?,
                // That of a given cohort is taken off afterwards.
                Normalisation::None | Normalisation::Given(_) => 0.0,
            };
            trials.push(Trial {
                person,
                photo,
                known: enrolled[person].is_some(),
                right: enrolled[person] == Some(nearest),
                nearest: list[nearest],
                score: best - crowding,
                lead: (best - second).min(2.0),
            });
        }
        Ok(())
    }
}

/// The lowest threshold at which at most `fp` of the strangers' faces get a name, when a name also needs to be `margin`
/// ahead of the second candidate.
///
/// # Errors
/// [`Error::Evaluation`] if there are too few strangers' faces for `fp`.
pub fn threshold_at(trials: &[Trial], fp: f64, margin: f32) -> Result<f32> {
    let strangers: Vec<&Trial> = trials.iter().filter(|trial| !trial.known).collect();
    // The same face beside the same candidate in another list tells nothing new.
    let told: HashSet<_> = strangers.iter().map(|trial| (trial.person, trial.photo, trial.nearest)).collect();
    resolve(told.len(), fp)?;
    let mut scores: Vec<f32> = strangers.iter().filter(|trial| trial.lead >= margin).map(|trial| trial.score).collect();
    scores.sort_unstable_by(|a, b| b.total_cmp(a));
    let allowed = (fp * strangers.len() as f64) as usize;
    // Just above the first score that may not pass.
    Ok(scores.get(allowed).map_or(-2.0, |score| score.next_up()))
}

/// The rates of the trials at a threshold and a margin.
pub fn identify(trials: &[Trial], threshold: f32, margin: f32) -> Identification {
    let named = |trial: &Trial| trial.score >= threshold && trial.lead >= margin;
    let people = trials.iter().map(|trial| trial.person.max(trial.nearest) + 1).max().unwrap_or(0);
    let rate = |of: fn(&Trial) -> bool, hit: &dyn Fn(&Trial) -> bool| {
        let asked = trials.iter().filter(|trial| of(trial));
        Rate::between(people, asked.map(|trial| (trial.person, trial.nearest, hit(trial))))
    };
    Identification {
        threshold,
        margin,
        tp: rate(|trial| trial.known, &|trial| trial.right && named(trial)),
        wrong: rate(|trial| trial.known, &|trial| !trial.right && named(trial)),
        fp: rate(|trial| !trial.known, &named),
        rank1: rate(|trial| trial.known, &|trial| trial.right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Candidate;
    use crate::space::SpaceId;

    /// People in random directions, each with photos around its own; `crowd` people share a corner of the space.
    fn population(people: usize, photos: usize, crowd: usize) -> Vec<Candidate> {
        let mut random = Random::new(3);
        let mut vector = |scale: f32| -> Vec<f32> {
            (0..24)
                .map(|_| ((0..6).map(|_| random.below(1_000)).sum::<usize>() as f32 / 3_000.0 - 1.0) * scale)
                .collect()
        };
        let corner = vector(1.0);
        let mut person = |at: usize| {
            let own = vector(if at < crowd { 0.5 } else { 1.0 });
            let centre: Vec<f32> =
                own.iter().zip(&corner).map(|(own, corner)| own + if at < crowd { *corner } else { 0.0 }).collect();
            let photo = |_| {
                let values = vector(0.6).iter().zip(&centre).map(|(noise, centre)| noise + centre).collect();
                Embedding::new(SpaceId([1; 8]), values).unwrap()
            };
            Candidate { person: at.to_string(), embeddings: (0..photos).map(photo).collect() }
        };
        (0..people).map(&mut person).collect()
    }

    fn draws(normalisation: Normalisation<'_>) -> Draws<'_> {
        Draws { candidates: 20, photos: 2, lists: 5, seed: 1, profile: Profile::Mean, normalisation }
    }

    fn tp(people: &[Candidate], draws: &Draws<'_>) -> Identification {
        let trials = Population::new(people).unwrap().trials(draws).unwrap();
        identify(&trials, threshold_at(&trials, 0.01, 0.0).unwrap(), 0.0)
    }

    #[test]
    fn every_photo_has_one_role_in_a_list() {
        let people = population(50, 4, 0);
        let population = Population::new(&people).unwrap();
        let trials = population.trials(&Draws { lists: 1, ..draws(Normalisation::None) }).unwrap();
        let known = trials.iter().filter(|trial| trial.known).count();
        // Of 20 candidates two photos each are asked for, of 30 strangers all four.
        assert_eq!((known, trials.len() - known), (40, 120));
        let drawn = population.trials(&Draws { lists: 1, ..draws(Normalisation::Drawn) }).unwrap();
        assert_eq!(drawn.len(), trials.len());
        assert_eq!(trials, population.trials(&Draws { lists: 1, ..draws(Normalisation::None) }).unwrap());
        assert_ne!(trials, population.trials(&Draws { lists: 1, seed: 2, ..draws(Normalisation::None) }).unwrap());
    }

    #[test]
    fn the_threshold_keeps_the_rate_of_false_positives() {
        let people = population(200, 4, 0);
        let trials = Population::new(&people).unwrap().trials(&draws(Normalisation::None)).unwrap();
        for fp in [0.1, 0.01, 0.001] {
            let result = identify(&trials, threshold_at(&trials, fp, 0.0).unwrap(), 0.0);
            assert!(result.fp.value <= fp && result.fp.value > 0.7 * fp, "{result:?}");
            assert!(result.tp.value + result.wrong.value <= 1.0 && result.rank1.value >= result.tp.value);
        }
        assert_eq!(threshold_at(&trials[..40], 1e-3, 0.0).unwrap_err().code(), "evaluation");
    }

    #[test]
    fn a_cohort_helps_where_some_people_are_crowded() {
        let people = population(300, 4, 60);
        let (plain, drawn) = (tp(&people, &draws(Normalisation::None)), tp(&people, &draws(Normalisation::Drawn)));
        assert!(drawn.tp.value > plain.tp.value + 0.05, "{plain:?} {drawn:?}");
    }

    #[test]
    fn a_given_cohort_is_taken_off() {
        let (people, strangers) = (population(30, 3, 0), population(200, 1, 0));
        let cohort = Cohort::new(strangers[30..].iter().map(|person| person.embeddings[0].clone()).collect()).unwrap();
        let trials = |normalisation| {
            Population::new(&people).unwrap().trials(&Draws { candidates: 10, ..draws(normalisation) }).unwrap()
        };
        for (plain, given) in trials(Normalisation::None).iter().zip(trials(Normalisation::Given(&cohort))) {
            let face = &people[plain.person].embeddings[plain.photo];
            assert_eq!(given, Trial { score: plain.score - cohort.crowding(face).unwrap(), ..*plain });
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        let people = population(5, 2, 0);
        assert!(Population::new(&people[..1]).is_err());
        let nobody = Candidate { person: "x".into(), embeddings: vec![] };
        assert!(Population::new(&[people[0].clone(), nobody]).is_err());
        let population = Population::new(&people).unwrap();
        let code = |draws: Draws<'_>| population.trials(&draws).unwrap_err().code();
        assert_eq!(code(Draws { photos: 2, ..draws(Normalisation::None) }), "evaluation");
        for zero in
            [Draws { photos: 0, ..draws(Normalisation::None) }, Draws { lists: 0, ..draws(Normalisation::None) }]
        {
            assert_eq!(code(zero), "option");
        }
    }
}

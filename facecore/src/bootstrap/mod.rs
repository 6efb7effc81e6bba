//! People in accounts without one label, and a space in which they are told apart better, in rounds: who is found without doubt teaches a map
//! of the embeddings, in the new space more are found, and so on.
//!
//! `carried` is what the rules mean in a space that was just learned, `changes` compares two rounds, `purity` a round with the truth. May use:
//! `adapt`, `cluster`, `embed`, `error`, `evaluate`, `profile`.

mod carried;
mod changes;
mod purity;
#[cfg(test)]
mod tests;

pub use purity::Purity;

use crate::adapt::{Adaptation, Parameters, learn};
use crate::cluster::{Links, SamePhoto, Zones};
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::evaluate::LabelledFaces;
use crate::profile::Settings;
use carried::{Scale, carry};
use changes::changed;

/// The clear faces of an account. All accounts' faces are numbered through, in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountFaces {
    /// The faces.
    pub faces: Vec<Embedding>,
    /// The photo of each face, by any number.
    pub photos: Vec<u64>,
}

/// How the rounds go.
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapOptions {
    /// The most rounds, from 1.
    pub rounds: usize,
    /// A round is the last one if no larger part of the faces changed their person, 0…1.
    pub settled: f64,
    /// What becomes of people of an account who seem to be two times on one photo.
    pub same_photo: SamePhoto,
    /// How a map is learned: from all people, in just so many epochs. Nobody is held back, as whom the space itself has found it tells apart
    /// in any case: that would not say when to end.
    pub parameters: Parameters,
}

impl Default for BootstrapOptions {
    /// Four rounds, or until less than 0.5 % of the faces change; faces of one photo are parted; 12 epochs. `docs/training.md` has what else
    /// was tried.
    fn default() -> Self {
        let parameters = Parameters { epochs: 12, ..Parameters::default() };
        Self { rounds: 4, settled: 0.005, same_photo: SamePhoto::CannotLink, parameters }
    }
}

/// A round: the people who were found in a space, and what was learned from them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Round {
    /// The space in which people were looked for: the identity in the first round.
    pub space: Adaptation,
    /// The people, by the numbers of their faces.
    pub people: Vec<Vec<usize>>,
    /// Faces like too few others of their account.
    pub alone: usize,
    /// People dropped since they were two times on one photo.
    pub same_photo: usize,
    /// People joined: within an account, and across accounts.
    pub merged: [usize; 2],
    /// People dropped since they were too like another one: within an account, and across accounts.
    pub ambiguous: [usize; 2],
    /// Faces that were not with most of the same others in the round before, or are in one of the two only; all in the first round.
    pub changed: usize,
    /// The map that was learned from these people.
    pub learned: Adaptation,
}

/// Finds people and learns from them, again and again, until a round finds the same people as the one before.
///
/// Each map is learned from the embeddings as they were made, so that nothing adds up over the rounds. `settings` are those of the embeddings'
/// space. In memory are all faces, once as they are and once in the space of the round.
///
/// # Errors
/// [`Error::Option`] for no rounds or faces, or photos that are not as many as the faces; [`Error::Adaptation`] where there is one account only or
/// fewer than two people are found in a round; the errors of [`Grouping::apply`](crate::cluster::Grouping::apply), and of
/// [`fit`](crate::adapt::fit) for the parameters.
///
/// ```
/// # use facecore::bootstrap::{AccountFaces, BootstrapOptions, bootstrap};
/// # use facecore::profile::Settings;
/// # use facecore::{Embedding, Error};
/// /// The embeddings in the space that was learned at last.
/// fn better(accounts: &[AccountFaces], settings: &Settings, stored: &[Embedding]) -> Result<Vec<Embedding>, Error> {
///     let rounds = bootstrap(accounts, settings, &BootstrapOptions::default())?;
///     let last = &rounds[rounds.len() - 1].learned;
///     stored.iter().map(|face| last.apply(face)).collect()
/// }
/// ```
pub fn bootstrap(accounts: &[AccountFaces], settings: &Settings, options: &BootstrapOptions) -> Result<Vec<Round>> {
    let wrong = |reason: String| Err(Error::Option { name: "bootstrap", reason });
    if options.rounds == 0 {
        return wrong("no rounds".into());
    }
    if let Some(account) = accounts.iter().find(|account| account.photos.len() != account.faces.len()) {
        return wrong(format!("an account has {} faces and {} photos", account.faces.len(), account.photos.len()));
    }
    let Some(first) = accounts.iter().flat_map(|account| &account.faces).next() else {
        return wrong("no faces".into());
    };
    let made = Scale::of(accounts)?;
    let mut rounds: Vec<Round> = Vec::new();
    let mut space = Adaptation::identity(first.space(), first.len())?;
    while rounds.len() < options.rounds {
        let mut round = if rounds.is_empty() {
            round(accounts, accounts, (settings, space), options)?
        } else {
            let there = carry(accounts, &space)?;
            let settings = Scale::of(&there)?.carry(settings, made);
            round(&there, accounts, (&settings, space), options)?
        };
        round.changed = changed(rounds.last().map_or(&[], |before| &before.people), &round.people);
        space = round.learned.clone();
        let faces = round.people.iter().map(Vec::len).sum::<usize>();
        let is_last = round.changed as f64 <= options.settled * faces as f64;
        rounds.push(round);
        if is_last {
            break;
        }
    }
    Ok(rounds)
}

/// Finds the people of accounts in a space, and learns from their faces as these were made.
fn round(
    there: &[AccountFaces],
    made: &[AccountFaces],
    (settings, space): (&Settings, Adaptation),
    options: &BootstrapOptions,
) -> Result<Round> {
    let mut round = Round {
        learned: space.clone(),
        space,
        people: Vec::new(),
        alone: 0,
        same_photo: 0,
        merged: [0; 2],
        ambiguous: [0; 2],
        changed: 0,
    };
    let mut begin = 0;
    for AccountFaces { faces, photos } in there {
        let grouping = settings.grouping(faces.len(), options.same_photo)?;
        let (mut people, report) = grouping.apply(faces, photos, Links::none())?;
        people.retain(|person| person.len() >= settings.min_samples);
        round.people.extend(people.into_iter().map(|person| person.into_iter().map(|face| begin + face).collect()));
        round.alone += report.noise;
        round.same_photo += report.same_photo;
        round.merged[0] += report.merged;
        round.ambiguous[0] += report.ambiguous;
        begin += faces.len();
    }
    across(there, settings, &mut round)?;
    teach(made, options, &mut round)?;
    Ok(round)
}

/// Joins and drops people of two accounts; those of one account stay two.
fn across(there: &[AccountFaces], settings: &Settings, round: &mut Round) -> Result<()> {
    let faces: Vec<Embedding> = there.iter().flat_map(|account| account.faces.iter().cloned()).collect();
    // An account is to the zones what a photo is: who stands there together is two people.
    let accounts: Vec<u64> = (0..).zip(there).flat_map(|(at, account)| account.faces.iter().map(move |_| at)).collect();
    let zones = Zones::new(settings.merge, settings.ambiguous)?;
    let report = zones.apply(&faces, &accounts, &mut round.people)?;
    (round.merged[1], round.ambiguous[1]) = (report.merged, report.dropped);
    Ok(())
}

/// Learns from the people's faces as these were made.
fn teach(made: &[AccountFaces], options: &BootstrapOptions, round: &mut Round) -> Result<()> {
    let all: Vec<&Embedding> = made.iter().flat_map(|account| &account.faces).collect();
    let (mut faces, mut people) = (Vec::new(), Vec::new());
    for (person, of_person) in round.people.iter().enumerate() {
        faces.extend(of_person.iter().map(|&face| all[face].clone()));
        people.extend(of_person.iter().map(|_| person));
    }
    if round.people.len() < 2 {
        let found = round.people.len();
        let reason = format!("{found} people were found in {} accounts: there is nothing to learn from", made.len());
        return Err(Error::Adaptation { reason });
    }
    let labelled = LabelledFaces { faces: &faces, people: &people, groups: None, slices: None };
    round.learned = learn(&labelled, &options.parameters)?;
    Ok(())
}

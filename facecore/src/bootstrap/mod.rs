//! People in accounts without one label, and a space in which they are told apart better, in rounds: who is found without doubt teaches a map
//! of the embeddings, in the new space more are found, and so on.
//!
//! `carried` is what the rules mean in a space that was just learned. May use: `adapt`, `cluster`, `embed`, `error`, `evaluate`, `profile`.

mod carried;
#[cfg(test)]
mod tests;

use crate::adapt::{Adaptation, Parameters, fit};
use crate::cluster::{Links, SamePhoto, Zones};
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::evaluate::LabelledFaces;
use crate::profile::Settings;
use carried::{Scale, carry};

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
    /// What becomes of people of an account who seem to be two times on one photo.
    pub same_photo: SamePhoto,
    /// How a map is learned.
    pub parameters: Parameters,
}

impl Default for BootstrapOptions {
    /// Four rounds; who is two times on a photo is dropped.
    fn default() -> Self {
        Self { rounds: 4, same_photo: SamePhoto::DropCluster, parameters: Parameters::default() }
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
    /// The map that was learned from these people; that of the round before if none was better than none.
    pub learned: Adaptation,
    /// How well those of these people were told apart who were held back: as the embeddings were made, and by the map.
    pub held_back: [f64; 2],
}

/// Finds people and learns from them, again and again, until a round finds the same people as the one before, or learns nothing.
///
/// Each map is learned from the embeddings as they were made, so that nothing adds up over the rounds. `settings` are those of the embeddings'
/// space. In memory are all faces, once as they are and once in the space of the round.
///
/// # Errors
/// [`Error::Option`] for no rounds, or photos that are not as many as the faces; [`Error::Adaptation`] where fewer than two people are found in the
/// first round; the errors of [`Grouping::apply`](crate::cluster::Grouping::apply) and of [`fit`].
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
        let round = if rounds.is_empty() {
            round(accounts, accounts, (settings, space), options)?
        } else {
            let there = carry(accounts, &space)?;
            let settings = Scale::of(&there)?.carry(settings, made);
            round(&there, accounts, (&settings, space), options)?
        };
        space = round.learned.clone();
        let is_last = rounds.last().is_some_and(|before| before.people == round.people) || round.learned == round.space;
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
        held_back: [0.0; 2],
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
    learn(made, options, &mut round)?;
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

fn learn(made: &[AccountFaces], options: &BootstrapOptions, round: &mut Round) -> Result<()> {
    let all: Vec<&Embedding> = made.iter().flat_map(|account| &account.faces).collect();
    let (mut faces, mut people) = (Vec::new(), Vec::new());
    for (person, of_person) in round.people.iter().enumerate() {
        faces.extend(of_person.iter().map(|&face| all[face].clone()));
        people.extend(of_person.iter().map(|_| person));
    }
    if round.people.len() < 2 {
        let reason = format!(
            "{} people were found in {} accounts: there is nothing to learn from",
            round.people.len(),
            made.len()
        );
        return Err(Error::Adaptation { reason });
    }
    let labelled = LabelledFaces { faces: &faces, people: &people, groups: None, slices: None };
    let fitted = fit(&labelled, &options.parameters)?;
    let after = if fitted.best > 0 { fitted.epochs[fitted.best - 1].held_back } else { fitted.before };
    round.held_back = [fitted.before, after];
    if fitted.best > 0 {
        round.learned = fitted.adaptation;
    }
    Ok(())
}

//! The tracks of a clip → its people, each with one decision.

use super::track::{Track, weighted_mean};
use crate::cluster::{Dbscan, Links};
use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::matching::{Candidate, Matcher, Outcome, Refusal, Verdict};

/// One person of a clip.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClipPerson {
    /// Their tracks, by their places in the list that was given; no two of them overlap in time.
    pub tracks: Vec<usize>,
    /// Who it is, or why nobody. `None` for a track without an embedding: nothing can be said of it.
    pub verdict: Option<Verdict>,
}

/// Joins the tracks of one person and decides who it is, once a person:
///
/// 1. Tracks whose embeddings are at least `same` alike (cosine) are one person, unless they overlap in time: density clusters with
///    cannot-links ([`Dbscan`]).
/// 2. A person's embedding is the weighted mean of all faces that their tracks kept; the matcher decides about it as about a face
///    of a photo.
/// 3. People who got one name are one person. If they overlap in time, the one furthest above what was required keeps it, and the
///    others are [`Refusal::PersonTaken`].
///
/// The people come in the order of their first tracks. `candidates` may be empty; then tracks are joined and nobody is named.
///
/// ```
/// use facecore::Matcher;
/// use facecore::video::{Track, people};
/// # use facecore::SpaceId;
/// # let space: SpaceId = "e37f9c1f75f50abd".parse()?; // facenet-ms1m-128
/// let tracks: Vec<Track> = vec![/* Tracker::finish() */];
/// assert!(people(&tracks, 0.4, &Matcher::for_space(space)?, &[])?.is_empty());
/// # Ok::<(), facecore::Error>(())
/// ```
///
/// # Errors
/// [`Error::Option`] for `same` outside −1…1 or more tracks than [`Dbscan::MAX_FACES`]; those of [`Matcher::decide`].
pub fn people(tracks: &[Track], same: f32, matcher: &Matcher, candidates: &[Candidate]) -> Result<Vec<ClipPerson>> {
    let mut groups = join(tracks, same)?;
    let mut decided = Vec::with_capacity(groups.len());
    for group in groups.drain(..) {
        let verdict = match embedding(tracks, &group)? {
            Some(face) => matcher.decide(&[face], candidates)?.pop(),
            None => None,
        };
        decided.push(ClipPerson { tracks: group, verdict });
    }
    let mut people = one_name_one_person(tracks, decided);
    people.sort_by_key(|person| person.tracks.first().copied());
    Ok(people)
}

/// The tracks of each person, by likeness alone.
fn join(tracks: &[Track], same: f32) -> Result<Vec<Vec<usize>>> {
    if !(-1.0..=1.0).contains(&same) {
        return Err(Error::Option { name: "same", reason: format!("{same} is not from -1 to 1") });
    }
    let mut known = Vec::new();
    let mut faces = Vec::new();
    let mut groups = Vec::new();
    for (at, track) in tracks.iter().enumerate() {
        match track.embedding()? {
            Some(face) => {
                known.push(at);
                faces.push(face);
            }
            None => groups.push(vec![at]),
        }
    }
    let pairs = (0..known.len()).flat_map(|a| (a + 1..known.len()).map(move |b| (a, b)));
    let cannot = pairs.filter(|&(a, b)| tracks[known[a]].overlaps(&tracks[known[b]])).collect();
    let links = Links { cannot, ..Links::none() };
    let clusters = Dbscan::new(1.0 - same, 1)?.cluster(&faces, &links)?.clusters();
    groups.extend(clusters.into_iter().map(|cluster| cluster.into_iter().map(|at| known[at]).collect()));
    Ok(groups)
}

fn embedding(tracks: &[Track], group: &[usize]) -> Result<Option<Embedding>> {
    weighted_mean(group.iter().flat_map(|&at| &tracks[at].faces))
}

fn one_name_one_person(tracks: &[Track], mut people: Vec<ClipPerson>) -> Vec<ClipPerson> {
    let lead = |person: &ClipPerson| match &person.verdict {
        Some(Verdict { outcome: Outcome::Match { cosine, .. }, threshold, .. }) => cosine - threshold,
        _ => f32::NEG_INFINITY,
    };
    // Who leads by most takes the name first.
    people.sort_by(|a, b| lead(b).total_cmp(&lead(a)));
    let mut kept: Vec<ClipPerson> = Vec::with_capacity(people.len());
    for mut person in people {
        let namesake = name(&person).and_then(|own| kept.iter_mut().find(|other| name(other) == Some(own)));
        match namesake {
            Some(other) if !overlap(tracks, &other.tracks, &person.tracks) => {
                other.tracks.append(&mut person.tracks);
                other.tracks.sort_unstable();
            }
            Some(_) => {
                if let Some(verdict) = &mut person.verdict {
                    verdict.outcome = Outcome::NoMatch { reason: Refusal::PersonTaken };
                }
                kept.push(person);
            }
            None => kept.push(person),
        }
    }
    kept
}

fn name(person: &ClipPerson) -> Option<&str> {
    match &person.verdict.as_ref()?.outcome {
        Outcome::Match { person, .. } => Some(person),
        Outcome::NoMatch { .. } => None,
    }
}

fn overlap(tracks: &[Track], a: &[usize], b: &[usize]) -> bool {
    a.iter().any(|&a| b.iter().any(|&b| tracks[a].overlaps(&tracks[b])))
}

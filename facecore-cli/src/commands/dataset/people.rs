//! One person in several accounts: the three zones, on the mean faces of the accounts' people.
//!
//! Needed in memory is the sum of the embeddings of each account's person, no face: 0.6 KB with 128 values. Alike pairs come from an index in a
//! file, so that not all pairs are compared in full.

use std::fs;
use std::path::Path;

use facecore::cluster::Zones;
use facecore::index::FaceIndex;
use facecore::{Embedding, SpaceId};

use crate::failure::Result;

/// By how much a cosine of the index may be too small: its values have 8 bits.
const COARSE: f32 = 0.01;

/// A person: first of one account, then joined with those of others.
#[derive(Debug, Clone)]
pub struct Person {
    /// Ascending.
    accounts: Vec<u64>,
    faces: u64,
    /// Of the faces' embeddings.
    sum: Vec<f32>,
}

impl Person {
    pub fn new(account: u64, faces: &[Embedding]) -> Self {
        let mut sum = vec![0.0; faces.first().map_or(0, Embedding::len)];
        for face in faces {
            sum.iter_mut().zip(face.as_slice()).for_each(|(sum, value)| *sum += value);
        }
        Self { accounts: vec![account], faces: faces.len() as u64, sum }
    }

    /// Within an account it is decided already who are two people.
    fn meets(&self, other: &Self) -> bool {
        self.accounts.iter().any(|account| other.accounts.binary_search(account).is_ok())
    }

    fn cosine(&self, other: &Self) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let norm = (dot(&self.sum, &self.sum) * dot(&other.sum, &other.sum)).sqrt();
        if norm > 0.0 { dot(&self.sum, &other.sum) / norm } else { -1.0 }
    }

    fn take(&mut self, other: Self) {
        self.faces += other.faces;
        self.sum.iter_mut().zip(&other.sum).for_each(|(sum, value)| *sum += value);
        self.accounts.extend(other.accounts);
        self.accounts.sort_unstable();
    }
}

/// Who is who over all accounts.
#[derive(Debug, PartialEq)]
pub struct Known {
    /// The number of each person that was given; none if dropped.
    pub numbers: Vec<Option<u32>>,
    pub people: u32,
    pub merged: u64,
    pub ambiguous: u64,
}

/// Joins and drops people of different accounts, the nearest pairs first. `scratch` is a folder for the index, which is made and removed.
pub fn across(people: Vec<Person>, zones: Zones, space: SpaceId, scratch: &Path) -> Result<Known> {
    let mut all: Vec<Option<Person>> = people.into_iter().map(Some).collect();
    let mut joined: Vec<usize> = (0..all.len()).collect();
    let (mut merged, mut ambiguous) = (0, 0);
    let mut pairs = alike(&all, zones.ambiguous, space, scratch)?;
    for &(_, a, b) in &pairs {
        // Each stands for those that joined it.
        let (a, b) = (root(&joined, a), root(&joined, b));
        let (a, b) = (a.min(b), a.max(b));
        let (Some(one), Some(other)) = (&all[a], &all[b]) else { continue };
        if a != b && !one.meets(other) && one.cosine(other) >= zones.merge {
            let other = all[b].take();
            all[a].iter_mut().zip(other).for_each(|(one, other)| one.take(other));
            joined[b] = a;
            merged += 1;
        }
    }
    if merged > 0 {
        pairs = alike(&all, zones.ambiguous, space, scratch)?;
    }
    for (_, a, b) in pairs {
        let (Some(one), Some(other)) = (&all[a], &all[b]) else { continue };
        if !one.meets(other) {
            let fewer = if other.faces <= one.faces { b } else { a };
            all[fewer] = None;
            ambiguous += 1;
        }
    }
    let mut next = 0;
    let of_roots: Vec<Option<u32>> = all
        .iter()
        .map(|person| {
            next += u32::from(person.is_some());
            person.as_ref().map(|_| next - 1)
        })
        .collect();
    let numbers = (0..all.len()).map(|at| of_roots[root(&joined, at)]).collect();
    Ok(Known { numbers, people: next, merged, ambiguous })
}

fn root(joined: &[usize], mut at: usize) -> usize {
    while joined[at] != at {
        at = joined[at];
    }
    at
}

/// The pairs of people of different accounts that are not clearly two, the nearest first.
fn alike(people: &[Option<Person>], least: f32, space: SpaceId, scratch: &Path) -> Result<Vec<(f32, usize, usize)>> {
    // What a killed build left.
    let _ = fs::remove_dir_all(scratch);
    let Some(values) = people.iter().flatten().map(|person| person.sum.len()).next() else { return Ok(Vec::new()) };
    fs::create_dir_all(scratch)?;
    let mut index = FaceIndex::open(&scratch.join("people.fcix"), space, values)?;
    let there = (0..).zip(people).filter_map(|(at, person)| Some((at, person.as_ref()?)));
    // Faces that cancel out are like nobody.
    let faces = there.filter_map(|(at, person)| Some((at, Embedding::new(space, person.sum.clone()).ok()?)));
    let mut faces = faces.peekable();
    while faces.peek().is_some() {
        index.add(&faces.by_ref().take(4096).collect::<Vec<_>>())?;
    }
    let mut pairs = Vec::new();
    for part in 0..index.pair_parts() {
        for pair in index.pairs(part, least - COARSE)? {
            let (a, b) = (pair.first.min(pair.second) as usize, pair.first.max(pair.second) as usize);
            let (Some(one), Some(other)) = (&people[a], &people[b]) else { continue };
            let cosine = one.cosine(other);
            if cosine >= least && !one.meets(other) {
                pairs.push((cosine, a, b));
            }
        }
    }
    drop(index);
    fs::remove_dir_all(scratch)?;
    pairs.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: SpaceId = SpaceId([7; 8]);

    /// People at these angles, so many faces each, of these accounts; 0.9 is 25.8°, 0.6 is 53.1°.
    fn judged(test: &str, people: &[(f32, usize, u64)]) -> Known {
        let person = |&(degrees, faces, account): &(f32, usize, u64)| {
            let angle = degrees.to_radians();
            Person::new(account, &vec![Embedding::new(SPACE, vec![angle.cos(), angle.sin()]).unwrap(); faces])
        };
        let scratch = std::env::temp_dir().join(format!("facecore-people-{test}-{}", std::process::id()));
        let known = across(people.iter().map(person).collect(), Zones::new(0.9, 0.6).unwrap(), SPACE, &scratch);
        assert!(!scratch.exists());
        known.unwrap()
    }

    #[test]
    fn very_like_merges_fairly_like_drops_unlike_stays() {
        let known = judged("zones", &[(0.0, 3, 1), (10.0, 5, 2), (50.0, 3, 3), (120.0, 3, 4)]);
        let numbers = vec![Some(0), Some(0), None, Some(1)];
        assert_eq!(known, Known { numbers, people: 2, merged: 1, ambiguous: 1 });
        assert_eq!(judged("fewer", &[(0.0, 3, 1), (40.0, 4, 2)]).numbers, [None, Some(0)]);
        assert_eq!(judged("nobody", &[]).people, 0);
    }

    #[test]
    fn who_is_two_people_in_one_account_stays_two() {
        let twins = judged("twins", &[(0.0, 3, 1), (5.0, 4, 1)]);
        assert_eq!((twins.people, twins.merged, twins.ambiguous), (2, 0, 0));
        // One of them joins a third of another account; the other one may not.
        let known = judged("third", &[(0.0, 3, 1), (6.0, 4, 1), (1.0, 3, 2)]);
        assert_eq!(known.numbers, [Some(0), Some(1), Some(0)]);
        assert_eq!((known.merged, known.ambiguous), (1, 0));
    }
}

//! What is measured: configurations of networks on labelled faces, over pairs and over drawn lists of candidates.

use std::collections::HashMap;

use facecore::evaluate::{
    Draws, Identification, Normalisation, PairScore, Population, Profile, Verification, identify, threshold_at, verify,
};
use facecore::{Candidate, Embedding, Ensemble, mirror_average};

use crate::failure::Result;
use crate::labelled::{LabelledPhoto, SeenFace};

/// A network (or several joined) with its preprocessing, and what it makes of the photos.
pub struct Configuration {
    pub models: Vec<String>,
    /// Where another one than the manifest's was tried.
    pub margins: Vec<Option<f64>>,
    pub mirror: bool,
    /// Of each photo; `None` where the photo could not be read, or has no face and is left out.
    pub faces: Vec<Option<Embedding>>,
}

impl Configuration {
    /// What the network with number `at` sees.
    pub fn single(
        model: &str,
        margin: Option<f64>,
        mirror: bool,
        at: usize,
        seen: &[Option<SeenFace>],
    ) -> Result<Self> {
        let face = |seen: &Option<SeenFace>| {
            let face = match seen.as_ref()?.views.get(at)? {
                (plain, Some(mirrored)) if mirror => mirror_average(plain, mirrored),
                (plain, _) => Ok(plain.clone()),
            };
            Some(face)
        };
        let faces = seen.iter().map(|seen| face(seen).transpose()).collect::<facecore::Result<_>>()?;
        Ok(Self { models: vec![model.to_owned()], margins: vec![margin], mirror, faces })
    }

    /// Members joined, with the shares given.
    pub fn joined(members: &[&Self], shares: &[f64]) -> Result<Self> {
        let first = |member: &Self| member.faces.iter().flatten().next().map(Embedding::space);
        let spaces: Option<Vec<_>> = members.iter().map(|member| first(member)).collect();
        let spaces = spaces.ok_or_else(|| "no photo could be read".to_owned())?;
        let weighted: Vec<_> = spaces.into_iter().zip(shares.iter().map(|&share| share as f32)).collect();
        let ensemble = Ensemble::new(&weighted)?;
        let join = |at: usize| -> Result<Option<Embedding>> {
            let parts: Option<Vec<Embedding>> = members.iter().map(|member| member.faces[at].clone()).collect();
            Ok(parts.map(|parts| ensemble.join(&parts)).transpose()?)
        };
        Ok(Self {
            models: members.iter().flat_map(|member| member.models.clone()).collect(),
            margins: members.iter().flat_map(|member| member.margins.clone()).collect(),
            mirror: members.iter().all(|member| member.mirror),
            faces: (0..members[0].faces.len()).map(join).collect::<Result<_>>()?,
        })
    }

    pub fn name(&self) -> String {
        let name = |(model, margin): (&String, &Option<f64>)| match margin {
            Some(margin) => format!("{model} {margin:.2}"),
            None => model.clone(),
        };
        let members: Vec<_> = self.models.iter().zip(&self.margins).map(name).collect();
        members.join(" + ") + if self.mirror { ", mirror" } else { "" }
    }
}

/// People with their photos, and where each photo of a set went.
pub struct Grouped {
    pub people: Vec<Candidate>,
    /// Of each photo its person and its place among the person's; `None` where there is no face.
    pub places: Vec<Option<(usize, usize)>>,
    /// Of each person the photos.
    pub photos: Vec<Vec<usize>>,
}

/// Groups the faces by person; photos where `usable` is false are left out.
pub fn group(photos: &[LabelledPhoto], faces: &[Option<Embedding>], usable: &[bool]) -> Grouped {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut grouped = Grouped { people: Vec::new(), places: Vec::new(), photos: Vec::new() };
    for (at, (photo, face)) in photos.iter().zip(faces).enumerate() {
        let Some(face) = face.as_ref().filter(|_| usable[at]) else {
            grouped.places.push(None);
            continue;
        };
        let person = *known.entry(&photo.person).or_insert_with(|| {
            grouped.people.push(Candidate { person: photo.person.clone(), embeddings: Vec::new() });
            grouped.photos.push(Vec::new());
            grouped.people.len() - 1
        });
        let embeddings = &mut grouped.people[person].embeddings;
        grouped.places.push(Some((person, embeddings.len())));
        embeddings.push(face.clone());
        grouped.photos[person].push(at);
    }
    grouped
}

/// Two photos to compare, by their places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotoPair {
    pub photos: [usize; 2],
    pub same: bool,
    pub fold: usize,
}

/// The pairs' scores with and without a cohort, and the photos of each.
pub struct Scored {
    pub pairs: Vec<PhotoPair>,
    pub scores: Vec<PairScore>,
}

/// Compares pairs. With `cohort` the mean crowding around the two faces is taken off, by all people who have no photo in the
/// pair's fold: a stranger must be nobody who is asked for.
pub fn compare(
    pairs: &[PhotoPair],
    faces: &[Option<Embedding>],
    cohort: Option<(&Population<'_>, &Grouped)>,
) -> Result<Scored> {
    let folds = pairs.iter().map(|pair| pair.fold + 1).max().unwrap_or(0);
    let mut in_cohort = Vec::new();
    if let Some((_, grouped)) = cohort {
        in_cohort = vec![vec![true; grouped.people.len()]; folds];
        for pair in pairs {
            for (person, _) in pair.photos.iter().filter_map(|&photo| grouped.places[photo]) {
                in_cohort[pair.fold][person] = false;
            }
        }
    }
    let mut scored = Scored { pairs: Vec::new(), scores: Vec::new() };
    for pair in pairs {
        let [Some(left), Some(right)] = pair.photos.map(|photo| faces[photo].as_ref()) else { continue };
        let mut cosine = f64::from(left.cosine(right)?);
        if let Some((population, grouped)) = cohort {
            let mut crowding = 0.0;
            for photo in pair.photos {
                let Some((person, place)) = grouped.places[photo] else { continue };
                crowding += f64::from(population.crowding(person, place, &in_cohort[pair.fold])?) / 2.0;
            }
            // Between -1 and 1, as a cosine, whatever the crowding: the protocol's thresholds end there.
            cosine = (cosine - crowding).clamp(-1.0, 1.0);
        }
        scored.scores.push(PairScore { distance: 2.0 - 2.0 * cosine, same: pair.same, fold: pair.fold });
        scored.pairs.push(*pair);
    }
    Ok(scored)
}

/// Pairs of photos of labelled people: each person is in one of ten folds; of a fold all pairs of one person up to a number,
/// and ten times as many of two people.
pub fn draw_pairs(grouped: &Grouped, folds: usize, most: usize) -> Vec<PhotoPair> {
    // Any sequence that is the same in every run will do.
    let mut state = 1u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(state) * bound as u128) >> 64) as usize
    };
    let mut pairs = Vec::new();
    for fold in 0..folds {
        let people: Vec<usize> = (fold..grouped.people.len()).step_by(folds).collect();
        let mut same = Vec::new();
        for &person in &people {
            let photos = &grouped.photos[person];
            for (at, &left) in photos.iter().enumerate() {
                same.extend(photos[at + 1..].iter().map(|&right| PhotoPair {
                    photos: [left, right],
                    same: true,
                    fold,
                }));
            }
        }
        while same.len() > most {
            same.swap_remove(below(same.len()));
        }
        let different = if people.len() < 2 { 0 } else { 10 * most };
        pairs.append(&mut same);
        for _ in 0..different {
            let left = below(people.len());
            let right = (left + 1 + below(people.len() - 1)) % people.len();
            let photos = [left, right].map(|place| {
                let photos = &grouped.photos[people[place]];
                photos[below(photos.len())]
            });
            pairs.push(PhotoPair { photos, same: false, fold });
        }
    }
    pairs
}

/// The result of a configuration on pairs.
pub fn verification(scored: &Scored, folds: usize, fp: f64) -> Result<Verification> {
    Ok(verify(&scored.scores, folds, fp)?)
}

/// What one kind of list gives at a rate of false positives.
pub struct Identified {
    pub candidates: usize,
    pub photos: usize,
    pub result: Identification,
}

pub fn identification(
    population: &Population<'_>,
    (candidates, photos): (usize, usize),
    lists: usize,
    cohort: bool,
    fp: f64,
) -> Result<Identified> {
    let normalisation = if cohort { Normalisation::Drawn } else { Normalisation::None };
    let draws = Draws { candidates, photos, lists, seed: 1, profile: Profile::Mean, normalisation };
    let trials = population.trials(&draws)?;
    let result = identify(&trials, threshold_at(&trials, fp, 0.0)?, 0.0);
    Ok(Identified { candidates, photos, result })
}

#[cfg(test)]
mod tests {
    use facecore::SpaceId;

    use super::*;

    fn labelled(people: &[&str]) -> Vec<LabelledPhoto> {
        let photo = |person: &&str| LabelledPhoto {
            path: "x.jpg".into(),
            person: (*person).to_owned(),
            area: None,
            columns: Default::default(),
        };
        people.iter().map(photo).collect()
    }

    fn face(x: f32, y: f32) -> Option<Embedding> {
        Some(Embedding::new(SpaceId([1; 8]), vec![x, y]).unwrap())
    }

    #[test]
    fn faces_are_grouped_by_person() {
        let photos = labelled(&["A", "B", "A", "A"]);
        let faces = [face(1.0, 0.0), None, face(0.0, 1.0), face(1.0, 1.0)];
        let grouped = group(&photos, &faces, &[true, true, true, false]);
        assert_eq!(grouped.people.len(), 1);
        assert_eq!(grouped.places, [Some((0, 0)), None, Some((0, 1)), None]);
        assert_eq!(grouped.photos, [[0, 2]]);
    }

    #[test]
    fn drawn_pairs_keep_people_in_their_fold() {
        let names: Vec<String> = (0..40).flat_map(|person| vec![format!("p{person}"); 1 + person % 3]).collect();
        let photos = labelled(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let faces = vec![face(1.0, 0.0); photos.len()];
        let grouped = group(&photos, &faces, &vec![true; photos.len()]);
        let pairs = draw_pairs(&grouped, 4, 5);
        for pair in &pairs {
            let [left, right] = pair.photos.map(|photo| grouped.places[photo].unwrap().0);
            assert_eq!(left == right, pair.same);
            assert!(pair.photos[0] != pair.photos[1] && left % 4 == pair.fold && right % 4 == pair.fold);
        }
        for fold in 0..4 {
            let of = |same| pairs.iter().filter(|pair| pair.fold == fold && pair.same == same).count();
            assert_eq!((of(true), of(false)), (5, 50));
        }
    }
}

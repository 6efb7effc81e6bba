//! Crowding by a cohort of the labelled people themselves, leaving out those who are compared.

use std::collections::{HashMap, HashSet};

use super::LabelledFaces;
use super::offsets::Offsets;
use super::ordered::Ordered;
use super::scan::on_threads;
use crate::embed::dot;
use crate::error::{Error, Result};
use crate::matching::Cohort;

impl Offsets {
    /// Half of the crowding around each face, by a cohort of one photo of each of the other people.
    ///
    /// For a pair of faces the cohort leaves out both people and their relatives. If one of them is among the nearest members, the next
    /// nearest is taken instead.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if there are not at least three people (or groups of them); the errors of comparing the faces.
    pub fn cohort(faces: &LabelledFaces<'_>, threads: usize) -> Result<Self> {
        let count = faces.faces.len();
        let ordered = Ordered::new(faces, &Self::none(count))?;
        if ordered.units() < 3 {
            return Err(Error::Evaluation { reason: "too few people for a cohort".into() });
        }
        let strangers = Strangers::new(faces);
        let work = |found: &mut Vec<Crowded>, face: usize| found.push(strangers.around(face));
        let mut found: Vec<_> = on_threads(threads.max(1), count, Vec::new, work).into_iter().flatten().collect();
        found.sort_unstable_by_key(|crowded| crowded.face);
        let (of_face, towards) = found.into_iter().map(|crowded| (crowded.offset, crowded.towards)).unzip();
        Ok(Self { of_face, towards })
    }
}

/// One photo of each person.
struct Strangers<'a> {
    faces: &'a LabelledFaces<'a>,
    /// The group of each face, or the person where there are no groups.
    units: &'a [usize],
    members: Vec<usize>,
    people_in: HashMap<usize, usize>,
    /// The people of the largest unit.
    largest: usize,
}

/// What is taken off for a face, and towards those who are near.
struct Crowded {
    face: usize,
    offset: f32,
    towards: Vec<(usize, f32)>,
}

impl<'a> Strangers<'a> {
    fn new(faces: &'a LabelledFaces<'a>) -> Self {
        let units = faces.groups.unwrap_or(faces.people);
        let mut seen = HashSet::new();
        let members: Vec<usize> = (0..units.len()).filter(|&face| seen.insert(faces.people[face])).collect();
        let mut people_in = HashMap::<usize, usize>::new();
        members.iter().for_each(|&member| *people_in.entry(units[member]).or_default() += 1);
        let largest = people_in.values().copied().max().unwrap_or(0);
        Self { faces, units, members, people_in, largest }
    }

    fn around(&self, face: usize) -> Crowded {
        let size = self.members.len() - self.people_in[&self.units[face]];
        let nearest = self.nearest(face, size);
        let without = |left_out: Option<usize>| {
            let rest = nearest.iter().filter(|(_, unit)| Some(*unit) != left_out);
            Cohort::mean_of_nearest(rest.map(|(cosine, _)| *cosine), size) / 2.0
        };
        let mut near: Vec<usize> = nearest.iter().take(Cohort::nearest_of(size)).map(|(_, unit)| *unit).collect();
        near.sort_unstable();
        near.dedup();
        let towards = near.into_iter().map(|unit| (unit, without(Some(unit)))).collect();
        Crowded { face, offset: without(None), towards }
    }

    /// Cosines to the nearest members, with their units: as many as count, and as many more as stand in for people left out.
    fn nearest(&self, face: usize, size: usize) -> Vec<(f32, usize)> {
        let LabelledFaces { faces, .. } = self.faces;
        let strangers = self.members.iter().filter(|&&member| self.units[member] != self.units[face]);
        let cosine = |member: usize| dot(faces[face].as_slice(), faces[member].as_slice());
        let mut nearest: Vec<_> = strangers.map(|&member| (cosine(member), self.units[member])).collect();
        let kept = Cohort::nearest_of(size) + self.largest;
        let nearer = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if kept < nearest.len() {
            nearest.select_nth_unstable_by(kept, nearer);
            nearest.truncate(kept);
        }
        nearest.sort_unstable_by(nearer);
        nearest
    }
}

//! The faces in an order in which relatives and photos of one person lie side by side: all pairs of two people who are not related are
//! then a face and a run of faces behind it.

use std::collections::HashMap;

use super::LabelledFaces;
use super::offsets::Offsets;
use crate::error::{Error, Result};

/// Faces sorted by unit, then by person. A unit is what a bootstrap draws: a group of people, or a person where there are no groups.
pub(super) struct Ordered<'a> {
    pub vectors: Vec<&'a [f32]>,
    /// Of each face its person, numbered from 0 in the order.
    pub person: Vec<u32>,
    /// Of each face its unit, numbered from 0 in the order.
    pub unit: Vec<u32>,
    pub slice: Vec<Option<usize>>,
    /// Of each face what is taken off its pairs.
    pub offset: Vec<f32>,
    /// Of each face the units towards which something else is taken off: how much less.
    pub less_towards: Vec<Vec<(u32, f32)>>,
    /// Where each unit begins, and the number of faces at the end.
    pub begins: Vec<usize>,
    slices: usize,
}

impl<'a> Ordered<'a> {
    pub(super) fn new(labelled: &LabelledFaces<'a>, offsets: &Offsets) -> Result<Self> {
        let LabelledFaces { faces, people, groups, slices } = *labelled;
        let count = faces.len();
        let lengths = [people.len(), groups.map_or(count, <[_]>::len), slices.map_or(count, <[_]>::len), offsets.len()];
        if let Some(other) = lengths.into_iter().find(|&length| length != count) {
            return Err(wrong(format!("{count} faces, but a list about them is {other} long")));
        }
        let units = groups.unwrap_or(people);
        if let Some(first) = faces.first() {
            faces.iter().try_for_each(|face| first.check_comparable(face))?;
        }
        let mut group_of = HashMap::new();
        for (person, unit) in people.iter().zip(units) {
            if group_of.insert(person, unit).is_some_and(|before| before != unit) {
                return Err(wrong(format!("person {person} is in two groups")));
            }
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&at| (units[at], people[at]));
        let (person, _) = numbered(&order, people);
        let (unit, mut begins) = numbered(&order, units);
        if begins.len() < 2 {
            let what = if groups.is_some() { "groups of people" } else { "people" };
            return Err(wrong(format!("{} {what}; two are needed", begins.len())));
        }
        let number: HashMap<usize, u32> = order.iter().zip(&unit).map(|(&at, &unit)| (units[at], unit)).collect();
        begins.push(count);
        let offset: Vec<f32> = order.iter().map(|&at| offsets.of_face[at]).collect();
        if offset.iter().any(|offset| !offset.is_finite()) {
            return Err(wrong("an offset is not finite".into()));
        }
        let towards = |&at: &usize| {
            let known = offsets.towards.get(at).into_iter().flatten();
            let less = known.filter_map(|(unit, other)| Some((*number.get(unit)?, offsets.of_face[at] - other)));
            let mut less: Vec<(u32, f32)> = less.collect();
            less.sort_unstable_by_key(|(unit, _)| *unit);
            less
        };
        let slice: Vec<Option<usize>> = order.iter().map(|&at| slices.and_then(|slices| slices[at])).collect();
        Ok(Self {
            vectors: order.iter().map(|&at| faces[at].as_slice()).collect(),
            person,
            unit,
            offset,
            less_towards: order.iter().map(towards).collect(),
            begins,
            slices: slice.iter().flatten().max().map_or(0, |most| most + 1),
            slice,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.vectors.len()
    }

    pub(super) fn people(&self) -> usize {
        self.person.last().map_or(0, |last| *last as usize + 1)
    }

    pub(super) fn units(&self) -> usize {
        self.begins.len() - 1
    }

    pub(super) fn slices(&self) -> usize {
        self.slices
    }

    /// The faces of a unit.
    pub(super) fn of_unit(&self, unit: usize) -> std::ops::Range<usize> {
        self.begins[unit]..self.begins[unit + 1]
    }

    /// The first face behind those of the same unit.
    pub(super) fn behind(&self, face: usize) -> usize {
        self.begins[self.unit[face] as usize + 1]
    }

    /// Pairs of two units.
    pub(super) fn negatives(&self) -> u64 {
        pairs_between(self.begins.windows(2).map(|ends| (ends[1] - ends[0]) as u64))
    }

    /// The faces of each unit in a slice, of units that have any.
    pub(super) fn sizes_in_slice(&self, slice: usize) -> Vec<(u32, u64)> {
        let mut sizes: Vec<(u32, u64)> = Vec::new();
        for (face, _) in self.slice.iter().enumerate().filter(|(_, own)| **own == Some(slice)) {
            match sizes.last_mut() {
                Some((unit, size)) if *unit == self.unit[face] => *size += 1,
                _ => sizes.push((self.unit[face], 1)),
            }
        }
        sizes
    }

    /// The units with faces in a slice, and the pairs of two units inside it.
    pub(super) fn in_slice(&self, slice: usize) -> (usize, u64) {
        let sizes = self.sizes_in_slice(slice);
        (sizes.len(), pairs_between(sizes.iter().map(|(_, size)| *size)))
    }
}

/// Pairs of faces of two different units, from the units' sizes.
fn pairs_between(sizes: impl Iterator<Item = u64>) -> u64 {
    let (mut before, mut pairs) = (0, 0);
    for size in sizes {
        pairs += before * size;
        before += size;
    }
    pairs
}

/// Labels as numbers from 0 in the order given, and where each begins.
fn numbered(order: &[usize], labels: &[usize]) -> (Vec<u32>, Vec<usize>) {
    let mut numbers = Vec::with_capacity(order.len());
    let mut begins: Vec<usize> = Vec::new();
    for (place, &at) in order.iter().enumerate() {
        if place == 0 || labels[order[place - 1]] != labels[at] {
            begins.push(place);
        }
        numbers.push(begins.len() as u32 - 1);
    }
    (numbers, begins)
}

fn wrong(reason: String) -> Error {
    Error::Evaluation { reason }
}

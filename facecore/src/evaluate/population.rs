//! People with their photos, of whom [identification](super::identify) draws candidates.

use std::cell::OnceCell;

use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::matching::{Candidate, Cohort};

/// The nearest other people (their first photo) with their cosines, the nearest first.
type Neighbours = Vec<(u32, f32)>;

/// People with their photos, prepared for drawing.
#[derive(Debug)]
pub struct Population<'a> {
    people: &'a [Candidate],
    /// Of each photo of each person.
    neighbours: OnceCell<Vec<Vec<Neighbours>>>,
}

impl<'a> Population<'a> {
    /// The number of neighbours of a face that are kept; a cohort looks among them for its nearest members.
    const NEIGHBOURS: usize = 512;

    /// # Errors
    /// [`Error::Evaluation`] for fewer than two people or a person without embeddings, and the errors of comparing them.
    pub fn new(people: &'a [Candidate]) -> Result<Self> {
        if people.len() < 2 {
            return Err(Error::Evaluation { reason: format!("{} people; two are needed", people.len()) });
        }
        if let Some(Candidate { person, .. }) = people.iter().find(|person| person.embeddings.is_empty()) {
            return Err(Error::Evaluation { reason: format!("{person} has no embedding") });
        }
        let first = &people[0].embeddings[0];
        people.iter().flat_map(|person| &person.embeddings).try_for_each(|face| first.check_comparable(face))?;
        Ok(Self { people, neighbours: OnceCell::new() })
    }

    /// The people as they were given.
    pub fn people(&self) -> &'a [Candidate] {
        self.people
    }

    /// One photo of each person, as members of a cohort. Not the mean of all: that is nearer to everybody the more photos are in
    /// it, so a threshold fitted with one cohort would not hold with another.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &'a Embedding> {
        self.people.iter().map(|person| &person.embeddings[0])
    }

    /// How crowded it is around a photo, by a cohort of the people whom `in_cohort` admits, who are not the photo's own.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if it admits nobody who is near.
    pub fn crowding(&self, person: usize, photo: usize, in_cohort: &[bool]) -> Result<f32> {
        let neighbours = &self.neighbours()?[person][photo];
        let size = in_cohort.iter().filter(|&&admitted| admitted).count();
        let mut members = neighbours.iter().filter(|(other, _)| in_cohort[*other as usize]).peekable();
        if members.peek().is_none() {
            return Err(Error::Evaluation { reason: "too few people for a cohort".into() });
        }
        Ok(Cohort::mean_of_nearest(members.map(|&(_, cosine)| cosine), size))
    }

    /// For each photo of each person the nearest other people, by their first photo, the nearest first.
    fn neighbours(&self) -> Result<&Vec<Vec<Neighbours>>> {
        if let Some(neighbours) = self.neighbours.get() {
            return Ok(neighbours);
        }
        let of_photo = |own: usize, face: &Embedding| -> Result<Neighbours> {
            let others = self.members().enumerate().filter(|(other, _)| *other != own);
            let cosines = others.map(|(other, member)| Ok((other as u32, face.cosine(member)?)));
            let mut cosines = cosines.collect::<Result<Vec<_>>>()?;
            let nearer = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1);
            if cosines.len() > Self::NEIGHBOURS {
                cosines.select_nth_unstable_by(Self::NEIGHBOURS, nearer);
                cosines.truncate(Self::NEIGHBOURS);
            }
            cosines.sort_unstable_by(nearer);
            cosines.shrink_to_fit();
            Ok(cosines)
        };
        let of_person = |(own, person): (usize, &Candidate)| {
            person.embeddings.iter().map(|face| of_photo(own, face)).collect::<Result<Vec<_>>>()
        };
        let neighbours = self.people.iter().enumerate().map(of_person).collect::<Result<Vec<_>>>()?;
        Ok(self.neighbours.get_or_init(|| neighbours))
    }
}

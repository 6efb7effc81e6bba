//! What a round's people are worth, where it is known whose faces they are.

use std::collections::{BTreeMap, HashMap};

/// How right the people of a round are, beside whose faces they really are. Faces of whom that is not known are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purity {
    /// People who were found.
    pub people: usize,
    /// Of these, with faces of two people or more.
    pub mixed: usize,
    /// People who are in one with others: a found person with faces of three people counts two times.
    pub false_merges: usize,
    /// Faces of the found people.
    pub faces: usize,
    /// Of these, those of whom the found person has most faces.
    pub right: usize,
    /// Faces that are with most of the faces that their person has in the round.
    pub together: usize,
    /// Different people among these faces.
    pub found: usize,
    /// All faces of whom it is known whose they are, in the round or not.
    pub known: usize,
}

impl Purity {
    /// `people` are those of a [`Round`](super::Round), and `whose` has a number for each face of the accounts whose person is known.
    ///
    /// ```
    /// # use facecore::bootstrap::Purity;
    /// let whose = [Some(7), Some(7), Some(8), None, Some(8), Some(8)];
    /// let purity = Purity::of(&[vec![0, 1, 2], vec![3, 4]], &whose);
    /// assert_eq!((purity.mixed, purity.false_merges, purity.faces), (1, 1, 4));
    /// assert_eq!((purity.purity(), purity.completeness()), (0.75, 0.6)); // 2 and 1 of 4; 2 and 1 of 5
    /// ```
    pub fn of(people: &[Vec<usize>], whose: &[Option<u32>]) -> Self {
        let mut purity = Self { known: whose.iter().flatten().count(), ..Self::default() };
        let mut pieces: HashMap<u32, usize> = HashMap::new();
        for person in people {
            let mut of: BTreeMap<u32, usize> = BTreeMap::new();
            let known = person.iter().filter_map(|&face| *whose.get(face)?);
            known.for_each(|person| *of.entry(person).or_default() += 1);
            purity.people += usize::from(!of.is_empty());
            purity.mixed += usize::from(of.len() > 1);
            purity.false_merges += of.len().saturating_sub(1);
            purity.faces += of.values().sum::<usize>();
            purity.right += of.values().max().copied().unwrap_or(0);
            for (person, count) in of {
                let most = pieces.entry(person).or_default();
                *most = count.max(*most);
            }
        }
        purity.found = pieces.len();
        purity.together = pieces.values().sum();
        purity
    }

    /// The part of the faces that are of whom their found person has most faces, 0…1; 0 without any.
    pub fn purity(&self) -> f64 {
        share(self.right, self.faces)
    }

    /// The part of all known faces that are in the round, with most of their person's, 0…1; 0 without any.
    pub fn completeness(&self) -> f64 {
        share(self.together, self.known)
    }
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

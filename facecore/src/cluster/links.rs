//! What is known of pairs of faces beside their distance.

use std::collections::HashSet;

use crate::error::{Error, Result};

/// What is done about two faces of one photo, which belong to two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SamePhoto {
    /// They never come into one cluster.
    #[default]
    CannotLink,
    /// The rule of Tobol (2018): a cluster with two faces of one photo is dropped. A collage that shows a person twice loses that person's
    /// cluster.
    DropCluster,
    /// Nothing is done: they may come into one cluster.
    Ignore,
}

/// Pairs of faces that are one person or are not, by their place in the list of faces.
///
/// A must-link is stronger than the photo: a collage may show a person twice. Two faces that `must` joins, directly or through
/// others, and that `cannot` keeps apart, are an [`Error::Option`] when the links are used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The photo of each face: no two faces of a photo are one person. Empty if photos do not matter.
    pub photos: Vec<u64>,
    /// Pairs that are one person.
    pub must: Vec<(usize, usize)>,
    /// Pairs that are two people.
    pub cannot: Vec<(usize, usize)>,
}

impl Links {
    /// No link: plain DBSCAN.
    pub fn none() -> Self {
        Self::default()
    }

    /// Cannot-links between the faces of a photo; `photos` has the photo of each face.
    pub fn of_photos(photos: Vec<u64>) -> Self {
        Self { photos, ..Self::default() }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.photos.is_empty() && self.must.is_empty() && self.cannot.is_empty()
    }
}

/// Faces joined so far: a union-find that refuses what the links forbid.
pub(super) struct Groups {
    parent: Vec<usize>,
    faces: Vec<usize>,
    /// Of a root: the photos of its faces, sorted.
    photos: Vec<Vec<u64>>,
    /// Of a root: the roots that it may not join, found so far or given.
    enemies: Vec<HashSet<usize>>,
}

impl Groups {
    pub(super) fn new(count: usize, links: &Links) -> Result<Self> {
        let wrong = |reason: String| Error::Option { name: "links", reason };
        if !links.photos.is_empty() && links.photos.len() != count {
            return Err(wrong(format!("photos of {} faces for {count} faces", links.photos.len())));
        }
        if let Some(&(a, b)) = links.must.iter().chain(&links.cannot).find(|(a, b)| *a.max(b) >= count) {
            return Err(wrong(format!("a link between faces {a} and {b} of {count}")));
        }
        let photos = if links.photos.is_empty() {
            vec![Vec::new(); count]
        } else {
            links.photos.iter().map(|&p| vec![p]).collect()
        };
        let mut groups =
            Self { parent: (0..count).collect(), faces: vec![1; count], photos, enemies: vec![HashSet::new(); count] };
        for &(a, b) in &links.must {
            let (a, b) = (groups.root(a), groups.root(b));
            if a != b {
                groups.unite(a, b);
            }
        }
        for &(left, right) in &links.cannot {
            let (a, b) = (groups.root(left), groups.root(right));
            if a == b {
                return Err(wrong(format!("faces {left} and {right} are one person and two")));
            }
            groups.part(a, b);
        }
        Ok(groups)
    }

    pub(super) fn root(&mut self, mut face: usize) -> usize {
        while self.parent[face] != face {
            self.parent[face] = self.parent[self.parent[face]];
            face = self.parent[face];
        }
        face
    }

    /// The number of faces in the group of a face.
    pub(super) fn members(&mut self, face: usize) -> usize {
        let root = self.root(face);
        self.faces[root]
    }

    pub(super) fn may_join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        if self.enemies[a].contains(&b) {
            return false;
        }
        if share(&self.photos[a], &self.photos[b]) {
            // Groups only grow: what cannot join now never can.
            self.part(a, b);
            return false;
        }
        true
    }

    /// Joins the groups of two faces, if they may be one person; says whether they are one group now.
    pub(super) fn join(&mut self, a: usize, b: usize) -> bool {
        let may = self.may_join(a, b);
        let (a, b) = (self.root(a), self.root(b));
        if may && a != b {
            self.unite(a, b);
        }
        may
    }

    fn part(&mut self, a: usize, b: usize) {
        self.enemies[a].insert(b);
        self.enemies[b].insert(a);
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (large, small) = if self.faces[a] >= self.faces[b] { (a, b) } else { (b, a) };
        self.parent[small] = large;
        self.faces[large] += self.faces[small];
        let photos = std::mem::take(&mut self.photos[small]);
        merge(&mut self.photos[large], &photos);
        for enemy in std::mem::take(&mut self.enemies[small]) {
            self.enemies[enemy].remove(&small);
            self.part(large, enemy);
        }
    }
}

/// Whether two sorted lists have an element in common; looks each of the shorter up in the longer.
fn share(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().any(|photo| long.binary_search(photo).is_ok())
}

fn merge(into: &mut Vec<u64>, from: &[u64]) {
    match from {
        [] => {}
        [one] => {
            let at = into.partition_point(|photo| photo < one);
            into.insert(at, *one);
        }
        _ => {
            into.extend_from_slice(from);
            into.sort_unstable();
        }
    }
}

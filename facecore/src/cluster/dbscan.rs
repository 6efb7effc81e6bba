//! DBSCAN on cosine distance: exact, in one pass over all pairs, with links.

use crate::cluster::links::{Groups, Links};
use crate::embed::Embedding;
use crate::error::{Error, Result};

/// The two numbers of DBSCAN.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::cluster::{Dbscan, Links};
/// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let faces = [face(1.0, 0.0), face(1.0, 0.1), face(0.1, 1.0), face(0.0, 1.0), face(-1.0, -1.0)];
/// let labels = Dbscan::new(0.1, 2)?.cluster(&faces, &Links::none())?;
/// assert_eq!(labels.clusters(), [vec![0, 1], vec![2, 3]]);
/// assert_eq!(labels.of(4), None); // noise
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dbscan {
    /// Two faces are neighbours if their distance, 1 − cosine, is at most this: 0 to 2.
    pub eps: f32,
    /// A face with at least this many neighbours, itself among them, is a core of a cluster; at least 1.
    pub min_samples: usize,
}

/// The cluster of each face, or noise. Clusters are numbered from 0 in the order of their first core face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    of: Vec<Option<usize>>,
    is_core: Vec<bool>,
    count: usize,
}

impl Labels {
    /// The cluster of a face; `None` for noise.
    ///
    /// # Panics
    /// If there is no such face.
    pub fn of(&self, face: usize) -> Option<usize> {
        self.of[face]
    }

    /// The cluster of each face.
    pub fn as_slice(&self) -> &[Option<usize>] {
        &self.of
    }

    /// Whether a face is a core of its cluster.
    ///
    /// # Panics
    /// If there is no such face.
    pub fn is_core(&self, face: usize) -> bool {
        self.is_core[face]
    }

    /// The number of clusters.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The faces of each cluster, ascending.
    pub fn clusters(&self) -> Vec<Vec<usize>> {
        let mut clusters = vec![Vec::new(); self.count];
        for (face, label) in self.of.iter().enumerate() {
            if let Some(label) = label {
                clusters[*label].push(face);
            }
        }
        clusters
    }
}

impl Dbscan {
    /// The most faces that are clustered at once. Memory grows with their square: one bit for each pair of faces and, with links, 8 bytes
    /// for each pair of neighbouring cores.
    pub const MAX_FACES: usize = 16_384;

    /// Checks the two numbers.
    ///
    /// # Errors
    /// [`Error::Option`] for an `eps` outside 0 to 2 or a `min_samples` of 0.
    pub fn new(eps: f32, min_samples: usize) -> Result<Self> {
        if !(0.0..=2.0).contains(&eps) {
            return Err(Error::Option { name: "eps", reason: format!("{eps} is not from 0 to 2") });
        }
        if min_samples == 0 {
            return Err(Error::Option { name: "min_samples", reason: "must be at least 1".into() });
        }
        Ok(Self { eps, min_samples })
    }

    /// Clusters faces of one space.
    ///
    /// 1. A face's neighbours are the faces at most `eps` away, without those that a link says are another person, and with those that
    ///    a link says are the same. With `min_samples` of them it is a core.
    /// 2. Cores that are neighbours become one cluster, the nearest pair first, unless that would join two faces that the links
    ///    keep apart. Without links this is DBSCAN's connection of cores, in any order.
    /// 3. Any other face joins the first cluster that has a core among its neighbours and that the links let it join.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] if two embeddings cannot be compared, [`Error::Limit`] above
    /// [`MAX_FACES`](Self::MAX_FACES), [`Error::Option`] as [`new`](Self::new) or for links to faces that are not there.
    pub fn cluster(&self, faces: &[Embedding], links: &Links) -> Result<Labels> {
        Self::new(self.eps, self.min_samples)?;
        if faces.len() > Self::MAX_FACES {
            let (actual, limit) = (faces.len() as u64, Self::MAX_FACES as u64);
            return Err(Error::Limit { what: "number of faces to cluster", actual, limit });
        }
        if let Some(first) = faces.first() {
            faces.iter().try_for_each(|face| first.check_comparable(face))?;
        }
        let near = Neighbours::find(faces, self.eps);
        let mut groups = Groups::new(faces.len(), links)?;
        let is_core = self.cores(&near, links, &mut groups);
        if links.is_empty() {
            connect(&near, &is_core, &mut groups);
        } else {
            // Pairs of neighbouring cores, sorted by distance. A float that is not negative sorts as its bits do.
            let mut pairs: Vec<u64> = Vec::new();
            for a in (0..faces.len()).filter(|&a| is_core[a]) {
                near.each(a, |b| {
                    if b > a && is_core[b] {
                        let distance = 1.0 - crate::embed::dot(faces[a].as_slice(), faces[b].as_slice());
                        pairs.push(u64::from(distance.max(0.0).to_bits()) << 32 | (a as u64) << 16 | b as u64);
                    }
                });
            }
            pairs.sort_unstable();
            for pair in pairs {
                groups.join((pair >> 16 & 0xffff) as usize, (pair & 0xffff) as usize);
            }
        }
        Ok(label(&near, is_core, &mut groups))
    }

    fn cores(&self, near: &Neighbours, links: &Links, groups: &mut Groups) -> Vec<bool> {
        let mut is_core = vec![false; near.faces];
        for (face, is_core) in is_core.iter_mut().enumerate() {
            let mut count = 0;
            if links.is_empty() {
                near.each(face, |_| count += 1);
            } else {
                // Faces that are the same person by a link are as near as can be.
                let own = groups.root(face);
                near.each(face, |other| {
                    count += usize::from(groups.root(other) != own && groups.may_join(face, other))
                });
                count += groups.members(face);
            }
            *is_core = count >= self.min_samples;
        }
        is_core
    }
}

/// DBSCAN's connection of neighbouring cores, for which no order matters.
fn connect(near: &Neighbours, is_core: &[bool], groups: &mut Groups) {
    let mut seen = vec![false; near.faces];
    let mut stack = Vec::new();
    for start in (0..near.faces).filter(|&face| is_core[face]) {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        stack.push(start);
        while let Some(face) = stack.pop() {
            near.each(face, |other| {
                if is_core[other] && !std::mem::replace(&mut seen[other], true) {
                    groups.join(start, other);
                    stack.push(other);
                }
            });
        }
    }
}

fn label(near: &Neighbours, is_core: Vec<bool>, groups: &mut Groups) -> Labels {
    let mut of = vec![None; near.faces];
    let mut cluster_of_root = vec![None; near.faces];
    let mut count = 0;
    for face in (0..near.faces).filter(|&face| is_core[face]) {
        let label = *cluster_of_root[groups.root(face)].get_or_insert_with(|| {
            count += 1;
            count - 1
        });
        of[face] = Some(label);
    }
    // One core of each cluster: who joins it must be allowed beside all of its faces.
    let mut first_core = vec![usize::MAX; count];
    for face in (0..near.faces).rev().filter(|&face| is_core[face]) {
        first_core[of[face].unwrap_or_default()] = face;
    }
    let mut choices = Vec::new();
    for face in 0..near.faces {
        if is_core[face] {
            continue;
        }
        if let Some(label) = cluster_of_root[groups.root(face)] {
            of[face] = Some(label);
            continue;
        }
        choices.clear();
        near.each(face, |other| {
            if is_core[other] {
                choices.extend(of[other]);
            }
        });
        choices.sort_unstable();
        choices.dedup();
        of[face] = choices.iter().copied().find(|&label| groups.join(first_core[label], face));
    }
    Labels { of, is_core, count }
}

/// Who is within eps of whom: one bit a pair, so that the memory does not depend on how dense the faces lie.
struct Neighbours {
    bits: Vec<u64>,
    words: usize,
    faces: usize,
}

impl Neighbours {
    fn find(faces: &[Embedding], eps: f32) -> Self {
        let (count, words) = (faces.len(), faces.len().div_ceil(64));
        let mut near = Self { bits: vec![0; count * words], words, faces: count };
        // Blocks of rows stay in the cache while the columns pass.
        const BLOCK: usize = 32;
        for block in (0..count).step_by(BLOCK) {
            for b in block..count {
                for a in block..(block + BLOCK).min(b + 1) {
                    if a == b || 1.0 - crate::embed::dot(faces[a].as_slice(), faces[b].as_slice()) <= eps {
                        near.bits[a * words + b / 64] |= 1 << (b % 64);
                        near.bits[b * words + a / 64] |= 1 << (a % 64);
                    }
                }
            }
        }
        near
    }

    /// Calls `see` with each neighbour of a face, itself among them, ascending.
    fn each(&self, face: usize, mut see: impl FnMut(usize)) {
        for (word, &bits) in self.bits[face * self.words..][..self.words].iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                see(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests;

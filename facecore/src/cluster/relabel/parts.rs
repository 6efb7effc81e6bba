//! The faces of a class → parts of it, by average linkage.

use crate::embed::{Embedding, dot};

/// Average linkage (Sokal, Michener 1958): the two parts whose faces are most alike on the average become one, while that average is `least` or
/// more. The largest part is first, of two as large the one with the first face; faces are ascending in each.
pub(super) fn parts(faces: &[Embedding], least: f32) -> Vec<Vec<usize>> {
    let mut linkage = Linkage::new(faces);
    while let Some((a, b)) = linkage.nearest(least) {
        linkage.join(a, b);
    }
    let mut parts = linkage.parts;
    parts.retain(|part| !part.is_empty());
    parts.iter_mut().for_each(|part| part.sort_unstable());
    parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part[0]));
    parts
}

struct Linkage {
    parts: Vec<Vec<usize>>,
    /// The mean cosine of each two parts' faces, row by row.
    means: Vec<f32>,
    /// Of each part its nearest one. Where two parts become one, no other comes nearer than the nearer of the two was: only whoever had one of
    /// them as its nearest must look again.
    nearest: Vec<(f32, usize)>,
}

impl Linkage {
    fn new(faces: &[Embedding]) -> Self {
        let count = faces.len();
        let mut means = vec![0.0; count * count];
        for (at, face) in faces.iter().enumerate() {
            for (before, other) in faces[..at].iter().enumerate() {
                let cosine = dot(face.as_slice(), other.as_slice());
                (means[at * count + before], means[before * count + at]) = (cosine, cosine);
            }
        }
        let mut linkage = Self { parts: (0..count).map(|face| vec![face]).collect(), means, nearest: Vec::new() };
        linkage.nearest = (0..count).map(|part| linkage.look(part)).collect();
        linkage
    }

    /// The nearest other part.
    fn look(&self, part: usize) -> (f32, usize) {
        let row = &self.means[part * self.parts.len()..][..self.parts.len()];
        let others = (0..).zip(row).filter(|(other, _)| *other != part && !self.parts[*other].is_empty());
        others.fold((f32::NEG_INFINITY, part), |best, (other, &mean)| if mean > best.0 { (mean, other) } else { best })
    }

    /// The two parts that are nearest, if they are near enough.
    fn nearest(&self, least: f32) -> Option<(usize, usize)> {
        let alive = (0..).zip(&self.nearest).filter(|(part, _)| !self.parts[*part].is_empty());
        let (part, (mean, other)) =
            alive.fold(
                (0, (f32::NEG_INFINITY, 0)),
                |best, (part, &nearest)| {
                    if nearest.0 > best.1.0 { (part, nearest) } else { best }
                },
            );
        (mean >= least && part != other).then_some((part.min(other), part.max(other)))
    }

    fn join(&mut self, a: usize, b: usize) {
        let count = self.parts.len();
        let (of_a, of_b) = (self.parts[a].len() as f32, self.parts[b].len() as f32);
        let moved = std::mem::take(&mut self.parts[b]);
        self.parts[a].extend(moved);
        for other in (0..count).filter(|&other| other != a) {
            let mean = (of_a * self.means[a * count + other] + of_b * self.means[b * count + other]) / (of_a + of_b);
            (self.means[a * count + other], self.means[other * count + a]) = (mean, mean);
        }
        for part in 0..count {
            if !self.parts[part].is_empty() && (part == a || [a, b].contains(&self.nearest[part].1)) {
                self.nearest[part] = self.look(part);
            }
        }
    }
}

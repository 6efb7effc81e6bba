//! The centres of classes: how near they are to each other and to faces, and which are one person.

use super::Strangers;
use crate::embed::{Embedding, dot};

/// A class counts as if it had so much of a face more that is like nobody: with few faces it is less sure where it is.
const NOBODY: f32 = 0.25;

/// When two classes are one person; all but `within` are cosines.
pub(super) struct Joining {
    pub least: f32,
    pub surely: f32,
    pub ahead: f32,
    pub within: f32,
}

/// The sum of each class's faces, and what became of it.
#[derive(Debug, Default)]
pub(super) struct Centres {
    sums: Vec<Vec<f32>>,
    faces: Vec<usize>,
    /// Of each class its photos, ascending.
    photos: Vec<Vec<u64>>,
    /// The class that each one went into; itself where it stands.
    into: Vec<usize>,
}

impl Centres {
    pub(super) fn add(&mut self, sum: Vec<f32>, faces: usize, mut photos: Vec<u64>) {
        photos.sort_unstable();
        self.into.push(self.sums.len());
        self.sums.push(sum);
        self.faces.push(faces);
        self.photos.push(photos);
    }

    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    pub(super) fn joined(&self) -> usize {
        (0..).zip(&self.into).filter(|(class, into)| class != *into).count()
    }

    /// The class that a class went into at last.
    pub(super) fn root(&self, mut class: usize) -> usize {
        while self.into[class] != class {
            class = self.into[class];
        }
        class
    }

    /// The cosine of a class with the sum of so many faces.
    pub(super) fn cosine(&self, sum: &[f32], faces: usize, class: usize) -> f32 {
        // A face is where it is; only of several it must be told.
        let nobody = if faces > 1 { NOBODY } else { 0.0 };
        cosine((sum, nobody), (&self.sums[class], NOBODY))
    }

    /// The cosine of a face with its class as it is without it; none if it is the only one.
    pub(super) fn without(&self, class: usize, face: &[f32]) -> Option<f32> {
        if self.faces[class] < 2 {
            return None;
        }
        let rest: Vec<f32> = self.sums[class].iter().zip(face).map(|(sum, value)| sum - value).collect();
        Some(cosine((face, 0.0), (&rest, NOBODY)))
    }

    /// The nearest standing class but one.
    pub(super) fn nearest(&self, sum: &[f32], faces: usize, but: usize) -> Option<(usize, f32)> {
        let others = (0..self.len()).filter(|&class| class != but && self.stands(class));
        let cosines = others.map(|class| (class, self.cosine(sum, faces, class)));
        cosines.reduce(|best, other| if other.1 > best.1 { other } else { best })
    }

    fn stands(&self, class: usize) -> bool {
        self.into[class] == class && self.faces[class] > 0
    }

    /// Joins classes that are one person, the nearest first.
    pub(super) fn join(&mut self, rules: &Joining) {
        let mut pairs = Vec::new();
        let mut nearest = vec![Nearest::default(); self.len()];
        for a in (0..self.len()).filter(|&class| self.faces[class] > 0) {
            for b in (a + 1..self.len()).filter(|&class| self.faces[class] > 0) {
                let cosine = self.between(a, b);
                nearest[a].see(b, cosine);
                nearest[b].see(a, cosine);
                if cosine >= rules.least {
                    pairs.push((cosine, a, b));
                }
            }
        }
        let leads = |cosine: f32, a: usize, b: usize| cosine - nearest[a].but(b).max(nearest[b].but(a)) >= rules.ahead;
        pairs.retain(|&(cosine, a, b)| {
            (cosine >= rules.surely || leads(cosine, a, b)) && self.as_alike(a, b, rules.within)
        });
        pairs.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        for (_, a, b) in pairs {
            let (a, b) = (self.root(a), self.root(b));
            let (a, b) = (a.min(b), a.max(b));
            if a != b && !self.meet(a, b) && self.between(a, b) >= rules.least {
                let (into, from) = if self.faces[b] > self.faces[a] { (b, a) } else { (a, b) };
                self.put(from, into);
            }
        }
    }

    /// Whether the faces of two classes are as alike across the two as this part of what they are within one.
    fn as_alike(&self, a: usize, b: usize, part: f32) -> bool {
        let across = dot(&self.sums[a], &self.sums[b]) / (self.faces[a] * self.faces[b]) as f32;
        let within = [a, b].into_iter().filter_map(|class| self.alike(class)).reduce(f32::min);
        part <= 0.0 || within.is_some_and(|within| across >= part * within)
    }

    /// The mean cosine of two different faces of a class, which is in the length of their sum; none of a single face.
    fn alike(&self, class: usize) -> Option<f32> {
        let (sum, count) = (&self.sums[class], self.faces[class] as f32);
        (count > 1.0).then(|| (dot(sum, sum) - count) / (count * (count - 1.0)))
    }

    fn put(&mut self, from: usize, into: usize) {
        let (sum, photos) = (self.sums[from].clone(), std::mem::take(&mut self.photos[from]));
        self.sums[into].iter_mut().zip(sum).for_each(|(all, value)| *all += value);
        self.photos[into].extend(photos);
        self.photos[into].sort_unstable();
        self.faces[into] += self.faces[from];
        self.into[from] = into;
    }

    fn between(&self, a: usize, b: usize) -> f32 {
        cosine((&self.sums[a], NOBODY), (&self.sums[b], NOBODY))
    }

    /// Whether two classes stand together on a photo: then they are two people.
    fn meet(&self, a: usize, b: usize) -> bool {
        self.photos[a].iter().any(|photo| self.photos[b].binary_search(photo).is_ok())
    }
}

/// The cosine of two sums of faces, each with something added to its length.
fn cosine((a, more_a): (&[f32], f32), (b, more_b): (&[f32], f32)) -> f32 {
    let lengths = (dot(a, a).sqrt() + more_a) * (dot(b, b).sqrt() + more_b);
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

/// The two nearest classes of one.
#[derive(Debug, Clone)]
struct Nearest {
    first: (usize, f32),
    second: f32,
}

impl Default for Nearest {
    fn default() -> Self {
        Self { first: (usize::MAX, -1.0), second: -1.0 }
    }
}

impl Nearest {
    fn see(&mut self, class: usize, cosine: f32) {
        if cosine > self.first.1 {
            (self.second, self.first) = (self.first.1, (class, cosine));
        } else {
            self.second = self.second.max(cosine);
        }
    }

    /// How near the nearest one is that is not this one.
    fn but(&self, class: usize) -> f32 {
        if self.first.0 == class { self.second } else { self.first.1 }
    }
}

/// A face of each of some classes, which are spread evenly over all.
#[derive(Debug)]
pub(super) struct Sample {
    faces: Vec<(usize, Embedding)>,
    /// Each so-many-th class is in it.
    step: usize,
}

impl Default for Sample {
    fn default() -> Self {
        Self { faces: Vec::new(), step: 1 }
    }
}

impl Sample {
    const MOST: usize = 2_048;
    /// Centres of fewer faces are blurred.
    const FACES: usize = 3;

    pub(super) fn see(&mut self, class: usize, face: &Embedding) {
        if !class.is_multiple_of(self.step) {
            return;
        }
        self.faces.push((class, face.clone()));
        if self.faces.len() > Self::MOST {
            self.step *= 2;
            self.faces.retain(|(class, _)| class.is_multiple_of(self.step));
        }
    }

    /// The cosines of the faces with the classes of others; none if there are no two.
    pub(super) fn strangers(&self, centres: &Centres) -> Option<Strangers> {
        let clear: Vec<usize> = (0..centres.len()).filter(|&class| centres.faces[class] >= Self::FACES).collect();
        let any: Vec<usize> = (0..centres.len()).filter(|&class| centres.faces[class] > 0).collect();
        let classes = if clear.len() > 1 { clear } else { any };
        let (mut pairs, mut sum, mut squares) = (0u64, 0.0f64, 0.0f64);
        for (own, face) in &self.faces {
            for &class in classes.iter().filter(|class| *class != own) {
                let cosine = f64::from(centres.cosine(face.as_slice(), 1, class));
                (pairs, sum, squares) = (pairs + 1, sum + cosine, squares + cosine * cosine);
            }
        }
        if pairs == 0 {
            return None;
        }
        let mean = sum / pairs as f64;
        let deviation = (squares / pairs as f64 - mean * mean).max(0.0).sqrt();
        Some(Strangers { mean: mean as f32, deviation: deviation as f32, pairs })
    }
}

//! Which of a person's faces make the profile: their mean is what [`Profile`](super::Profile) keeps.

use crate::embed::{Embedding, dot};

/// Which of a person's faces the profile is the mean of. All rules but [`Mean`](Self::Mean) count some faces twice, or leave some out.
/// The profile is a plain mean in any case, so photos can be added to it and taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Centroid {
    /// Each face once.
    #[default]
    Mean,
    /// Each face once, and those of at least the median quality (width × score) a second time.
    Weighted,
    /// Each face once, without the fifth of them that is farthest from the mean.
    Trimmed,
    /// The one face that is nearest to all others.
    Medoid,
}

/// The places of the faces to add, with repetitions.
pub(super) fn choose(kind: Centroid, faces: &[&Embedding], quality: &[f32]) -> Vec<usize> {
    let all = 0..faces.len();
    if faces.is_empty() {
        return Vec::new();
    }
    match kind {
        Centroid::Mean => all.collect(),
        Centroid::Weighted => {
            let mut sorted = quality.to_vec();
            sorted.sort_unstable_by(f32::total_cmp);
            let median = sorted[sorted.len() / 2];
            all.flat_map(|at| std::iter::repeat_n(at, if quality[at] >= median { 2 } else { 1 })).collect()
        }
        Centroid::Trimmed | Centroid::Medoid => {
            // The nearest to the mean is the nearest to all, as a sum of cosines.
            let mut near: Vec<_> = cosines(faces, &sum(faces, all)).into_iter().enumerate().collect();
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let kept = if kind == Centroid::Medoid { 1 } else { faces.len() - faces.len() / 5 };
            let mut kept: Vec<_> = near[..kept].iter().map(|(at, _)| *at).collect();
            kept.sort_unstable();
            kept
        }
    }
}

/// The smaller of two looks of a person, such as with glasses or years before. There are two looks if the faces fall into two groups
/// whose means have a cosine below 0.75, each with at least a quarter of the faces and at least four. Otherwise nothing.
pub(super) fn second_look(faces: &[&Embedding]) -> Vec<usize> {
    const ALIKE: f32 = 0.75;
    let least = (faces.len() / 4).max(4);
    if faces.len() < 2 * least {
        return Vec::new();
    }
    // Two means, from the face farthest from the mean and the one farthest from that.
    let lowest = |values: &[f32]| (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    let all = cosines(faces, &sum(faces, 0..faces.len()));
    let mut left = faces[lowest(&all)].as_slice().to_vec();
    let mut right = faces[lowest(&cosines(faces, &left))].as_slice().to_vec();
    let mut groups = [Vec::new(), Vec::new()];
    for _ in 0..10 {
        let near: Vec<_> = cosines(faces, &left).into_iter().zip(cosines(faces, &right)).collect();
        groups =
            [true, false].map(|is_left| (0..faces.len()).filter(|&at| (near[at].0 >= near[at].1) == is_left).collect());
        if groups.iter().any(Vec::is_empty) {
            return Vec::new();
        }
        [left, right] = [0, 1].map(|side: usize| sum(faces, groups[side].iter().copied()));
    }
    let cosine = dot(&left, &right) / (dot(&left, &left) * dot(&right, &right)).sqrt();
    if cosine >= ALIKE || groups.iter().any(|group| group.len() < least) {
        return Vec::new();
    }
    let [a, b] = groups;
    if a.len() < b.len() { a } else { b }
}

fn sum(faces: &[&Embedding], of: impl Iterator<Item = usize>) -> Vec<f32> {
    let mut sum = vec![0.0; faces.first().map_or(0, |face| face.len())];
    for at in of {
        sum.iter_mut().zip(faces[at].as_slice()).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// The cosine of each face with `to`, which may have any length.
fn cosines(faces: &[&Embedding], to: &[f32]) -> Vec<f32> {
    let norm = dot(to, to).sqrt().max(f32::MIN_POSITIVE);
    faces.iter().map(|face| dot(face.as_slice(), to) / norm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::SpaceId;

    fn faces(degrees: &[f32]) -> Vec<Embedding> {
        let at = |degrees: &f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
        degrees.iter().map(|degrees| Embedding::new(SpaceId([1; 8]), at(degrees)).unwrap()).collect()
    }

    #[test]
    fn each_kind_takes_its_faces() {
        let faces = faces(&[0.0, 2.0, 4.0, 6.0, 50.0]);
        let faces: Vec<_> = faces.iter().collect();
        let of = |kind| choose(kind, &faces, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(of(Centroid::Mean), [0, 1, 2, 3, 4]);
        assert_eq!(of(Centroid::Weighted), [0, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!(of(Centroid::Trimmed), [0, 1, 2, 3]);
        assert_eq!(of(Centroid::Medoid), [3]);
        assert!(choose(Centroid::Medoid, &[], &[]).is_empty());
    }

    #[test]
    fn two_looks_are_found_and_one_is_not_split() {
        let two = faces(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 60.0, 61.0, 62.0, 63.0]);
        assert_eq!(second_look(&two.iter().collect::<Vec<_>>()), [6, 7, 8, 9]);
        let one = faces(&[0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0]);
        assert!(second_look(&one.iter().collect::<Vec<_>>()).is_empty());
        assert!(second_look(&two[..6].iter().collect::<Vec<_>>()).is_empty());
    }
}

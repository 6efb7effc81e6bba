//! Rules for whole clusters: the three zones of two centroids, and two faces of one photo.

use crate::embed::{Embedding, dot};
use crate::error::{Error, Result};

/// What the cosine of two clusters' centroids says of them. From `merge` on they are one person. Below `ambiguous` they are two people.
/// Between the two nobody can tell, and the smaller cluster is dropped. Clusters that have faces in one photo are two people, however
/// alike (siblings): they are neither merged nor dropped.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::cluster::Zones;
/// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let faces = [face(1.0, 0.0), face(1.0, 0.0), face(1.0, 0.3), face(0.5, 0.8)];
/// let mut clusters = vec![vec![0, 1], vec![2], vec![3]];
/// let report = Zones::new(0.9, 0.6)?.apply(&faces, &[1, 2, 3, 4], &mut clusters)?;
/// assert_eq!((report.merged, report.dropped), (1, 1)); // 2 joins 0 and 1; 3 is too like them to be kept
/// assert_eq!(clusters, [vec![0, 1, 2]]);
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zones {
    /// At least this cosine: one person.
    pub merge: f32,
    /// From this cosine on: too alike to keep both.
    pub ambiguous: f32,
}

/// What [`Zones::apply`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZonesReport {
    /// Clusters that went into another.
    pub merged: usize,
    /// Clusters that were dropped because they were too like a larger one.
    pub dropped: usize,
}

impl Zones {
    /// Checks the two limits.
    ///
    /// # Errors
    /// [`Error::Option`] unless −1 ≤ `ambiguous` ≤ `merge`. A `merge` above 1 merges nothing.
    pub fn new(merge: f32, ambiguous: f32) -> Result<Self> {
        if !(ambiguous >= -1.0 && ambiguous <= merge) {
            let reason = format!("ambiguous {ambiguous} and merge {merge} are not from -1 upwards in this order");
            return Err(Error::Option { name: "zones", reason });
        }
        Ok(Self { merge, ambiguous })
    }

    /// Merges, then drops; `photos` has the photo of each face. Nearest pairs first, and a merged cluster is judged by its new
    /// centroid. What is left keeps its order; merged faces are ascending.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] if two faces cannot be compared, [`Error::Option`] if a cluster names a face or
    /// photo that is not there.
    pub fn apply(&self, faces: &[Embedding], photos: &[u64], clusters: &mut Vec<Vec<usize>>) -> Result<ZonesReport> {
        let known = faces.len().min(photos.len());
        if let Some(face) = clusters.iter().flatten().find(|&&face| face >= known) {
            return Err(Error::Option { name: "clusters", reason: format!("face {face} of {known}") });
        }
        if let Some(first) = faces.first() {
            faces.iter().try_for_each(|face| first.check_comparable(face))?;
        }
        let mut sums: Vec<_> = clusters.iter().map(|cluster| sum(faces, cluster)).collect();
        let mut report = ZonesReport::default();
        let mut pairs = self.pairs(&sums);
        for &(_, a, b) in &pairs {
            // `a` may have grown since, or be gone.
            let (a, b) = (a as usize, b as usize);
            let alive = !clusters[a].is_empty() && !clusters[b].is_empty();
            if alive && cosine(&sums[a], &sums[b]) >= self.merge && !meet(photos, &clusters[a], &clusters[b]) {
                let moved = std::mem::take(&mut clusters[b]);
                clusters[a].extend(moved);
                clusters[a].sort_unstable();
                sums[a] = sum(faces, &clusters[a]);
                report.merged += 1;
            }
        }
        if report.merged > 0 {
            pairs = self.pairs(&sums);
        }
        for (_, a, b) in pairs {
            let (a, b) = (a as usize, b as usize);
            let alive = !clusters[a].is_empty() && !clusters[b].is_empty();
            if alive && !meet(photos, &clusters[a], &clusters[b]) {
                let smaller = if clusters[b].len() <= clusters[a].len() { b } else { a };
                clusters[smaller].clear();
                report.dropped += 1;
            }
        }
        clusters.retain(|cluster| !cluster.is_empty());
        Ok(report)
    }

    /// Pairs of clusters that are not clearly two people, the nearest first.
    fn pairs(&self, sums: &[Vec<f32>]) -> Vec<(f32, u32, u32)> {
        let mut pairs = Vec::new();
        for b in 0..sums.len() {
            for a in 0..b {
                let cosine = cosine(&sums[a], &sums[b]);
                if cosine >= self.ambiguous {
                    pairs.push((cosine, a as u32, b as u32));
                }
            }
        }
        pairs.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        pairs
    }
}

fn sum(faces: &[Embedding], cluster: &[usize]) -> Vec<f32> {
    let mut sum = vec![0.0; cluster.first().map_or(0, |&face| faces[face].len())];
    for &face in cluster {
        for (sum, value) in sum.iter_mut().zip(faces[face].as_slice()) {
            *sum += value;
        }
    }
    sum
}

/// −1, and so never alike, where one is zero or empty.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let norm = (dot(a, a) * dot(b, b)).sqrt();
    if norm > 0.0 && a.len() == b.len() { dot(a, b) / norm } else { -1.0 }
}

/// Whether two clusters have faces in one photo.
fn meet(photos: &[u64], a: &[usize], b: &[usize]) -> bool {
    let of_a: std::collections::HashSet<_> = a.iter().map(|&face| photos[face]).collect();
    b.iter().any(|&face| of_a.contains(&photos[face]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::SpaceId;

    fn at(degrees: f32) -> Embedding {
        let angle = degrees.to_radians();
        Embedding::new(SpaceId([1; 8]), vec![angle.cos(), angle.sin()]).unwrap()
    }

    /// Cosine 0.9 is 25.8°, 0.6 is 53.1°.
    fn apply(degrees: &[f32], photos: &[u64], clusters: &[&[usize]]) -> (Vec<Vec<usize>>, ZonesReport) {
        let faces: Vec<_> = degrees.iter().map(|&degrees| at(degrees)).collect();
        let mut clusters = clusters.iter().map(|cluster| cluster.to_vec()).collect();
        let report = Zones::new(0.9, 0.6).unwrap().apply(&faces, photos, &mut clusters).unwrap();
        (clusters, report)
    }

    #[test]
    fn very_like_merges_fairly_like_drops_unlike_stays() {
        let angles = [0.0, 0.0, 20.0, 70.0, 70.0, 160.0];
        let (clusters, report) = apply(&angles, &[1, 2, 3, 4, 5, 6], &[&[0, 1], &[2], &[3, 4], &[5]]);
        assert_eq!(clusters, [vec![0, 1, 2], vec![3, 4], vec![5]]);
        assert_eq!(report, ZonesReport { merged: 1, dropped: 0 });
        let (clusters, report) = apply(&[0.0, 0.0, 40.0], &[1, 2, 3], &[&[2], &[0, 1]]);
        assert_eq!(clusters, [vec![0, 1]]);
        assert_eq!(report, ZonesReport { merged: 0, dropped: 1 });
    }

    #[test]
    fn clusters_that_stand_in_one_photo_are_two_people() {
        for angle in [10.0, 40.0] {
            let (clusters, report) = apply(&[0.0, angle], &[1, 1], &[&[0], &[1]]);
            assert_eq!((clusters.len(), report), (2, ZonesReport::default()));
        }
    }

    #[test]
    fn a_grown_cluster_is_judged_by_its_new_centroid() {
        // 0° and 20° merge first (to 10°, two faces); 44° was near 20° but is 34° from their middle.
        let (clusters, report) = apply(&[0.0, 20.0, 44.0], &[1, 2, 3], &[&[0], &[1], &[2]]);
        assert_eq!(clusters, [vec![0, 1]]);
        assert_eq!(report, ZonesReport { merged: 1, dropped: 1 });
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Zones::new(0.5, 0.6).is_err() && Zones::new(f32::NAN, 0.1).is_err());
        let outside = Zones::new(0.9, 0.6).unwrap().apply(&[at(0.0)], &[1], &mut vec![vec![1]]);
        assert_eq!(outside.unwrap_err().code(), "option");
    }
}

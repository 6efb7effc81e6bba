//! Builds a filter from embeddings of non-faces: clusters them, finds how many clusters are needed, and sets their thresholds by
//! faces.

use super::NonFaceFilter;
use crate::embed::Embedding;
use crate::error::{Error, Result};

/// Standard deviations between the mean cosine of faces to a centroid and its threshold. Cosines of faces to a centroid are about
/// normally distributed; five deviations leave one in a million beyond, and the tail is fatter than that.
const DEVIATIONS: f64 = 5.0;

/// One photo in this many is held out, to find how many clusters are enough.
const HELD_OUT: usize = 4;

/// A larger number of clusters is worth it if it catches this share more of the held-out photos' non-faces.
const WORTH: f64 = 0.005;

impl NonFaceFilter {
    /// Builds a filter from non-faces (a list for each photo they are from) and faces that must not be caught.
    ///
    /// Spherical k-means (Dhillon and Modha 2001) makes the centroids; a centroid's threshold lies above every face given and five
    /// deviations above their mean. The number of centroids is the smallest that catches about as many non-faces of held-out photos
    /// as the best.
    ///
    /// # Errors
    /// [`Error::NonFace`] for fewer than 8 photos with non-faces or fewer than 100 faces, and the errors of comparing
    /// embeddings.
    pub fn build(non_faces: &[Vec<Embedding>], faces: &[Embedding]) -> Result<Self> {
        let photos: Vec<&Vec<Embedding>> = non_faces.iter().filter(|photo| !photo.is_empty()).collect();
        if photos.len() < 8 || faces.len() < 100 {
            let reason =
                format!("{} photos with non-faces and {} faces; 8 and 100 are the least", photos.len(), faces.len());
            return Err(Error::NonFace { reason });
        }
        let part = |held_out: bool| -> Vec<&Embedding> {
            let photos = photos.iter().enumerate().filter(|(at, _)| (at % HELD_OUT == 0) == held_out);
            photos.flat_map(|(_, photo)| photo.iter()).collect()
        };
        let (held_out, fitted) = (part(true), part(false));
        let all: Vec<&Embedding> = photos.iter().flat_map(|photo| photo.iter()).collect();
        all.iter().try_for_each(|other| all[0].check_comparable(other))?;

        let mut caught = Vec::new();
        for count in [1, 2, 3, 4, 6, 8, 11, 14, 20, 28, 40] {
            if count > fitted.len() {
                break;
            }
            let filter = Self::with_thresholds(k_means(&fitted, count)?, faces)?;
            let hits = held_out.iter().map(|face| filter.judge(face)).collect::<Result<Vec<_>>>()?;
            caught.push((count, hits.iter().filter(|verdict| verdict.non_face).count() as f64 / held_out.len() as f64));
        }
        let most = caught.iter().map(|(_, caught)| *caught).fold(0.0, f64::max);
        let enough = caught.iter().find(|(_, caught)| *caught >= most - WORTH).map_or(1, |(count, _)| *count);
        Self::with_thresholds(k_means(&all, enough)?, faces)
    }

    fn with_thresholds(centroids: Vec<Embedding>, faces: &[Embedding]) -> Result<Self> {
        let with_threshold = |centroid: Embedding| -> Result<(Embedding, f32)> {
            let cosines =
                faces.iter().map(|face| Ok(f64::from(face.cosine(&centroid)?))).collect::<Result<Vec<_>>>()?;
            let count = cosines.len() as f64;
            let mean = cosines.iter().sum::<f64>() / count;
            let deviation = (cosines.iter().map(|cosine| (cosine - mean).powi(2)).sum::<f64>() / count).sqrt();
            let most = cosines.iter().copied().fold(-1.0, f64::max);
            Ok((centroid, most.max(mean + DEVIATIONS * deviation).clamp(-1.0, 1.0) as f32))
        };
        Self::new(centroids.into_iter().map(with_threshold).collect::<Result<_>>()?)
    }
}

/// Spherical k-means. The first centres are far apart (each next is the vector least like those before), so the result does not
/// hang on chance.
fn k_means(vectors: &[&Embedding], count: usize) -> Result<Vec<Embedding>> {
    const ROUNDS: usize = 25;
    let mut centres = vec![Embedding::mean(vectors)?];
    let mut nearest: Vec<f32> = Vec::new();
    while centres.len() < count {
        let last = &centres[centres.len() - 1];
        for (at, vector) in vectors.iter().enumerate() {
            let cosine = vector.cosine(last)?;
            match nearest.get_mut(at) {
                Some(nearest) => *nearest = nearest.max(cosine),
                None => nearest.push(cosine),
            }
        }
        let farthest = (0..vectors.len()).min_by(|&a, &b| nearest[a].total_cmp(&nearest[b])).unwrap_or(0);
        centres.push(vectors[farthest].clone());
    }
    for _ in 0..ROUNDS {
        let mut groups: Vec<Vec<&Embedding>> = vec![Vec::new(); count];
        for &vector in vectors {
            let mut best = (0, f32::NEG_INFINITY);
            for (at, centre) in centres.iter().enumerate() {
                let cosine = vector.cosine(centre)?;
                if cosine > best.1 {
                    best = (at, cosine);
                }
            }
            groups[best.0].push(vector);
        }
        let mut moved = false;
        for (centre, group) in centres.iter_mut().zip(groups).filter(|(_, group)| !group.is_empty()) {
            let mean = Embedding::mean(&group)?;
            moved |= mean != *centre;
            *centre = mean;
        }
        if !moved {
            break;
        }
    }
    Ok(centres)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::SpaceId;

    /// Vectors around axes of the space: `axes` says around which, in turn.
    fn around(axes: &[usize], count: usize, seed: u32) -> Vec<Embedding> {
        let mut state = seed;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let mut vector = |at: usize| {
            let axis = axes[at % axes.len()];
            let values = (0..32).map(|i| if i == axis { 1.0 } else { 0.3 * noise() }).collect();
            Embedding::new(SpaceId([1; 8]), values).unwrap()
        };
        (0..count).map(&mut vector).collect()
    }

    #[test]
    fn the_number_of_clusters_is_found() {
        let faces = around(&(8..32).collect::<Vec<_>>(), 1_000, 1);
        for (axes, expected) in [(vec![0], 1..=1), (vec![0, 1, 2, 3, 4, 5, 6, 7], 6..=11)] {
            let photos: Vec<Vec<Embedding>> = (0..40).map(|at| around(&axes, 8, 100 + at)).collect();
            let filter = NonFaceFilter::build(&photos, &faces).unwrap();
            assert!(expected.contains(&filter.centroids().len()), "{} for {axes:?}", filter.centroids().len());
            let caught = around(&axes, 400, 7).iter().filter(|face| filter.judge(face).unwrap().non_face).count();
            let lost = around(&(8..32).collect::<Vec<_>>(), 4_000, 9);
            let lost = lost.iter().filter(|face| filter.judge(face).unwrap().non_face).count();
            assert!(caught >= 396 && lost <= 4, "caught {caught} of 400, lost {lost} of 4000");
        }
    }

    #[test]
    fn too_little_to_build_from_is_an_error() {
        let photos: Vec<Vec<Embedding>> = (0..8).map(|at| around(&[0], 4, at)).collect();
        let faces = around(&[9], 100, 1);
        assert!(NonFaceFilter::build(&photos, &faces).is_ok());
        assert_eq!(NonFaceFilter::build(&photos[1..], &faces).unwrap_err().code(), "non-face");
        assert_eq!(NonFaceFilter::build(&photos, &faces[1..]).unwrap_err().code(), "non-face");
    }
}

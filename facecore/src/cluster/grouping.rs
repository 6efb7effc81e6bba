//! The faces of an album → its people: density clusters, then the rules for whole clusters.

use std::collections::HashSet;

use super::dbscan::Dbscan;
use super::links::{Links, SamePhoto};
use super::zones::Zones;
use crate::embed::Embedding;
use crate::error::Result;

/// How the faces of one album become people: what a profile's builder does with the album's clear faces, and `facecore dataset`.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::cluster::{Dbscan, Grouping, Links, SamePhoto, Zones};
/// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let faces = [face(1.0, 0.0), face(1.0, 0.1), face(0.1, 1.0), face(0.0, 1.0), face(0.0, 1.0)];
/// let photos = [1, 2, 1, 2, 2]; // two of the last three are on one photo
/// let grouping = Grouping { dbscan: Dbscan::new(0.1, 2)?, same_photo: SamePhoto::DropCluster, zones: Zones::new(0.9, 0.6)? };
/// let (people, report) = grouping.apply(&faces, &photos, Links::none())?;
/// assert_eq!((people, report.same_photo), (vec![vec![0, 1]], 1));
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grouping {
    /// Which faces are neighbours.
    pub dbscan: Dbscan,
    /// What is done about two faces of one photo.
    pub same_photo: SamePhoto,
    /// What is done about clusters that are alike.
    pub zones: Zones,
}

/// What a [`Grouping`] left out: faces, and how many clusters each rule took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupingReport {
    /// Faces in no cluster.
    pub noise: usize,
    /// Dropped by [`SamePhoto::DropCluster`].
    pub same_photo: usize,
    /// Joined to another.
    pub merged: usize,
    /// Dropped because they were too like a larger one.
    pub ambiguous: usize,
}

impl Grouping {
    /// The faces of each person, by their places. `photos` has the photo of each face; of `known` only `must` and `cannot` are used.
    ///
    /// # Errors
    /// Those of [`Dbscan::cluster`] and [`Zones::apply`].
    pub fn apply(
        &self,
        faces: &[Embedding],
        photos: &[u64],
        known: Links,
    ) -> Result<(Vec<Vec<usize>>, GroupingReport)> {
        let apart = if self.same_photo == SamePhoto::CannotLink { photos.to_vec() } else { Vec::new() };
        let links = Links { photos: apart, ..known };
        let mut clusters = self.dbscan.cluster(faces, &links)?.clusters();
        let (before, noise) = (clusters.len(), faces.len() - clusters.iter().map(Vec::len).sum::<usize>());
        if self.same_photo == SamePhoto::DropCluster {
            clusters.retain(|cluster| {
                let of: HashSet<_> = cluster.iter().map(|&face| photos[face]).collect();
                of.len() == cluster.len()
            });
        }
        let same_photo = before - clusters.len();
        // If it does not matter that two faces are of one photo, it does not matter in the zones either: each face gets a photo of its own.
        let own: Vec<u64> = (0..faces.len() as u64).collect();
        let of_faces = if self.same_photo == SamePhoto::Ignore { &own } else { photos };
        let zones = self.zones.apply(faces, of_faces, &mut clusters)?;
        Ok((clusters, GroupingReport { noise, same_photo, merged: zones.merged, ambiguous: zones.dropped }))
    }
}

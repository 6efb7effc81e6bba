//! Album → profile: clusters, their weights, the leader.

mod leader;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::centroid::{self, Centroid};
use super::features::{AlbumFace, Features, Owner};
use super::feedback::{FaceId, Feedback, Opinion};
use super::photos::PhotoMeta;
use super::settings::{EpsRule, Settings};
use super::value::{Profile, Role};
use crate::cluster::{Links, SamePhoto};
use crate::embed::{Embedding, dot};
use crate::error::{Error, Result};

/// A photo of an album with its faces.
#[derive(Debug, Clone, PartialEq)]
pub struct AlbumPhoto {
    /// What is known of it; its id is the one that results name.
    pub meta: PhotoMeta,
    /// All its faces, in the detector's order.
    pub faces: Vec<AlbumFace>,
}

/// A cluster of the album's faces: one person, as far as the faces tell.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Cluster {
    /// Its faces, ascending.
    pub faces: Vec<FaceId>,
    /// The number of its photos.
    pub photos: usize,
    /// The five things by which it is weighed.
    pub features: Features,
    /// Its weight.
    pub weight: f32,
    /// Faces that were confirmed as the owner's.
    pub(super) confirmed: usize,
    /// Faces of which was said that they are not the owner's.
    pub(super) rejected: usize,
    /// The sum of its faces' embeddings, not scaled to length 1.
    pub(super) sum: Vec<f32>,
}

/// How a build ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// There is a profile.
    Built(Profile),
    /// No cluster leads clearly enough.
    NoLeader,
    /// There is no cluster: no face is good enough for one, or too few belong together.
    NoFaces,
    /// The owner wants no profile.
    OptedOut,
}

/// The result of a build with what led to it; as text ([`Display`](std::fmt::Display)) it is an explanation for people.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Build {
    /// How it ended.
    pub outcome: Outcome,
    /// The album's people, heaviest first.
    pub clusters: Vec<Cluster>,
    /// Which of `clusters` the profile shows: the owner's and, for a joint account, the second owner's.
    pub owners: Vec<usize>,
    /// How far the leading cluster is ahead of the next one. Clusters that the owner rejected do not count. If the next one weighs less
    /// than [`Settings::absent`], or there is none, it counts as if it weighed that much.
    pub lead: f32,
    /// The lead that is needed for a profile: [`Settings::lead`].
    pub wanted_lead: f32,
    /// Probability that the profile shows the owner, 0…1; 0 without a profile.
    pub confidence: f32,
    /// The faces in the profile and whose they are, ascending; one that counts twice, or in two slots, is here twice.
    pub members: Vec<(FaceId, Role)>,
    /// Photos looked at.
    pub photos: usize,
    /// Faces in them.
    pub faces: usize,
    /// Faces left out: non-faces, and those that the owner removed.
    pub left_out: usize,
    /// Clusters that were dropped: too like another, or with two faces of a photo.
    pub dropped: usize,
}

impl Build {
    /// The build of an album of this many photos without any face. For callers who have no [`Builder`] then, because the space is
    /// known from faces only.
    ///
    /// ```
    /// # use facecore::profile::{Build, Feedback, Outcome};
    /// assert_eq!(Build::without_faces(3, &Feedback::default()).outcome, Outcome::NoFaces);
    /// ```
    pub fn without_faces(photos: usize, feedback: &Feedback) -> Self {
        let outcome = if feedback.opted_out { Outcome::OptedOut } else { Outcome::NoFaces };
        let (clusters, owners, members) = Default::default();
        let (lead, wanted_lead, confidence) = Default::default();
        let (faces, left_out, dropped) = Default::default();
        Self { outcome, clusters, owners, lead, wanted_lead, confidence, members, photos, faces, left_out, dropped }
    }
}

impl Cluster {
    /// Whether the owner said that this is somebody else: of at least half its faces, and of more than were confirmed. Fewer are mistakes
    /// of the clusters, such as a sister's face: they are left out of the profile, and the rest makes it.
    pub(super) fn is_rejected(&self) -> bool {
        self.rejected > self.confirmed && 2 * self.rejected >= self.faces.len()
    }

    /// Whether the owner said that this is them.
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed > self.rejected
    }
}

/// Builds profiles from albums. Made once; building takes it by reference.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::profile::{AlbumFace, AlbumPhoto, Builder, Feedback, Outcome, Owner, PhotoMeta, Settings};
/// # fn main() -> facecore::Result<()> {
/// # let settings = Settings::for_space("e37f9c1f75f50abd".parse()?).unwrap();
/// # let embedding = |i: u64| Embedding::new(settings.space, vec![1.0, i as f32 / 50.0]).unwrap();
/// let builder = Builder::new(settings.clone())?;
/// let album: Vec<_> = (0..5).map(|id| AlbumPhoto {
///     meta: PhotoMeta { id, front_camera: true, ..PhotoMeta::default() },
///     faces: vec![AlbumFace::new(embedding(id), 110.0, 0.99)], // of `Engine::embed`
/// }).collect();
/// let build = builder.build(&album, &Owner::default(), &Feedback::default())?;
/// assert!(matches!(build.outcome, Outcome::Built(_)), "{build}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Builder {
    settings: Settings,
    /// What is done about two faces of one photo in a cluster.
    pub same_photo: SamePhoto,
    /// How a profile is made of the owner's faces.
    pub centroid: Centroid,
    /// How many photos [`build_from`](Self::build_from) looks at: the first number of them; while nobody leads, the next number; and after
    /// the last one, all photos.
    pub ladder: Vec<usize>,
}

impl Builder {
    /// With the numbers for a space ([`Settings::for_space`]).
    ///
    /// # Errors
    /// [`Error::Option`] if a number is outside its range.
    pub fn new(settings: Settings) -> Result<Self> {
        settings.check()?;
        Ok(Self { settings, same_photo: SamePhoto::CannotLink, centroid: Centroid::Mean, ladder: vec![100, 300, 1000] })
    }

    /// The numbers.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Another rule for DBSCAN's eps.
    pub fn with_eps(mut self, eps: EpsRule) -> Self {
        self.settings.eps = eps;
        self
    }

    /// Builds from these photos.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] for a face of another space than the settings' or the friends',
    /// [`Error::Limit`] for more faces than [`Dbscan::MAX_FACES`](crate::cluster::Dbscan::MAX_FACES), [`Error::Option`] if a photo's id comes twice.
    pub fn build(&self, album: &[AlbumPhoto], owner: &Owner, feedback: &Feedback) -> Result<Build> {
        let faces = self.usable(album, owner, feedback)?;
        let counted = album.iter().map(|photo| photo.faces.len()).sum();
        let mut build = Build {
            wanted_lead: self.settings.lead,
            faces: counted,
            left_out: counted - faces.len(),
            ..Build::without_faces(album.len(), feedback)
        };
        if feedback.opted_out {
            return Ok(build);
        }
        let (clusters, dropped) = self.cluster(&faces, feedback)?;
        build.dropped = dropped;
        build.clusters = self.weigh(album, &faces, &clusters, owner, feedback);
        self.decide(&mut build, !owner.friends.is_empty());
        if let Some(profile) = self.profile(&faces, feedback, &mut build)? {
            build.outcome = Outcome::Built(profile);
        } else if !build.clusters.is_empty() {
            build.outcome = Outcome::NoLeader;
        }
        Ok(build)
    }

    /// The faces that may be in a cluster.
    fn usable<'a>(&self, album: &'a [AlbumPhoto], owner: &Owner, feedback: &Feedback) -> Result<Vec<Usable<'a>>> {
        let mut ids = HashSet::new();
        let mut faces = Vec::new();
        for photo in album {
            if !ids.insert(photo.meta.id) {
                return Err(Error::Option { name: "album", reason: format!("photo {} comes twice", photo.meta.id) });
            }
            for (at, face) in photo.faces.iter().enumerate() {
                let at = u16::try_from(at).map_err(|_| Error::Limit {
                    what: "faces of a photo",
                    actual: photo.faces.len() as u64,
                    limit: u16::MAX.into(),
                })?;
                let id = FaceId { photo: photo.meta.id, face: at };
                let opinion = feedback.of(id);
                let confirmed = opinion == Some(Opinion::Confirm);
                if opinion != Some(Opinion::Remove) && (confirmed || !face.non_face) {
                    let seed = confirmed || self.settings.is_clear(face.width, face.score);
                    faces.push(Usable { id, face, photo, seed });
                }
            }
        }
        let space = self.settings.space;
        let all = faces.iter().map(|face| &face.face.embedding).chain(&owner.friends);
        let mut first: Option<&Embedding> = None;
        for embedding in all {
            if embedding.space() != space {
                return Err(Error::SpaceMismatch { left: space, right: embedding.space() });
            }
            first.get_or_insert(embedding).check_comparable(embedding)?;
        }
        Ok(faces)
    }

    /// Places of faces, cluster by cluster, and how many clusters were dropped: good faces form clusters, then the rest joins.
    fn cluster(&self, faces: &[Usable<'_>], feedback: &Feedback) -> Result<(Vec<Vec<usize>>, usize)> {
        let settings = &self.settings;
        let seeds: Vec<usize> = (0..faces.len()).filter(|&at| faces[at].seed).collect();
        let embeddings: Vec<_> = seeds.iter().map(|&at| faces[at].face.embedding.clone()).collect();
        let photos: Vec<_> = seeds.iter().map(|&at| faces[at].id.photo).collect();
        let of_opinion = |wanted| -> Vec<usize> {
            (0..seeds.len()).filter(|&at| feedback.of(faces[seeds[at]].id) == Some(wanted)).collect()
        };
        let (confirmed, rejected) = (of_opinion(Opinion::Confirm), of_opinion(Opinion::Reject));
        let links = Links {
            photos: Vec::new(),
            must: confirmed.windows(2).map(|pair| (pair[0], pair[1])).collect(),
            cannot: confirmed
                .first()
                .map_or_else(Vec::new, |&own| rejected.iter().map(|&other| (own, other)).collect()),
        };
        let (mut clusters, report) =
            settings.grouping(seeds.len(), self.same_photo)?.apply(&embeddings, &photos, links)?;
        let dropped = report.same_photo + report.ambiguous;
        // Where links kept the neighbours of a core away, too little is left for a person.
        clusters
            .retain(|cluster| cluster.len() >= settings.min_samples || cluster.iter().any(|at| confirmed.contains(at)));
        let mut clusters: Vec<Vec<usize>> =
            clusters.into_iter().map(|cluster| cluster.into_iter().map(|at| seeds[at]).collect()).collect();
        self.join_rest(faces, feedback, &mut clusters);
        Ok((clusters, dropped))
    }

    /// Faces outside join the cluster with the nearest centroid, nearest first, one face of a photo each.
    fn join_rest(&self, faces: &[Usable<'_>], feedback: &Feedback, clusters: &mut [Vec<usize>]) {
        let inside: HashSet<usize> = clusters.iter().flatten().copied().collect();
        let centroids: Vec<_> = clusters.iter().map(|cluster| sum(faces, cluster)).collect();
        let mut offers = Vec::new();
        for at in (0..faces.len()).filter(|at| !inside.contains(at) && feedback.may_propose(faces[*at].id)) {
            for (cluster, centroid) in centroids.iter().enumerate() {
                let norm = dot(centroid, centroid).sqrt();
                let cosine = dot(centroid, faces[at].face.embedding.as_slice()) / norm;
                if cosine >= self.settings.join {
                    offers.push((cosine, at, cluster));
                }
            }
        }
        offers.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut placed = HashSet::new();
        let mut taken: HashSet<(usize, u64)> = clusters
            .iter()
            .enumerate()
            .flat_map(|(at, cluster)| cluster.iter().map(move |&face| (at, face)))
            .map(|(at, face)| (at, faces[face].id.photo))
            .collect();
        for (_, at, cluster) in offers {
            let free = self.same_photo == SamePhoto::Ignore || !taken.contains(&(cluster, faces[at].id.photo));
            if free && placed.insert(at) {
                taken.insert((cluster, faces[at].id.photo));
                clusters[cluster].push(at);
            }
        }
        clusters.iter_mut().for_each(|cluster| cluster.sort_unstable());
    }

    /// The profile of the owners, with everything that was confirmed and nothing that was rejected.
    fn profile(&self, faces: &[Usable<'_>], feedback: &Feedback, build: &mut Build) -> Result<Option<Profile>> {
        let place: HashMap<FaceId, usize> = faces.iter().enumerate().map(|(at, face)| (face.id, at)).collect();
        let mut own: Vec<Vec<usize>> = Vec::new();
        for &owner in &build.owners {
            let members = build.clusters[owner].faces.iter().filter(|face| feedback.may_propose(**face));
            own.push(members.map(|face| place[face]).collect());
        }
        let confirmed = (0..faces.len()).filter(|&at| feedback.of(faces[at].id) == Some(Opinion::Confirm));
        let missing: Vec<_> = confirmed.filter(|at| !own.iter().flatten().any(|own| own == at)).collect();
        if !missing.is_empty() {
            match own.first_mut() {
                Some(own) => own.extend(missing),
                None => own.push(missing),
            }
            own[0].sort_unstable();
        }
        let Some(values) = own.iter().flatten().next().map(|&at| faces[at].face.embedding.len()) else {
            build.owners.clear();
            build.confidence = 0.0;
            return Ok(None);
        };
        let mut profile = Profile::new(self.settings.space, values)?;
        for (members, role) in own.iter().zip([Role::Owner, Role::Partner]) {
            let embeddings: Vec<_> = members.iter().map(|&at| &faces[at].face.embedding).collect();
            let quality: Vec<_> = members.iter().map(|&at| faces[at].face.width * faces[at].face.score).collect();
            let chosen: Vec<_> =
                centroid::choose(self.centroid, &embeddings, &quality).iter().map(|&at| members[at]).collect();
            fill(&mut profile, role, faces, &chosen)?;
            build.members.extend(chosen.iter().map(|&at| (faces[at].id, role)));
            if role == Role::Owner {
                let look: Vec<_> = centroid::second_look(&embeddings).iter().map(|&at| members[at]).collect();
                fill(&mut profile, Role::Look, faces, &look)?;
                build.members.extend(look.iter().map(|&at| (faces[at].id, Role::Look)));
            }
        }
        build.members.sort_unstable_by_key(|(face, role)| (*face, *role as u8));
        Ok(Some(profile))
    }
}

struct Usable<'a> {
    id: FaceId,
    face: &'a AlbumFace,
    photo: &'a AlbumPhoto,
    seed: bool,
}

fn sum(faces: &[Usable<'_>], cluster: &[usize]) -> Vec<f32> {
    let mut sum = vec![0.0; cluster.first().map_or(0, |&at| faces[at].face.embedding.len())];
    for &at in cluster {
        sum.iter_mut().zip(faces[at].face.embedding.as_slice()).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// Adds faces photo by photo.
fn fill(profile: &mut Profile, role: Role, faces: &[Usable<'_>], members: &[usize]) -> Result<()> {
    let mut photos: BTreeMap<u64, Vec<Embedding>> = BTreeMap::new();
    for &at in members {
        photos.entry(faces[at].id.photo).or_default().push(faces[at].face.embedding.clone());
    }
    photos.values().try_for_each(|embeddings| profile.add(role, embeddings))
}

#[cfg(test)]
mod tests;

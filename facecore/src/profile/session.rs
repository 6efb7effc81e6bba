//! A build that asks for photos and is given them.

use std::collections::{BTreeMap, HashMap};

use super::builder::{AlbumPhoto, Build, Builder, Outcome};
use super::features::{AlbumFace, Owner};
use super::feedback::{FaceId, Feedback};
use super::photos::{PhotoMeta, select_photos};
use super::stored_face::StoredFace;
use crate::error::{Error, Result};

/// A build of an album whose photos are looked at only when they are [wanted](Self::wants): the most promising ones first, and more while
/// there is no leader. It does what [`Builder::build_from`] does, for callers that fetch photos themselves, in any order, on any thread.
///
/// A face's place among the faces of its photo, and so its [`FaceId`], does not depend on whether the others can be used.
///
/// ```
/// # use facecore::profile::{AlbumFace, Builder, Feedback, Owner, PhotoMeta, Session, Settings};
/// # use facecore::Embedding;
/// # fn main() -> facecore::Result<()> {
/// # let settings = Settings::for_space("e37f9c1f75f50abd".parse()?).unwrap();
/// # let space = settings.space;
/// # let faces_in = |id: u64| vec![Embedding::new(space, vec![1.0, id as f32 / 50.0]).ok().map(|face| AlbumFace::new(face, 110.0, 0.99))];
/// # let builder = Builder::new(settings)?;
/// let photos: Vec<_> = (0..5).map(|id| PhotoMeta { id, front_camera: true, ..PhotoMeta::default() }).collect();
/// let mut session = Session::new(&builder, photos, Owner::default(), Feedback::default())?;
/// while let Some(photo) = session.wants().first().copied() {
///     session.give(photo, faces_in(photo))?; // of `AlbumReader::read`; nothing for a photo that cannot be read
/// }
/// println!("{}", session.finish()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Session<'a> {
    builder: &'a Builder,
    owner: Owner,
    feedback: Feedback,
    /// The photos, the most promising first.
    ranked: Vec<PhotoMeta>,
    /// Photos of the steps that are done.
    album: Vec<AlbumPhoto>,
    /// Photos of this step, by their place in `ranked`.
    given: BTreeMap<usize, AlbumPhoto>,
    /// Photos that are still wanted in this step.
    wanted: Vec<u64>,
    /// For a photo of which some faces cannot be used: the places of those that can.
    places: HashMap<u64, Vec<u16>>,
    build: Option<Build>,
}

impl<'a> Session<'a> {
    /// A build of an album with these photos.
    ///
    /// # Errors
    /// [`Error::Option`] if a photo's id comes twice, and those of [`Builder::build`].
    pub fn new(builder: &'a Builder, photos: Vec<PhotoMeta>, owner: Owner, feedback: Feedback) -> Result<Self> {
        let order = select_photos(&photos, usize::MAX);
        let mut by_id = HashMap::new();
        for photo in photos {
            let id = photo.id;
            if by_id.insert(id, photo).is_some() {
                return Err(Error::Option { name: "photos", reason: format!("photo {id} comes twice") });
            }
        }
        let ranked = order.iter().filter_map(|id| by_id.remove(id)).collect();
        let (album, given, wanted, places) = Default::default();
        let mut session = Self { builder, owner, feedback, ranked, album, given, wanted, places, build: None };
        session.go_on()?;
        Ok(session)
    }

    /// The ids of the photos that are wanted now, the most promising first; none when the build is done.
    pub fn wants(&self) -> &[u64] {
        &self.wanted
    }

    /// The faces of a photo that is wanted, in the detector's order; `None` for one that cannot be used.
    ///
    /// # Errors
    /// [`Error::Option`] for a photo that is not wanted; and after the last photo of a step those of [`Builder::build`].
    pub fn give(&mut self, photo: u64, faces: Vec<Option<AlbumFace>>) -> Result<()> {
        let Some(at) = self.wanted.iter().position(|&wanted| wanted == photo) else {
            return Err(Error::Option { name: "photo", reason: format!("photo {photo} is not wanted") });
        };
        let limit = u16::MAX.into();
        if faces.len() as u64 > limit {
            return Err(Error::Limit { what: "faces of a photo", actual: faces.len() as u64, limit });
        }
        self.wanted.remove(at);
        if faces.iter().any(Option::is_none) {
            let usable = (0..).zip(&faces).filter(|(_, face)| face.is_some());
            self.places.insert(photo, usable.map(|(place, _)| place).collect());
        }
        if let Some(rank) = self.ranked.iter().position(|meta| meta.id == photo) {
            let faces = faces.into_iter().flatten().collect();
            self.given.insert(rank, AlbumPhoto { meta: self.ranked[rank].clone(), faces });
        }
        self.go_on()
    }

    /// [`give`](Self::give) with stored faces, as [`AlbumReader::read_stored`](crate::AlbumReader::read_stored) makes them.
    ///
    /// # Errors
    /// As [`give`](Self::give).
    pub fn give_stored(&mut self, photo: u64, faces: &[Option<StoredFace>]) -> Result<()> {
        self.give(photo, faces.iter().map(|kept| kept.as_ref().map(|kept| kept.face.clone())).collect())
    }

    /// The build.
    ///
    /// # Errors
    /// [`Error::Option`] while photos are wanted.
    pub fn finish(self) -> Result<Build> {
        let reason = || format!("{} photos are still wanted", self.wanted.len());
        let Some(mut build) = self.build.filter(|_| self.wanted.is_empty()) else {
            return Err(Error::Option { name: "session", reason: reason() });
        };
        let in_photo = |face: &mut FaceId| {
            let places = self.places.get(&face.photo);
            face.face = places.and_then(|places| places.get(usize::from(face.face)).copied()).unwrap_or(face.face);
        };
        build.members.iter_mut().for_each(|(face, _)| in_photo(face));
        build.clusters.iter_mut().flat_map(|cluster| &mut cluster.faces).for_each(in_photo);
        Ok(build)
    }

    /// Builds once a step has all its photos, and takes the next step if that is not enough.
    fn go_on(&mut self) -> Result<()> {
        if !self.wanted.is_empty() {
            return Ok(());
        }
        self.album.extend(std::mem::take(&mut self.given).into_values());
        // Nobody looks at photos of somebody who has opted out.
        if !self.album.is_empty() || self.ranked.is_empty() || self.feedback.opted_out {
            let build = self.builder.build(&self.album, &self.owner, &self.among_usable())?;
            let done = matches!(build.outcome, Outcome::Built(_) | Outcome::OptedOut);
            self.build = Some(build);
            if done {
                return Ok(());
            }
        }
        let all = self.ranked.len();
        let steps = self.builder.ladder.iter().map(|&step| step.min(all)).chain([all]);
        let next = steps.filter(|&step| step > self.album.len()).min().unwrap_or(self.album.len());
        self.wanted = self.ranked[self.album.len()..next].iter().map(|photo| photo.id).collect();
        Ok(())
    }

    /// What was said of the faces, by their places among those that can be used.
    fn among_usable(&self) -> Feedback {
        let mut feedback = Feedback::default();
        for (face, opinion) in self.feedback.iter() {
            let place = match self.places.get(&face.photo) {
                None => Some(face.face),
                Some(places) => places.binary_search(&face.face).ok().map(|at| at as u16),
            };
            if let Some(place) = place {
                feedback.apply(FaceId { photo: face.photo, face: place }, opinion);
            }
        }
        feedback.opted_out = self.feedback.opted_out;
        feedback
    }
}

impl Builder {
    /// Builds from the best photos of an album, and from more of them while there is no leader. `faces_of` is asked for the faces of
    /// a photo by its place in `photos`, once each; `None` stands for a face that cannot be used.
    ///
    /// # Errors
    /// As [`build`](Self::build), and whatever `faces_of` returns.
    pub fn build_from(
        &self,
        photos: &[PhotoMeta],
        owner: &Owner,
        feedback: &Feedback,
        mut faces_of: impl FnMut(usize) -> Result<Vec<Option<AlbumFace>>>,
    ) -> Result<Build> {
        let place: HashMap<u64, usize> = photos.iter().enumerate().map(|(at, photo)| (photo.id, at)).collect();
        let mut session = Session::new(self, photos.to_vec(), owner.clone(), feedback.clone())?;
        while let Some(&photo) = session.wants().first() {
            session.give(photo, faces_of(place[&photo])?)?;
        }
        session.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::Embedding;
    use crate::profile::{Opinion, Role, Settings};

    fn builder() -> Builder {
        let settings = Settings::for_space("e37f9c1f75f50abd".parse().unwrap()).unwrap();
        let mut builder = Builder::new(settings).unwrap();
        builder.ladder = vec![6, 12];
        builder
    }

    /// A face of one of ten people who are not alike.
    fn face(builder: &Builder, person: usize) -> Option<AlbumFace> {
        let mut values = vec![0.0; 10];
        values[person] = 1.0;
        Some(AlbumFace::new(Embedding::new(builder.settings().space, values).unwrap(), 110.0, 0.99))
    }

    fn photos(count: u64) -> Vec<PhotoMeta> {
        (0..count).map(|id| PhotoMeta { id, front_camera: true, ..PhotoMeta::default() }).collect()
    }

    fn begin(builder: &Builder, count: u64, feedback: Feedback) -> Session<'_> {
        Session::new(builder, photos(count), Owner::default(), feedback).unwrap()
    }

    #[test]
    fn more_photos_are_wanted_until_somebody_leads() {
        let builder = builder();
        let mut session = begin(&builder, 20, Feedback::default());
        assert_eq!(session.clone().finish().unwrap_err().code(), "option");
        for wanted in [6, 6] {
            assert_eq!(session.wants().len(), wanted);
            // In any order. Two people come equally often, so neither leads.
            for (at, photo) in session.wants().to_vec().into_iter().rev().enumerate() {
                session.give(photo, vec![face(&builder, at % 2)]).unwrap();
                assert_eq!(session.give(photo, vec![]).unwrap_err().code(), "option", "given already");
            }
        }
        assert_eq!(session.wants().len(), 8, "the ladder is at its end: all");
        for photo in session.wants().to_vec() {
            session.give(photo, vec![face(&builder, 0)]).unwrap();
        }
        let build = session.finish().unwrap();
        assert!(matches!(build.outcome, Outcome::Built(_)), "{build}");
        assert_eq!(build.photos, 20);
    }

    #[test]
    fn a_face_keeps_its_id_when_another_cannot_be_used() {
        let builder = builder();
        let mut feedback = Feedback::default();
        feedback.apply(FaceId { photo: 2, face: 3 }, Opinion::Reject);
        // An opinion on a face that cannot be used changes nothing.
        feedback.apply(FaceId { photo: 3, face: 1 }, Opinion::Confirm);
        let mut session = begin(&builder, 6, feedback);
        for photo in session.wants().to_vec() {
            // Beside the owner somebody else each time.
            let other = face(&builder, 1 + photo as usize);
            session.give(photo, vec![None, None, face(&builder, 0), other]).unwrap();
        }
        let build = session.finish().unwrap();
        let own: Vec<FaceId> =
            build.members.iter().filter(|(_, role)| *role == Role::Owner).map(|(face, _)| *face).collect();
        assert_eq!(own, (0..6).map(|photo| FaceId { photo, face: 2 }).collect::<Vec<_>>(), "{build}");
        assert!(build.clusters[0].faces.iter().all(|face| face.face == 2));
    }

    #[test]
    fn an_album_without_photos_and_one_that_opted_out_are_done_soon() {
        let builder = builder();
        let session = begin(&builder, 0, Feedback::default());
        assert!(session.wants().is_empty());
        assert_eq!(session.finish().unwrap().outcome, Outcome::NoFaces);
        let mut feedback = Feedback::default();
        feedback.apply(FaceId { photo: 1, face: 0 }, Opinion::Confirm);
        feedback.opted_out = true;
        let session = begin(&builder, 9, feedback);
        assert!(session.wants().is_empty());
        assert_eq!(session.finish().unwrap().outcome, Outcome::OptedOut);
        let twice = [photos(1), photos(1)].concat();
        let refused = Session::new(&builder, twice, Owner::default(), Feedback::default());
        assert_eq!(refused.unwrap_err().code(), "option");
    }
}

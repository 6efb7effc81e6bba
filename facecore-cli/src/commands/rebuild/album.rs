//! An account of the list → a build of its album.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use facecore::profile::{Build, Builder, FaceId, Outcome, Owner, Profile, Session, StoredFace};
use facecore::social::sex_from_full_name;
use facecore::store::ProfileStore;
use facecore::{AlbumReader, Error, Limits};

use crate::accounts::{Account, ListedPhoto};
use crate::commands::listed::{self, Failure};
use crate::failure::explain;
use crate::photos::PhotoError;

/// What builds need, for all threads.
pub struct Albums<'a> {
    pub store: &'a ProfileStore,
    pub builder: &'a Builder,
    pub reader: AlbumReader<'a>,
    /// What the list's files are relative to.
    pub root: &'a Path,
    pub limits: Limits,
}

/// What became of an account.
pub struct Built {
    pub account: u64,
    /// None if it failed: the profile of the pass before stays.
    pub build: Option<Build>,
    /// Faces of photos that were read now.
    pub faces: Vec<(FaceId, Vec<u8>)>,
    /// Photos that were read now, or could not be.
    pub photos: u64,
    pub failures: Vec<Failure>,
}

impl Built {
    /// How many of the photos could not be read.
    pub fn failed_photos(&self) -> u64 {
        self.failures.iter().filter(|failure| failure.photo.is_some()).count() as u64
    }
}

/// A photo's faces, by their places.
type Faces = Vec<Option<StoredFace>>;

impl Albums<'_> {
    /// Builds an account from the faces that the store keeps; photos without any are read if `reads`.
    pub fn build(&self, account: &Account, reads: bool) -> Built {
        let mut built = Built { account: account.id, build: None, faces: Vec::new(), photos: 0, failures: Vec::new() };
        match self
            .session(account, reads, &mut built)
            .and_then(|build| Ok((self.is_unknown(&build, &built, reads)?, build)))
        {
            Ok((true, _)) if reads => {
                let message = "not one of its photos could be read".into();
                built.failures.push(Failure { photo: None, code: "photos", message });
            }
            Ok((true, _)) => {}
            Ok((false, build)) => built.build = Some(build),
            Err(error) => built.failures.push(Failure { photo: None, code: error.code(), message: explain(&error) }),
        }
        built
    }

    /// Whether nothing of an album could be read, so that nobody knows whose it is. In a later pass, which reads no photos, an account without faces
    /// that still has a profile is such a one.
    fn is_unknown(&self, build: &Build, built: &Built, reads: bool) -> Result<bool, Error> {
        Ok(match build.outcome {
            Outcome::NoFaces if reads => built.photos > 0 && built.failed_photos() == built.photos && build.faces == 0,
            Outcome::NoFaces => build.faces == 0 && self.store.get(built.account)?.is_some(),
            _ => false,
        })
    }

    fn session(&self, account: &Account, reads: bool, built: &mut Built) -> Result<Build, Error> {
        let feedback = self.store.feedback(account.id)?;
        let mut kept = self.kept(account.id)?;
        let files: HashMap<u64, &ListedPhoto> = account.photos.iter().map(|photo| (photo.id, photo)).collect();
        let metas = account.photos.iter().map(ListedPhoto::meta).collect();
        let owner = self.owner(account, &mut built.failures)?;
        let mut session = Session::new(self.builder, metas, owner, feedback)?;
        while let Some(&photo) = session.wants().first() {
            let faces = match (kept.remove(&photo), files.get(&photo)) {
                (None, Some(listed)) if reads => self.read(listed, built),
                (faces, _) => faces.unwrap_or_default(),
            };
            session.give_stored(photo, &faces)?;
        }
        session.finish()
    }

    /// What the store keeps of the account's photos.
    fn kept(&self, account: u64) -> Result<HashMap<u64, Faces>, Error> {
        let mut kept: HashMap<u64, Faces> = HashMap::new();
        for (face, bytes) in self.store.faces(account)? {
            let faces = kept.entry(face.photo).or_default();
            faces.resize(usize::from(face.face), None);
            faces.push(Some(StoredFace::from_bytes(&bytes)?));
        }
        Ok(kept)
    }

    /// The owner with the friends' profiles of the current iteration. One that cannot be read is left out, and told.
    fn owner(&self, account: &Account, failures: &mut Vec<Failure>) -> Result<Owner, Error> {
        let mut seen = HashSet::from([account.id]);
        let ids: Vec<u64> = account.friends.iter().copied().filter(|&friend| seen.insert(friend)).collect();
        let mut friends = Vec::new();
        for (friend, bytes) in ids.iter().zip(self.store.get_many(&ids)?) {
            match bytes.map(|bytes| Profile::from_bytes(&bytes)) {
                Some(Ok(profile)) => friends.extend(profile.embeddings()),
                Some(Err(error)) => {
                    let message = format!("the profile of the friend {friend} is left out: {error}");
                    failures.push(Failure { photo: None, code: error.code(), message });
                }
                None => {}
            }
        }
        let age = account.age.filter(|age| (0.0..=150.0).contains(age));
        let female = account.name.as_deref().and_then(|name| sex_from_full_name(name).told());
        Ok(Owner { age, female, friends })
    }

    /// The faces of a photo's file. One that fails has none.
    fn read(&self, listed: &ListedPhoto, built: &mut Built) -> Faces {
        built.photos += 1;
        let read = || -> Result<Faces, PhotoError> {
            let photo = listed::load(self.root, listed, &self.limits)?;
            Ok(self.reader.read_stored(&photo, &listed.meta())?)
        };
        match read() {
            Ok(faces) => {
                let places = (0..).zip(&faces).filter_map(|(face, stored)| Some((face, stored.as_ref()?)));
                built.faces.extend(places.map(|(face, stored)| (FaceId { photo: listed.id, face }, stored.to_bytes())));
                faces
            }
            Err(error) => {
                built.failures.push(Failure::of_photo(listed, &error));
                Vec::new()
            }
        }
    }
}

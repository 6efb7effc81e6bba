//! An account of a store: what was said of its faces, and what is kept of its album.

use std::collections::HashSet;
use std::path::Path;

use facecore::SpaceId;
use facecore::profile::{FaceId, Feedback, PhotoMeta, Profile, StoredFace};
use facecore::store::{ProfileStore, StoreOptions};

use crate::failure::Result;
use crate::shown;

pub struct Account {
    store: ProfileStore,
    user: u64,
}

/// A store that is made if there is none. A folder that holds something else is a mistake.
pub fn open_or_make(folder: &Path, space: SpaceId) -> Result<ProfileStore> {
    let holds_something = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if holds_something && !folder.join("facecore-store").exists() {
        let folder = shown::path(folder);
        return Err(format!("--store {folder}: there is no store in this folder; name a new folder").into());
    }
    Ok(ProfileStore::open(folder, space, &StoreOptions::default())?)
}

/// An album whose photos are known by their places here, and by ids in the store.
pub struct KeptAlbum<'a> {
    pub ids: &'a [u64],
    /// Places of the photos that were looked at.
    pub looked_at: &'a [usize],
    /// Their faces, by the photos' places.
    pub faces: &'a [(FaceId, StoredFace)],
}

impl Account {
    pub fn open(folder: &Path, user: u64, space: SpaceId) -> Result<Self> {
        Ok(Self { store: open_or_make(folder, space)?, user })
    }

    /// What was said of the faces of an album, by the photos' places.
    pub fn feedback(&self, ids: &[u64]) -> Result<Feedback> {
        let kept = self.store.feedback(self.user)?;
        let mut feedback = Feedback::default();
        feedback.opted_out = kept.opted_out;
        for (face, opinion) in kept.iter() {
            for (photo, _) in (0..).zip(ids).filter(|(_, id)| **id == face.photo) {
                feedback.apply(FaceId { photo, ..face }, opinion);
            }
        }
        Ok(feedback)
    }

    /// Puts the profile and the album's faces in the place of those before. Photos that are no longer in the album go with their faces;
    /// what was said of faces stays, so that it holds again when a photo comes back.
    pub fn keep(&self, album: &KeptAlbum<'_>, profile: Option<&Profile>) -> Result<()> {
        let Self { store, user } = self;
        let space = store.space();
        let stay: HashSet<u64> = album.ids.iter().copied().collect();
        let looked_at: HashSet<u64> = album.looked_at.iter().map(|&at| album.ids[at]).collect();
        let profile = profile.map(Profile::to_bytes).transpose()?;
        store.write(|batch| {
            // Read while nobody else can write.
            let feedback = store.feedback(*user)?;
            let before: HashSet<u64> = store.faces(*user)?.iter().map(|(face, _)| face.photo).collect();
            for &photo in before.iter().filter(|photo| !stay.contains(photo) || looked_at.contains(photo)) {
                batch.remove_photo(*user, photo)?;
            }
            for (face, opinion) in feedback.iter() {
                batch.apply(*user, face, opinion)?;
            }
            for (face, stored) in album.faces {
                let photo = album.ids[face.photo as usize];
                let meta = PhotoMeta { id: photo, ..stored.photo.clone() };
                let stored = StoredFace { photo: meta, ..stored.clone() };
                batch.put_face(*user, FaceId { photo, ..*face }, space, &stored.to_bytes())?;
            }
            match &profile {
                Some(bytes) => batch.put(*user, space, bytes),
                None => batch.remove(*user),
            }
        })?;
        Ok(())
    }
}

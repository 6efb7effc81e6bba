//! An index of the profiles of a store.

use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::index::FaceIndex;
use crate::profile::{Profile, Role};
use crate::store::ProfileStore;

/// Which faces of the profiles an index gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexed {
    /// All of them, to find anybody by any look: for [`who_is`](super::who_is).
    Everybody,
    /// One face of each account that has a single owner: for [`CloneSearch`](super::CloneSearch). A joint account would be paired with
    /// the accounts of both its owners.
    SingleOwners,
}

/// Users that are read and added at once.
const PAGE: usize = 10_000;

/// Adds the faces of all profiles of the store to an index, under the users' ids. Returns how many users have one. The index should be empty
/// before, else users are in it twice.
///
/// # Errors
/// [`Error::Profile`] for a value that is no profile, those of [`ProfileStore::page`] and [`FaceIndex::add`].
pub fn index_profiles(store: &ProfileStore, index: &mut FaceIndex, which: Indexed) -> Result<u64> {
    // What is written meanwhile may be missed.
    let version = store.profiles_version()?;
    let is_whole = index.is_empty();
    let (mut after, mut users) = (None, 0);
    loop {
        let page = store.page(after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        let mut faces: Vec<(u64, Embedding)> = Vec::with_capacity(page.len());
        for (user, bytes) in &page {
            let profile = Profile::from_bytes(bytes)
                .map_err(|error| Error::Profile { reason: format!("of user {user}: {error}; write it anew") })?;
            let before = faces.len();
            match which {
                Indexed::Everybody => faces.extend(profile.embeddings().into_iter().map(|face| (*user, face))),
                Indexed::SingleOwners if profile.slot(Role::Partner).is_some() => {}
                Indexed::SingleOwners => faces.extend(profile.centroid(Role::Owner).map(|face| (*user, face))),
            }
            users += u64::from(faces.len() > before);
        }
        index.add(&faces)?;
    }
    if is_whole {
        index.set_source(version)?;
    }
    Ok(users)
}

/// Whether the profiles of the store are those of which the index was made by [`index_profiles`]: false once any was put or removed, or the
/// iteration was switched. Users who left count as no change: [`who_is`](super::who_is) never answers with them.
///
/// # Errors
/// Those of [`ProfileStore::profiles_version`].
pub fn is_current(store: &ProfileStore, index: &FaceIndex) -> Result<bool> {
    Ok(index.source() == Some(store.profiles_version()?))
}

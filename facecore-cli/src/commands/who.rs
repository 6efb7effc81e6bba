//! `facecore who`: strangers' faces among the users of a store who agreed to be found.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facecore::Error;
use facecore::index::{FaceIndex, Scan, Search};
use facecore::profile::Profile;
use facecore::search::{Indexed, index_profiles, is_current, who_is};
use facecore::store::ProfileStore;

use super::gallery::take_embeddings;
use super::store::open;
use crate::arguments::{Store, Who};
use crate::failure::Result;
use crate::output::tell;
use crate::{saving, shown};

pub fn run(arguments: &Who, json: bool) -> Result<ExitCode> {
    let engine = arguments.model.open()?;
    let space = engine.space().ok_or(Error::NoEmbedder)?;
    let store = open(&Store { folder: arguments.store.clone(), space })?;
    if arguments.anew || !arguments.index.exists() {
        make(&store, &arguments.index)?;
    }
    let index = FaceIndex::open_to_read(&arguments.index)
        .map_err(|error| format!("--index {}: {error}", shown::path(&arguments.index)))?;
    if !is_current(&store, &index)? {
        let index = shown::path(&arguments.index);
        tell(&format!(
            "warning: --index {index}: profiles were written since it was made; --anew makes it of those that there are now"
        ));
    }
    let least = arguments.threshold.of(&engine)?;
    let search = Search { neighbours: arguments.most.get(), least, scan: Scan::Exact, ..Search::default() };
    let options = arguments.finding.options();
    super::for_each_photo(&arguments.photos, &arguments.finding.limits(), json, |photo| {
        let mut found = super::embed(&engine, photo, &options)?;
        for (at, embedding) in take_embeddings(&mut found) {
            found.faces[at].users = Some(who_is(&index, &store, &embedding, &search)?);
        }
        Ok(found)
    })
}

/// Makes the index of all profiles beside its place and moves it there: half of one is never searched.
fn make(store: &ProfileStore, path: &Path) -> Result<()> {
    let about = |error: &dyn std::fmt::Display| format!("--index {}: {error}", shown::path(path));
    saving::check("--index", path)?;
    let (_, first) = store.page(None, 1)?.pop().ok_or_else(|| "there is no profile in the store".to_owned())?;
    let values = Profile::from_bytes(&first)?.values();
    let [part, lock] = ["new", "new.lock"].map(|suffix| PathBuf::from(format!("{}.{suffix}", path.display())));
    let open = || FaceIndex::open(&part, store.space(), values).map_err(|error| about(&error));
    if part.exists() {
        // Left by a command that was killed. If another command is still writing it, it is locked, and removing it is an error.
        drop(open()?);
        fs::remove_file(&part).map_err(|error| about(&error))?;
    }
    let mut index = open()?;
    index_profiles(store, &mut index, Indexed::Everybody)?;
    drop(index);
    fs::rename(&part, path).and_then(|()| fs::remove_file(&lock)).map_err(|error| about(&error))?;
    Ok(())
}

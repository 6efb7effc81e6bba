//! The people of a folder that has one folder for each, named as the person: `facecore tag` names faces after them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use facecore::{Candidate, Embedding, Engine};

use super::tag::largest;
use crate::arguments::Finding;
use crate::failure::Result;
use crate::output::Report;
use crate::photos::{self, PhotoError, Skipped, Source};
use crate::{ordered, shown};

/// Everybody who has a folder, with the photos in it.
struct People {
    names: Vec<String>,
    /// Each photo and whose it is.
    photos: Vec<(String, Source)>,
    skipped: Skipped,
    /// How many photos lie beside the people's folders.
    of_nobody: usize,
}

/// The people of `folder/<name>/…`, each with the largest face of every photo; the exit code tells whether photos failed.
///
/// Photos without a face and people without such a photo are warned about; nobody at all is an error.
pub fn enrol(engine: &Engine, folder: &Path, finding: &Finding, threads: usize) -> Result<(Vec<Candidate>, ExitCode)> {
    let People { names, photos, skipped, of_nobody } = people(folder)?;
    let (options, limits) = (finding.options(), finding.strict_limits());
    let embed = |_: usize, (_, source): &(String, Source)| -> Result<Option<Embedding>, PhotoError> {
        let photo = photos::load(&source.path, &limits)?;
        let found = super::detect(engine, &photo, &options)?;
        let Some(at) = largest(&found.faces) else {
            return Ok(None);
        };
        Ok(Some(engine.embed_face(&photo, &found.faces[at].face)?))
    };
    let mut known: BTreeMap<_, Vec<_>> = names.into_iter().map(|name| (name, Vec::new())).collect();
    let mut report = Report::new(false, photos.len());
    report.skipped(skipped);
    if of_nobody > 0 {
        report.warn(&format!("--people {}: {of_nobody} photos lie in no person's folder", shown::path(folder)));
    }
    ordered::for_each(&photos, threads, embed, |at, outcome| {
        let (name, source) = &photos[at];
        match outcome {
            Ok(Some(embedding)) => known.entry(name.clone()).or_default().push(embedding),
            Ok(None) => report.warn(&format!("{}: no face found", shown::path(&source.path))),
            Err(error) => return report.done(&source.path, Err(error)),
        }
        report.done(&source.path, Ok(()))
    })?;
    for (name, _) in known.iter().filter(|(_, embeddings)| embeddings.is_empty()) {
        let name = shown::printable(name);
        report.warn(&format!("{name}: no photo with a face, nobody will get this name"));
    }
    known.retain(|_, embeddings| !embeddings.is_empty());
    let people: Vec<_> = known.into_iter().map(|(person, embeddings)| Candidate { person, embeddings }).collect();
    let code = report.finish();
    if people.is_empty() {
        let (folder, count) = (shown::path(folder), photos.len());
        return Err(
            format!("--people {folder}: no face in any of its {count} photos, so there is nobody to name").into()
        );
    }
    Ok((people, code))
}

fn people(folder: &Path) -> Result<People> {
    let about = |reason: &dyn std::fmt::Display| {
        let hint = "it needs a folder for each person, named as the person, with photos";
        format!("--people {}: {reason}; {hint}", shown::path(folder))
    };
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut photos_of = BTreeMap::new();
    for entry in entries.map_err(|error| about(&error))? {
        let name = shown::name(&entry.file_name());
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !name.starts_with('.') && photos_of.insert(name.clone(), Vec::new()).is_some() {
            return Err(about(&format!("two folders are called {}", shown::printable(&name))).into());
        }
    }
    let photos::Walk { photos, skipped } = photos::find(&[folder.to_owned()]).map_err(|error| about(&error))?;
    let mut of_nobody = 0;
    for source in photos {
        let name = source.below.iter().next().map(shown::name).unwrap_or_default();
        match photos_of.get_mut(&name) {
            Some(photos) => photos.push(source),
            None => of_nobody += 1,
        }
    }
    let names = photos_of.keys().cloned().collect();
    let with_name = |(name, photos): (String, Vec<Source>)| photos.into_iter().map(move |photo| (name.clone(), photo));
    let photos: Vec<_> = photos_of.into_iter().flat_map(with_name).collect();
    if photos.is_empty() {
        return Err(about(&"no photos in folders of people").into());
    }
    Ok(People { names, photos, skipped, of_nobody })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_after_their_folders() {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
        let found = people(&testdata.join("people")).unwrap();
        assert!(
            found.photos.iter().any(|(name, source)| name == "Barack Obama" && source.path.ends_with("obama3.jpg"))
        );
        assert!(people(&testdata.join("people/Barack Obama")).is_err());
        assert!(people(&testdata.join("nobody")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_two_people() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = std::env::temp_dir().join(format!("facecore-enrol-{}", std::process::id()));
        let add = |name: &[u8]| {
            let person = folder.join(OsStr::from_bytes(name));
            fs::create_dir_all(&person).unwrap();
            fs::write(person.join("1.jpg"), "").unwrap();
        };
        add(b"a\xff");
        add(b"a\xfe");
        fs::write(folder.join("loose.jpg"), "").unwrap();
        fs::create_dir(folder.join("Empty")).unwrap();
        let found = people(&folder).unwrap();
        assert_eq!(found.names, ["Empty", "a\\xfe", "a\\xff"]);
        assert_eq!((found.photos.len(), found.of_nobody), (2, 1));
        // The name that the first one is given belongs to another folder.
        add(b"a\\xff");
        assert!(people(&folder).is_err_and(|error| error.to_string().contains("two folders are called a\\xff")));
        fs::remove_dir_all(folder).unwrap();
    }
}

//! Who is on photos, where somebody knows it: what found people are judged by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::log::KeptFace;
use crate::failure::Result;
use crate::shown;

/// A number for the person of each photo that is in a list.
pub struct Truth(HashMap<PathBuf, u32>);

impl Truth {
    /// A CSV file with the columns `file` and `person`.
    pub fn read(path: &Path) -> Result<Self> {
        let about = |reason: &dyn std::fmt::Display| format!("--truth {}: {reason}", shown::path(path));
        let mut reader = csv::Reader::from_path(path).map_err(|error| about(&error))?;
        let names = reader.headers().map_err(|error| about(&error))?.clone();
        let column = |name: &str| {
            let place = names.iter().position(|known| known.eq_ignore_ascii_case(name));
            place.ok_or_else(|| about(&format!("no column `{name}`")))
        };
        let (file, person) = (column("file")?, column("person")?);
        let (mut photos, mut people) = (HashMap::new(), HashMap::new());
        for record in reader.records() {
            let record = record.map_err(|error| about(&error))?;
            let next = people.len() as u32;
            let number = *people.entry(record[person].to_owned()).or_insert(next);
            photos.insert(PathBuf::from(&record[file]), number);
        }
        Ok(Self(photos))
    }

    /// Whose the clear faces of an account are: known where a photo has only one of them.
    pub fn whose<'a>(&'a self, faces: &'a [KeptFace]) -> impl Iterator<Item = Option<u32>> + 'a {
        let mut on: HashMap<u64, usize> = HashMap::new();
        faces.iter().for_each(|face| *on.entry(face.photo).or_default() += 1);
        faces.iter().map(move |face| if on[&face.photo] == 1 { self.0.get(&face.file).copied() } else { None })
    }
}

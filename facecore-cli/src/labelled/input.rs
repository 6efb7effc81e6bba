//! Which photos there are and who is on them: a list of pairs, a folder for each person, or a CSV manifest.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use facecore::BoundingBox;
use facecore::evaluate::{PairList, PhotoRef, read_pairs};

use crate::failure::Result;
use crate::output::tell;
use crate::{photos, shown};

/// A photo and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledPhoto {
    pub path: PathBuf,
    /// Who it is; each photo without a name is a person of its own.
    pub person: String,
    /// The face's box, where it was given.
    pub area: Option<BoundingBox>,
    /// Other columns of the manifest, by name.
    pub columns: BTreeMap<String, String>,
}

/// The photos of a list of pairs, each once, with the places of each pair's two photos.
pub struct Pairs {
    pub list: PairList,
    pub photos: Vec<LabelledPhoto>,
    pub places: Vec<[usize; 2]>,
}

/// Reads a list of pairs whose photos lie below `images` as `NAME/NAME_0001.jpg`.
pub fn pairs(list: &Path, images: &Path) -> Result<Pairs> {
    let about = |error: &dyn Display| format!("--pairs {}: {error}", shown::path(list));
    let list = read_pairs(&fs::read_to_string(list).map_err(|error| about(&error))?).map_err(|error| about(&error))?;
    let mut known: HashMap<PhotoRef, usize> = HashMap::new();
    let mut photos = Vec::new();
    let mut place = |photo: &PhotoRef| {
        *known.entry(photo.clone()).or_insert_with(|| {
            let path = images.join(photo.path() + ".jpg");
            photos.push(LabelledPhoto { path, person: photo.person.clone(), area: None, columns: BTreeMap::new() });
            photos.len() - 1
        })
    };
    let places = list.pairs.iter().map(|pair| [place(&pair.left), place(&pair.right)]).collect();
    Ok(Pairs { list, photos, places })
}

/// The photos of `folder/<person>/…`; each photo that lies in `folder` itself is a person of its own.
pub fn folder(folder: &Path) -> Result<Vec<LabelledPhoto>> {
    let photos::Walk { photos: sources, skipped } = photos::find(&[folder.to_owned()])?;
    if !skipped.is_empty() {
        tell(&skipped.to_string());
    }
    let photo = |source: photos::Source| {
        let mut parts = source.below.components();
        let first = parts.next().map(|part| shown::name(part.as_os_str())).unwrap_or_default();
        let person = if parts.next().is_some() { first } else { stranger(&source.path) };
        LabelledPhoto { path: source.path, person, area: None, columns: BTreeMap::new() }
    };
    Ok(sources.into_iter().map(photo).collect())
}

fn stranger(path: &Path) -> String {
    format!("\u{0}{}", shown::name(path.as_os_str()))
}

/// Reads a CSV manifest: a column `photo` (or `file`) with the path from the manifest's folder, and as far as known
/// `person`, the box as `x1`, `y1`, `x2`, `y2` in pixels, and any others.
pub fn manifest(path: &Path) -> Result<Vec<LabelledPhoto>> {
    let about = |error: &dyn Display| format!("--manifest {}: {error}", shown::path(path));
    let mut reader = csv::Reader::from_path(path).map_err(|error| about(&error))?;
    let names: Vec<String> = reader.headers().map_err(|error| about(&error))?.iter().map(str::to_owned).collect();
    let column = |name: &str| names.iter().position(|known| known.eq_ignore_ascii_case(name));
    let photo = column("photo").or_else(|| column("file")).ok_or_else(|| about(&"no column `photo`"))?;
    let person = column("person");
    let corners = ["x1", "y1", "x2", "y2"].map(column);
    let used: HashSet<usize> = [Some(photo), person].into_iter().chain(corners).flatten().collect();
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| about(&error))?;
        let path = folder.join(&record[photo]);
        let area = match corners {
            [Some(x1), Some(y1), Some(x2), Some(y2)] if [x1, y1, x2, y2].iter().any(|&at| !record[at].is_empty()) => {
                let number = |at: usize| record[at].trim().parse::<f32>().ok().filter(|number| number.is_finite());
                let [Some(x1), Some(y1), Some(x2), Some(y2)] = [x1, y1, x2, y2].map(number) else {
                    return Err(about(&format!("the box of {} is no four numbers", shown::path(&path))).into());
                };
                Some(BoundingBox::new(x1, y1, x2, y2))
            }
            _ => None,
        };
        let named = person.map(|at| record[at].trim().to_owned()).filter(|name| !name.is_empty());
        let others = (0..names.len()).filter(|at| !used.contains(at));
        let columns = others.map(|at| (names[at].clone(), record[at].trim().to_owned())).collect();
        found.push(LabelledPhoto { person: named.unwrap_or_else(|| stranger(&path)), path, area, columns });
    }
    if found.is_empty() { Err(about(&"no photos in it").into()) } else { Ok(found) }
}

/// Leaves out the photos that a CSV file names in any of its fields, by file name with or without extension.
pub fn leave_out(photos: &mut Vec<LabelledPhoto>, list: &Path) -> Result<()> {
    let about = |error: &dyn Display| format!("--without {}: {error}", shown::path(list));
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(list);
    let mut names = HashSet::new();
    for record in reader.map_err(|error| about(&error))?.records() {
        names.extend(record.map_err(|error| about(&error))?.iter().map(|field| field.trim().to_owned()));
    }
    let named = |part: Option<&std::ffi::OsStr>| part.is_some_and(|part| names.contains(&*part.to_string_lossy()));
    photos.retain(|photo| !named(photo.path.file_name()) && !named(photo.path.file_stem()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(test: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("facecore-input-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_photo_of_a_list_is_looked_at_once() {
        let folder = scratch("pairs", &[("pairs.txt", "2 1\nA 1 2\nA 1 B 1\nB 1 2\nB 2 A 2\n")]);
        let pairs = pairs(&folder.join("pairs.txt"), Path::new("lfw")).unwrap();
        let paths: Vec<_> = pairs.photos.iter().map(|photo| photo.path.display().to_string()).collect();
        let expected = ["A/A_0001", "A/A_0002", "B/B_0001", "B/B_0002"].map(|path| format!("lfw/{path}.jpg"));
        assert_eq!(paths, expected);
        assert_eq!(pairs.places, [[0, 1], [0, 2], [2, 3], [3, 1]]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_is_a_person() {
        let files = [("Ann/1.jpg", ""), ("Ann/old/2.jpg", ""), ("Bob/1.png", ""), ("x.jpg", ""), ("y.jpg", "")];
        let folder = scratch("folder", &files);
        let photos = super::folder(&folder).unwrap();
        let people: Vec<_> = photos.iter().map(|photo| photo.person.as_str()).collect();
        assert_eq!(people[..3], ["Ann", "Ann", "Bob"]);
        assert_ne!(people[3], people[4]);
        assert!(super::folder(&folder.join("Carl")).is_err() || !folder.join("Carl").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_manifest_has_boxes_and_columns() {
        let text = "file,person,age,x1,y1,x2,y2\na.jpg,Ann,30,1,2,3.5,4\nsub/b.jpg,,7,,,,\n";
        let folder = scratch(
            "manifest",
            &[("m.csv", text), ("bad.csv", "photo,x1,y1,x2,y2\na.jpg,1,2,x,4\n"), ("none.csv", "name\na\n")],
        );
        let photos = manifest(&folder.join("m.csv")).unwrap();
        assert_eq!((photos[0].person.as_str(), photos[0].path.clone()), ("Ann", folder.join("a.jpg")));
        assert_eq!(photos[0].area, Some(BoundingBox::new(1.0, 2.0, 3.5, 4.0)));
        assert_eq!((photos[1].area, photos[1].columns["age"].as_str()), (None, "7"));
        for bad in ["bad.csv", "none.csv", "missing.csv"] {
            assert!(manifest(&folder.join(bad)).unwrap_err().to_string().contains(bad));
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn doubtful_photos_are_left_out() {
        let folder = scratch("without", &[("errata.csv", "photo_a,photo_b,remark\nAnn_1,Bob_2,one\nx.png,\n")]);
        let photo = |name: &str| LabelledPhoto {
            path: name.into(),
            person: String::new(),
            area: None,
            columns: BTreeMap::new(),
        };
        let mut photos = ["Ann_1.jpg", "Ann_2.jpg", "Bob_2.jpg", "x.png"].map(photo).to_vec();
        leave_out(&mut photos, &folder.join("errata.csv")).unwrap();
        assert_eq!(photos, [photo("Ann_2.jpg")]);
        fs::remove_dir_all(folder).unwrap();
    }
}

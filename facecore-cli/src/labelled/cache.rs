//! What was found in a photo and how networks see its faces, kept in a folder between runs.
//!
//! Everything is filed under the SHA-256 of the photo's bytes, so a photo may be moved or renamed. Files only grow, by
//! whole records; of a run that was killed at most the last record is lost. The folder holds faces' embeddings:
//! treat it as the photos themselves.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use facecore::{BoundingBox, Embedding, Encoding, SpaceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::Result;
use crate::shown;

/// The SHA-256 of a photo's bytes, in hex digits.
pub type PhotoKey = String;

pub fn photo_key(bytes: &[u8]) -> PhotoKey {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A face as it was found, and what its quality is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachedFace {
    #[serde(rename = "box")]
    pub corners: [f32; 4],
    pub landmarks: facecore::Landmarks,
    pub score: f32,
    pub sharpness: f32,
    pub brightness: f32,
    pub yaw: f32,
    pub roll: f32,
}

impl CachedFace {
    pub fn area(&self) -> BoundingBox {
        let [x1, y1, x2, y2] = self.corners;
        BoundingBox::new(x1, y1, x2, y2)
    }
}

/// The faces of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachedPhoto {
    pub photo: PhotoKey,
    pub width: u32,
    pub height: u32,
    pub faces: Vec<CachedFace>,
}

/// Detections, one JSON object a line.
pub struct FaceCache {
    known: HashMap<PhotoKey, CachedPhoto>,
    file: Option<File>,
}

impl FaceCache {
    /// The detections made with `options` (any text that names them); without a folder nothing is kept.
    pub fn open(folder: Option<&Path>, options: &str) -> Result<Self> {
        let Some(folder) = folder else { return Ok(Self { known: HashMap::new(), file: None }) };
        let name = format!("faces-{}.jsonl", &photo_key(options.as_bytes())[..16]);
        let (mut file, path) = open(folder, &name)?;
        let mut known = HashMap::new();
        let mut whole = 0;
        let mut reader = BufReader::new(&file);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
            let photo: CachedPhoto = serde_json::from_str(&line)
                .map_err(|error| format!("{}: {error}; delete the file to detect anew", shown::path(&path)))?;
            known.insert(photo.photo.clone(), photo);
            whole += line.len() as u64;
            line.clear();
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { known, file: Some(file) })
    }

    pub fn get(&self, photo: &PhotoKey) -> Option<&CachedPhoto> {
        self.known.get(photo)
    }

    pub fn put(&mut self, photo: &CachedPhoto) -> Result<()> {
        match &mut self.file {
            Some(file) => append(file, crate::output::json_line(photo).as_bytes()),
            None => Ok(()),
        }
    }
}

/// The embeddings of one space: records of a key and an embedding as the library encodes it.
pub struct VectorCache {
    known: HashMap<[u8; KEY], Embedding>,
    file: Option<File>,
}

const KEY: usize = 16;

/// Which embedding: of what photo, what box, mirrored or not.
pub fn vector_key(photo: &PhotoKey, area: &BoundingBox, mirrored: bool) -> [u8; KEY] {
    let mut hash = Sha256::new_with_prefix(photo);
    for side in [area.x1, area.y1, area.x2, area.y2] {
        hash.update(side.to_le_bytes());
    }
    hash.update([u8::from(mirrored)]);
    let mut key = [0; KEY];
    key.copy_from_slice(&hash.finalize()[..KEY]);
    key
}

impl VectorCache {
    /// The embeddings of `space`, of `len` values each, as computed in a way that `compute` names; without a folder nothing is
    /// kept.
    pub fn open(folder: Option<&Path>, space: SpaceId, len: usize, compute: &str) -> Result<Self> {
        let Some(folder) = folder else { return Ok(Self { known: HashMap::new(), file: None }) };
        let (mut file, path) = open(folder, &format!("vectors-{space}{compute}.fcv"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let size = KEY + 16 + 4 * len;
        let mut known = HashMap::new();
        for record in bytes.chunks_exact(size) {
            let (key, embedding) = record.split_first_chunk().unwrap_or((&[0; KEY], &[]));
            let embedding = Embedding::decode(embedding).ok().filter(|embedding| embedding.space() == space);
            let embedding =
                embedding.ok_or_else(|| format!("{}: damaged; delete the file to embed anew", shown::path(&path)))?;
            known.insert(*key, embedding);
        }
        let whole = (bytes.len() / size * size) as u64;
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        Ok(Self { known, file: Some(file) })
    }

    pub fn get(&self, key: &[u8; KEY]) -> Option<&Embedding> {
        self.known.get(key)
    }

    pub fn put(&mut self, key: &[u8; KEY], embedding: &Embedding) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        append(file, &[&key[..], &embedding.encode(Encoding::F32)].concat())
    }
}

/// Opens a file to read and grow, for this process alone.
fn open(folder: &Path, name: &str) -> Result<(File, std::path::PathBuf)> {
    let path = folder.join(name);
    let about = |error: io::Error| format!("--cache {}: {error}", shown::path(&path));
    fs::create_dir_all(folder).map_err(about)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(about)?;
    file.try_lock().map_err(|_| format!("{}: another run uses this cache", shown::path(&path)))?;
    Ok((file, path))
}

/// What a full disk leaves of a record is cut off when the cache is opened again.
fn append(file: &mut File, record: &[u8]) -> Result<()> {
    Ok(file.write_all(record).map_err(|error| format!("--cache: {error}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(test: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("facecore-cache-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn photo(key: &str) -> CachedPhoto {
        let face = CachedFace {
            corners: [1.0, 2.0, 3.5, 4.0],
            landmarks: [[1.5; 2]; 5],
            score: 0.9,
            sharpness: 0.4,
            brightness: 0.5,
            yaw: 0.1,
            roll: 3.0,
        };
        CachedPhoto { photo: key.into(), width: 5, height: 6, faces: vec![face] }
    }

    #[test]
    fn detections_survive_a_killed_run() {
        let folder = folder("faces");
        let open = || FaceCache::open(Some(&folder), "options").unwrap();
        let mut cache = open();
        cache.put(&photo("a")).unwrap();
        cache.put(&photo("b")).unwrap();
        assert!(FaceCache::open(Some(&folder), "options").is_err(), "one run at a time");
        drop(cache);
        let path = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let size = fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(size - 3).unwrap();
        let mut cache = open();
        assert_eq!((cache.get(&"a".into()), cache.get(&"b".into())), (Some(&photo("a")), None));
        cache.put(&photo("c")).unwrap();
        drop(cache);
        assert_eq!(open().get(&"c".into()), Some(&photo("c")));
        assert!(FaceCache::open(Some(&folder), "others").unwrap().get(&"a".into()).is_none());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn embeddings_survive_a_killed_run() {
        let folder = folder("vectors");
        let space = SpaceId([7; 8]);
        let open = || VectorCache::open(Some(&folder), space, 3, "").unwrap();
        let area = BoundingBox::new(0.0, 1.0, 2.0, 3.0);
        let (one, two) = (vector_key(&"a".into(), &area, false), vector_key(&"a".into(), &area, true));
        let face = |x| Embedding::new(space, vec![x, 1.0, 0.0]).unwrap();
        let mut cache = open();
        cache.put(&one, &face(1.0)).unwrap();
        cache.put(&two, &face(2.0)).unwrap();
        drop(cache);
        let path = folder.join(format!("vectors-{space}.fcv"));
        let size = fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(size - 1).unwrap();
        let mut cache = open();
        assert_eq!(cache.get(&one), Some(&face(1.0)));
        assert!(cache.get(&two).is_none());
        cache.put(&two, &face(2.0)).unwrap();
        drop(cache);
        assert_eq!(open().get(&two), Some(&face(2.0)));
        assert!(VectorCache::open(Some(&folder), space, 4, "").is_err());
        VectorCache::open(None, space, 3, "").unwrap().put(&one, &face(1.0)).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
}

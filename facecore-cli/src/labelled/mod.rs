//! Labelled photos for measuring: who is on which photo, where the face is, and how networks see it.
//!
//! `input` reads what the user knows; [`gather`] finds and embeds one face of each photo, and `cache` keeps that, so that a
//! second run, or the rest of one that was interrupted, takes seconds.

mod cache;
mod input;
mod pad;

use std::path::{Path, PathBuf};

use facecore::{BoundingBox, Damage, DetectOptions, Embedding, Engine, Face, FaceQuality, Limits, Photo};

pub use cache::CachedFace;
use cache::{CachedPhoto, FaceCache, VectorCache, photo_key, vector_key};
pub use input::{LabelledPhoto, Pairs, folder, leave_out, manifest, pairs};

use crate::arguments::Look;
use crate::failure::Result;
use crate::ordered;
use crate::output::Report;
use crate::photos::{self, PhotoError};

/// How to look at photos.
pub struct Looking<'a> {
    /// At least one; the first one detects.
    pub engines: &'a [Engine],
    pub options: DetectOptions,
    /// What a photo may be at the most.
    pub limits: Limits,
    /// Embed the mirror images too.
    pub mirrored: bool,
    /// Black to add around each photo, as a part of its width and height; then the face nearest to the middle is meant.
    pub pad: f64,
    /// Where no face is found: embed the centre of the photo, or nothing.
    pub centre: bool,
    pub cache: Option<PathBuf>,
    pub threads: usize,
}

impl<'a> Looking<'a> {
    /// Photos as they are, and nothing where no face is found.
    pub fn plain(engines: &'a [Engine], look: &Look) -> Self {
        Self {
            engines,
            options: look.finding.options(),
            limits: look.finding.strict_limits(),
            mirrored: false,
            pad: 0.0,
            centre: false,
            cache: look.cache.clone(),
            threads: look.threads.count(),
        }
    }
}

/// The landmarks of a box in which no face was found.
const NO_LANDMARKS: facecore::Landmarks = [[0.0; 2]; 5];

/// The face of a photo.
#[derive(Debug, Clone)]
pub struct SeenFace {
    /// Whether the detector found it; otherwise the centre of the photo was taken.
    pub found: bool,
    /// In the photo as it was padded.
    pub face: CachedFace,
    pub pad: f64,
    /// For each engine the embedding, and the mirror image's where asked for; empty if nothing was found and the centre is not meant.
    pub views: Vec<(Embedding, Option<Embedding>)>,
}

impl SeenFace {
    pub fn quality(&self) -> FaceQuality {
        let CachedFace { score, sharpness, brightness, yaw, roll, .. } = self.face;
        let area = self.face.area();
        FaceQuality { size: area.width().min(area.height()), sharpness, brightness, yaw, roll, score }
    }
}

/// What a photo gave, and what of it is new to the caches.
struct Seen {
    seen: SeenFace,
    detection: Option<CachedPhoto>,
    vectors: Vec<(usize, [u8; 16], Embedding)>,
}

/// Looks at each photo; `None` for those that could not be read, which the report lists at its end.
pub fn gather(photos: &[LabelledPhoto], looking: &Looking<'_>, report: &mut Report) -> Result<Vec<Option<SeenFace>>> {
    let folder = looking.cache.as_deref();
    // Faces of damaged photos are not for a run that refuses those.
    let damaged = if looking.limits.damage == Damage::Keep { "-damaged" } else { "" };
    let mut faces = FaceCache::open(
        folder,
        &format!("{} {:?}{}{damaged}", looking.engines[0].detector(), looking.options, compute(&looking.engines[0])),
    )?;
    let mut vectors = looking.engines.iter().map(|engine| open_vectors(folder, engine)).collect::<Result<Vec<_>>>()?;
    let mut seen: Vec<Option<SeenFace>> = Vec::with_capacity(photos.len());
    // The caches are read by the workers and written here, after each batch.
    const BATCH: usize = 64;
    for batch in photos.chunks(BATCH) {
        let work = |_: usize, photo: &LabelledPhoto| look(photo, looking, &faces, &vectors);
        let mut looks = Vec::with_capacity(batch.len());
        ordered::for_each(batch, looking.threads, work, |at, outcome| {
            let (look, outcome) = match outcome {
                Ok(look) => (Some(look), Ok(())),
                Err(error) => (None, Err(error)),
            };
            looks.push(look);
            report.done(&batch[at].path, outcome)
        })?;
        for look in looks {
            let Some(Seen { seen: face, detection, vectors: new }) = look else {
                seen.push(None);
                continue;
            };
            detection.iter().try_for_each(|detection| faces.put(detection))?;
            new.iter().try_for_each(|(engine, key, embedding)| vectors[*engine].put(key, embedding))?;
            seen.push(Some(face));
        }
    }
    Ok(seen)
}

/// The part of how it is computed that changes the numbers: all f32 kernels agree but for rounding.
fn compute(engine: &Engine) -> &'static str {
    if engine.kernels().contains("bf16") { "-bf16" } else { "" }
}

fn open_vectors(folder: Option<&Path>, engine: &Engine) -> Result<VectorCache> {
    let nothing = || "the engine has no network for embeddings".to_owned();
    let (space, len) = (engine.space().ok_or_else(nothing)?, engine.embedding_len().ok_or_else(nothing)?);
    VectorCache::open(folder, space, len, compute(engine))
}

fn look(
    labelled: &LabelledPhoto,
    looking: &Looking<'_>,
    faces: &FaceCache,
    vectors: &[VectorCache],
) -> Result<Seen, PhotoError> {
    let limits = &looking.limits;
    let bytes = photos::read(&labelled.path, limits)?;
    let mut key = photo_key(&bytes);
    if looking.pad > 0.0 {
        key += &format!("-pad{}", looking.pad);
    }
    let load = || padded(Photo::decode(&bytes, limits)?, looking.pad);
    // Decoded only if something is not cached.
    let mut decoded: Option<Photo<'static>> = None;
    let known = faces.get(&key).cloned();
    let (detection, is_new) = match known {
        Some(detection) => (detection, false),
        None => {
            let photo = decoded.insert(load()?);
            (detect(&looking.engines[0], photo, &looking.options, &key)?, true)
        }
    };
    let (found, face) = match choose(labelled, &detection, looking.pad > 0.0) {
        Some((found, face)) => (found, face),
        None => {
            let area = labelled.area.unwrap_or_else(|| centre(detection.width as f32, detection.height as f32));
            let photo = once(&mut decoded, load)?;
            (labelled.area.is_some(), measured(photo, area, NO_LANDMARKS, 0.0)?)
        }
    };
    let area = face.area();
    let (mut views, mut new) = (Vec::new(), Vec::new());
    let engines = if found || looking.centre { looking.engines } else { &[] };
    for (at, (engine, vectors)) in engines.iter().zip(vectors).enumerate() {
        let mut view = |mirrored: bool| -> Result<Embedding, PhotoError> {
            let key = vector_key(&key, &area, mirrored);
            if let Some(embedding) = vectors.get(&key) {
                return Ok(embedding.clone());
            }
            let photo = once(&mut decoded, load)?;
            let landmarks = Some(&face.landmarks).filter(|landmarks| **landmarks != NO_LANDMARKS);
            let embedding = match landmarks {
                landmarks if mirrored => engine.embed_mirrored(photo, &area, landmarks),
                Some(landmarks) => engine.embed_face(photo, &Face::new(photo, area, *landmarks, face.score)),
                None => engine.embed_box(photo, &area),
            }?;
            new.push((at, key, embedding.clone()));
            Ok(embedding)
        };
        views.push((view(false)?, if looking.mirrored { Some(view(true)?) } else { None }));
    }
    Ok(Seen {
        seen: SeenFace { found, face, pad: looking.pad, views },
        detection: is_new.then_some(detection),
        vectors: new,
    })
}

/// The photo, read when it is first needed.
fn once<'a>(
    photo: &'a mut Option<Photo<'static>>,
    load: impl Fn() -> Result<Photo<'static>, PhotoError>,
) -> Result<&'a Photo<'static>, PhotoError> {
    match photo {
        Some(photo) => Ok(photo),
        empty => Ok(empty.insert(load()?)),
    }
}

/// A photo with black around it.
pub fn padded(photo: Photo<'static>, share: f64) -> Result<Photo<'static>, PhotoError> {
    if share > 0.0 { Ok(pad::padded(&photo, share)?) } else { Ok(photo) }
}

fn detect(engine: &Engine, photo: &Photo<'_>, options: &DetectOptions, key: &str) -> Result<CachedPhoto, PhotoError> {
    let detection = engine.detect(photo, options)?;
    // A box without a pixel in the photo is nothing that could be embedded.
    let faces = detection
        .faces
        .iter()
        .filter_map(|face| measured(photo, face.bounding_box, face.landmarks, face.score).ok())
        .collect();
    Ok(CachedPhoto { photo: key.to_owned(), width: photo.width(), height: photo.height(), faces })
}

fn measured(
    photo: &Photo<'_>,
    area: BoundingBox,
    landmarks: facecore::Landmarks,
    score: f32,
) -> Result<CachedFace, PhotoError> {
    let FaceQuality { sharpness, brightness, yaw, roll, .. } = FaceQuality::measure(photo, &area, &landmarks, score)?;
    let corners = [area.x1, area.y1, area.x2, area.y2];
    Ok(CachedFace { corners, landmarks, score, sharpness, brightness, yaw, roll })
}

/// The detected face that is meant: the one at the given box, or without a box the one that facenet takes, in a padded photo the
/// one nearest to the middle.
fn choose(labelled: &LabelledPhoto, detection: &CachedPhoto, is_padded: bool) -> Option<(bool, CachedFace)> {
    /// Less overlap is another face.
    const SAME_FACE: f32 = 0.3;
    let Some(given) = labelled.area else {
        let choose = if is_padded { nearest_to_the_middle } else { central };
        return choose(&detection.faces, detection.width as f32, detection.height as f32)
            .map(|face| (true, face.clone()));
    };
    let overlap = |face: &&CachedFace| face.area().iou(&given);
    let nearest = detection.faces.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b)))?;
    let corners = [given.x1, given.y1, given.x2, given.y2];
    (overlap(&nearest) >= SAME_FACE).then(|| (true, CachedFace { corners, ..nearest.clone() }))
}

/// The face that facenet takes: large and near the centre, by area less twice the squared distance from the centre.
fn central(faces: &[CachedFace], width: f32, height: f32) -> Option<&CachedFace> {
    let merit = |face: &CachedFace| face.area().area() - 2.0 * from_the_middle(face, width, height);
    faces.iter().rev().max_by(|a, b| merit(a).total_cmp(&merit(b)))
}

/// The face of a picture that was cut out around it: others are neighbours, however large.
fn nearest_to_the_middle(faces: &[CachedFace], width: f32, height: f32) -> Option<&CachedFace> {
    let distance = |face: &CachedFace| from_the_middle(face, width, height);
    faces.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The squared distance of a face's centre from that of the photo.
fn from_the_middle(face: &CachedFace, width: f32, height: f32) -> f32 {
    let area = face.area();
    let (x, y) = ((area.x1 + area.x2 - width) / 2.0, (area.y1 + area.y2 - height) / 2.0);
    x * x + y * y
}

/// Where the face is in photos cut like those of Labeled Faces in the Wild: the face's box enlarged 2.2 times.
fn centre(width: f32, height: f32) -> BoundingBox {
    let half = width.min(height) / 2.2 / 2.0;
    BoundingBox::new(width / 2.0 - half, height / 2.0 - half, width / 2.0 + half, height / 2.0 + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(x: f32, side: f32) -> CachedFace {
        CachedFace {
            corners: [x, 100.0, x + side, 100.0 + side],
            landmarks: [[0.0; 2]; 5],
            score: 1.0,
            sharpness: 0.5,
            brightness: 0.5,
            yaw: 0.0,
            roll: 0.0,
        }
    }

    #[test]
    fn the_central_face_wins_over_a_larger_one_at_the_edge() {
        let faces = [found(0.0, 60.0), found(100.0, 50.0)];
        assert_eq!(central(&faces, 250.0, 250.0), Some(&faces[1]));
        assert_eq!(central(&[], 250.0, 250.0), None);
        let faces = [found(10.0, 100.0), found(95.0, 30.0)];
        assert_eq!(central(&faces, 250.0, 250.0), Some(&faces[0]));
        assert_eq!(nearest_to_the_middle(&faces, 250.0, 250.0), Some(&faces[1]));
    }

    #[test]
    fn a_given_box_takes_the_details_of_the_face_there() {
        let detection = CachedPhoto {
            photo: String::new(),
            width: 250,
            height: 250,
            faces: vec![found(0.0, 60.0), found(100.0, 50.0)],
        };
        let labelled =
            |area| LabelledPhoto { path: PathBuf::new(), person: String::new(), area, columns: Default::default() };
        let (found, face) =
            choose(&labelled(Some(BoundingBox::new(5.0, 100.0, 65.0, 160.0))), &detection, false).unwrap();
        assert!(found);
        assert_eq!(face.corners, [5.0, 100.0, 65.0, 160.0]);
        assert!(choose(&labelled(Some(BoundingBox::new(200.0, 0.0, 240.0, 40.0))), &detection, false).is_none());
    }

    #[test]
    fn without_a_face_the_centre_is_taken() {
        assert_eq!(centre(220.0, 440.0), BoundingBox::new(60.0, 170.0, 160.0, 270.0));
    }
}

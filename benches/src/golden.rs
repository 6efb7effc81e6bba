//! Our answers beside the reference's: `detections.json` and `photos/`, `embeddings.json` and `crops/` of a folder.

use std::error::Error;
use std::fs;
use std::path::Path;

use facecore::{
    BoundingBox, Budget, Crop, DetectOptions, Engine, Face, Limits, MtcnnOptions, Photo, Preprocessing, ProposalFilter,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The reference's faces of a photo.
#[derive(Deserialize)]
struct Expected {
    file: String,
    min_face: u32,
    faces: Vec<ExpectedFace>,
}

#[derive(Deserialize)]
struct ExpectedFace {
    #[serde(rename = "box")]
    area: [f32; 4],
    score: f32,
    landmarks: [[f32; 2]; 5],
}

impl ExpectedFace {
    fn area(&self) -> BoundingBox {
        let [x1, y1, x2, y2] = self.area;
        BoundingBox::new(x1, y1, x2, y2)
    }
}

/// What a comparison of detections counted.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Detections {
    /// The reference's faces with a score of at least 0.9.
    pub expected: usize,
    /// Of these, found with every corner and landmark within 1 px (2 px for boxes over 200 px).
    pub agreeing: usize,
    /// Our faces.
    pub ours: usize,
    /// Our faces that the reference does not have, at any score.
    pub unmatched: usize,
    /// The largest distance of a corner or landmark of an agreeing face, in pixels.
    pub worst: f32,
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?)
}

fn photo(path: &Path) -> Result<Photo<'static>, Box<dyn Error>> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(Photo::decode(&bytes, &Limits::default()).map_err(|e| format!("{}: {e}", path.display()))?)
}

/// Compares detections over all photos of `folder/detections.json`, with NMS and without bounds as the reference has it.
pub fn detections(engine: &Engine, folder: &Path) -> Result<Detections, Box<dyn Error>> {
    let mut sum = Detections::default();
    for expected in read::<Vec<Expected>>(&folder.join("detections.json"))? {
        let options = DetectOptions {
            min_face: expected.min_face,
            mtcnn: MtcnnOptions { filter: ProposalFilter::Nms, ..MtcnnOptions::default() },
            budget: Budget::UNBOUNDED,
            ..Default::default()
        };
        let found = engine.detect(&photo(&folder.join("photos").join(&expected.file))?, &options)?;
        compare(&expected, &found.faces, &mut sum);
    }
    Ok(sum)
}

fn compare(expected: &Expected, found: &[Face], sum: &mut Detections) {
    for face in expected.faces.iter().filter(|face| face.score >= 0.9) {
        sum.expected += 1;
        let limit = if face.area().width().max(face.area().height()) > 200.0 { 2.0 } else { 1.0 };
        let nearest = found.iter().map(|ours| distance(face, ours)).fold(f32::INFINITY, f32::min);
        if nearest <= limit {
            sum.agreeing += 1;
            sum.worst = sum.worst.max(nearest);
        } else {
            eprintln!("{} (min face {}): {:?} is off by {nearest} px", expected.file, expected.min_face, face.area);
        }
    }
    sum.ours += found.len();
    for ours in found {
        if expected.faces.iter().all(|face| face.area().iou(&ours.bounding_box) < 0.5) {
            sum.unmatched += 1;
            eprintln!("{} (min face {}): only ours: {}", expected.file, expected.min_face, ours.bounding_box);
        }
    }
}

/// The largest difference of a coordinate.
fn distance(expected: &ExpectedFace, ours: &Face) -> f32 {
    let BoundingBox { x1, y1, x2, y2 } = ours.bounding_box;
    let corners = expected.area.into_iter().zip([x1, y1, x2, y2]);
    let points = expected.landmarks.into_iter().flatten().zip(ours.landmarks.into_iter().flatten());
    corners.chain(points).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// How many of the reference's faces with a score of at least 0.9 are found at an IoU of at least 0.9.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Recall {
    /// The reference's faces.
    pub expected: usize,
    /// Those found.
    pub found: usize,
    /// Candidates that the filter left, over all photos.
    pub candidates: usize,
}

impl Recall {
    /// The share found, in percent.
    pub fn percent(&self) -> f64 {
        100.0 * self.found as f64 / self.expected.max(1) as f64
    }
}

/// The recall with a filter and a cap on candidates over those photos of `folder/detections.json` whose name begins with `prefix`.
pub fn recall(
    engine: &Engine,
    folder: &Path,
    prefix: &str,
    filter: ProposalFilter,
    max_candidates: usize,
) -> Result<Recall, Box<dyn Error>> {
    let mut sum = Recall::default();
    let all = read::<Vec<Expected>>(&folder.join("detections.json"))?;
    for expected in all.iter().filter(|expected| expected.file.starts_with(prefix)) {
        let budget = Budget { max_candidates, ..Budget::UNBOUNDED };
        let mtcnn = MtcnnOptions { filter, ..MtcnnOptions::default() };
        let options = DetectOptions { min_face: expected.min_face, mtcnn, budget, ..Default::default() };
        let found = engine.detect(&photo(&folder.join("photos").join(&expected.file))?, &options)?;
        sum.candidates += found.stats.mtcnn().map_or(0, |stats| stats.candidates);
        for face in expected.faces.iter().filter(|face| face.score >= 0.9) {
            sum.expected += 1;
            let near = |ours: &Face| face.area().iou(&ours.bounding_box) >= 0.9;
            sum.found += usize::from(found.faces.iter().any(near));
        }
    }
    Ok(sum)
}

/// The lowest cosine to the reference's embeddings.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// Faces compared.
    pub faces: usize,
    /// From the reference's crop.
    pub from_crop: f32,
    /// From photo and box, or landmarks.
    pub from_photo: f32,
}

/// The margin of the reference's crops; ours were chosen on LFW (docs/accuracy.md).
pub fn reference_margin(model: &str) -> f64 {
    if model == "facenet-casia-512" { 0.25 } else { 0.10 }
}

/// Compares the embeddings of the engine's model over all faces of `folder/embeddings.json`.
pub fn embeddings(engine: &Engine, folder: &Path) -> Result<Embeddings, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Answer {
        crop: String,
        embedding: Vec<f32>,
    }
    let (model, space) = engine.model().zip(engine.space()).ok_or("the engine has no embedder")?;
    let mut lowest = Embeddings { faces: 0, from_crop: 1.0, from_photo: 1.0 };
    for entry in read::<Vec<serde_json::Value>>(&folder.join("embeddings.json"))? {
        let answer: Answer = serde_json::from_value(entry[model].clone())?;
        let expected = facecore::Embedding::new(space, answer.embedding)?;
        let crop = photo(&folder.join("crops").join(answer.crop))?;
        // Enlarged by the margin, a box over the whole crop is cut at its edge again: the crop passes as it is.
        let whole = BoundingBox::new(0.0, 0.0, crop.width() as f32, crop.height() as f32);
        let from_crop = engine.embed_box(&crop, &whole)?.cosine(&expected)?;
        let file = entry["file"].as_str().ok_or("an entry names no file")?;
        let [x1, y1, x2, y2]: [f32; 4] = serde_json::from_value(entry["box"].clone())?;
        let source = photo(&folder.join("photos").join(file))?;
        let from_photo = engine.embed_box(&source, &BoundingBox::new(x1, y1, x2, y2))?.cosine(&expected)?;
        lowest = Embeddings {
            faces: lowest.faces + 1,
            from_crop: lowest.from_crop.min(from_crop),
            from_photo: lowest.from_photo.min(from_photo),
        };
    }
    Ok(lowest)
}

/// Compares the embeddings of a model that crops by landmarks from crops that a peer made: `answers` has a photo a line, and each of its
/// faces names its crop in the folder `crops` and the peer's embedding of it.
pub fn aligned(engine: &Engine, answers: &Path, crops: &Path) -> Result<Embeddings, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Answers {
        file: String,
        faces: Vec<Answer>,
    }
    #[derive(Deserialize)]
    struct Answer {
        crop: String,
        landmarks: [[f32; 2]; 5],
        embedding: Vec<f32>,
    }
    let space = engine.space().ok_or("the engine has no embedder")?;
    let Some(&Preprocessing { crop: Crop::Points { template, .. }, .. }) = engine.preprocessing() else {
        return Err("the engine's model crops by boxes".into());
    };
    let mut lowest = Embeddings { faces: 0, from_crop: 1.0, from_photo: 1.0 };
    for line in fs::read_to_string(answers)?.lines() {
        let Answers { file, faces } = serde_json::from_str(line)?;
        let source = photo(Path::new(&file))?;
        for face in faces {
            let expected = facecore::Embedding::new(space, face.embedding)?;
            let embed = |photo: &Photo<'_>, landmarks| {
                let whole = BoundingBox::new(0.0, 0.0, photo.width() as f32, photo.height() as f32);
                engine.embed_face(photo, &Face::new(photo, whole, landmarks, 1.0))
            };
            // Landmarks that lie as the template has them: the crop passes as it is.
            let from_crop = embed(&photo(&crops.join(face.crop))?, template)?.cosine(&expected)?;
            let from_photo = embed(&source, face.landmarks)?.cosine(&expected)?;
            lowest = Embeddings {
                faces: lowest.faces + 1,
                from_crop: lowest.from_crop.min(from_crop),
                from_photo: lowest.from_photo.min(from_photo),
            };
        }
    }
    Ok(lowest)
}

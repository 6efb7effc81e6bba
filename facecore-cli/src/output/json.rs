//! One JSON object a line. Field names and meanings are a contract: fields are added, never changed.

use std::path::Path;

use facecore::index::Hit;
use facecore::{BoundingBox, Error, Landmarks, Neighbour, Outcome, Refusal, SpaceId, Verdict};
use serde::Serialize;

use super::{Found, FoundFace};
use crate::failure::explain;
use crate::photos::PhotoError;
use crate::shown::name;

#[derive(Serialize)]
struct PhotoRecord<'a> {
    file: &'a str,
    width: u32,
    height: u32,
    complete: bool,
    /// Only where it is true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    damaged: bool,
    faces: Vec<FaceRecord<'a>>,
}

#[derive(Serialize)]
struct FaceRecord<'a> {
    #[serde(rename = "box")]
    corners: [f32; 4],
    score: f32,
    landmarks: Landmarks,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding: Option<&'a [f32]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    space: Option<SpaceId>,
    /// Whether the filter that comes with the model takes it for no face, and by how much (above 0: non-face).
    #[serde(skip_serializing_if = "Option::is_none")]
    non_face: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    non_face_excess: Option<f32>,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    verdict: Option<MatchRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<UserRecord>>,
    /// Why the face has no embedding.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorRecord>,
}

/// `person` and `cosine` are null without a match, `reason` is null with one.
#[derive(Serialize)]
pub struct MatchRecord<'a> {
    person: Option<&'a str>,
    cosine: Option<f32>,
    reason: Option<&'static str>,
    nearest: Option<NeighbourRecord<'a>>,
    runner_up: Option<NeighbourRecord<'a>>,
    margin: Option<f32>,
    threshold: f32,
}

#[derive(Serialize)]
struct UserRecord {
    user: u64,
    cosine: f32,
}

#[derive(Serialize)]
struct NeighbourRecord<'a> {
    person: &'a str,
    cosine: f32,
}

#[derive(Serialize)]
struct FailureRecord<'a> {
    file: &'a str,
    error: ErrorRecord,
}

#[derive(Serialize)]
pub struct ErrorRecord {
    code: &'static str,
    message: String,
}

impl From<&Error> for ErrorRecord {
    fn from(error: &Error) -> Self {
        Self { code: error.code(), message: explain(error) }
    }
}

/// A value as one line.
pub fn line(value: &impl Serialize) -> String {
    // Serialising fails for maps with odd keys and for failing `Serialize`s only; there are none here.
    serde_json::to_string(value).map(|json| json + "\n").unwrap_or_default()
}

pub fn photo(path: &Path, found: &Found) -> String {
    let faces = found.faces.iter().map(face).collect();
    let Found { width, height, complete, damaged, .. } = *found;
    line(&PhotoRecord { file: &name(path.as_os_str()), width, height, complete, damaged, faces })
}

pub fn failure(path: &Path, error: &PhotoError) -> String {
    let error = ErrorRecord { code: error.code(), message: error.to_string() };
    line(&FailureRecord { file: &name(path.as_os_str()), error })
}

fn face(found: &FoundFace) -> FaceRecord<'_> {
    let BoundingBox { x1, y1, x2, y2 } = found.face.bounding_box;
    let embedding = found.embedding.as_ref().and_then(|embedding| embedding.as_ref().ok());
    FaceRecord {
        corners: [x1, y1, x2, y2],
        score: found.face.score,
        landmarks: found.face.landmarks,
        embedding: embedding.map(|embedding| embedding.as_slice()),
        space: embedding.map(|embedding| embedding.space()),
        non_face: found.non_face.map(|verdict| verdict.non_face),
        non_face_excess: found.non_face.map(|verdict| verdict.excess),
        verdict: found.verdict.as_ref().map(MatchRecord::from),
        users: found.users.as_ref().map(|users| users.iter().map(user).collect()),
        error: found.embedding.as_ref().and_then(|embedding| embedding.as_ref().err()).map(Into::into),
    }
}

impl<'a> From<&'a Verdict> for MatchRecord<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        let (person, cosine, reason) = match &verdict.outcome {
            Outcome::Match { person, cosine } => (Some(person.as_str()), Some(*cosine), None),
            Outcome::NoMatch { reason } => (None, None, Some(reason_code(*reason))),
        };
        Self {
            person,
            cosine,
            reason,
            nearest: verdict.nearest.as_ref().map(neighbour),
            runner_up: verdict.runner_up.as_ref().map(neighbour),
            margin: verdict.margin,
            threshold: verdict.threshold,
        }
    }
}

fn user(hit: &Hit) -> UserRecord {
    UserRecord { user: hit.id, cosine: hit.cosine }
}

fn neighbour(neighbour: &Neighbour) -> NeighbourRecord<'_> {
    NeighbourRecord { person: &neighbour.person, cosine: neighbour.cosine }
}

fn reason_code(reason: Refusal) -> &'static str {
    match reason {
        Refusal::NoCandidates => "no-candidates",
        Refusal::BelowThreshold => "below-threshold",
        Refusal::AmbiguousRunnerUp => "ambiguous-runner-up",
        Refusal::PersonTaken => "person-taken",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use facecore::Face;

    use super::*;

    fn found(embedding: Option<facecore::Result<facecore::Embedding>>, verdict: Option<Verdict>) -> Found {
        let corners = BoundingBox::new(1.0, 2.5, 3.0, 4.0);
        let landmarks = [[1.5, 2.0]; 5];
        let (stored_box, stored_landmarks) = (corners, landmarks);
        let face = Face { bounding_box: corners, landmarks, score: 0.75, stored_box, stored_landmarks };
        Found {
            width: 8,
            height: 6,
            complete: true,
            damaged: false,
            faces: vec![FoundFace { embedding, verdict, ..FoundFace::new(face) }],
        }
    }

    const FOUND: &str = r#"{"file":"a.jpg","width":8,"height":6,"complete":true,"faces":[{"box":[1.0,2.5,3.0,4.0],"score":0.75,"landmarks":[[1.5,2.0],[1.5,2.0],[1.5,2.0],[1.5,2.0],[1.5,2.0]]"#;

    #[test]
    fn fields_are_the_contract() {
        let plain = photo(Path::new("a.jpg"), &found(None, None));
        assert_eq!(plain, format!("{FOUND}}}]}}\n"));
        let damaged = photo(Path::new("a.jpg"), &Found { damaged: true, ..found(None, None) });
        assert!(damaged.contains(r#","complete":true,"damaged":true,"faces":"#), "{damaged}");

        let embedding = facecore::Embedding::new(SpaceId([1; 8]), vec![0.0, 2.0]).unwrap();
        let neighbour = Neighbour { person: "Ann \"A\"".into(), cosine: 0.5, required: 0.4 };
        let outcome = Outcome::NoMatch { reason: Refusal::BelowThreshold };
        let verdict = Verdict { outcome, nearest: Some(neighbour), runner_up: None, margin: None, threshold: 0.625 };
        let full = photo(Path::new("a.jpg"), &found(Some(Ok(embedding)), Some(verdict)));
        let rest = r#","embedding":[0.0,1.0],"space":"0101010101010101","match":{"person":null,"cosine":null,"reason":"below-threshold","nearest":{"person":"Ann \"A\"","cosine":0.5},"runner_up":null,"margin":null,"threshold":0.625}}]}"#;
        assert_eq!(full, format!("{FOUND}{rest}\n"));
    }

    #[test]
    fn errors_have_a_code_and_a_message() {
        let failed = failure(Path::new("b.jpg"), &PhotoError::Core(Error::NoEmbedder));
        assert!(failed.starts_with(r#"{"file":"b.jpg","error":{"code":"no-embedder","message":""#));
        let face = photo(Path::new("a.jpg"), &found(Some(Err(Error::NoEmbedder)), None));
        assert!(face.contains(r#","error":{"code":"no-embedder","#) && !face.contains("embedding\":["));
    }
}

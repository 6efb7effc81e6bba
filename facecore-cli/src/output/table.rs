//! Tables for people.

use std::fmt::Write;
use std::path::Path;

use facecore::index::Hit;
use facecore::{Embedding, Outcome, Verdict};

use super::{Found, FoundFace};
use crate::shown::{self, printable};

/// A line about the photo and one for each face.
pub fn photo(path: &Path, found: &Found) -> String {
    let Found { width, height, complete, damaged, faces } = found;
    let plural = if faces.len() == 1 { "" } else { "s" };
    let mut text = format!("{}: {width}×{height}, {} face{plural}", shown::path(path), faces.len());
    text += if *damaged { ", damaged: a part of the photo is lost" } else { "" };
    text += if *complete { "\n" } else { ", maybe more: candidates were cut off\n" };
    if !faces.is_empty() {
        text += "   #  score        x       y   width  height\n";
    }
    for (number, face) in (1..).zip(faces) {
        let area = face.face.bounding_box;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{number:4}  {:.3}  {:7.1} {:7.1} {:7.1} {:7.1}{}",
            face.face.score,
            area.x1,
            area.y1,
            area.width(),
            area.height(),
            remark(face)
        );
    }
    text
}

fn remark(face: &FoundFace) -> String {
    if let Some(users) = &face.users {
        return format!("  {}", found(users));
    }
    match (&face.verdict, &face.embedding) {
        (Some(verdict), _) => format!("  {}", who(verdict)),
        (None, Some(Ok(embedding))) => {
            let doubt = if face.non_face.is_some_and(|verdict| verdict.non_face) { "  no face?" } else { "" };
            format!("  {}{doubt}", vector(embedding))
        }
        (None, Some(Err(error))) => format!("  {error}"),
        (None, None) => String::new(),
    }
}

fn who(verdict: &Verdict) -> String {
    match (&verdict.outcome, &verdict.nearest) {
        (Outcome::Match { person, cosine }, _) => format!("{} ({cosine:.2})", printable(person)),
        (Outcome::NoMatch { reason }, Some(nearest)) => {
            format!("unknown: {reason} ({} {:.2})", printable(&nearest.person), nearest.cosine)
        }
        (Outcome::NoMatch { reason }, None) => format!("unknown: {reason}"),
    }
}

fn found(users: &[Hit]) -> String {
    if users.is_empty() {
        return "nobody who agreed to be found".into();
    }
    let users: Vec<_> = users.iter().map(|hit| format!("user {} ({:.2})", hit.id, hit.cosine)).collect();
    users.join(", ")
}

fn vector(embedding: &Embedding) -> String {
    let first: Vec<_> = embedding.as_slice().iter().take(4).map(|value| format!("{value:.3}")).collect();
    format!("{} values in {}: {} …", embedding.len(), embedding.space(), first.join(" "))
}

#[cfg(test)]
mod tests {
    use facecore::{BoundingBox, Face, Neighbour, Refusal};

    use super::*;

    #[test]
    fn a_face_is_a_line() {
        let (area, landmarks) = (BoundingBox::new(10.0, 20.0, 110.0, 170.5), [[0.0; 2]; 5]);
        let face = Face { bounding_box: area, landmarks, score: 0.9987, stored_box: area, stored_landmarks: landmarks };
        let faces = vec![FoundFace::new(face)];
        let text =
            photo(Path::new("a.jpg"), &Found { width: 640, height: 480, complete: false, damaged: false, faces });
        let expected = "\
a.jpg: 640×480, 1 face, maybe more: candidates were cut off
   #  score        x       y   width  height
   1  0.999     10.0    20.0   100.0   150.5
";
        assert_eq!(text, expected);
        let none = Found { width: 1, height: 1, complete: true, damaged: true, faces: vec![] };
        assert_eq!(photo(Path::new("b.jpg"), &none), "b.jpg: 1×1, 0 faces, damaged: a part of the photo is lost\n");
    }

    #[test]
    fn a_refusal_says_why_and_who_was_near() {
        let nearest = Some(Neighbour { person: "Ann".into(), cosine: 0.314, required: 0.42 });
        let outcome = Outcome::NoMatch { reason: Refusal::BelowThreshold };
        let verdict = Verdict { outcome, nearest, runner_up: None, margin: None, threshold: 0.5 };
        assert_eq!(who(&verdict), "unknown: the nearest person is below the threshold (Ann 0.31)");
        let outcome = Outcome::Match { person: "Ann".into(), cosine: 0.7 };
        assert_eq!(who(&Verdict { outcome, ..verdict }), "Ann (0.70)");
    }
}

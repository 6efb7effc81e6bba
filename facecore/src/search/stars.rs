//! A star with whom somebody was photographed.

use super::people::People;
use crate::embed::Embedding;
use crate::error::Result;
use crate::matching::{Gallery, Matcher, Outcome, Verdict};

/// Looks for stars in photos of others. A photo counts if the uploader *and* the star are in it, as two faces: a photo of the star alone is
/// one that everybody can have.
///
/// The matcher's rate of false positives holds for a stranger's face against all stars together, however many they are: with more stars
/// a higher cosine is required. It cannot tell a person from a picture of one: a star on a poster, on a screen or in a collage is found
/// as well.
///
/// ```
/// # use facecore::{Candidate, Embedding, Matcher, SpaceId};
/// # use facecore::search::{People, StarFace};
/// # let space = SpaceId(*b"example!");
/// # let face = |x: f32, y: f32| Embedding::new(space, vec![x, y]).unwrap();
/// # let matcher = Matcher::cosine(0.6, 0.05)?;
/// let mut stars = People::new(space);
/// stars.add("Ada", &[face(1.0, 0.0)])?;
/// let stars = StarFace::new(&matcher, &stars)?;
/// let uploader = matcher.gallery(&[Candidate { person: "me".into(), embeddings: vec![face(0.0, 1.0)] }])?;
/// let photo = [face(0.1, 0.9), face(0.9, 0.1)];
/// let hit = &stars.search(&uploader, &photo)?[0];
/// assert_eq!((hit.star.as_str(), hit.face, hit.uploader_face), ("Ada", 1, 0));
/// assert!(stars.search(&uploader, &photo[1..])?.is_empty()); // the star alone
/// # Ok::<(), facecore::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct StarFace {
    stars: Gallery,
}

/// A star beside the uploader.
#[derive(Debug, Clone, PartialEq)]
pub struct StarHit {
    /// The star's name.
    pub star: String,
    /// The place of the star's face among the photo's.
    pub face: usize,
    /// The place of the uploader's face.
    pub uploader_face: usize,
    /// The cosine between the face and the star's known faces.
    pub cosine: f32,
}

impl StarFace {
    /// Prepares the search. The matcher decides which cosine is required.
    ///
    /// # Errors
    /// Those of [`Matcher::gallery`].
    pub fn new(matcher: &Matcher, stars: &People) -> Result<Self> {
        Ok(Self { stars: matcher.gallery(&stars.candidates())? })
    }

    /// The stars of a photo, given all its faces and a gallery of the uploader: one person, as the profile or other photos show them. Ordered
    /// by face; none if the uploader is not in the photo.
    ///
    /// # Errors
    /// Those of [`Gallery::decide`].
    pub fn search(&self, uploader: &Gallery, faces: &[Embedding]) -> Result<Vec<StarHit>> {
        let is_match = |verdict: &Verdict| matches!(verdict.outcome, Outcome::Match { .. });
        let Some(uploader_face) = uploader.decide(faces)?.iter().position(is_match) else { return Ok(Vec::new()) };
        let others: Vec<usize> = (0..faces.len()).filter(|&at| at != uploader_face).collect();
        let embeddings: Vec<Embedding> = others.iter().map(|&at| faces[at].clone()).collect();
        let verdicts = self.stars.decide(&embeddings)?;
        let hit = |(face, verdict): (usize, Verdict)| match verdict.outcome {
            Outcome::Match { person, cosine } => Some(StarHit { star: person, face, uploader_face, cosine }),
            Outcome::NoMatch { .. } => None,
        };
        Ok(others.into_iter().zip(verdicts).filter_map(hit).collect())
    }
}

//! The five things by which a cluster is weighed, and what is known of the owner.

use crate::embed::{Embedding, dot};

/// What is known of the account's owner beside the photos. Users often state a false age or sex: [`crate::social`] judges them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Owner {
    /// Years.
    pub age: Option<f32>,
    /// Probability of being a woman, 0…1.
    pub female: Option<f32>,
    /// The friends' profiles of an earlier pass: the embeddings of all their slots.
    pub friends: Vec<Embedding>,
}

/// A mark that a user put on a face by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pin {
    /// It names the owner of the album.
    Owner,
    /// It names somebody else.
    Other,
}

/// A face of an album.
#[derive(Debug, Clone, PartialEq)]
pub struct AlbumFace {
    /// The embedding.
    pub embedding: Embedding,
    /// The width of its box in pixels.
    pub width: f32,
    /// The detector's score, 0…1.
    pub score: f32,
    /// It is no face at all, as far as a filter can tell.
    pub non_face: bool,
    /// A mark by hand.
    pub pin: Option<Pin>,
    /// Years, from the pixels.
    pub age: Option<f32>,
    /// Probability of being a woman, from the pixels.
    pub female: Option<f32>,
}

impl AlbumFace {
    /// A face of which nothing more is known.
    pub fn new(embedding: Embedding, width: f32, score: f32) -> Self {
        Self { embedding, width, score, non_face: false, pin: None, age: None, female: None }
    }
}

/// What speaks for a cluster to be the owner. All between 0 and 1, `pins` from −1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Features {
    /// a) Its photos: ln(1 + photos) / ln(1 + the album's photos with faces).
    pub size: f32,
    /// b) How good its photos are: twice the mean of their [promise](super::PhotoMeta::promise), at most 1.
    pub quality: f32,
    /// c) Marks by hand: three times the number of marks for the owner less those for others, divided by the number of its faces,
    /// −1…1. Faces that were [rejected](super::Opinion::Reject) do not count.
    pub pins: f32,
    /// d) How well age and sex of its faces fit the owner; 0.5 where nothing is known.
    pub likeness: f32,
    /// e) How near its centroid is to the nearest friend's profile: 0 up to a cosine of 0.4, 1 from 0.8 on. The nearer, the rather it is
    /// the friend.
    pub friends: f32,
}

impl Features {
    /// Their number.
    pub const COUNT: usize = 5;
    /// Their names, in the order of [`to_array`](Self::to_array).
    pub const NAMES: [&str; Self::COUNT] = ["size", "quality", "pins", "likeness", "friends"];

    /// As numbers, in the order of the fields.
    pub fn to_array(self) -> [f32; Self::COUNT] {
        [self.size, self.quality, self.pins, self.likeness, self.friends]
    }
}

/// c) of a cluster with so many faces that were not rejected.
pub(super) fn pins(owner: usize, other: usize, faces: usize) -> f32 {
    // Even one mark among many faces tells much: hence three times its share.
    (3.0 * (owner as f32 - other as f32) / faces.max(1) as f32).clamp(-1.0, 1.0)
}

/// d) from the faces' estimates, which err by years: the mean over the faces is what is compared.
pub(super) fn likeness<'a>(faces: impl Iterator<Item = &'a AlbumFace> + Clone, owner: &Owner) -> f32 {
    let mean = |value: fn(&AlbumFace) -> Option<f32>| {
        let (sum, count) =
            faces.clone().filter_map(value).fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
        (count > 0).then(|| sum / count as f32)
    };
    let sex = mean(|face| face.female).zip(owner.female).map(|(face, own)| face * own + (1.0 - face) * (1.0 - own));
    // Half of it is lost at ten years.
    let age = mean(|face| face.age).zip(owner.age).map(|(face, own)| (-((face - own) / 10.0).powi(2) * 0.693).exp());
    match (sex, age) {
        (None, None) => 0.5,
        (Some(sex), None) => sex,
        (None, Some(age)) => 0.25 + age / 2.0,
        (Some(sex), Some(age)) => sex * (0.5 + age / 2.0),
    }
    .clamp(0.0, 1.0)
}

/// e) of a cluster's centroid.
pub(super) fn closeness(centroid: &[f32], friends: &[Embedding]) -> f32 {
    let norm = dot(centroid, centroid).sqrt().max(f32::MIN_POSITIVE);
    let nearest = friends.iter().map(|friend| dot(centroid, friend.as_slice()) / norm).fold(0.0, f32::max);
    ((nearest - 0.4) / 0.4).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::SpaceId;

    fn face(female: Option<f32>, age: Option<f32>) -> AlbumFace {
        let embedding = Embedding::new(SpaceId([1; 8]), vec![1.0, 0.0]).unwrap();
        AlbumFace { female, age, ..AlbumFace::new(embedding, 90.0, 1.0) }
    }

    #[test]
    fn marks_for_the_owner_count_against_those_for_others() {
        assert_eq!(pins(0, 0, 9), 0.0);
        assert_eq!(pins(1, 0, 12), 0.25);
        assert_eq!(pins(0, 1, 12), -0.25);
        assert_eq!(pins(9, 0, 9), 1.0);
        assert_eq!(pins(0, 0, 0), 0.0);
    }

    #[test]
    fn likeness_is_even_without_knowledge_and_grows_with_agreement() {
        let owner = Owner { age: Some(30.0), female: Some(1.0), friends: vec![] };
        let of = |faces: &[AlbumFace], owner: &Owner| likeness(faces.iter(), owner);
        assert_eq!(of(&[face(Some(0.9), Some(30.0))], &Owner::default()), 0.5);
        assert_eq!(of(&[face(None, None)], &owner), 0.5);
        let woman = of(&[face(Some(0.9), Some(31.0)), face(None, None)], &owner);
        let older = of(&[face(Some(0.9), Some(60.0))], &owner);
        let man = of(&[face(Some(0.1), Some(30.0))], &owner);
        assert!(woman > 0.85 && woman > older && older > man && man > 0.0, "{woman} {older} {man}");
    }

    #[test]
    fn closeness_is_the_nearest_friends() {
        let at = |x, y| Embedding::new(SpaceId([1; 8]), vec![x, y]).unwrap();
        assert_eq!(closeness(&[2.0, 0.0], &[]), 0.0);
        assert!((closeness(&[2.0, 0.0], &[at(0.6, 0.8), at(0.3, 0.95)]) - 0.5).abs() < 0.01);
        assert_eq!(closeness(&[2.0, 0.0], &[at(1.0, 0.1)]), 1.0);
        assert_eq!(closeness(&[0.0, 0.0], &[at(0.6, 0.8)]), 0.0);
    }
}

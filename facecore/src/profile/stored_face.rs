//! A face of an album as bytes: what a rebuild needs of it when the photo is not read again.

use std::collections::{BTreeMap, HashMap};

use super::builder::{Build, Builder};
use super::features::{AlbumFace, Owner, Pin};
use super::feedback::{FaceId, Feedback};
use super::photos::{PhotoMeta, Source};
use crate::embed::{Embedding, Encoding};
use crate::error::{Error, Result};

/// A face of an album and what is known of its photo, stored beside the profile so that a rebuild with the friends' newer
/// profiles needs no photo.
///
/// The embedding is kept in 8 bits, which moves a cosine by less than 0.005; the photo's place is not kept. Storing a face that was read from bytes
/// gives the same bytes. So a build from the faces that [`AlbumReader::read_stored`](crate::AlbumReader::read_stored) makes sees the same numbers as
/// a later one from the stored bytes.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::profile::{AlbumFace, PhotoMeta, StoredFace};
/// # let embedding = Embedding::new(SpaceId(*b"example!"), vec![0.5; 128]).unwrap();
/// let stored = StoredFace {
///     photo: PhotoMeta { id: 7, front_camera: true, ..PhotoMeta::default() },
///     face: AlbumFace::new(embedding, 110.0, 0.99),
///     area: [20.0, 30.0, 130.0, 170.0],
///     quality: Some(0.9),
/// };
/// let bytes = stored.to_bytes();
/// assert_eq!(bytes.len(), 204);
/// assert_eq!(StoredFace::from_bytes(&bytes)?.area, stored.area);
/// # Ok::<(), facecore::Error>(())
/// ```
///
/// # Bytes
/// Little-endian; 56 and the embedding's, so 204 for 128 values.
///
/// | at | what |
/// |---|---|
/// | 0 | `FCSF`, version 1 |
/// | 5 | flags: 1 non-face, 2 front camera, 4 on a trip, 8 was the avatar |
/// | 6 | the photo's source: 0 unknown, 1 camera, 2 phone |
/// | 7 | mark by hand: 0 none, 1 owner, 2 other |
/// | 8 | people marked on the photo by hand, u32 |
/// | 12 | the photo's id, u64 |
/// | 20 | f32 each: width of the box, score, age, probability of a woman, box (x1, y1, x2, y2), quality; NaN where unknown |
/// | 56 | the embedding, as [`Embedding::encode`] writes it in 8 bits |
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFace {
    /// Its photo.
    pub photo: PhotoMeta,
    /// What the album knows of it.
    pub face: AlbumFace,
    /// Its box in pixels of the upright photo: left, top, right, bottom.
    pub area: [f32; 4],
    /// [`FaceQuality::value`](crate::FaceQuality::value), if it was measured.
    pub quality: Option<f32>,
}

const MAGIC: [u8; 5] = *b"FCSF\x01";
const HEADER: usize = 56;

impl StoredFace {
    /// The bytes to keep.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { photo, face, area, quality } = self;
        let flags = [face.non_face, photo.front_camera, photo.on_trip, photo.was_avatar];
        let flags = (0..).zip(flags).map(|(bit, set)| u8::from(set) << bit).sum();
        let source = match photo.source {
            Source::Unknown => 0,
            Source::Camera => 1,
            Source::Phone => 2,
        };
        let pin = match face.pin {
            None => 0,
            Some(Pin::Owner) => 1,
            Some(Pin::Other) => 2,
        };
        let mut bytes = MAGIC.to_vec();
        bytes.extend([flags, source, pin]);
        bytes.extend(photo.manual_tags.to_le_bytes());
        bytes.extend(photo.id.to_le_bytes());
        let [age, female, quality] = [face.age, face.female, *quality].map(|value| value.unwrap_or(f32::NAN));
        let [x1, y1, x2, y2] = *area;
        let numbers = [face.width, face.score, age, female, x1, y1, x2, y2, quality];
        bytes.extend(numbers.into_iter().flat_map(f32::to_le_bytes));
        bytes.extend(face.embedding.encode(Encoding::I8));
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, from any source: the bytes are not trusted.
    ///
    /// # Errors
    /// [`Error::Embedding`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let wrong = |reason: &str| Error::Embedding { reason: format!("no stored face: {reason}") };
        let (header, embedding) =
            bytes.split_first_chunk::<HEADER>().ok_or_else(|| wrong("it is shorter than its header"))?;
        let [m0, m1, m2, m3, m4, flags, source, pin, rest @ ..] = *header;
        if [m0, m1, m2, m3, m4] != MAGIC || flags > 15 {
            return Err(wrong("it does not begin as one of version 1"));
        }
        let source = [Source::Unknown, Source::Camera, Source::Phone].get(usize::from(source)).copied();
        let pin = [None, Some(Pin::Owner), Some(Pin::Other)].get(usize::from(pin)).copied();
        let (Some(source), Some(pin)) = (source, pin) else { return Err(wrong("its source or mark is unknown")) };
        let fours = rest.as_chunks::<4>().0;
        let number = |at: usize| f32::from_le_bytes(fours[at]);
        let known = |at: usize| Some(number(at)).filter(|value| !value.is_nan());
        // After the marked people and the two halves of the photo's id.
        let (width, score, age, female, quality) = (number(3), number(4), known(5), known(6), known(11));
        let area = [7, 8, 9, 10].map(number);
        let is_share = |value: f32| (0.0..=1.0).contains(&value);
        if !(width >= 0.0 && width.is_finite() && is_share(score) && area.iter().all(|value| value.is_finite())) {
            return Err(wrong("its width, score or box is none"));
        }
        if ![female, quality].into_iter().flatten().all(is_share) || age.is_some_and(|age| !is_share(age / 200.0)) {
            return Err(wrong("its age, sex or quality is none"));
        }
        let id = u64::from_le_bytes([fours[1], fours[2]].concat().try_into().unwrap_or_default());
        let has = |bit: u8| flags >> bit & 1 == 1;
        Ok(Self {
            photo: PhotoMeta {
                id,
                manual_tags: u32::from_le_bytes(fours[0]),
                source,
                front_camera: has(1),
                on_trip: has(2),
                was_avatar: has(3),
                place: None,
            },
            face: AlbumFace {
                embedding: Embedding::decode(embedding)?,
                width,
                score,
                non_face: has(0),
                pin,
                age,
                female,
            },
            area,
            quality,
        })
    }
}

impl Builder {
    /// Builds from the faces that were kept of an album, such as [`ProfileStore::faces`](crate::store::ProfileStore::faces) returns them: no
    /// photo is read. Photos without a face that was kept do not count.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_stored(&self, faces: &[(FaceId, StoredFace)], owner: &Owner, feedback: &Feedback) -> Result<Build> {
        let mut photos: BTreeMap<u64, (PhotoMeta, Vec<Option<AlbumFace>>)> = BTreeMap::new();
        for (id, stored) in faces {
            let meta = PhotoMeta { id: id.photo, ..stored.photo.clone() };
            let (_, faces) = photos.entry(id.photo).or_insert_with(|| (meta, Vec::new()));
            let place = usize::from(id.face);
            if faces.len() <= place {
                faces.resize(place + 1, None);
            }
            faces[place] = Some(stored.face.clone());
        }
        let metas: Vec<PhotoMeta> = photos.values().map(|(meta, _)| meta.clone()).collect();
        let mut faces: HashMap<u64, Vec<Option<AlbumFace>>> =
            photos.into_iter().map(|(id, (_, faces))| (id, faces)).collect();
        self.build_from(&metas, owner, feedback, |at| Ok(faces.remove(&metas[at].id).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::{Outcome, Settings};

    fn stored(photo: u64, values: Vec<f32>) -> StoredFace {
        let embedding = Embedding::new("e37f9c1f75f50abd".parse().unwrap(), values).unwrap();
        StoredFace {
            photo: PhotoMeta { id: photo, front_camera: true, ..PhotoMeta::default() },
            face: AlbumFace::new(embedding, 110.0, 0.99),
            area: [1.0, 2.0, 111.0, 140.0],
            quality: None,
        }
    }

    #[test]
    fn every_field_comes_back() {
        let mut face = stored(u64::MAX - 3, vec![1.0, -0.25, 0.5]);
        face.photo = PhotoMeta {
            manual_tags: 5,
            source: Source::Phone,
            on_trip: true,
            was_avatar: true,
            front_camera: false,
            ..face.photo
        };
        face.face =
            AlbumFace { non_face: true, pin: Some(Pin::Other), age: Some(33.5), female: Some(0.25), ..face.face };
        face.quality = Some(0.75);
        let back = StoredFace::from_bytes(&face.to_bytes()).unwrap();
        assert!(back.face.embedding.cosine(&face.face.embedding).unwrap() > 0.999);
        face.face.embedding = back.face.embedding.clone();
        assert_eq!(back, face);
        assert_eq!(StoredFace::from_bytes(&back.to_bytes()).unwrap(), back, "once rounded, it stays");
        let plain = stored(1, vec![1.0, 0.5]);
        let back = StoredFace::from_bytes(&plain.to_bytes()).unwrap();
        assert_eq!((back.face.age, back.face.female, back.quality), (None, None, None));
    }

    #[test]
    fn an_album_is_built_again_without_its_photos() {
        let builder = Builder::new(Settings::for_space("e37f9c1f75f50abd".parse().unwrap()).unwrap()).unwrap();
        let face = |photo: u64| stored(photo, vec![1.0, photo as f32 / 50.0]);
        // The second face of each photo: the first could not be used.
        let faces: Vec<_> = (0..5).map(|photo| (FaceId { photo, face: 1 }, face(photo))).collect();
        let build = builder.build_stored(&faces, &Owner::default(), &Feedback::default()).unwrap();
        assert!(matches!(build.outcome, Outcome::Built(_)), "{build}");
        assert_eq!(build.members[0].0, FaceId { photo: 0, face: 1 });
        let empty = builder.build_stored(&[], &Owner::default(), &Feedback::default()).unwrap();
        assert_eq!(empty.outcome, Outcome::NoFaces);
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_panic_or_nonsense(mut bytes in proptest::collection::vec(any::<u8>(), 0..120), at in 0usize..120, with in any::<u8>()) {
            let _ = StoredFace::from_bytes(&bytes);
            bytes = stored(3, vec![0.5, -1.0]).to_bytes();
            let place = at % bytes.len();
            bytes[place] = with;
            if let Ok(read) = StoredFace::from_bytes(&bytes) {
                prop_assert!(read.face.width >= 0.0 && (0.0..=1.0).contains(&read.face.score));
                // What was read is written again alike.
                let again = StoredFace::from_bytes(&read.to_bytes()).unwrap();
                prop_assert_eq!((again.photo, again.area), (read.photo, read.area));
            }
            let cut = at.min(bytes.len() - 1);
            prop_assert!(StoredFace::from_bytes(&stored(3, vec![0.5, -1.0]).to_bytes()[..cut.min(70)]).is_err());
        }
    }
}

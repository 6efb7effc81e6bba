//! Named people in a file.

use std::collections::BTreeMap;

use crate::embed::{Embedding, Encoding};
use crate::error::{Error, Result};
use crate::matching::Candidate;
use crate::space::SpaceId;

/// Named people with their faces, such as stars or the staff, as one file; a [`Gallery`](crate::Gallery) is made of it.
///
/// ```
/// # use facecore::{Embedding, Matcher, SpaceId};
/// # use facecore::search::People;
/// # let space = SpaceId(*b"example!");
/// # let face = |x: f32, y: f32| Embedding::new(space, vec![x, y]).unwrap();
/// let mut people = People::new(space);
/// people.add("Ada", &[face(1.0, 0.0), face(0.9, 0.1)])?;
/// let people = People::from_bytes(&people.to_bytes())?;
/// let gallery = Matcher::cosine(0.6, 0.05)?.gallery(&people.candidates())?;
/// assert_eq!((people.len(), gallery.people()), (1, 1));
/// # Ok::<(), facecore::Error>(())
/// ```
///
/// # Bytes
/// Little-endian. Faces are kept in 8 bits, which moves a cosine by less than 0.005.
///
/// | what | bytes |
/// |---|---|
/// | `FCPE`, version 1, three zeros, space | 16 |
/// | number of people, u32 | 4 |
/// | each person, by name: length of the name u16, name in UTF-8, number of faces u32, each face as [`Embedding::encode`] writes it | |
/// | CRC-32 of all that | 4 |
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    space: SpaceId,
    faces: BTreeMap<String, Vec<Embedding>>,
}

const MAGIC: [u8; 8] = *b"FCPE\x01\0\0\0";

impl People {
    /// The longest name, in bytes of UTF-8.
    pub const MAX_NAME: usize = 1_000;

    /// Nobody yet.
    pub fn new(space: SpaceId) -> Self {
        Self { space, faces: BTreeMap::new() }
    }

    /// The space of all faces.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// Adds faces to a person, who is made if there is none of this name.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`], [`Error::Embedding`] for faces of another length than those that are there, [`Error::Option`] for an empty
    /// name, [`Error::Limit`] for one above [`MAX_NAME`](Self::MAX_NAME). Nothing is added then.
    pub fn add(&mut self, name: &str, faces: &[Embedding]) -> Result<()> {
        if name.is_empty() {
            return Err(Error::Option { name: "name", reason: "a person needs a name".into() });
        }
        let (actual, limit) = (name.len() as u64, Self::MAX_NAME as u64);
        if actual > limit {
            return Err(Error::Limit { what: "bytes of a person's name", actual, limit });
        }
        let length = self.faces.values().flatten().chain(faces).next().map_or(0, Embedding::len);
        for face in faces {
            if face.space() != self.space {
                return Err(Error::SpaceMismatch { left: self.space, right: face.space() });
            }
            if face.len() != length {
                return Err(Error::Embedding { reason: format!("{} values, and others have {length}", face.len()) });
            }
        }
        if !faces.is_empty() {
            self.faces.entry(name.into()).or_default().extend_from_slice(faces);
        }
        Ok(())
    }

    /// Removes a person. Says whether there was one of this name.
    pub fn remove(&mut self, name: &str) -> bool {
        self.faces.remove(name).is_some()
    }

    /// The number of people.
    pub fn len(&self) -> usize {
        self.faces.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.faces.is_empty()
    }

    /// Everybody with their faces, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Embedding])> + '_ {
        self.faces.iter().map(|(name, faces)| (name.as_str(), &faces[..]))
    }

    /// For [`Matcher::gallery`](crate::Matcher::gallery).
    pub fn candidates(&self) -> Vec<Candidate> {
        self.iter().map(|(name, faces)| Candidate { person: name.into(), embeddings: faces.to_vec() }).collect()
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.space.0);
        bytes.extend((self.faces.len() as u32).to_le_bytes());
        for (name, faces) in &self.faces {
            bytes.extend((name.len() as u16).to_le_bytes());
            bytes.extend(name.as_bytes());
            bytes.extend((faces.len() as u32).to_le_bytes());
            bytes.extend(faces.iter().flat_map(|face| face.encode(Encoding::I8)));
        }
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, from any source: the bytes are not trusted.
    ///
    /// # Errors
    /// [`Error::Calibration`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let wrong = |reason: &str| Error::Calibration { reason: format!("no file of people: {reason}") };
        let (body, check) = bytes.split_last_chunk::<4>().ok_or_else(|| wrong("it is too short"))?;
        let rest = body.strip_prefix(&MAGIC).ok_or_else(|| wrong("it does not begin as one of version 1"))?;
        if crc32fast::hash(body) != u32::from_le_bytes(*check) {
            return Err(wrong("its checksum is wrong; was it cut?"));
        }
        let mut rest = Rest(rest);
        let end = || wrong("it ends early");
        let mut people = Self::new(SpaceId(rest.array().ok_or_else(end)?));
        for _ in 0..u32::from_le_bytes(rest.array().ok_or_else(end)?) {
            let length = u16::from_le_bytes(rest.array().ok_or_else(end)?);
            let name = rest.take(length.into()).ok_or_else(end)?;
            let name = str::from_utf8(name).map_err(|_| wrong("a name is not UTF-8"))?;
            if people.faces.last_key_value().is_some_and(|(last, _)| last.as_str() >= name) {
                return Err(wrong("its people are not in order"));
            }
            let count = u32::from_le_bytes(rest.array().ok_or_else(end)?);
            // An encoded face tells its own length.
            let mut faces = Vec::new();
            for _ in 0..count {
                let values = rest.0.get(6..8).and_then(|two| two.first_chunk()).ok_or_else(end)?;
                let face = rest.take(20 + usize::from(u16::from_le_bytes(*values))).ok_or_else(end)?;
                faces.push(Embedding::decode(face)?);
            }
            if faces.is_empty() {
                return Err(wrong("a person has no face"));
            }
            people.add(name, &faces)?;
        }
        if rest.0.is_empty() { Ok(people) } else { Err(wrong("something follows its end")) }
    }
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk().copied()
    }
}

//! The profile itself: counts and sums of faces, as a small value with a fixed layout.

use crate::embed::Embedding;
use crate::error::{Error, Result};
use crate::space::SpaceId;

/// Whom a slot of a [`Profile`] shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Role {
    /// The owner of the account.
    Owner = 1,
    /// The second owner of a joint account.
    Partner = 2,
    /// The owner again, in another look (glasses, years before): its faces are in the owner's slot as well.
    Look = 3,
}

impl Role {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Owner, Self::Partner, Self::Look].into_iter().find(|role| *role as u8 == byte)
    }
}

/// One face of a person, as counts and a sum: add and remove are exact, so they undo each other bit for bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    role: Role,
    photos: u32,
    faces: u32,
    /// Sums of the faces' values, each rounded to a whole number of `1 / scale`.
    sums: Vec<i32>,
}

/// Who somebody is, as a face: what [`crate::Matcher`] compares with, and what is stored.
///
/// A value: [`add`](Self::add) and [`remove`](Self::remove) of a photo take a time that does not depend on how many photos are inside,
/// undo each other exactly, and [`merge`](Self::merge) is associative, so parts of an album can be built apart. It holds no photo and no
/// face of its own: to erase one photo's share, pass that photo's faces to `remove`.
///
/// ```
/// # use facecore::{Embedding, SpaceId};
/// # use facecore::profile::{Profile, Role};
/// # let face = |x: f32, y: f32| Embedding::new(SpaceId(*b"example!"), vec![x, y]).unwrap();
/// let mut profile = Profile::new(SpaceId(*b"example!"), 2)?;
/// profile.add(Role::Owner, &[face(1.0, 0.0)])?;
/// let before = profile.to_bytes()?;
/// profile.add(Role::Owner, &[face(0.6, 0.8)])?; // a photo
/// assert!(profile.centroid(Role::Owner).unwrap().cosine(&face(1.0, 0.5))? > 0.999);
/// profile.remove(Role::Owner, &[face(0.6, 0.8)])?;
/// assert_eq!(profile.to_bytes()?, before);
/// assert_eq!(Profile::from_bytes(&before)?, profile);
/// # Ok::<(), facecore::Error>(())
/// ```
///
/// # Bytes
/// Little-endian, the same length for the same number of slots and values: 544 bytes with one slot of 128 values, 1,056 of 512.
///
/// | at | what |
/// |---|---|
/// | 0 | `FCPR` |
/// | 4 | version, 1 |
/// | 5 | number of slots, 0…15, in the order of their roles |
/// | 6 | number of values `n`, u16 |
/// | 8 | space, 8 bytes |
/// | 16 | bytes a value `w`: 4 up to 256 values, then 2; three zeros |
/// | 20 + i·(12 + n·w) | slot i: role, three zeros, photos u32, faces u32, `n` sums as i32 or i16 |
///
/// A face's value is `sum / faces / scale`, with scale 2¹⁵ for 4 bytes and 2⁸ for 2; the direction is what matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    space: SpaceId,
    values: u16,
    slots: Vec<Slot>,
}

impl Profile {
    /// The most faces in a slot: sums of so many fit into 32 bits.
    pub const MAX_FACES: u32 = 60_000;
    /// The most slots.
    pub const MAX_SLOTS: usize = 15;
    const MAGIC: &[u8; 4] = b"FCPR";
    const VERSION: u8 = 1;
    const HEADER: usize = 20;
    const SLOT_HEADER: usize = 12;

    /// A profile without faces, for embeddings of `values` numbers.
    ///
    /// # Errors
    /// [`Error::Option`] for no values or more than [`Embedding::MAX_LEN`].
    pub fn new(space: SpaceId, values: usize) -> Result<Self> {
        match u16::try_from(values) {
            Ok(values) if values > 0 => Ok(Self { space, values, slots: Vec::new() }),
            _ => Err(Error::Option { name: "values", reason: format!("{values} is not from 1 to {}", u16::MAX) }),
        }
    }

    /// The space of the faces inside.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// The numbers of an embedding of its space.
    pub fn values(&self) -> usize {
        usize::from(self.values)
    }

    /// The slots, in the order of their roles.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The owner's photos inside.
    pub fn photos(&self) -> u32 {
        self.slots.iter().filter(|slot| slot.role == Role::Owner).map(|slot| slot.photos).sum()
    }

    /// Adds the faces that one photo has of the person; usually one.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] or [`Error::Embedding`] for a face of another space, [`Error::Limit`] above
    /// [`MAX_FACES`](Self::MAX_FACES). The profile is unchanged then.
    pub fn add(&mut self, role: Role, faces: &[Embedding]) -> Result<()> {
        self.check(faces)?;
        if faces.is_empty() {
            return Ok(());
        }
        let held = self.slot(role).map_or(0, |slot| slot.faces);
        within_limit(u64::from(held) + faces.len() as u64)?;
        let values = self.values();
        let at = self.slots.partition_point(|slot| (slot.role as u8) < role as u8);
        if self.slots.get(at).is_none_or(|slot| slot.role != role) {
            self.slots.insert(at, Slot { role, photos: 0, faces: 0, sums: vec![0; values] });
        }
        let slot = &mut self.slots[at];
        slot.photos = slot.photos.saturating_add(1);
        slot.faces += faces.len() as u32;
        let scale = scale(values);
        for face in faces {
            for (sum, &value) in slot.sums.iter_mut().zip(face.as_slice()) {
                *sum += rounded(value, scale);
            }
        }
        Ok(())
    }

    /// Undoes [`add`](Self::add) with the same faces, and so erases one photo's share. A slot without faces is removed.
    ///
    /// # Errors
    /// As `add`; [`Error::Option`] if the slot has fewer faces or photos, or if its sums would become impossible. The profile is
    /// unchanged then. Otherwise, removing faces that were never added is not noticed: sums do not tell which faces are in them.
    pub fn remove(&mut self, role: Role, faces: &[Embedding]) -> Result<()> {
        self.check(faces)?;
        if faces.is_empty() {
            return Ok(());
        }
        let scale = scale(self.values());
        let at = self.slots.iter().position(|slot| slot.role == role && slot.faces as usize >= faces.len());
        let Some(at) = at.filter(|&at| self.slots[at].photos > 0) else {
            return Err(Error::Option {
                name: "faces",
                reason: "are more than the profile holds of this person".into(),
            });
        };
        let slot = &mut self.slots[at];
        let left = slot.faces - faces.len() as u32;
        let mut sums = slot.sums.clone();
        for face in faces {
            for (sum, &value) in sums.iter_mut().zip(face.as_slice()) {
                *sum = sum.wrapping_sub(rounded(value, scale));
            }
        }
        if sums.iter().any(|sum| !possible(*sum, left, scale)) || (left == 0) != (slot.photos == 1) {
            return Err(Error::Option { name: "faces", reason: "were never added to the profile".into() });
        }
        *slot = Slot { role, photos: slot.photos - 1, faces: left, sums };
        if left == 0 {
            self.slots.remove(at);
        }
        Ok(())
    }

    /// Adds the faces of another profile of the same people, such as one of other photos.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`], [`Error::Embedding`] for another number of values, [`Error::Limit`] for too many faces. The profile is
    /// unchanged then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.space != other.space {
            return Err(Error::SpaceMismatch { left: self.space, right: other.space });
        }
        if self.values != other.values {
            return Err(Error::Embedding { reason: format!("{} values against {}", self.values, other.values) });
        }
        for slot in &other.slots {
            let held = self.slot(slot.role).map_or(0, |own| own.faces);
            within_limit(u64::from(held) + u64::from(slot.faces))?;
        }
        for slot in &other.slots {
            match self.slots.iter_mut().find(|own| own.role == slot.role) {
                Some(own) => {
                    own.photos = own.photos.saturating_add(slot.photos);
                    own.faces += slot.faces;
                    for (sum, value) in own.sums.iter_mut().zip(&slot.sums) {
                        *sum = sum.wrapping_add(*value);
                    }
                }
                None => {
                    let at = self.slots.partition_point(|own| (own.role as u8) < slot.role as u8);
                    self.slots.insert(at, slot.clone());
                }
            }
        }
        Ok(())
    }

    /// The mean of a slot's faces, scaled to length 1; `None` without such a slot, or if its faces cancel each other out.
    pub fn centroid(&self, role: Role) -> Option<Embedding> {
        let sums = self.slot(role)?.sums.iter().map(|&sum| sum as f32).collect();
        Embedding::new(self.space, sums).ok()
    }

    /// Whether both show one owner: the centroids are more alike (a cosine above 0.9) than those of two people can be.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`], and [`Error::Embedding`] for another length.
    pub fn shows_owner_of(&self, other: &Self) -> Result<bool> {
        match (self.centroid(Role::Owner), other.centroid(Role::Owner)) {
            (Some(one), Some(other)) => Ok(one.cosine(&other)? > 0.9),
            (one, other) => Ok(one.is_none() && other.is_none()),
        }
    }

    /// The centroids of all slots: the embeddings of a [`crate::Candidate`].
    pub fn embeddings(&self) -> Vec<Embedding> {
        self.slots.iter().filter_map(|slot| self.centroid(slot.role)).collect()
    }

    /// The slot of a role.
    pub fn slot(&self, role: Role) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.role == role)
    }

    /// The bytes; equal profiles have equal bytes.
    ///
    /// # Errors
    /// [`Error::Limit`] if a sum of an embedding of more than 256 values has outgrown its 16 bits. That takes 130 to 1,000 faces or so: the
    /// more alike they are, the fewer.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let width = width(self.values());
        let mut bytes =
            Vec::with_capacity(Self::HEADER + self.slots.len() * (Self::SLOT_HEADER + self.values() * width));
        bytes.extend(Self::MAGIC);
        bytes.extend([Self::VERSION, self.slots.len() as u8]);
        bytes.extend(self.values.to_le_bytes());
        bytes.extend(self.space.0);
        bytes.extend([width as u8, 0, 0, 0]);
        for slot in &self.slots {
            bytes.extend([slot.role as u8, 0, 0, 0]);
            bytes.extend(slot.photos.to_le_bytes());
            bytes.extend(slot.faces.to_le_bytes());
            for &sum in &slot.sums {
                if width == 4 {
                    bytes.extend(sum.to_le_bytes());
                    continue;
                }
                let small = i16::try_from(sum).map_err(|_| Error::Limit {
                    what: "sum of a profile's faces",
                    actual: sum.unsigned_abs().into(),
                    limit: i16::MAX as u64,
                })?;
                bytes.extend(small.to_le_bytes());
            }
        }
        Ok(bytes)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, and nothing else.
    ///
    /// # Errors
    /// [`Error::Profile`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let wrong = |reason: &str| Error::Profile { reason: reason.into() };
        let header: &[u8; Self::HEADER] = bytes.first_chunk().ok_or_else(|| wrong("shorter than its header"))?;
        if &header[..4] != Self::MAGIC || header[4] != Self::VERSION {
            return Err(wrong("it does not begin as a profile of version 1"));
        }
        let count = usize::from(header[5]);
        let values = u16::from_le_bytes([header[6], header[7]]);
        let width = width(values.into());
        if values == 0 || count > Self::MAX_SLOTS || header[16..] != [width as u8, 0, 0, 0] {
            return Err(wrong("its header is not one that is written"));
        }
        let length = Self::SLOT_HEADER + usize::from(values) * width;
        let body = &bytes[Self::HEADER..];
        if body.len() != count * length {
            return Err(Error::Profile { reason: format!("{count} slots of {length} bytes in {} bytes", body.len()) });
        }
        let mut space = [0; 8];
        space.copy_from_slice(&header[8..16]);
        let mut slots: Vec<Slot> = Vec::with_capacity(count);
        for part in body.chunks_exact(length) {
            let (head, sums) = part.split_at(Self::SLOT_HEADER);
            let role = Role::from_byte(head[0]).ok_or_else(|| wrong("a slot has an unknown role"))?;
            let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
            let (photos, faces) = (number(4), number(8));
            let in_order = slots.last().is_none_or(|last| (last.role as u8) < role as u8);
            if !in_order || head[1..4] != [0; 3] || faces == 0 || faces > Self::MAX_FACES || photos == 0 {
                return Err(wrong("a slot is not one that is written"));
            }
            let sums: Vec<_> = match width {
                4 => sums.as_chunks().0.iter().map(|&four| i32::from_le_bytes(four)).collect(),
                _ => sums.as_chunks().0.iter().map(|&two| i16::from_le_bytes(two).into()).collect(),
            };
            let scale = scale(values.into());
            if sums.iter().any(|sum| !possible(*sum, faces, scale)) {
                return Err(wrong("its sums are larger than so many faces can give"));
            }
            slots.push(Slot { role, photos, faces, sums });
        }
        Ok(Self { space: SpaceId(space), values, slots })
    }

    fn check(&self, faces: &[Embedding]) -> Result<()> {
        for face in faces {
            if face.space() != self.space {
                return Err(Error::SpaceMismatch { left: self.space, right: face.space() });
            }
            if face.len() != self.values() {
                return Err(Error::Embedding { reason: format!("{} values against {}", self.values, face.len()) });
            }
        }
        Ok(())
    }
}

impl Slot {
    /// Whom it shows.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Photos inside.
    pub fn photos(&self) -> u32 {
        self.photos
    }

    /// Faces inside, at least 1.
    pub fn faces(&self) -> u32 {
        self.faces
    }

    /// How alike its faces are: the length of their mean, 0…1 (a face's values are rounded, so it can pass 1 by a thousandth).
    pub fn coherence(&self) -> f32 {
        let length = self.sums.iter().map(|&sum| f64::from(sum).powi(2)).sum::<f64>().sqrt();
        (length / f64::from(self.faces) / f64::from(scale(self.sums.len()))) as f32
    }
}

/// Bytes of a sum.
fn width(values: usize) -> usize {
    if values <= 256 { 4 } else { 2 }
}

/// Whole numbers for a value of 1: 60,000 faces of 2¹⁵ fit into 32 bits.
fn scale(values: usize) -> f32 {
    if width(values) == 4 { 32_768.0 } else { 256.0 }
}

fn rounded(value: f32, scale: f32) -> i32 {
    (value.clamp(-1.0, 1.0) * scale).round_ties_even() as i32
}

/// Whether so many faces can have this sum.
fn possible(sum: i32, faces: u32, scale: f32) -> bool {
    i64::from(sum).unsigned_abs() <= u64::from(faces) * scale as u64
}

fn within_limit(faces: u64) -> Result<()> {
    let limit = u64::from(Profile::MAX_FACES);
    if faces > limit { Err(Error::Limit { what: "faces in a profile", actual: faces, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

//! Flat records: little-endian numbers one after the other; text and arrays with their length before them. Library and jar are of one version (it is
//! checked when the library is loaded), so a record needs no version of its own.

use facecore::profile::FaceId;
use facecore::{Embedding, Encoding, SpaceId};
use facecore_bridge::{Failure, Status};
use jni::Env;
use jni::objects::JByteArray;

use crate::border::{self, Result};

/// Writes an answer.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn int(&mut self, value: i32) {
        self.0.extend(value.to_le_bytes());
    }

    pub fn long(&mut self, value: i64) {
        self.0.extend(value.to_le_bytes());
    }

    pub fn float(&mut self, value: f32) {
        self.0.extend(value.to_le_bytes());
    }

    pub fn double(&mut self, value: f64) {
        self.0.extend(value.to_le_bytes());
    }

    /// A number of things, at most what an `int` holds.
    pub fn count(&mut self, value: usize) {
        self.int(i32::try_from(value).unwrap_or(i32::MAX));
    }

    /// Ids; their number comes first.
    pub fn longs(&mut self, values: &[u64]) {
        self.count(values.len());
        values.iter().for_each(|value| self.long(value.cast_signed()));
    }

    pub fn space(&mut self, space: SpaceId) {
        self.long(i64::from_be_bytes(space.0));
    }

    /// `FaceId.read`.
    pub fn face_id(&mut self, face: FaceId) {
        self.long(face.photo.cast_signed());
        self.int(face.face.into());
    }

    pub fn floats(&mut self, values: impl IntoIterator<Item = f32>) {
        values.into_iter().for_each(|value| self.float(value));
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend(bytes);
    }

    /// An embedding crosses in its exact encoding.
    pub fn embedding(&mut self, embedding: &Embedding) {
        self.bytes(&embedding.encode(Encoding::F32));
    }

    pub fn into_java<'l>(self, env: &mut Env<'l>) -> Result<JByteArray<'l>> {
        Ok(env.byte_array_from_slice(&self.0)?)
    }
}

/// Reads a question; one that is too short is an error.
pub struct Reader {
    record: Vec<u8>,
    at: usize,
}

impl Reader {
    pub fn from_java(env: &Env<'_>, record: &JByteArray<'_>) -> Result<Self> {
        Ok(Self { record: border::whole(env, record)?, at: 0 })
    }

    fn take(&mut self, length: usize) -> Result<&[u8]> {
        let found = self.record.get(self.at..).and_then(|rest| rest.get(..length));
        let found = found.ok_or_else(|| Failure::new(Status::Internal, "a record of the binding is too short"))?;
        self.at += length;
        Ok(found)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub fn int(&mut self) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// An `int` that Java has checked to be at least 0; below that it is an error.
    pub fn size(&mut self) -> Result<u32> {
        Ok(self.int()?.cast_unsigned())
    }

    pub fn long(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// An id, or another number of 64 bits that Java takes for a `long`.
    pub fn id(&mut self) -> Result<u64> {
        Ok(self.long()?.cast_unsigned())
    }

    /// Ids; their number comes first.
    pub fn ids(&mut self) -> Result<Vec<u64>> {
        (0..self.size()?).map(|_| self.id()).collect()
    }

    /// `FaceId.write`.
    pub fn face_id(&mut self) -> Result<FaceId> {
        let (photo, face) = (self.id()?, self.size()?);
        let face =
            u16::try_from(face).map_err(|_| Failure::new(Status::Internal, format!("face {face} of a photo")))?;
        Ok(FaceId { photo, face })
    }

    pub fn space(&mut self) -> Result<SpaceId> {
        Ok(SpaceId(self.long()?.to_be_bytes()))
    }

    pub fn float(&mut self) -> Result<f32> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    pub fn double(&mut self) -> Result<f64> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    pub fn bytes(&mut self) -> Result<&[u8]> {
        let length = self.size()? as usize;
        self.take(length)
    }

    pub fn text(&mut self) -> Result<String> {
        let text = std::str::from_utf8(self.bytes()?);
        Ok(text.map_err(|error| Failure::new(Status::Text, format!("not UTF-8: {error}")))?.into())
    }

    pub fn embedding(&mut self) -> Result<Embedding> {
        Ok(Embedding::decode(self.bytes()?)?)
    }

    pub fn embeddings(&mut self) -> Result<Vec<Embedding>> {
        (0..self.size()?).map(|_| self.embedding()).collect()
    }
}

//! A face as it is kept, and as it is searched for.

use crate::embed::Embedding;

use super::layout::Layout;

/// A face as 8-bit numbers and signs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub values: Vec<u8>,
    pub signs: Vec<u8>,
    /// 1 / length of `values`.
    pub factor: f32,
}

impl Row {
    pub(super) fn new(face: &Embedding, layout: &Layout) -> Self {
        let most = face.as_slice().iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let whole: Vec<i8> = face.as_slice().iter().map(|value| (value / most * 127.0).round() as i8).collect();
        let length = whole.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        let mut values: Vec<u8> = whole.iter().map(|value| value.cast_unsigned()).collect();
        values.resize(layout.stride, 0);
        let signs = sign_words(face, layout).into_iter().flat_map(u64::to_le_bytes).collect();
        Self { values, signs, factor: (1.0 / length) as f32 }
    }

    /// Over everything that is kept of the face but whether it is there.
    pub(super) fn check(&self, id: u64) -> u32 {
        check(&id.to_le_bytes(), &self.factor.to_le_bytes(), &self.signs, &self.values)
    }
}

pub(super) fn check(id: &[u8], factor: &[u8], signs: &[u8], values: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    [id, factor, signs, values].into_iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// A face that is searched for: 16-bit numbers, so that nearly all loss is in the index's 8 bits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub values: Vec<i16>,
    pub signs: Vec<u64>,
    /// The length of `values`: a sum of products · the row's factor / this is the cosine.
    pub length: f32,
}

impl Query {
    pub(super) fn new(face: &Embedding, layout: &Layout) -> Self {
        let most = face.as_slice().iter().fold(0.0f32, |most, value| most.max(value.abs()));
        // A sum of products is at most length · length; a row's is at most 127 √n. This keeps it below 2³⁰.
        let bound = (1u32 << 30) as f32 / (127.0 * (face.len() as f32).sqrt());
        let scale = (32_767.0 / most).min(bound - face.len() as f32);
        let whole: Vec<i16> = face.as_slice().iter().map(|value| (value * scale).round() as i16).collect();
        let length = whole.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        let mut values = whole;
        values.resize(layout.stride, 0);
        Self { values, signs: sign_words(face, layout), length: length as f32 }
    }
}

fn sign_words(face: &Embedding, layout: &Layout) -> Vec<u64> {
    let mut words = vec![0u64; layout.words];
    for (at, _) in face.as_slice().iter().enumerate().filter(|(_, value)| **value >= 0.0) {
        words[at / 64] |= 1 << (at % 64);
    }
    words
}

//! A face as the index keeps it, and a face that is searched for.

use super::layout::Layout;
use super::signs::{self, Table};
use crate::embed::Embedding;

/// A face as 8-bit numbers and signs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub values: Vec<u8>,
    /// Four in a number.
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
        let signs = signs_of(&values, layout);
        Self { values, signs, factor: (1.0 / length) as f32 }
    }

    pub(super) fn check(&self, id: u64) -> u32 {
        check(&id.to_le_bytes(), &self.factor.to_le_bytes(), &self.values)
    }
}

/// Over everything that is kept of the face but whether it is there, and its signs, which follow from the values.
pub(super) fn check(id: &[u8], factor: &[u8], values: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    [id, factor, values].into_iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// The signs of a face as it is kept, four in a number.
pub(super) fn signs_of(values: &[u8], layout: &Layout) -> Vec<u8> {
    let values = values[..layout.values].iter().map(|value| f32::from(value.cast_signed()));
    signs::fours(values, layout.signs)
}

/// A face that is searched for: 16-bit numbers, so that nearly all loss is in the index's 8 bits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub values: Vec<i16>,
    /// The length of `values`: a sum of products · the row's factor / this is the cosine.
    pub length: f32,
}

impl Query {
    /// A face of the index itself.
    pub(super) fn of_row(values: &[u8], factor: f32) -> Self {
        Self { values: values.iter().map(|&value| value.cast_signed().into()).collect(), length: 1.0 / factor }
    }

    pub(super) fn new(face: &Embedding, layout: &Layout) -> Self {
        let most = face.as_slice().iter().fold(0.0f32, |most, value| most.max(value.abs()));
        // A sum of products is at most length · length; a row's is at most 127 √n. This keeps it below 2³⁰.
        let bound = (1u32 << 30) as f32 / (127.0 * (face.len() as f32).sqrt());
        let scale = (32_767.0 / most).min(bound - face.len() as f32);
        let whole: Vec<i16> = face.as_slice().iter().map(|value| (value * scale).round() as i16).collect();
        let length = whole.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        let mut values = whole;
        values.resize(layout.stride, 0);
        Self { values, length: length as f32 }
    }

    /// What is looked up for the signs of faces.
    pub(super) fn table(&self, layout: &Layout) -> Table {
        Table::new(self.values[..layout.values].iter().map(|&value| value.into()), layout.signs)
    }
}

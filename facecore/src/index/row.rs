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
    /// A face of the index itself.
    pub(super) fn of_row(values: &[u8], signs: &[u8], factor: f32) -> Self {
        Self {
            values: values.iter().map(|&value| value.cast_signed().into()).collect(),
            signs: signs.as_chunks().0.iter().map(|&word| u64::from_le_bytes(word)).collect(),
            length: 1.0 / factor,
        }
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
        Self { values, signs: sign_words(face, layout), length: length as f32 }
    }
}

/// The signs of the turned face. Where some axes of a space are longer than others, most signs say little of the cosine; turned, all axes
/// are about as long, and each sign tells as much as a random plane between the two faces would.
fn sign_words(face: &Embedding, layout: &Layout) -> Vec<u64> {
    let mut words = vec![0u64; layout.words];
    for (at, _) in turned(face.as_slice()).iter().enumerate().filter(|(_, value)| **value >= 0.0) {
        words[at / 64] |= 1 << (at % 64);
    }
    words
}

/// A rotation, the same for all: signs that look random (a mixed counter's bits), then a Hadamard transform; not scaled to length 1.
fn turned(values: &[f32]) -> Vec<f32> {
    let mut turned = vec![0.0f32; values.len().next_power_of_two()];
    for ((at, turned), &value) in (1u64..).zip(&mut turned).zip(values) {
        // The fractional part of the golden ratio spreads the counter over all bits.
        let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        *turned = if (mixed ^ mixed >> 29).count_ones() % 2 == 0 { value } else { -value };
    }
    let mut half = 1;
    while half < turned.len() {
        for pair in turned.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (left, right) in left.iter_mut().zip(right) {
                (*left, *right) = (*left + *right, *left - *right);
            }
        }
        half *= 2;
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_keeps_angles_and_evens_the_axes() {
        // Of a vector along one axis, every axis of the turned one has its share.
        let mut one = vec![0.0; 100];
        one[3] = 2.0;
        let turned_one = turned(&one);
        assert_eq!(turned_one.len(), 128);
        assert!(turned_one.iter().all(|value| value.abs() == 2.0));
        let other: Vec<f32> = (0..100).map(|at| (at as f32 * 0.7).sin()).collect();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let turned_other = turned(&other);
        assert!((dot(&turned_one, &turned_other) / 128.0 - dot(&one, &other)).abs() < 1e-4);
        // The signs of the counter are as often one as the other.
        let plain = turned(&vec![1.0; 1 << 12]);
        assert!(plain[0].abs() < 400.0, "{}", plain[0]);
    }
}

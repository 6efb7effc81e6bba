//! Memory that begins at a cache line: a block of 16 channels then never lies across two.

use std::ops::{Deref, DerefMut};

/// A slice that grows and keeps its alignment.
#[derive(Debug, Default)]
pub(super) struct Buffer<V> {
    values: Vec<V>,
    start: usize,
    len: usize,
}

impl<V: Copy + Default> Buffer<V> {
    const LINE: usize = 64;

    /// At least `len` values; the old ones may be lost when it grows.
    pub(super) fn reserve(&mut self, len: usize) {
        if len <= self.len {
            return;
        }
        let spare = Self::LINE / size_of::<V>();
        self.values = vec![V::default(); len + spare];
        self.start = self.values.as_ptr().align_offset(Self::LINE).min(spare);
        self.len = len;
    }
}

impl<V: Copy + Default> From<&[V]> for Buffer<V> {
    fn from(values: &[V]) -> Self {
        let mut buffer = Self::default();
        buffer.reserve(values.len());
        buffer.copy_from_slice(values);
        buffer
    }
}

impl<V> Deref for Buffer<V> {
    type Target = [V];

    fn deref(&self) -> &[V] {
        &self.values[self.start..self.start + self.len]
    }
}

impl<V> DerefMut for Buffer<V> {
    fn deref_mut(&mut self) -> &mut [V] {
        &mut self.values[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_at_a_cache_line_and_only_grows() {
        let mut buffer = Buffer::from(&[1u16, 2, 3][..]);
        assert_eq!((&buffer[..], buffer.as_ptr().addr() % 64), (&[1, 2, 3][..], 0));
        buffer.reserve(1000);
        buffer.reserve(10);
        assert_eq!((buffer.len(), buffer.as_ptr().addr() % 64), (1000, 0));
    }
}

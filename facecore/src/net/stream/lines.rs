//! The rows of a value that are still needed, in a ring.

use super::super::buffer::Buffer;
use super::super::kernel::{BEYOND, Form, InputRow, LANES, Place, Winograd};

/// How a value lies in its ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Rows in the ring.
    pub rows: usize,
    /// Rows and columns of zeros around the picture.
    pub padding: [usize; 2],
    pub blocks: usize,
    /// Values of a pixel: all channels of the input, a block of them elsewhere.
    pub pixel: usize,
    /// For a value whose reader takes Winograd's way.
    pub form: Option<Form>,
}

/// A ring of rows, `[row][block][column][16]`, or `[row][point][block][tile][16]` for a reader that takes Winograd's way; row `y` is
/// at `y % rows`. Behind the ring lies a row of zeros, if the value is padded.
#[derive(Default)]
pub(super) struct Lines<V> {
    pub values: Buffer<V>,
    pub size: [usize; 2],
    /// From one block to the next.
    pub block: usize,
    /// From one of Winograd's points to the next; 0 for plain rows.
    pub point: usize,
    rows: usize,
    row: usize,
    blocks: usize,
    pixel: usize,
    padding: [usize; 2],
}

impl<V: Copy + Default> Lines<V> {
    /// `zero` is what stands for a zero around the picture.
    pub(super) fn open(&mut self, shape: &Shape, size: [usize; 2], zero: V) {
        let &Shape { rows, padding, blocks, pixel, form } = shape;
        let width = size[1] + 2 * padding[1];
        let block = form.map_or(width * pixel, |form| (width - 2).div_ceil(form.outputs) * LANES);
        let point = form.map_or(0, |_| blocks * block);
        let row = form.map_or(blocks * block, |form| form.points * point);
        let kept = rows + usize::from(padding[0] > 0);
        self.values.reserve(kept * row + BEYOND);
        let values = std::mem::take(&mut self.values);
        *self = Self { values, size, block, point, rows, row, blocks, pixel, padding };
        self.values[rows * row..kept * row].fill(zero);
        if point == 0 && padding[1] > 0 {
            self.values[..rows * row].chunks_exact_mut(block).for_each(|row| fill_sides(row, padding[1] * pixel, zero));
        }
    }

    /// Where the first pixel of row `y` lies.
    pub(super) fn at(&self, y: usize) -> usize {
        y % self.rows * self.row + self.side(0)
    }

    /// Where row `y` begins for a kernel with this padding; `y` and the column count from the first of the padding.
    pub(super) fn padded(&self, y: usize, padding: [usize; 2]) -> usize {
        let y = y.checked_sub(padding[0]).filter(|&y| y < self.size[0]);
        let row = y.map_or(self.rows, |y| y % self.rows) * self.row;
        row + self.side(padding[1])
    }

    /// From the left end of the padding to where a reader begins that needs only `needed` columns of it.
    fn side(&self, needed: usize) -> usize {
        if self.point > 0 { 0 } else { (self.padding[1] - needed) * self.pixel }
    }

    /// The pixels of row `y` of a block, without padding.
    pub(super) fn row(&self, y: usize, block: usize) -> &[V] {
        &self.values[self.at(y) + block * self.block..][..self.size[1] * self.pixel]
    }

    pub(super) fn row_mut(&mut self, y: usize, block: usize) -> &mut [V] {
        let start = self.at(y) + block * self.block;
        &mut self.values[start..][..self.size[1] * self.pixel]
    }

    /// Where row `y` is to be made: `plain` where it is transformed afterwards.
    pub(super) fn place<'a>(&'a mut self, y: usize, plain: &'a mut Buffer<V>) -> Place<&'a mut [V]> {
        if self.point == 0 {
            let start = self.at(y);
            return Place { values: &mut self.values, start, block: self.block };
        }
        let side = self.padding[1] * LANES;
        let block = self.size[1] * LANES + 2 * side;
        plain.reserve(self.blocks * block);
        Place { values: plain, start: side, block }
    }

    /// Brings what was made in `plain` to Winograd's points.
    pub(super) fn transform(&mut self, winograd: Winograd<V>, y: usize, plain: &mut [V]) {
        let start = self.at(y);
        let side = self.padding[1] * LANES;
        let len = self.size[1] * LANES + 2 * side;
        for (block, pixels) in plain.chunks_exact_mut(len).take(self.blocks).enumerate() {
            fill_sides(pixels, side, V::default());
            let row = InputRow { pixels, below: None, tiles: self.block / LANES, point: self.point };
            (winograd.input)(&row, &mut self.values[start + block * self.block..]);
        }
    }

    /// Bytes of the ring.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.values.len() * size_of::<V>()
    }
}

fn fill_sides<V: Copy>(row: &mut [V], side: usize, zero: V) {
    let len = row.len();
    row[..side].fill(zero);
    row[len - side..].fill(zero);
}

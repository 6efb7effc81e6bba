//! The pictures that go into a network, and the rows that come out.

use std::ops::ControlFlow;

use super::kernel::LANES;

/// A picture for a network: rows of interleaved R, G, B. The network is meant to see `scale · x + offset` for a number `x`. A network of
/// a fixed size takes several pictures, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub values: &'a [f32],
    /// Height and width.
    pub size: [usize; 2],
    pub scale: f32,
    pub offset: f32,
}

/// A picture of a size that is made row by row, so that the whole of it never lies in memory: interleaved numbers as the network
/// takes them.
pub(crate) struct PixelRows<'a> {
    /// Height and width.
    pub size: [usize; 2],
    /// Fills in row `y`, 3 × width numbers. Rows are asked for once each, from top to bottom.
    pub row: &'a mut dyn FnMut(usize, &mut [f32]),
}

impl PixelRows<'_> {
    /// All of them, for a network that wants the whole picture.
    pub(super) fn whole(self) -> Vec<f32> {
        let [height, width] = self.size;
        let mut values = vec![0.0; 3 * height * width];
        values.chunks_exact_mut(3 * width).enumerate().for_each(|(y, row)| (self.row)(y, row));
        values
    }
}

/// A row of what a network answers, or what it answers to one of some pictures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// Which of the network's outputs, in the graph's order. Rows of one output come from top to bottom; rows of different outputs come in
    /// any order.
    pub output: usize,
    pub row: usize,
    pub(super) channels: usize,
    /// The channels of a cell together, with zeros up to a multiple of 16.
    pub(super) values: &'a [f32],
}

impl<'a> Answer<'a> {
    /// The channels of each cell of the row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a [f32]> {
        let channels = self.channels;
        self.values.chunks_exact(channels.next_multiple_of(LANES)).map(move |cell| &cell[..channels])
    }
}

/// Who takes the rows of an answer, until it has enough.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Answer<'_>) -> ControlFlow<()>;

/// The size of a network's pictures: height and width.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Size {
    /// All are of this size.
    Fixed([usize; 2]),
    /// Any size; most are about this large.
    About([usize; 2]),
}

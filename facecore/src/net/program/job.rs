//! One convolution of one run: computes the rows of one value from another, directly or through a ring in which they wait to be
//! pooled.

use std::ops::Range;

use super::super::buffer::Buffer;
use super::super::fused::{pool_row, pool_starts};
use super::super::kernel::{InputRow, Kernel, LANES, Place, Run, Target};
use super::super::layers::Pool;
use super::super::packed::{Packed, Products, Source};

/// Where a value's pixels lie in its slot.
#[derive(Clone, Copy)]
pub(super) struct Map {
    pub size: [usize; 2],
    pub padding: [usize; 2],
    pub row: usize,
    pub block: usize,
    /// The values of one pixel: all channels of the input, a block of them elsewhere.
    pub pixel: usize,
}

impl Map {
    /// A pixel, counted from the first one inside the padding.
    pub(super) fn at(&self, block: usize, y: usize, x: usize) -> usize {
        block * self.block + (y + self.padding[0]) * self.row + (x + self.padding[1]) * self.pixel
    }

    pub(super) fn is_unpadded(&self) -> bool {
        self.padding == [0, 0]
    }
}

/// Some rows at Winograd's points.
#[derive(Default)]
pub(super) struct Points<V> {
    /// `[point][block][row][tile][16]`.
    input: Buffer<V>,
    products: Buffer<f32>,
}

/// One convolution of one run.
pub(super) struct Job<'a, K: Kernel> {
    pub packed: &'a Packed<K>,
    pub from: Map,
    pub to: Map,
    /// The first block of the output that it writes.
    pub first: usize,
    pub source: &'a [K::Value],
    pub residual: Option<(Map, &'a [K::Value])>,
    pub runs: &'a [Run],
    pub bias: &'a [f32],
    pub scale: f32,
    /// Height of the output before pooling.
    pub height: usize,
    pub width: usize,
    /// Rows of the output that are computed at once.
    pub band: usize,
}

/// Where rows go: into a value, or around a ring.
struct Rows<'a, V> {
    /// Where the first row goes.
    target: Target<'a, V>,
    /// From one row to the next.
    line: usize,
    /// Rows of the ring.
    lines: usize,
}

impl<V> Rows<'_, V> {
    /// Where the blocks from `first` on of row `y` go.
    fn at(&mut self, first: usize, y: usize) -> Target<'_, V> {
        let ahead = y % self.lines * self.line;
        match &mut self.target {
            Target::Values(place) => Target::Values(place.ahead(first, ahead)),
            Target::Floats(place) => Target::Floats(place.ahead(first, ahead)),
            Target::Sums(place) => Target::Sums(place.ahead(first, ahead)),
        }
    }
}

impl<K: Kernel> Job<'_, K> {
    /// Straight into the output.
    pub(super) fn plain(&self, points: &mut Points<K::Value>, target: &mut [K::Value]) {
        let place = Place { values: target, start: self.to.at(self.first, 0, 0), block: self.to.block };
        let mut to = Rows { target: Target::Values(place), line: self.to.row, lines: usize::MAX };
        let unpadded = self.from.is_unpadded()
            && self.to.is_unpadded()
            && self.residual.as_ref().is_none_or(|(map, _)| map.is_unpadded());
        if unpadded && self.packed.layer.is_pointwise() {
            // Pixels that lie behind one another are one long row.
            self.direct(0..1, self.height * self.width, &mut to);
        } else {
            for first in (0..self.height).step_by(self.band) {
                self.rows(first..self.height.min(first + self.band), points, &mut to);
            }
        }
    }

    /// Some rows at a time into a ring that stays in the cache, and from there, pooled, into the output.
    pub(super) fn pooled(
        &self,
        pool: Pool,
        points: &mut Points<K::Value>,
        ring: &mut Buffer<f32>,
        target: &mut [K::Value],
    ) {
        let block = self.width * LANES;
        let (line, lines) = (self.packed.blocks() * block, self.band + pool.size);
        ring.reserve(lines * line);
        let mut computed = 0;
        for y in 0..self.to.size[0] {
            while computed < (y * pool.stride + pool.size).min(self.height) {
                let rows = computed..self.height.min(computed + self.band);
                computed = rows.end;
                let target = Target::Floats(Place { values: &mut **ring, start: 0, block });
                self.rows(rows, points, &mut Rows { target, line, lines });
            }
            for index in 0..self.packed.blocks() {
                let start = |row| row % lines * line + index * block;
                let (starts, count) = pool_starts(&pool, y, self.height, start);
                let row = pool_row(ring, &starts[..count], self.width, &pool, self.to.size[1]);
                K::pool_floats(&row, &mut target[self.to.at(self.first + index, y, 0)..]);
            }
        }
    }

    /// Rows of all channels.
    fn rows(&self, rows: Range<usize>, points: &mut Points<K::Value>, to: &mut Rows<'_, K::Value>) {
        let Some(winograd) = self.packed.winograd else {
            return self.direct(rows, self.width, to);
        };
        let layer = &self.packed.layer;
        let tiles = self.width.div_ceil(winograd.form.outputs);
        let block = self.packed.lines(self.band) * tiles * LANES;
        let blocks = layer.inputs.div_ceil(LANES);
        let point = blocks * block;
        points.input.reserve(self.packed.points(winograd) * point);
        // Rows below this one would only be read for an output row that does not exist.
        let last = self.height + layer.size[0] - 2;
        for (at, line) in (0..blocks).flat_map(|at| (0..self.packed.lines(rows.len())).map(move |line| (at, line))) {
            let pixels = |line: usize| {
                let start = self.start((rows.start + line).min(last)) + at * self.from.block;
                &self.source[start..start + (self.width + layer.size[1] - 1) * LANES]
            };
            let below = || ([1, 2, 3].map(|below| pixels(2 * line + below)), winograd.form.points * point);
            let row = match self.packed.paired {
                true => InputRow { pixels: pixels(2 * line), below: Some(below()), tiles, point },
                false => InputRow { pixels: pixels(line), below: None, tiles, point },
            };
            (winograd.input)(&row, &mut points.input[at * block + line * tiles * LANES..]);
        }
        for group in &self.packed.groups {
            let source = Source { values: &points.input, start: 0, residual: None, ..self.source(0, 0) };
            let count = self.packed.product_rows(rows.len()) * tiles;
            self.packed.products(winograd, group, source, point, count, &mut points.products);
            let step = if self.packed.paired { 2 } else { 1 };
            for (line, y) in rows.clone().step_by(step).enumerate() {
                let lower = (step > 1 && y + 1 < rows.end).then(|| to.at(group.first, y + 1).start());
                let target = &mut to.at(group.first, y);
                let products =
                    Products { values: &points.products, first: line * tiles, tiles: count, lower, width: self.width };
                self.packed.transform_output(winograd, group, products, target);
            }
        }
    }

    fn direct(&self, rows: Range<usize>, width: usize, to: &mut Rows<'_, K::Value>) {
        for group in &self.packed.groups {
            for y in rows.clone() {
                self.packed.row(group, self.source(group.first, y), width, &mut to.at(group.first, y));
            }
        }
    }

    /// The upper left of what row `y` reads. The input's padding is at least the kernel's: the difference never goes below the
    /// first value.
    fn start(&self, y: usize) -> usize {
        let layer = &self.packed.layer;
        let [down, right] = [0, 1].map(|axis| self.from.padding[axis] - layer.padding[axis]);
        (y * layer.stride + down) * self.from.row + right * self.from.pixel
    }

    fn source(&self, block: usize, y: usize) -> Source<'_, K::Value> {
        Source {
            values: self.source,
            start: self.start(y),
            pixel: self.from.pixel,
            runs: self.runs,
            residual: self.residual.map(|(map, values)| Place { values, start: map.at(block, y, 0), block: map.block }),
            bias: self.bias,
            scale: self.scale,
            pooled: false,
        }
    }
}

//! A chain of convolutions over pictures of any size: all layers advance together, row by row.
//!
//! A layer keeps only the rows that the next one's kernel still needs, in a ring. So a picture of any size takes a few rows of
//! memory, which stay in the cache, and a caller who has seen enough stops between two rows.

use super::buffer::Buffer;
use super::fused::{Fused, Idle, pool_starts};
use super::kernel::{Form, InputRow, Kernel, LANES, Place, PoolRow, Run, Target, Winograd};
use super::layers::{Layers, Operator, Pool};
use super::packed::{Packed, Products, Role, Source, is_deep};
use super::{Answer, Each, Pixels};

pub(super) struct Stream<K: Kernel> {
    layers: Vec<Packed<K>>,
    idle: Idle<Scratch<K::Value>>,
}

#[derive(Default)]
struct Scratch<V> {
    /// The input's rows, then those of each layer but the last.
    lines: Vec<Lines<V>>,
    /// For each layer, rows that wait to be pooled.
    unpooled: Vec<Lines<V>>,
    biases: Vec<Vec<f32>>,
    scales: Vec<f32>,
    runs: Vec<Run>,
    /// A row that waits to be transformed.
    plain: Buffer<V>,
    products: Buffer<f32>,
    output: Buffer<f32>,
}

/// The last rows of a value, `[row][block][column][16]`, or `[row][point][block][tile][16]` for a layer that takes Winograd's way;
/// row `y` is at `y % rows`.
#[derive(Default)]
struct Lines<V> {
    values: Buffer<V>,
    rows: usize,
    height: usize,
    width: usize,
    blocks: usize,
    /// From one row to the next, from one block to the next.
    row: usize,
    block: usize,
    /// From one of Winograd's points to the next; 0 for plain rows.
    point: usize,
    /// Rows made so far.
    made: usize,
}

impl<V: Copy + Default> Lines<V> {
    fn open(&mut self, rows: usize, [height, width]: [usize; 2], blocks: usize, pixel: usize, form: Option<Form>) {
        let block = form.map_or(width * pixel, |form| (width - 2).div_ceil(form.outputs) * LANES);
        let point = form.map_or(0, |_| blocks * block);
        let row = form.map_or(blocks * block, |form| form.points * point);
        // One more: the last step of an odd run reads a pair.
        self.values.reserve(rows * row + 1);
        let values = std::mem::take(&mut self.values);
        *self = Self { values, rows, height, width, blocks, row, block, point, made: 0 };
    }

    fn at(&self, y: usize) -> usize {
        y % self.rows * self.row
    }

    /// Where row `y` is to be made: `plain` where it is transformed afterwards.
    fn place<'a>(&'a mut self, y: usize, plain: &'a mut Buffer<V>) -> Place<&'a mut [V]> {
        if self.point == 0 {
            let start = self.at(y);
            return Place { values: &mut self.values, start, block: self.block };
        }
        let block = self.width * LANES;
        plain.reserve(self.blocks * block);
        Place { values: plain, start: 0, block }
    }

    fn transform(&mut self, winograd: Winograd<V>, y: usize, plain: &[V]) {
        let start = self.at(y);
        for block in 0..self.blocks {
            let pixels = &plain[block * self.width * LANES..][..self.width * LANES];
            let row = InputRow { pixels, below: None, tiles: self.block / LANES, point: self.point };
            (winograd.input)(&row, &mut self.values[start + block * self.block..]);
        }
    }
}

impl<K: Kernel> Stream<K> {
    /// Refuses what is no chain of unpadded convolutions, or what the kernel has no tiles for.
    pub(super) fn new(layers: Layers) -> Result<Self, String> {
        let deep = is_deep(&layers.layers);
        let mut chain = Vec::new();
        let mut value = 0;
        for layer in layers.layers {
            let Operator::Convolution(convolution) = layer.operator else {
                return Err("a layer that is no convolution".into());
            };
            if layer.input != value || convolution.residual.is_some() || convolution.padding != [0, 0] {
                return Err("not a chain of unpadded convolutions".into());
            }
            let role = Role { first: value == 0, deep, pairs: false };
            chain.push(Packed::new(*convolution, &layers.values[value], role)?);
            value = layer.output.value;
        }
        match chain.last() {
            Some(last) if last.layer.pool.is_none() => Ok(Self { layers: chain, idle: Idle::default() }),
            _ => Err("the last layer is no plain convolution".into()),
        }
    }

    /// `None` if the picture is too small. Answers the size of the output.
    fn open(&self, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) -> Option<[usize; 2]> {
        scratch.lines.resize_with(self.layers.len(), Lines::default);
        scratch.unpooled.resize_with(self.layers.len(), Lines::default);
        scratch.biases.resize(self.layers.len(), Vec::new());
        scratch.scales.clear();
        let mut size = pixels.size;
        for (at, packed) in self.layers.iter().enumerate() {
            let (blocks, pixel) =
                if at == 0 { (1, packed.layer.inputs) } else { (self.layers[at - 1].blocks(), LANES) };
            let unpooled = packed.layer.unpooled(size)?;
            let rows = packed.layer.size[0] + usize::from(packed.pools);
            scratch.lines[at].open(rows, size, blocks, pixel, packed.winograd.map(|way| way.form));
            scratch.scales.push(packed.bias(pixels, &mut scratch.biases[at]));
            size = unpooled;
            if let Some(pool) = packed.layer.pool {
                scratch.unpooled[at].open(pool.size, size, packed.blocks(), LANES, None);
                size = pool.output(size)?;
            }
        }
        Some(size)
    }

    /// Makes row `y` of line `at`, and what it needs before.
    fn make(&self, at: usize, y: usize, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) {
        while scratch.lines[at].made <= y {
            let row = scratch.lines[at].made;
            scratch.lines[at].made += 1;
            match at.checked_sub(1) {
                None => {
                    let line = &mut scratch.lines[0];
                    let width = line.row;
                    let start = line.at(row);
                    K::fill(&mut line.values[start..start + width], &pixels.values[row * width..][..width]);
                }
                Some(layer) => {
                    match self.layers[layer].layer.pool {
                        None => self.convolve(layer, row, pixels, scratch, Sink::Line),
                        Some(pool) => self.pool(layer, row, &pool, pixels, scratch),
                    }
                    if let Some(winograd) = self.layers[at].winograd {
                        scratch.lines[at].transform(winograd, row, &scratch.plain);
                    }
                }
            }
        }
    }

    fn pool(&self, layer: usize, y: usize, pool: &Pool, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) {
        let height = scratch.unpooled[layer].height;
        if self.layers[layer].pools && y * pool.stride + 1 < height {
            return self.convolve(layer, y * pool.stride, pixels, scratch, Sink::Pooled);
        }
        let end = (y * pool.stride + pool.size).min(height);
        while scratch.unpooled[layer].made < end {
            let row = scratch.unpooled[layer].made;
            scratch.unpooled[layer].made += 1;
            self.convolve(layer, row, pixels, scratch, Sink::Unpooled);
        }
        let Scratch { lines, unpooled, plain, .. } = scratch;
        let (from, to) = (&unpooled[layer], &mut lines[layer + 1]);
        let (width, place) = (to.width, to.place(y, plain));
        for block in 0..self.layers[layer].blocks() {
            let (starts, count) = pool_starts(pool, y, height, |row| from.at(row) + block * from.block);
            let row = PoolRow {
                input: &from.values,
                rows: &starts[..count],
                columns: from.width,
                size: pool.size,
                stride: pool.stride,
                width,
            };
            K::pool(&row, &mut place.values[place.start + block * place.block..]);
        }
    }

    fn convolve(&self, layer: usize, y: usize, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>, sink: Sink) {
        let packed = &self.layers[layer];
        let first = y * packed.layer.stride;
        let pooled = matches!(sink, Sink::Pooled);
        self.make(layer, first + packed.layer.size[0] - 1 + usize::from(pooled), pixels, scratch);
        let Scratch { lines, unpooled, biases, scales, runs, plain, products, output } = scratch;
        let (before, after) = lines.split_at_mut(layer + 1);
        let from = &before[layer];
        let pixel = if layer == 0 { packed.layer.inputs } else { LANES };
        packed.runs(from.block, pixel, |row| from.at(first + row), runs);
        let mut width = (from.width - packed.layer.size[1]) / packed.layer.stride + 1;
        if pooled {
            runs.push(Run { offset: from.at(first + packed.layer.size[0]), ..runs[0] });
            // Without what no window reaches.
            width = width.min(2 * after[0].width);
        }
        for group in &packed.groups {
            let source = Source {
                values: &from.values,
                start: 0,
                pixel,
                runs,
                residual: None,
                bias: &biases[layer],
                scale: scales[layer],
                pooled,
            };
            let mut target = match sink {
                Sink::Output => {
                    let block = width * LANES;
                    Target::Floats(Place { values: &mut **output, start: group.first * block, block })
                }
                Sink::Line => Target::Values(after[0].place(y, plain).from(group.first)),
                Sink::Pooled => Target::Values(after[0].place(y / 2, plain).from(group.first)),
                Sink::Unpooled => Target::Values(unpooled[layer].place(y, plain).from(group.first)),
            };
            if let Some(winograd) = packed.winograd {
                let tiles = from.block / LANES;
                packed.products(winograd, group, source, from.point, tiles, products);
                let products = Products { values: products, first: 0, tiles, lower: None, width };
                packed.transform_output(winograd, group, products, &mut target);
            } else {
                packed.row(group, source, width, &mut target);
            }
        }
    }
}

/// Where a convolution's row goes.
#[derive(Clone, Copy)]
enum Sink {
    Line,
    Unpooled,
    /// This row and the next, pooled, into the line.
    Pooled,
    Output,
}

impl<K: Kernel> Fused for Stream<K> {
    fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Option<()> {
        self.idle.with(|scratch| {
            let [rows, columns] = self.open(pixels, scratch)?;
            let last = self.layers.len() - 1;
            let channels = self.layers[last].layer.outputs;
            scratch.output.reserve(columns * channels.next_multiple_of(LANES));
            for row in 0..rows {
                self.convolve(last, row, pixels, scratch, Sink::Output);
                let values = &scratch.output[..columns * channels.next_multiple_of(LANES)];
                if each(Answer { output: 0, row, channels, values }).is_break() {
                    break;
                }
            }
            Some(())
        })
    }
}

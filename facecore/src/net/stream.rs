//! A graph of layers over pictures of any size: all layers advance together, row by row.
//!
//! A value keeps only the rows that its readers still need, in a ring. So a picture of any height takes a few rows of memory, which
//! stay in the cache, and a caller can stop between two rows. `graph` makes ready what computes the rows, `schedule` says in which
//! order and how many must be kept, `lines` keeps them.

mod graph;
mod lines;
mod schedule;

use super::buffer::Buffer;
use super::depthwise::PackedDepthwise;
use super::fused::{Fused, Idle, pool_row, pool_starts};
use super::kernel::{Kernel, LANES, Place, Rows, Run, Target};
use super::layers::{Layers, Pool};
use super::packed::{Packed, Products, Source};
use super::picture::{Answer, Each, PixelRows, Pixels};
use graph::Graph;
use lines::{Lines, Shape};
use schedule::{Made, Schedule};

pub(super) struct Stream<K: Kernel> {
    nodes: Vec<Node<K>>,
    schedule: Schedule,
    idle: Idle<Scratch<K::Value>>,
}

/// What makes the rows of a value.
struct Node<K: Kernel> {
    work: Work<K>,
    /// Nodes before it.
    input: usize,
    other: Option<usize>,
    channels: usize,
    /// Values of a pixel that it reads.
    pixel: usize,
    shape: Shape,
    is_output: bool,
}

enum Work<K: Kernel> {
    Picture,
    Convolution(Box<Packed<K>>),
    /// Two rows at once, pooled as they are made.
    Pooled(Box<Packed<K>>, Pool),
    Depthwise(PackedDepthwise),
    MaxPool(Pool),
    Add,
    Double,
}

#[derive(Default)]
struct Scratch<V> {
    made: Made,
    heights: Vec<usize>,
    /// Of each node.
    lines: Vec<Lines<V>>,
    biases: Vec<Vec<f32>>,
    scales: Vec<f32>,
    runs: Vec<Run>,
    /// A row that waits to be transformed.
    plain: Buffer<V>,
    /// A row that is pooled by itself.
    spare: Buffer<V>,
    products: Buffer<f32>,
    /// A row of an output, `[block][column][16]`, and as an answer has it.
    output: Buffer<f32>,
    answer: Vec<f32>,
}

impl<K: Kernel> Stream<K> {
    /// Refuses what the kernel has no tiles for, and graphs that need more rows the higher the picture is.
    pub(super) fn new(layers: Layers) -> Result<Self, String> {
        let size = layers.values[0].size;
        let Graph { nodes, schedule } = Graph::new(layers)?;
        let mut stream = Self { nodes, schedule, idle: Idle::default() };
        let rings = stream.rings(size).ok_or("it takes no picture of that size, or needs all of its rows at once")?;
        stream.nodes.iter_mut().zip(rings).for_each(|(node, rows)| node.shape.rows = rows);
        Ok(stream)
    }

    /// How many rows of each node must be kept. The number must not depend on the height: it is taken once it is the same for three
    /// heights, each twice the one before; `None` if that does not happen.
    fn rings(&self, [height, width]: [usize; 2]) -> Option<Vec<usize>> {
        let rings = |height: usize| {
            let mut heights = Vec::new();
            self.sizes([height, width], |_, size| heights.push(size[0]))?;
            Some(self.schedule.rings(&heights))
        };
        let mut settled = [rings(height)?, rings(2 * height)?, rings(4 * height)?];
        for doublings in 3..8 {
            if settled[0] == settled[1] && settled[1] == settled[2] {
                let [rings, ..] = settled;
                return Some(rings);
            }
            settled.rotate_left(1);
            settled[2] = rings(height << doublings)?;
        }
        None
    }

    /// The size of each node's value in turn; `None` if the picture is too small, or two sizes are to be added.
    fn sizes(&self, picture: [usize; 2], mut each: impl FnMut(usize, [usize; 2])) -> Option<()> {
        let mut sizes: Vec<[usize; 2]> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let from = sizes.get(node.input).copied();
            let size = match &node.work {
                Work::Picture => picture,
                Work::Convolution(packed) => packed.layer.unpooled(from?)?,
                Work::Pooled(packed, pool) => pool.output(packed.layer.unpooled(from?)?)?,
                Work::Depthwise(packed) => from?.map(|side| side.div_ceil(packed.stride)),
                Work::MaxPool(pool) => pool.output(from?)?,
                Work::Add => from?,
                Work::Double => from?.map(|side| 2 * side),
            };
            let fits = node.other.is_none_or(|other| sizes[other] == size);
            if !fits || size.contains(&0) {
                return None;
            }
            each(index, size);
            sizes.push(size);
        }
        Some(())
    }

    fn open(&self, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) -> Option<()> {
        let Scratch { made, heights, lines, biases, scales, output, .. } = scratch;
        lines.resize_with(self.nodes.len(), Lines::default);
        biases.resize(self.nodes.len(), Vec::new());
        heights.clear();
        scales.clear();
        self.sizes(pixels.size, |index, size| {
            let node = &self.nodes[index];
            // The padding is 0 in the network's numbers, which is another value in raw pixels.
            let zero = if index == 0 { K::narrow(-pixels.offset / pixels.scale) } else { K::Value::default() };
            if node.is_output {
                lines[index].size = size;
                output.reserve(node.shape.blocks * size[1] * LANES);
            } else {
                lines[index].open(&node.shape, size, zero);
            }
            heights.push(size[0]);
            scales.push(match &node.work {
                Work::Convolution(packed) | Work::Pooled(packed, _) => packed.bias(pixels, &mut biases[index]),
                _ => 1.0,
            });
        })?;
        self.schedule.start(made);
        Some(())
    }

    /// Makes row `y` of a node from rows that are there.
    fn make(&self, index: usize, y: usize, picture: Picture<'_, K::Value>, scratch: &mut Scratch<K::Value>) {
        let node = &self.nodes[index];
        let (before, after) = scratch.lines.split_at_mut(index);
        let to = &mut after[0];
        match &node.work {
            Work::Picture => picture(y, to.row_mut(y, 0)),
            Work::Convolution(packed) => self.convolve(index, packed, Sink::Line(y), scratch),
            Work::Pooled(packed, pool) => self.pool(index, packed, pool, y, scratch),
            Work::Depthwise(packed) => {
                let from = &before[node.input];
                for block in 0..packed.blocks() {
                    let rows = Rows::around(y * packed.stride, from.size[0], |y| from.row(y, block));
                    let mut target = match node.is_output {
                        true => Target::Floats(output_place(&mut scratch.output, to.size[1]).from(block)),
                        false => Target::Values(to.place(y, &mut scratch.plain).from(block)),
                    };
                    packed.row::<K>(block, rows, &mut target);
                }
            }
            Work::MaxPool(pool) => {
                let from = &before[node.input];
                let (width, place) = (to.size[1], to.place(y, &mut scratch.plain));
                for block in 0..node.shape.blocks {
                    let start = |row| from.at(row) + block * from.block;
                    let (starts, count) = pool_starts(pool, y, from.size[0], start);
                    let row = pool_row(&from.values, &starts[..count], from.size[1], pool, width);
                    K::pool(&row, &mut place.values[place.start + block * place.block..]);
                }
            }
            Work::Add => {
                let [a, b] = [node.input, node.other.unwrap_or(node.input)].map(|input| &before[input]);
                for block in 0..node.shape.blocks {
                    add::<K>(a.row(y, block), b.row(y, block), to.row_mut(y, block));
                }
            }
            Work::Double => {
                for block in 0..node.shape.blocks {
                    double(before[node.input].row(y / 2, block), to.row_mut(y, block));
                }
            }
        }
        // A value whose reader takes Winograd's way goes on to the points.
        if node.shape.form.is_some() {
            scratch.lines[index].transform(K::winograd(), y, &mut scratch.plain);
        }
    }

    /// Rows of a convolution that are pooled as they are made; of an odd number of rows, the last one by itself.
    fn pool(&self, index: usize, packed: &Packed<K>, pool: &Pool, y: usize, scratch: &mut Scratch<K::Value>) {
        let from = scratch.lines[self.nodes[index].input].size;
        let [height, width] = packed.layer.unpooled(from).unwrap_or_default();
        if y * pool.stride + 1 < height {
            return self.convolve(index, packed, Sink::Pooled(y), scratch);
        }
        scratch.spare.reserve(packed.blocks() * width * LANES);
        self.convolve(index, packed, Sink::Spare(height - 1), scratch);
        let Scratch { lines, spare, plain, .. } = scratch;
        let (columns, place) = (lines[index].size[1], lines[index].place(y, plain));
        for block in 0..packed.blocks() {
            let start = [block * width * LANES];
            let row = pool_row(spare, &start, width, pool, columns);
            K::pool(&row, &mut place.values[place.start + block * place.block..]);
        }
    }

    fn convolve(&self, index: usize, packed: &Packed<K>, sink: Sink, scratch: &mut Scratch<K::Value>) {
        let node = &self.nodes[index];
        let Scratch { lines, biases, scales, runs, plain, spare, products, output, .. } = scratch;
        let (before, after) = lines.split_at_mut(index);
        let (from, to) = (&before[node.input], &mut after[0]);
        let layer = &packed.layer;
        let pixel = node.pixel;
        let mut width = (from.size[1] + 2 * layer.padding[1] - layer.size[1]) / layer.stride + 1;
        let (first, pooled) = match sink {
            Sink::Line(y) | Sink::Spare(y) => (y * layer.stride, false),
            Sink::Pooled(y) => (2 * y * layer.stride, true),
        };
        packed.runs(from.block, pixel, |row| from.padded(first + row, layer.padding), runs);
        if pooled {
            runs.push(Run { offset: from.padded(first + layer.size[0], layer.padding), ..runs[0] });
            // Without columns that no window reaches.
            width = width.min(2 * to.size[1]);
        }
        for group in &packed.groups {
            let residual = match (node.other, sink) {
                (Some(other), Sink::Line(y)) => {
                    let other = &before[other];
                    Some(Place { values: &other.values[..], start: other.at(y), block: other.block }.from(group.first))
                }
                _ => None,
            };
            let (bias, scale) = (&biases[index], scales[index]);
            let source = Source { values: &from.values, start: 0, pixel, runs, residual, bias, scale, pooled };
            let mut target = match sink {
                Sink::Line(_) if node.is_output => Target::Floats(output_place(output, width).from(group.first)),
                Sink::Line(y) | Sink::Pooled(y) => Target::Values(to.place(y, plain).from(group.first)),
                Sink::Spare(_) => {
                    Target::Values(Place { values: &mut **spare, start: 0, block: width * LANES }.from(group.first))
                }
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
    Line(usize),
    /// The two rows that make this row when pooled.
    Pooled(usize),
    /// This row, by itself.
    Spare(usize),
}

/// A row of an output, block by block.
fn output_place(output: &mut [f32], width: usize) -> Place<&mut [f32]> {
    Place { values: output, start: 0, block: width * LANES }
}

fn add<K: Kernel>(a: &[K::Value], b: &[K::Value], to: &mut [K::Value]) {
    for ((to, &a), &b) in to.iter_mut().zip(a).zip(b) {
        *to = K::narrow(K::widen(a) + K::widen(b));
    }
}

/// Each pixel twice.
fn double<V: Copy>(from: &[V], to: &mut [V]) {
    let pixels = from.as_chunks::<LANES>().0;
    for (pair, pixel) in to.as_chunks_mut::<LANES>().0.as_chunks_mut::<2>().0.iter_mut().zip(pixels) {
        pair[0] = *pixel;
        pair[1] = *pixel;
    }
}

/// Who fills in a row of the picture.
type Picture<'a, V> = &'a mut dyn FnMut(usize, &mut [V]);

impl<K: Kernel> Stream<K> {
    /// Runs over a picture whose rows `picture` fills in; of `pixels` only size and meaning count.
    fn run_over(&self, pixels: Pixels<'_>, picture: Picture<'_, K::Value>, each: Each<'_>) -> Option<()> {
        self.idle.with(|scratch| {
            self.open(pixels, scratch)?;
            let (mut made, heights) = (std::mem::take(&mut scratch.made), std::mem::take(&mut scratch.heights));
            while let Some(output) = self.schedule.next(&made, &heights) {
                let make = &mut |_: &Made, node, row| self.make(node, row, picture, scratch);
                let (node, row) = self.schedule.pull(output, &mut made, &heights, make);
                let (channels, width) = (self.nodes[node].channels, scratch.lines[node].size[1]);
                let values = cells(scratch, width, self.nodes[node].shape.blocks);
                if each(Answer { output, row, channels, values }).is_break() {
                    break;
                }
            }
            (scratch.made, scratch.heights) = (made, heights);
            Some(())
        })
    }
}

impl<K: Kernel> Fused for Stream<K> {
    fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Option<()> {
        let width = 3 * pixels.size[1];
        let picture = &mut |y, row: &mut [_]| K::fill(row, &pixels.values[y * width..][..width]);
        self.run_over(pixels, picture, each)
    }

    fn run_rows(&self, rows: PixelRows<'_>, each: Each<'_>) -> Option<()> {
        let mut floats = vec![0.0; 3 * rows.size[1]];
        let picture = &mut |y, row: &mut [_]| {
            (rows.row)(y, &mut floats);
            K::fill(row, &floats);
        };
        let pixels = Pixels { values: &[], size: rows.size, scale: 1.0, offset: 0.0 };
        self.run_over(pixels, picture, each)
    }
}

/// The row of an output that has just been made, the channels of a cell together.
fn cells<V>(scratch: &mut Scratch<V>, width: usize, blocks: usize) -> &[f32] {
    let Scratch { output, answer, .. } = scratch;
    let block = width * LANES;
    if blocks == 1 {
        return &output[..block];
    }
    answer.clear();
    for at in (0..block).step_by(LANES) {
        answer.extend((0..blocks).flat_map(|index| &output[index * block + at..][..LANES]));
    }
    answer
}

#[cfg(test)]
mod tests;

//! A network with a fixed picture size whose answer is a few numbers: it runs layer by layer, each over the whole output of the
//! one before.
//!
//! The last layers, the *head*, see a whole picture at once: they are matrices, with more weights than all the layers before. Several
//! pictures go through the head together, side by side like the pixels of a row, so that each weight is read once for all of them.
//!
//! A value lies in a slot as `[block][row][column][16]` with its padding around. Slots are shared by values that do not live at
//! the same time, the last freed one first, since it is still in the cache. A [`Scratch`] keeps them from run to run: after the
//! first run nothing is allocated.

mod job;

use super::buffer::Buffer;
use super::depthwise::PackedDepthwise;
use super::fused::{Fused, Idle, pool_row, pool_starts};
use super::kernel::{BEYOND, Kernel, LANES, Place, Rows, Run, Target};
use super::layers::{Layer, Layers, Operator, Part, Pool, Value};
use super::packed::{Packed, Role, Source, is_deep};
use super::picture::{Answer, Each, Pixels};
use job::{Job, Map, Points};

pub(super) struct Program<K: Kernel> {
    values: Vec<Value>,
    /// The slot of each value before the head.
    slots: Vec<usize>,
    slot_count: usize,
    steps: Vec<Step<K>>,
    head: Vec<Packed<K>>,
    /// The value that the head reads.
    seen: usize,
    idle: Idle<Scratch<K::Value>>,
}

struct Step<K: Kernel> {
    work: Work<K>,
    input: usize,
    output: Part,
    /// This step is the first to write its output's value.
    opens: bool,
}

enum Work<K: Kernel> {
    Convolution(Box<Packed<K>>),
    Depthwise(PackedDepthwise),
    MaxPool(Pool),
    Average,
}

/// The memory of one run, kept for the next.
#[derive(Default)]
struct Scratch<V> {
    slots: Vec<Buffer<V>>,
    runs: Vec<Run>,
    bias: Vec<f32>,
    /// Rows of a convolution that wait to be pooled.
    ring: Buffer<f32>,
    points: Points<V>,
    /// What a layer of the head reads, and writes: `[block][row][column][picture][16]`.
    pictures: [Buffer<V>; 2],
    output: Buffer<f32>,
    answer: Vec<f32>,
}

const NO_SLOT: usize = usize::MAX;

impl<K: Kernel> Program<K> {
    /// Refuses what the kernel has no tiles for.
    pub(super) fn new(layers: Layers) -> Result<Self, String> {
        let Layers { values, layers, outputs } = layers;
        if layers.last().is_none_or(|layer| outputs[..] != [layer.output.value]) {
            return Err("not one output, of the last layer".into());
        }
        let deep = is_deep(&layers);
        let body = layers.len() - head_len(&layers, &values);
        let seen = layers.get(body).ok_or("the last layer does not see the whole picture")?.input;
        let (slots, slot_count) = assign_slots(&values, &layers);
        let mut opened = vec![false; values.len()];
        let (mut steps, mut head) = (Vec::new(), Vec::new());
        for (at, layer) in layers.into_iter().enumerate() {
            let opens = !std::mem::replace(&mut opened[layer.output.value], true);
            let work = match layer.operator {
                Operator::Convolution(convolution) => {
                    let role = Role { first: layer.input == 0, deep, pairs: true };
                    let packed = Packed::new(*convolution, &values[layer.input], role)?;
                    if at >= body {
                        head.push(packed);
                        continue;
                    }
                    Work::Convolution(packed.into())
                }
                _ if layer.input == 0 => return Err("the first layer is no convolution".into()),
                Operator::Depthwise(depthwise) => Work::Depthwise(PackedDepthwise::new(&depthwise)),
                Operator::MaxPool(pool) => Work::MaxPool(pool),
                Operator::Average => Work::Average,
                Operator::Add(_) | Operator::Double => return Err("only a stream adds values or doubles them".into()),
            };
            steps.push(Step { work, input: layer.input, output: layer.output, opens });
        }
        Ok(Self { values, slots, slot_count, steps, head, seen, idle: Idle::default() })
    }

    fn map(&self, value: usize) -> Map {
        let Value { channels, size, padding } = self.values[value];
        let pixel = if value == 0 { channels } else { LANES };
        let row = (size[1] + 2 * padding[1]) * pixel;
        Map { size, padding, row, block: (size[0] + 2 * padding[0]) * row, pixel }
    }

    fn blocks(&self, value: usize) -> usize {
        self.values[value].channels.div_ceil(LANES)
    }

    /// The picture, with what the network counts as zero around it.
    fn fill(&self, pixels: Pixels<'_>, picture: &[f32], input: &mut [K::Value]) {
        let map = self.map(0);
        if map.is_unpadded() {
            return K::fill(input, picture);
        }
        input[..map.block].fill(K::narrow(-pixels.offset / pixels.scale));
        let width = map.size[1] * map.pixel;
        for (y, row) in picture.chunks_exact(width).enumerate() {
            K::fill(&mut input[map.at(0, y, 0)..][..width], row);
        }
    }

    fn step(&self, step: &Step<K>, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) {
        let value = step.output.value;
        let (from, to) = (self.map(step.input), self.map(value));
        let Scratch { slots, runs, bias, ring, points, .. } = scratch;
        let mut target = std::mem::take(&mut slots[self.slots[value]]);
        if step.opens {
            open(&mut target, &to, self.blocks(value));
        }
        let source = &slots[self.slots[step.input]][..];
        match &step.work {
            Work::Convolution(packed) => {
                let scale = packed.bias(pixels, bias);
                let residual = packed.layer.residual.map(|value| (self.map(value), &slots[self.slots[value]][..]));
                let [height, width] = packed.layer.unpooled(from.size).unwrap_or_default();
                let band = packed.band(height, width);
                if let Some(winograd) = packed.winograd {
                    let line = width.div_ceil(winograd.form.outputs) * LANES;
                    packed.runs(packed.lines(band) * line, LANES, |row| row * line, runs);
                } else {
                    packed.runs(from.block, from.pixel, |row| row * from.row, runs);
                }
                let first = step.output.block;
                let job = Job { packed, from, to, first, source, residual, runs, bias, scale, height, width, band };
                match packed.layer.pool {
                    None => job.plain(points, &mut target),
                    Some(pool) => job.pooled(pool, points, ring, &mut target),
                }
            }
            Work::Depthwise(packed) => {
                let row = |block, y| &source[from.at(block, y, 0)..][..from.size[1] * LANES];
                for (block, y) in (0..packed.blocks()).flat_map(|block| (0..to.size[0]).map(move |y| (block, y))) {
                    let rows = Rows::around(y * packed.stride, from.size[0], |y| row(block, y));
                    let start = to.at(step.output.block + block, y, 0);
                    let place = Place { values: &mut target[..], start, block: to.block };
                    packed.row::<K>(block, rows, &mut Target::Values(place));
                }
            }
            Work::MaxPool(pool) => {
                for block in 0..self.blocks(step.input) {
                    for y in 0..to.size[0] {
                        let (starts, count) = pool_starts(pool, y, from.size[0], |row| from.at(block, row, 0));
                        let row = pool_row(source, &starts[..count], from.size[1], pool, to.size[1]);
                        K::pool(&row, &mut target[to.at(step.output.block + block, y, 0)..]);
                    }
                }
            }
            Work::Average => average::<K>(source, &from, &mut target, self.blocks(step.input)),
        }
        slots[self.slots[value]] = target;
    }

    /// Takes what the head reads of picture `index` of `count`.
    fn stack(&self, [index, count]: [usize; 2], scratch: &mut Scratch<K::Value>) {
        let map = self.map(self.seen);
        let [rows, columns] = map.size;
        let places = self.blocks(self.seen) * rows * columns;
        let Scratch { slots, pictures: [to, _], .. } = scratch;
        to.reserve(places * count * LANES);
        let from = &slots[self.slots[self.seen]];
        for place in 0..places {
            let (block, pixel) = (place / (rows * columns), place % (rows * columns));
            let start = map.at(block, pixel / columns, pixel % columns);
            let at = (place * count + index) * LANES;
            to[at..at + LANES].copy_from_slice(&from[start..start + LANES]);
        }
    }

    /// The last layers for all pictures. The output comes to lie as `[block][picture][16]`.
    fn run_head(&self, count: usize, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) {
        let Scratch { pictures: [from, to], runs, bias, output, .. } = scratch;
        let block = count * LANES;
        for (at, packed) in self.head.iter().enumerate() {
            let [rows, columns] = packed.layer.size;
            let line = columns * block;
            packed.runs(rows * line, block, |row| row * line, runs);
            let scale = packed.bias(pixels, bias);
            to.reserve(packed.blocks() * block);
            output.reserve(packed.blocks() * block);
            for group in &packed.groups {
                let source =
                    Source { values: from, start: 0, pixel: LANES, runs, residual: None, bias, scale, pooled: false };
                let start = group.first * block;
                let mut target = if at + 1 < self.head.len() {
                    Target::Values(Place { values: &mut **to, start, block })
                } else {
                    Target::Floats(Place { values: &mut **output, start, block })
                };
                packed.row(group, source, count, &mut target);
            }
            std::mem::swap(from, to);
        }
    }
}

/// How many layers at the end belong to the head: each sees its whole input and leaves one pixel.
fn head_len(layers: &[Layer], values: &[Value]) -> usize {
    let mut read = None;
    let chained = |layer: &&Layer| {
        let next = read.replace(layer.input);
        is_of_head(layer, values) && next.is_none_or(|value| value == layer.output.value)
    };
    layers.iter().rev().take_while(chained).count()
}

/// Whether a layer sees its whole input, without padding, and leaves one pixel.
fn is_of_head(layer: &Layer, values: &[Value]) -> bool {
    match &layer.operator {
        Operator::Convolution(convolution) => {
            convolution.size == values[layer.input].size
                && values[layer.input].padding == [0, 0]
                && layer.output.block == 0
                && layer.input > 0
                && convolution.residual.is_none()
                && convolution.pool.is_none()
        }
        _ => false,
    }
}

impl<K: Kernel> Fused for Program<K> {
    fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Option<()> {
        self.idle.with(|scratch| {
            scratch.slots.resize_with(self.slot_count, Buffer::default);
            let pictures = pixels.values.chunks_exact(3 * pixels.size[0] * pixels.size[1]);
            let count = pictures.len();
            for (index, picture) in pictures.enumerate() {
                let input = &mut scratch.slots[self.slots[0]];
                let map = self.map(0);
                input.reserve(map.block + BEYOND);
                self.fill(pixels, picture, input);
                for step in &self.steps {
                    self.step(step, pixels, scratch);
                }
                self.stack([index, count], scratch);
            }
            self.run_head(count, pixels, scratch);
            let channels = self.head.last()?.layer.outputs;
            let Scratch { output, answer, .. } = scratch;
            for row in 0..count {
                answer.clear();
                let blocks = output.chunks_exact(count * LANES).take(channels.div_ceil(LANES));
                answer.extend(blocks.flat_map(|block| &block[row * LANES..(row + 1) * LANES]));
                if each(Answer { output: 0, row, channels, values: answer }).is_break() {
                    break;
                }
            }
            Some(())
        })
    }
}

/// Linear scan over the layers: a value's slot is free again after its last reader.
fn assign_slots(values: &[Value], layers: &[Layer]) -> (Vec<usize>, usize) {
    let reads = |layer: &Layer| {
        let residual = match &layer.operator {
            Operator::Convolution(convolution) => convolution.residual,
            _ => None,
        };
        [Some(layer.input), residual.filter(|&residual| residual != layer.input)].into_iter().flatten()
    };
    let mut last_use = vec![0; values.len()];
    for (at, layer) in layers.iter().enumerate() {
        reads(layer).for_each(|value| last_use[value] = at);
    }
    let output = layers.last().map_or(0, |layer| layer.output.value);
    let (mut slots, mut free, mut count) = (vec![NO_SLOT; values.len()], Vec::new(), 1);
    slots[0] = 0;
    for (at, layer) in layers.iter().enumerate() {
        let value = layer.output.value;
        if slots[value] == NO_SLOT && value != output {
            slots[value] = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
        }
        free.extend(reads(layer).filter(|&value| last_use[value] == at).map(|value| slots[value]));
    }
    (slots, count)
}

/// Room for the value, with zeros in its padding: the slot held another value before.
fn open<V: Copy + Default>(target: &mut Buffer<V>, map: &Map, blocks: usize) {
    target.reserve(blocks * map.block);
    if map.is_unpadded() {
        return;
    }
    for block in target[..blocks * map.block].chunks_exact_mut(map.block) {
        let edge = map.padding[0] * map.row;
        let body = block.len() - edge;
        block[..edge].fill(V::default());
        block[body..].fill(V::default());
        let side = map.padding[1] * map.pixel;
        for row in block[edge..body].chunks_exact_mut(map.row) {
            row[..side].fill(V::default());
            row[map.row - side..].fill(V::default());
        }
    }
}

fn average<K: Kernel>(source: &[K::Value], from: &Map, target: &mut [K::Value], blocks: usize) {
    let count = (from.size[0] * from.size[1]) as f32;
    for (block, target) in target.chunks_exact_mut(LANES).take(blocks).enumerate() {
        let mut sums = [0.0; LANES];
        for y in 0..from.size[0] {
            let start = from.at(block, y, 0);
            for pixel in source[start..start + from.size[1] * LANES].chunks_exact(LANES) {
                sums.iter_mut().zip(pixel).for_each(|(sum, &value)| *sum += K::widen(value));
            }
        }
        target.iter_mut().zip(sums).for_each(|(value, sum)| *value = K::narrow(sum / count));
    }
}

#[cfg(test)]
mod tests {
    use super::super::kernel::Scalar;
    use super::super::layers::{Convolution, Slope};
    use super::*;

    /// Picture → 1×1 kernel → two matrices over the same value, of which the second is the answer.
    #[test]
    fn a_matrix_beside_the_last_one_is_not_of_the_head() {
        let value = |channels, side| Value { channels, size: [side, side], padding: [0, 0] };
        let layer = |inputs: usize, side: usize, weight: f32, input, output| Layer {
            operator: Operator::Convolution(Box::new(Convolution {
                weights: vec![weight; inputs * side * side],
                bias: vec![0.0],
                outputs: 1,
                inputs,
                size: [side, side],
                stride: 1,
                padding: [0, 0],
                residual: None,
                activation: Slope::None,
                pool: None,
            })),
            input,
            output: Part { value: output, block: 0 },
        };
        let layers = Layers {
            values: vec![value(3, 2), value(1, 2), value(1, 1), value(1, 1)],
            layers: vec![layer(3, 1, 1.0, 0, 1), layer(1, 2, 5.0, 1, 2), layer(1, 2, 2.0, 1, 3)],
            outputs: vec![3],
        };
        let program = Program::<Scalar>::new(layers).unwrap();
        assert_eq!((program.steps.len(), program.head.len()), (2, 1));
        // Two pictures at once: of ones and of twos.
        let values = [[1.0; 12], [2.0; 12]].concat();
        let pixels = Pixels { values: &values, size: [2, 2], scale: 1.0, offset: 0.0 };
        let mut answers = Vec::new();
        program
            .run(pixels, &mut |answer| {
                answers.extend(answer.cells().flatten().copied());
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(answers, [24.0, 48.0]);
    }
}

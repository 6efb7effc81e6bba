//! A network of a fixed picture size: each layer runs over whole values.
//!
//! A value lies in a slot as `[block][row][column][16]` with its padding around. Slots are shared by values that do not live at
//! the same time, the last freed one first, since it is still in the cache. A [`Scratch`] keeps them from run to run: after the
//! first run nothing is allocated.

use super::buffer::Buffer;
use super::fused::{Fused, Idle, pool_starts};
use super::kernel::{Kernel, LANES, Place, PoolRow, Run, Target};
use super::layers::{Layer, Layers, Operator, Part, Pool, Value};
use super::packed::{Packed, Source};
use super::{Answer, Each, Pixels};

pub(super) struct Program<K: Kernel> {
    values: Vec<Value>,
    /// The slot of each value but the output, which has none.
    slots: Vec<usize>,
    slot_count: usize,
    steps: Vec<Step<K>>,
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
    ring: Buffer<V>,
    output: Buffer<f32>,
}

/// Where a value's pixels lie in its slot.
#[derive(Clone, Copy)]
struct Map {
    size: [usize; 2],
    padding: [usize; 2],
    row: usize,
    block: usize,
    /// The values of one pixel: all channels of the input, a block of them elsewhere.
    pixel: usize,
}

impl Map {
    /// A pixel, counted from the first one inside the padding.
    fn at(&self, block: usize, y: usize, x: usize) -> usize {
        block * self.block + (y + self.padding[0]) * self.row + (x + self.padding[1]) * self.pixel
    }

    fn is_unpadded(&self) -> bool {
        self.padding == [0, 0]
    }
}

const NO_SLOT: usize = usize::MAX;

impl<K: Kernel> Program<K> {
    /// Refuses what the kernel has no tiles for.
    pub(super) fn new(layers: Layers) -> Result<Self, String> {
        let Layers { values, layers } = layers;
        match layers.last().map(|layer| &layer.operator) {
            Some(Operator::Convolution(last)) if last.pool.is_none() && last.residual.is_none() => {}
            _ => return Err("the last layer is no plain convolution".into()),
        }
        let (slots, slot_count) = assign_slots(&values, &layers);
        let mut opened = vec![false; values.len()];
        let mut steps = Vec::new();
        for layer in layers {
            let opens = !std::mem::replace(&mut opened[layer.output.value], true);
            let work = match layer.operator {
                Operator::Convolution(convolution) => {
                    Work::Convolution(Packed::new(*convolution, &values[layer.input], layer.input == 0)?.into())
                }
                _ if layer.input == 0 => return Err("the first layer is no convolution".into()),
                Operator::MaxPool(pool) => Work::MaxPool(pool),
                Operator::Average => Work::Average,
            };
            steps.push(Step { work, input: layer.input, output: layer.output, opens });
        }
        Ok(Self { values, slots, slot_count, steps, idle: Idle::default() })
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

    fn step(&self, step: &Step<K>, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) {
        let value = step.output.value;
        let (from, to) = (self.map(step.input), self.map(value));
        let Scratch { slots, runs, bias, ring, output } = scratch;
        let is_output = self.slots[value] == NO_SLOT;
        let mut target = if is_output { Buffer::default() } else { std::mem::take(&mut slots[self.slots[value]]) };
        if is_output {
            output.reserve(self.blocks(value) * to.block);
        } else if step.opens {
            open(&mut target, &to, self.blocks(value));
        }
        let source = &slots[self.slots[step.input]][..];
        match &step.work {
            Work::Convolution(packed) => {
                let scale = packed.bias(pixels, bias);
                packed.runs(from.block, from.pixel, |row| row * from.row, runs);
                let residual = packed.layer.residual.map(|value| (self.map(value), &slots[self.slots[value]][..]));
                let job = Job { packed, from, to, first: step.output.block, source, residual, runs, bias, scale };
                match packed.layer.pool {
                    None if is_output => job.plain(|start, block, row| {
                        row(&mut Target::Floats(Place { values: &mut **output, start, block }));
                    }),
                    None => job.plain(|start, block, row| {
                        row(&mut Target::Values(Place { values: &mut *target, start, block }));
                    }),
                    Some(pool) => job.pooled(pool, ring, &mut target),
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
        if !is_output {
            slots[self.slots[value]] = target;
        }
    }
}

impl<K: Kernel> Fused for Program<K> {
    fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Option<()> {
        self.idle.with(|scratch| {
            scratch.slots.resize_with(self.slot_count, Buffer::default);
            let input = &mut scratch.slots[self.slots[0]];
            // One more: the last step of an odd run reads a pair.
            input.reserve(pixels.values.len() + 1);
            K::fill(input, pixels.values);
            for step in &self.steps {
                self.step(step, pixels, scratch);
            }
            let last = self.steps.last().map(|step| &self.values[step.output.value])?;
            let row = last.size[1] * last.channels.next_multiple_of(LANES);
            for (row, values) in scratch.output.chunks_exact(row).take(last.size[0]).enumerate() {
                if each(Answer { row, channels: last.channels, values }).is_break() {
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

fn pool_row<'a, V>(input: &'a [V], rows: &'a [usize], columns: usize, pool: &Pool, width: usize) -> PoolRow<'a, V> {
    PoolRow { input, rows, columns, size: pool.size, stride: pool.stride, width }
}

/// One convolution of one run.
struct Job<'a, K: Kernel> {
    packed: &'a Packed<K>,
    from: Map,
    to: Map,
    /// The first block of the output that it writes.
    first: usize,
    source: &'a [K::Value],
    residual: Option<(Map, &'a [K::Value])>,
    runs: &'a [Run],
    bias: &'a [f32],
    scale: f32,
}

impl<K: Kernel> Job<'_, K> {
    /// Straight into the output: `place` is told where, and what to call with it.
    fn plain(&self, mut place: impl FnMut(usize, usize, &dyn Fn(&mut Target<'_, K::Value>))) {
        let unpadded = self.from.is_unpadded()
            && self.to.is_unpadded()
            && self.residual.as_ref().is_none_or(|(map, _)| map.is_unpadded());
        let [height, width] = self.to.size;
        // Pixels that lie behind one another are one long row.
        let (rows, width) =
            if unpadded && self.packed.layer.is_pointwise() { (1, height * width) } else { (height, width) };
        for group in &self.packed.groups {
            for y in 0..rows {
                let start = self.to.at(self.first + group.first, y, 0);
                place(start, self.to.block, &|target| {
                    self.packed.row(group, self.source(group.first, y), width, target)
                });
            }
        }
    }

    /// Row by row into a ring that stays in the cache, and from there, pooled, into the output.
    fn pooled(&self, pool: Pool, ring: &mut Buffer<K::Value>, target: &mut [K::Value]) {
        let Some([height, width]) = self.packed.layer.unpooled(self.from.size) else { return };
        for group in &self.packed.groups {
            let (block, line) = (width * LANES, group.blocks * width * LANES);
            ring.reserve(pool.size * line);
            let mut computed = 0;
            for y in 0..self.to.size[0] {
                let rows = y * pool.stride..(y * pool.stride + pool.size).min(height);
                for row in computed.max(rows.start)..rows.end {
                    let place = Place { values: &mut **ring, start: row % pool.size * line, block };
                    self.packed.row(group, self.source(group.first, row), width, &mut Target::Values(place));
                }
                computed = rows.end;
                for index in 0..group.blocks {
                    let (starts, count) = pool_starts(&pool, y, height, |row| row % pool.size * line + index * block);
                    let row = pool_row(ring, &starts[..count], width, &pool, self.to.size[1]);
                    K::pool(&row, &mut target[self.to.at(self.first + group.first + index, y, 0)..]);
                }
            }
        }
    }

    fn source(&self, block: usize, y: usize) -> Source<'_, K::Value> {
        let layer = &self.packed.layer;
        // The input's padding is at least the kernel's: the difference never goes below the first value.
        let [down, right] = [0, 1].map(|axis| self.from.padding[axis] - layer.padding[axis]);
        Source {
            values: self.source,
            start: (y * layer.stride + down) * self.from.row + right * self.from.pixel,
            pixel: self.from.pixel,
            runs: self.runs,
            residual: self.residual.map(|(map, values)| Place { values, start: map.at(block, y, 0), block: map.block }),
            bias: self.bias,
            scale: self.scale,
        }
    }
}

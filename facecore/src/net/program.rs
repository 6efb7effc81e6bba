//! Layers made ready for one [`Kernel`]: weights packed as its tiles read them, values given room, then run for any size.
//!
//! A value lies in a slot as `[block][row][column][16]` with its padding around. Slots are shared by values that do not live at
//! the same time, the last freed one first, since it is still in the cache. A [`Scratch`] keeps them from run to run: after the
//! first run of a size nothing is allocated.

use std::sync::{Mutex, PoisonError};

use super::kernel::{Activation, Kernel, LANES, Place, PoolRow, Row, Run, Target};
use super::layers::{Convolution, Layers, Operator, Part, Pool, Slope, Value};
use super::{Answer, Pixels};

/// A network for one kind of processor.
pub(super) struct Program<K: Kernel> {
    values: Vec<Value>,
    /// The slot of each value but the input and the output, which have none.
    slots: Vec<usize>,
    steps: Vec<Step<K>>,
    idle: Mutex<Vec<Scratch<K::Value>>>,
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

/// A convolution with its weights in the order in which the tiles read them.
struct Packed<K: Kernel> {
    layer: Convolution,
    groups: Vec<Group<K>>,
    bias: Vec<f32>,
    slope: Vec<f32>,
    activation: Activation,
    /// For the network's first layer: the sum of each output's weights.
    sums: Vec<f32>,
}

/// Some blocks of output channels that are computed at once.
struct Group<K: Kernel> {
    first: usize,
    blocks: usize,
    weights: Vec<K::Value>,
}

/// The memory of one run, kept for the next.
struct Scratch<V> {
    pixels: Vec<V>,
    slots: Vec<Vec<V>>,
    sizes: Vec<[usize; 2]>,
    runs: Vec<Run>,
    bias: Vec<f32>,
    /// Rows of a convolution that wait to be pooled.
    ring: Vec<V>,
    output: Vec<f32>,
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
    fn new(value: &Value, size: [usize; 2], pixel: usize) -> Self {
        let row = (size[1] + 2 * value.padding[1]) * pixel;
        let block = (size[0] + 2 * value.padding[0]) * row;
        Self { size, padding: value.padding, row, block, pixel }
    }

    /// A pixel, counted from the first one inside the padding.
    fn at(&self, block: usize, y: usize, x: usize) -> usize {
        block * self.block + (y + self.padding[0]) * self.row + (x + self.padding[1]) * self.pixel
    }

    fn unpadded(&self) -> bool {
        self.padding == [0, 0]
    }
}

impl<K: Kernel> Program<K> {
    /// Refuses what the kernel has no tiles for.
    pub(super) fn new(layers: Layers) -> Result<Self, String> {
        let Layers { values, layers } = layers;
        let last = layers.len().checked_sub(1).ok_or("no layers")?;
        match &layers[last].operator {
            Operator::Convolution(convolution) if convolution.pool.is_none() && convolution.residual.is_none() => {}
            _ => return Err("the last layer is no plain convolution".into()),
        }
        let slots = assign_slots(&values, &layers);
        let mut opened = vec![false; values.len()];
        let mut steps = Vec::new();
        for layer in layers {
            let opens = !std::mem::replace(&mut opened[layer.output.value], true);
            let work = match layer.operator {
                Operator::Convolution(convolution) => {
                    Work::Convolution(pack(*convolution, &values[layer.input], layer.input == 0)?.into())
                }
                Operator::MaxPool(_) | Operator::Average if layer.input == 0 => {
                    return Err("the first layer is no convolution".into());
                }
                Operator::MaxPool(pool) => Work::MaxPool(pool),
                Operator::Average => Work::Average,
            };
            steps.push(Step { work, input: layer.input, output: layer.output, opens });
        }
        Ok(Self { values, slots, steps, idle: Mutex::default() })
    }

    /// Runs the network on a picture and hands the answer to `then`; `None` if the picture is too small for it.
    pub(super) fn run<T>(&self, pixels: Pixels<'_>, then: impl FnOnce(Answer<'_>) -> T) -> Option<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = idle.unwrap_or_else(|| Scratch {
            pixels: Vec::new(),
            slots: vec![
                Vec::new();
                self.slots.iter().filter(|&&slot| slot < NO_SLOT).max().map_or(0, |&last| last + 1)
            ],
            sizes: Vec::new(),
            runs: Vec::new(),
            bias: Vec::new(),
            ring: Vec::new(),
            output: Vec::new(),
        });
        let answer = self.run_in(pixels, &mut scratch).map(|[rows, columns]| {
            let channels = self.steps.last().map_or(0, |step| self.values[step.output.value].channels);
            then(Answer { rows, columns, channels, values: &scratch.output })
        });
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        answer
    }

    fn run_in(&self, pixels: Pixels<'_>, scratch: &mut Scratch<K::Value>) -> Option<[usize; 2]> {
        scratch.sizes.clear();
        scratch.sizes.resize(self.values.len(), [0, 0]);
        scratch.sizes[0] = pixels.size;
        for step in &self.steps {
            scratch.sizes[step.output.value] = step.work.output(scratch.sizes[step.input])?;
        }
        let mut room = std::mem::take(&mut scratch.pixels);
        let input = K::input(pixels.values, &mut room);
        for step in &self.steps {
            self.step(step, input, pixels, scratch);
        }
        scratch.pixels = room;
        self.steps.last().map(|step| scratch.sizes[step.output.value])
    }

    fn step(&self, step: &Step<K>, pixels: &[K::Value], given: Pixels<'_>, scratch: &mut Scratch<K::Value>) {
        let value = step.output.value;
        let map = |value: usize| {
            let pixel = if value == 0 { self.values[0].channels } else { LANES };
            Map::new(&self.values[value], scratch.sizes[value], pixel)
        };
        let (from, to) = (map(step.input), map(value));
        let blocks = self.values[value].channels.div_ceil(LANES);
        let is_output = self.slots[value] == NO_SLOT;
        let mut target = match is_output {
            true => Vec::new(),
            false => std::mem::take(&mut scratch.slots[self.slots[value]]),
        };
        if is_output {
            scratch.output.resize(blocks * to.block, 0.0);
        } else if step.opens {
            open(&mut target, &to, blocks);
        }
        let Scratch { slots, sizes, runs, bias, ring, output, .. } = &mut *scratch;
        let source = if step.input == 0 { pixels } else { &slots[self.slots[step.input]] };
        match &step.work {
            Work::Convolution(packed) => {
                let residual = packed
                    .layer
                    .residual
                    .map(|value| (Map::new(&self.values[value], sizes[value], LANES), &slots[self.slots[value]][..]));
                let scale = packed.first_layer_bias(given, bias);
                runs.clear();
                runs.extend(packed.runs(&from));
                let job = Job { packed, from, to, first_block: step.output.block, source, residual, runs, bias, scale };
                if is_output {
                    job.plain(Sink::Floats(output));
                } else if let Some(pool) = packed.layer.pool {
                    job.pooled(pool, ring, &mut target);
                } else {
                    job.plain(Sink::Values(&mut target));
                }
            }
            Work::MaxPool(pool) => {
                for block in 0..self.values[step.input].channels.div_ceil(LANES) {
                    for y in 0..to.size[0] {
                        let first = y * pool.stride;
                        let mut rows = [0; 3];
                        let count = pool.size.min(from.size[0] - first);
                        rows[..count]
                            .iter_mut()
                            .enumerate()
                            .for_each(|(row, start)| *start = from.at(block, first + row, 0));
                        let row = PoolRow {
                            input: source,
                            rows: &rows[..count],
                            columns: from.size[1],
                            size: pool.size,
                            stride: pool.stride,
                            width: to.size[1],
                        };
                        K::pool(&row, &mut target[to.at(step.output.block + block, y, 0)..]);
                    }
                }
            }
            Work::Average => average::<K>(source, &from, &mut target, self.values[step.input].channels.div_ceil(LANES)),
        }
        if !is_output {
            scratch.slots[self.slots[value]] = target;
        }
    }
}

impl<K: Kernel> Work<K> {
    fn output(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        match self {
            Self::Convolution(packed) => {
                let size = packed.layer.unpooled(size)?;
                packed.layer.pool.map_or(Some(size), |pool| pool.output(size))
            }
            Self::MaxPool(pool) => pool.output(size),
            Self::Average => Some([1, 1]),
        }
    }
}

const NO_SLOT: usize = usize::MAX;

/// Linear scan over the layers: a value's slot is free again after its last reader.
fn assign_slots(values: &[Value], layers: &[super::layers::Layer]) -> Vec<usize> {
    let mut last_use = vec![0; values.len()];
    for (at, layer) in layers.iter().enumerate() {
        last_use[layer.input] = at;
        if let Operator::Convolution(convolution) = &layer.operator
            && let Some(residual) = convolution.residual
        {
            last_use[residual] = at;
        }
    }
    let output = layers.last().map_or(0, |layer| layer.output.value);
    let (mut slots, mut free, mut count) = (vec![NO_SLOT; values.len()], Vec::new(), 0);
    for (at, layer) in layers.iter().enumerate() {
        let value = layer.output.value;
        if slots[value] == NO_SLOT && value != output {
            slots[value] = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
        }
        let ended = |value: &usize| slots[*value] != NO_SLOT && last_use[*value] == at;
        let mut read: Vec<usize> = vec![layer.input];
        if let Operator::Convolution(convolution) = &layer.operator {
            read.extend(convolution.residual.filter(|&residual| residual != layer.input));
        }
        free.extend(read.iter().filter(|value| ended(value)).map(|&value| slots[value]));
    }
    slots
}

/// Room for the value, with zeros in its padding: the slot held another value before.
fn open<V: Copy + Default>(target: &mut Vec<V>, map: &Map, blocks: usize) {
    if target.len() < blocks * map.block {
        target.resize(blocks * map.block, V::default());
    }
    if map.unpadded() {
        return;
    }
    for block in target[..blocks * map.block].chunks_exact_mut(map.block) {
        let edge = map.padding[0] * map.row;
        let body = block.len() - edge;
        block[..edge].fill(V::default());
        block[body..].fill(V::default());
        let side = map.padding[1] * LANES;
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

/// How many blocks a tile should hold: few loads for many products, and enough sums to hide the latency of each.
fn blocks_of_a_tile<K: Kernel>(blocks: usize, width: usize) -> usize {
    let cost = |held: usize| {
        let tiles = width.div_ceil(K::max_pixels(held));
        let pixels = width.div_ceil(tiles);
        let step = (pixels * held).max(pixels + held).max(8);
        blocks.div_ceil(held) * tiles * step
    };
    (1..=K::MAX_BLOCKS.min(blocks)).min_by_key(|&held| (cost(held), std::cmp::Reverse(held))).unwrap_or(1)
}

fn pack<K: Kernel>(layer: Convolution, input: &Value, is_first: bool) -> Result<Packed<K>, String> {
    let pixel = if is_first { layer.inputs } else { LANES } * layer.stride;
    if !K::takes(pixel) {
        return Err(format!("no tile for pixels {pixel} values apart"));
    }
    let size = layer.unpooled(input.size).ok_or("the picture is too small")?;
    let flat = layer.size == [1, 1] && layer.stride == 1 && layer.pool.is_none() && input.padding == [0, 0];
    let width = if flat { size[0] * size[1] } else { size[1] };
    let blocks = layer.outputs.div_ceil(LANES);
    // The first layer's tiles hold two blocks at most, to keep the number of compiled tiles small.
    let held = if is_first { K::MAX_BLOCKS.min(2) } else { K::MAX_BLOCKS };
    let held = blocks_of_a_tile::<K>(blocks, width).min(held);
    let groups = (0..blocks)
        .step_by(held)
        .map(|first| {
            let blocks = held.min(blocks - first);
            Group { first, blocks, weights: pack_group::<K>(&layer, first, blocks, is_first) }
        })
        .collect();
    let padded = |values: &[f32]| -> Vec<f32> {
        values.iter().copied().chain(std::iter::repeat(0.0)).take(blocks * LANES).collect()
    };
    let (activation, slope) = match &layer.activation {
        Slope::None => (Activation::None, Vec::new()),
        Slope::Zero => (Activation::Relu, Vec::new()),
        Slope::PerChannel(slopes) => (Activation::PRelu, padded(slopes)),
    };
    let kernel = layer.inputs * layer.size[0] * layer.size[1];
    // Of the weights as rounded, so that a constant picture gives exactly the bias.
    let sum = |weights: &[f32]| weights.iter().map(|&weight| K::widen(K::narrow(weight))).sum::<f32>();
    let sums = if is_first { layer.weights.chunks_exact(kernel).map(sum).collect() } else { Vec::new() };
    Ok(Packed {
        bias: padded(&layer.bias),
        slope,
        activation,
        groups,
        sums,
        layer: Convolution { weights: Vec::new(), ..layer },
    })
}

/// In the order of [`Packed::runs`]; zeros where a block or a step is not full.
fn pack_group<K: Kernel>(layer: &Convolution, first: usize, blocks: usize, is_first: bool) -> Vec<K::Value> {
    let [rows, columns] = layer.size;
    let weight = |output: usize, input: usize, row: usize, column: usize| {
        let known = output < layer.outputs && input < layer.inputs;
        if known { layer.weights[((output * layer.inputs + input) * rows + row) * columns + column] } else { 0.0 }
    };
    let mut packed = Vec::new();
    let mut step = |at: &dyn Fn(usize, usize) -> f32| {
        for output in first * LANES..(first + blocks) * LANES {
            packed.extend((0..K::STEP).map(|part| K::narrow(at(output, part))));
        }
    };
    if is_first {
        // A row of the kernel is one run over interleaved channels.
        for row in 0..rows {
            for from in (0..columns * layer.inputs).step_by(K::STEP) {
                step(&|output, part| {
                    let at = from + part;
                    let column = at / layer.inputs;
                    if column < columns { weight(output, at % layer.inputs, row, column) } else { 0.0 }
                });
            }
        }
        return packed;
    }
    for block in (0..layer.inputs).step_by(LANES) {
        let channels = LANES.min(layer.inputs - block);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            for from in (block..block + channels).step_by(K::STEP) {
                step(&|output, part| weight(output, from + part, row, column));
            }
        }
    }
    packed
}

impl<K: Kernel> Packed<K> {
    fn is_first(&self) -> bool {
        !self.sums.is_empty()
    }

    /// What a pixel of the output reads, from the upper left of its kernel on.
    fn runs(&self, from: &Map) -> impl Iterator<Item = Run> {
        let ([rows, columns], inputs, from) = (self.layer.size, self.layer.inputs, *from);
        let is_first = self.is_first();
        let (blocks, wide) = if is_first { (1, columns) } else { (inputs.div_ceil(LANES), 1) };
        (0..blocks).flat_map(move |block| {
            let values = if is_first { inputs * columns } else { LANES.min(inputs - block * LANES) };
            (0..rows).flat_map(move |row| {
                (0..columns).step_by(wide).map(move |column| Run {
                    offset: block * from.block + row * from.row + column * from.pixel,
                    steps: values.div_ceil(K::STEP),
                })
            })
        })
    }

    /// The first layer reads raw pixels: `scale · x + offset` is folded into the sums' scale, which is returned, and into the bias.
    fn first_layer_bias(&self, pixels: Pixels<'_>, bias: &mut Vec<f32>) -> f32 {
        bias.clear();
        bias.extend_from_slice(&self.bias);
        if !self.is_first() {
            return 1.0;
        }
        bias.iter_mut().zip(&self.sums).for_each(|(bias, sum)| *bias += pixels.offset * sum);
        pixels.scale
    }
}

/// What takes a convolution's output: the next layers, or the caller.
enum Sink<'a, V> {
    Values(&'a mut [V]),
    Floats(&'a mut [f32]),
}

/// One convolution of one run.
struct Job<'a, K: Kernel> {
    packed: &'a Packed<K>,
    from: Map,
    to: Map,
    first_block: usize,
    source: &'a [K::Value],
    residual: Option<(Map, &'a [K::Value])>,
    runs: &'a [Run],
    bias: &'a [f32],
    scale: f32,
}

impl<K: Kernel> Job<'_, K> {
    /// Straight into the output.
    fn plain(&self, mut sink: Sink<'_, K::Value>) {
        let unpadded =
            self.residual.as_ref().is_none_or(|(map, _)| map.unpadded()) && self.from.unpadded() && self.to.unpadded();
        // Pixels that lie behind one another are one long row.
        let is_flat =
            self.packed.layer.size == [1, 1] && self.packed.layer.stride == 1 && unpadded && !self.packed.is_first();
        let [height, width] = self.to.size;
        let (rows, width) = if is_flat { (1, height * width) } else { (height, width) };
        for group in &self.packed.groups {
            for y in 0..rows {
                let start = self.to.at(self.first_block + group.first, y, 0);
                let block = self.to.block;
                let mut target = match &mut sink {
                    Sink::Values(values) => Target::Values(Place { values: &mut **values, start, block }),
                    Sink::Floats(values) => Target::Floats(Place { values: &mut **values, start, block }),
                };
                self.row(group, y, width, &mut target);
            }
        }
    }

    /// Row by row into a ring that stays in the cache, and from there, pooled, into the output.
    fn pooled(&self, pool: Pool, ring: &mut Vec<K::Value>, target: &mut [K::Value]) {
        let Some([height, width]) = self.packed.layer.unpooled(self.from.size) else { return };
        for group in &self.packed.groups {
            let (block, line) = (width * LANES, group.blocks * width * LANES);
            if ring.len() < pool.size * line {
                ring.resize(pool.size * line, K::Value::default());
            }
            let mut computed = 0;
            for y in 0..self.to.size[0] {
                let rows = y * pool.stride..(y * pool.stride + pool.size).min(height);
                for row in computed.max(rows.start)..rows.end {
                    let start = row % pool.size * line;
                    self.row(group, row, width, &mut Target::Values(Place { values: &mut ring[..], start, block }));
                }
                computed = rows.end;
                for index in 0..group.blocks {
                    let mut starts = [0; 3];
                    let count = rows.len();
                    starts
                        .iter_mut()
                        .zip(rows.clone())
                        .for_each(|(start, row)| *start = row % pool.size * line + index * block);
                    let row = PoolRow {
                        input: ring,
                        rows: &starts[..count],
                        columns: width,
                        size: pool.size,
                        stride: pool.stride,
                        width: self.to.size[1],
                    };
                    K::pool(&row, &mut target[self.to.at(self.first_block + group.first + index, y, 0)..]);
                }
            }
        }
    }

    fn row(&self, group: &Group<K>, y: usize, width: usize, target: &mut Target<'_, K::Value>) {
        let layer = &self.packed.layer;
        let channels = group.first * LANES..(group.first + group.blocks) * LANES;
        // The input's padding is at least the kernel's: the difference never goes below the first value.
        let [down, right] = [0, 1].map(|axis| self.from.padding[axis] - layer.padding[axis]);
        let row = Row {
            input: self.source,
            start: (y * layer.stride + down) * self.from.row + right * self.from.pixel,
            pixel: self.from.pixel * layer.stride,
            runs: self.runs,
            weights: &group.weights,
            blocks: group.blocks,
            bias: &self.bias[channels.clone()],
            slope: self.packed.slope.get(channels).unwrap_or_default(),
            activation: self.packed.activation,
            scale: self.scale,
            residual: self.residual.as_ref().map(|(map, values)| Place {
                values: *values,
                start: map.at(group.first, y, 0),
                block: map.block,
            }),
            width,
        };
        K::row(&row, target);
    }
}

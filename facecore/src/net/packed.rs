//! A convolution made ready for one [`Kernel`]: its weights in the order in which the tiles read them.

use super::buffer::Buffer;
use super::kernel::{Activation, F23, Kernel, LANES, OutputRow, Place, Repeat, Row, Run, Target, Winograd};
use super::layers::{Convolution, Layer, Slope, Value};
use super::picture::Pixels;

/// The number of sums that fit a processor's second cache (L2) and leave room there.
const CACHED: usize = 1 << 15;

/// With fewer tiles in a picture, Winograd's doubled weights cost more than its halved products save.
const WINOGRAD_FROM: usize = 12;

pub(super) struct Packed<K: Kernel> {
    /// The layer; its weights are empty, since they have moved into `groups`.
    pub layer: Convolution,
    pub groups: Vec<Group<K>>,
    bias: Vec<f32>,
    slope: Vec<f32>,
    activation: Activation,
    /// For the network's first layer: the sum of each output's weights.
    sums: Vec<f32>,
    /// If it takes Winograd's way: it reads rows at the points and makes products, which are brought back to outputs.
    pub winograd: Option<Winograd<K::Value>>,
    /// Two rows of the output are computed at once, by Winograd's way down the picture as well.
    pub paired: bool,
    /// Two of its rows can be pooled while they are in registers.
    pub pools: bool,
}

/// Some blocks of output channels that are computed at once.
pub(super) struct Group<K: Kernel> {
    pub first: usize,
    pub blocks: usize,
    /// One after the other for each of Winograd's points.
    weights: Buffer<K::Value>,
}

/// What a row of the output reads.
pub(super) struct Source<'a, V> {
    pub values: &'a [V],
    /// The upper left of the first pixel's kernel.
    pub start: usize,
    /// From one pixel of the input to the next.
    pub pixel: usize,
    pub runs: &'a [Run],
    pub residual: Option<Place<&'a [V]>>,
    /// Bias and scale as [`Packed::bias`] gives them.
    pub bias: &'a [f32],
    pub scale: f32,
    /// Two rows, see [`Row::pooled`].
    pub pooled: bool,
}

/// A layer's place among the others.
#[derive(Clone, Copy)]
pub(super) struct Role {
    /// It reads the picture.
    pub first: bool,
    /// See [`is_deep`].
    pub deep: bool,
    /// Two of its rows may be computed at once.
    pub pairs: bool,
}

/// Whether errors have many layers to grow in: FaceNet's embeddings would suffer from Winograd's way in bf16 (lowest cosine 0.998, not
/// 0.9998), the few layers of MTCNN do not.
pub(super) fn is_deep(layers: &[Layer]) -> bool {
    layers.len() > 12
}

/// What [`Packed::products`] has made, and which row of the output comes from it.
pub(super) struct Products<'a> {
    pub values: &'a [f32],
    /// The row's first tile.
    pub first: usize,
    /// All tiles of the products.
    pub tiles: usize,
    /// If rows are paired and the lower one is wanted: where that one begins in the target.
    pub lower: Option<usize>,
    /// Pixels of the row.
    pub width: usize,
}

impl<K: Kernel> Packed<K> {
    /// Refuses what the kernel has no tiles for. The first layer reads interleaved pixels, all others blocks of channels.
    pub(super) fn new(mut layer: Convolution, input: &Value, role: Role) -> Result<Self, String> {
        let is_first = role.first;
        let pixel = if is_first { layer.inputs } else { LANES } * layer.stride;
        if !K::takes(pixel) {
            return Err(format!("no tile for pixels {pixel} values apart"));
        }
        let [height, width] = layer.unpooled(input.size).ok_or("the picture is too small")?;
        let winograd = K::winograd();
        let tiles = height * width.div_ceil(winograd.form.outputs);
        let fits =
            !is_first && (layer.size[1], layer.stride, layer.residual) == (3, 1, None) && !(K::COARSE && role.deep);
        let winograd = (fits && tiles >= WINOGRAD_FROM).then_some(winograd);
        let tiles_of_pairs = tiles / height * height.div_ceil(2);
        // An odd row at the end costs as much as two: of few rows that is too many.
        let pays = tiles_of_pairs >= WINOGRAD_FROM && (height % 2 == 0 || height > 15);
        let paired = role.pairs && winograd.is_some() && layer.size[0] == 3 && pays;
        let parts = parts::<K>(&mut layer, winograd, paired);
        let width = match () {
            () if paired => tiles_of_pairs,
            () if winograd.is_some() => tiles,
            () if layer.is_pointwise() && input.padding == [0, 0] => height * width,
            () => width,
        };
        let blocks = layer.outputs.div_ceil(LANES);
        let halves = layer.pool.is_some_and(|pool| (pool.size, pool.stride) == (2, 2));
        let pools = K::POOLS && is_first && halves && pixel == 3 && layer.stride == 1 && blocks == 1;
        // The first layer's tiles hold two blocks at most, to keep the number of compiled tiles small.
        let most = if is_first { K::MAX_BLOCKS.min(2) } else { K::MAX_BLOCKS };
        let held = blocks_of_a_tile::<K>(blocks, most, width);
        let groups = (0..blocks)
            .step_by(held)
            .map(|first| {
                let blocks = held.min(blocks - first);
                let pack = |part| pack_group::<K>(part, first, blocks, is_first);
                let weights: Vec<_> = parts.iter().flat_map(pack).collect();
                Group { first, blocks, weights: Buffer::from(&weights[..]) }
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
        let sums = if is_first { parts[0].weights.chunks_exact(kernel).map(sum).collect() } else { Vec::new() };
        let bias = padded(&layer.bias);
        Ok(Self {
            bias,
            slope,
            activation,
            groups,
            sums,
            winograd,
            paired,
            pools,
            layer: Convolution { weights: Vec::new(), ..layer },
        })
    }

    pub(super) fn blocks(&self) -> usize {
        self.layer.outputs.div_ceil(LANES)
    }

    /// How many rows of the output should be computed at once: with Winograd's way as many as keep the products in the cache.
    pub(super) fn band(&self, height: usize, width: usize) -> usize {
        let most = self.groups.iter().map(|group| group.blocks).max().unwrap_or(1);
        match (self.winograd, self.layer.pool) {
            (Some(Winograd { form, .. }), _) => {
                let row = form.points * most * width.div_ceil(form.outputs) * LANES;
                match self.paired {
                    true => (CACHED / row / 4).clamp(1, height.div_ceil(2)) * 2,
                    false => (CACHED / row).clamp(1, height.max(1)),
                }
            }
            (None, Some(_)) => 1,
            (None, None) => height.max(1),
        }
    }

    /// How many rows at Winograd's points are read for `rows` rows of the output.
    pub(super) fn lines(&self, rows: usize) -> usize {
        if self.paired { rows.div_ceil(2) } else { rows + self.layer.size[0] - 1 }
    }

    /// How many rows of products are made for `rows` rows of the output.
    pub(super) fn product_rows(&self, rows: usize) -> usize {
        if self.paired { rows.div_ceil(2) } else { rows }
    }

    pub(super) fn points(&self, winograd: Winograd<K::Value>) -> usize {
        winograd.form.points * if self.paired { F23.points } else { 1 }
    }

    /// What a pixel of the output reads, from the upper left of its kernel on: `row` says how far a row of the kernel is from there.
    pub(super) fn runs(&self, block: usize, pixel: usize, row: impl Fn(usize) -> usize, runs: &mut Vec<Run>) {
        let [rows, columns] = self.layer.size;
        let rows = if self.paired { 1 } else { rows };
        let columns = if self.winograd.is_some() { 1 } else { columns };
        let inputs = self.layer.inputs;
        runs.clear();
        if self.is_first() {
            // A row of the kernel is one run over interleaved channels.
            let steps = (columns * inputs).div_ceil(K::STEP);
            runs.extend((0..rows).map(|y| Run { offset: row(y), steps }));
            return;
        }
        for input in 0..inputs.div_ceil(LANES) {
            let steps = LANES.min(inputs - input * LANES).div_ceil(K::STEP);
            for y in 0..rows {
                runs.extend((0..columns).map(|x| Run { offset: input * block + row(y) + x * pixel, steps }));
            }
        }
    }

    fn is_first(&self) -> bool {
        !self.sums.is_empty()
    }

    /// The first layer reads raw pixels: `scale · x + offset` is folded into the sums' scale, which is returned, and into the bias.
    pub(super) fn bias(&self, pixels: Pixels<'_>, bias: &mut Vec<f32>) -> f32 {
        bias.clear();
        bias.extend_from_slice(&self.bias);
        if !self.is_first() {
            return 1.0;
        }
        bias.iter_mut().zip(&self.sums).for_each(|(bias, sum)| *bias += pixels.offset * sum);
        pixels.scale
    }

    /// One row of the output, of the group's channels.
    pub(super) fn row(
        &self,
        group: &Group<K>,
        source: Source<'_, K::Value>,
        width: usize,
        target: &mut Target<'_, K::Value>,
    ) {
        let channels = group.first * LANES..(group.first + group.blocks) * LANES;
        let row = Row {
            input: source.values,
            start: source.start,
            pixel: source.pixel * self.layer.stride,
            runs: source.runs,
            weights: &group.weights,
            blocks: group.blocks,
            bias: &source.bias[channels.clone()],
            slope: self.slope.get(channels).unwrap_or_default(),
            activation: self.activation,
            scale: source.scale,
            residual: source.residual,
            width,
            pooled: source.pooled,
            repeat: Repeat::ONCE,
        };
        K::row(&row, target);
    }

    /// The group's convolutions at Winograd's points: `tiles` tiles of transformed input, `point` values from one point to the next.
    /// They come to lie as `[point][block][tile][16]`.
    pub(super) fn products(
        &self,
        winograd: Winograd<K::Value>,
        group: &Group<K>,
        source: Source<'_, K::Value>,
        point: usize,
        tiles: usize,
        products: &mut Buffer<f32>,
    ) {
        let block = tiles * LANES;
        let points = self.points(winograd);
        products.reserve(points * group.blocks * block);
        let row = Row {
            input: source.values,
            start: source.start,
            pixel: LANES,
            runs: source.runs,
            weights: &group.weights,
            blocks: group.blocks,
            bias: &[],
            slope: &[],
            activation: Activation::None,
            scale: 1.0,
            residual: None,
            width: tiles,
            pooled: false,
            repeat: Repeat {
                times: points,
                input: point,
                weights: group.weights.len() / points,
                target: group.blocks * block,
            },
        };
        K::row(&row, &mut Target::Sums(Place { values: &mut **products, start: 0, block }));
    }

    /// A row of the output, or two.
    pub(super) fn transform_output(
        &self,
        winograd: Winograd<K::Value>,
        group: &Group<K>,
        products: Products<'_>,
        target: &mut Target<'_, K::Value>,
    ) {
        let Products { values, first, tiles, lower, width } = products;
        let channels = group.first * LANES..(group.first + group.blocks) * LANES;
        let point = winograd.form.points * group.blocks * tiles * LANES;
        let row = OutputRow {
            products: values,
            start: first * LANES,
            below: self.paired.then_some((point, lower)),
            point: group.blocks * tiles * LANES,
            block: tiles * LANES,
            blocks: group.blocks,
            bias: &self.bias[channels.clone()],
            slope: self.slope.get(channels).unwrap_or_default(),
            activation: self.activation,
            width,
        };
        (winograd.output)(&row, target);
    }
}

/// The layer's weights, which it loses, as convolutions of their own: one, or one for each of Winograd's points, if `paired` down
/// the picture and then along rows.
fn parts<K: Kernel>(layer: &mut Convolution, winograd: Option<Winograd<K::Value>>, paired: bool) -> Vec<Convolution> {
    let weights = std::mem::take(&mut layer.weights);
    let part = |weights, size| {
        let mut part = Convolution { weights, size, bias: Vec::new(), activation: Slope::None, ..*layer };
        round::<K>(&mut part);
        part
    };
    let Some(Winograd { form, .. }) = winograd else {
        return vec![part(weights, layer.size)];
    };
    let rows: Vec<_> = weights.as_chunks().0.iter().map(|&row| (form.kernel)(row)).collect();
    if !paired {
        return (0..form.points)
            .map(|point| part(rows.iter().map(|row| row[point]).collect(), [layer.size[0], 1]))
            .collect();
    }
    let of_columns = |point: usize, down: usize| {
        rows.as_chunks().0.iter().map(|[a, b, c]| (F23.kernel)([a[point], b[point], c[point]])[down]).collect()
    };
    (0..F23.points)
        .flat_map(|down| (0..form.points).map(move |point| (point, down)))
        .map(|(point, down)| part(of_columns(point, down), [1, 1]))
        .collect()
}

/// Rounds the weights to the kernel's values, each with the error of the one before it: sums over channels stay what they were,
/// and those are what counts after a ReLU, where inputs have one sign.
fn round<K: Kernel>(layer: &mut Convolution) {
    let places = layer.size[0] * layer.size[1];
    for weights in layer.weights.chunks_exact_mut(layer.inputs * places) {
        for place in 0..places {
            let mut error = 0.0;
            for weight in weights.iter_mut().skip(place).step_by(places) {
                let wanted = *weight + error;
                *weight = K::widen(K::narrow(wanted));
                error = wanted - *weight;
            }
        }
    }
}

/// How many blocks a tile should hold: few loads for many products, and enough sums to hide the latency of each.
fn blocks_of_a_tile<K: Kernel>(blocks: usize, most: usize, width: usize) -> usize {
    let cost = |held: usize| {
        let tiles = width.div_ceil(K::max_pixels(held));
        let pixels = width.div_ceil(tiles);
        let step = (pixels * held).max(pixels + held).max(8);
        blocks.div_ceil(held) * tiles * step
    };
    (1..=most.min(blocks)).min_by_key(|&held| (cost(held), std::cmp::Reverse(held))).unwrap_or(1)
}

/// In the order of [`Packed::runs`]; zeros where a block or a step is not full.
fn pack_group<K: Kernel>(layer: &Convolution, first: usize, blocks: usize, is_first: bool) -> Vec<K::Value> {
    let [rows, columns] = layer.size;
    let weight = |output: usize, input: usize, row: usize, column: usize| {
        let known = output < layer.outputs && input < layer.inputs && column < columns;
        if known { layer.weights[((output * layer.inputs + input) * rows + row) * columns + column] } else { 0.0 }
    };
    let mut packed = Vec::new();
    let mut step = |at: &dyn Fn(usize, usize) -> f32| {
        for output in first * LANES..(first + blocks) * LANES {
            packed.extend((0..K::STEP).map(|part| K::narrow(at(output, part))));
        }
    };
    if is_first {
        for row in 0..rows {
            for from in (0..columns * layer.inputs).step_by(K::STEP) {
                let place = |part: usize| ((from + part) % layer.inputs, (from + part) / layer.inputs);
                step(&|output, part| weight(output, place(part).0, row, place(part).1));
            }
        }
    } else {
        for block in (0..layer.inputs).step_by(LANES) {
            let channels = LANES.min(layer.inputs - block);
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                for from in (block..block + channels).step_by(K::STEP) {
                    step(&|output, part| weight(output, from + part, row, column));
                }
            }
        }
    }
    packed
}

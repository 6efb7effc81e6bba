//! The inner loops, and the only room of the crate with `unsafe` code: convolution of one row of pixels, depthwise as well, and max pooling.
//!
//! Values lie in blocks of 16 channels: `[block][row][column][16]`. A *tile* is some neighbouring pixels × some blocks of output
//! channels, all sums of which stay in registers while the input goes by; docs/kernels.md has the picture. What differs
//! between processors is a [`Kernel`]:
//!
//! - `avx512`: 16 floats at once; and with bf16, 16 sums of two products.
//! - `avx2`: 8 floats at once, two registers a block.
//! - `neon`: 4 floats at once, four registers a block (64-bit ARM); and with bf16, 4 sums of four products.
//! - `scalar` (tests only): the same interface in plain safe Rust, the twin that the others are compared with.
//!
//! A convolution three columns wide can take Winograd's way (`winograd`).
//!
//! A [`Row`] is checked against its slices here, once a row, before a tile runs without checks. May use no other room.

#![allow(unsafe_code)]
// On other processors tract runs everything.
#![cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), allow(unused))]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod depthwise;
#[cfg(target_arch = "aarch64")]
mod neon;
mod pool;
#[cfg(test)]
mod scalar;
#[cfg(test)]
mod tests;
mod winograd;

#[cfg(target_arch = "x86_64")]
pub(super) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::{Avx512, Avx512Bf16};
pub(super) use depthwise::{DepthwiseRow, Rows};
#[cfg(target_arch = "aarch64")]
pub(super) use neon::{Neon, NeonBf16};
#[cfg(test)]
pub(super) use scalar::Scalar;
pub(super) use winograd::{F23, Form, InputRow, OutputRow, Winograd};

/// Channels in a block.
pub(super) const LANES: usize = 16;

/// How many values the last [step](Kernel::STEP) of a run may read beyond the run. Their weights are 0, but they must be there.
pub(super) const BEYOND: usize = 3;

/// The inputs of one kernel position: `steps` in a row, from `offset` on, counted from the pixel's first input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    pub offset: usize,
    pub steps: usize,
}

/// What is done to a sum at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    None,
    Relu,
    /// Negative values by the channel's slope.
    PRelu,
}

/// Blocks of pixels in a slice: the first pixel's place, and how far the next block is. Pixels of a row are [`LANES`] apart.
#[derive(Debug)]
pub(super) struct Place<S> {
    pub values: S,
    pub start: usize,
    pub block: usize,
}

impl<S> Place<S> {
    /// The blocks from `first` on.
    pub(super) fn from(self, first: usize) -> Self {
        Self { start: self.start + first * self.block, ..self }
    }

    fn end(&self, width: usize, blocks: usize) -> usize {
        self.start + (blocks - 1) * self.block + width * LANES
    }
}

impl<V> Place<&mut [V]> {
    /// The place that is `blocks` blocks and `values` values after this one.
    pub(super) fn ahead(&mut self, blocks: usize, values: usize) -> Place<&mut [V]> {
        Place { values: self.values, start: self.start + blocks * self.block + values, block: self.block }
    }
}

/// Where a row goes: values for the next layer, full floats for the caller, or plain sums. For plain sums nothing of the [`Row`] is read
/// but input and weights: no bias, scale, residual or activation.
#[derive(Debug)]
pub(super) enum Target<'a, V> {
    Values(Place<&'a mut [V]>),
    Floats(Place<&'a mut [f32]>),
    Sums(Place<&'a mut [f32]>),
}

impl<V> Target<'_, V> {
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Values(place) => place.start,
            Self::Floats(place) | Self::Sums(place) => place.start,
        }
    }

    /// Whether there is room for `width` pixels of `blocks` blocks from `start` on.
    fn fits(&self, start: usize, width: usize, blocks: usize) -> bool {
        let (block, len) = match self {
            Self::Values(place) => (place.block, place.values.len()),
            Self::Floats(place) | Self::Sums(place) => (place.block, place.values.len()),
        };
        start + (blocks - 1) * block + width * LANES <= len
    }
}

/// One row of a convolution: `width` pixels of `blocks` blocks of output channels.
///
/// Each output is `activation(scale · Σ input · weight + bias + residual)`.
#[derive(Debug)]
pub(super) struct Row<'a, V> {
    pub input: &'a [V],
    /// The first input of the first pixel.
    pub start: usize,
    /// From one output pixel's input to the next one's, in values.
    pub pixel: usize,
    pub runs: &'a [Run],
    /// For each run and step, `blocks` × [`LANES`] × [`Kernel::STEP`] weights.
    pub weights: &'a [V],
    pub blocks: usize,
    pub bias: &'a [f32],
    pub slope: &'a [f32],
    pub activation: Activation,
    pub scale: f32,
    pub residual: Option<Place<&'a [V]>>,
    /// Pixels of the convolution.
    pub width: usize,
    /// Two rows are computed, and of each 2 × 2 pixels the largest goes out (a window may hang over the right edge). There is one
    /// run more than the kernel has rows: the first row reads all runs but the last, the second one all but the first.
    pub pooled: bool,
    pub repeat: Repeat,
}

/// How often a row is computed: once for each of Winograd's points. Each time input, weights and target begin the given number of
/// values after those of the time before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    pub times: usize,
    pub input: usize,
    pub weights: usize,
    pub target: usize,
}

impl Repeat {
    pub(super) const ONCE: Self = Self { times: 1, input: 0, weights: 0, target: 0 };
}

impl<V> Row<'_, V> {
    /// Pixels that go out.
    fn outputs(&self) -> usize {
        if self.pooled { self.width.div_ceil(2) } else { self.width }
    }
}

/// One row of max pooling over one block.
#[derive(Debug)]
pub(super) struct PoolRow<'a, V> {
    pub input: &'a [V],
    /// The first value of each source row, at most 3.
    pub rows: &'a [usize],
    /// Pixels in a source row.
    pub columns: usize,
    pub size: usize,
    pub stride: usize,
    pub width: usize,
}

/// A number in memory: f32, or the upper half of one (bf16), as a u16.
pub(super) trait Number: Copy + Default + Send + Sync + std::fmt::Debug + 'static {
    /// Whether it is coarser than a float.
    const COARSE: bool;

    fn narrow(value: f32) -> Self;
    fn widen(self) -> f32;
}

impl Number for f32 {
    const COARSE: bool = false;

    fn narrow(value: f32) -> Self {
        value
    }

    fn widen(self) -> f32 {
        self
    }
}

impl Number for u16 {
    const COARSE: bool = true;

    fn narrow(value: f32) -> Self {
        half::bf16::from_f32(value).to_bits()
    }

    fn widen(self) -> f32 {
        half::bf16::from_bits(self).to_f32()
    }
}

/// The inner loops for one kind of processor.
pub(super) trait Kernel: Send + Sync + 'static {
    type Value: Number;
    /// Inputs that a step takes.
    const STEP: usize;
    /// Whether values are coarser than floats.
    const COARSE: bool = Self::Value::COARSE;
    /// Whether it takes [pooled](Row::pooled) rows, of interleaved RGB and one block.
    const POOLS: bool;
    /// The most blocks of a tile.
    const MAX_BLOCKS: usize;

    /// Whether this processor has the instructions.
    fn available() -> bool;
    /// The most pixels of a tile with this number of blocks.
    fn max_pixels(blocks: usize) -> usize;
    /// Whether tiles exist for a [`Row::pixel`] of this many values.
    fn takes(pixel: usize) -> bool {
        [3, 6, 16, 32].contains(&pixel)
    }
    fn narrow(value: f32) -> Self::Value {
        Self::Value::narrow(value)
    }
    fn widen(value: Self::Value) -> f32 {
        value.widen()
    }
    /// Narrows floats to values, as many as both slices have.
    fn fill(values: &mut [Self::Value], floats: &[f32]);
    fn row(row: &Row<'_, Self::Value>, target: &mut Target<'_, Self::Value>);
    fn depthwise(row: &DepthwiseRow<'_, Self::Value>, target: &mut Target<'_, Self::Value>);
    fn pool(row: &PoolRow<'_, Self::Value>, target: &mut [Self::Value]);
    /// Max pooling of floats; the largest is narrowed to a value.
    fn pool_floats(row: &PoolRow<'_, f32>, target: &mut [Self::Value]);
    fn winograd() -> Winograd<Self::Value>;
}

/// A tile's arguments, as pointers to memory that [`checked`] has found large enough.
struct Tile<V> {
    input: *const V,
    runs: *const Run,
    runs_len: usize,
    weights: *const V,
    bias: *const f32,
    slope: *const f32,
    activation: Activation,
    scale: f32,
    /// Null: none.
    residual: *const V,
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only AVX-512 has tiles of several blocks"))]
    residual_block: usize,
    /// One of the two is null.
    values: *mut V,
    floats: *mut f32,
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "only AVX-512 has tiles of several blocks"))]
    block: usize,
    /// The sums go out as they are, as floats.
    plain: bool,
}

impl<V> Tile<V> {
    /// To the next tile of the row: `input` and `target` are the values by which it lies further right in each.
    unsafe fn advance(&mut self, input: usize, target: usize) {
        // SAFETY: the caller's promise that the next tile lies inside the row; a null pointer stays null.
        unsafe {
            self.input = self.input.add(input);
            if !self.residual.is_null() {
                self.residual = self.residual.add(target);
            }
            if self.floats.is_null() {
                self.values = self.values.add(target);
            } else {
                self.floats = self.floats.add(target);
            }
        }
    }
}

type TileFn<V> = unsafe fn(&Tile<V>);

/// Cuts a row into tiles of about equal width and runs them.
///
/// # Panics
/// If a slice is too small for the row: a defect of the caller, found before anything is read.
fn run_tiles<K: Kernel>(
    row: &Row<'_, K::Value>,
    target: &mut Target<'_, K::Value>,
    tile: impl Fn(usize, usize, usize) -> Option<TileFn<K::Value>>,
) {
    checked::<K>(row, target);
    // A pooled row is cut between its windows.
    let unit = if row.pooled { 2 } else { 1 };
    let tiles = row.outputs().div_ceil(K::max_pixels(row.blocks) / unit);
    let (short, wider) = (row.outputs() / tiles, row.outputs() % tiles);
    let of_width = |pixels| tile(row.pixel, row.blocks, pixels).expect("a tile of every width up to the largest");
    // The last tile has fewer pixels if a pooling window hangs over the edge.
    let last = of_width(row.width - (row.outputs() - short) * unit);
    let (narrow, wide) = match wider {
        _ if tiles == 1 => (last, last),
        0 => (of_width(short * unit), last),
        _ => (of_width(short * unit), of_width((short + 1) * unit)),
    };
    let (values, floats, start, block) = match target {
        Target::Values(place) => (place.values.as_mut_ptr(), std::ptr::null_mut(), place.start, place.block),
        Target::Floats(place) | Target::Sums(place) => {
            (std::ptr::null_mut(), place.values.as_mut_ptr(), place.start, place.block)
        }
    };
    let residual = row.residual.as_ref();
    let plain = matches!(target, Target::Sums(_));
    // SAFETY: `checked` has compared every offset below with the length of its slice; the processor has the instructions, since
    // a kernel is only chosen where `Kernel::available` says so.
    unsafe {
        let mut tile = Tile {
            input: row.input.as_ptr().add(row.start),
            runs: row.runs.as_ptr(),
            runs_len: row.runs.len(),
            weights: row.weights.as_ptr(),
            bias: row.bias.as_ptr(),
            slope: row.slope.as_ptr(),
            activation: row.activation,
            scale: row.scale,
            residual: residual.map_or(std::ptr::null(), |place| place.values.as_ptr().add(place.start)),
            residual_block: residual.map_or(0, |place| place.block),
            values: if values.is_null() { values } else { values.add(start) },
            floats: if floats.is_null() { floats } else { floats.add(start) },
            block,
            plain,
        };
        for time in 0..row.repeat.times {
            for index in 1..tiles {
                let (function, outputs) = if index <= wider { (wide, short + 1) } else { (narrow, short) };
                function(&tile);
                tile.advance(outputs * unit * row.pixel, outputs * LANES);
            }
            last(&tile);
            if time + 1 < row.repeat.times {
                tile.input = row.input.as_ptr().add(row.start + (time + 1) * row.repeat.input);
                tile.weights = tile.weights.add(row.repeat.weights);
                tile.floats = floats.add(start + (time + 1) * row.repeat.target);
            }
        }
    }
}

fn checked<K: Kernel>(row: &Row<'_, K::Value>, target: &Target<'_, K::Value>) {
    assert!(row.width > 0 && (1..=K::MAX_BLOCKS).contains(&row.blocks), "no tile for {} blocks", row.blocks);
    assert!(
        !row.pooled || (K::POOLS && row.pixel == 3 && row.blocks == 1 && row.residual.is_none()),
        "not to be pooled"
    );
    let reach = row.runs.iter().map(|run| run.offset + run.steps * K::STEP).max().unwrap_or(0);
    let weighed = row.runs.len() - usize::from(row.pooled);
    let steps: usize = row.runs[..weighed].iter().map(|run| run.steps).sum();
    let channels = row.blocks * LANES;
    let alike = row.runs.len() > 1 && row.runs.iter().all(|run| run.steps == row.runs[0].steps);
    assert!(!row.pooled || alike, "one run, or runs of several lengths");
    let plain = matches!(target, Target::Sums(_));
    assert!(!(plain && (row.pooled || row.residual.is_some())), "nothing is done to plain sums");
    assert!(row.repeat.times == 1 || row.repeat.times > 1 && plain, "only plain sums are repeated");
    let Repeat { input, weights, target: further, .. } = row.repeat;
    let [input, weights, further] = [input, weights, further].map(|stride| (row.repeat.times - 1) * stride);
    assert!(input + row.start + (row.width - 1) * row.pixel + reach <= row.input.len(), "the input is too small");
    assert!(weights + steps * channels * K::STEP <= row.weights.len(), "too few weights");
    assert!(plain || channels <= row.bias.len(), "too few biases");
    assert!(plain || row.activation != Activation::PRelu || channels <= row.slope.len(), "too few slopes");
    if let Some(place) = &row.residual {
        assert!(place.end(row.width, row.blocks) <= place.values.len(), "the residual is too small");
    }
    assert!(target.fits(target.start() + further, row.outputs(), row.blocks), "the target is too small");
}

/// Names for the sums of up to 14 pixels × 4 blocks: of an array, LLVM spills a part to memory.
#[cfg(target_arch = "x86_64")]
macro_rules! with_pixels {
    ($then:ident!($($given:tt)*)) => {
        $then!($($given)*
            (0 a0 b0 c0 d0) (1 a1 b1 c1 d1) (2 a2 b2 c2 d2) (3 a3 b3 c3 d3) (4 a4 b4 c4 d4)
            (5 a5 b5 c5 d5) (6 a6 b6 c6 d6) (7 a7 b7 c7 d7) (8 a8 b8 c8 d8) (9 a9 b9 c9 d9)
            (10 a10 b10 c10 d10) (11 a11 b11 c11 d11) (12 a12 b12 c12 d12) (13 a13 b13 c13 d13));
    };
}

/// `match` over the tiles that exist: distance of pixels, blocks, pixels.
macro_rules! pick {
    ($tile:ident, $key:expr, $($pixel:literal: $($blocks:literal => [$($pixels:literal)+])+;)+) => {
        Some(match $key {
            $($($(($pixel, $blocks, $pixels) => $tile::<$pixel, $blocks, $pixels>,)+)+)+
            _ => return None,
        })
    };
}

#[cfg(target_arch = "x86_64")]
use with_pixels;
use {
    depthwise::depthwise,
    pick,
    pool::pool,
    winograd::{F43, checked_input, checked_output, coarse, transforms, window},
};

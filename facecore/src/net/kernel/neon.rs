//! NEON, which every 64-bit ARM processor has: a block of 16 channels is four registers.

use std::arch::aarch64::*;

use super::{
    Activation, DepthwiseRow, F43, InputRow, Kernel, LANES, OutputRow, PoolRow, Row, Rows, Target, Tile, TileFn,
    Winograd, checked_input, checked_output, checked_pool, depthwise, pick, run_tiles, transforms, window,
};

/// 4 floats at once.
pub(in crate::net) struct Neon;

/// The sums of one block: the four quarters of a pixel's sums are `$a` to `$d`, and `$x` is the register with its inputs. Of those, the
/// instruction itself copies one to all lanes, so four inputs cost one load.
macro_rules! tile {
    ($(($p:literal $a:ident $b:ident $c:ident $d:ident $x:ident))+) => {
        #[target_feature(enable = "neon")]
        unsafe fn tile<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<f32>) {
            // SAFETY: the caller's, see `run_tiles`; every pointer below moves inside what it has checked.
            unsafe {
                let zero = vdupq_n_f32(0.0);
                $(let (mut $a, mut $b, mut $c, mut $d) = (zero, zero, zero, zero);)+
                let mut weights = tile.weights;
                for index in 0..tile.runs_len {
                    let run = *tile.runs.add(index);
                    let mut input = tile.input.add(run.offset);
                    for _ in 0..run.steps / 4 {
                        $(let $x = if $p < PIXELS { load(input.add($p * PIXEL)) } else { zero };)+
                        add!(0 weights, $(($p $a $b $c $d $x))+);
                        add!(1 weights, $(($p $a $b $c $d $x))+);
                        add!(2 weights, $(($p $a $b $c $d $x))+);
                        add!(3 weights, $(($p $a $b $c $d $x))+);
                        weights = weights.add(4 * LANES);
                        input = input.add(4);
                    }
                    for _ in 0..run.steps % 4 {
                        $(let $x = if $p < PIXELS { vld1q_dup_f32(input.add($p * PIXEL)) } else { zero };)+
                        add!(0 weights, $(($p $a $b $c $d $x))+);
                        weights = weights.add(LANES);
                        input = input.add(1);
                    }
                }
                finish!(0 tile, $(($p $a))+);
                finish!(1 tile, $(($p $b))+);
                finish!(2 tile, $(($p $c))+);
                finish!(3 tile, $(($p $d))+);
            }
        }
    };
}

/// One input of each pixel, the one in lane `$lane`, times its 16 weights.
macro_rules! add {
    ($lane:literal $weights:ident, $(($p:literal $a:ident $b:ident $c:ident $d:ident $x:ident))+) => {
        let at = $weights.add($lane * LANES);
        let weights = load(at);
        $(if $p < PIXELS { $a = vfmaq_laneq_f32::<$lane>($a, weights, $x); })+
        let weights = load(at.add(4));
        $(if $p < PIXELS { $b = vfmaq_laneq_f32::<$lane>($b, weights, $x); })+
        let weights = load(at.add(8));
        $(if $p < PIXELS { $c = vfmaq_laneq_f32::<$lane>($c, weights, $x); })+
        let weights = load(at.add(12));
        $(if $p < PIXELS { $d = vfmaq_laneq_f32::<$lane>($d, weights, $x); })+
    };
}

/// Scale, bias, residual, activation, and out: one quarter of all pixels. Sums that nothing is done to go straight to the target.
macro_rules! finish {
    ($quarter:literal $tile:ident, $(($p:literal $sum:ident))+) => {
        let to = if $tile.floats.is_null() { $tile.values } else { $tile.floats };
        if $tile.plain {
            $(if $p < PIXELS { store(to.add($p * LANES + 4 * $quarter), $sum); })+
        } else {
            let (scale, bias) = ($tile.scale, load($tile.bias.add(4 * $quarter)));
            let slope = match $tile.activation {
                Activation::None => vdupq_n_f32(1.0),
                Activation::Relu => vdupq_n_f32(0.0),
                Activation::PRelu => load($tile.slope.add(4 * $quarter)),
            };
            $(if $p < PIXELS {
                let mut y = vfmaq_n_f32(bias, $sum, scale);
                if !$tile.residual.is_null() {
                    y = vaddq_f32(y, load($tile.residual.add($p * LANES + 4 * $quarter)));
                }
                store(to.add($p * LANES + 4 * $quarter), leak(y, slope));
            })+
        }
    };
}

// 24 of the 32 registers are sums, 6 inputs, and 2 are left for weights.
tile!((0 a0 b0 c0 d0 x0) (1 a1 b1 c1 d1 x1) (2 a2 b2 c2 d2 x2) (3 a3 b3 c3 d3 x3) (4 a4 b4 c4 d4 x4) (5 a5 b5 c5 d5 x5));

#[target_feature(enable = "neon")]
fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
    checked_pool(row, target);
    // A row or a column that is read twice changes nothing: so every window is full.
    let last = row.rows[row.rows.len() - 1];
    let rows = [0, 1, 2].map(|index| row.rows.get(index).copied().unwrap_or(last));
    for quarter in [0, 4, 8, 12] {
        let column = |at: usize| {
            let at = at.min(row.columns - 1) * LANES + quarter;
            // SAFETY: `checked_pool` has compared the last column of each row with the input.
            let [a, b, c] = rows.map(|start| unsafe { load(row.input.as_ptr().add(start + at)) });
            vmaxq_f32(vmaxq_f32(a, b), c)
        };
        let (mut first, middle) = (column(0), 1.min(row.size - 1));
        for (x, target) in target.as_chunks_mut::<LANES>().0.iter_mut().take(row.width).enumerate() {
            let at = x * row.stride;
            let (second, third) = (column(at + middle), column(at + row.size - 1));
            // SAFETY: a quarter of 16 values.
            unsafe { store(target.as_mut_ptr().add(quarter), vmaxq_f32(vmaxq_f32(first, second), third)) };
            // A window's last column can be the next one's first.
            first = if row.size == row.stride + 1 { third } else { column(at + row.stride) };
        }
    }
}

transforms!("neon" float32x4_t 4 vdupq_n_f32 load store vaddq_f32 vsubq_f32 multiply_add leak);
depthwise!(depthwise_f32 "neon" f32, float32x4_t 4, vdupq_n_f32 load store load store multiply_add leak);

/// `a · b + c`.
#[inline]
#[target_feature(enable = "neon")]
fn multiply_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
    vfmaq_f32(c, a, b)
}

#[inline]
#[target_feature(enable = "neon")]
fn leak(values: float32x4_t, slope: float32x4_t) -> float32x4_t {
    vbslq_f32(vcltzq_f32(values), vmulq_f32(values, slope), values)
}

#[inline]
#[target_feature(enable = "neon")]
unsafe fn load(at: *const f32) -> float32x4_t {
    // SAFETY: 4 floats lie there.
    unsafe { vld1q_f32(at) }
}

#[inline]
#[target_feature(enable = "neon")]
unsafe fn store(at: *mut f32, values: float32x4_t) {
    // SAFETY: there is room for 4 floats.
    unsafe { vst1q_f32(at, values) }
}

impl Kernel for Neon {
    type Value = f32;
    const STEP: usize = 1;
    const COARSE: bool = false;
    const POOLS: bool = false;
    const MAX_BLOCKS: usize = 1;

    fn available() -> bool {
        std::arch::is_aarch64_feature_detected!("neon")
    }

    fn max_pixels(_: usize) -> usize {
        6
    }

    fn takes(pixel: usize) -> bool {
        [3, 6, 16, 32].contains(&pixel)
    }

    fn narrow(value: f32) -> f32 {
        value
    }

    fn widen(value: f32) -> f32 {
        value
    }

    fn fill(values: &mut [f32], floats: &[f32]) {
        values.iter_mut().zip(floats).for_each(|(value, &float)| *value = float);
    }

    fn row(row: &Row<'_, f32>, target: &mut Target<'_, f32>) {
        let tile = |pixel, blocks, pixels| -> Option<TileFn<f32>> {
            pick!(tile, (pixel, blocks, pixels),
                3: 1 => [1 2 3 4 5 6];
                6: 1 => [1 2 3 4 5 6];
                16: 1 => [1 2 3 4 5 6];
                32: 1 => [1 2 3 4 5 6];
            )
        };
        run_tiles::<Self>(row, target, tile);
    }

    fn depthwise(row: &DepthwiseRow<'_, f32>, target: &mut Target<'_, f32>) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { depthwise_f32(row, target) }
    }

    fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { pool(row, target) }
    }

    fn pool_floats(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        Self::pool(row, target);
    }

    fn winograd() -> Winograd<f32> {
        Winograd {
            form: F43,
            // SAFETY: a kernel is only chosen where the processor has its instructions.
            input: |row, target| unsafe { transform_input(row, target) },
            // SAFETY: as above.
            output: |row, target| unsafe { transform_output(row, target) },
        }
    }
}

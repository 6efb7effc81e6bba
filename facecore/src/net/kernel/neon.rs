//! NEON, which every 64-bit ARM processor has: a block of 16 channels is four registers. With bf16, which is optional in it.

mod tile;

use std::arch::aarch64::*;
use std::arch::asm;

use super::{
    Activation, DepthwiseRow, F23, F43, InputRow, Kernel, LANES, Number, OutputRow, Place, PoolRow, Row, Rows, Target,
    TileFn, Winograd, checked_input, checked_output, coarse, depthwise, pick, pool, run_tiles, transforms, window,
};
use tile::{tile_bf16, tile_f32};

/// 4 floats at once.
pub(in crate::net) struct Neon;

/// Inputs and weights in bf16, sums in f32: each step adds four products to each of 4 sums.
pub(in crate::net) struct NeonBf16;

pool!(pool_f32 "neon" f32, f32, 4 load store vmaxq_f32);
pool!(pool_bf16 "neon,bf16" u16, u16, 4 load_bf16 store_bf16 vmaxq_f32);
pool!(pool_to_bf16 "neon,bf16" f32, u16, 4 load store_bf16 vmaxq_f32);
coarse!("neon,bf16" float32x4_t 4 vdupq_n_f32 load_bf16 store_bf16 load store vaddq_f32 vsubq_f32 leak);
transforms!("neon" float32x4_t 4 vdupq_n_f32 load store vaddq_f32 vsubq_f32 multiply_add leak);
depthwise!(depthwise_f32 "neon" f32, float32x4_t 4, vdupq_n_f32 load store load store multiply_add leak);
depthwise!(depthwise_bf16 "neon,bf16" u16, float32x4_t 4, vdupq_n_f32 load_bf16 store_bf16 load store multiply_add leak);

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

#[inline]
#[target_feature(enable = "neon")]
unsafe fn load_bf16(at: *const u16) -> float32x4_t {
    // SAFETY: 4 values lie there.
    vreinterpretq_f32_u32(vshll_n_u16::<16>(unsafe { vld1_u16(at) }))
}

/// Rounds to the nearest. (The compiler knows no function for this instruction yet, nor for the one in `multiply_add_fours`.)
#[inline]
#[target_feature(enable = "neon,bf16")]
unsafe fn store_bf16(at: *mut u16, values: float32x4_t) {
    let rounded: uint16x4_t;
    // SAFETY: it computes with registers; there is room for 4 values.
    unsafe {
        asm!("bfcvtn {0:v}.4h, {1:v}.4s", lateout(vreg) rounded, in(vreg) values, options(pure, nomem, nostack, preserves_flags));
        vst1_u16(at, rounded);
    }
}

/// The products of two rows of four in `rows` with two columns of four in `columns`, four sums a pair, added to `sums`: first row with both
/// columns, second row with both.
#[inline]
#[target_feature(enable = "neon,bf16")]
fn multiply_add_fours(mut sums: float32x4_t, rows: uint16x8_t, columns: uint16x8_t) -> float32x4_t {
    // SAFETY: it computes with registers.
    unsafe {
        asm!("bfmmla {0:v}.4s, {1:v}.8h, {2:v}.8h", inlateout(vreg) sums, in(vreg) rows, in(vreg) columns,
            options(pure, nomem, nostack, preserves_flags));
    }
    sums
}

macro_rules! choose {
    ($tile:ident, $key:expr) => {
        pick!($tile, $key,
            3: 1 => [1 2 3 4 5 6];
            6: 1 => [1 2 3 4 5 6];
            16: 1 => [1 2 3 4 5 6];
            32: 1 => [1 2 3 4 5 6];
        )
    };
}

impl Kernel for Neon {
    type Value = f32;
    const STEP: usize = 1;
    const POOLS: bool = false;
    const MAX_BLOCKS: usize = 1;

    fn available() -> bool {
        std::arch::is_aarch64_feature_detected!("neon")
    }

    fn max_pixels(_: usize) -> usize {
        6
    }

    fn fill(values: &mut [f32], floats: &[f32]) {
        values.iter_mut().zip(floats).for_each(|(value, &float)| *value = float);
    }

    fn row(row: &Row<'_, f32>, target: &mut Target<'_, f32>) {
        let tile = |pixel, blocks, pixels| -> Option<TileFn<f32>> { choose!(tile_f32, (pixel, blocks, pixels)) };
        run_tiles::<Self>(row, target, tile);
    }

    fn depthwise(row: &DepthwiseRow<'_, f32>, target: &mut Target<'_, f32>) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { depthwise_f32(row, target) }
    }

    fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { pool_f32(row, target) }
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

impl Kernel for NeonBf16 {
    type Value = u16;
    const STEP: usize = 4;
    const POOLS: bool = false;
    const MAX_BLOCKS: usize = 1;

    fn available() -> bool {
        std::arch::is_aarch64_feature_detected!("neon") && std::arch::is_aarch64_feature_detected!("bf16")
    }

    fn max_pixels(_: usize) -> usize {
        6
    }

    fn fill(values: &mut [u16], floats: &[f32]) {
        let count = values.len().min(floats.len());
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { narrow_all(&floats[..count], &mut values[..count]) }
    }

    fn row(row: &Row<'_, u16>, target: &mut Target<'_, u16>) {
        let tile = |pixel, blocks, pixels| -> Option<TileFn<u16>> { choose!(tile_bf16, (pixel, blocks, pixels)) };
        run_tiles::<Self>(row, target, tile);
    }

    fn depthwise(row: &DepthwiseRow<'_, u16>, target: &mut Target<'_, u16>) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { depthwise_bf16(row, target) }
    }

    fn pool(row: &PoolRow<'_, u16>, target: &mut [u16]) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { pool_bf16(row, target) }
    }

    fn pool_floats(row: &PoolRow<'_, f32>, target: &mut [u16]) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { pool_to_bf16(row, target) }
    }

    fn winograd() -> Winograd<u16> {
        Winograd {
            form: F23,
            // SAFETY: a kernel is only chosen where the processor has its instructions.
            input: |row, target| unsafe { transform_input_bf16(row, target) },
            // SAFETY: as above.
            output: |row, target| unsafe { transform_output_bf16(row, target) },
        }
    }
}

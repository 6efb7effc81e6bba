//! AVX-512: one register holds a block of 16 channels.

mod pooled;
mod tile;

use std::arch::x86_64::*;

use super::{
    Activation, DepthwiseRow, F23, F43, InputRow, Kernel, LANES, Number, OutputRow, Place, PoolRow, Row, Rows, Target,
    TileFn, Winograd, checked_input, checked_output, coarse, depthwise, pick, pool, run_tiles, transforms, window,
};
use pooled::{pooled_bf16, pooled_f32};
use tile::{tile_bf16, tile_f32};

/// 16 floats at once.
pub(in crate::net) struct Avx512;

/// Inputs and weights in bf16, sums in f32: each step adds two products to 16 sums.
pub(in crate::net) struct Avx512Bf16;

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn load_f32(at: *const f32) -> __m512 {
    // SAFETY: 16 floats lie there.
    unsafe { _mm512_loadu_ps(at) }
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn store_f32(at: *mut f32, values: __m512) {
    // SAFETY: there is room for 16 floats.
    unsafe { _mm512_storeu_ps(at, values) }
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn broadcast_f32(at: *const f32) -> __m512 {
    // SAFETY: a float lies there.
    _mm512_set1_ps(unsafe { *at })
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add_f32(sum: __m512, x: __m512, weights: __m512) -> __m512 {
    _mm512_fmadd_ps(x, weights, sum)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn load_pairs(at: *const u16) -> __m512bh {
    // SAFETY: 32 values lie there; the two types are 512 plain bits.
    unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_loadu_si512(at.cast())) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn broadcast_pair(at: *const u16) -> __m512bh {
    // SAFETY: two values lie there; the two types are 512 plain bits.
    unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_set1_epi32(at.cast::<i32>().read_unaligned())) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn add_pairs(sum: __m512, x: __m512bh, weights: __m512bh) -> __m512 {
    _mm512_dpbf16_ps(sum, x, weights)
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn load_bf16(at: *const u16) -> __m512 {
    // SAFETY: 16 values lie there.
    let halves = unsafe { _mm256_loadu_si256(at.cast()) };
    _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(halves)))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn store_bf16(at: *mut u16, values: __m512) {
    let rounded = _mm512_cvtneps_pbh(values);
    // SAFETY: there is room for 16 values; the two types are 256 plain bits.
    unsafe { _mm256_storeu_si256(at.cast(), std::mem::transmute::<__m256bh, __m256i>(rounded)) }
}

pool!(pool_f32 "avx512f" f32, f32, 16 load_f32 store_f32 _mm512_max_ps);
pool!(pool_bf16 "avx512f,avx512bf16" u16, u16, 16 load_bf16 store_bf16 _mm512_max_ps);
pool!(pool_to_bf16 "avx512f,avx512bf16" f32, u16, 16 load_f32 store_bf16 _mm512_max_ps);
coarse!("avx512f,avx512bf16" __m512 16 _mm512_set1_ps load_bf16 store_bf16 load_f32 store_f32 _mm512_add_ps _mm512_sub_ps leak);
transforms!("avx512f" __m512 16 _mm512_set1_ps load_f32 store_f32 _mm512_add_ps _mm512_sub_ps _mm512_fmadd_ps leak);
depthwise!(depthwise_f32 "avx512f" f32, __m512 16, _mm512_set1_ps load_f32 store_f32 load_f32 store_f32 _mm512_fmadd_ps leak);
depthwise!(depthwise_bf16 "avx512f,avx512bf16" u16, __m512 16, _mm512_set1_ps load_bf16 store_bf16 load_f32 store_f32 _mm512_fmadd_ps leak);

#[inline]
#[target_feature(enable = "avx512f")]
fn leak(values: __m512, slope: __m512) -> __m512 {
    let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(values, _mm512_setzero_ps());
    _mm512_mask_mul_ps(values, negative, values, slope)
}

macro_rules! choose {
    ($tile:ident, $key:expr) => {
        pick!($tile, $key,
            3: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14] 2 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14];
            6: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14] 2 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14];
            16: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14] 2 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14]
                3 => [1 2 3 4 5 6 7 8 9] 4 => [1 2 3 4 5 6];
            32: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14] 2 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14]
                3 => [1 2 3 4 5 6 7 8 9] 4 => [1 2 3 4 5 6];
        )
    };
}

/// The number of pixels with which sums, weights and one input fill the 32 registers.
fn max_pixels(blocks: usize) -> usize {
    [14, 14, 9, 6][blocks - 1]
}

impl Kernel for Avx512 {
    type Value = f32;
    const STEP: usize = 1;
    const POOLS: bool = true;
    const MAX_BLOCKS: usize = 4;

    fn available() -> bool {
        is_x86_feature_detected!("avx512f")
    }

    fn max_pixels(blocks: usize) -> usize {
        max_pixels(blocks)
    }

    fn fill(values: &mut [f32], floats: &[f32]) {
        values.iter_mut().zip(floats).for_each(|(value, &float)| *value = float);
    }

    fn row(row: &Row<'_, f32>, target: &mut Target<'_, f32>) {
        let tile = |pixel, blocks, pixels| -> Option<TileFn<f32>> {
            match row.pooled {
                true => pick!(pooled_f32, (pixel, blocks, pixels), 3: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14];),
                false => choose!(tile_f32, (pixel, blocks, pixels)),
            }
        };
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

impl Kernel for Avx512Bf16 {
    type Value = u16;
    const STEP: usize = 2;
    const POOLS: bool = true;
    const MAX_BLOCKS: usize = 4;

    fn available() -> bool {
        is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16")
    }

    fn max_pixels(blocks: usize) -> usize {
        max_pixels(blocks)
    }

    fn fill(values: &mut [u16], floats: &[f32]) {
        let count = values.len().min(floats.len());
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { narrow_all(&floats[..count], &mut values[..count]) }
    }

    fn row(row: &Row<'_, u16>, target: &mut Target<'_, u16>) {
        let tile = |pixel, blocks, pixels| -> Option<TileFn<u16>> {
            match row.pooled {
                true => pick!(pooled_bf16, (pixel, blocks, pixels), 3: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14];),
                false => choose!(tile_bf16, (pixel, blocks, pixels)),
            }
        };
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

//! AVX2 with FMA: a block of 16 channels is two registers.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::{
    Activation, DepthwiseRow, F43, InputRow, Kernel, LANES, OutputRow, PoolRow, Row, Rows, Target, Tile, TileFn,
    Winograd, checked_input, checked_output, depthwise, pick, pool, run_tiles, transforms, window, with_pixels,
};

/// 8 floats at once.
pub(in crate::net) struct Avx2;

/// A tile of one block: the lower and the upper half of a pixel's sums are `$a` and `$b`.
macro_rules! tile {
    ($(($p:literal $a:ident $b:ident $c:ident $d:ident))+) => {
        #[target_feature(enable = "avx2,fma")]
        unsafe fn tile<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<f32>) {
            let mut sums = Sums::uninit();
            // SAFETY: the caller's, see `run_tiles`; every pointer below moves inside what it has checked.
            unsafe {
                let zero = _mm256_setzero_ps();
                $(let (mut $a, mut $b) = (zero, zero);)+
                let mut weights = tile.weights;
                for index in 0..tile.runs_len {
                    let run = *tile.runs.add(index);
                    let mut input = tile.input.add(run.offset);
                    for _ in 0..run.steps {
                        let (low, high) = (_mm256_loadu_ps(weights), _mm256_loadu_ps(weights.add(8)));
                        $(if $p < PIXELS {
                            let x = _mm256_set1_ps(*input.add($p * PIXEL));
                            $a = _mm256_fmadd_ps(x, low, $a);
                            $b = _mm256_fmadd_ps(x, high, $b);
                        })+
                        weights = weights.add(LANES);
                        input = input.add(1);
                    }
                }
                // Without a residual, sums are finished in their registers.
                if !tile.plain && tile.residual.is_null() {
                    let scale = _mm256_set1_ps(tile.scale);
                    let [low_bias, high_bias] = [load(tile.bias), load(tile.bias.add(8))];
                    let [low, high] = match tile.activation {
                        Activation::None => [_mm256_set1_ps(1.0); 2],
                        Activation::Relu => [zero; 2],
                        Activation::PRelu => [load(tile.slope), load(tile.slope.add(8))],
                    };
                    let to = if tile.floats.is_null() { tile.values } else { tile.floats };
                    $(if $p < PIXELS {
                        store(to.add($p * LANES), leak(_mm256_fmadd_ps($a, scale, low_bias), low));
                        store(to.add($p * LANES + 8), leak(_mm256_fmadd_ps($b, scale, high_bias), high));
                    })+
                    return;
                }
                // Sums that nothing is done to go straight to the target.
                let to = if tile.plain { tile.floats } else { sums.as_mut_ptr().cast() };
                $(if $p < PIXELS {
                    store(to.add($p * LANES), $a);
                    store(to.add($p * LANES + 8), $b);
                })+
                if !tile.plain {
                    finish(tile, sums.as_ptr().cast(), PIXELS);
                }
            }
        }
    };
}

/// A tile's sums on their way out: 12 registers at most.
type Sums = MaybeUninit<[__m256; 12]>;

with_pixels!(tile!());

/// Scale, bias, residual, activation, and out.
#[target_feature(enable = "avx2,fma")]
unsafe fn finish(tile: &Tile<f32>, sums: *const __m256, pixels: usize) {
    let scale = _mm256_set1_ps(tile.scale);
    for at in (0..pixels * LANES).step_by(8) {
        let channel = at % LANES;
        // SAFETY: as in the tile, which has written the sums.
        unsafe {
            let mut y = _mm256_fmadd_ps(*sums.add(at / 8), scale, _mm256_loadu_ps(tile.bias.add(channel)));
            if !tile.residual.is_null() {
                y = _mm256_add_ps(y, _mm256_loadu_ps(tile.residual.add(at)));
            }
            y = match tile.activation {
                Activation::None => y,
                Activation::Relu => _mm256_max_ps(y, _mm256_setzero_ps()),
                // The sign bit chooses.
                Activation::PRelu => _mm256_blendv_ps(y, _mm256_mul_ps(y, _mm256_loadu_ps(tile.slope.add(channel))), y),
            };
            let target = if tile.floats.is_null() { tile.values } else { tile.floats };
            _mm256_storeu_ps(target.add(at), y);
        }
    }
}

pool!(pool_f32 "avx2,fma" f32, f32, 8 load store _mm256_max_ps);
transforms!("avx2,fma" __m256 8 _mm256_set1_ps load store _mm256_add_ps _mm256_sub_ps _mm256_fmadd_ps leak);
depthwise!(depthwise_f32 "avx2,fma" f32, __m256 8, _mm256_set1_ps load store load store _mm256_fmadd_ps leak);

#[inline]
#[target_feature(enable = "avx2,fma")]
fn leak(values: __m256, slope: __m256) -> __m256 {
    // The sign bit chooses.
    _mm256_blendv_ps(values, _mm256_mul_ps(values, slope), values)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn load(at: *const f32) -> __m256 {
    // SAFETY: 8 floats lie there.
    unsafe { _mm256_loadu_ps(at) }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn store(at: *mut f32, values: __m256) {
    // SAFETY: there is room for 8 floats.
    unsafe { _mm256_storeu_ps(at, values) }
}

impl Kernel for Avx2 {
    type Value = f32;
    const STEP: usize = 1;
    const POOLS: bool = false;
    const MAX_BLOCKS: usize = 1;

    fn available() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    }

    fn max_pixels(_: usize) -> usize {
        6
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

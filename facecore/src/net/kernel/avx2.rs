//! AVX2 with FMA: a block of 16 channels is two registers.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::{
    Activation, InputRow, Kernel, LANES, OUTPUTS, OutputRow, POINTS, PoolRow, Row, Target, Tile, TileFn, Winograd,
    checked_input, checked_output, checked_pool, pick, run_tiles, transforms, with_pixels,
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
                let sums = sums.as_mut_ptr().cast::<__m256>();
                $(if $p < PIXELS {
                    sums.add(2 * $p).write($a);
                    sums.add(2 * $p + 1).write($b);
                })+
                finish(tile, sums, PIXELS);
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

#[target_feature(enable = "avx2,fma")]
fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
    checked_pool(row, target);
    let lowest = _mm256_set1_ps(f32::NEG_INFINITY);
    // A window's last column is the next one's first.
    let carries = row.size == row.stride + 1;
    for half in [0, 8] {
        let mut column_most = lowest;
        for x in 0..row.width {
            let first = x * row.stride;
            let last = (first + row.size).min(row.columns);
            let carried = usize::from(carries && x > 0);
            // SAFETY: `checked_pool` has compared the last column and the last target with their slices.
            unsafe {
                let mut most = if carried > 0 { column_most } else { lowest };
                for column in first + carried..last {
                    column_most = lowest;
                    for &start in row.rows {
                        let value = load(row.input.as_ptr().add(start + column * LANES + half));
                        column_most = _mm256_max_ps(column_most, value);
                    }
                    most = _mm256_max_ps(most, column_most);
                }
                store(target.as_mut_ptr().add(x * LANES + half), most);
            }
        }
    }
}

transforms!("avx2,fma" 8 _mm256_set1_ps load store _mm256_add_ps _mm256_sub_ps _mm256_fmadd_ps leak);

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
    const MAX_BLOCKS: usize = 1;

    fn available() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
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

    fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { pool(row, target) }
    }

    fn winograd() -> Option<Winograd<f32>> {
        // SAFETY: as `pool`.
        Some(Winograd {
            input: |row, target| unsafe { transform_input(row, target) },
            output: |row, target| unsafe { transform_output(row, target) },
        })
    }
}

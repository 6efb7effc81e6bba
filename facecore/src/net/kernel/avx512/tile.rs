//! Tiles of a convolution: the loops in which nearly all of the time goes.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::super::{Activation, LANES, Tile, with_pixels};
use super::{
    add_f32, add_pairs, broadcast_f32, broadcast_pair, load_bf16, load_f32, load_pairs, store_bf16, store_f32,
};

/// How far ahead weights are fetched, in bytes.
const AHEAD: usize = 4096;

/// A tile: while the input goes by, all sums stay in registers, named `$a` to `$d` for the pixel's four blocks.
macro_rules! tile {
    ($name:ident $features:literal $value:ty, $step:literal, $weights:ident $broadcast:ident $add:ident $finish:ident
     $(($p:literal $a:ident $b:ident $c:ident $d:ident))+) => {
        #[target_feature(enable = $features)]
        pub(super) unsafe fn $name<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<$value>) {
            const STEP: usize = $step;
            let mut sums = Sums::uninit();
            // SAFETY: the caller's, see `run_tiles`; every pointer below moves inside what it has checked.
            unsafe {
                let zero = _mm512_setzero_ps();
                $(let (mut $a, mut $b, mut $c, mut $d) = (zero, zero, zero, zero);)+
                let mut weights = tile.weights;
                for index in 0..tile.runs_len {
                    let run = *tile.runs.add(index);
                    let mut input = tile.input.add(run.offset);
                    for _ in 0..run.steps {
                        // Large layers come from main memory, which is far: ask well ahead, and across pages.
                        // Tiles of one block have no load to spare, and belong to small layers.
                        for block in 0..if BLOCKS > 1 { BLOCKS } else { 0 } {
                            _mm_prefetch::<_MM_HINT_T0>(weights.cast::<i8>().wrapping_add(AHEAD + 64 * block));
                        }
                        let w0 = $weights(weights);
                        let w1 = if BLOCKS > 1 { $weights(weights.add(LANES * STEP)) } else { w0 };
                        let w2 = if BLOCKS > 2 { $weights(weights.add(2 * LANES * STEP)) } else { w0 };
                        let w3 = if BLOCKS > 3 { $weights(weights.add(3 * LANES * STEP)) } else { w0 };
                        $(if $p < PIXELS {
                            let x = $broadcast(input.add($p * PIXEL));
                            $a = $add($a, x, w0);
                            if BLOCKS > 1 { $b = $add($b, x, w1); }
                            if BLOCKS > 2 { $c = $add($c, x, w2); }
                            if BLOCKS > 3 { $d = $add($d, x, w3); }
                        })+
                        weights = weights.add(BLOCKS * LANES * STEP);
                        input = input.add(STEP);
                    }
                }
                // Sums that nothing is done to go straight to the target.
                let plain = tile.plain;
                let (to, block) = match plain {
                    true => (tile.floats, tile.block),
                    false => (sums.as_mut_ptr().cast(), PIXELS * LANES),
                };
                $(if $p < PIXELS {
                    let to = to.add($p * LANES);
                    store_f32(to, $a);
                    if BLOCKS > 1 { store_f32(to.add(block), $b); }
                    if BLOCKS > 2 { store_f32(to.add(2 * block), $c); }
                    if BLOCKS > 3 { store_f32(to.add(3 * block), $d); }
                })+
                if !plain {
                    $finish(tile, sums.as_ptr().cast(), BLOCKS, PIXELS);
                }
            }
        }
    };
}

/// A tile's sums on their way out: 28 registers at most.
type Sums = MaybeUninit<[__m512; 28]>;

/// Scale, bias, residual, activation, and out.
macro_rules! finish {
    ($name:ident $features:literal $value:ty, $load:ident $store:ident) => {
        #[target_feature(enable = $features)]
        unsafe fn $name(tile: &Tile<$value>, sums: *const __m512, blocks: usize, pixels: usize) {
            let (zero, scale) = (_mm512_setzero_ps(), _mm512_set1_ps(tile.scale));
            for block in 0..blocks {
                // SAFETY: as in the tile, which has written the sums.
                unsafe {
                    let bias = load_f32(tile.bias.add(block * LANES));
                    // ReLU is a slope of 0.
                    let slope = match tile.activation {
                        Activation::PRelu => load_f32(tile.slope.add(block * LANES)),
                        _ => zero,
                    };
                    for pixel in 0..pixels {
                        let mut y = _mm512_fmadd_ps(*sums.add(block * pixels + pixel), scale, bias);
                        if !tile.residual.is_null() {
                            y = _mm512_add_ps(y, $load(tile.residual.add(block * tile.residual_block + pixel * LANES)));
                        }
                        if tile.activation != Activation::None {
                            let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(y, zero);
                            y = _mm512_mask_mul_ps(y, negative, y, slope);
                        }
                        let at = block * tile.block + pixel * LANES;
                        if tile.floats.is_null() {
                            $store(tile.values.add(at), y);
                        } else {
                            store_f32(tile.floats.add(at), y);
                        }
                    }
                }
            }
        }
    };
}

finish!(finish_f32 "avx512f" f32, load_f32 store_f32);
finish!(finish_bf16 "avx512f,avx512bf16" u16, load_bf16 store_bf16);
with_pixels!(tile!(tile_f32 "avx512f" f32, 1, load_f32 broadcast_f32 add_f32 finish_f32));
with_pixels!(tile!(tile_bf16 "avx512f,avx512bf16" u16, 2, load_pairs broadcast_pair add_pairs finish_bf16));

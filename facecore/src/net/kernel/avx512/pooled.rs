//! Tiles of two rows that are pooled before they leave the registers.

use std::arch::x86_64::*;

use super::super::{Activation, LANES, Tile, with_pixels};
use super::{add_f32, add_pairs, broadcast_f32, broadcast_pair, leak, load_f32, load_pairs, store_bf16, store_f32};

/// The steps of one row of the input, for the sums of the row above, of the row below, or of both.
macro_rules! pooled_steps {
    ($above:literal $below:literal, $load:ident $broadcast:ident $add:ident, $input:ident $weights:ident $length:ident $steps:ident,
     $(($p:literal $a:ident $b:ident))+) => {
        for _ in 0..$steps {
            let above = $load(if $above { $weights } else { $weights.wrapping_sub($length) });
            let below = if $above && $below { $load($weights.wrapping_sub($length)) } else { above };
            $(if $p < PIXELS {
                let x = $broadcast($input.add($p * PIXEL));
                if $above { $a = $add($a, x, above); }
                if $below { $b = $add($b, x, below); }
            })+
            $weights = $weights.wrapping_add(LANES * STEP);
            $input = $input.add(STEP);
        }
    };
}

/// A tile of two rows, `$a` … above `$b` …, that is pooled: two neighbouring pixels of both make one. A row of the input between
/// them is read once for both.
macro_rules! pooled_tile {
    ($name:ident $features:literal $value:ty, $step:literal, $weights:ident $broadcast:ident $add:ident $store:ident
     $(($p:literal $a:ident $b:ident $c:ident $d:ident) ($q:literal $e:ident $f:ident $g:ident $h:ident))+) => {
        #[target_feature(enable = $features)]
        pub(super) unsafe fn $name<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<$value>) {
            const STEP: usize = $step;
            // SAFETY: the caller's, see `run_tiles`; every pointer below moves inside what it has checked.
            unsafe {
                let zero = _mm512_setzero_ps();
                $(let (mut $a, mut $b, mut $e, mut $f) = (zero, zero, zero, zero);)+
                let last = tile.runs_len - 1;
                let steps = (*tile.runs).steps;
                let length = steps * LANES * STEP;
                for index in 0..=last {
                    let mut input = tile.input.add((*tile.runs.add(index)).offset);
                    // The upper sums do not read the last run, nor the lower ones the first, so what then lies
                    // outside of the weights is not read.
                    let mut weights = tile.weights.wrapping_add(index * length);
                    match index {
                        0 => pooled_steps!(true false, $weights $broadcast $add, input weights length steps, $(($p $a $b) ($q $e $f))+),
                        _ if index == last => pooled_steps!(false true, $weights $broadcast $add, input weights length steps, $(($p $a $b) ($q $e $f))+),
                        _ => pooled_steps!(true true, $weights $broadcast $add, input weights length steps, $(($p $a $b) ($q $e $f))+),
                    }
                }
                let (scale, bias) = (_mm512_set1_ps(tile.scale), load_f32(tile.bias));
                let slope = match tile.activation {
                    Activation::None => _mm512_set1_ps(1.0),
                    Activation::Relu => zero,
                    Activation::PRelu => load_f32(tile.slope),
                };
                $(if $p < PIXELS {
                    let (mut most, mut least) = (_mm512_max_ps($a, $b), _mm512_min_ps($a, $b));
                    if $q < PIXELS {
                        most = _mm512_max_ps(most, _mm512_max_ps($e, $f));
                        least = _mm512_min_ps(least, _mm512_min_ps($e, $f));
                    }
                    // Where the slope is negative, the least sum may become the largest value.
                    let most = leak(_mm512_fmadd_ps(most, scale, bias), slope);
                    let least = leak(_mm512_fmadd_ps(least, scale, bias), slope);
                    let at = $p / 2 * LANES;
                    let y = _mm512_max_ps(most, least);
                    if tile.floats.is_null() {
                        $store(tile.values.add(at), y);
                    } else {
                        store_f32(tile.floats.add(at), y);
                    }
                })+
            }
        }
    };
}

with_pixels!(pooled_tile!(pooled_f32 "avx512f" f32, 1, load_f32 broadcast_f32 add_f32 store_f32));
with_pixels!(pooled_tile!(pooled_bf16 "avx512f,avx512bf16" u16, 2, load_pairs broadcast_pair add_pairs store_bf16));

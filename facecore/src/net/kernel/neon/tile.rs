//! Tiles of a convolution: the loops in which nearly all of the time goes.

use std::arch::aarch64::*;

use super::super::{Activation, LANES, Tile};
use super::{leak, load, load_bf16, multiply_add_fours, store, store_bf16};

/// The sums of one block: the four quarters of a pixel's sums are `$a` to `$d`, and `$x` is the register with its inputs. Of those, the
/// instruction itself copies one to all lanes, so four inputs cost one load.
macro_rules! tile_f32 {
    ($(($p:literal $a:ident $b:ident $c:ident $d:ident $x:ident))+) => {
        #[target_feature(enable = "neon")]
        pub(super) unsafe fn tile_f32<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<f32>) {
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
                finish!(0 tile load store, $(($p $a))+);
                finish!(1 tile load store, $(($p $b))+);
                finish!(2 tile load store, $(($p $c))+);
                finish!(3 tile load store, $(($p $d))+);
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
    ($quarter:literal $tile:ident $load:ident $store:ident, $(($p:literal $sum:expr))+) => {
        if $tile.plain {
            $(if $p < PIXELS { store($tile.floats.add($p * LANES + 4 * $quarter), $sum); })+
        } else {
            let (scale, bias) = ($tile.scale, load($tile.bias.add(4 * $quarter)));
            let slope = match $tile.activation {
                Activation::None => vdupq_n_f32(1.0),
                Activation::Relu => vdupq_n_f32(0.0),
                Activation::PRelu => load($tile.slope.add(4 * $quarter)),
            };
            $(if $p < PIXELS {
                let (mut y, at) = (vfmaq_n_f32(bias, $sum, scale), $p * LANES + 4 * $quarter);
                if !$tile.residual.is_null() {
                    y = vaddq_f32(y, $load($tile.residual.add(at)));
                }
                if $tile.floats.is_null() {
                    $store($tile.values.add(at), leak(y, slope));
                } else {
                    store($tile.floats.add(at), leak(y, slope));
                }
            })+
        }
    };
}

// 24 of the 32 registers are sums, 6 inputs, and 2 are left for weights.
tile_f32!((0 a0 b0 c0 d0 x0) (1 a1 b1 c1 d1 x1) (2 a2 b2 c2 d2 x2) (3 a3 b3 c3 d3 x3) (4 a4 b4 c4 d4 x4) (5 a5 b5 c5 d5 x5));

/// The sums in bf16, two pixels `$p` and `$q` at a time: a register of sums holds two channels of both, `$a` to `$h` the 16 of a block, and `$x`
/// four inputs of both. Each multiply-add makes four sums of four products.
macro_rules! tile_bf16 {
    ($(($p:literal $q:literal $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident $x:ident))+) => {
        #[target_feature(enable = "neon,bf16")]
        pub(super) unsafe fn tile_bf16<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<u16>) {
            // SAFETY: the caller's, see `run_tiles`; every pointer below moves inside what it has checked.
            unsafe {
                let zero = vdupq_n_f32(0.0);
                $(let (mut $a, mut $b, mut $c, mut $d) = (zero, zero, zero, zero);)+
                $(let (mut $e, mut $f, mut $g, mut $h) = (zero, zero, zero, zero);)+
                let mut weights = tile.weights;
                for index in 0..tile.runs_len {
                    let run = *tile.runs.add(index);
                    let mut input = tile.input.add(run.offset);
                    for _ in 0..run.steps {
                        // Of an odd number of pixels, the last one is computed twice.
                        $(let $x = match ($p < PIXELS, $q < PIXELS) {
                            (false, _) => vdupq_n_u16(0),
                            (true, false) => fours(input.add($p * PIXEL), input.add($p * PIXEL)),
                            (true, true) => fours(input.add($p * PIXEL), input.add($q * PIXEL)),
                        };)+
                        add_fours!(0 weights, $(($p $a $x))+);
                        add_fours!(1 weights, $(($p $b $x))+);
                        add_fours!(2 weights, $(($p $c $x))+);
                        add_fours!(3 weights, $(($p $d $x))+);
                        add_fours!(4 weights, $(($p $e $x))+);
                        add_fours!(5 weights, $(($p $f $x))+);
                        add_fours!(6 weights, $(($p $g $x))+);
                        add_fours!(7 weights, $(($p $h $x))+);
                        weights = weights.add(4 * LANES);
                        input = input.add(4);
                    }
                }
                finish!(0 tile load_bf16 store_bf16, $(($p first($a, $b)) ($q last($a, $b)))+);
                finish!(1 tile load_bf16 store_bf16, $(($p first($c, $d)) ($q last($c, $d)))+);
                finish!(2 tile load_bf16 store_bf16, $(($p first($e, $f)) ($q last($e, $f)))+);
                finish!(3 tile load_bf16 store_bf16, $(($p first($g, $h)) ($q last($g, $h)))+);
            }
        }
    };
}

/// Four inputs of each pixel, times their weights of the two channels from 2 × `$pair` on.
macro_rules! add_fours {
    ($pair:literal $weights:ident, $(($p:literal $sums:ident $x:ident))+) => {
        let weights = vld1q_u16($weights.add(8 * $pair));
        $(if $p < PIXELS { $sums = multiply_add_fours($sums, $x, weights); })+
    };
}

/// Four inputs of two pixels.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn fours(first: *const u16, second: *const u16) -> uint16x8_t {
    // SAFETY: four values lie at both.
    unsafe { vcombine_u16(vld1_u16(first), vld1_u16(second)) }
}

/// Of two channels of two pixels, and the next two channels of them: all four of the first pixel.
#[inline]
#[target_feature(enable = "neon")]
fn first(low: float32x4_t, high: float32x4_t) -> float32x4_t {
    vcombine_f32(vget_low_f32(low), vget_low_f32(high))
}

/// All four of the second pixel.
#[inline]
#[target_feature(enable = "neon")]
fn last(low: float32x4_t, high: float32x4_t) -> float32x4_t {
    vcombine_f32(vget_high_f32(low), vget_high_f32(high))
}

// 24 of the 32 registers are sums, 3 inputs; 5 are left for weights.
tile_bf16!((0 1 a0 b0 c0 d0 e0 f0 g0 h0 x0) (2 3 a1 b1 c1 d1 e1 f1 g1 h1 x1) (4 5 a2 b2 c2 d2 e2 f2 g2 h2 x2));

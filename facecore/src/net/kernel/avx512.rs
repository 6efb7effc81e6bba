//! AVX-512: one register holds a block of 16 channels.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use half::bf16;

use super::{
    Activation, InputRow, Kernel, LANES, F23, F43, OutputRow, Place, PoolRow, Row, Target, Tile, TileFn, Winograd,
    checked_input, checked_output, checked_pool, pick, run_tiles, transforms, window, with_pixels,
};

/// 16 floats at once.
pub(in crate::net) struct Avx512;

/// Inputs and weights in bf16, sums in f32: each step adds two products to 16 sums.
pub(in crate::net) struct Avx512Bf16;

/// How far ahead weights are fetched, in bytes.
const AHEAD: usize = 4096;

/// A tile: while the input goes by, all sums stay in registers, named `$a` to `$d` for the pixel's four blocks.
macro_rules! tile {
    ($name:ident $features:literal $value:ty, $step:literal, $weights:ident $broadcast:ident $add:ident $finish:ident
     $(($p:literal $a:ident $b:ident $c:ident $d:ident))+) => {
        #[target_feature(enable = $features)]
        unsafe fn $name<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<$value>) {
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
        unsafe fn $name<const PIXEL: usize, const BLOCKS: usize, const PIXELS: usize>(tile: &Tile<$value>) {
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
                    // Behind the last row for the upper sums, before the first one for the lower: never read.
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
with_pixels!(pooled_tile!(pooled_f32 "avx512f" f32, 1, load_f32 broadcast_f32 add_f32 store_f32));
with_pixels!(pooled_tile!(pooled_bf16 "avx512f,avx512bf16" u16, 2, load_pairs broadcast_pair add_pairs store_bf16));

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

macro_rules! pool {
    ($name:ident $features:literal $from:ty, $to:ty, $load:ident $store:ident) => {
        #[target_feature(enable = $features)]
        fn $name(row: &PoolRow<'_, $from>, target: &mut [$to]) {
            checked_pool(row, target);
            // A row or a column that is read twice changes nothing: so every window is full.
            let last = row.rows[row.rows.len() - 1];
            let rows = [0, 1, 2].map(|index| row.rows.get(index).copied().unwrap_or(last));
            let column = |at: usize| {
                let at = at.min(row.columns - 1) * LANES;
                // SAFETY: `checked_pool` has compared the last column of each row with the input.
                let [a, b, c] = rows.map(|start| unsafe { $load(row.input.as_ptr().add(start + at)) });
                _mm512_max_ps(_mm512_max_ps(a, b), c)
            };
            let (mut first, middle) = (column(0), 1.min(row.size - 1));
            for (x, target) in target.as_chunks_mut::<LANES>().0.iter_mut().take(row.width).enumerate() {
                let at = x * row.stride;
                let (second, third) = (column(at + middle), column(at + row.size - 1));
                // SAFETY: 16 values.
                unsafe { $store(target.as_mut_ptr(), _mm512_max_ps(_mm512_max_ps(first, second), third)) };
                // A window's last column can be the next one's first.
                first = if row.size == row.stride + 1 { third } else { column(at + row.stride) };
            }
        }
    };
}

pool!(pool_f32 "avx512f" f32, f32, load_f32 store_f32);
pool!(pool_bf16 "avx512f,avx512bf16" u16, u16, load_bf16 store_bf16);
pool!(pool_to_bf16 "avx512f,avx512bf16" f32, u16, load_f32 store_bf16);

transforms!("avx512f" __m512 16 _mm512_set1_ps load_f32 store_f32 _mm512_add_ps _mm512_sub_ps _mm512_fmadd_ps leak);

#[inline]
#[target_feature(enable = "avx512f")]
fn leak(values: __m512, slope: __m512) -> __m512 {
    let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(values, _mm512_setzero_ps());
    _mm512_mask_mul_ps(values, negative, values, slope)
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn transform_input_bf16(row: &InputRow<'_, u16>, target: &mut [u16]) {
    match row.below {
        None => input_rows_bf16([row.pixels], 0, row, target),
        Some(([b, c, d], down)) => input_rows_bf16([row.pixels, b, c, d], down, row, target),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn input_rows_bf16<const ROWS: usize>(rows: [&[u16]; ROWS], down: usize, row: &InputRow<'_, u16>, target: &mut [u16]) {
    checked_input(F23, row, target);
    let column = |at: usize| {
        // Pixels behind the last one are zeros.
        let inside = (at + 1) * LANES <= row.pixels.len();
        let mut column = [_mm512_setzero_ps(); ROWS];
        for index in 0..if inside { ROWS } else { 0 } {
            // SAFETY: 16 values lie there, and `checked_input` has found all rows as long.
            column[index] = unsafe { load_bf16(rows[index].as_ptr().add(at * LANES)) };
        }
        down_points(column)
    };
    let (mut d0, mut d1) = (column(0), column(1));
    for tile in 0..row.tiles {
        let (d2, d3) = (column(2 * tile + 2), column(2 * tile + 3));
        for index in 0..ROWS {
            // SAFETY: `checked_input` has compared the last point with the target's length.
            unsafe {
                let to = target.as_mut_ptr().add(index * down + tile * LANES);
                store_bf16(to, _mm512_sub_ps(d0[index], d2[index]));
                store_bf16(to.add(row.point), _mm512_add_ps(d1[index], d2[index]));
                store_bf16(to.add(2 * row.point), _mm512_sub_ps(d2[index], d1[index]));
                store_bf16(to.add(3 * row.point), _mm512_sub_ps(d1[index], d3[index]));
            }
        }
        (d0, d1) = (d2, d3);
    }
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn transform_output_bf16(row: &OutputRow<'_>, target: &mut Target<'_, u16>) {
    checked_output(F23, row, target);
    let (down, lower) = row.below.unwrap_or_default();
    let rows = [0, 1, 2, 3].map(|index| index * down);
    // SAFETY: what is put somewhere lies where `checked_output` has looked.
    match target {
        Target::Values(Place { values, start, block }) => {
            let (to, places) = (values.as_mut_ptr(), ([Some(*start), lower], *block));
            let put = |at: usize, y| unsafe { store_bf16(to.add(at), y) };
            if row.below.is_some() { output_rows_bf16(rows, places, row, put) } else { output_rows_bf16([0], places, row, put) }
        }
        Target::Floats(Place { values, start, block }) | Target::Sums(Place { values, start, block }) => {
            let (to, places) = (values.as_mut_ptr(), ([Some(*start), lower], *block));
            let put = |at: usize, y| unsafe { store_f32(to.add(at), y) };
            if row.below.is_some() { output_rows_bf16(rows, places, row, put) } else { output_rows_bf16([0], places, row, put) }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn output_rows_bf16<const ROWS: usize>(
    rows: [usize; ROWS],
    (starts, stride): ([Option<usize>; 2], usize),
    row: &OutputRow<'_>,
    put: impl Fn(usize, __m512),
) {
    for block in 0..row.blocks {
        // SAFETY: `checked_output` has compared the last tile, block and pixel with their slices.
        unsafe {
            let bias = load_f32(row.bias.as_ptr().add(block * LANES));
            let slope = match row.activation {
                Activation::None => _mm512_set1_ps(1.0),
                Activation::Relu => _mm512_setzero_ps(),
                Activation::PRelu => load_f32(row.slope.as_ptr().add(block * LANES)),
            };
            for first in (0..row.width).step_by(F23.outputs) {
                let from = row.products.as_ptr().add(row.start + block * row.block + first / F23.outputs * LANES);
                let product = |point: usize| {
                    let mut column = [_mm512_setzero_ps(); ROWS];
                    for index in 0..ROWS {
                        column[index] = load_f32(from.add(point * row.point + rows[index]));
                    }
                    down_outputs(column)
                };
                let products = [product(0), product(1), product(2), product(3)];
                for index in 0..starts.len() {
                    let Some(start) = starts[index] else { continue };
                    let (p0, p1) = (products[0][index], products[1][index]);
                    let (p2, p3) = (products[2][index], products[3][index]);
                    let y0 = leak(_mm512_add_ps(_mm512_add_ps(p0, bias), _mm512_add_ps(p1, p2)), slope);
                    let y1 = leak(_mm512_add_ps(_mm512_sub_ps(bias, p3), _mm512_sub_ps(p1, p2)), slope);
                    let at = start + block * stride + first * LANES;
                    put(at, y0);
                    if first + 1 < row.width {
                        put(at + LANES, y1);
                    }
                }
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn narrow_all(pixels: &[f32], values: &mut [u16]) {
    let (pixels, pixels_rest) = pixels.as_chunks::<LANES>();
    let (values, values_rest) = values.as_chunks_mut::<LANES>();
    for (pixels, values) in pixels.iter().zip(values) {
        // SAFETY: both are arrays of 16.
        unsafe { store_bf16(values.as_mut_ptr(), _mm512_loadu_ps(pixels.as_ptr())) }
    }
    for (pixel, value) in pixels_rest.iter().zip(values_rest) {
        *value = bf16::from_f32(*pixel).to_bits();
    }
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

/// So many that sums, weights and one input fill the 32 registers.
fn max_pixels(blocks: usize) -> usize {
    [14, 14, 9, 6][blocks - 1]
}

impl Kernel for Avx512 {
    type Value = f32;
    const STEP: usize = 1;
    const COARSE: bool = false;
    const POOLS: bool = true;
    const MAX_BLOCKS: usize = 4;

    fn available() -> bool {
        is_x86_feature_detected!("avx512f")
    }

    fn max_pixels(blocks: usize) -> usize {
        max_pixels(blocks)
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
            match row.pooled {
                true => pick!(pooled_f32, (pixel, blocks, pixels), 3: 1 => [1 2 3 4 5 6 7 8 9 10 11 12 13 14];),
                false => choose!(tile_f32, (pixel, blocks, pixels)),
            }
        };
        run_tiles::<Self>(row, target, tile);
    }

    fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        // SAFETY: a kernel is only chosen where the processor has its instructions.
        unsafe { pool_f32(row, target) }
    }

    fn pool_floats(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        Self::pool(row, target);
    }

    fn winograd() -> Winograd<f32> {
        // SAFETY: as `pool`.
        Winograd {
            form: F43,
            input: |row, target| unsafe { transform_input(row, target) },
            output: |row, target| unsafe { transform_output(row, target) },
        }
    }
}

impl Kernel for Avx512Bf16 {
    type Value = u16;
    const STEP: usize = 2;
    const COARSE: bool = true;
    const POOLS: bool = true;
    const MAX_BLOCKS: usize = 4;

    fn available() -> bool {
        is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16")
    }

    fn max_pixels(blocks: usize) -> usize {
        max_pixels(blocks)
    }

    fn takes(pixel: usize) -> bool {
        [3, 6, 16, 32].contains(&pixel)
    }

    fn narrow(value: f32) -> u16 {
        bf16::from_f32(value).to_bits()
    }

    fn widen(value: u16) -> f32 {
        bf16::from_bits(value).to_f32()
    }

    fn fill(values: &mut [u16], floats: &[f32]) {
        let count = values.len().min(floats.len());
        // SAFETY: as `row`.
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

    fn pool(row: &PoolRow<'_, u16>, target: &mut [u16]) {
        // SAFETY: as `row`.
        unsafe { pool_bf16(row, target) }
    }

    fn pool_floats(row: &PoolRow<'_, f32>, target: &mut [u16]) {
        // SAFETY: as `row`.
        unsafe { pool_to_bf16(row, target) }
    }

    fn winograd() -> Winograd<u16> {
        // SAFETY: as `row`.
        Winograd {
            form: F23,
            input: |row, target| unsafe { transform_input_bf16(row, target) },
            output: |row, target| unsafe { transform_output_bf16(row, target) },
        }
    }
}

//! Winograd's way for bf16: computed in f32, rounded to bf16 when the inputs are evaluated at the points.

use std::arch::x86_64::*;

use super::super::{Activation, F23, InputRow, LANES, OutputRow, Place, Target, checked_input, checked_output};
use super::{down_outputs, down_points, leak, load_bf16, load_f32, store_bf16, store_f32};

#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) fn transform_input_bf16(row: &InputRow<'_, u16>, target: &mut [u16]) {
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
pub(super) fn transform_output_bf16(row: &OutputRow<'_>, target: &mut Target<'_, u16>) {
    checked_output(F23, row, target);
    match target {
        Target::Values(Place { values, start, block }) => {
            let to = values.as_mut_ptr();
            // SAFETY: `checked_output` has compared the last pixel of the last block with the target.
            output_bf16([*start, *block], row, |at, y| unsafe { store_bf16(to.add(at), y) });
        }
        Target::Floats(Place { values, start, block }) | Target::Sums(Place { values, start, block }) => {
            let to = values.as_mut_ptr();
            // SAFETY: as above.
            output_bf16([*start, *block], row, |at, y| unsafe { store_f32(to.add(at), y) });
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn output_bf16([start, block]: [usize; 2], row: &OutputRow<'_>, put: impl Fn(usize, __m512)) {
    match row.below {
        None => output_rows_bf16([0], ([Some(start), None], block), row, put),
        Some((down, lower)) => {
            output_rows_bf16([0, 1, 2, 3].map(|index| index * down), ([Some(start), lower], block), row, put);
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

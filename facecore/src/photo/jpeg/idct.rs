//! From a block's coefficients to its pixels: 8×8 of them, or 4×4, 2×2 or one at a half, a quarter or an eighth of the size.
//!
//! The 8×8 pixels are those of libjpeg's `islow` to the bit, so that a photo read here is the photo that networks were trained on.

use std::f32::consts::FRAC_1_SQRT_2;

/// The frequencies in the order in which a file has them: the place in the block, row by row.
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The last place in zigzag order of the lowest `side`×`side` frequencies.
pub(super) fn last_drawn(side: usize) -> usize {
    ZIGZAG.iter().rposition(|&at| usize::from(at) / 8 < side && usize::from(at) % 8 < side).unwrap_or(0)
}

/// How a component's blocks are drawn.
#[derive(Clone)]
pub(super) struct Drawing {
    /// The quantiser's steps, row by row, which coefficients are multiplied by.
    steps: [i16; 64],
    /// Pixels of a block's side.
    side: usize,
}

/// Eight rows of eight numbers.
type Square = [[i16; 8]; 8];

impl Drawing {
    /// `quantiser` is row by row, `side` the pixels of a block's side: 8, 4, 2 or 1.
    pub(super) fn new(quantiser: &[u16; 64], side: usize) -> Self {
        Self { steps: quantiser.map(|step| step as i16), side }
    }

    /// Writes the block's pixels at `out`, whose rows are `stride` bytes long. No coefficient behind `last`, in zigzag order, is other than 0.
    #[inline]
    pub(super) fn draw(&self, coefficients: &[i16; 64], last: usize, out: &mut [u8], stride: usize) {
        let flat = level(coefficients[0].wrapping_mul(self.steps[0]).saturating_add(4) >> 3);
        match self.side {
            1 => out[0] = flat,
            2 if last == 0 => flatly::<2>(flat, out, stride),
            4 if last == 0 => flatly::<4>(flat, out, stride),
            _ if last == 0 => flatly::<8>(flat, out, stride),
            2 => self.two(coefficients, out, stride),
            4 => self.four(coefficients, out, stride),
            _ => self.eight(coefficients, out, stride),
        }
    }

    /// What the coefficients stand for. Products that do not fit are those of damaged data; they wrap.
    #[inline(always)]
    fn multiplied(&self, coefficients: &[i16; 64]) -> Square {
        let mut square = [[0; 8]; 8];
        for ((value, &coefficient), &step) in square.as_flattened_mut().iter_mut().zip(coefficients).zip(&self.steps) {
            *value = coefficient.wrapping_mul(step);
        }
        square
    }

    // Inlined into its caller it is no longer made of vectors, and decoding takes half as long again.
    #[inline(never)]
    fn eight(&self, coefficients: &[i16; 64], out: &mut [u8], stride: usize) {
        let columns = transformed::<11>(&self.multiplied(coefficients));
        let pixels = turned(&transformed::<18>(&turned(&columns)));
        for (values, row) in pixels.iter().zip(out.chunks_mut(stride)) {
            let Some(row) = row.first_chunk_mut::<8>() else { return };
            for (pixel, &value) in row.iter_mut().zip(values) {
                *pixel = level(value);
            }
        }
    }

    /// The lowest 2×2 frequencies as 2×2 pixels: the block, low-pass filtered and shrunk in one. All of their cosines are 1/√2.
    #[inline]
    fn two(&self, coefficients: &[i16; 64], out: &mut [u8], stride: usize) {
        let value = |i: usize| i32::from(coefficients[i].wrapping_mul(self.steps[i]));
        let (flat, across, down, both) = (value(0), value(1), value(8), value(9));
        let pixel = |value: i32| (((value + 4) >> 3) + 128).clamp(0, 255) as u8;
        for (even, odd, row) in [(flat + down, across + both, 0), (flat - down, across - both, stride)] {
            out[row] = pixel(even + odd);
            out[row + 1] = pixel(even - odd);
        }
    }

    /// The lowest 4×4 frequencies as 4×4 pixels.
    #[inline]
    fn four(&self, coefficients: &[i16; 64], out: &mut [u8], stride: usize) {
        let mut rows = [[0.0; 4]; 4];
        for v in 0..4 {
            let mut values = [0.0; 4];
            for u in 0..4 {
                values[u] = f32::from(coefficients[8 * v + u].wrapping_mul(self.steps[8 * v + u]));
            }
            for (row, weight) in rows.iter_mut().zip(&FOUR[v]) {
                for u in 0..4 {
                    row[u] += weight * values[u];
                }
            }
        }
        for (row, out) in rows.iter().zip(out.chunks_mut(stride)) {
            let mut pixels = [128.5; 4];
            for (value, basis) in row.iter().zip(&FOUR) {
                for x in 0..4 {
                    pixels[x] += value * basis[x];
                }
            }
            for (pixel, value) in out.iter_mut().zip(pixels) {
                *pixel = value as u8;
            }
        }
    }
}

/// A block of `N`×`N` pixels of one level.
#[inline]
fn flatly<const N: usize>(level: u8, out: &mut [u8], stride: usize) {
    for row in out.chunks_mut(stride).take(N) {
        if let Some(row) = row.first_chunk_mut::<N>() {
            *row = [level; N];
        }
    }
}

/// The pixel of a value around 0.
#[inline(always)]
fn level(value: i16) -> u8 {
    value.saturating_add(128).clamp(0, 255) as u8
}

/// Turns rows into columns.
#[inline(always)]
fn turned(square: &Square) -> Square {
    let mut turned = [[0; 8]; 8];
    for y in 0..8 {
        for x in 0..8 {
            turned[x][y] = square[y][x];
        }
    }
    turned
}

/// Transforms of 8 points down the columns, with factors of 13 bits behind the point, divided by `1 << SHIFT` and rounded.
///
/// These are the steps of libjpeg's `jidctint.c` (Loeffler, Ligtenberg and Moschytz), with each number multiplied out so that the compiler
/// finds its vector instructions for sums of two products. Sums that do not fit are those of damaged data; they wrap.
#[inline(always)]
fn transformed<const SHIFT: u32>(square: &Square) -> Square {
    let mut out = [[0; 8]; 8];
    for x in 0..8 {
        let [r0, r1, r2, r3] = [square[0][x], square[1][x], square[2][x], square[3][x]];
        let [r4, r5, r6, r7] = [square[4][x], square[5][x], square[6][x], square[7][x]];
        let round = 1 << (SHIFT - 1);
        let sum = ((i32::from(r0) + i32::from(r4)) << 13) + round;
        let difference = ((i32::from(r0) - i32::from(r4)) << 13) + round;
        let low = times(r2, 10_703) + times(r6, 4_433);
        let high = times(r2, 4_433) + times(r6, -10_704);
        let (e0, e1, e2, e3) = (sum + low, difference + high, difference - high, sum - low);

        let (a, b) = (r7.wrapping_add(r3), r5.wrapping_add(r1));
        let c = times(a, -6_436) + times(b, 9_633);
        let d = times(a, 9_633) + times(b, 6_437);
        let o0 = times(r7, -7_373) + times(r1, 4_926) + d;
        let o1 = times(r5, -20_995) + times(r3, 4_177) + c;
        let o2 = times(r5, -4_176) + times(r3, -20_995) + d;
        let o3 = times(r7, -4_927) + times(r1, -7_373) + c;

        out[0][x] = (e0.wrapping_add(o0) >> SHIFT) as i16;
        out[1][x] = (e1.wrapping_add(o1) >> SHIFT) as i16;
        out[2][x] = (e2.wrapping_add(o2) >> SHIFT) as i16;
        out[3][x] = (e3.wrapping_add(o3) >> SHIFT) as i16;
        out[4][x] = (e3.wrapping_sub(o3) >> SHIFT) as i16;
        out[5][x] = (e2.wrapping_sub(o2) >> SHIFT) as i16;
        out[6][x] = (e1.wrapping_sub(o1) >> SHIFT) as i16;
        out[7][x] = (e0.wrapping_sub(o0) >> SHIFT) as i16;
    }
    out
}

#[inline(always)]
fn times(a: i16, by: i16) -> i32 {
    i32::from(a) * i32::from(by)
}

/// `[u][x]`: cos((2x + 1)uπ/8) / 2, and 1/√8 for u = 0.
const FOUR: [[f32; 4]; 4] = {
    let (flat, far, near) = (FRAC_1_SQRT_2 / 2.0, 0.461_939_76, 0.191_341_72);
    [[flat; 4], [far, near, -near, -far], [flat, -flat, -flat, flat], [near, -far, far, -near]]
};

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use proptest::prelude::*;

    use super::*;

    /// The transform as the standard writes it, of the lowest `n`×`n` frequencies.
    fn exact(coefficients: &[i16; 64], n: usize) -> Vec<f64> {
        let c = |k: usize| if k == 0 { 0.5f64.sqrt() } else { 1.0 };
        let wave = |x: usize, u: usize| c(u) * ((2 * x + 1) as f64 * u as f64 * PI / (2 * n) as f64).cos();
        let pixel = |x, y| {
            let terms = (0..n * n).map(|i| (i / n, i % n));
            terms.map(|(v, u)| f64::from(coefficients[8 * v + u]) * wave(x, u) * wave(y, v)).sum::<f64>() / 4.0
        };
        (0..n * n).map(|i| (pixel(i % n, i / n) + 128.0).clamp(0.0, 255.0)).collect()
    }

    proptest! {
        #[test]
        fn pixels_are_those_of_the_standard(
            coefficients in prop::array::uniform32(-120i16..120), few: bool, side in prop::sample::select(vec![8usize, 4, 2, 1]),
        ) {
            let mut block = [0; 64];
            block[..32].copy_from_slice(&coefficients);
            if few {
                block[1..].fill(0);
            }
            // In whole numbers a value is rounded twice.
            let most = if side == 8 { 0.9 } else { 0.51 };
            let last = if few { 0 } else { 63 };
            let mut out = [0u8; 64];
            Drawing::new(&[1; 64], side).draw(&block, last, &mut out, side);
            for (found, right) in out.iter().zip(exact(&block, side)) {
                prop_assert!((f64::from(*found) - right).abs() < most, "{found} {right}");
            }
        }
    }
}

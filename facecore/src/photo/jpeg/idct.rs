//! A block's coefficients to its pixels: 8×8, or at a half, a quarter or an eighth of the size 4×4, 2×2 or one.
//!
//! Coefficients lie column by column: the transform goes down the columns twice and turns the block once, so that its pixels come out row by row.

use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};

/// The frequencies in the order in which a file has them: the place in the block, column by column.
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
    0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48, 56, 49, 42, 35,
    28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54, 61, 62, 55, 63,
];

/// What each coefficient of a component is multiplied by, column by column: the quantiser's step, and what the transform leaves out.
#[derive(Clone)]
pub(super) struct Steps {
    steps: [f32; 64],
    /// Pixels of a block's side.
    side: usize,
}

impl Steps {
    /// `quantiser` is column by column, `side` the pixels of a block's side: 8, 4, 2 or 1.
    pub(super) fn new(quantiser: &[u16; 64], side: usize) -> Self {
        // The 8-point transform of Arai, Agui and Nakajima leaves a factor to each row and each column.
        let factor = |k: usize| match (side, k) {
            (8, 0) => 1.0 / 8f64.sqrt(),
            (8, k) => (k as f64 * std::f64::consts::PI / 16.0).cos() / 2.0,
            _ => 1.0,
        };
        let steps = std::array::from_fn(|i| (f64::from(quantiser[i]) * factor(i / 8) * factor(i % 8)) as f32);
        Self { steps, side }
    }

    /// Writes the block's pixels at `out`, whose rows are `stride` bytes long. No coefficient behind `last`, in zigzag order, is other than 0.
    #[inline]
    pub(super) fn draw(&self, coefficients: &[i16; 64], last: usize, out: &mut [u8], stride: usize) {
        match self.side {
            8 if last == 0 => flat::<8>(f32::from(coefficients[0]) * self.steps[0], out, stride),
            8 => eight(coefficients, &self.steps, out, stride),
            4 => small::<4>(coefficients, &self.steps, out, stride, &FOUR),
            2 => small::<2>(coefficients, &self.steps, out, stride, &TWO),
            _ => flat::<1>(f32::from(coefficients[0]) * self.steps[0] / 8.0, out, stride),
        }
    }
}

fn flat<const N: usize>(value: f32, out: &mut [u8], stride: usize) {
    let value = level(value);
    for row in out.chunks_mut(stride).take(N) {
        row[..N].fill(value);
    }
}

/// The pixel of a value around 0, rounded. Adding 1.5 × 2²³ leaves the whole number in the lowest bits, which compiles to vector code.
#[inline(always)]
fn level(value: f32) -> u8 {
    let value = value + 128.0;
    let value = if value < 0.0 { 0.0 } else { value };
    let value = if value > 255.0 { 255.0 } else { value };
    (value + 12_582_912.0).to_bits() as u8
}

/// Four columns at once: what a register of the plainest x86-64 holds.
type Four = [f32; 4];

#[inline(always)]
fn add(a: Four, b: Four) -> Four {
    std::array::from_fn(|i| a[i] + b[i])
}

#[inline(always)]
fn sub(a: Four, b: Four) -> Four {
    std::array::from_fn(|i| a[i] - b[i])
}

#[inline(always)]
fn mul(a: Four, by: f32) -> Four {
    std::array::from_fn(|i| a[i] * by)
}

/// Transforms of 8 points down four columns.
#[inline(always)]
fn columns([r0, r1, r2, r3, r4, r5, r6, r7]: [Four; 8]) -> [Four; 8] {
    let (t10, t11) = (add(r0, r4), sub(r0, r4));
    let t13 = add(r2, r6);
    let t12 = sub(mul(sub(r2, r6), SQRT_2), t13);
    let (e0, e3, e1, e2) = (add(t10, t13), sub(t10, t13), add(t11, t12), sub(t11, t12));

    let (z13, z10, z11, z12) = (add(r5, r3), sub(r5, r3), add(r1, r7), sub(r1, r7));
    let o7 = add(z11, z13);
    let t11 = mul(sub(z11, z13), SQRT_2);
    let z5 = mul(add(z10, z12), 1.847_759_1);
    let t10 = sub(z5, mul(z12, 1.082_392_2));
    let t12 = sub(z5, mul(z10, 2.613_126));
    let o6 = sub(t12, o7);
    let o5 = sub(t11, o6);
    let o4 = sub(t10, o5);

    [add(e0, o7), add(e1, o6), add(e2, o5), add(e3, o4), sub(e3, o4), sub(e2, o5), sub(e1, o6), sub(e0, o7)]
}

/// Rows `from..from + 4` of the left and the right four columns, turned into four columns of eight rows.
#[inline(always)]
fn turned(left: &[Four; 8], right: &[Four; 8], from: usize) -> [Four; 8] {
    std::array::from_fn(|y| {
        let (half, x) = if y < 4 { (left, y) } else { (right, y - 4) };
        [half[from][x], half[from + 1][x], half[from + 2][x], half[from + 3][x]]
    })
}

fn eight(coefficients: &[i16; 64], steps: &[f32; 64], out: &mut [u8], stride: usize) {
    let half = |from: usize| {
        columns(std::array::from_fn(|y| {
            let at = 8 * y + from;
            std::array::from_fn(|x| f32::from(coefficients[at + x]) * steps[at + x])
        }))
    };
    let (left, right) = (half(0), half(4));
    let (left, right) = (columns(turned(&left, &right, 0)), columns(turned(&left, &right, 4)));
    for ((left, right), row) in left.iter().zip(&right).zip(out.chunks_mut(stride)) {
        row[..4].copy_from_slice(&left.map(level));
        row[4..8].copy_from_slice(&right.map(level));
    }
}

/// `[x][u]`: cos((2x + 1)uπ/2N) / 2, and 1/√8 for u = 0.
const TWO: [[f32; 2]; 2] = {
    let (flat, cos) = (FRAC_1_SQRT_2 / 2.0, FRAC_1_SQRT_2 / 2.0);
    [[flat, cos], [flat, -cos]]
};
const FOUR: [[f32; 4]; 4] = {
    let (flat, far, near, half) = (FRAC_1_SQRT_2 / 2.0, 0.461_939_76, 0.191_341_72, FRAC_1_SQRT_2 / 2.0);
    [[flat, far, half, near], [flat, near, -half, -far], [flat, -near, -half, far], [flat, -far, half, -near]]
};

/// The lowest `N`×`N` frequencies as `N`×`N` pixels: the block, low-pass filtered and shrunk in one.
#[inline(always)]
fn small<const N: usize>(c: &[i16; 64], steps: &[f32; 64], out: &mut [u8], stride: usize, basis: &[[f32; N]; N]) {
    let rows: [[f32; N]; N] =
        std::array::from_fn(|v| std::array::from_fn(|u| f32::from(c[8 * u + v]) * steps[8 * u + v]));
    for (basis_y, row) in basis.iter().zip(out.chunks_mut(stride)) {
        let mut down = [0.0; N];
        for (weight, row) in basis_y.iter().zip(&rows) {
            down = std::array::from_fn(|u| down[u] + weight * row[u]);
        }
        let pixels: [u8; N] = std::array::from_fn(|x| level((0..N).map(|u| basis[x][u] * down[u]).sum()));
        row[..N].copy_from_slice(&pixels);
    }
}

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
            terms.map(|(v, u)| f64::from(coefficients[8 * u + v]) * wave(x, u) * wave(y, v)).sum::<f64>() / 4.0
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
            let last = if few { 0 } else { 63 };
            let mut out = [0u8; 64];
            Steps::new(&[1; 64], side).draw(&block, last, &mut out, side);
            for (found, right) in out.iter().zip(exact(&block, side)) {
                prop_assert!((f64::from(*found) - right).abs() < 0.51, "{found} {right}");
            }
        }
    }
}

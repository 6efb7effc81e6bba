//! Winograd's minimal filtering along rows, for kernels three columns wide (Lavin & Gray, "Fast Algorithms for Convolutional Neural
//! Networks", 2016, §4): F(4, 3) makes four outputs from six products, not twelve, F(2, 3) two from four, not six.
//!
//! Outputs that are made together, and the inputs that they read (two more), are a *tile*. Input and kernel are evaluated at *points*
//! (0, ±1, ∞, for F(4, 3) also ±2), at each point a convolution one column wide runs over the tiles, and the outputs are computed
//! from the results at the points.

mod coarse;

use super::{Activation, LANES, Target};

/// The most points of a tile.
pub(in crate::net) const MAX_POINTS: usize = 6;

/// One processor's functions for Winograd's way: they bring rows of the input to the points, and the points' results to the outputs.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) struct Winograd<V> {
    pub form: Form,
    pub input: fn(&InputRow<'_, V>, &mut [V]),
    pub output: fn(&OutputRow<'_>, &mut Target<'_, V>),
}

/// Which of the forms: the outputs of a tile, its points, and how a kernel is brought to them.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) struct Form {
    pub outputs: usize,
    pub points: usize,
    /// A row of a kernel at the points.
    pub kernel: fn([f32; 3]) -> [f32; MAX_POINTS],
}

pub(in crate::net) const F43: Form = Form {
    outputs: 4,
    points: 6,
    kernel: |[a, b, c]| {
        let (even, far) = (a + c, a / 24.0 + c / 6.0);
        [a / 4.0, -(even + b) / 6.0, -(even - b) / 6.0, far + b / 12.0, far - b / 12.0, c]
    },
};

/// Its transforms of the input are sums and differences of two numbers, which bf16 rounds little.
pub(in crate::net) const F23: Form =
    Form { outputs: 2, points: 4, kernel: |[a, b, c]| [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c, 0.0, 0.0] };

/// A row of one block on its way to the points.
pub(in crate::net) struct InputRow<'a, V> {
    /// The row. Pixels behind its last one count as zeros.
    pub pixels: &'a [V],
    /// If two rows of the output are computed at once (by F(2, 3) down the columns as well): the three rows below, which are as long, and
    /// the distance in the target from the points of one of the four rows to those of the next.
    pub below: Option<([&'a [V]; 3], usize)>,
    pub tiles: usize,
    /// The distance in the target from a tile's value at one point to its value at the next.
    pub point: usize,
}

/// What the points' convolutions made of a row, on its way to the outputs.
pub(in crate::net) struct OutputRow<'a> {
    pub products: &'a [f32],
    /// The first tile at the first point.
    pub start: usize,
    /// If two rows are computed at once: the distance from the products of one of the four rows to those of the next, and where the lower
    /// row goes, if it is wanted.
    pub below: Option<(usize, Option<usize>)>,
    pub point: usize,
    pub block: usize,
    pub blocks: usize,
    pub bias: &'a [f32],
    pub slope: &'a [f32],
    pub activation: Activation,
    /// Output pixels.
    pub width: usize,
}

/// The slices are as large as the transform will write and, but for the pixels behind the last one, read.
pub(super) fn checked_input<V>(form: Form, row: &InputRow<'_, V>, target: &[V]) {
    assert!(row.tiles > 0 && row.tiles * LANES <= row.point, "points on top of one another");
    let down = row.below.map_or(0, |(rows, down)| {
        assert!(rows.iter().all(|pixels| pixels.len() == row.pixels.len()), "rows of different lengths");
        (F23.points - 1) * down
    });
    assert!(down + (form.points - 1) * row.point + row.tiles * LANES <= target.len(), "the target is too small");
}

pub(super) fn checked_output<V>(form: Form, row: &OutputRow<'_>, target: &Target<'_, V>) {
    assert!(row.width > 0 && row.blocks > 0, "an empty row");
    assert!(!matches!(target, Target::Sums(_)), "outputs are no plain sums");
    let tiles = row.width.div_ceil(form.outputs);
    let down = row.below.map_or(0, |(down, lower)| {
        let fits = lower.is_none_or(|lower| target.fits(lower, row.width, row.blocks));
        assert!(fits, "the target is too small");
        (F23.points - 1) * down
    });
    let end = row.start + down + (form.points - 1) * row.point + (row.blocks - 1) * row.block + tiles * LANES;
    assert!(end <= row.products.len(), "too few products");
    assert!(row.blocks * LANES <= row.bias.len(), "too few biases");
    assert!(row.activation != Activation::PRelu || row.blocks * LANES <= row.slope.len(), "too few slopes");
    assert!(target.fits(target.start(), row.width, row.blocks), "the target is too small");
}

/// The `N` values from `first` on. Where the row ends before, they are copied to `edge`, with zeros behind them.
pub(super) fn window<'a, const N: usize>(pixels: &'a [f32], first: usize, edge: &'a mut [f32; N]) -> &'a [f32; N] {
    if let Some(pixels) = pixels.get(first..first + N) {
        return pixels.try_into().expect("a slice of N values");
    }
    let rest = pixels.get(first..).unwrap_or_default();
    edge[..rest.len()].copy_from_slice(rest);
    edge[rest.len()..].fill(0.0);
    edge
}

/// The two transforms with one processor's registers of `$width` floats: names of its loads, stores and sums, and what it does with
/// negative values.
macro_rules! transforms {
    ($features:literal $register:ident $width:literal $set:ident $load:ident $store:ident $add:ident $subtract:ident $multiply_add:ident $leak:ident) => {
        #[target_feature(enable = $features)]
        fn transform_input(row: &InputRow<'_, f32>, target: &mut [f32]) {
            match row.below {
                None => input_rows([row.pixels], 0, row, target),
                Some(([b, c, d], down)) => input_rows([row.pixels, b, c, d], down, row, target),
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn input_rows<const ROWS: usize>(
            rows: [&[f32]; ROWS],
            down: usize,
            row: &InputRow<'_, f32>,
            target: &mut [f32],
        ) {
            const OUTPUTS: usize = F43.outputs;
            const POINTS: usize = F43.points;
            checked_input(F43, row, target);
            let (two, minus_four, minus_five) = ($set(2.0), $set(-4.0), $set(-5.0));
            let four = $set(4.0);
            let mut edges = [[0.0; POINTS * LANES]; ROWS];
            for tile in 0..row.tiles {
                let first = tile * OUTPUTS * LANES;
                let mut edges = edges.iter_mut();
                let rows = rows.map(|pixels| window(pixels, first, edges.next().expect("`edges` has ROWS of them")));
                for lane in (0..LANES).step_by($width) {
                    // SAFETY: each row has six pixels; `checked_input` has compared the last point with the target's length.
                    unsafe {
                        let pixel = |at: usize| {
                            let mut column = [$set(0.0); ROWS];
                            for index in 0..ROWS {
                                column[index] = $load(rows[index].as_ptr().add(at * LANES + lane));
                            }
                            down_points(column)
                        };
                        let pixels = [pixel(0), pixel(1), pixel(2), pixel(3), pixel(4), pixel(5)];
                        for index in 0..ROWS {
                            let (d0, d1, d2) = (pixels[0][index], pixels[1][index], pixels[2][index]);
                            let (d3, d4, d5) = (pixels[3][index], pixels[4][index], pixels[5][index]);
                            let (even, odd) = ($multiply_add(d2, minus_four, d4), $multiply_add(d1, minus_four, d3));
                            let (wide, step) = ($subtract(d4, d2), $subtract(d3, d1));
                            let to = target.as_mut_ptr().add(index * down + tile * LANES + lane);
                            $store(to, $multiply_add(d0, four, $multiply_add(d2, minus_five, d4)));
                            $store(to.add(row.point), $add(even, odd));
                            $store(to.add(2 * row.point), $subtract(even, odd));
                            $store(to.add(3 * row.point), $multiply_add(step, two, wide));
                            $store(to.add(4 * row.point), $subtract(wide, $add(step, step)));
                            $store(to.add(5 * row.point), $multiply_add(d1, four, $multiply_add(d3, minus_five, d5)));
                        }
                    }
                }
            }
        }

        /// F(2, 3) of a column's pixels; one pixel stays as it is.
        #[inline]
        #[target_feature(enable = $features)]
        fn down_points<const ROWS: usize>(column: [$register; ROWS]) -> [$register; ROWS] {
            let mut points = column;
            if let [a, b, c, d] = column[..] {
                points.copy_from_slice(&[$subtract(a, c), $add(b, c), $subtract(c, b), $subtract(b, d)]);
            }
            points
        }

        /// And back: the products of the upper row, and of the lower one.
        #[inline]
        #[target_feature(enable = $features)]
        fn down_outputs<const ROWS: usize>(column: [$register; ROWS]) -> [$register; 2] {
            match column[..] {
                [a, b, c, d] => [$add(a, $add(b, c)), $subtract($subtract(b, c), d)],
                _ => [column[0]; 2],
            }
        }

        #[target_feature(enable = $features)]
        fn transform_output(row: &OutputRow<'_>, target: &mut Target<'_, f32>) {
            match row.below {
                None => output_rows([0], None, row, target),
                Some((down, lower)) => output_rows([0, 1, 2, 3].map(|index| index * down), lower, row, target),
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn output_rows<const ROWS: usize>(
            rows: [usize; ROWS],
            lower: Option<usize>,
            row: &OutputRow<'_>,
            target: &mut Target<'_, f32>,
        ) {
            const OUTPUTS: usize = F43.outputs;
            checked_output(F43, row, target);
            let (Target::Values(place) | Target::Floats(place) | Target::Sums(place)) = target;
            let (two, four, eight) = ($set(2.0), $set(4.0), $set(8.0));
            let starts = [Some(place.start), lower];
            for block in 0..row.blocks {
                for lane in (0..LANES).step_by($width) {
                    // SAFETY: `checked_output` has compared the last tile, block and pixel with their slices.
                    unsafe {
                        let channel = block * LANES + lane;
                        let bias = $load(row.bias.as_ptr().add(channel));
                        let slope = match row.activation {
                            Activation::None => $set(1.0),
                            Activation::Relu => $set(0.0),
                            Activation::PRelu => $load(row.slope.as_ptr().add(channel)),
                        };
                        for first in (0..row.width).step_by(OUTPUTS) {
                            let from = row
                                .products
                                .as_ptr()
                                .add(row.start + block * row.block + first / OUTPUTS * LANES + lane);
                            let product = |point: usize| {
                                let mut column = [$set(0.0); ROWS];
                                for index in 0..ROWS {
                                    column[index] = $load(from.add(point * row.point + rows[index]));
                                }
                                down_outputs(column)
                            };
                            let products = [product(0), product(1), product(2), product(3), product(4), product(5)];
                            for index in 0..starts.len() {
                                let Some(start) = starts[index] else { continue };
                                let (p0, p1, p2) = (products[0][index], products[1][index], products[2][index]);
                                let (p3, p4, p5) = (products[3][index], products[4][index], products[5][index]);
                                let (near, slant) = ($add($add(p1, p2), bias), $add($subtract(p1, p2), bias));
                                let (far, far_slant) = ($add(p3, p4), $subtract(p3, p4));
                                let to =
                                    place.values.as_mut_ptr().add(start + block * place.block + first * LANES + lane);
                                let left = row.width - first;
                                $store(to, $leak($add(p0, $add(near, far)), slope));
                                if left > 1 {
                                    $store(to.add(LANES), $leak($multiply_add(far_slant, two, slant), slope));
                                }
                                if left > 2 {
                                    $store(to.add(2 * LANES), $leak($multiply_add(far, four, near), slope));
                                }
                                if left > 3 {
                                    let last = $multiply_add(far_slant, eight, $add(slant, p5));
                                    $store(to.add(3 * LANES), $leak(last, slope));
                                }
                            }
                        }
                    }
                }
            }
        }
    };
}

pub(super) use {coarse::coarse, transforms};

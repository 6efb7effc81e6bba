//! Every kernel against the scalar twin, and the twin against convolution by the book.

use proptest::prelude::*;

use super::scalar::Scalar;
use super::*;

/// One of our kernels, where this processor has it.
#[cfg(target_arch = "x86_64")]
type Ours = Avx2;
#[cfg(target_arch = "aarch64")]
type Ours = Neon;

/// Runs the expression with `$kernel` as the name of each of our kernels.
macro_rules! for_each_kernel {
    ($kernel:ident => $body:expr) => {
        #[cfg(target_arch = "x86_64")]
        {
            {
                type $kernel = Avx512;
                $body
            }
            {
                type $kernel = Avx512Bf16;
                $body
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            type $kernel = NeonBf16;
            $body
        }
        type $kernel = Ours;
        $body
    };
}

/// Which target.
#[derive(Debug, Clone, Copy, PartialEq)]
enum To {
    Values,
    Floats,
    Sums,
}

/// A row of a convolution over `height` × `pixels` inputs, with everything that a row can have.
#[derive(Debug, Clone)]
struct Case {
    pixel: usize,
    blocks: usize,
    width: usize,
    /// Rows and columns of the kernel, and blocks of input channels (1 where pixels are interleaved).
    size: [usize; 2],
    input_blocks: usize,
    channels: usize,
    activation: Activation,
    residual: bool,
    to: To,
    pooled: bool,
    seed: u32,
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = (prop::sample::select(vec![3usize, 6, 16, 32]), 1usize..5, 1usize..40, [1usize..4, 1usize..4]);
    let activation = prop::sample::select(vec![Activation::None, Activation::Relu, Activation::PRelu]);
    let to = prop::sample::select(vec![To::Values, To::Floats, To::Sums]);
    (shape, 1usize..4, 1usize..9, activation, any::<[bool; 2]>(), to, any::<u32>()).prop_map(
        |((pixel, blocks, width, size), input_blocks, pairs, activation, [residual, pooled], to, seed)| {
            let interleaved = pixel < LANES;
            let pooled = pooled && pixel == 3 && to != To::Sums;
            Case {
                pixel,
                blocks: if pooled {
                    1
                } else if interleaved {
                    blocks.min(2)
                } else {
                    blocks
                },
                width,
                size,
                input_blocks: if interleaved { 1 } else { input_blocks },
                channels: if interleaved { 3 } else { 2 * pairs },
                activation,
                residual: residual && !pooled && to != To::Sums,
                to,
                pooled,
                seed,
            }
        },
    )
}

/// Numbers from −1 to 1 that bf16 holds exactly.
fn numbers(seed: u32, count: usize) -> Vec<f32> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state % 129) as f32 / 64.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Runs the case; weights are read by twos or fours where the kernel's step is that, the last ones padded with zeros.
fn run<K: Kernel>(case: &Case) -> Vec<f32> {
    let interleaved = case.pixel < LANES;
    let (base, columns) = (if interleaved { 3 } else { LANES }, case.width * case.pixel.div_ceil(3) + 4);
    let row = columns * base;
    // Of a pooled row, the second one reads one row further down.
    let rows = case.size[0] + usize::from(case.pooled);
    let block = row * rows;
    let narrow = |values: Vec<f32>| -> Vec<K::Value> { values.into_iter().map(K::narrow).collect() };
    // A pair of values further on each time.
    let times = if case.to == To::Sums { 1 + case.seed as usize % 3 } else { 1 };
    let input = narrow(numbers(case.seed, case.input_blocks * block + BEYOND + 2 * (times - 1)));
    // A last step that is not full has weights of 0, as the packing makes it.
    let (steps, wide) = if interleaved { (3 * case.size[1], case.size[1]) } else { (case.channels, 1) };
    let mut runs = Vec::new();
    for input_block in 0..case.input_blocks {
        for y in 0..rows {
            for x in (0..case.size[1]).step_by(wide) {
                runs.push(Run { offset: input_block * block + y * row + x * base, steps: steps.div_ceil(K::STEP) });
            }
        }
    }
    let outputs = case.blocks * LANES;
    let plain = numbers(case.seed ^ 77, times * runs.len() * steps * outputs);
    let mut weights = Vec::new();
    for run in plain.chunks_exact(steps * outputs) {
        for step in run.chunks(K::STEP * outputs) {
            for output in 0..outputs {
                let part = |part: usize| step.get(part * outputs + output).copied().unwrap_or(0.0);
                weights.extend((0..K::STEP).map(|at| K::narrow(part(at))));
            }
        }
    }
    let (bias, slope) = (numbers(case.seed ^ 5, outputs), numbers(case.seed ^ 6, outputs));
    let residual = narrow(numbers(case.seed ^ 7, outputs * case.width + 3));
    let out_block = case.width * LANES + 3;
    let mut values = vec![K::Value::default(); times * case.blocks * out_block + 8];
    let mut floats = vec![0.0; values.len()];
    let row = Row {
        input: &input,
        start: 0,
        pixel: case.pixel,
        runs: &runs,
        weights: &weights,
        blocks: case.blocks,
        bias: &bias,
        slope: &slope,
        activation: case.activation,
        scale: 0.5,
        residual: case.residual.then(|| Place { values: &residual[..], start: 3, block: case.width * LANES }),
        width: case.width,
        pooled: case.pooled,
        repeat: Repeat { times, input: 2, weights: weights.len() / times, target: case.blocks * out_block },
    };
    let mut target = match case.to {
        To::Floats => Target::Floats(Place { values: &mut floats[..], start: 5, block: out_block }),
        To::Sums => Target::Sums(Place { values: &mut floats[..], start: 5, block: out_block }),
        To::Values => Target::Values(Place { values: &mut values[..], start: 5, block: out_block }),
    };
    K::row(&row, &mut target);
    if case.to == To::Values { values.into_iter().map(K::widen).collect() } else { floats }
}

/// Blocks one by one where the kernel's tiles hold fewer: as `program` cuts them.
fn agree<K: Kernel>(case: &Case, tolerance: f32) -> Result<(), TestCaseError> {
    if !K::available() || case.blocks > K::MAX_BLOCKS || case.pooled && !K::POOLS {
        return Ok(());
    }
    alike(&run::<K>(case), &run::<Scalar>(case), |value| tolerance * (1.0 + value.abs()))
}

/// The tolerance depends on the value that is expected.
fn alike(ours: &[f32], expected: &[f32], tolerance: impl Fn(f32) -> f32) -> Result<(), TestCaseError> {
    for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
        prop_assert!((a - b).abs() <= tolerance(*b), "{at}: {a} is not {b}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn kernels_compute_what_the_scalar_twin_computes(case in cases()) {
        // With bf16 only the stored result is rounded: inputs and weights are exact.
        let tolerance = |is_coarse| if is_coarse && case.to == To::Values { 1.0 / 256.0 } else { 1e-5 };
        for_each_kernel!(K => agree::<K>(&case, tolerance(K::COARSE))?);
    }

    #[test]
    fn pools_are_the_largest_of_their_windows(columns in 3usize..30, size in 1usize..4, stride in 1usize..3, rows in 1usize..4, seed: u32) {
        fn pooled<K: Kernel>(values: &[f32], [rows, columns, size, stride]: [usize; 4]) -> Option<Vec<f32>> {
            let input: Vec<_> = values.iter().map(|&value| K::narrow(value)).collect();
            let starts: Vec<_> = (0..rows).map(|row| row * columns * LANES).collect();
            // The last window hangs over the edge.
            let width = (columns - size).div_ceil(stride) + 1;
            let mut target = vec![K::Value::default(); width * LANES];
            let row = PoolRow { input: &input, rows: &starts, columns, size, stride, width };
            K::available().then(|| K::pool(&row, &mut target))?;
            Some(target.into_iter().map(K::widen).collect())
        }
        // A pixel between two windows would be none's.
        prop_assume!(stride <= size);
        let values = numbers(seed, rows * columns * LANES);
        let shape = [rows, columns, size, stride];
        let twin = pooled::<Scalar>(&values, shape);
        for_each_kernel!(K => {
            let ours = pooled::<K>(&values, shape);
            prop_assert!(ours.is_none() || ours == twin);
        });
    }
}

/// One row of a depthwise convolution, which may lie at the upper or the lower edge.
#[derive(Debug)]
struct Deep {
    columns: usize,
    stride: usize,
    above: bool,
    below: bool,
    activation: Activation,
    in_values: bool,
    seed: u32,
}

impl Deep {
    fn run<K: Kernel>(&self) -> Option<Vec<f32>> {
        if !K::available() {
            return None;
        }
        let len = self.columns * LANES;
        let [above, middle, below] = [1, 2, 3]
            .map(|row| -> Vec<_> { numbers(self.seed ^ (row << 8), len).into_iter().map(K::narrow).collect() });
        let channels = |seed| numbers(self.seed ^ seed, LANES).try_into().unwrap();
        let weights = numbers(self.seed ^ 4, 9 * LANES);
        let row = DepthwiseRow {
            rows: Rows {
                above: self.above.then_some(&above[..]),
                middle: &middle,
                below: self.below.then_some(&below[..]),
            },
            stride: self.stride,
            weights: weights.as_chunks().0.try_into().unwrap(),
            bias: &channels(5),
            slope: &channels(6),
            activation: self.activation,
        };
        let (mut values, mut floats) = (vec![K::Value::default(); 5 + len + 3], vec![0.0; 5 + len + 3]);
        let mut target = match self.in_values {
            true => Target::Values(Place { values: &mut values[..], start: 5, block: 0 }),
            false => Target::Floats(Place { values: &mut floats[..], start: 5, block: 0 }),
        };
        K::depthwise(&row, &mut target);
        Some(if self.in_values { values.into_iter().map(K::widen).collect() } else { floats })
    }
}

fn deep_rows() -> impl Strategy<Value = Deep> {
    let activation = prop::sample::select(vec![Activation::None, Activation::Relu, Activation::PRelu]);
    (1usize..40, 1usize..3, any::<[bool; 3]>(), activation, any::<u32>()).prop_map(
        |(columns, stride, [above, below, in_values], activation, seed)| Deep {
            columns,
            stride,
            above,
            below,
            activation,
            in_values,
            seed,
        },
    )
}

proptest! {
    #[test]
    fn depthwise_kernels_compute_what_the_scalar_twin_computes(case in deep_rows()) {
        let twin = case.run::<Scalar>().unwrap();
        // With bf16 only the stored result is rounded: inputs are exact, weights stay floats.
        let tolerance = |is_coarse| if is_coarse && case.in_values { 1.0 / 256.0 } else { 1e-5 };
        for_each_kernel!(K => if let Some(ours) = case.run::<K>() {
            alike(&ours, &twin, |value| tolerance(K::COARSE) * (1.0 + value.abs()))?;
        });
    }
}

/// By the book: a picture of one channel, a kernel, and zeros around.
#[test]
fn a_depthwise_row_is_a_convolution_with_zeros_around() {
    let picture = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]];
    let kernel = [1.0, -2.0, 3.0, 0.5, 4.0, -1.0, 2.0, 1.0, -3.0];
    let rows = picture.map(|row| row.map(|value| [value; LANES]).concat());
    let weights = kernel.map(|weight| [weight; LANES]);
    for (y, stride) in [(0, 1), (1, 1), (2, 1), (0, 2), (2, 2)] {
        let row = DepthwiseRow {
            rows: Rows::around(y, 3, |y| &rows[y][..]),
            stride,
            weights: &weights,
            bias: &[0.25; LANES],
            slope: &[-0.5; LANES],
            activation: Activation::PRelu,
        };
        let width = 4 / stride;
        let mut values = vec![0.0; width * LANES];
        Scalar::depthwise(&row, &mut Target::Floats(Place { values: &mut values, start: 0, block: 0 }));
        for (x, pixel) in values.as_chunks::<LANES>().0.iter().enumerate() {
            let at = |row: usize, column: usize| {
                let line = picture.get((y + row).wrapping_sub(1));
                line.and_then(|line| line.get((x * stride + column).wrapping_sub(1))).copied().unwrap_or(0.0)
            };
            let sum = (0..9).map(|place| kernel[place] * at(place / 3, place % 3)).sum::<f32>() + 0.25;
            assert_eq!(*pixel, [if sum < 0.0 { sum * -0.5 } else { sum }; LANES], "{y} {stride} {x}");
        }
    }
}

#[test]
#[should_panic(expected = "the target is too small")]
fn a_depthwise_row_beyond_its_target_is_refused() {
    let row = DepthwiseRow {
        rows: Rows { above: None, middle: &[0.0; 3 * LANES], below: None },
        stride: 2,
        weights: &[[0.0; LANES]; 9],
        bias: &[0.0; LANES],
        slope: &[0.0; LANES],
        activation: Activation::None,
    };
    let mut target = Target::Floats(Place { values: &mut [0.0; 2 * LANES - 1][..], start: 0, block: 0 });
    if Ours::available() { Ours::depthwise(&row, &mut target) } else { Scalar::depthwise(&row, &mut target) }
}

/// A convolution three columns wide by Winograd's way, one input channel for each lane: of one row, or of two from four rows of pixels,
/// with `kernels` three rows high. Two blocks of the same products.
fn by_winograd<K: Kernel>(case: &Corner, rows: &[Vec<f32>]) -> Option<Vec<f32>> {
    if !K::available() {
        return None;
    }
    let winograd = K::winograd();
    let form = winograd.form;
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|&value| K::narrow(value)).collect()).collect();
    let tiles = case.width.div_ceil(form.outputs);
    let (start, point) = (3, tiles * LANES + 5);
    let down = form.points * point + 7;
    let mut points = vec![K::Value::default(); start + F23.points * down];
    let below = case.pair.then(|| ([1, 2, 3].map(|row| &rows[row][..]), down));
    (winograd.input)(&InputRow { pixels: &rows[0], below, tiles, point }, &mut points[start..]);
    let mut points: Vec<_> = points.into_iter().map(K::widen).collect();
    for index in 0..if case.pair { F23.points } else { 1 } {
        for (at_point, at) in (0..form.points).flat_map(|at_point| (0..tiles * LANES).map(move |at| (at_point, at))) {
            let columns = case.kernels[at % LANES].map(|row| (form.kernel)(row)[at_point]);
            let weight = if case.pair { (F23.kernel)(columns)[index] } else { columns[0] };
            points[start + index * down + at_point * point + at] *= weight;
        }
    }
    let [upper, lower] = case.starts();
    let row = OutputRow {
        products: &points,
        start,
        below: case.pair.then_some((down, Some(lower).filter(|_| !case.odd))),
        point,
        block: 0,
        blocks: 2,
        bias: &case.bias,
        slope: &case.slope,
        activation: Activation::PRelu,
        width: case.width,
    };
    let (mut values, mut floats) = (vec![K::Value::default(); case.len()], vec![0.0; case.len()]);
    let mut target = match case.in_values {
        true => Target::Values(Place { values: &mut values[..], start: upper, block: case.block() }),
        false => Target::Floats(Place { values: &mut floats[..], start: upper, block: case.block() }),
    };
    (winograd.output)(&row, &mut target);
    Some(if case.in_values { values.into_iter().map(K::widen).collect() } else { floats })
}

#[derive(Debug)]
struct Corner {
    width: usize,
    pair: bool,
    /// The lower row of the pair is not wanted.
    odd: bool,
    in_values: bool,
    kernels: Vec<[[f32; 3]; 3]>,
    bias: Vec<f32>,
    slope: Vec<f32>,
}

impl Corner {
    fn block(&self) -> usize {
        self.width * LANES + 7
    }

    fn starts(&self) -> [usize; 2] {
        [4, 9 + 2 * self.block()]
    }

    fn len(&self) -> usize {
        9 + 4 * self.block()
    }

    /// The sums as they are written.
    fn plainly(&self, rows: &[Vec<f32>]) -> Vec<f32> {
        let mut expected = vec![0.0; self.len()];
        let outputs = if self.pair && !self.odd { 2 } else { 1 };
        for (start, y) in self.starts().into_iter().zip(0..outputs) {
            for (block, at) in [0, 1].into_iter().flat_map(|block| (0..self.width * LANES).map(move |at| (block, at))) {
                let channel = block * LANES + at % LANES;
                let of_row = |row: usize| -> f32 {
                    let kernel = self.kernels[at % LANES][row];
                    (0..3).map(|column| rows[y + row][at + column * LANES] * kernel[column]).sum()
                };
                let sum: f32 = (0..if self.pair { 3 } else { 1 }).map(of_row).sum();
                let y = sum + self.bias[channel];
                expected[start + block * self.block() + at] = if y < 0.0 { y * self.slope[channel] } else { y };
            }
        }
        expected
    }
}

proptest! {
    #[test]
    fn winograds_way_leads_to_the_same_sums(width in 1usize..40, seed: u32, pair: bool, odd: bool, in_values: bool) {
        let rows: Vec<_> = (0..4).map(|row| numbers(seed ^ (row << 8), (width + 2) * LANES)).collect();
        let weights = numbers(seed ^ 1, 9 * LANES);
        let kernels = weights.as_chunks::<3>().0.as_chunks::<3>().0.to_vec();
        let (bias, slope) = (numbers(seed ^ 2, 2 * LANES), numbers(seed ^ 3, 2 * LANES));
        let case = Corner { width, pair, odd, in_values, kernels, bias, slope };
        let expected = case.plainly(&rows);
        // Of four numbers at most, each exact in eight bits, sums and differences lose two bits of bf16.
        let coarse = if pair { 0.04 } else { 2e-5 } + if in_values { 1.0 / 64.0 } else { 0.0 };
        alike(&by_winograd::<Scalar>(&case, &rows).unwrap(), &expected, |_| 5e-5)?;
        for_each_kernel!(K => if let Some(ours) = by_winograd::<K>(&case, &rows) {
            alike(&ours, &expected, |_| if K::COARSE { coarse } else { 5e-5 })?;
        });
    }
}

#[test]
#[should_panic(expected = "too few products")]
fn products_that_are_not_there_are_refused() {
    let row = OutputRow {
        products: &[0.0; 5 * LANES],
        start: 0,
        below: None,
        point: LANES,
        block: LANES,
        blocks: 1,
        bias: &[0.0; LANES],
        slope: &[],
        activation: Activation::None,
        width: 1,
    };
    let mut target = Target::Floats(Place { values: &mut [0.0; LANES][..], start: 0, block: 0 });
    let way = if Ours::available() { Ours::winograd() } else { Scalar::winograd() };
    (way.output)(&row, &mut target);
}

#[test]
#[should_panic(expected = "the input is too small")]
fn a_row_beyond_its_input_is_refused() {
    let (input, weights, mut values) = ([0.0; 40], [0.0; LANES * LANES], [0.0; 3 * LANES]);
    let row = Row {
        input: &input,
        start: 0,
        pixel: LANES,
        runs: &[Run { offset: 0, steps: LANES }],
        weights: &weights,
        blocks: 1,
        bias: &[0.0; LANES],
        slope: &[],
        activation: Activation::None,
        scale: 1.0,
        residual: None,
        width: 3,
        pooled: false,
        repeat: Repeat::ONCE,
    };
    let mut target = Target::Values(Place { values: &mut values[..], start: 0, block: 0 });
    if Ours::available() { Ours::row(&row, &mut target) } else { Scalar::row(&row, &mut target) }
}

//! The definition in plain loops: what every kernel must compute, and what Miri can run.

use super::{
    Activation, DepthwiseRow, F43, InputRow, Kernel, LANES, OutputRow, PoolRow, Row, Rows, Run, Target, Winograd,
    checked, checked_input, checked_output,
};

pub(in crate::net) struct Scalar;

impl Kernel for Scalar {
    type Value = f32;
    const STEP: usize = 1;
    const POOLS: bool = true;
    const MAX_BLOCKS: usize = 4;

    fn available() -> bool {
        true
    }

    fn max_pixels(_: usize) -> usize {
        usize::MAX
    }

    fn takes(_: usize) -> bool {
        true
    }

    fn fill(values: &mut [f32], floats: &[f32]) {
        values.iter_mut().zip(floats).for_each(|(value, &float)| *value = float);
    }

    fn row(row: &Row<'_, f32>, target: &mut Target<'_, f32>) {
        checked::<Self>(row, target);
        let channels = row.blocks * LANES;
        if let Target::Sums(place) = target {
            for time in 0..row.repeat.times {
                for (channel, x) in (0..channels).flat_map(|channel| (0..row.width).map(move |x| (channel, x))) {
                    let to = place.start + time * row.repeat.target + channel / LANES * place.block;
                    place.values[to + x * LANES + channel % LANES] = sum(row, row.runs, x, channel, time);
                }
            }
            return;
        }
        for x in 0..row.outputs() {
            for channel in 0..channels {
                let (block, lane) = (channel / LANES, channel % LANES);
                let at = |start: usize, stride: usize| start + block * stride + x * LANES + lane;
                let residual = row.residual.as_ref().map_or(0.0, |place| place.values[at(place.start, place.block)]);
                let y = if row.pooled {
                    let columns = 2 * x..row.width.min(2 * x + 2);
                    let runs = [&row.runs[..row.runs.len() - 1], &row.runs[1..]];
                    let window = columns.flat_map(|x| runs.map(|runs| sum(row, runs, x, channel, 0)));
                    window.map(|sum| finish(row, sum, channel, 0.0)).fold(f32::NEG_INFINITY, f32::max)
                } else {
                    finish(row, sum(row, row.runs, x, channel, 0), channel, residual)
                };
                match target {
                    Target::Values(place) | Target::Floats(place) | Target::Sums(place) => {
                        place.values[at(place.start, place.block)] = y
                    }
                }
            }
        }
    }

    fn depthwise(row: &DepthwiseRow<'_, f32>, target: &mut Target<'_, f32>) {
        row.checked(target);
        let Rows { above, middle, below } = row.rows;
        let (Target::Values(place) | Target::Floats(place) | Target::Sums(place)) = target;
        for (x, lane) in (0..row.width()).flat_map(|x| (0..LANES).map(move |lane| (x, lane))) {
            let mut y = row.bias[lane];
            for (source, weights) in [above, Some(middle), below].into_iter().zip(row.weights.as_chunks::<3>().0) {
                for (column, weights) in weights.iter().enumerate() {
                    // What lies left of the first pixel or right of the last one is zero.
                    let pixel = (x * row.stride + column).checked_sub(1);
                    let value = pixel.and_then(|pixel| source?.get(pixel * LANES + lane));
                    y += weights[lane] * value.copied().unwrap_or(0.0);
                }
            }
            place.values[place.start + x * LANES + lane] = match row.activation {
                Activation::Relu => y.max(0.0),
                Activation::PRelu if y < 0.0 => y * row.slope[lane],
                _ => y,
            };
        }
    }

    fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        row.checked(target);
        for (x, target) in target.chunks_exact_mut(LANES).take(row.width).enumerate() {
            let columns = x * row.stride..(x * row.stride + row.size).min(row.columns);
            target.fill(f32::NEG_INFINITY);
            for source in row.rows.iter().flat_map(|start| columns.clone().map(move |x| start + x * LANES)) {
                for (most, &value) in target.iter_mut().zip(&row.input[source..source + LANES]) {
                    *most = most.max(value);
                }
            }
        }
    }

    fn pool_floats(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        Self::pool(row, target);
    }

    fn winograd() -> Winograd<f32> {
        Winograd { form: F43, input: transform_input, output: transform_output }
    }
}

fn sum(row: &Row<'_, f32>, runs: &[Run], x: usize, channel: usize, time: usize) -> f32 {
    let mut weights = row.weights.iter().skip(time * row.repeat.weights + channel).step_by(row.blocks * LANES);
    let mut sum = 0.0;
    for run in runs {
        let from = row.start + time * row.repeat.input + x * row.pixel + run.offset;
        for input in &row.input[from..from + run.steps] {
            sum += input * weights.next().unwrap();
        }
    }
    sum
}

fn finish(row: &Row<'_, f32>, sum: f32, channel: usize, residual: f32) -> f32 {
    let y = sum * row.scale + row.bias[channel] + residual;
    match row.activation {
        Activation::Relu => y.max(0.0),
        Activation::PRelu if y < 0.0 => y * row.slope[channel],
        _ => y,
    }
}

/// Each point's sum by its polynomial: no step is shared with those of the other kernels.
fn transform_input(row: &InputRow<'_, f32>, target: &mut [f32]) {
    const ALONG: [[f32; 6]; 6] = [
        [4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
        [0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
        [0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
        [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
        [0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
        [0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
    ];
    const DOWN: [[f32; 4]; 4] =
        [[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 1.0, 0.0], [0.0, -1.0, 1.0, 0.0], [0.0, 1.0, 0.0, -1.0]];
    checked_input(F43, row, target);
    let (rows, factors, stride) = match row.below {
        None => (vec![row.pixels], &[[1.0, 0.0, 0.0, 0.0]][..], 0),
        Some(([b, c, d], stride)) => (vec![row.pixels, b, c, d], &DOWN[..], stride),
    };
    for (at, lane) in (0..row.tiles * LANES).map(|at| (at / LANES, at % LANES)) {
        for (down, factors) in factors.iter().enumerate() {
            let pixel = |column: usize| -> f32 {
                let at = (at * F43.outputs + column) * LANES + lane;
                rows.iter().zip(factors).map(|(row, factor)| factor * row.get(at).copied().unwrap_or(0.0)).sum()
            };
            for (point, along) in ALONG.iter().enumerate() {
                target[down * stride + point * row.point + at * LANES + lane] =
                    along.iter().enumerate().map(|(column, factor)| factor * pixel(column)).sum();
            }
        }
    }
}

fn transform_output(row: &OutputRow<'_>, target: &mut Target<'_, f32>) {
    const ALONG: [[f32; 6]; 4] = [
        [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        [0.0, 1.0, -1.0, 2.0, -2.0, 0.0],
        [0.0, 1.0, 1.0, 4.0, 4.0, 0.0],
        [0.0, 1.0, -1.0, 8.0, -8.0, 1.0],
    ];
    const DOWN: [[f32; 4]; 2] = [[1.0, 1.0, 1.0, 0.0], [0.0, 1.0, -1.0, -1.0]];
    checked_output(F43, row, target);
    let (Target::Values(place) | Target::Floats(place) | Target::Sums(place)) = target;
    let (stride, lower) = row.below.unwrap_or((0, None));
    let factors = if row.below.is_some() { DOWN } else { [[1.0, 0.0, 0.0, 0.0]; 2] };
    for (start, factors) in [Some(place.start), lower].into_iter().zip(factors) {
        let Some(start) = start else { continue };
        for (channel, x) in (0..row.blocks * LANES).flat_map(|channel| (0..row.width).map(move |x| (channel, x))) {
            let (block, lane) = (channel / LANES, channel % LANES);
            let from = row.start + block * row.block + x / F43.outputs * LANES + lane;
            let product = |point: usize| -> f32 {
                let of_row =
                    |(down, factor): (usize, &f32)| factor * row.products[from + point * row.point + down * stride];
                factors.iter().enumerate().map(of_row).sum()
            };
            let along = ALONG[x % F43.outputs].iter().enumerate();
            let y = along.map(|(point, factor)| factor * product(point)).sum::<f32>() + row.bias[channel];
            place.values[start + block * place.block + x * LANES + lane] = match row.activation {
                Activation::Relu => y.max(0.0),
                Activation::PRelu if y < 0.0 => y * row.slope[channel],
                _ => y,
            };
        }
    }
}

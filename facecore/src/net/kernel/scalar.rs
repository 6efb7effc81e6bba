//! The definition in plain loops: what every kernel must compute, and what Miri can run.

use super::{
    Activation, InputRow, Kernel, LANES, OUTPUTS, OutputRow, POINTS, PoolRow, Row, Target, Winograd, checked,
    checked_input, checked_output, checked_pool,
};

pub(in crate::net) struct Scalar;

impl Kernel for Scalar {
    type Value = f32;
    const STEP: usize = 1;
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
        checked::<Self>(row, target);
        let channels = row.blocks * LANES;
        for x in 0..row.width {
            for channel in 0..channels {
                let mut weights = row.weights.iter().skip(channel).step_by(channels);
                let mut sum = 0.0;
                for run in row.runs {
                    let from = row.start + x * row.pixel + run.offset;
                    for input in &row.input[from..from + run.steps] {
                        sum += input * weights.next().unwrap();
                    }
                }
                let (block, lane) = (channel / LANES, channel % LANES);
                let at = |start: usize, stride: usize| start + block * stride + x * LANES + lane;
                let mut y = sum * row.scale + row.bias[channel];
                if let Some(place) = &row.residual {
                    y += place.values[at(place.start, place.block)];
                }
                let y = match row.activation {
                    Activation::Relu => y.max(0.0),
                    Activation::PRelu if y < 0.0 => y * row.slope[channel],
                    _ => y,
                };
                match target {
                    Target::Values(place) | Target::Floats(place) => place.values[at(place.start, place.block)] = y,
                }
            }
        }
    }

    fn pool(row: &PoolRow<'_, f32>, target: &mut [f32]) {
        checked_pool(row, target);
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

    fn winograd() -> Option<Winograd<f32>> {
        Some(Winograd { input: transform_input, output: transform_output })
    }
}

/// Each point's sum by its polynomial: no step is shared with those of the other kernels.
fn transform_input(row: &InputRow<'_, f32>, target: &mut [f32]) {
    const SUMS: [[f32; POINTS]; POINTS] = [
        [4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
        [0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
        [0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
        [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
        [0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
        [0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
    ];
    checked_input(row, target);
    for (at, lane) in (0..row.tiles * LANES).map(|at| (at / LANES, at % LANES)) {
        let pixel = |column: usize| row.pixels.get((at * OUTPUTS + column) * LANES + lane).copied().unwrap_or(0.0);
        for (point, sums) in SUMS.iter().enumerate() {
            target[point * row.point + at * LANES + lane] =
                sums.iter().enumerate().map(|(column, factor)| factor * pixel(column)).sum();
        }
    }
}

fn transform_output(row: &OutputRow<'_>, target: &mut Target<'_, f32>) {
    const SUMS: [[f32; POINTS]; OUTPUTS] = [
        [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        [0.0, 1.0, -1.0, 2.0, -2.0, 0.0],
        [0.0, 1.0, 1.0, 4.0, 4.0, 0.0],
        [0.0, 1.0, -1.0, 8.0, -8.0, 1.0],
    ];
    checked_output(row, target);
    let (Target::Values(place) | Target::Floats(place)) = target;
    for (channel, x) in (0..row.blocks * LANES).flat_map(|channel| (0..row.width).map(move |x| (channel, x))) {
        let (block, lane) = (channel / LANES, channel % LANES);
        let from = row.start + block * row.block + x / OUTPUTS * LANES + lane;
        let product = |(point, factor): (usize, &f32)| factor * row.products[from + point * row.point];
        let y = SUMS[x % OUTPUTS].iter().enumerate().map(product).sum::<f32>() + row.bias[channel];
        place.values[place.start + block * place.block + x * LANES + lane] = match row.activation {
            Activation::Relu => y.max(0.0),
            Activation::PRelu if y < 0.0 => y * row.slope[channel],
            _ => y,
        };
    }
}

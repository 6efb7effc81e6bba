//! The chance that a face is recognised, fitted on half of the people and measured on the other half: logistic regression on what
//! [`facecore::FaceQuality`] measures. What does not help there has no place in `FaceQuality::value`.

use std::fmt::Write as _;

use serde::Serialize;

use super::gate;
use super::row::Row;
use crate::failure::Result;
use crate::output::json_line;

/// What the chance may depend on.
type Factor = (&'static str, fn(&Row) -> f64);

const FACTORS: [Factor; 6] = [
    ("ln size", |row| f64::from(row.size.max(1.0).ln())),
    ("ln sharpness", |row| f64::from(row.sharpness.max(0.01).ln())),
    ("brightness", |row| f64::from(row.brightness)),
    ("yaw squared", |row| f64::from(row.yaw.powi(2))),
    ("roll / 90", |row| f64::from(row.roll / 90.0)),
    ("score", |row| f64::from(row.score)),
];

#[derive(Serialize)]
struct FitRecord<'a> {
    kind: &'static str,
    factors: &'a [&'a str],
    weights: &'a [f64],
    /// Mean log loss on the other half.
    loss: f64,
}

/// Weights of the factors; the last one stands alone.
struct Logistic<'a> {
    factors: &'a [Factor],
    weights: Vec<f64>,
}

impl Logistic<'_> {
    fn chance(&self, row: &Row) -> f64 {
        let terms = self.factors.iter().zip(&self.weights).map(|((_, factor), weight)| weight * factor(row));
        sigmoid(terms.sum::<f64>() + self.weights[self.factors.len()])
    }

    fn loss(&self, rows: &[(&Row, bool)]) -> f64 {
        let of_row = |&(row, recognised): &(&Row, bool)| {
            let chance = self.chance(row).clamp(1e-9, 1.0 - 1e-9);
            -(if recognised { chance } else { 1.0 - chance }).ln()
        };
        rows.iter().map(of_row).sum::<f64>() / rows.len().max(1) as f64
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Newton's method, with a trace of a ridge for factors that do not vary.
fn fit<'a>(factors: &'a [Factor], rows: &[(&Row, bool)]) -> Logistic<'a> {
    let size = factors.len() + 1;
    let inputs: Vec<Vec<f64>> =
        rows.iter().map(|(row, _)| factors.iter().map(|(_, factor)| factor(row)).chain([1.0]).collect()).collect();
    let mut weights = vec![0.0; size];
    for _ in 0..25 {
        // The curvature, and beside it the slope.
        let mut system = vec![vec![0.0; size + 1]; size];
        for (input, &(_, recognised)) in inputs.iter().zip(rows) {
            let chance = sigmoid(input.iter().zip(&weights).map(|(x, weight)| x * weight).sum());
            for (row, x) in system.iter_mut().zip(input) {
                row.iter_mut().zip(input).for_each(|(cell, y)| *cell += x * y * chance * (1.0 - chance));
                row[size] += x * (f64::from(u8::from(recognised)) - chance);
            }
        }
        (0..size).for_each(|at| {
            system[at][at] += 1e-3;
            system[at][size] -= 1e-3 * weights[at];
        });
        for (weight, step) in weights.iter_mut().zip(solve(system)) {
            *weight += step;
        }
    }
    Logistic { factors, weights }
}

/// Gauss–Jordan elimination of a positive definite system, whose right side is the last column.
fn solve(mut system: Vec<Vec<f64>>) -> Vec<f64> {
    for pivot in 0..system.len() {
        let scale = system[pivot][pivot];
        system[pivot].iter_mut().for_each(|cell| *cell /= scale);
        let row = system[pivot].clone();
        for (_, other) in system.iter_mut().enumerate().filter(|(at, _)| *at != pivot) {
            let factor = other[pivot];
            other.iter_mut().zip(&row).for_each(|(cell, pivot)| *cell -= factor * pivot);
        }
    }
    system.iter().map(|row| row[row.len() - 1]).collect()
}

/// Fits on the first half of the people; then on the second what each factor is worth, and the gate.
pub fn text(rows: &[Row], threshold: f32, fp: f64, json: bool) -> Result<String> {
    let half = |which: u8| rows.iter().filter(move |row| row.found && row.half == Some(which));
    let judged = |which: u8| -> Vec<(&Row, bool)> {
        half(which).filter(|row| row.same).map(|row| (row, row.cosine >= threshold)).collect()
    };
    let (fitted_on, measured_on) = (judged(0), judged(1));
    let mut text = String::new();
    if !json {
        text += "\nthe chance to be recognised, fitted on half of the people, measured on the other half\nlog loss  weights\n";
    }
    let mut show = |factors: &[Factor]| {
        let fit = fit(factors, &fitted_on);
        let (loss, weights) = (fit.loss(&measured_on), &fit.weights);
        let names: Vec<&str> = factors.iter().map(|(name, _)| *name).chain(["constant"]).collect();
        if json {
            text += &json_line(&FitRecord { kind: "fit", factors: &names, weights, loss });
        } else {
            let terms: Vec<String> =
                names.iter().zip(weights).map(|(name, weight)| format!("{name} {weight:.3}")).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{loss:8.5}  {}", terms.join(", "));
        }
        loss
    };
    // From all factors down to none: each time the one whose loss costs least goes.
    let mut left = FACTORS.to_vec();
    show(&left);
    while !left.is_empty() {
        let without = |at: usize| {
            let mut fewer = left.clone();
            fewer.remove(at);
            fewer
        };
        let loss = |at: usize| fit(&without(at), &fitted_on).loss(&fitted_on);
        let least = (0..left.len()).min_by(|&a, &b| loss(a).total_cmp(&loss(b))).unwrap_or(0);
        left = without(least);
        show(&left);
    }
    let others: Vec<&Row> = half(1).collect();
    let all = fit(&FACTORS, &fitted_on);
    let by: [(&str, gate::Score<'_>); 5] = [
        ("all factors, fitted", &|row| all.chance(row)),
        ("FaceQuality::value", &|row| f64::from(row.quality().value())),
        ("size", &|row| f64::from(row.size)),
        ("yaw", &|row| -f64::from(row.yaw)),
        ("score", &|row| f64::from(row.score)),
    ];
    text += &gate::text(&others, &by, fp, json)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_that_was_put_in_is_found() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        let rows: Vec<(Row, bool)> = (0..20_000)
            .map(|pair| {
                let (size, sharpness) = (20.0 + 80.0 * draw(), 0.02 + 0.5 * draw());
                let recognised = draw() < sigmoid(2.0 * f64::from(sharpness.ln()) + 4.0) as f32;
                let row = Row {
                    pair,
                    half: Some(0),
                    same: true,
                    degradation: String::new(),
                    found: true,
                    cosine: 0.0,
                    own: 0.0,
                    size,
                    sharpness,
                    brightness: 0.5,
                    yaw: 0.0,
                    roll: 0.0,
                    score: 1.0,
                };
                (row, recognised)
            })
            .collect();
        let judged: Vec<(&Row, bool)> = rows.iter().map(|(row, recognised)| (row, *recognised)).collect();
        let both = fit(&FACTORS[..2], &judged);
        let found: Vec<f64> = both.weights.iter().zip([0.0, 2.0, 4.0]).map(|(found, put_in)| found - put_in).collect();
        assert!(found[..2].iter().all(|off| off.abs() < 0.15) && found[2].abs() < 0.6, "{:?}", both.weights);
        assert!(both.loss(&judged) < fit(&[], &judged).loss(&judged));
    }
}

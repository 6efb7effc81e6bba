//! Ridge regression of one number on many features.

/// Weights and offset that minimise the mean squared error plus `penalty` times the sum of the squared weights; nothing if the
/// rows do not determine them.
///
/// Every row has `width` features. The normal equations are added up in the order of the rows, so the same rows give the same bits.
pub(crate) fn fit(
    rows: impl Iterator<Item = (Vec<f32>, f32)> + Clone,
    width: usize,
    penalty: f64,
) -> Option<(Vec<f32>, f32)> {
    let mut means = vec![0.0; width + 1];
    let mut count = 0.0;
    for (features, target) in rows.clone() {
        let values = features.iter().chain([&target]);
        means.iter_mut().zip(values).for_each(|(mean, &value)| *mean += f64::from(value));
        count += 1.0;
    }
    means.iter_mut().for_each(|mean| *mean /= count);
    // Row by row the lower triangle; the last row is the right-hand side.
    let mut normal: Vec<Vec<f64>> = (0..=width).map(|row| vec![0.0; row + 1]).collect();
    for (features, target) in rows {
        let centred: Vec<f64> =
            features.iter().chain([&target]).zip(&means).map(|(&value, mean)| f64::from(value) - mean).collect();
        for (sums, &factor) in normal.iter_mut().zip(&centred) {
            sums.iter_mut().zip(&centred).for_each(|(sum, value)| *sum += factor * value);
        }
    }
    for (at, sums) in normal.iter_mut().enumerate().take(width) {
        sums[at] += penalty * count;
    }
    let right = normal.pop()?;
    let weights = solve(normal, right[..width].to_vec())?;
    let offset = means[width] - weights.iter().zip(&means).map(|(weight, mean)| weight * mean).sum::<f64>();
    let weights: Vec<f32> = weights.into_iter().map(|weight| weight as f32).collect();
    Some((weights, offset as f32)).filter(|(weights, offset)| weights.iter().chain([offset]).all(|x| x.is_finite()))
}

/// Solves with the lower triangle of a positive definite matrix (Cholesky).
fn solve(mut lower: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for row in 0..lower.len() {
        let (done, rest) = lower.split_at_mut(row);
        let current = &mut rest[0];
        for (column, other) in done.iter().enumerate() {
            current[column] = (current[column] - dot(&current[..column], &other[..column])) / other[column];
        }
        let square = current[row] - dot(&current[..row], &current[..row]);
        if square.is_nan() || square <= 0.0 {
            return None;
        }
        current[row] = square.sqrt();
        right[row] = (right[row] - dot(&current[..row], &right[..row])) / current[row];
    }
    for row in (0..lower.len()).rev() {
        right[row] /= lower[row][row];
        let value = right[row];
        lower[row][..row].iter().zip(&mut right).for_each(|(factor, other)| *other -= factor * value);
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn known_weights_are_recovered(
            weights in prop::collection::vec(-2.0f32..2.0, 1..6),
            offset in -1.0f32..1.0,
            values in prop::collection::vec(-1.0f32..1.0, 300),
        ) {
            let rows = values.chunks_exact(weights.len()).map(|features| {
                let target = offset + features.iter().zip(&weights).map(|(a, b)| a * b).sum::<f32>();
                (features.to_vec(), target)
            });
            let (fitted, at_zero) = fit(rows, weights.len(), 1e-9).unwrap();
            for (a, b) in fitted.iter().chain([&at_zero]).zip(weights.iter().chain([&offset])) {
                prop_assert!((a - b).abs() < 1e-3, "{fitted:?} {at_zero}");
            }
        }
    }

    #[test]
    fn features_that_never_vary_get_no_weight() {
        let rows = (0..50).map(|at| (vec![1.0, at as f32], 3.0 * at as f32));
        let (weights, _) = fit(rows.clone(), 2, 1e-6).unwrap();
        assert!(weights[0].abs() < 1e-6 && (weights[1] - 3.0).abs() < 1e-3, "{weights:?}");
        assert!(fit(rows.clone(), 2, 0.0).is_none(), "nothing determines the first");
        assert!(fit(rows.take(0), 2, 1.0).is_none());
    }
}

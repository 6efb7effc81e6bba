//! The optimal assignment: who is who when every person can be one face only.

/// Gives each row at most one column, each column to at most one row, so that the total weight is the largest.
///
/// A row lists its admissible columns, each at most once, with a finite weight above 0; what is not listed is
/// never assigned. Hungarian method, O(rows² · columns), on the listed columns alone.
pub(crate) fn assign(rows: &[Vec<(usize, f64)>]) -> Vec<Option<usize>> {
    let mut columns: Vec<usize> = rows.iter().flatten().map(|&(column, _)| column).collect();
    columns.sort_unstable();
    columns.dedup();
    // A pair that is not admissible weighs nothing and is dropped afterwards; with as many columns as rows at least,
    // "stays alone" needs no other form.
    let width = columns.len().max(rows.len());
    let mut weights = vec![0.0; rows.len() * width];
    for (row, pairs) in rows.iter().enumerate() {
        for (column, weight) in pairs {
            if let Ok(at) = columns.binary_search(column) {
                weights[row * width + at] = *weight;
            }
        }
    }
    let chosen = heaviest(&weights, rows.len(), width);
    let admissible = |(row, at): (usize, usize)| (weights[row * width + at] > 0.0).then(|| columns[at]);
    chosen.into_iter().enumerate().map(admissible).collect()
}

/// The column of each row in a complete assignment of the largest total; `weights` is row by row, `width >= rows`.
///
/// Shortest augmenting paths with potentials (Kuhn 1955, Jonker and Volgenant 1987): rows enter one by one, and
/// each search grows a tree of tight pairs from the new row until it meets a free column.
fn heaviest(weights: &[f64], rows: usize, width: usize) -> Vec<usize> {
    /// Marks the new row's place, which is no column.
    const ROOT: usize = usize::MAX;
    let mut row_potential = vec![0.0f64; rows];
    let mut column_potential = vec![0.0f64; width];
    let mut owner: Vec<Option<usize>> = vec![None; width];
    for new_row in 0..rows {
        let mut slack = vec![f64::INFINITY; width];
        let mut parent = vec![ROOT; width];
        let mut in_tree: Vec<usize> = Vec::new();
        let mut outside: Vec<usize> = (0..width).collect();
        let (mut row, mut from) = (new_row, ROOT);
        let free = loop {
            let (mut nearest, mut step) = (0, f64::INFINITY);
            for (place, &column) in outside.iter().enumerate() {
                let reduced = -weights[row * width + column] - row_potential[row] - column_potential[column];
                if reduced < slack[column] {
                    slack[column] = reduced;
                    parent[column] = from;
                }
                if slack[column] < step {
                    (nearest, step) = (place, slack[column]);
                }
            }
            row_potential[new_row] += step;
            for &column in &in_tree {
                column_potential[column] -= step;
                if let Some(owner) = owner[column] {
                    row_potential[owner] += step;
                }
            }
            for &column in &outside {
                slack[column] -= step;
            }
            let column = outside.swap_remove(nearest);
            match owner[column] {
                None => break column,
                Some(next) => (row, from) = (next, column),
            }
            in_tree.push(column);
        };
        let mut column = free;
        while parent[column] != ROOT {
            owner[column] = owner[parent[column]];
            column = parent[column];
        }
        owner[column] = Some(new_row);
    }
    let mut chosen = vec![0; rows];
    for (column, owner) in owner.into_iter().enumerate() {
        if let Some(row) = owner {
            chosen[row] = column;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(rows: &[Vec<(usize, f64)>], chosen: &[Option<usize>]) -> f64 {
        let weight = |(row, column): (&Vec<(usize, f64)>, &Option<usize>)| {
            column.map(|column| row.iter().find(|pair| pair.0 == column).expect("an admissible pair").1)
        };
        rows.iter().zip(chosen).filter_map(weight).sum()
    }

    /// Tries everything.
    fn best(rows: &[Vec<(usize, f64)>], taken: &mut Vec<usize>) -> f64 {
        let Some((first, rest)) = rows.split_first() else {
            return 0.0;
        };
        let mut most = best(rest, taken);
        for &(column, weight) in first {
            if !taken.contains(&column) {
                taken.push(column);
                most = most.max(weight + best(rest, taken));
                taken.pop();
            }
        }
        most
    }

    #[test]
    fn the_best_pair_yields_to_the_best_total() {
        let rows = [vec![(0, 0.9), (1, 0.8)], vec![(0, 0.85)], vec![]];
        assert_eq!(assign(&rows), [Some(1), Some(0), None]);
        assert_eq!(assign(&[]), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn the_total_is_the_largest_there_is(
            rows in prop::collection::vec(prop::collection::btree_map(0usize..6, (1u32..50).prop_map(f64::from), 0..6), 0..6),
        ) {
            let rows: Vec<Vec<(usize, f64)>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
            let chosen = assign(&rows);
            let mut columns: Vec<_> = chosen.iter().flatten().collect();
            columns.sort_unstable();
            prop_assert!(columns.windows(2).all(|pair| pair[0] != pair[1]));
            prop_assert!((total(&rows, &chosen) - best(&rows, &mut Vec::new())).abs() < 1e-9);
        }
    }
}

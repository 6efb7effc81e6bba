//! Scores of all pairs of two units, a block of rows against a panel of columns at a time.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::ordered::Ordered;

/// Rows of a block: as many share one packing of the columns.
const ROWS: usize = 64;
/// Columns of a panel: with 512 values each it fits the second cache.
const COLUMNS: usize = 128;
/// What is computed at once stays in the registers of any x86-64: 4 rows of 8 columns.
const TILE: [usize; 2] = [4, 8];

/// Works on items 0…`items` with up to `threads` threads, each with a state of its own. Which thread gets which item is chance.
pub(super) fn on_threads<S: Send>(
    threads: usize,
    items: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) + Sync,
) -> Vec<S> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut state = state();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && at < items
        {
            work(&mut state, at);
        }
        state
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(items)).map(|_| scope.spawn(run)).collect();
        let own = run();
        let others = others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        std::iter::once(own).chain(others).collect()
    })
}

/// Gives every pair of two units once to `visit`: a face, the first of a run of faces behind it, and the scores of the run.
pub(super) fn scan<S: Send>(
    ordered: &Ordered<'_>,
    threads: usize,
    state: impl Fn() -> S + Sync,
    visit: impl Fn(&mut S, usize, usize, &[f32]) + Sync,
) -> Vec<S> {
    let reversed = reversed(ordered);
    let blocks = ordered.len().div_ceil(ROWS);
    let workspace = || (state(), Workspace::default());
    let states = on_threads(threads, blocks, workspace, |(state, workspace), block| {
        let rows = block * ROWS..((block + 1) * ROWS).min(ordered.len());
        workspace.pack_rows(ordered, rows.clone());
        let less: Vec<_> = rows.clone().map(|row| less_in_row(ordered, &reversed, row)).collect();
        let mut panel = ordered.behind(rows.start);
        while panel < ordered.len() {
            let columns = panel..(panel + COLUMNS).min(ordered.len());
            workspace.multiply(ordered, columns.clone());
            for row in rows.clone() {
                let from = ordered.behind(row).max(columns.start);
                if from >= columns.end {
                    continue;
                }
                let scores = &mut workspace.scores[(row - rows.start) * COLUMNS..][..columns.len()];
                for (score, offset) in scores.iter_mut().zip(&ordered.offset[columns.clone()]) {
                    *score = score.clamp(-1.0, 1.0) - ordered.offset[row] - offset;
                }
                let less = &less[row - rows.start];
                let first = less.partition_point(|(column, _)| (*column as usize) < columns.start);
                for (column, less) in less[first..].iter().take_while(|(column, _)| (*column as usize) < columns.end) {
                    scores[*column as usize - columns.start] += less;
                }
                visit(state, row, from, &scores[from - columns.start..]);
            }
            panel = columns.end;
        }
    });
    states.into_iter().map(|(state, _)| state).collect()
}

/// For each unit the faces that have less taken off towards it, and how much less.
fn reversed(ordered: &Ordered<'_>) -> Vec<Vec<(u32, f32)>> {
    let mut of_unit = vec![Vec::new(); ordered.units()];
    for (face, less) in ordered.less_towards.iter().enumerate() {
        less.iter().for_each(|&(unit, less)| of_unit[unit as usize].push((face as u32, less)));
    }
    of_unit
}

/// The columns of a row where less is taken off, for the row's face or for the column's, in rising order.
fn less_in_row(ordered: &Ordered<'_>, reversed: &[Vec<(u32, f32)>], row: usize) -> Vec<(u32, f32)> {
    let behind = ordered.behind(row) as u32;
    let mut less = Vec::new();
    for &(unit, own) in &ordered.less_towards[row] {
        less.extend(ordered.of_unit(unit as usize).map(|column| (column as u32, own)));
    }
    less.extend(&reversed[ordered.unit[row] as usize]);
    less.retain(|(column, _)| *column >= behind);
    less.sort_unstable_by_key(|(column, _)| *column);
    less
}

/// Rows and columns packed for the tiles, and their products.
#[derive(Default)]
struct Workspace {
    /// Of each four rows the first values of all, then the second…
    rows: Vec<[f32; TILE[0]]>,
    /// Of each eight columns the first values of all, then the second…
    columns: Vec<[f32; TILE[1]]>,
    /// `COLUMNS` for each row.
    scores: Vec<f32>,
}

impl Workspace {
    fn pack_rows(&mut self, ordered: &Ordered<'_>, rows: std::ops::Range<usize>) {
        pack(&mut self.rows, &ordered.vectors[rows]);
        self.scores.resize(ROWS * COLUMNS, 0.0);
    }

    fn multiply(&mut self, ordered: &Ordered<'_>, columns: std::ops::Range<usize>) {
        pack(&mut self.columns, &ordered.vectors[columns]);
        let length = ordered.vectors[0].len();
        for (above, rows) in self.rows.chunks_exact(length).enumerate() {
            for (before, columns) in self.columns.chunks_exact(length).enumerate() {
                let products = tile(rows, columns);
                for (row, products) in products.iter().enumerate() {
                    let from = (above * TILE[0] + row) * COLUMNS + before * TILE[1];
                    self.scores[from..from + TILE[1]].copy_from_slice(products);
                }
            }
        }
    }
}

/// Vectors in groups of `N`, value by value; a last group is filled up with zeros.
fn pack<const N: usize>(packed: &mut Vec<[f32; N]>, vectors: &[&[f32]]) {
    packed.clear();
    for group in vectors.chunks(N) {
        let begin = packed.len();
        packed.resize(begin + group[0].len(), [0.0; N]);
        for (at, vector) in group.iter().enumerate() {
            packed[begin..].iter_mut().zip(*vector).for_each(|(values, value)| values[at] = *value);
        }
    }
}

fn tile(rows: &[[f32; TILE[0]]], columns: &[[f32; TILE[1]]]) -> [[f32; TILE[1]]; TILE[0]] {
    let mut sums = [[0.0; TILE[1]]; TILE[0]];
    for (rows, columns) in rows.iter().zip(columns) {
        for (sums, row) in sums.iter_mut().zip(rows) {
            sums.iter_mut().zip(columns).for_each(|(sum, column)| *sum += row * column);
        }
    }
    sums
}

//! Max pooling of one row over one block.

use super::{LANES, PoolRow};

impl<V> PoolRow<'_, V> {
    /// The slices are as large as the pool will read and write; the last window may hang over the right edge.
    ///
    /// # Panics
    /// If they are not: a defect of the caller.
    pub(super) fn checked<T>(&self, target: &[T]) {
        assert!(self.width > 0 && (self.width - 1) * self.stride < self.columns, "a window outside the row");
        assert!((1..=3).contains(&self.rows.len()) && (1..=3).contains(&self.size), "a window we have no loop for");
        assert!(
            self.rows.iter().all(|start| start + self.columns * LANES <= self.input.len()),
            "the input is too small"
        );
        assert!(self.width * LANES <= target.len(), "the target is too small");
    }
}

/// The pool with one processor's registers of `$width` floats: names of its load of what it reads, its store of what it writes, and the larger of two.
macro_rules! pool {
    ($name:ident $features:literal $from:ty, $to:ty, $width:literal $load:ident $store:ident $max:ident) => {
        #[target_feature(enable = $features)]
        fn $name(row: &PoolRow<'_, $from>, target: &mut [$to]) {
            row.checked(target);
            // A row or a column that is read twice changes nothing: so every window is full.
            let last = row.rows[row.rows.len() - 1];
            let rows = [0, 1, 2].map(|index| row.rows.get(index).copied().unwrap_or(last));
            for lane in (0..LANES).step_by($width) {
                let column = |at: usize| {
                    let at = at.min(row.columns - 1) * LANES + lane;
                    // SAFETY: `checked` has compared the last column of each row with the input.
                    let [a, b, c] = rows.map(|start| unsafe { $load(row.input.as_ptr().add(start + at)) });
                    $max($max(a, b), c)
                };
                let (mut first, middle) = (column(0), 1.min(row.size - 1));
                for (x, target) in target.as_chunks_mut::<LANES>().0.iter_mut().take(row.width).enumerate() {
                    let at = x * row.stride;
                    let (second, third) = (column(at + middle), column(at + row.size - 1));
                    // SAFETY: a part of 16 values.
                    unsafe { $store(target.as_mut_ptr().add(lane), $max($max(first, second), third)) };
                    // A window's last column can be the next one's first.
                    first = if row.size == row.stride + 1 { third } else { column(at + row.stride) };
                }
            }
        }
    };
}

pub(super) use pool;

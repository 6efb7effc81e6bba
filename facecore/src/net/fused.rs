//! What `program` and `stream` share.

use std::sync::{Mutex, PoisonError};

use super::kernel::PoolRow;
use super::layers::Pool;
use super::picture::{Each, PixelRows, Pixels};

/// A network that our kernels run.
pub(super) trait Fused: Send + Sync {
    /// Hands the rows of the answer to `each` until it breaks off; `None` if the picture is too small.
    fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Option<()>;

    /// The same for a picture that is made row by row.
    fn run_rows(&self, rows: PixelRows<'_>, each: Each<'_>) -> Option<()> {
        let size = rows.size;
        self.run(Pixels { values: &rows.whole(), size, scale: 1.0, offset: 0.0 }, each)
    }
}

/// Memory of runs that have ended, for those to come: as many as ever ran at once.
#[derive(Default)]
pub(crate) struct Idle<T>(Mutex<Vec<T>>);

impl<T: Default> Idle<T> {
    pub(crate) fn with<R>(&self, run: impl FnOnce(&mut T) -> R) -> R {
        let mut scratch = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let answer = run(&mut scratch);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        answer
    }
}

/// Where the source rows of row `y` of a pool begin, and how many there are: fewer at the lower edge.
pub(super) fn pool_starts(pool: &Pool, y: usize, height: usize, start: impl Fn(usize) -> usize) -> ([usize; 3], usize) {
    let first = y * pool.stride;
    let count = pool.size.min(height - first);
    let mut starts = [0; 3];
    starts[..count].iter_mut().zip(first..).for_each(|(at, row)| *at = start(row));
    (starts, count)
}

pub(super) fn pool_row<'a, V>(
    input: &'a [V],
    rows: &'a [usize],
    columns: usize,
    pool: &Pool,
    width: usize,
) -> PoolRow<'a, V> {
    PoolRow { input, rows, columns, size: pool.size, stride: pool.stride, width }
}

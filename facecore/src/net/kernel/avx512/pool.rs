//! Max pooling.

use std::arch::x86_64::*;

use super::super::{LANES, PoolRow, checked_pool};
use super::{load_bf16, load_f32, store_bf16, store_f32};

macro_rules! pool {
    ($name:ident $features:literal $from:ty, $to:ty, $load:ident $store:ident) => {
        #[target_feature(enable = $features)]
        pub(super) fn $name(row: &PoolRow<'_, $from>, target: &mut [$to]) {
            checked_pool(row, target);
            // A row or a column that is read twice changes nothing: so every window is full.
            let last = row.rows[row.rows.len() - 1];
            let rows = [0, 1, 2].map(|index| row.rows.get(index).copied().unwrap_or(last));
            let column = |at: usize| {
                let at = at.min(row.columns - 1) * LANES;
                // SAFETY: `checked_pool` has compared the last column of each row with the input.
                let [a, b, c] = rows.map(|start| unsafe { $load(row.input.as_ptr().add(start + at)) });
                _mm512_max_ps(_mm512_max_ps(a, b), c)
            };
            let (mut first, middle) = (column(0), 1.min(row.size - 1));
            for (x, target) in target.as_chunks_mut::<LANES>().0.iter_mut().take(row.width).enumerate() {
                let at = x * row.stride;
                let (second, third) = (column(at + middle), column(at + row.size - 1));
                // SAFETY: 16 values.
                unsafe { $store(target.as_mut_ptr(), _mm512_max_ps(_mm512_max_ps(first, second), third)) };
                // A window's last column can be the next one's first.
                first = if row.size == row.stride + 1 { third } else { column(at + row.stride) };
            }
        }
    };
}

pool!(pool_f32 "avx512f" f32, f32, load_f32 store_f32);
pool!(pool_bf16 "avx512f,avx512bf16" u16, u16, load_bf16 store_bf16);
pool!(pool_to_bf16 "avx512f,avx512bf16" f32, u16, load_f32 store_bf16);

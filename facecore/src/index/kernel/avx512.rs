//! 32 products at once with their sum (VNNI).

use std::arch::x86_64::*;

/// The caller has checked that `rows` has `sums.len()` rows as long as `query`, a multiple of 32.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) unsafe fn products(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    for (row, sum) in rows.chunks_exact(query.len()).zip(sums) {
        let mut lanes = _mm512_setzero_si512();
        for value in (0..query.len()).step_by(32) {
            // SAFETY: `value + 32 <= query.len()`, which is the row's length too.
            let (values, query) = unsafe {
                let values = _mm256_loadu_si256(row.as_ptr().add(value).cast());
                (_mm512_cvtepi8_epi16(values), _mm512_loadu_si512(query.as_ptr().add(value).cast()))
            };
            lanes = _mm512_dpwssd_epi32(lanes, values, query);
        }
        *sum = _mm512_reduce_add_epi32(lanes);
    }
}

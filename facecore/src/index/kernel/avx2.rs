//! 16 products at once; signs by the processor's bit count.

use std::arch::x86_64::*;

/// The caller has checked that `rows` has `sums.len()` rows as long as `query`, a multiple of 32.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn products(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    let stride = query.len();
    let (fours, rest) = sums.as_chunks_mut::<4>();
    for (at, four) in fours.iter_mut().enumerate() {
        let start = at * 4 * stride;
        let mut sum = [_mm256_setzero_si256(); 4];
        for value in (0..stride).step_by(16) {
            // SAFETY: `value + 16 <= stride`, so this is inside the query and inside each of the four rows.
            unsafe {
                let query = _mm256_loadu_si256(query.as_ptr().add(value).cast());
                for (row, sum) in sum.iter_mut().enumerate() {
                    let values = _mm_loadu_si128(rows.as_ptr().add(start + row * stride + value).cast());
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(values), query));
                }
            }
        }
        let pairs = [_mm256_hadd_epi32(sum[0], sum[1]), _mm256_hadd_epi32(sum[2], sum[3])];
        let halves = _mm256_hadd_epi32(pairs[0], pairs[1]);
        let whole = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256::<1>(halves));
        // SAFETY: `four` has room for four numbers.
        unsafe { _mm_storeu_si128(four.as_mut_ptr().cast(), whole) };
    }
    let done = fours.len() * 4;
    super::portable::products(&rows[done * stride..], query, rest);
}

#[target_feature(enable = "popcnt")]
pub(super) fn differences(signs: &[u8], query: &[u64], counts: &mut [u32]) {
    super::portable::differences(signs, query, counts);
}

//! 16 products at once, and 32 sums looked up.

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

/// The caller has checked that `groups` has a group of `table.len()` times 16 bytes, an even number, for each 32 of `sums`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn lookups(groups: &[u8], table: &[[u8; 16]], sums: &mut [u16]) {
    let low = _mm256_set1_epi8(15);
    for (group, sums) in groups.chunks_exact(table.len() * 16).zip(sums.as_chunks_mut::<32>().0) {
        // Of the faces 0 to 15, and 16 to 31: bytes added as words, so that even faces carry into odd ones, and the odd ones alone.
        let mut both = [[_mm256_setzero_si256(); 2]; 2];
        for (bytes, entries) in group.as_chunks::<32>().0.iter().zip(table.as_chunks::<2>().0) {
            // SAFETY: each is 32 bytes.
            let (bytes, entries) =
                unsafe { (_mm256_loadu_si256(bytes.as_ptr().cast()), _mm256_loadu_si256(entries.as_ptr().cast())) };
            let halves = [_mm256_and_si256(bytes, low), _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), low)];
            for (half, [all, odd]) in halves.into_iter().zip(&mut both) {
                let found = _mm256_shuffle_epi8(entries, half);
                *all = _mm256_add_epi16(*all, found);
                *odd = _mm256_add_epi16(*odd, _mm256_srli_epi16::<8>(found));
            }
        }
        for ([all, odd], sums) in both.into_iter().zip(sums.as_chunks_mut::<16>().0) {
            let even = _mm256_sub_epi16(all, _mm256_slli_epi16::<8>(odd));
            let [even, odd] = [even, odd]
                .map(|sums| _mm_add_epi16(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums)));
            // SAFETY: 16 numbers are 32 bytes.
            unsafe {
                _mm_storeu_si128(sums.as_mut_ptr().cast(), _mm_unpacklo_epi16(even, odd));
                _mm_storeu_si128(sums.as_mut_ptr().add(8).cast(), _mm_unpackhi_epi16(even, odd));
            }
        }
    }
}

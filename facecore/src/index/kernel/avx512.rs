//! 32 products at once with their sum (VNNI), and 64 sums looked up.

use std::arch::x86_64::*;

/// How far ahead signs are fetched, in bytes: a single query passes by more than the caches hold.
const AHEAD: usize = 4096;

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

/// The caller has checked that `groups` has a group of `table.len()` times 16 bytes, an even number, for each 32 of `sums`.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) unsafe fn lookups(groups: &[u8], table: &[[u8; 16]], sums: &mut [u16]) {
    let low = _mm512_set1_epi8(15);
    let (table, group) = (table.as_flattened(), table.len() * 16);
    for (group, sums) in groups.chunks_exact(group).zip(sums.as_chunks_mut::<32>().0) {
        // Of the faces 0 to 15, and 16 to 31: bytes added as words, so that even faces carry into odd ones, and the odd ones alone.
        let mut both = [[_mm512_setzero_si512(); 2]; 2];
        for at in (0..group.len()).step_by(64) {
            _mm_prefetch::<_MM_HINT_T0>(group.as_ptr().wrapping_add(at + AHEAD).cast());
            // Half of the last 64 bytes may be missing: zeros are found there.
            let there = if group.len() - at < 64 { 0x0f } else { 0xff };
            // SAFETY: only what is there is read, of the group and of the table, which are of one length.
            let (bytes, entries) = unsafe {
                let bytes = _mm512_maskz_loadu_epi64(there, group.as_ptr().add(at).cast());
                (bytes, _mm512_maskz_loadu_epi64(there, table.as_ptr().add(at).cast()))
            };
            let halves = [_mm512_and_si512(bytes, low), _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), low)];
            for (half, [all, odd]) in halves.into_iter().zip(&mut both) {
                let found = _mm512_shuffle_epi8(entries, half);
                *all = _mm512_add_epi16(*all, found);
                *odd = _mm512_add_epi16(*odd, _mm512_srli_epi16::<8>(found));
            }
        }
        for ([all, odd], sums) in both.into_iter().zip(sums.as_chunks_mut::<16>().0) {
            let even = _mm512_sub_epi16(all, _mm512_slli_epi16::<8>(odd));
            let [even, odd] = [even, odd].map(|sums| {
                let halves = _mm256_add_epi16(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64::<1>(sums));
                _mm_add_epi16(_mm256_castsi256_si128(halves), _mm256_extracti128_si256::<1>(halves))
            });
            // SAFETY: 16 numbers are 32 bytes.
            unsafe {
                _mm_storeu_si128(sums.as_mut_ptr().cast(), _mm_unpacklo_epi16(even, odd));
                _mm_storeu_si128(sums.as_mut_ptr().add(8).cast(), _mm_unpackhi_epi16(even, odd));
            }
        }
    }
}

//! 32 products at once with their sum (VNNI), and the bits of eight words at once (VPOPCNTDQ).

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

/// The caller has checked that `signs` has `counts.len()` faces of `query.len()` words.
#[target_feature(enable = "avx512f,avx512vpopcntdq,popcnt")]
pub(super) unsafe fn differences(signs: &[u8], query: &[u64], counts: &mut [u32]) {
    let &[low, high] = query else { return super::portable::differences(signs, query, counts) };
    // Four faces of two words in a register.
    let pattern = _mm512_set4_epi64(high as i64, low as i64, high as i64, low as i64);
    let (fours, rest) = counts.as_chunks_mut::<4>();
    for (at, four) in fours.iter_mut().enumerate() {
        // SAFETY: four faces of 16 bytes are left from here.
        let words = unsafe { _mm512_loadu_si512(signs.as_ptr().add(at * 64).cast()) };
        let bits = _mm512_popcnt_epi64(_mm512_xor_si512(words, pattern));
        // Each word's count beside its neighbour's: the sum is in both.
        let both = _mm512_add_epi64(bits, _mm512_shuffle_epi32::<0b01_00_11_10>(bits));
        let packed = _mm512_cvtepi64_epi32(_mm512_maskz_compress_epi64(0b0101_0101, both));
        // SAFETY: `four` has room for four numbers.
        unsafe { _mm_storeu_si128(four.as_mut_ptr().cast(), _mm256_castsi256_si128(packed)) };
    }
    super::portable::differences(&signs[fours.len() * 64..], query, rest);
}

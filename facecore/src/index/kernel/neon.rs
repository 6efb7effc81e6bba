//! NEON: 8 products of 16 bits at once, and 32 sums looked up.

use std::arch::aarch64::*;

/// The caller has checked that `rows` has `sums.len()` rows as long as `query`, a multiple of 32.
#[target_feature(enable = "neon")]
pub(super) unsafe fn products(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    let stride = query.len();
    let (fours, rest) = sums.as_chunks_mut::<4>();
    for (at, four) in fours.iter_mut().enumerate() {
        let start = at * 4 * stride;
        // Two sums a row, so that one need not wait for the other.
        let mut sum = [[vdupq_n_s32(0); 2]; 4];
        for value in (0..stride).step_by(16) {
            // SAFETY: `value + 16 <= stride`, so this is inside the query and inside each of the four rows.
            unsafe {
                let [low, high] = [value, value + 8].map(|value| vld1q_s16(query.as_ptr().add(value)));
                for (row, [even, odd]) in sum.iter_mut().enumerate() {
                    let values = vld1q_s8(rows.as_ptr().add(start + row * stride + value).cast());
                    let (first, second) = (vmovl_s8(vget_low_s8(values)), vmovl_high_s8(values));
                    *even = vmlal_s16(*even, vget_low_s16(first), vget_low_s16(low));
                    *odd = vmlal_high_s16(*odd, first, low);
                    *even = vmlal_s16(*even, vget_low_s16(second), vget_low_s16(high));
                    *odd = vmlal_high_s16(*odd, second, high);
                }
            }
        }
        let [a, b, c, d] = sum.map(|[even, odd]| vaddq_s32(even, odd));
        let whole = vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d));
        // SAFETY: `four` has room for four numbers.
        unsafe { vst1q_s32(four.as_mut_ptr(), whole) };
    }
    let done = fours.len() * 4;
    super::portable::products(&rows[done * stride..], query, rest);
}

/// The caller has checked that `groups` has a group of `table.len()` times 16 bytes for each 32 of `sums`.
#[target_feature(enable = "neon")]
pub(super) unsafe fn lookups(groups: &[u8], table: &[[u8; 16]], sums: &mut [u16]) {
    let low = vdupq_n_u8(15);
    for (group, sums) in groups.chunks_exact(table.len() * 16).zip(sums.as_chunks_mut::<32>().0) {
        // Eight faces in each.
        let mut all = [vdupq_n_u16(0); 4];
        for (bytes, entries) in group.as_chunks::<16>().0.iter().zip(table) {
            // SAFETY: both are 16 bytes.
            let (bytes, entries) = unsafe { (vld1q_u8(bytes.as_ptr()), vld1q_u8(entries.as_ptr())) };
            let first = vqtbl1q_u8(entries, vandq_u8(bytes, low));
            let second = vqtbl1q_u8(entries, vshrq_n_u8::<4>(bytes));
            all[0] = vaddw_u8(all[0], vget_low_u8(first));
            all[1] = vaddw_high_u8(all[1], first);
            all[2] = vaddw_u8(all[2], vget_low_u8(second));
            all[3] = vaddw_high_u8(all[3], second);
        }
        for (eight, sums) in all.into_iter().zip(sums.as_chunks_mut::<8>().0) {
            // SAFETY: there is room for eight numbers.
            unsafe { vst1q_u16(sums.as_mut_ptr(), eight) };
        }
    }
}

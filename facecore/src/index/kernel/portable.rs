//! The loops in plain Rust.

pub(super) fn products(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    for (row, sum) in rows.chunks_exact(query.len()).zip(sums) {
        *sum = row.iter().zip(query).map(|(&value, &other)| i32::from(value.cast_signed()) * i32::from(other)).sum();
    }
}

#[inline(always)]
pub(super) fn differences(signs: &[u8], query: &[u64], counts: &mut [u32]) {
    // Most networks have 128 values: two words, without an inner loop.
    if let [low, high] = *query {
        for (face, count) in signs.as_chunks::<8>().0.as_chunks::<2>().0.iter().zip(counts) {
            let [a, b] = face.map(u64::from_le_bytes);
            *count = (a ^ low).count_ones() + (b ^ high).count_ones();
        }
        return;
    }
    for (face, count) in signs.as_chunks::<8>().0.chunks_exact(query.len()).zip(counts) {
        *count = face.iter().zip(query).map(|(&word, other)| (u64::from_le_bytes(word) ^ other).count_ones()).sum();
    }
}

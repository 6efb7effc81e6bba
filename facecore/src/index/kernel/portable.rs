//! The loops in plain Rust.

pub(super) fn products(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    for (row, sum) in rows.chunks_exact(query.len()).zip(sums) {
        *sum = row.iter().zip(query).map(|(&value, &other)| i32::from(value.cast_signed()) * i32::from(other)).sum();
    }
}

pub(super) fn lookups(groups: &[u8], table: &[[u8; 16]], sums: &mut [u16]) {
    for (group, sums) in groups.chunks_exact(table.len() * 16).zip(sums.as_chunks_mut::<32>().0) {
        *sums = [0; 32];
        for (bytes, entries) in group.as_chunks::<16>().0.iter().zip(table) {
            for (at, byte) in bytes.iter().enumerate() {
                sums[at] += u16::from(entries[usize::from(byte & 15)]);
                sums[at + 16] += u16::from(entries[usize::from(byte >> 4)]);
            }
        }
    }
}

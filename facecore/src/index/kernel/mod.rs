//! The inner loops of a search: sums of products, and sums looked up by signs, of one query with many faces side by side. All kernels compute
//! the same whole numbers.
//!
//! - `avx512`: VNNI for the products, and 64 lookups at once.
//! - `avx2`: products of 16 bits, and 32 lookups at once.
//! - `neon` (64-bit ARM): 8 products of 16 bits, and 32 lookups at once.
//! - `portable`: plain Rust.

#![allow(unsafe_code)]

use super::signs::GROUP;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(test)]
mod tests;

/// Which instructions are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernel {
    /// All that this processor has, the best one first.
    pub(super) fn available() -> Vec<Self> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2");
            let has_avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vnni");
            found.extend((has_avx2 && has_avx512).then_some(Self::Avx512));
            found.extend(has_avx2.then_some(Self::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        found.extend(std::arch::is_aarch64_feature_detected!("neon").then_some(Self::Neon));
        found.push(Self::Portable);
        found
    }

    pub(super) fn best() -> Self {
        Self::available()[0]
    }

    /// The sum of products of a query with each of the rows, which are as long as the query. `query` has a multiple of 32 values, and no sum of
    /// products of it with a row reaches 2³¹.
    pub(super) fn products(self, rows: &[u8], query: &[i16], sums: &mut [i32]) {
        assert!(query.len().is_multiple_of(32) && !query.is_empty() && rows.len() == sums.len() * query.len());
        match self {
            Self::Portable => portable::products(rows, query, sums),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                // SAFETY: `available` saw that the processor has these instructions; lengths were checked above.
                unsafe { avx2::products(rows, query, sums) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                // SAFETY: as for AVX2.
                unsafe { avx512::products(rows, query, sums) }
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => {
                // SAFETY: as for AVX2.
                unsafe { neon::products(rows, query, sums) }
            }
        }
    }

    /// For each face of the groups, the sum of the table's entries that its signs name. The table has an even number of entries, and no face's
    /// sum reaches 2¹⁶.
    pub(super) fn lookups(self, groups: &[u8], table: &[[u8; 16]], sums: &mut [u16]) {
        assert!(!table.is_empty() && table.len().is_multiple_of(2) && sums.len().is_multiple_of(GROUP));
        assert!(groups.len() == sums.len() / GROUP * table.len() * 16);
        match self {
            Self::Portable => portable::lookups(groups, table, sums),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                // SAFETY: `available` saw that the processor has AVX2; lengths were checked above.
                unsafe { avx2::lookups(groups, table, sums) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                // SAFETY: as for AVX2.
                unsafe { avx512::lookups(groups, table, sums) }
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => {
                // SAFETY: `available` saw that the processor has NEON; lengths were checked above.
                unsafe { neon::lookups(groups, table, sums) }
            }
        }
    }
}

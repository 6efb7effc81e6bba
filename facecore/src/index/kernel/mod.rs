//! The inner loops of a search: sums of products, and signs that differ, of one query with many faces side by side. All kernels compute the
//! same whole numbers.
//!
//! - `avx512`: VNNI for the products, VPOPCNTDQ for the signs.
//! - `avx2`: products of 16 bits, the processor's bit count.
//! - `portable`: plain Rust.

#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
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
}

impl Kernel {
    /// All that this processor has, the best one first.
    pub(super) fn available() -> Vec<Self> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt");
            let has_avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vnni")
                && is_x86_feature_detected!("avx512vpopcntdq");
            found.extend((has_avx2 && has_avx512).then_some(Self::Avx512));
            found.extend(has_avx2.then_some(Self::Avx2));
        }
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
        }
    }

    /// In how many signs each face differs from the query.
    pub(super) fn differences(self, signs: &[u8], query: &[u64], counts: &mut [u32]) {
        assert!(!query.is_empty() && signs.len() == counts.len() * query.len() * 8);
        match self {
            Self::Portable => portable::differences(signs, query, counts),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                // SAFETY: `available` saw that the processor has these instructions.
                unsafe { avx2::differences(signs, query, counts) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                // SAFETY: as for AVX2; lengths were checked above.
                unsafe { avx512::differences(signs, query, counts) }
            }
        }
    }
}

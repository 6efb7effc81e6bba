//! What the processor could do at most: multiply-adds between registers, nothing else.

use std::hint::black_box;
use std::time::Instant;

/// Multiply-adds a nanosecond on one core with the instructions of these kernels (a name as [`facecore::Engine::kernels`] gives);
/// none where the processor lacks them.
pub fn multiply_adds_a_nanosecond(kernels: &str) -> Option<f64> {
    const ROUNDS: usize = 200_000;
    let (run, each): (fn(usize) -> f32, usize) = match kernels {
        #[cfg(target_arch = "x86_64")]
        "AVX-512 f32" if is_x86_feature_detected!("avx512f") => (x86::avx512, 16),
        #[cfg(target_arch = "x86_64")]
        "AVX-512 bf16" if is_x86_feature_detected!("avx512bf16") => (x86::bf16, 32),
        #[cfg(target_arch = "x86_64")]
        "AVX2 f32" if is_x86_feature_detected!("fma") => (x86::avx2, 8),
        _ => return None,
    };
    // The best of several: anything else that ran meanwhile only slows it down.
    let once = || {
        let start = Instant::now();
        black_box(run(black_box(ROUNDS)));
        (ROUNDS * 16 * each) as f64 / start.elapsed().as_nanos() as f64
    };
    Some((0..10).map(|_| once()).fold(0.0, f64::max))
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// Sixteen sums, enough to hide the latency of each.
    macro_rules! sums {
        ($name:ident $inner:ident $features:literal, $zero:expr, $add:expr, $to_float:expr) => {
            pub(super) fn $name(rounds: usize) -> f32 {
                // SAFETY: the caller has asked the processor for the instructions.
                unsafe { $inner(rounds) }
            }

            #[target_feature(enable = $features)]
            fn $inner(rounds: usize) -> f32 {
                let mut sums = [$zero; 16];
                for _ in 0..rounds {
                    for sum in &mut sums {
                        *sum = $add(*sum);
                    }
                }
                sums.into_iter().map($to_float).sum()
            }
        };
    }

    sums!(avx512 avx512_loop "avx512f", _mm512_setzero_ps(),
        |sum| _mm512_fmadd_ps(sum, _mm512_set1_ps(1.000_001), _mm512_set1_ps(1e-9)), |sum| _mm512_cvtss_f32(sum));
    sums!(bf16 bf16_loop "avx512f,avx512bf16", _mm512_setzero_ps(),
        |sum| {
            // SAFETY: the two types are 512 plain bits.
            let ones = unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_set1_epi32(0x3f80_3f80)) };
            _mm512_dpbf16_ps(sum, ones, ones)
        }, |sum| _mm512_cvtss_f32(sum));
    sums!(avx2 avx2_loop "avx2,fma", _mm256_setzero_ps(),
        |sum| _mm256_fmadd_ps(sum, _mm256_set1_ps(1.000_001), _mm256_set1_ps(1e-9)), |sum| _mm256_cvtss_f32(sum));
}

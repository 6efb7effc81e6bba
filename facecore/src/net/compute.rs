//! Which instructions run the networks.

use std::fmt;

use super::kernel::{self, Kernel};
use crate::error::{Error, Result};

/// How the networks compute; [`crate::Engine::kernels`] says what was chosen on this processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compute {
    /// The best choice for this processor: at present [`Compute::F32`], whose detections and embeddings are the reference's.
    /// docs/accuracy.md and docs/performance.md say what bf16 changes.
    #[default]
    Auto,
    /// 32-bit floats: AVX-512, else AVX2 with FMA; NEON on 64-bit ARM; else tract.
    F32,
    /// Products of bf16 numbers (8 significant bits), sums in f32: about two thirds of the time on processors with AVX-512 BF16 (Intel since
    /// Cooper Lake, AMD since Zen 4). Also on 64-bit ARM with BF16 (Neoverse V1, N2 and later), where it was never timed.
    Bf16,
    /// tract's own operators, on any processor.
    Portable,
}

/// What runs a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernels {
    Avx512,
    Avx512Bf16,
    Avx2,
    Neon,
    NeonBf16,
    Portable,
}

impl Compute {
    /// # Errors
    /// [`Error::Option`] for bf16 on a processor without it.
    pub(crate) fn kernels(self) -> Result<Kernels> {
        match self {
            Self::Portable => Ok(Kernels::Portable),
            Self::Bf16 => {
                Kernels::COARSE.into_iter().find(|kernels| kernels.available()).ok_or_else(|| Error::Option {
                    name: "compute",
                    reason: "this processor has no instructions for bf16 (AVX-512 BF16, or ARM's BF16); use Auto"
                        .into(),
                })
            }
            Self::Auto | Self::F32 => {
                Ok(Kernels::FINE.into_iter().find(|kernels| kernels.available()).unwrap_or(Kernels::Portable))
            }
        }
    }
}

impl Kernels {
    /// Those that compute in f32, and those that multiply in bf16, the best first.
    pub(crate) const FINE: [Self; 3] = [Self::Avx512, Self::Avx2, Self::Neon];
    pub(crate) const COARSE: [Self; 2] = [Self::Avx512Bf16, Self::NeonBf16];

    pub(crate) fn is_coarse(self) -> bool {
        Self::COARSE.contains(&self)
    }

    /// The same processor's kernels in f32.
    pub(crate) fn fine(self) -> Self {
        match self {
            Self::Avx512Bf16 => Self::Avx512,
            Self::NeonBf16 => Self::Neon,
            fine => fine,
        }
    }

    /// Whether this processor has the instructions.
    pub(crate) fn available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => kernel::Avx512::available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bf16 => kernel::Avx512Bf16::available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => kernel::Avx2::available(),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => kernel::Neon::available(),
            #[cfg(target_arch = "aarch64")]
            Self::NeonBf16 => kernel::NeonBf16::available(),
            Self::Portable => true,
            _ => false,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "AVX-512 f32",
            Self::Avx512Bf16 => "AVX-512 bf16",
            Self::Avx2 => "AVX2 f32",
            Self::Neon => "NEON f32",
            Self::NeonBf16 => "NEON bf16",
            Self::Portable => "tract",
        }
    }
}

impl fmt::Display for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

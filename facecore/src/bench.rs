//! One network alone, for the benches. Not part of the API.

use crate::error::{Error, Result};
use crate::net::{Kernels, Network, Pixels, Size};

/// A closure that runs the ONNX network once on `input` (H × W × 3); `kernels` is a name that [`crate::Engine::kernels`] gives.
pub fn network(
    onnx: &[u8],
    size: [usize; 2],
    kernels: &str,
    input: Vec<f32>,
) -> Result<impl Fn() -> Result<Vec<f32>> + use<>> {
    let all = [Kernels::Avx512, Kernels::Avx512Bf16, Kernels::Avx2, Kernels::Portable];
    let kernels = all.into_iter().find(|known| known.name() == kernels && known.available());
    let kernels = kernels.ok_or(Error::Option { name: "kernels", reason: "not on this processor".into() })?;
    let net = Network::load("bench", onnx, Size::Fixed(size), kernels)?;
    Ok(move || {
        let pixels = Pixels { values: &input, size, scale: 1.0, offset: 0.0 };
        net.run(pixels, |answer| answer.cells().flatten().copied().collect())
    })
}

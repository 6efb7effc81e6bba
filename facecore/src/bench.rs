//! One network alone, for the benches. Not part of the API.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::net::{Kernels, Network, Pixels, Size};

/// A closure that runs the ONNX network once on `input` (N × H × W × 3), as a network for pictures of any size (the way the
/// detector runs P-Net). `kernels` is a name as [`crate::Engine::kernels`] gives it.
pub fn network(
    onnx: &[u8],
    size: [usize; 2],
    any_size: bool,
    kernels: &str,
    input: Vec<f32>,
) -> Result<impl Fn() -> Result<f32> + use<>> {
    let mut all = Kernels::FINE.into_iter().chain(Kernels::COARSE).chain([Kernels::Portable]);
    let kernels = all.find(|known| known.name() == kernels && known.available());
    let kernels = kernels.ok_or(Error::Option { name: "kernels", reason: "not on this processor".into() })?;
    let size_of = if any_size { Size::About } else { Size::Fixed };
    let net = Network::load("bench", onnx, size_of(size), kernels)?;
    Ok(move || {
        let pixels = Pixels { values: &input, size, scale: 1.0, offset: 0.0 };
        // Reads the answer as the detector reads P-Net's: row by row, with a cheap look at most cells.
        let mut sum = 0.0;
        net.run(pixels, &mut |answer| {
            sum += answer.cells().filter_map(|cell| cell.first()).sum::<f32>();
            ControlFlow::Continue(())
        })?;
        Ok(sum)
    })
}

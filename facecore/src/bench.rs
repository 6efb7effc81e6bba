//! One network alone, for the benches. Not part of the API.

use crate::error::Result;
use crate::net::{AnySize, Plan};

/// A closure that runs the ONNX network once on `input` (1, C, H, W); `any_size` runs it as the detector runs P-Net.
pub fn network(onnx: &[u8], shape: [usize; 4], any_size: bool, input: Vec<f32>) -> Result<Box<dyn Fn() -> Result<()>>> {
    let [_, channels, height, width] = shape;
    if any_size {
        let net = AnySize::load("bench", onnx, channels)?;
        return Ok(Box::new(move || net.run(&input, [channels, height, width]).map(drop)));
    }
    let plan = Plan::load("bench", onnx, shape)?;
    Ok(Box::new(move || plan.run(&input).map(drop)))
}

//! A depthwise convolution made ready for the kernels: its weights by blocks of channels.

use super::kernel::{Activation, DepthwiseRow, Kernel, LANES, Rows, Target};
use super::layers::{Depthwise, Slope};

pub(super) struct PackedDepthwise {
    pub stride: usize,
    blocks: Vec<Block>,
    activation: Activation,
}

struct Block {
    weights: [[f32; LANES]; 9],
    bias: [f32; LANES],
    slope: [f32; LANES],
}

impl PackedDepthwise {
    pub(super) fn new(layer: &Depthwise) -> Self {
        let (activation, slopes) = match &layer.activation {
            Slope::None => (Activation::None, &[][..]),
            Slope::Zero => (Activation::Relu, &[][..]),
            Slope::PerChannel(slopes) => (Activation::PRelu, &slopes[..]),
        };
        // Zeros where a block is not full.
        let block = |block: usize| {
            let lanes = |at: &dyn Fn(usize) -> Option<f32>| {
                std::array::from_fn(|lane| at(block * LANES + lane).unwrap_or_default())
            };
            Block {
                weights: std::array::from_fn(|place| lanes(&|channel| layer.weights.get(channel * 9 + place).copied())),
                bias: lanes(&|channel| layer.bias.get(channel).copied()),
                slope: lanes(&|channel| slopes.get(channel).copied()),
            }
        };
        let blocks = (0..layer.bias.len().div_ceil(LANES)).map(block).collect();
        Self { stride: layer.stride, blocks, activation }
    }

    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// One row of a block of the output, from the rows around the one on which the kernel lies: row `y` of the output from row
    /// `stride · y` of the input.
    pub(super) fn row<K: Kernel>(&self, block: usize, rows: Rows<'_, K::Value>, target: &mut Target<'_, K::Value>) {
        let Block { weights, bias, slope } = &self.blocks[block];
        let row = DepthwiseRow { rows, stride: self.stride, weights, bias, slope, activation: self.activation };
        K::depthwise(&row, target);
    }
}

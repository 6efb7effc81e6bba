//! Networks: find their files, check them against the manifest, run them.
//!
//! A [`Network`] runs in one of two ways. Where the processor has AVX-512 or AVX2 and the graph has only layers that we know,
//! `layers` reads the ONNX graph, `program` packs it, and the kernels of `kernel` run it, for pictures of any size. Everywhere
//! else tract runs it: `portable`. tract also reads the files for both. No tract type leaves this room, and nothing here starts a
//! thread. May use: `error`. Knows nothing of photos or faces.

mod compute;
mod kernel;
mod layers;
mod manifest;
mod portable;
mod prelu;
mod program;

pub use compute::Compute;
pub(crate) use compute::Kernels;
pub use manifest::{Manifest, ModelEntry, ModelFile, Normalisation};

use std::fmt::Display;

use tract_onnx::prelude::Framework;

use crate::error::{Error, Result};
use portable::Portable;
use program::Program;

/// A picture for a network: interleaved R, G, B rows, and how a number `x` of it is meant: `scale · x + offset`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub values: &'a [f32],
    /// Height and width.
    pub size: [usize; 2],
    pub scale: f32,
    pub offset: f32,
}

/// What a network answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub rows: usize,
    pub columns: usize,
    pub channels: usize,
    /// The cells row by row, the channels of a cell together, with zeros up to a multiple of 16.
    values: &'a [f32],
}

impl Answer<'_> {
    /// The channels of each cell, row by row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &[f32]> {
        let stride = self.channels.next_multiple_of(kernel::LANES);
        self.values.chunks_exact(stride).take(self.rows * self.columns).map(|cell| &cell[..self.channels])
    }
}

/// The size of a network's pictures: height and width.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Size {
    /// All are of this size.
    Fixed([usize; 2]),
    /// Any size; most are about this large.
    About([usize; 2]),
}

/// A network, ready to run; shared between threads.
pub(crate) struct Network {
    body: Body,
    size: Size,
}

enum Body {
    #[cfg(target_arch = "x86_64")]
    Avx512(Program<kernel::Avx512>),
    #[cfg(target_arch = "x86_64")]
    Avx512Bf16(Program<kernel::Avx512Bf16>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Program<kernel::Avx2>),
    Portable(Portable),
}

fn model_error(id: &str, what: impl Display) -> Error {
    Error::Model { id: id.into(), reason: format!("{what:#}") }
}

impl Network {
    /// Loads an ONNX network of one input of 3 channels; with tract if the graph has a layer that the kernels lack.
    pub(crate) fn load(id: &str, onnx: &[u8], size: Size, kernels: Kernels) -> Result<Self> {
        let body = match Self::fused(onnx, size, kernels) {
            Ok(body) => body,
            // Why not is no error: the graph is only not one of those that we know.
            Err(_) => Body::Portable(Portable::load(id, onnx, size)?),
        };
        Ok(Self { body, size })
    }

    #[cfg(target_arch = "x86_64")]
    fn fused(onnx: &[u8], size: Size, kernels: Kernels) -> Result<Body, String> {
        if kernels == Kernels::Portable {
            return Err("tract was asked for".into());
        }
        let proto = tract_onnx::onnx().proto_model_for_read(&mut &*onnx).map_err(|error| format!("{error:#}"))?;
        let (Size::Fixed(size) | Size::About(size)) = size;
        let layers = layers::read(proto.graph.as_ref().ok_or("no graph")?, size)?;
        match kernels {
            Kernels::Avx512 => Program::new(layers).map(Body::Avx512),
            Kernels::Avx512Bf16 => Program::new(layers).map(Body::Avx512Bf16),
            Kernels::Avx2 => Program::new(layers).map(Body::Avx2),
            Kernels::Portable => Err("tract was asked for".into()),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn fused(_: &[u8], _: Size, _: Kernels) -> Result<Body, String> {
        Err("no kernels for this processor".into())
    }

    /// Runs the network on a picture and hands its answer to `then`.
    ///
    /// # Errors
    /// [`Error::Internal`] for a picture of another size than the network's.
    pub(crate) fn run<T>(&self, pixels: Pixels<'_>, then: impl FnOnce(Answer<'_>) -> T) -> Result<T> {
        let wrong = || Error::Internal { reason: format!("a network cannot take a picture of {:?}", pixels.size) };
        let fits = matches!(self.size, Size::About(_)) || matches!(self.size, Size::Fixed(size) if size == pixels.size);
        if !fits || pixels.values.len() != 3 * pixels.size[0] * pixels.size[1] {
            return Err(wrong());
        }
        match &self.body {
            #[cfg(target_arch = "x86_64")]
            Body::Avx512(program) => program.run(pixels, then).ok_or_else(wrong),
            #[cfg(target_arch = "x86_64")]
            Body::Avx512Bf16(program) => program.run(pixels, then).ok_or_else(wrong),
            #[cfg(target_arch = "x86_64")]
            Body::Avx2(program) => program.run(pixels, then).ok_or_else(wrong),
            Body::Portable(portable) => portable.run(pixels, then),
        }
    }

    /// What runs it.
    pub(crate) fn kernels(&self) -> Kernels {
        match &self.body {
            #[cfg(target_arch = "x86_64")]
            Body::Avx512(_) => Kernels::Avx512,
            #[cfg(target_arch = "x86_64")]
            Body::Avx512Bf16(_) => Kernels::Avx512Bf16,
            #[cfg(target_arch = "x86_64")]
            Body::Avx2(_) => Kernels::Avx2,
            Body::Portable(_) => Kernels::Portable,
        }
    }
}

#[cfg(test)]
mod tests;

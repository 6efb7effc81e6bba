//! Networks: read an ONNX file and run it.
//!
//! A [`Network`] runs in one of two ways. Where the processor has AVX-512, AVX2 or NEON and the graph has only layers that we know,
//! `layers` reads the ONNX graph, `packed` and `depthwise` bring its weights into order, and `program` (one picture size, one
//! answer) or `stream` (any size, row by row) runs it with the kernels of `kernel`. Everywhere else tract runs it: `portable`. tract
//! also reads the files for both. No tract type leaves this room, and nothing here starts a thread. May use: `error`. Knows nothing of
//! photos or faces.

mod buffer;
mod compute;
mod depthwise;
mod fused;
mod kernel;
mod layers;
mod network;
mod packed;
mod picture;
mod portable;
mod prelu;
mod program;
mod stream;

pub use compute::Compute;
pub(crate) use compute::Kernels;
pub(crate) use fused::Idle;
pub(crate) use network::Network;
pub(crate) use picture::{Answer, PixelRows, Pixels, Size};

#[cfg(test)]
mod tests;

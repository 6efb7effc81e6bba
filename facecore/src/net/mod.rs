//! Networks: read an ONNX file and run it.
//!
//! A [`Network`] runs in one of two ways. Where the processor has AVX-512 or AVX2 and the graph has only layers that we know,
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
mod packed;
mod portable;
mod prelu;
mod program;
mod stream;

pub use compute::Compute;
pub(crate) use compute::Kernels;

use std::ops::ControlFlow;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

use crate::error::{Error, Result};
use fused::Fused;
pub(crate) use fused::Idle;
use portable::Portable;
use program::Program;
use stream::Stream;

/// A picture for a network: interleaved R, G, B rows, and how a number `x` of it is meant: `scale · x + offset`. For a network of a
/// fixed size, some pictures one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub values: &'a [f32],
    /// Height and width.
    pub size: [usize; 2],
    pub scale: f32,
    pub offset: f32,
}

/// A picture of a size that is made row by row, so that the whole of it never lies in memory: interleaved numbers as the network
/// takes them.
pub(crate) struct PixelRows<'a> {
    /// Height and width.
    pub size: [usize; 2],
    /// Fills in row `y`, 3 × width numbers. Rows are asked for once each, from top to bottom.
    pub row: &'a mut dyn FnMut(usize, &mut [f32]),
}

impl PixelRows<'_> {
    /// All of them, for a network that wants the whole picture.
    fn whole(self) -> Vec<f32> {
        let [height, width] = self.size;
        let mut values = vec![0.0; 3 * height * width];
        values.chunks_exact_mut(3 * width).enumerate().for_each(|(y, row)| (self.row)(y, row));
        values
    }
}

/// A row of what a network answers, or what it answers to one of some pictures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// Which of the network's outputs, in the graph's order. Rows of one output come from top to bottom; which output has its turn
    /// is not promised.
    pub output: usize,
    pub row: usize,
    channels: usize,
    /// The channels of a cell together, with zeros up to a multiple of 16.
    values: &'a [f32],
}

impl<'a> Answer<'a> {
    /// The channels of each cell of the row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a [f32]> {
        let channels = self.channels;
        self.values.chunks_exact(channels.next_multiple_of(kernel::LANES)).map(move |cell| &cell[..channels])
    }
}

/// Who takes the rows of an answer, until it has enough.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Answer<'_>) -> ControlFlow<()>;

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
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "no kernels for this processor"))]
    Fused(Box<dyn Fused>, Kernels),
    Portable(Box<Portable>),
}

impl Network {
    /// Loads an ONNX network of one input of 3 channels; with tract if the graph has a layer that the kernels lack.
    pub(crate) fn load(id: &str, onnx: &[u8], size: Size, kernels: Kernels) -> Result<Self> {
        let model = tract_onnx::onnx().proto_model_for_read(&mut &*onnx).map_err(|error| Error::model(id, error))?;
        Self::of(id, &model, size, kernels)
    }

    fn of(id: &str, model: &ModelProto, size: Size, kernels: Kernels) -> Result<Self> {
        let body = match Self::fused(model, size, kernels) {
            Ok(body) => body,
            // Why not is no error: the graph is only not one of those that we know.
            Err(_) => Body::Portable(Portable::load(id, model, size)?.into()),
        };
        Ok(Self { body, size })
    }

    #[cfg(target_arch = "x86_64")]
    fn fused(model: &ModelProto, size: Size, kernels: Kernels) -> Result<Body, String> {
        fn prepare<K: kernel::Kernel>(layers: layers::Layers, size: Size) -> Result<Box<dyn Fused>, String> {
            match size {
                Size::Fixed(_) => Ok(Box::new(Program::<K>::new(layers)?)),
                Size::About(_) => Ok(Box::new(Stream::<K>::new(layers)?)),
            }
        }
        let prepare = match kernels {
            Kernels::Avx512 => prepare::<kernel::Avx512>,
            Kernels::Avx512Bf16 => prepare::<kernel::Avx512Bf16>,
            Kernels::Avx2 => prepare::<kernel::Avx2>,
            Kernels::Portable => return Err("tract was asked for".into()),
        };
        let (Size::Fixed(sides) | Size::About(sides)) = size;
        let layers = layers::read(model.graph.as_ref().ok_or("no graph")?, sides)?;
        Ok(Body::Fused(prepare(layers, size)?, kernels))
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn fused(_: &ModelProto, _: Size, _: Kernels) -> Result<Body, String> {
        Err("no kernels for this processor".into())
    }

    /// Runs the network on a picture, or on some, and hands the rows of its answer to `each`, until it breaks off.
    ///
    /// # Errors
    /// [`Error::Internal`] for a picture of another size than the network's.
    pub(crate) fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Result<()> {
        let wrong = || Error::Internal { reason: format!("a network cannot take a picture of {:?}", pixels.size) };
        let (length, picture) = (pixels.values.len(), 3 * pixels.size[0] * pixels.size[1]);
        let fits = match self.size {
            Size::About(_) => length == picture,
            Size::Fixed(size) => size == pixels.size && length > 0 && length.is_multiple_of(picture),
        };
        if !fits {
            return Err(wrong());
        }
        match &self.body {
            Body::Fused(network, _) => network.run(pixels, each).ok_or_else(wrong),
            Body::Portable(portable) => portable.run(pixels, each),
        }
    }

    /// [`run`](Self::run) on a picture that is made as the network goes on.
    ///
    /// # Errors
    /// [`Error::Internal`] for a picture without a pixel, or for a network of a fixed size.
    pub(crate) fn run_rows(&self, rows: PixelRows<'_>, each: Each<'_>) -> Result<()> {
        let size = rows.size;
        let wrong = || Error::Internal { reason: format!("a network cannot take rows of a picture of {size:?}") };
        match &self.body {
            _ if matches!(self.size, Size::Fixed(_)) || size.contains(&0) => Err(wrong()),
            Body::Fused(network, _) => network.run_rows(rows, each).ok_or_else(wrong),
            Body::Portable(portable) => {
                portable.run(Pixels { values: &rows.whole(), size, scale: 1.0, offset: 0.0 }, each)
            }
        }
    }

    /// What runs it.
    pub(crate) fn kernels(&self) -> Kernels {
        match &self.body {
            Body::Fused(_, kernels) => *kernels,
            Body::Portable(_) => Kernels::Portable,
        }
    }
}

#[cfg(test)]
mod tests;

//! A network, run by our kernels if they know all its layers, else by tract.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

use super::compute::Kernels;
use super::fused::Fused;
use super::picture::{Each, PixelRows, Pixels, Size};
use super::portable::Portable;
use super::program::Program;
use super::stream::Stream;
use super::{kernel, layers};
use crate::error::{Error, Result};

/// A network, ready to run; shared between threads.
pub(crate) struct Network {
    body: Body,
    size: Size,
}

enum Body {
    Fused(Box<dyn Fused>, Kernels),
    Portable(Box<Portable>),
}

impl Network {
    /// Loads an ONNX network of one input of 3 channels; with tract if the graph has a layer that the kernels lack.
    pub(crate) fn load(id: &str, onnx: &[u8], size: Size, kernels: Kernels) -> Result<Self> {
        let model = tract_onnx::onnx().proto_model_for_read(&mut &*onnx).map_err(|error| Error::model(id, error))?;
        Self::of(id, &model, size, kernels)
    }

    pub(super) fn of(id: &str, model: &ModelProto, size: Size, kernels: Kernels) -> Result<Self> {
        let body = match Self::fused(model, size, kernels) {
            Ok(body) => body,
            // The reason is no error: the graph only has a layer that our kernels do not know.
            Err(_) => Body::Portable(Portable::load(id, model, size)?.into()),
        };
        Ok(Self { body, size })
    }

    fn fused(model: &ModelProto, size: Size, kernels: Kernels) -> Result<Body, String> {
        fn prepare<K: kernel::Kernel>(layers: layers::Layers, size: Size) -> Result<Box<dyn Fused>, String> {
            match size {
                Size::Fixed(_) => Ok(Box::new(Program::<K>::new(layers)?)),
                Size::About(_) => Ok(Box::new(Stream::<K>::new(layers)?)),
            }
        }
        let prepare: fn(layers::Layers, Size) -> Result<Box<dyn Fused>, String> = match kernels {
            #[cfg(target_arch = "x86_64")]
            Kernels::Avx512 => prepare::<kernel::Avx512>,
            #[cfg(target_arch = "x86_64")]
            Kernels::Avx512Bf16 => prepare::<kernel::Avx512Bf16>,
            #[cfg(target_arch = "x86_64")]
            Kernels::Avx2 => prepare::<kernel::Avx2>,
            #[cfg(target_arch = "aarch64")]
            Kernels::Neon => prepare::<kernel::Neon>,
            #[cfg(target_arch = "aarch64")]
            Kernels::NeonBf16 => prepare::<kernel::NeonBf16>,
            _ => return Err("tract was asked for, or instructions of another processor".into()),
        };
        let (Size::Fixed(sides) | Size::About(sides)) = size;
        let layers = layers::read(model.graph.as_ref().ok_or("no graph")?, sides)?;
        Ok(Body::Fused(prepare(layers, size)?, kernels))
    }

    /// Runs the network on one picture or several, and hands the rows of its answer to `each`, until `each` breaks off.
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

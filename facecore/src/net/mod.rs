//! Networks: find their files, check them against the manifest, run them.
//!
//! tract loads the ONNX files and runs them; no tract type leaves this room. A [`Plan`] is a network prepared for one input
//! shape: tract is almost twice as fast on concrete shapes as on symbolic ones. It runs on the caller's thread.
//! May use: `error`. Knows nothing of photos or faces.

mod manifest;
mod prelu;

pub use manifest::{Manifest, ModelEntry, ModelFile, Normalisation};

use std::collections::{HashMap, VecDeque};
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{Symbol, TDim, ToDim};

use crate::error::{Error, Result};

/// A network prepared for inputs of one shape.
pub(crate) struct Plan {
    runnable: Arc<TypedRunnableModel>,
    shape: [usize; 4],
}

/// What a network answers: a tensor in row-major order.
pub(crate) struct Output {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

fn model_error(id: &str, what: impl Display) -> Error {
    Error::Model { id: id.into(), reason: format!("{what:#}") }
}

fn parse(id: &str, onnx: &[u8]) -> Result<InferenceModel> {
    let mut format = tract_onnx::onnx();
    prelu::register(&mut format.op_register);
    format.model_for_read(&mut &*onnx).map_err(|e| model_error(id, e))
}

impl Plan {
    /// Loads `onnx` for inputs of `shape` (N, C, H, W).
    pub(crate) fn load(id: &str, onnx: &[u8], shape: [usize; 4]) -> Result<Self> {
        let prepare = |mut model: InferenceModel| {
            model.set_input_fact(0, f32::fact(shape).into())?;
            model.into_typed()?.into_decluttered()?.into_optimized()?.into_runnable()
        };
        let runnable = prepare(parse(id, onnx)?).map_err(|e| model_error(id, e))?;
        Ok(Self { runnable, shape })
    }

    /// Runs the network on `input`, in N, C, H, W order.
    pub(crate) fn run(&self, input: &[f32]) -> Result<Output> {
        let run = || -> TractResult<Output> {
            let input = Tensor::from_shape(&self.shape, input)?;
            let outputs = self.runnable.run(tvec!(input.into()))?;
            let values = outputs[0].to_plain_array_view::<f32>()?.iter().copied().collect();
            Ok(Output { shape: outputs[0].shape().to_vec(), values })
        };
        run().map_err(|e| Error::Internal { reason: format!("a network failed: {e:#}") })
    }
}

/// A network for photos of any size, with the plans of the sizes met last.
pub(crate) struct AnySize {
    model: TypedModel,
    height: Symbol,
    width: Symbol,
    plans: Mutex<VecDeque<Arc<Plan>>>,
}

impl AnySize {
    /// Enough for the scales of a few photo formats; each plan is small, the weights are shared.
    const PLANS_KEPT: usize = 64;

    /// Loads `onnx`, a network of one image with `channels`.
    pub(crate) fn load(id: &str, onnx: &[u8], channels: usize) -> Result<Self> {
        let mut model = parse(id, onnx)?;
        let (height, width) = (model.symbols.sym("height"), model.symbols.sym("width"));
        let shape = [1.to_dim(), channels.to_dim(), height.to_dim(), width.to_dim()];
        let prepare = |model: &mut InferenceModel| -> TractResult<TypedModel> {
            model.set_input_fact(0, f32::fact(&shape).into())?;
            model.clone().into_typed()?.into_decluttered()
        };
        let model = prepare(&mut model).map_err(|e| model_error(id, e))?;
        Ok(Self { model, height, width, plans: Mutex::default() })
    }

    /// Runs the network on one image of `height` × `width`.
    pub(crate) fn run(&self, input: &[f32], [channels, height, width]: [usize; 3]) -> Result<Output> {
        self.plan([1, channels, height, width])?.run(input)
    }

    fn plan(&self, shape: [usize; 4]) -> Result<Arc<Plan>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = plans.iter().position(|plan| plan.shape == shape) {
            let plan = plans.remove(at).ok_or_else(|| Error::Internal { reason: "plan lost".into() })?;
            plans.push_back(plan.clone());
            return Ok(plan);
        }
        // Built without the lock, so that a new size holds up nobody else.
        drop(plans);
        let sizes: HashMap<Symbol, TDim> =
            [(self.height.clone(), shape[2].to_dim()), (self.width.clone(), shape[3].to_dim())].into();
        let prepare = || self.model.set_symbols(&sizes)?.into_optimized()?.into_runnable();
        let runnable =
            prepare().map_err(|e: TractError| Error::Internal { reason: format!("no plan for {shape:?}: {e:#}") })?;
        let plan = Arc::new(Plan { runnable, shape });
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() == Self::PLANS_KEPT {
            plans.pop_front();
        }
        plans.push_back(plan.clone());
        Ok(plan)
    }
}

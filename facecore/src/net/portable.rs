//! Networks run by tract, on any processor.
//!
//! tract is almost twice as fast on concrete shapes as on symbolic ones, so there is a plan for each size.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{Symbol, TDim, ToDim};

use super::kernel::LANES;
use super::picture::{Answer, Each, Pixels, Size};
use super::prelu;
use crate::error::{Error, Result};

/// A network with the plans of the sizes met last.
pub(super) struct Portable {
    model: TypedModel,
    height: Symbol,
    width: Symbol,
    plans: Mutex<VecDeque<Plan>>,
}

#[derive(Clone)]
struct Plan {
    runnable: Arc<TypedRunnableModel>,
    size: [usize; 2],
}

impl Portable {
    /// Enough for the scales of a few photo formats; each plan is small, the weights are shared.
    const PLANS_KEPT: usize = 64;

    pub(super) fn load(id: &str, proto: &ModelProto, size: Size) -> Result<Self> {
        let prepare = || -> TractResult<Self> {
            let mut format = tract_onnx::onnx();
            prelu::register(&mut format.op_register);
            let mut model = format.model_for_proto_model(proto)?;
            let (height, width) = (model.symbols.sym("height"), model.symbols.sym("width"));
            let [rows, columns] = match size {
                Size::Fixed(size) => size.map(|side| side.to_dim()),
                Size::About(_) => [height.to_dim(), width.to_dim()],
            };
            model.set_input_fact(0, f32::fact([1.to_dim(), 3.to_dim(), rows, columns]).into())?;
            let model = model.into_typed()?.into_decluttered()?;
            Ok(Self { model, height, width, plans: Mutex::default() })
        };
        let portable = prepare().map_err(|error| Error::model(id, error))?;
        if let Size::Fixed(size) = size {
            portable.plan(size).map_err(|error| Error::model(id, error))?;
        }
        Ok(portable)
    }

    pub(super) fn run(&self, pixels: Pixels<'_>, each: Each<'_>) -> Result<()> {
        let failed = |e: TractError| Error::Internal { reason: format!("a network failed: {e:#}") };
        let plan = self.plan(pixels.size).map_err(failed)?;
        for (index, values) in pixels.values.chunks_exact(3 * pixels.size[0] * pixels.size[1]).enumerate() {
            let outputs = plan.answer(Pixels { values, ..pixels }).map_err(failed)?;
            for (output, Whole { channels, columns, values }) in outputs.into_iter().enumerate() {
                let rows = values.chunks_exact(columns * channels.next_multiple_of(LANES));
                // Every picture answers with the same number of rows.
                let first = index * rows.len();
                for (row, values) in (first..).zip(rows) {
                    if each(Answer { output, row, channels, values }).is_break() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn plan(&self, size: [usize; 2]) -> TractResult<Plan> {
        let lock = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut plans = lock();
            let known = plans.iter().position(|plan| plan.size == size).and_then(|at| plans.remove(at));
            if let Some(plan) = known {
                plans.push_back(plan.clone());
                return Ok(plan);
            }
        }
        // Built without the lock, so that a new size holds up nobody else.
        let sizes: HashMap<Symbol, TDim> =
            [(self.height.clone(), size[0].to_dim()), (self.width.clone(), size[1].to_dim())].into();
        let runnable = self.model.set_symbols(&sizes)?.into_optimized()?.into_runnable()?;
        let plan = Plan { runnable, size };
        let mut plans = lock();
        if plans.len() == Self::PLANS_KEPT {
            plans.pop_front();
        }
        plans.push_back(plan.clone());
        Ok(plan)
    }
}

/// One output of a network for a whole picture, in the order of [`Answer`].
struct Whole {
    channels: usize,
    columns: usize,
    values: Vec<f32>,
}

impl Whole {
    fn new(output: &Tensor) -> TractResult<Self> {
        let (channels, rows, columns) = match *output.shape() {
            [1, channels] => (channels, 1, 1),
            [1, channels, rows, columns] if rows * columns > 0 => (channels, rows, columns),
            ref shape => tract_onnx::tract_core::internal::bail!("an answer of shape {shape:?}"),
        };
        let (stride, cells) = (channels.next_multiple_of(LANES), rows * columns);
        let mut values = vec![0.0; cells * stride];
        for (at, &value) in output.to_plain_array_view::<f32>()?.iter().enumerate() {
            values[at % cells * stride + at / cells] = value;
        }
        Ok(Self { channels, columns, values })
    }
}

impl Plan {
    /// What each of the network's outputs has for the picture.
    fn answer(&self, pixels: Pixels<'_>) -> TractResult<Vec<Whole>> {
        let [height, width] = pixels.size;
        let planes: Vec<f32> = (0..3)
            .flat_map(|channel| pixels.values.iter().skip(channel).step_by(3))
            .map(|value| value * pixels.scale + pixels.offset)
            .collect();
        let input = Tensor::from_shape(&[1, 3, height, width], &planes)?;
        self.runnable.run(tvec!(input.into()))?.iter().map(|output| Whole::new(output)).collect()
    }
}

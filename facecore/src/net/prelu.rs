//! PReLU as one operator. tract expands ONNX's `PRelu` into multiply, compare and select, which take about half of the time of R-
//! and O-Net.

use tract_onnx::model::OnnxOpRegister;
use tract_onnx::tract_core::{args_1, as_op, op_as_typed_op, op_out_of_plan};
use tract_onnx::tract_hir::infer::*;
use tract_onnx::tract_hir::internal::*;

/// Replaces tract's own reading of `PRelu`.
pub(super) fn register(operators: &mut OnnxOpRegister) {
    operators.insert("PRelu", |_, _| Ok((expand(ParsedPRelu), vec![])));
}

/// ONNX's node: input and slope, one slope a channel.
#[derive(Debug, Clone)]
struct ParsedPRelu;

impl Expansion for ParsedPRelu {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 2)?;
        check_output_arity(outputs, 1)?;
        s.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        s.equals(&inputs[0].shape, &outputs[0].shape)
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let slope = model.outlet_fact(inputs[1])?.konst.clone().context("PRelu needs constant slopes")?;
        let slope = slope.cast_to::<f32>()?.to_plain_array_view::<f32>()?.iter().copied().collect();
        model.wire_node(prefix, PRelu { slope }, &inputs[..1])
    }
}

/// `x` where `x ≥ 0`, else `slope[channel] · x`; the channel is axis 1. Slopes may be negative.
#[derive(Debug, Clone, PartialEq)]
struct PRelu {
    slope: Vec<f32>,
}

// Slopes are finite numbers of a file, compared bit by bit.
impl Eq for PRelu {}

impl Op for PRelu {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    op_as_typed_op!();
}

impl EvalOp for PRelu {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut tensor = args_1!(inputs).into_tensor();
        let channels = *tensor.shape().get(1).context("PRelu needs a channel axis")?;
        ensure!(channels == self.slope.len(), "{channels} channels, {} slopes", self.slope.len());
        let plane = tensor.shape()[2..].iter().product::<usize>().max(1);
        let mut view = tensor.try_as_plain_ram_mut()?;
        for (index, values) in view.as_slice_mut::<f32>()?.chunks_exact_mut(plane).enumerate() {
            let slope = self.slope[index % channels];
            for value in values {
                *value = if *value < 0.0 { slope * *value } else { *value };
            }
        }
        Ok(tvec!(tensor.into_tvalue()))
    }
}

impl TypedOp for PRelu {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_negative_values_by_their_channels_slope() -> TractResult<()> {
        let op = PRelu { slope: vec![0.5, -2.0] };
        let input = Tensor::from_shape(&[2, 2, 1, 2], &[1.0f32, -2.0, 3.0, -4.0, -1.0, 0.0, -3.0, 5.0])?;
        let output = EvalOp::eval(&op, &EvalContext::out_of_plan(), tvec!(input.into()))?;
        let expected = Tensor::from_shape(&[2, 2, 1, 2], &[1.0f32, -1.0, 3.0, 8.0, -0.5, 0.0, 6.0, 5.0])?;
        assert_eq!(*output[0], expected);
        Ok(())
    }
}

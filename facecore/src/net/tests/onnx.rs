//! Small ONNX graphs with weights of no meaning.

use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TypeProto, ValueInfoProto,
    tensor_shape_proto, type_proto,
};

/// Builds a graph node by node; a tensor is known by the name that the call which makes it answers.
#[derive(Default)]
pub(in crate::net) struct Onnx {
    graph: GraphProto,
}

/// Side, stride and padding of a kernel.
#[derive(Clone, Copy)]
pub(in crate::net) struct Kernel(pub i64, pub i64, pub i64);

impl Onnx {
    pub(in crate::net) const INPUT: &str = "input";

    /// Numbers between −bound and bound.
    pub(in crate::net) fn weights(&mut self, shape: &[i64], bound: f32) -> String {
        let name = format!("weights{}", self.graph.initializer.len());
        let seed = self.graph.initializer.len() as u32 * 7919;
        let number = |at: u32| ((at ^ seed).wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 23) as f32 - 1.0;
        let values = (1..=shape.iter().product::<i64>() as u32).map(|at| number(at) * bound).collect();
        self.initializer(&name, shape, values);
        name
    }

    fn initializer(&mut self, name: &str, shape: &[i64], values: Vec<f32>) {
        let tensor = TensorProto {
            dims: shape.into(),
            data_type: 1,
            name: name.into(),
            float_data: values,
            ..Default::default()
        };
        self.graph.initializer.push(tensor);
    }

    pub(in crate::net) fn node(&mut self, operator: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        let output = format!("{}{}", operator.to_lowercase(), self.graph.node.len());
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|&name| name.into()).collect(),
            output: vec![output.clone()],
            name: output.clone(),
            op_type: operator.into(),
            attribute: attributes,
            ..Default::default()
        });
        output
    }

    /// `channels`: of the input, of a group's input, and of the output.
    fn convolution(&mut self, input: &str, channels: [i64; 3], kernel: Kernel) -> String {
        let ([inputs, of_group, outputs], Kernel(size, stride, pad)) = (channels, kernel);
        let bound = (3.0 / (of_group * size * size) as f32).sqrt();
        let weights = self.weights(&[outputs, of_group, size, size], bound);
        let bias = self.weights(&[outputs], 0.5);
        let attributes = vec![
            ints("kernel_shape", &[size; 2]),
            ints("strides", &[stride; 2]),
            ints("pads", &[pad; 4]),
            int("group", inputs / of_group),
        ];
        self.node("Conv", &[input, &weights, &bias], attributes)
    }

    pub(in crate::net) fn conv(&mut self, input: &str, channels: [i64; 2], kernel: Kernel) -> String {
        self.convolution(input, [channels[0], channels[0], channels[1]], kernel)
    }

    pub(in crate::net) fn depthwise(&mut self, input: &str, channels: i64, stride: i64) -> String {
        self.convolution(input, [channels, 1, channels], Kernel(3, stride, 1))
    }

    pub(in crate::net) fn relu(&mut self, input: &str) -> String {
        self.node("Relu", &[input], Vec::new())
    }

    pub(in crate::net) fn prelu(&mut self, input: &str, channels: i64) -> String {
        let slopes = self.weights(&[channels, 1, 1], 0.5);
        self.node("PRelu", &[input, &slopes], Vec::new())
    }

    pub(in crate::net) fn concat(&mut self, parts: &[&str]) -> String {
        self.node("Concat", parts, vec![int("axis", 1)])
    }

    /// A matrix over the whole picture: how many numbers it reads and answers.
    pub(in crate::net) fn dense(&mut self, input: &str, [inputs, outputs]: [i64; 2]) -> String {
        let row = self.node("Flatten", &[input], vec![int("axis", 1)]);
        let matrix = self.weights(&[inputs, outputs], (3.0 / inputs as f32).sqrt());
        let bias = self.weights(&[outputs], 0.5);
        self.node("Gemm", &[&row, &matrix, &bias], Vec::new())
    }

    pub(in crate::net) fn max_pool(&mut self, input: &str) -> String {
        self.node("MaxPool", &[input], vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])])
    }

    pub(in crate::net) fn double(&mut self, input: &str) -> String {
        self.initializer(&format!("scales of {input}"), &[4], vec![1.0, 1.0, 2.0, 2.0]);
        let text = |name: &str, value: &str| AttributeProto {
            name: name.into(),
            s: value.into(),
            r#type: 3,
            ..Default::default()
        };
        let attributes = vec![
            text("mode", "nearest"),
            text("nearest_mode", "floor"),
            text("coordinate_transformation_mode", "asymmetric"),
        ];
        self.node("Resize", &[input, "", &format!("scales of {input}")], attributes)
    }

    pub(in crate::net) fn add(&mut self, a: &str, b: &str) -> String {
        self.node("Add", &[a, b], Vec::new())
    }

    /// A model of one picture of any size.
    pub(in crate::net) fn model(mut self, outputs: &[&str]) -> ModelProto {
        let picture = |name: &str, sides: &[&str]| {
            use tensor_shape_proto::{Dimension, dimension::Value};
            let fixed = [1, 3].map(Value::DimValue).into_iter();
            let sides = fixed.chain(sides.iter().map(|&side| Value::DimParam(side.into())));
            let dim = sides.map(|value| Dimension { value: Some(value), ..Default::default() }).collect();
            let shape = tract_onnx::pb::TensorShapeProto { dim };
            let tensor = type_proto::Tensor { elem_type: 1, shape: Some(shape) };
            let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
            ValueInfoProto { name: name.into(), r#type: Some(r#type), ..Default::default() }
        };
        self.graph.name = "test".into();
        self.graph.input = vec![picture(Self::INPUT, &["height", "width"])];
        let output = |&name: &&str| ValueInfoProto { name: name.into(), ..Default::default() };
        self.graph.output = outputs.iter().map(output).collect();
        ModelProto {
            ir_version: 8,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 13 }],
            graph: Some(self.graph),
            ..Default::default()
        }
    }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: values.into(), r#type: 7, ..Default::default() }
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i: value, r#type: 2, ..Default::default() }
}

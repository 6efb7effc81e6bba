//! The layers of a stream as the nodes of a graph: each computes the rows of one value from the rows of one or two others.

use super::super::depthwise::PackedDepthwise;
use super::super::kernel::{Kernel, LANES};
use super::super::layers::{Convolution, Layer, Layers, Operator, Value};
use super::super::packed::{Packed, Role, is_deep};
use super::lines::Shape;
use super::schedule::{Reach, Schedule};
use super::{Node, Work};

pub(super) struct Graph<K: Kernel> {
    pub nodes: Vec<Node<K>>,
    pub schedule: Schedule,
}

impl<K: Kernel> Graph<K> {
    /// Refuses what the kernel has no tiles for, and what rows cannot be made of.
    pub(super) fn new(layers: Layers) -> Result<Self, String> {
        let deep = is_deep(&layers.layers);
        let Layers { values, layers, outputs } = layers;
        let mut graph = Self { nodes: Vec::new(), schedule: Schedule::default() };
        let picture = Inputs { input: 0, other: None };
        let mut node_of = vec![None; values.len()];
        node_of[0] = Some(graph.push(Work::Picture, picture, &[], &values[0]));
        for layer in layers {
            if layer.output.block > 0 || node_of[layer.output.value].is_some() {
                return Err("a value of several parts".into());
            }
            let value = layer.output.value;
            node_of[value] = Some(graph.layer(layer, &values, &node_of, deep)?);
        }
        let outputs = outputs.iter().map(|&value| node_of[value]).collect::<Option<Vec<_>>>();
        graph.end(outputs.ok_or("an output that no layer makes")?)?;
        Ok(graph)
    }

    /// Adds the nodes of a layer and returns the one that makes its output.
    fn layer(
        &mut self,
        layer: Layer,
        values: &[Value],
        node_of: &[Option<usize>],
        deep: bool,
    ) -> Result<usize, String> {
        let node = |value: usize| node_of[value].ok_or("a value that no layer makes");
        let input = node(layer.input)?;
        let (before, to) = (&values[layer.input], &values[layer.output.value]);
        let from = Inputs { input, other: None };
        let whole = |size: usize, stride: usize| Reach { size, stride, shrink: 1, padding: 0 };
        match layer.operator {
            Operator::Convolution(convolution) => {
                let from = Inputs { input, other: convolution.residual.map(node).transpose()? };
                let role = Role { first: layer.input == 0, deep, pairs: false };
                self.convolution(Packed::new(*convolution, before, role)?, from, to)
            }
            _ if layer.input == 0 => Err("the first layer is no convolution".into()),
            Operator::Depthwise(depthwise) => {
                let reach = Reach { padding: 1, ..whole(3, depthwise.stride) };
                Ok(self.push(Work::Depthwise(PackedDepthwise::new(&depthwise)), from, &[reach], to))
            }
            Operator::MaxPool(pool) => Ok(self.push(Work::MaxPool(pool), from, &[whole(pool.size, pool.stride)], to)),
            Operator::Double => Ok(self.push(Work::Double, from, &[Reach { shrink: 2, ..Reach::SAME }], to)),
            Operator::Add(other) => {
                let from = Inputs { input, other: Some(node(other)?) };
                Ok(self.push(Work::Add, from, &[Reach::SAME; 2], to))
            }
            Operator::Average => Err("an average of the whole picture".into()),
        }
    }

    fn convolution(&mut self, packed: Packed<K>, from: Inputs, to: &Value) -> Result<usize, String> {
        let Convolution { size, stride, padding, pool, outputs, .. } = packed.layer;
        if let Some(winograd) = packed.winograd {
            self.nodes[from.input].shape.form = Some(winograd.form);
        }
        let reach = Reach { size: size[0], stride, shrink: 1, padding: padding[0] };
        let Some(pool) = pool else {
            return Ok(self.push(Work::Convolution(packed.into()), from, &[reach, Reach::SAME], to));
        };
        if packed.pools {
            let reach = Reach { size: size[0] + 1, stride: 2 * stride, ..reach };
            return Ok(self.push(Work::Pooled(packed.into(), pool), from, &[reach], to));
        }
        let unpooled = Value { channels: outputs, ..Value::default() };
        let input = self.push(Work::Convolution(packed.into()), from, &[reach, Reach::SAME], &unpooled);
        let reach = Reach { size: pool.size, stride: pool.stride, shrink: 1, padding: 0 };
        Ok(self.push(Work::MaxPool(pool), Inputs { input, other: None }, &[reach], to))
    }

    /// Adds a node; `reaches` says which rows it reads of its input, and of its other input if there is one.
    fn push(&mut self, work: Work<K>, from: Inputs, reaches: &[Reach], to: &Value) -> usize {
        let Inputs { input, other } = from;
        self.schedule.push([Some(input), other].into_iter().flatten().zip(reaches.iter().copied()).collect());
        let pixel = self.nodes.get(input).map_or(0, |node| node.shape.pixel);
        let (blocks, values) =
            if self.nodes.is_empty() { (1, to.channels) } else { (to.channels.div_ceil(LANES), LANES) };
        let shape = Shape { rows: 1, padding: to.padding, blocks, pixel: values, form: None };
        self.nodes.push(Node { work, input, other, channels: to.channels, pixel, shape, is_output: false });
        self.nodes.len() - 1
    }

    fn end(&mut self, outputs: Vec<usize>) -> Result<(), String> {
        for (index, node) in self.nodes.iter().enumerate() {
            let readers = self.schedule.readers(index);
            if node.shape.form.is_some() && readers > 1 {
                return Err("a value that is read at Winograd's points and elsewhere".into());
            }
            let computes = matches!(node.work, Work::Convolution(_) | Work::Depthwise(_));
            if outputs.contains(&index) && (readers > 0 || !computes) {
                return Err("an output that is no convolution's, or is read by a layer".into());
            }
        }
        outputs.iter().for_each(|&output| self.nodes[output].is_output = true);
        self.schedule.end(outputs);
        Ok(())
    }
}

/// The nodes that a node reads.
struct Inputs {
    input: usize,
    other: Option<usize>,
}

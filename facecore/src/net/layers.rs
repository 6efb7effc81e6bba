//! An ONNX graph as the layers that our kernels run: what can follow a convolution is fused into it.
//!
//! Recognised: `Conv` or `Gemm`, then a residual `Add`, `Relu` or `PRelu`, `MaxPool`; a depthwise 3×3 `Conv`, then `Relu` or `PRelu`; `MaxPool`
//! alone; `Concat`, which costs nothing, since its parts are written where they belong; `GlobalAveragePool`; `Add` of any two values; `Resize` to
//! twice the size by nearest neighbours; and at the end a division by the L2 norm, which is left to the caller. A graph with any other operator is
//! refused, and tract runs the network.

use std::collections::HashMap;

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::kernel::LANES;

/// A tensor between layers, known by its index.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    pub channels: usize,
    /// Height and width for the size that the network was loaded for.
    pub size: [usize; 2],
    /// Rows and columns of zeros around it, for the layers that read it.
    pub padding: [usize; 2],
}

/// A part of a value: some blocks of channels from `block` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub value: usize,
    pub block: usize,
}

#[derive(Debug)]
pub(super) struct Layer {
    pub operator: Operator,
    pub input: usize,
    pub output: Part,
}

#[derive(Debug)]
pub(super) enum Operator {
    Convolution(Box<Convolution>),
    Depthwise(Box<Depthwise>),
    MaxPool(Pool),
    /// Over the whole picture.
    Average,
    /// The value of this index is added.
    Add(usize),
    /// Each pixel becomes 2 × 2 of itself.
    Double,
}

/// A convolution and what is fused into it, in this order: residual, slope, pool.
#[derive(Debug)]
pub(super) struct Convolution {
    /// `[output][input][row][column]`.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    pub outputs: usize,
    pub inputs: usize,
    pub size: [usize; 2],
    pub stride: usize,
    pub padding: [usize; 2],
    pub residual: Option<usize>,
    pub activation: Slope,
    pub pool: Option<Pool>,
}

/// A 3 × 3 convolution of each channel by itself, and the slope that follows. It counts a pixel of zeros around its input, which is
/// not stored there.
#[derive(Debug)]
pub(super) struct Depthwise {
    /// `[channel][row][column]`.
    pub weights: Vec<f32>,
    /// One for each channel.
    pub bias: Vec<f32>,
    /// 1 or 2.
    pub stride: usize,
    pub activation: Slope,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slope {
    None,
    Zero,
    PerChannel(Vec<f32>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pool {
    pub size: usize,
    pub stride: usize,
    /// A window that hangs over the lower or right edge counts.
    pub ceil: bool,
}

impl Pool {
    pub(super) fn output(&self, [height, width]: [usize; 2]) -> Option<[usize; 2]> {
        let side = |length: usize| {
            let room = length.checked_sub(self.size)?;
            Some(if self.ceil { room.div_ceil(self.stride) } else { room / self.stride } + 1)
        };
        Some([side(height)?, side(width)?])
    }
}

impl Convolution {
    /// Each output pixel reads one input pixel, in order.
    pub(super) fn is_pointwise(&self) -> bool {
        self.size == [1, 1] && self.stride == 1 && self.pool.is_none()
    }

    /// Height and width before pooling; none where the kernel does not fit.
    pub(super) fn unpooled(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        let side = |axis: usize| {
            let room = (size[axis] + 2 * self.padding[axis]).checked_sub(self.size[axis])?;
            Some(room / self.stride + 1)
        };
        Some([side(0)?, side(1)?])
    }
}

impl Operator {
    /// Height and width of the output; none where the input is too small.
    pub(super) fn output(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        match self {
            Self::Convolution(convolution) => {
                let size = convolution.unpooled(size)?;
                convolution.pool.map_or(Some(size), |pool| pool.output(size))
            }
            Self::Depthwise(depthwise) => Some(size.map(|side| side.div_ceil(depthwise.stride))),
            Self::MaxPool(pool) => pool.output(size),
            Self::Average => Some([1, 1]),
            Self::Add(_) => Some(size),
            Self::Double => Some(size.map(|side| 2 * side)),
        }
    }
}

/// The layers in the order in which they run; value 0 is the input.
#[derive(Debug)]
pub(super) struct Layers {
    pub values: Vec<Value>,
    pub layers: Vec<Layer>,
    /// Values, in the graph's order.
    pub outputs: Vec<usize>,
}

/// Why a graph is not ours.
type Refused = String;

/// Reads the graph for inputs of 3 channels × `size`.
pub(super) fn read(graph: &GraphProto, size: [usize; 2]) -> Result<Layers, Refused> {
    let weights = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    let outputs = graph.output.iter().map(|output| &output.name);
    for name in graph.node.iter().flat_map(|node| &node.input).chain(outputs) {
        *uses.entry(name).or_default() += 1;
    }
    let input = graph.input.iter().find(|input| graph.initializer.iter().all(|tensor| tensor.name != input.name));
    let input = input.ok_or("no input")?;
    let mut reader = Reader {
        weights,
        uses,
        names: HashMap::from([(input.name.as_str(), 0)]),
        layers: Layers {
            values: vec![Value { channels: 3, size, padding: [0, 0] }],
            layers: Vec::new(),
            outputs: Vec::new(),
        },
    };
    let (body, outputs) = match &graph.node[..] {
        // An embedding is made a unit vector by whoever takes it.
        [body @ .., norm, divide] if norm.op_type == "ReduceL2" && divide.op_type == "Div" => {
            (body, norm.input.iter().take(1).collect())
        }
        body => (body, graph.output.iter().map(|output| &output.name).collect::<Vec<_>>()),
    };
    for node in body {
        reader.node(node).map_err(|why| format!("{} {}: {why}", node.op_type, node.name))?;
    }
    reader.pad();
    reader.layers.outputs = outputs.into_iter().map(|name| reader.value(name)).collect::<Result<_, _>>()?;
    Ok(reader.layers)
}

struct Reader<'a> {
    weights: HashMap<&'a str, &'a TensorProto>,
    uses: HashMap<&'a str, usize>,
    /// Each tensor's value.
    names: HashMap<&'a str, usize>,
    layers: Layers,
}

impl<'a> Reader<'a> {
    fn node(&mut self, node: &'a NodeProto) -> Result<(), Refused> {
        let (Some(first), [output]) = (node.input.first(), &node.output[..]) else {
            return Err("not one output".into());
        };
        let value = match node.op_type.as_str() {
            "Conv" => self.convolution(node)?,
            "Gemm" => self.dense(node)?,
            "Relu" => self.activation(first, Slope::Zero)?,
            "PRelu" => {
                let slope = self.weights(node, 1)?.0;
                self.activation(first, Slope::PerChannel(slope))?
            }
            "Add" => self.residual(node)?,
            "MaxPool" => self.max_pool(node)?,
            "Concat" => self.concat(node)?,
            "Resize" => self.double(node)?,
            "GlobalAveragePool" => self.layer(Operator::Average, first, None)?,
            // The next layer is dense, and reads the picture as it lies.
            "Flatten" => self.value(first)?,
            _ => return Err("not one of our operators".into()),
        };
        self.names.insert(output, value);
        Ok(())
    }

    fn value(&self, name: &str) -> Result<usize, Refused> {
        self.names.get(name).copied().ok_or_else(|| format!("{name} is not computed by a layer"))
    }

    fn layer(&mut self, operator: Operator, input: &str, channels: Option<usize>) -> Result<usize, Refused> {
        let input = self.value(input)?;
        let Value { channels: inputs, size, .. } = self.layers.values[input];
        let size = operator.output(size).ok_or("the picture is too small")?;
        let value = self.layers.values.len();
        self.layers.values.push(Value { channels: channels.unwrap_or(inputs), size, padding: [0, 0] });
        self.layers.layers.push(Layer { operator, input, output: Part { value, block: 0 } });
        Ok(value)
    }

    /// What makes `name`, if nothing else reads it: what follows can be fused into it.
    fn producer(&mut self, name: &str) -> Option<(usize, &mut Operator)> {
        let value = self.value(name).ok().filter(|_| self.uses.get(name) == Some(&1))?;
        let layer = self.layers.layers.iter_mut().rfind(|layer| layer.output.value == value)?;
        Some((value, &mut layer.operator))
    }

    fn weights(&self, node: &NodeProto, input: usize) -> Result<(Vec<f32>, Vec<usize>), Refused> {
        let name = node.input.get(input).ok_or("an input is missing")?;
        let tensor = self.weights.get(name.as_str()).ok_or_else(|| format!("{name} is no weight"))?;
        let shape: Vec<usize> = tensor.dims.iter().map(|&side| side as usize).collect();
        let values = match &tensor.raw_data[..] {
            [] => tensor.float_data.clone(),
            raw => raw.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
        };
        if tensor.data_type != 1 || values.len() != shape.iter().product::<usize>() {
            return Err(format!("{name} is not a tensor of f32"));
        }
        Ok((values, shape))
    }

    fn convolution(&mut self, node: &NodeProto) -> Result<usize, Refused> {
        let (weights, shape) = self.weights(node, 1)?;
        let [outputs, inputs, rows, columns] = shape[..] else {
            return Err("not a convolution of pictures".into());
        };
        let bias = if node.input.len() > 2 { self.weights(node, 2)?.0 } else { vec![0.0; outputs] };
        let stride = square(&ints(node, "strides", &[1, 1]))?;
        let pads = ints(node, "pads", &[0; 4]);
        let group = int(node, "group", 1) as usize;
        let known = self.value(&node.input[0]).is_ok_and(|value| self.layers.values[value].channels == inputs * group);
        let plain = ints(node, "dilations", &[1, 1]) == [1, 1] && pads.len() == 4 && pads[..2] == pads[2..];
        if !known || !plain || bias.len() != outputs {
            return Err("dilated or unevenly padded".into());
        }
        if group > 1 {
            let alone = group == outputs && inputs == 1;
            if !alone || [rows, columns] != [3, 3] || pads != [1; 4] || stride > 2 {
                return Err("grouped, but not 3 × 3, one channel a group, padded by 1".into());
            }
            let depthwise = Depthwise { weights, bias, stride, activation: Slope::None };
            return self.layer(Operator::Depthwise(depthwise.into()), &node.input[0], Some(outputs));
        }
        let convolution = Convolution {
            weights,
            bias,
            outputs,
            inputs,
            size: [rows, columns],
            stride,
            padding: [pads[0], pads[1]],
            residual: None,
            activation: Slope::None,
            pool: None,
        };
        self.layer(Operator::Convolution(convolution.into()), &node.input[0], Some(outputs))
    }

    /// A matrix is a convolution whose kernel is the whole picture.
    fn dense(&mut self, node: &NodeProto) -> Result<usize, Refused> {
        let (matrix, shape) = self.weights(node, 1)?;
        let [inputs, outputs] = shape[..] else { return Err("not a matrix".into()) };
        let (bias, _) = self.weights(node, 2)?;
        let Value { channels, size, .. } = self.layers.values[self.value(&node.input[0])?];
        let plain = ["transA", "transB"].iter().all(|name| int(node, name, 0) == 0)
            && node
                .attribute
                .iter()
                .all(|attribute| !["alpha", "beta"].contains(&attribute.name.as_str()) || attribute.f == 1.0);
        if !plain || channels * size[0] * size[1] != inputs || bias.len() != outputs {
            return Err("transposed, scaled or of another size".into());
        }
        let weights = (0..outputs).flat_map(|output| matrix.iter().skip(output).step_by(outputs)).copied().collect();
        let convolution = Convolution {
            weights,
            bias,
            outputs,
            inputs: channels,
            size,
            stride: 1,
            padding: [0, 0],
            residual: None,
            activation: Slope::None,
            pool: None,
        };
        self.layer(Operator::Convolution(convolution.into()), &node.input[0], Some(outputs))
    }

    fn activation(&mut self, input: &str, slope: Slope) -> Result<usize, Refused> {
        let (value, operator) = self.producer(input).ok_or("not after a convolution")?;
        let (channels, activation) = match operator {
            Operator::Convolution(layer) if layer.pool.is_none() => (layer.outputs, &mut layer.activation),
            Operator::Depthwise(layer) => (layer.bias.len(), &mut layer.activation),
            _ => return Err("not right after a convolution".into()),
        };
        let fits = match &slope {
            Slope::PerChannel(slopes) => slopes.len() == channels,
            _ => true,
        };
        if !fits || *activation != Slope::None {
            return Err("a second activation, or not one slope a channel".into());
        }
        *activation = slope;
        Ok(value)
    }

    /// If one side is a convolution that nothing else reads, the other is added to its sums.
    fn residual(&mut self, node: &NodeProto) -> Result<usize, Refused> {
        let [left, right] = &node.input[..] else { return Err("not two inputs".into()) };
        for (own, other) in [(right, left), (left, right)] {
            let other = self.value(other)?;
            let (channels, size) = (self.layers.values[other].channels, self.layers.values[other].size);
            let Some((value, Operator::Convolution(convolution))) = self.producer(own) else { continue };
            let free =
                convolution.residual.is_none() && convolution.activation == Slope::None && convolution.pool.is_none();
            // What the convolution reads cannot be its residual's successor: the other side must be older.
            if free && 0 < other && other < value && channels == convolution.outputs {
                convolution.residual = Some(other);
                return if self.layers.values[value].size == size { Ok(value) } else { Err("two sizes".into()) };
            }
        }
        let other = self.value(right)?;
        let [a, b] = [self.value(left)?, other].map(|value| &self.layers.values[value]);
        if (a.channels, a.size) != (b.channels, b.size) || other == 0 {
            return Err("two sizes, or the picture itself".into());
        }
        self.layer(Operator::Add(other), left, None)
    }

    /// Nearest neighbour, twice as high and wide.
    fn double(&mut self, node: &NodeProto) -> Result<usize, Refused> {
        let text = |name: &str, default: &str| {
            attribute(node, name).map_or(default.into(), |found| String::from_utf8_lossy(&found.s).into_owned())
        };
        let mode = text("mode", "nearest");
        let pixels = text("coordinate_transformation_mode", "half_pixel");
        let nearest = text("nearest_mode", "round_prefer_floor");
        // For a factor of two all of these come to the same: ⌊x / 2⌋.
        let halves = match pixels.as_str() {
            "asymmetric" => ["floor", "round_prefer_floor"].contains(&nearest.as_str()),
            "half_pixel" | "pytorch_half_pixel" => nearest.starts_with("round_prefer_"),
            _ => false,
        };
        let (scales, _) = self.weights(node, 2)?;
        if mode != "nearest" || !halves || node.input.len() > 3 || scales != [1.0, 1.0, 2.0, 2.0] {
            return Err("not to twice the size by nearest neighbours".into());
        }
        self.layer(Operator::Double, &node.input[0], None)
    }

    fn max_pool(&mut self, node: &NodeProto) -> Result<usize, Refused> {
        let pool = Pool {
            size: square(&ints(node, "kernel_shape", &[]))?,
            stride: square(&ints(node, "strides", &[1, 1]))?,
            ceil: int(node, "ceil_mode", 0) == 1,
        };
        if pool.size > 3 || pool.stride > pool.size || ints(node, "pads", &[0; 4]) != [0; 4] {
            return Err("padded, or a window we have no loop for".into());
        }
        let input = &node.input[0];
        let size = self.layers.values[self.value(input)?].size;
        let pooled = pool.output(size).ok_or("the picture is too small")?;
        if let Some((value, Operator::Convolution(convolution))) = self.producer(input)
            && convolution.pool.is_none()
            && convolution.residual.is_none()
        {
            convolution.pool = Some(pool);
            self.layers.values[value].size = pooled;
            return Ok(value);
        }
        self.layer(Operator::MaxPool(pool), input, None)
    }

    /// Its parts, which nothing else reads, are written into one value from the start.
    fn concat(&mut self, node: &NodeProto) -> Result<usize, Refused> {
        if int(node, "axis", 0) != 1 {
            return Err("not of channels".into());
        }
        let parts = node.input.iter().map(|name| self.value(name)).collect::<Result<Vec<_>, _>>()?;
        let size = self.layers.values[*parts.first().ok_or("nothing")?].size;
        let whole = self.layers.values.len();
        let mut channels = 0usize;
        for (name, part) in node.input.iter().zip(&parts) {
            let value = &self.layers.values[*part];
            if self.uses.get(name.as_str()) != Some(&1) || value.size != size || !channels.is_multiple_of(LANES) {
                return Err("its parts are read elsewhere, or no whole blocks".into());
            }
            let layer = self.layers.layers.iter_mut().rfind(|layer| layer.output.value == *part);
            layer.ok_or("a part is no layer's")?.output = Part { value: whole, block: channels / LANES };
            channels += value.channels;
        }
        self.layers.values.push(Value { channels, size, padding: [0, 0] });
        Ok(whole)
    }

    /// Each value gets the padding of its most demanding reader.
    fn pad(&mut self) {
        for layer in &self.layers.layers {
            if let Operator::Convolution(convolution) = &layer.operator {
                let padding = &mut self.layers.values[layer.input].padding;
                *padding = [0, 1].map(|axis| padding[axis].max(convolution.padding[axis]));
            }
        }
    }
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

fn ints(node: &NodeProto, name: &str, default: &[usize]) -> Vec<usize> {
    attribute(node, name).map_or(default.to_vec(), |found| found.ints.iter().map(|&value| value as usize).collect())
}

fn int(node: &NodeProto, name: &str, default: i64) -> i64 {
    attribute(node, name).map_or(default, |found| found.i)
}

fn square(sides: &[usize]) -> Result<usize, Refused> {
    match *sides {
        [rows, columns] if rows == columns && rows > 0 => Ok(rows),
        _ => Err(format!("{sides:?} is not square")),
    }
}

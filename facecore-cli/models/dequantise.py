"""SOURCE.onnx TARGET.onnx: block-quantised weights become f32, and the graph computes what it did before.

Each `DequantizeLinear(q, scale, zero)` of constants, with the `Reshape` that follows it, becomes the constant
`(q − zero) · scale`, where scale and zero count for `block_size` neighbours along `axis`.
"""
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


def dequantise(model):
    """Changes `model`, and returns its constants as {name: array}."""
    graph = model.graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    kept = []
    for node in graph.node:
        inputs = [constants.get(name) for name in node.input]
        if node.op_type == "DequantizeLinear":
            quantised, scale, zero = inputs
            attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
            axis, block = attributes["axis"], attributes["block_size"]
            scale, zero = (np.repeat(values, block, axis) for values in (scale, zero.astype(np.float32)))
            constants[node.output[0]] = (quantised.astype(np.float32) - zero) * scale
        elif node.op_type == "Reshape" and inputs[0] is not None:
            constants[node.output[0]] = inputs[0].reshape(inputs[1])
        else:
            kept.append(node)
    read = dict.fromkeys(name for node in kept for name in node.input)
    used = [name for name in read if name in constants]
    # The source lists its weights as inputs too, some under names that nothing reads.
    fed = [value for value in graph.input if value.name in read and value.name not in constants]
    for field, values in (("node", kept), ("input", fed),
                          ("initializer", [numpy_helper.from_array(constants[name], name) for name in used])):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    return constants


def main(source, target):
    model = onnx.load(source)
    dequantise(model)
    onnx.checker.check_model(model)
    with open(target, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(*sys.argv[1:])

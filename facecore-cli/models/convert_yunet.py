"""SOURCE.onnx yunet.onnx: OpenCV's YuNet, block-quantised, as f32 and for photos of any size.

The four heads of a stride become one output [1, 16, rows, columns]: channels 0 and 1 are the logits of `cls` and `obj` (the source
has a sigmoid there), 2…5 are `bbox`, 6…15 `kps`.
"""
import sys

import numpy as np
import onnx
from dequantise import dequantise
from onnx import helper
from onnx_graph import Graph

HEADS = ("cls", "obj", "bbox", "kps")


class YuNet(Graph):
    def __init__(self, source):
        super().__init__()
        model = onnx.load(source)
        self.constants = dequantise(model)
        self.source = model.graph.node
        # What the source calls a tensor, and what we do.
        self.names = {"input": "input"}

    def body(self):
        """All layers before the heads, one for one."""
        for node in self.source:
            if any(x.startswith("bbox_head") for x in node.input):
                return
            attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
            self.names[node.output[0]] = self.layer(node, [self.names.get(x) for x in node.input], attributes)

    def layer(self, node, inputs, attributes):
        match node.op_type:
            case "Conv":
                kernel, bias = (self.constants[x] for x in node.input[1:])
                return self.conv(inputs[0], kernel, bias, attributes["strides"][0], attributes["pads"][:2],
                                 attributes["group"])
            case "MaxPool":
                return self.max_pool(inputs[0], attributes["kernel_shape"][0], attributes["strides"][0])
            case "Resize":
                return self.double(inputs[0])
            case op:
                return self.node(op, inputs)

    def heads(self, level):
        """A pointwise and a depthwise convolution for all heads of a level, side by side."""
        pointwise, depthwise = ([self.head(head, level, number) for head in HEADS] for number in (1, 2))
        (x,) = {self.names[node.input[0]] for node in pointwise}
        x = self.conv(x, *self.stack(pointwise))
        kernel, bias = self.stack(depthwise)
        return self.conv(x, kernel, bias, pad=(1, 1), groups=len(bias))

    def head(self, head, level, number):
        prefix = f"bbox_head.multi_level_{head}.{level}.conv{number}.weight"
        (node,) = (node for node in self.source if any(x.startswith(prefix) for x in node.input))
        return node

    def stack(self, nodes):
        """Kernels and biases of several convolutions as those of one."""
        return (np.concatenate([self.constants[node.input[place]] for node in nodes]) for place in (1, 2))


def main(source, target):
    network = YuNet(source)
    network.body()
    outputs = {f"stride{8 << level}": (network.heads(level), [1, 16, f"rows{8 << level}", f"columns{8 << level}"])
               for level in range(3)}
    network.save(target, [1, 3, "height", "width"], outputs)


if __name__ == "__main__":
    main(*sys.argv[1:])

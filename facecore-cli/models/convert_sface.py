"""SOURCE.onnx sface.onnx: OpenCV's SFace, block-quantised, as f32 and for any batch.

The normalisation of pixels is cut off (the input is (x − 127.5) / 128 already), batch normalisation is folded into the layer before
it, the one in front of the dense layer into that, and dropout is gone. The embedding is as long as the network makes it.
"""
import math
import sys

import numpy as np
import onnx
from dequantise import dequantise
from onnx import helper
from onnx_graph import Graph


class SFace(Graph):
    def __init__(self, source):
        super().__init__()
        model = onnx.load(source)
        self.constants = dequantise(model)
        self.source = {node.name: node for node in model.graph.node}

    def read(self, name):
        """A node's constants and attributes."""
        node = self.source[name]
        constants = [self.constants[x].astype("f8") for x in node.input[1:] if x in self.constants]
        return constants, {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}

    def normalisation(self, name):
        """A batch normalisation as what each channel is multiplied by, and what is then added."""
        (gamma, beta, mean, variance), attributes = self.read(name)
        scale = gamma / np.sqrt(variance + attributes["epsilon"])
        return scale, beta - mean * scale

    def layer(self, x, name):
        (kernel,), attributes = self.read(f"{name}_conv2d")
        scale, bias = self.normalisation(f"{name}_batchnorm")
        (slope,), _ = self.read(f"{name}_relu")
        x = self.conv(x, kernel * scale[:, None, None, None], bias, attributes["strides"][0], attributes["pads"][:2],
                      attributes["group"])
        return self.prelu(x, slope, 4)

    def embedding(self, x):
        """The dense layer [out, in] between two normalisations: of its channels × rows × columns, and of its outputs."""
        (matrix, bias), _ = self.read("pre_fc1")
        before, shift = self.normalisation("bn1")
        after, final = self.normalisation("fc1")
        pixels = matrix.shape[1] // len(before)
        # An exact sum: that of a matrix product depends on the machine, and the file's bytes must not.
        shifted = [math.fsum(row) for row in matrix * np.repeat(shift, pixels)]
        bias = (bias + shifted) * after + final
        matrix = matrix * np.repeat(before, pixels) * after[:, None]
        return self.dense(self.node("Flatten", [x]), matrix.T, bias)


def main(source, target):
    network = SFace(source)
    x = network.layer("input", "conv_1")
    for number in range(2, 15):
        x = network.layer(x, f"conv_{number}_dw")
        x = network.layer(x, f"conv_{number}")
    network.save(target, ["batch", 3, 112, 112], {"embedding": (network.embedding(x), ["batch", 128])})


if __name__ == "__main__":
    main(*sys.argv[1:])

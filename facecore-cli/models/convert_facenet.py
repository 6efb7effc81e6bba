"""SOURCE TARGET.onnx: a FaceNet (Inception-ResNet-v1), from a frozen TensorFlow graph (.pb) or from Keras weights (.h5).

Batch normalisation and the scales of the residual blocks are folded into the convolutions, dropout is gone, and the embedding is
L2-normalised in the graph.
"""
import pathlib
import sys
from collections import defaultdict

import numpy as np
from onnx_graph import Graph


def fold(kernel, beta, mean, variance):
    """Kernel and bias of a layer and the batch normalisation after it (without gamma, as FaceNet trains it)."""
    scale = 1 / np.sqrt(variance.astype("f8") + 1e-3)
    return kernel * scale, beta - mean * scale


def parse(message):
    """A protobuf message in its wire format, as {field number: [values]}."""
    fields, at = defaultdict(list), 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value = message[at : at + size]
            at += size
        fields[tag >> 3].append(value)
    return fields


class FrozenGraph:
    """A frozen TensorFlow graph. Its constants are all that is needed, and plain protobuf: no TensorFlow."""

    SCOPES = {"Block35": "Repeat/block35", "Block17": "Repeat_1/block17", "Block8": "Repeat_2/block8"}

    def __init__(self, path):
        graph = parse(memoryview(path.read_bytes()))
        nodes = (parse(node) for node in graph[1])
        self.constants = {str(node[1][0], "utf-8"): self.tensor(node) for node in nodes if node[2] == [b"Const"]}

    @staticmethod
    def tensor(node):
        attributes = {bytes(entry[1][0]): entry[2][0] for entry in map(parse, node[5])}
        tensor = parse(parse(attributes[b"value"])[8][0])
        is_float, shape, content = tensor[1] == [1], parse(tensor[2][0]), tensor[4]
        if is_float and content:
            return np.frombuffer(content[0], "<f4").reshape([parse(size)[1][0] for size in shape[2]])

    def layer(self, name):
        block, _, rest = name.partition("_")
        if name.startswith("Block8_6"):
            name = name.replace("Block8_6", "Block8")
        elif block in self.SCOPES:
            name = f"{self.SCOPES[block]}_{rest}"
        scope, constants = f"InceptionResnetV1/{name}", self.constants
        kernel = constants[f"{scope}/weights"]
        if f"{scope}/BatchNorm/beta" in constants:
            normalisation = (constants[f"{scope}/BatchNorm/{key}"] for key in ("beta", "moving_mean", "moving_variance"))
            return fold(kernel, *normalisation)
        # The package's graph has the normalisation of its convolutions folded already.
        return kernel, constants.get(f"{scope}/biases", constants.get(f"{scope}/Conv2D_bn_offset"))


class KerasWeights:
    def __init__(self, path):
        import h5py

        self.weights = h5py.File(path)["model_weights"]

    def layer(self, name):
        name = name.replace("/", "_")
        own = self.weights[name][name]
        if "bias:0" in own:
            return own["kernel:0"][:], own["bias:0"][:]
        normalisation = self.weights[f"{name}_BatchNorm"][f"{name}_BatchNorm"]
        return fold(own["kernel:0"][:], *(normalisation[f"{key}:0"][:] for key in ("beta", "moving_mean", "moving_variance")))


class InceptionResnetV1(Graph):
    def __init__(self, source):
        super().__init__()
        self.source = source

    def layer(self, x, name, scale=1.0, stride=1, same=True):
        kernel, bias = self.source.layer(name)
        pad = (kernel.shape[0] // 2, kernel.shape[1] // 2) if same else (0, 0)
        return self.conv(x, kernel.transpose(3, 2, 0, 1) * scale, bias * scale, stride, pad)

    def conv_relu(self, x, name, stride=1, same=True):
        return self.node("Relu", [self.layer(x, name, stride=stride, same=same)])

    def branches(self, x, block, *branches):
        """Chains of layers side by side; those called 1a halve the picture."""
        ends = []
        for number, layers in enumerate(branches):
            y = x
            for name in layers.split():
                halves = "_1a_" in name
                if name.startswith("MaxPool"):
                    y = self.max_pool(y, 3)
                else:
                    y = self.conv_relu(y, f"{block}/Branch_{number}/{name}", stride=2 if halves else 1, same=not halves)
            ends.append(y)
        return self.node("Concat", ends, axis=1)

    def residual(self, x, block, scale, *branches):
        y = self.layer(self.branches(x, block, *branches), f"{block}/Conv2d_1x1", scale)
        return self.node("Add", [x, y])

    def build(self):
        """The embedding and its length."""
        x = self.conv_relu("input", "Conv2d_1a_3x3", stride=2, same=False)
        x = self.conv_relu(x, "Conv2d_2a_3x3", same=False)
        x = self.conv_relu(x, "Conv2d_2b_3x3")
        x = self.max_pool(x, 3)
        x = self.conv_relu(x, "Conv2d_3b_1x1")
        x = self.conv_relu(x, "Conv2d_4a_3x3", same=False)
        x = self.conv_relu(x, "Conv2d_4b_3x3", stride=2, same=False)

        block35 = ("Conv2d_1x1", "Conv2d_0a_1x1 Conv2d_0b_3x3", "Conv2d_0a_1x1 Conv2d_0b_3x3 Conv2d_0c_3x3")
        for number in range(1, 6):
            x = self.node("Relu", [self.residual(x, f"Block35_{number}", 0.17, *block35)])
        x = self.branches(x, "Mixed_6a", "Conv2d_1a_3x3", "Conv2d_0a_1x1 Conv2d_0b_3x3 Conv2d_1a_3x3", "MaxPool_1a_3x3")

        block17 = ("Conv2d_1x1", "Conv2d_0a_1x1 Conv2d_0b_1x7 Conv2d_0c_7x1")
        for number in range(1, 11):
            x = self.node("Relu", [self.residual(x, f"Block17_{number}", 0.1, *block17)])
        x = self.branches(x, "Mixed_7a", "Conv2d_0a_1x1 Conv2d_1a_3x3", "Conv2d_0a_1x1 Conv2d_1a_3x3",
                          "Conv2d_0a_1x1 Conv2d_0b_3x3 Conv2d_1a_3x3", "MaxPool_1a_3x3")

        block8 = ("Conv2d_1x1", "Conv2d_0a_1x1 Conv2d_0b_1x3 Conv2d_0c_3x1")
        for number in range(1, 6):
            x = self.node("Relu", [self.residual(x, f"Block8_{number}", 0.2, *block8)])
        x = self.residual(x, "Block8_6", 1.0, *block8)

        x = self.node("Flatten", [self.node("GlobalAveragePool", [x])])
        matrix, bias = self.source.layer("Bottleneck")
        x = self.dense(x, matrix, bias)
        return self.node("Div", [x, self.node("ReduceL2", [x], axes=[1], keepdims=1)]), len(bias)


def main(source, target):
    reader = FrozenGraph if source.suffix == ".pb" else KerasWeights
    network = InceptionResnetV1(reader(source))
    embedding, length = network.build()
    network.save(target, ["batch", 3, 160, 160], {"embedding": (embedding, ["batch", length])})


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))

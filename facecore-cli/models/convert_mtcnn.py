"""det1.npy det2.npy det3.npy pnet.onnx rnet.onnx onet.onnx: MTCNN's weights as ONNX.

The weights were made for photos turned on their diagonal (x before y), so kernels and the first dense layer are turned back.
Heads are merged into one, and the two-way softmax becomes the difference of its logits.
"""
import pathlib
import sys

import numpy as np
from onnx_graph import Graph


class Net(Graph):
    def __init__(self, path):
        super().__init__()
        self.layers = np.load(path, allow_pickle=True, encoding="latin1").item()

    def conv_prelu(self, x, number, name="prelu"):
        layer = self.layers[f"conv{number}"]
        x = self.conv(x, layer["weights"].transpose(3, 2, 1, 0), layer["biases"])
        return self.prelu(x, self.layers[f"{name}{number}"]["alpha"], 4)

    def first_dense(self, x, number):
        """Flattens channels × 3 × 3."""
        layer = self.layers[f"conv{number}"]
        matrix = layer["weights"].reshape(3, 3, -1, layer["weights"].shape[1]).transpose(2, 1, 0, 3)
        x = self.dense(self.node("Flatten", [x]), matrix.reshape(-1, matrix.shape[3]), layer["biases"])
        return self.prelu(x, self.layers[f"prelu{number}"]["alpha"], 2)

    def heads(self, logits, *others):
        """One matrix [in, 1 + …] and bias for all heads."""
        layers = [self.layers[name] for name in (logits, *others)]
        matrices = [layer["weights"].reshape(-1, layer["weights"].shape[-1]) for layer in layers]
        biases = [layer["biases"] for layer in layers]
        matrices[0] = matrices[0][:, 1:] - matrices[0][:, :1]
        biases[0] = biases[0][1:] - biases[0][:1]
        return np.hstack(matrices), np.hstack(biases)


def p_net(path, target):
    net = Net(path)
    x = net.conv_prelu("input", 1, "PReLU")
    x = net.max_pool(x, 2, ceil=True)
    x = net.conv_prelu(x, 2, "PReLU")
    x = net.conv_prelu(x, 3, "PReLU")
    matrix, bias = net.heads("conv4-1", "conv4-2")
    x = net.conv(x, matrix.T[:, :, None, None], bias)
    net.save(target, [1, 3, "height", "width"], {"output": (x, [1, 5, "rows", "columns"])})


def r_net(path, target):
    net = Net(path)
    x = net.max_pool(net.conv_prelu("input", 1), 3, ceil=True)
    x = net.max_pool(net.conv_prelu(x, 2), 3, ceil=True)
    x = net.first_dense(net.conv_prelu(x, 3), 4)
    x = net.dense(x, *net.heads("conv5-1", "conv5-2"))
    net.save(target, ["batch", 3, 24, 24], {"output": (x, ["batch", 5])})


def o_net(path, target):
    net = Net(path)
    x = net.max_pool(net.conv_prelu("input", 1), 3, ceil=True)
    x = net.max_pool(net.conv_prelu(x, 2), 3, ceil=True)
    x = net.max_pool(net.conv_prelu(x, 3), 2, ceil=True)
    x = net.first_dense(net.conv_prelu(x, 4), 5)
    x = net.dense(x, *net.heads("conv6-1", "conv6-2", "conv6-3"))
    net.save(target, ["batch", 3, 48, 48], {"output": (x, ["batch", 15])})


if __name__ == "__main__":
    paths = [pathlib.Path(path) for path in sys.argv[1:]]
    for convert, source, target in zip((p_net, r_net, o_net), paths[:3], paths[3:], strict=True):
        convert(source, target)

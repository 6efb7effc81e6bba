"""foreign.onnx: a network that is nobody's, with random weights, in the form that users' own networks have: 112×112 pixels, blue first,
numbers of its own for each channel, no L2 norm. Tests open it through manifest.toml beside it.

python3 testdata/foreign/make.py, with models/requirements.txt installed.
"""
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "models"))
from onnx_graph import Graph  # noqa: E402

random = np.random.default_rng(112)
weights = lambda *shape: random.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape)
net = Graph()
x = net.prelu(net.conv("input", weights(8, 3, 4, 4), weights(8, 1)[:, 0], stride=4), np.abs(weights(8, 1)[:, 0]), 4)
x = net.prelu(net.conv(x, weights(16, 8, 4, 4), weights(16, 1)[:, 0], stride=4), np.abs(weights(16, 1)[:, 0]), 4)
x = net.dense(net.node("Flatten", [net.max_pool(x, 3)]), weights(16, 144).T, weights(16, 1)[:, 0])
net.save(HERE / "foreign.onnx", ["batch", 3, 112, 112], {"embedding": (x, ["batch", 16])})

"""An embedder's ONNX graph as a torch module, and back into a file with the same graph and other numbers."""
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from training.errors import TrainingError

# How many convolutions the last block has at the least.
LAST_BLOCK = 2


class Network(nn.Module):
    """Runs the graph node by node; every initialiser is a parameter. Input [N, 3, height, width], output [N, embedding]."""

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self.model = model
        graph = model.graph
        if len(graph.input) != 1 or len(graph.output) != 1:
            raise TrainingError(f"a network has one input and one output, this one {len(graph.input)} and {len(graph.output)}")
        unknown = sorted({node.op_type for node in graph.node} - OPERATORS.keys())
        if unknown:
            raise TrainingError(f"layers that this package does not know: {', '.join(unknown)}")
        self.weights = nn.ParameterDict()
        for initialiser in graph.initializer:
            if initialiser.data_type != onnx.TensorProto.FLOAT:
                raise TrainingError(f"the weights {initialiser.name} are not float32")
            self.weights[initialiser.name] = nn.Parameter(torch.from_numpy(numpy_helper.to_array(initialiser).copy()))
        self.attributes = [
            {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute} for node in graph.node
        ]
        self.last_use = {name: at for at, node in enumerate(graph.node) for name in node.input}
        self.narrow = self._narrow_places()

    @classmethod
    def read(cls, path: Path) -> "Network":
        try:
            return cls(onnx.load(str(path)))
        except OSError as error:
            raise TrainingError(f"{path}: {error.strerror}; `make models` fetches the networks") from error
        except Exception as error:
            if isinstance(error, TrainingError):
                raise TrainingError(f"{path}: {error}") from error
            raise TrainingError(f"{path} is no ONNX file: {error}") from error

    def _narrow_places(self) -> dict[int, str]:
        """The places where the graph can be cut in two: nodes before which only one tensor is still needed, with its name."""
        places, live = {}, {self.model.graph.input[0].name}
        for at, node in enumerate(self.model.graph.node):
            if len(live) == 1:
                places[at] = next(iter(live))
            live.update(node.output)
            live = {name for name in live if self.last_use.get(name, -1) > at}
        return places

    def first_node(self, layers: str) -> int:
        """The first node to train: of the head (the last dense layer), of the last block with it, or of all."""
        operators = [node.op_type for node in self.model.graph.node]
        if layers == "all":
            return 0
        dense = max((at for at, operator in enumerate(operators) if operator == "Gemm"), default=None)
        if dense is None:
            raise TrainingError("the network has no dense layer at its end; train all layers")
        if layers == "head":
            return dense
        return max((at for at in self.narrow if operators[at:].count("Conv") >= LAST_BLOCK), default=0)

    def weights_from(self, first: int) -> list[str]:
        """The names of the weights that nodes from this one on use."""
        used = [name for node in self.model.graph.node[first:] for name in node.input if name in self.weights]
        return list(dict.fromkeys(used))

    def forward(self, pixels: Tensor) -> Tensor:
        return self.run(pixels, 0, len(self.model.graph.node))

    def run(self, value: Tensor, first: int, end: int) -> Tensor:
        """Runs the nodes from `first` up to `end`, both of them such places or the end: from the tensor needed at one to that at the other."""
        values = {self.narrow[first]: value}
        for at in range(first, end):
            node = self.model.graph.node[at]
            inputs = [self.weights[name] if name in self.weights else values[name] for name in node.input]
            values[node.output[0]] = OPERATORS[node.op_type](inputs, self.attributes[at])
            # What no later node reads needs no memory.
            for name in node.input:
                if self.last_use[name] == at:
                    values.pop(name, None)
        return values[self.narrow.get(end, self.model.graph.output[0].name)]

    def write(self, path: Path) -> None:
        """The same graph with the numbers that the weights have now; whole or not at all."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        for initialiser in model.graph.initializer:
            values = self.weights[initialiser.name].detach().cpu().float().contiguous().numpy()
            initialiser.CopyFrom(numpy_helper.from_array(values, initialiser.name))
        onnx.checker.check_model(model)
        unfinished = path.with_name(path.name + ".part")
        unfinished.write_bytes(model.SerializeToString(deterministic=True))
        os.replace(unfinished, path)


def _pads(attributes: dict[str, Any]) -> tuple[int, int]:
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    if (top, left) != (bottom, right):
        raise TrainingError("a layer pads one side more than the other, which this package does not know")
    return top, left


def _conv(inputs: list[Tensor], attributes: dict[str, Any]) -> Tensor:
    return functional.conv2d(
        *inputs,
        stride=attributes.get("strides", [1, 1]),
        padding=_pads(attributes),
        dilation=attributes.get("dilations", [1, 1]),
        groups=attributes.get("group", 1),
    )


def _max_pool(inputs: list[Tensor], attributes: dict[str, Any]) -> Tensor:
    return functional.max_pool2d(
        inputs[0],
        attributes["kernel_shape"],
        attributes.get("strides", [1, 1]),
        _pads(attributes),
        ceil_mode=bool(attributes.get("ceil_mode", 0)),
    )


def _gemm(inputs: list[Tensor], attributes: dict[str, Any]) -> Tensor:
    if any(attributes.get(name, plain) != plain for name, plain in [("transA", 0), ("transB", 0), ("alpha", 1.0), ("beta", 1.0)]):
        raise TrainingError("a dense layer is transposed or scaled, which this package does not know")
    x, matrix, *bias = inputs
    return functional.linear(x, matrix.t(), *bias)


def _prelu(inputs: list[Tensor], _: dict[str, Any]) -> Tensor:
    x, slope = inputs
    return x.clamp(min=0) + slope * x.clamp(max=0)


def _length(inputs: list[Tensor], attributes: dict[str, Any]) -> Tensor:
    return torch.linalg.vector_norm(inputs[0], dim=attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))


# What each kind of node does; docs/models.md says which networks have them.
OPERATORS: dict[str, Callable[[list[Tensor], dict[str, Any]], Tensor]] = {
    "Conv": _conv,
    "Relu": lambda inputs, _: functional.relu(inputs[0]),
    "PRelu": _prelu,
    "MaxPool": _max_pool,
    "Concat": lambda inputs, attributes: torch.cat(inputs, dim=attributes["axis"]),
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "GlobalAveragePool": lambda inputs, _: inputs[0].mean(dim=(2, 3), keepdim=True),
    "Flatten": lambda inputs, attributes: inputs[0].flatten(attributes.get("axis", 1)),
    "Gemm": _gemm,
    "ReduceL2": _length,
    "Div": lambda inputs, _: inputs[0] / inputs[1],
}

"""A small writer of ONNX graphs: each method adds a node and returns the name of its output."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def node(self, op, inputs, **attributes):
        output = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def weight(self, values):
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def conv(self, x, kernel, bias, stride=1, pad=(0, 0), groups=1):
        """`kernel` is [out, in / groups, height, width]; `pad` is rows, columns on each side."""
        grouped = {} if groups == 1 else {"group": groups}
        return self.node("Conv", [x, self.weight(kernel), self.weight(bias)], kernel_shape=kernel.shape[2:],
                         strides=[stride] * 2, pads=[*pad, *pad], **grouped)

    def dense(self, x, matrix, bias):
        """`matrix` is [in, out]."""
        return self.node("Gemm", [x, self.weight(matrix), self.weight(bias)])

    def prelu(self, x, slope, rank):
        return self.node("PRelu", [x, self.weight(slope.reshape((-1,) + (1,) * (rank - 2)))])

    def max_pool(self, x, size, stride=2, ceil=False):
        return self.node("MaxPool", [x], kernel_shape=[size] * 2, strides=[stride] * 2, ceil_mode=int(ceil))

    def double(self, x):
        """Each pixel becomes 2 × 2 of itself."""
        return self.node("Resize", [x, "", self.weight([1, 1, 2, 2])], mode="nearest", nearest_mode="floor",
                         coordinate_transformation_mode="asymmetric")

    def save(self, path, input_shape, outputs):
        """`outputs` is {name: (what a method returned, shape)}; nothing else may read them."""
        names = {node: name for name, (node, _) in outputs.items()}
        assert not any(x in names for node in self.nodes for x in node.input)
        for node in self.nodes:
            node.output[0] = names.get(node.output[0], node.output[0])
        graph = helper.make_graph(
            self.nodes, "facecore",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, input_shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, (_, shape) in outputs.items()],
            self.weights)
        # Fixed versions: the file must be the same bytes whatever version of onnx writes it.
        model = helper.make_model(graph, producer_name="facecore", ir_version=8,
                                  opset_imports=[helper.make_opsetid("", 13)])
        onnx.checker.check_model(model)
        with open(path, "wb") as file:
            file.write(model.SerializeToString(deterministic=True))

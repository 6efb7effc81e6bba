"""SOURCE.onnx TARGET.onnx: dlib's networks, which are ONNX already, for one face at a time (the inference engine wants concrete shapes)."""
import sys

import onnx


def main(source, target):
    model = onnx.load(source)
    del model.graph.value_info[:]
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    with open(target, "wb") as out:
        out.write(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(*sys.argv[1:])

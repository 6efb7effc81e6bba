"""A network of a few kilobytes, its folder of models, and people of coloured noise."""
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from PIL import Image


def write_models(folder: Path) -> None:
    random = np.random.default_rng(3)
    shapes = [(8, 3, 3, 3), (8,), (8, 8, 3, 3), (8,), (8, 8, 1, 1), (8,), (8, 6), (6,)]
    weights = [numpy_helper.from_array(0.4 * random.standard_normal(shape).astype(np.float32), f"weight_{at}") for at, shape in enumerate(shapes)]
    chain = [("Conv", "strides", 4), ("Relu", None, 0), ("Conv", "strides", 2), ("Relu", None, 0), ("Conv", "strides", 1), ("Relu", None, 0)]
    nodes, value, used = [], "input", 0
    for at, (kind, name, stride) in enumerate(chain):
        own = [f"weight_{used}", f"weight_{used + 1}"] if kind == "Conv" else []
        used += len(own)
        attributes = {name: [stride] * 2} if name else {}
        nodes.append(helper.make_node(kind, [value, *own], [f"value_{at}"], **attributes))
        value = f"value_{at}"
    nodes += [
        helper.make_node("GlobalAveragePool", [value], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight_6", "weight_7"], ["embedding"]),
    ]
    ends = [("input", ["batch", 3, 64, 64]), ("embedding", ["batch", 6])]
    inputs, outputs = ([helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)] for name, shape in ends)
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    folder.mkdir(parents=True)
    (folder / "tiny.onnx").write_bytes(model.SerializeToString(deterministic=True))
    sha256 = hashlib.sha256((folder / "tiny.onnx").read_bytes()).hexdigest()
    (folder / "manifest.toml").write_text(
        f'default = "tiny"\n[[model]]\nid = "tiny"\nkind = "embedder"\nfiles = [{{ file = "tiny.onnx", sha256 = "{sha256}" }}]\n'
        'crop = { box = 0.1, size = [64, 64] }\ncolour = "RGB"\nnormalisation = { mean = 127.5, deviation = 128 }\nembedding = 6\n'
        'threshold = 0.99\nlicence = "none"\ntraining_data = "none"\nsource = "noise"\n'
    )


def write_people(folder: Path, people: int, photos: int) -> Path:
    """A colour a person, with noise; returns what the detector would say."""
    random, lines = np.random.default_rng(4), []
    for person in range(people):
        colour = random.integers(40, 216, 3)
        for number in range(photos):
            path = folder / f"person{person}" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((colour + random.normal(0, 30, (80, 80, 3))).clip(0, 255).astype(np.uint8)).save(path)
            face = {"box": [8, 8, 72, 72], "score": 1, "landmarks": [[30, 30], [50, 30], [40, 40], [32, 50], [48, 50]]}
            lines.append(json.dumps({"file": str(path), "width": 80, "height": 80, "faces": [face]}))
    found = folder / "faces.jsonl"
    found.write_text("\n".join(lines) + "\n")
    return found

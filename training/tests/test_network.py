"""The module computes what the file says, and the file that it writes what the module computes."""
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from training.errors import TrainingError
from training.network import Network

MODELS = Path(__file__).parents[2] / "models"
EMBEDDERS = {"facenet-ms1m-128": 160, "facenet-casia-512": 160, "sface": 112}


def read(model: str) -> Network:
    path = MODELS / f"{model}.onnx"
    if not path.exists():
        pytest.skip("`make models` fetches the networks")
    return Network.read(path)


def pixels(model: str, count: int = 2) -> torch.Tensor:
    return torch.randn(count, 3, EMBEDDERS[model], EMBEDDERS[model], generator=torch.Generator().manual_seed(5))


def run_file(path: Path, batch: torch.Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: batch.numpy()})[0]


def units(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.mark.parametrize("model", EMBEDDERS)
def test_the_module_equals_onnx_runtime(model: str) -> None:
    network, batch = read(model), pixels(model)
    with torch.no_grad():
        ours = network(batch).numpy()
    theirs = run_file(MODELS / f"{model}.onnx", batch)
    assert np.abs(units(ours) - units(theirs)).max() <= 1e-5


@pytest.mark.parametrize("model", EMBEDDERS)
def test_unchanged_weights_are_written_as_they_were(model: str, tmp_path: Path) -> None:
    read(model).write(tmp_path / "same.onnx")
    before, after = (onnx.load(str(path)).graph for path in [MODELS / f"{model}.onnx", tmp_path / "same.onnx"])
    assert [weight.SerializeToString() for weight in before.initializer] == [weight.SerializeToString() for weight in after.initializer]
    assert list(before.node) == list(after.node)


@pytest.mark.parametrize("model", EMBEDDERS)
def test_changed_weights_run_from_the_file_as_in_the_module(model: str, tmp_path: Path) -> None:
    network, batch = read(model), pixels(model)
    with torch.no_grad():
        before = network(batch).numpy()
        for weight in network.weights.values():
            weight.mul_(1 + 0.01 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(7)))
        changed = network(batch).numpy()
    network.write(tmp_path / "changed.onnx")
    written = run_file(tmp_path / "changed.onnx", batch)
    assert (units(changed) * units(written)).sum(axis=1).min() >= 0.99999
    assert (units(changed) * units(before)).sum(axis=1).max() < 0.99999


@pytest.mark.parametrize("model", EMBEDDERS)
@pytest.mark.parametrize("layers", ["head", "last"])
def test_a_network_cut_in_two_is_the_whole(model: str, layers: str) -> None:
    network, batch = read(model), pixels(model)
    first, end = network.first_node(layers), len(network.model.graph.node)
    with torch.no_grad():
        assert torch.equal(network.run(network.run(batch, 0, first), first, end), network(batch))
    kinds = [node.op_type for node in network.model.graph.node[first:]]
    assert kinds.count("Gemm") == 1
    assert kinds.count("Conv") == 0 if layers == "head" else 2 <= kinds.count("Conv") <= 6
    assert 0 < len(network.weights_from(first)) < len(network.weights)


def test_a_layer_that_is_not_known_is_named(tmp_path: Path) -> None:
    node = onnx.helper.make_node("Softplus", ["input"], ["output"])
    value = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 4]) for name in ["input", "output"]]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "other", value[:1], value[1:])), str(tmp_path / "other.onnx"))
    with pytest.raises(TrainingError, match="other.onnx: .*Softplus"):
        Network.read(tmp_path / "other.onnx")
    (tmp_path / "no.onnx").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="no ONNX file"):
        Network.read(tmp_path / "no.onnx")

"""Each network in facecore and in its peers, one thread each, in turns: medians, and ours as a share of ONNX Runtime's f32.

networks.py OURS MODELS [ROUNDS]: the program `ours` and the folder with the networks. `make bench` runs it.
The picture is a gradient, which is ONNX Runtime's best case: its PReLU branches at each number, and takes longer on photos.
"""
import pathlib
import sys

import cv2
import numpy as np
import onnxruntime
import openvino
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quant_pre_process, quantize_static
from prelu import relu_and_line, rewritten, two_relus
from turns import Ours, in_turns, timed

# Name, file, inputs, height, width, multiply-adds in millions. The cascade has R-Net and O-Net look at twelve crops at a time. The peers see them
# one after the other: that is faster for them than a batch.
NETWORKS = [
    ("P-Net, 640×480", "pnet.onnx", 1, 480, 640, 1800 * 0.3072),
    ("P-Net, 1280×960", "pnet.onnx", 1, 960, 1280, 1800 * 1.2288),
    ("R-Net, one crop", "rnet.onnx", 1, 24, 24, 1.53),
    ("R-Net, twelve crops", "rnet.onnx", 12, 24, 24, 12 * 1.53),
    ("O-Net, one crop", "onet.onnx", 1, 48, 48, 12.9),
    ("O-Net, twelve crops", "onet.onnx", 12, 48, 48, 12 * 12.9),
    ("FaceNet 128, one face", "facenet-ms1m-128.onnx", 1, 160, 160, 1417.7),
    ("FaceNet 512, one face", "facenet-casia-512.onnx", 1, 160, 160, 1417.7),
    ("SFace, one face", "sface.onnx", 1, 112, 112, 574.1),
    ("YuNet, 640×480", "yunet.onnx", 1, 480, 640, 258.2),
    ("YuNet, 1280×960", "yunet.onnx", 1, 960, 1280, 1032.8),
]
KERNELS = ["AVX-512 f32", "AVX-512 bf16", "AVX2 f32", "tract"]


def onnx_runtime(network, image):
    """`network` is a path or bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: image}
    return timed(lambda: session.run(None, inputs))


class Images(CalibrationDataReader):
    """The ranges do not change the time."""

    def __init__(self, image):
        self.images = iter([{"input": image}, {"input": -image}])

    def get_next(self):
        return next(self.images, None)


def quantized(path, image, folder):
    """ONNX Runtime's own 8-bit form of the network."""
    prepared, target = folder / f"prepared-{path.name}", folder / f"int8-{image.shape[2]}-{path.name}"
    if not target.exists():
        quant_pre_process(path, prepared, skip_symbolic_shape=True)
        quantize_static(prepared, target, Images(image), quant_format=QuantFormat.QDQ)
    return onnx_runtime(target, image)


def open_vino(path, image, precision):
    core = openvino.Core()
    model = core.read_model(path)
    model.reshape({0: list(image.shape)})
    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    return timed(lambda: request.infer([image]))


def open_cv(path, image):
    cv2.setNumThreads(1)
    network = cv2.dnn.readNetFromONNX(str(path))
    network.setInput(image)
    outputs = network.getUnconnectedOutLayersNames()
    return timed(lambda: network.forward(outputs))


def repeated(count, once):
    return lambda: sum(once() for _ in range(count))


def main(program, models, rounds=30):
    folder = pathlib.Path(program).parent / "peers"
    folder.mkdir(exist_ok=True)
    print(f"onnxruntime {onnxruntime.__version__}, openvino {openvino.__version__}, opencv {cv2.__version__}; {rounds} rounds")
    with Ours(program, models) as ours:
        peaks = {kernels: ours.ask(f"peak {kernels}") for kernels in KERNELS}
        for name, file, count, height, width, millions in NETWORKS:
            path = pathlib.Path(models, file)
            plane = (np.arange(3 * height * width) % 255).astype(np.float32) / 128 - 1
            image = plane.reshape(1, 3, height, width)
            runs = {"ONNX Runtime f32": repeated(count, onnx_runtime(path, image))}
            # SFace has half its time in PReLU there.
            for form in (two_relus, relu_and_line) if file == "sface.onnx" else ():
                runs[f"ORT f32, {form.__name__}"] = onnx_runtime(rewritten(path, form), image)
            for kernels in KERNELS:
                runs[f"facecore {kernels}"] = ours.runner(f"network {file} {count} {height} {width} {kernels}")
            for peer, make in {
                "ONNX Runtime int8": lambda: quantized(path, image, folder),
                "OpenVINO f32": lambda: open_vino(path, image, "f32"),
                "OpenVINO bf16": lambda: open_vino(path, image, "bf16"),
                "OpenCV DNN f32": lambda: open_cv(path, image),
            }.items():
                try:
                    runs[peer] = repeated(count, make())
                    runs[peer]()
                except Exception as error:  # A peer that cannot run a network is a row that says so.
                    runs.pop(peer, None)
                    print(f"{name}: {peer} cannot: {str(error).splitlines()[0][:90]}")
            for peer, (median, ratio) in in_turns(runs, rounds, "ONNX Runtime f32").items():
                peak = peaks.get(peer.removeprefix("facecore "))
                share = f"{100 * millions * 1e6 / median / peak:8.0f} % of peak" if peak else ""
                print(f"{name:24}{peer:24}{median / 1e6:>10.3f} ms{ratio:>7.2f}{share}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

"""Each network in facecore and in ONNX Runtime, one thread each, in turns: medians in milliseconds, and our share of their time.

peers.py NETS MODELS [ROUNDS]: the program `nets` and the folder with the networks. `make bench` runs it.
"""
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime

NETWORKS = [
    ("P-Net, 640×480", "pnet.onnx", 480, 640),
    ("P-Net, 1280×960", "pnet.onnx", 960, 1280),
    ("R-Net, one crop", "rnet.onnx", 24, 24),
    ("O-Net, one crop", "onet.onnx", 48, 48),
    ("FaceNet 128, one face", "facenet-ms1m-128.onnx", 160, 160),
    ("FaceNet 512, one face", "facenet-casia-512.onnx", 160, 160),
]


def peer(path, height, width):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    plane = (np.arange(3 * height * width) % 255).astype(np.float32) / 128 - 1
    inputs = {session.get_inputs()[0].name: plane.reshape(1, 3, height, width)}

    def run():
        start = time.perf_counter_ns()
        session.run(None, inputs)
        return time.perf_counter_ns() - start

    return run


def main(nets, models, rounds=30):
    print(f"onnxruntime {onnxruntime.__version__}, {rounds} rounds, medians\n")
    print(f"{'':24}{'facecore':>12}{'ONNX Runtime':>15}{'ratio':>8}")
    with subprocess.Popen([nets, models], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as ours:

        def our_run(request):
            ours.stdin.write(request + "\n")
            return int(ours.stdout.readline())

        for name, file, height, width in NETWORKS:
            request = f"{file} {height} {width}"
            their_run = peer(pathlib.Path(models, file), height, width)
            pairs = [(our_run(request), their_run()) for _ in range(int(rounds) + 3)][3:]
            mine, theirs = (statistics.median(side) / 1e6 for side in zip(*pairs))
            ratio = statistics.median(a / b for a, b in pairs)
            print(f"{name:24}{mine:>9.3f} ms{theirs:>12.3f} ms{ratio:>8.2f}", flush=True)
        ours.stdin.close()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])

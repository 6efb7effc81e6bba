"""Fine-tunes an embedder of facecore on photos of your own people: ONNX in, ONNX and a manifest entry out. See README.md."""
import os

# Crops are cut on a thread a core already; numpy's own threads only wait for each other there. torch has threads of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

"""Fine-tunes an embedder of facecore on photos of your own people: ONNX in, ONNX and a manifest entry out. See README.md."""

"""The whole detector beside facenet-pytorch's MTCNN: same photo, same settings, one thread each, in turns.

cascade.py OURS MODELS PHOTO… [ROUNDS]: PHOTO is 1280×960, see `photo.py`. `make bench` runs it.
"""
import sys

import numpy as np
import torch
from facenet_pytorch import MTCNN
from PIL import Image
from turns import Ours, in_turns, timed


def main(program, models, photo, rounds=10):
    torch.set_num_threads(1)
    image = np.array(Image.open(photo).convert("RGB"))
    print(f"torch {torch.__version__}; {photo}, {image.shape[1]}×{image.shape[0]}, {rounds} rounds")
    with Ours(program, models) as ours:
        for min_face in (20, 40, 80):
            mtcnn = MTCNN(min_face_size=min_face, thresholds=[0.6, 0.7, 0.7], factor=0.709, keep_all=True, device="cpu")
            boxes, _ = mtcnn.detect(image)
            runs = {"facenet-pytorch": timed(lambda: mtcnn.detect(image, landmarks=True))}
            for compute in ("f32", "bf16"):
                runs[f"facecore {compute}"] = ours.runner(f"detect {photo} {min_face} {compute}")
            for name, (median, ratio) in in_turns(runs, rounds, "facenet-pytorch").items():
                print(f"min face {min_face}, {len(boxes)} faces  {name:20}{median / 1e6:>9.1f} ms{ratio:>7.3f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))

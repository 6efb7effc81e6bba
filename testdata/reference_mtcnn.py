"""PHOTO…: the faces that the reference cascade finds, as the JSON list of `detections.json` (min face 20 and 40).

davidsandberg's `detect_face.py` in NumPy and OpenCV, with ONNX Runtime for the networks of `models/`:
    pip install numpy onnxruntime opencv-python-headless pillow
    python3 testdata/reference_mtcnn.py astronaut.webp … > testdata/golden/detections.json
The photos lie in `testdata/golden/photos`, without loss: two JPEG decoders differ by more than two cascades.
"""
import json
import pathlib
import sys

import cv2
import numpy as np
import onnxruntime
from PIL import Image

ROOT = pathlib.Path(__file__).parent.parent
NETS = [onnxruntime.InferenceSession(str(ROOT / "models" / f"{name}.onnx")) for name in ("pnet", "rnet", "onet")]


def run(net, pixels):
    """`pixels`: [n, height, width, 3], 0…255."""
    x = ((pixels - 127.5) * 0.0078125).transpose(0, 3, 1, 2).astype(np.float32)
    output = np.concatenate([net.run(None, {"input": row[None]})[0] for row in x])
    output[:, 0] = 1 / (1 + np.exp(-output[:, 0]))
    return output


def nms(boxes, threshold, method):
    x1, y1, x2, y2, score = boxes[:, :5].T
    area = (x2 - x1 + 1) * (y2 - y1 + 1)
    order, pick = np.argsort(score, kind="stable"), []
    while order.size:
        best, rest = order[-1], order[:-1]
        pick.append(best)
        w = np.maximum(0, np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest]) + 1)
        h = np.maximum(0, np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest]) + 1)
        whole = np.minimum(area[best], area[rest]) if method == "Min" else area[best] + area[rest] - w * h
        order = rest[w * h / whole <= threshold]
    return np.array(pick, int)


def square(boxes):
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    side = np.maximum(w, h)
    boxes[:, 0] += w * 0.5 - side * 0.5
    boxes[:, 1] += h * 0.5 - side * 0.5
    boxes[:, 2:4] = boxes[:, :2] + side[:, None]
    boxes[:, :4] = np.fix(boxes[:, :4])
    return boxes


def move(boxes, offsets, extra):
    w, h = boxes[:, 2] - boxes[:, 0] + extra, boxes[:, 3] - boxes[:, 1] + extra
    boxes[:, :4] += offsets * np.stack([w, h, w, h], 1)
    return boxes


def crops(photo, boxes, side):
    height, width = photo.shape[:2]
    for x1, y1, x2, y2 in boxes[:, :4].astype(int):
        crop = np.zeros((y2 - y1 + 1, x2 - x1 + 1, 3))
        left, top, right, bottom = max(x1, 1), max(y1, 1), min(x2, width), min(y2, height)
        crop[top - y1:bottom - y1 + 1, left - x1:right - x1 + 1] = photo[top - 1:bottom, left - 1:right]
        yield cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)


def detect(photo, min_face, factor=0.709, thresholds=(0.6, 0.7, 0.7)):
    height, width = photo.shape[:2]
    scale, found = 12 / min_face, []
    shortest, step = min(height, width) * scale, 0
    while shortest >= 12:
        now = scale * factor ** step
        size = (int(np.ceil(width * now)), int(np.ceil(height * now)))
        output = run(NETS[0], cv2.resize(photo, size, interpolation=cv2.INTER_AREA)[None])[0]
        y, x = np.where(output[0] >= thresholds[0])
        boxes = np.stack([np.fix((2 * x + 1) / now), np.fix((2 * y + 1) / now), np.fix((2 * x + 12) / now),
                          np.fix((2 * y + 12) / now), *output[:, y, x]], 1)
        found.append(boxes[nms(boxes, 0.5, "Union")])
        shortest, step = shortest * factor, step + 1
    boxes = np.concatenate(found) if found else np.empty((0, 9))
    boxes = boxes[nms(boxes, 0.7, "Union")]
    boxes = square(move(boxes[:, :5], boxes[:, 5:], 0))
    for net, side in zip(NETS[1:], (24, 48)):
        if not len(boxes):
            return []
        output = run(net, np.stack(list(crops(photo, boxes, side))))
        passed = output[:, 0] > 0.7
        boxes, output = np.column_stack([boxes[passed, :4], output[passed, 0]]), output[passed]
        if side == 24:
            pick = nms(boxes, 0.7, "Union")
            boxes = square(move(boxes[pick], output[pick, 1:5], 1))
    w, h = boxes[:, 2:3] - boxes[:, :1] + 1, boxes[:, 3:4] - boxes[:, 1:2] + 1
    points = np.stack([output[:, 5:10] * w + boxes[:, :1] - 1, output[:, 10:] * h + boxes[:, 1:2] - 1], 2)
    boxes = move(boxes, output[:, 1:5], 1)
    pick = nms(boxes, 0.7, "Min")
    return [{"box": boxes[i, :4].round(4).tolist(), "score": round(float(boxes[i, 4]), 6),
             "landmarks": points[i].round(4).tolist()} for i in pick]


def main():
    answers = []
    for name in sys.argv[1:]:
        photo = np.asarray(Image.open(ROOT / "testdata" / "golden" / "photos" / name).convert("RGB"))
        for min_face in (20, 40):
            answers.append({"file": name, "width": photo.shape[1], "height": photo.shape[0], "min_face": min_face,
                            "faces": detect(photo, min_face)})
    print("[" + ",\n".join(json.dumps(answer) for answer in answers) + "]")


if __name__ == "__main__":
    main()

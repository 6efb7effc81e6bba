"""Compares DBSCAN labels with scikit-learn's (pip install scikit-learn numpy).

reference.py expected                    writes expected.json: small sets with scikit-learn's labels, for the unit test
reference.py make FOLDER [FACES.f32 N]   writes 1,000 random sets, and 50 of real faces if a file of N-d embeddings is given
reference.py check FOLDER                compares the labels that `albums dbscan FOLDER` wrote beside them
"""
import json
import pathlib
import sys

import numpy as np
from sklearn.cluster import DBSCAN


def random_set(random, faces, size):
    """People as noisy directions, with loners between them."""
    people = random.standard_normal((random.integers(1, 12), size))
    noise = random.uniform(0.2, 1.0)
    chosen = people[random.integers(0, len(people), faces)]
    points = chosen + noise * random.standard_normal((faces, size))
    loners = random.random(faces) < 0.15
    points[loners] = random.standard_normal((loners.sum(), size))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype("<f4")


def settings(random, points):
    """An eps between two distances of the set, so that no rounding decides."""
    x = points.astype("f8")
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    distances = np.sort((1 - x @ x.T)[np.triu_indices(len(x), 1)])
    if len(distances) < 2:
        return 0.3, int(random.integers(1, 8))
    at = int(len(distances) * random.uniform(0.005, 0.25))
    for start in range(at, len(distances) - 1):
        if distances[start + 1] - distances[start] > 2e-6:
            at = start
            break
    return float(np.float32((distances[at] + distances[at + 1]) / 2)), int(random.integers(1, 8))


def labels(points, eps, min_samples):
    return DBSCAN(eps=eps, min_samples=min_samples, metric="cosine").fit(points.astype("f8")).labels_


def expected():
    random, cases = np.random.default_rng(1), []
    for _ in range(24):
        points = random_set(random, int(random.integers(5, 40)), int(random.integers(2, 9))).round(3)
        eps, min_samples = settings(random, points)
        cases.append({"eps": eps, "min_samples": min_samples, "faces": points.tolist(),
                      "labels": labels(points, eps, min_samples).tolist()})
    text = ",\n".join(json.dumps(json.loads(json.dumps(case), parse_float=lambda x: round(float(x), 7))) for case in cases)
    pathlib.Path(__file__).with_name("expected.json").write_text(f"[\n{text}\n]\n")


def make(folder, real=None, size=128):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2)
    sets = [random_set(random, int(random.integers(2, 400)), int(random.choice([8, 32, 128]))) for _ in range(1000)]
    if real:
        faces = np.fromfile(real, "<f4").reshape(-1, int(size))
        sets += [faces[random.choice(len(faces), 200)] if number % 2 else faces[start : start + 300]
                 for number, start in enumerate(random.integers(0, len(faces) - 300, 50))]
    for number, points in enumerate(sets):
        eps, min_samples = settings(random, points)
        np.array([len(points), points.shape[1], min_samples], "<u4").tofile(folder / f"{number:04}.set")
        with open(folder / f"{number:04}.set", "ab") as out:
            out.write(np.float32(eps).tobytes() + points.tobytes())
    print(f"{len(sets)} sets")


def check(folder):
    same = total = 0
    for path in sorted(pathlib.Path(folder).glob("*.set")):
        count, size, min_samples = np.fromfile(path, "<u4", 3)
        eps = np.fromfile(path, "<f4", 1, offset=12)[0]
        points = np.fromfile(path, "<f4", offset=16).reshape(count, size)
        ours = np.fromfile(path.with_suffix(".labels"), "<i4")
        total += 1
        if np.array_equal(ours, labels(points, float(eps), int(min_samples))):
            same += 1
        else:
            print(f"{path.name} differs")
    print(f"{same} of {total} sets have scikit-learn's labels")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])

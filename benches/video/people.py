"""The people of the clips: whose photos are shown, whose are known, and where the faces are in them."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess

import cv2
import numpy as np

# Photos of a person: so many are kept for naming, and at least so many are shown.
KNOWN, LEAST_SHOWN, MOST_SHOWN, MOST_READ = 3, 3, 8, 16
# A photo of somebody else under a person's name would make the truth wrong. Below this cosine to the mean of the person's others, by SFace, a
# photo is left out: far below what one person's photos have, and far below what any rule asks for a name.
OTHER_PERSON = 0.1
# Where the five points of a face lie in a patch, as SFace's alignment has them, with the eyes EYES pixels apart.
EYES = 64.0
# What is painted over black bars: neither light nor dark.
GREY = 110
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
POINTS = (TEMPLATE - TEMPLATE[:2].mean(axis=0)) * EYES / (TEMPLATE[1, 0] - TEMPLATE[0, 0])


def family(person):
    """`F0001_MID2` is of the family F0001; everybody else is of none."""
    found = re.match(r"(F\d{4})_MID\d+$", person)
    return found and found[1]


def half(person):
    """0 or 1, the same for all of a family."""
    return hashlib.sha256((family(person) or person).encode()).digest()[0] & 1


class Photo:
    """A photo and its face; `to_points` maps its pixels to the place of POINTS, where the middle of the eyes is the origin."""

    def __init__(self, row):
        self.path, (self.width, self.height) = row["file"], (row["width"], row["height"])
        middle = np.array([self.width, self.height]) / 2
        self.face = min(row["faces"], key=lambda face: np.hypot(*(centre(face["box"]) - middle)))
        self.is_largest = max(map(side, row["faces"])) == side(self.face)
        self.to_points = similarity(np.array(self.face["landmarks"]), POINTS)

    def is_showable(self):
        """Seen from the front, large enough to be shown as a large face, and not cut off by the photo's edge."""
        points = self.to_points[:, :2] @ np.array(self.face["landmarks"]).T + self.to_points[:, 2:]
        sideways = abs(points[0, 2] - points[0, :2].mean()) / EYES
        return self.face["score"] > 0.85 and side(self.face) > 75 and sideways < 0.3 and self.face_inside() > 0.9

    def content(self):
        """The part of the photo without black bars around it: x1, y1, x2, y2."""
        pixels = cv2.imread(self.path).max(axis=2) > 8
        ys, xs = np.flatnonzero(pixels.mean(axis=1) > 0.2), np.flatnonzero(pixels.mean(axis=0) > 0.2)
        return (xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) if len(xs) and len(ys) else (0, 0, 0, 0)

    def write_to(self, folder):
        """A copy of the photo, with grey in place of black bars around it, which no camera makes and which change the embedding."""
        x1, y1, x2, y2 = self.content()
        if (x1, y1, x2, y2) in ((0, 0, self.width, self.height), (0, 0, 0, 0)):
            shutil.copy(self.path, folder)
            return
        pixels = cv2.imread(self.path)
        grey = np.full_like(pixels, GREY)
        grey[y1:y2, x1:x2] = pixels[y1:y2, x1:x2]
        cv2.imwrite(str(folder / f"{pathlib.Path(self.path).stem}.png"), grey)

    def face_inside(self):
        """The share of the face's box that the photo has pixels of."""
        x1, y1, x2, y2 = self.face["box"]
        left, top, right, bottom = self.content()
        seen = max(0, min(x2, right) - max(x1, left)) * max(0, min(y2, bottom) - max(y1, top))
        return seen / ((x2 - x1) * (y2 - y1))


def centre(box):
    return np.array([box[0] + box[2], box[1] + box[3]]) / 2


def side(face):
    return face["box"][2] - face["box"][0]


def similarity(source, target):
    """The 2×3 matrix of the similarity transform that brings the points nearest (least squares)."""
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    cos, sin = np.sum(a * b), np.sum(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    turn = np.array([[cos, -sin], [sin, cos]]) / np.sum(a * a)
    return np.hstack([turn, (target.mean(axis=0) - turn @ source.mean(axis=0))[:, None]])


class Person:
    """A name, the photos to show, and the photos to know the person by; no photo is both."""

    def __init__(self, name, photos, rng):
        photos = list(photos)
        rng.shuffle(photos)
        showable = [photo for photo in photos if photo.is_showable()][:MOST_SHOWN]
        # Those that cannot be shown are the first to know the person by, as long as enough are shown.
        rest = [photo for photo in photos if photo not in showable and photo.is_largest]
        while len(rest) < KNOWN and len(showable) > LEAST_SHOWN:
            rest.append(showable.pop())
        self.name, self.shown, self.known = name, showable, rest[:KNOWN]

    def is_showable(self):
        return len(self.shown) >= LEAST_SHOWN and len(self.known) == KNOWN


def embed(facecore, models, paths):
    """A row a photo of `facecore embed --json`, only of those with a face that has an embedding."""
    command = [facecore, "embed", "--json", "--detector", "yunet", "--model", "sface", "--models", models, "--threads", "1"]
    rows = []
    for start in range(0, len(paths), 500):
        done = subprocess.run(command + paths[start:start + 500], stdout=subprocess.PIPE, text=True)
        if done.returncode > 1:
            raise SystemExit(f"facecore embed ended with {done.returncode}")
        rows += map(json.loads, done.stdout.splitlines())
    return [row for row in rows if row.get("faces")]


def of_one_person(photos):
    """Leaves out what shows somebody else."""
    vectors = [photo.face.get("embedding") for photo in photos]
    photos, vectors = zip(*[(p, v) for p, v in zip(photos, vectors) if v]) if any(vectors) else ((), ())
    vectors = np.array(vectors)
    others = vectors.sum(axis=0) - vectors if len(photos) > 1 else vectors
    cosines = np.sum(vectors * others, axis=1) / np.maximum(np.linalg.norm(others, axis=1), 1e-9) if len(photos) else []
    return [photo for photo, cosine in zip(photos, cosines) if cosine >= OTHER_PERSON]


def gather(images, part, counts, rng, run):
    """People of one half in random order: who can be shown and others, who are known only, as many as `counts` has of the two.

    `run` embeds photos, given as paths. Also returns how many photos were left out as somebody else's.
    """
    folders = sorted(folder for folder in images.iterdir() if half(folder.name) == part)
    rng.shuffle(folders)
    cast, others, left_out = [], [], 0
    while folders and (len(cast) < counts[0] or len(others) < counts[1]):
        chunk, folders = folders[:100], folders[100:]
        paths = {folder.name: [str(path) for path in sorted(folder.iterdir())][:MOST_READ] for folder in chunk}
        paths = {name: of for name, of in paths.items() if len(of) >= 2}
        found = {row["file"]: Photo(row) for row in run([path for of in paths.values() for path in of])}
        for name, of in paths.items():
            photos = [found[path] for path in of if path in found]
            kept = of_one_person(photos)
            left_out += len(photos) - len(kept)
            person = Person(name, kept, rng)
            if person.is_showable():
                cast.append(person)
            elif person.known:
                others.append(person)
    if len(cast) < counts[0] or len(cast) + len(others) < sum(counts):
        raise SystemExit(f"{images}, half {part}: {len(cast)} people can be shown and {len(others)} known; {counts} are needed")
    return cast[:counts[0]], (others + cast[counts[0]:])[:counts[1]], left_out

"""A folder of people (a folder a person) to labelled crops: faces as `facecore detect --json` finds them, cut out, and kept in a cache. Or a data set
of `facecore dataset`, which has the faces already."""
import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from training.crop import crop
from training.errors import TrainingError
from training.manifest import Preprocessing


@dataclass(frozen=True)
class Face:
    """The face of a person in one of their photos, in pixels of the upright photo."""

    person: str
    photo: Path
    box: tuple[float, ...]
    landmarks: tuple[tuple[float, float], ...]
    held_back: bool = False


def detect(people: Path, cache: Path, detector: str, command: str) -> Path:
    """What `facecore detect` finds in the folder, a line a photo; looked for once."""
    if not people.is_dir():
        raise TrainingError(f"{people} is no folder; it should have a folder a person")
    key = hashlib.sha256(str(people.resolve()).encode()).hexdigest()[:16]
    found = cache / f"faces-{detector}-{key}.jsonl"
    if found.exists():
        return found
    unfinished = found.with_suffix(".part")
    with open(unfinished, "w") as file:
        try:
            code = subprocess.run([command, "detect", "--json", "--detector", detector, str(people)], stdout=file, check=False).returncode
        except OSError as error:
            raise TrainingError(f"{command}: {error.strerror}; name the command with --facecore") from error
    # 1: some photos failed, which it has named; the rest is there.
    if code not in (0, 1):
        raise TrainingError(f"{command} detect ended with {code}")
    os.replace(unfinished, found)
    return found


def read_faces(found: Path, people: Path) -> list[Face]:
    """One face a photo: large and near the middle, as `facecore evaluate` takes it. The person is the folder below `people`."""
    faces = []
    for number, line in enumerate(found.read_text().splitlines(), 1):
        try:
            photo = json.loads(line)
            faces += _central(photo, people)
        except (ValueError, KeyError, TypeError) as error:
            raise TrainingError(f"{found}, line {number}: no line of `facecore detect --json`: {error!r}") from error
    return faces


def is_set(folder: Path) -> bool:
    """Whether the folder is a data set; its list of faces is written last."""
    return (folder / "faces.csv").is_file() and (folder / "dataset.json").is_file()


def read_set(folder: Path, photos: Path) -> list[Face]:
    """The faces of a data set, whose files are in `photos`."""
    faces, path = [], folder / "faces.csv"
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            try:
                box = tuple(float(row[name]) for name in ("x1", "y1", "x2", "y2"))
                landmarks = tuple((float(row[f"lx{point}"]), float(row[f"ly{point}"])) for point in range(5))
                faces.append(Face(row["person"], photos / row["file"], box, landmarks, row["split"] == "held-back"))
            except (ValueError, KeyError, TypeError) as error:
                raise TrainingError(f"{path}, face {len(faces) + 1}: no line of a data set: {error!r}") from error
    return faces


def _central(photo: dict, people: Path) -> list[Face]:
    path = Path(photo["file"])
    try:
        folders = path.relative_to(people).parts[:-1]
    except ValueError as error:
        raise TrainingError(f"{path} is not in {people}") from error
    if not folders or not photo.get("faces"):
        return []

    def merit(face: dict) -> float:
        x1, y1, x2, y2 = face["box"]
        x, y = (x1 + x2 - photo["width"]) / 2, (y1 + y2 - photo["height"]) / 2
        return (x2 - x1) * (y2 - y1) - 2 * (x * x + y * y)

    best = max(photo["faces"], key=merit)
    return [Face(folders[0], path, tuple(best["box"]), tuple(map(tuple, best["landmarks"])))]


def family(person: str, before: str | None) -> str:
    """The family of a person, who is not told apart from relatives: they share what stands before `before` in their names."""
    return person.split(before, 1)[0] if before else person


def half_of(name: str) -> int:
    """1 or 2, as `facecore adapt fit --half` divides families."""
    return 1 + (hashlib.sha256(name.encode()).digest()[0] & 1)


def held_back(families: Iterable[str], share: float, seed: int) -> set[str]:
    """The families that are not learned from."""
    names = sorted(set(families))
    np.random.default_rng(seed).shuffle(names)
    return set(names[: int(np.ceil(len(names) * share))])


def crops(faces: list[Face], preprocessing: Preprocessing, cache: Path) -> tuple[list[Face], np.ndarray]:
    """The faces whose photos could be read, and their crops, uint8 [faces, height, width, 3]; from the cache, if they are there."""
    lines = "\n".join(f"{face.photo.resolve()} {face.box} {face.landmarks}" for face in faces)
    key = hashlib.sha256(f"{preprocessing.text()}\n{lines}".encode()).hexdigest()[:16]
    stored, kept = cache / f"crops-{key}.npy", cache / f"crops-{key}.kept.npy"
    if not stored.exists():
        width, height = preprocessing.size
        unfinished = cache / f"crops-{key}.part"
        pixels = np.lib.format.open_memmap(unfinished, "w+", np.uint8, (len(faces), height, width, 3))
        good = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            places = []
            for at, made in enumerate(pool.map(lambda face: _cut(face, preprocessing), faces)):
                if made is not None:
                    pixels[good] = made
                    good += 1
                    places.append(at)
                if (at + 1) % 1000 == 0:
                    print(f"cut out {at + 1} of {len(faces)} faces", flush=True)
        pixels.flush()
        np.save(kept, np.array(places, np.int64))
        os.replace(unfinished, stored)
    places = np.load(kept)
    return [faces[at] for at in places], np.load(stored, mmap_mode="r")[: len(places)]


def _cut(face: Face, preprocessing: Preprocessing) -> np.ndarray | None:
    try:
        return crop(read_photo(face.photo), np.array(face.box), np.array(face.landmarks), preprocessing)
    except (OSError, ValueError, TrainingError) as error:
        print(f"{face.photo}: left out: {error}", file=sys.stderr, flush=True)
        return None


def read_photo(path: Path) -> np.ndarray:
    """Upright, RGB, uint8 [height, width, 3]."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def pixels_for(made: np.ndarray, preprocessing: Preprocessing) -> torch.Tensor:
    """Crops as the network is fed them: float32 [faces, 3, height, width]."""
    pixels = torch.from_numpy(np.ascontiguousarray(made)).permute(0, 3, 1, 2).float()
    if preprocessing.colour == "BGR":
        pixels = pixels.flip(1)
    if preprocessing.mean is None:
        count = pixels[0].numel()
        mean = pixels.mean(dim=(1, 2, 3), keepdim=True)
        deviation = pixels.std(dim=(1, 2, 3), keepdim=True, correction=0).clamp(min=count**-0.5)
        return (pixels - mean) / deviation
    mean, deviation = (torch.tensor(numbers)[:, None, None] for numbers in (preprocessing.mean, preprocessing.deviation))
    return (pixels - mean) / deviation

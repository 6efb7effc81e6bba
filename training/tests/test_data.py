"""Crops are those that facecore feeds its networks; wrong input is a clear line."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from training.augment import Degradation, worsen
from training.crop import _area, _linear, crop
from training.data import crops, family, half_of, held_back, pixels_for, read_faces, read_photo
from training.errors import TrainingError
from training.manifest import read_entry, space
from training.measure import Pairs
from training.network import Network

ROOT = Path(__file__).parents[2]
EMBEDDERS = ["facenet-ms1m-128", "facenet-casia-512", "sface"]


def facecore() -> str:
    """The command that was built, or the one that FACECORE names."""
    command = os.environ.get("FACECORE") or shutil.which("facecore") or str(ROOT / "target/release/facecore")
    if not Path(command).exists():
        pytest.skip("cargo build --release builds the command; FACECORE names another")
    return command


@pytest.mark.parametrize("model", EMBEDDERS)
def test_the_embedding_of_a_crop_is_facecores(model: str) -> None:
    entry = read_entry(ROOT / "models", model)
    if not entry.file.exists():
        pytest.skip("`make models` fetches the networks")
    command = [facecore(), "embed", "--json", "--compute", "f32", "--models", str(ROOT / "models"), "--model", model]
    printed = subprocess.run([*command, str(ROOT / "testdata/photos")], capture_output=True, text=True, check=False).stdout
    made, theirs = [], []
    for photo in map(json.loads, printed.splitlines()):
        pixels = read_photo(Path(photo["file"]))
        for face in photo["faces"]:
            made.append(crop(pixels, np.array(face["box"]), np.array(face["landmarks"]), entry.preprocessing))
            theirs.append(face["embedding"])
    with torch.no_grad():
        ours = torch.nn.functional.normalize(Network.read(entry.file)(pixels_for(np.stack(made), entry.preprocessing)), dim=1).numpy()
    cosines = (ours * np.array(theirs)).sum(axis=1)
    assert len(cosines) >= 10 and cosines.min() >= 0.999, cosines


@pytest.mark.parametrize("model", EMBEDDERS)
def test_the_space_is_the_manifests(model: str) -> None:
    entry = read_entry(ROOT / "models", model)
    assert space(entry.sha256, entry.preprocessing) == entry.toml["space"]


def test_weights_of_resizing() -> None:
    assert np.allclose(_area(5, 2), [[0.4, 0.4, 0.2, 0, 0], [0, 0, 0.2, 0.4, 0.4]])
    assert np.allclose(_linear(2, 4), [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]])


def test_a_box_outside_of_its_photo_is_an_error() -> None:
    preprocessing = read_entry(ROOT / "models", "facenet-ms1m-128").preprocessing
    for box in [[-90, 0, -20, 50], [5, 5, 5, 5], [float("nan"), 0, 10, 10]]:
        with pytest.raises(TrainingError):
            crop(np.zeros((99, 99, 3), np.uint8), np.array(box), np.zeros((5, 2)), preprocessing)
    with pytest.raises(TrainingError, match="direction"):
        crop(np.zeros((99, 99, 3), np.uint8), np.zeros(4), np.zeros((5, 2)), read_entry(ROOT / "models", "sface").preprocessing)


def test_degradations_are_seeded_and_within_range() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)
    ranges = {"shrunk": (1, 6), "JPEG": (10, 90), "blur": (0.1, 4), "gamma": (0.5, 3)}
    ways = set()
    for seed in range(60):
        drawn = Degradation.draw(seed)
        low, high = ranges[drawn.way]
        assert low <= drawn.number <= high
        ways.add(drawn.way)
        worse = worsen(pixels, seed)
        assert worse.shape == pixels.shape and worse.dtype == np.uint8
        assert np.array_equal(worse, worsen(pixels, seed))
    assert ways == set(ranges)
    dark = Degradation("gamma", 2).apply(pixels)
    assert (dark <= pixels).all() and (dark < pixels).any()


def test_whitening_is_facenets() -> None:
    preprocessing = read_entry(ROOT / "models", "facenet-ms1m-128").preprocessing
    made = np.random.default_rng(2).integers(0, 256, (2, 160, 160, 3), np.uint8)
    pixels = pixels_for(made, preprocessing)
    assert pixels.shape == (2, 3, 160, 160)
    assert pixels.mean(dim=(1, 2, 3)).abs().max() < 1e-4 and (pixels.std(dim=(1, 2, 3)) - 1).abs().max() < 1e-4


def test_the_face_that_is_meant_is_large_and_in_the_middle(tmp_path: Path) -> None:
    def found(x: float, side: float) -> dict:
        return {"box": [x, 100, x + side, 100 + side], "landmarks": [[x, 100]] * 5}

    lines = [
        {"file": "people/ann/1.jpg", "width": 250, "height": 250, "faces": [found(0, 60), found(100, 50)]},
        {"file": "people/bob/2.jpg", "width": 250, "height": 250, "faces": []},
        {"file": "people/stray.jpg", "width": 250, "height": 250, "faces": [found(0, 60)]},
    ]
    (tmp_path / "faces.jsonl").write_text("\n".join(map(json.dumps, lines)))
    [face] = read_faces(tmp_path / "faces.jsonl", Path("people"))
    assert (face.person, face.box[0]) == ("ann", 100)
    (tmp_path / "faces.jsonl").write_text("{")
    with pytest.raises(TrainingError, match="line 1"):
        read_faces(tmp_path / "faces.jsonl", Path("people"))


def test_families_are_held_back_whole() -> None:
    people = [f"F{number}_MID{member}" for number in range(20) for member in range(3)]
    families = [family(person, "_MID") for person in people]
    assert set(families) == {f"F{number}" for number in range(20)}
    back = held_back(families, 0.25, 7)
    assert len(back) == 5 and back == held_back(reversed(families), 0.25, 7) != held_back(families, 0.25, 8)
    # The same halves as the command's.
    assert [half_of(name) for name in ["F0001", "F0002", "F0003", "AJ_Lamas"]] == [1, 2, 2, 2]


def test_a_photo_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    preprocessing = read_entry(ROOT / "models", "facenet-ms1m-128").preprocessing
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    good = ROOT / "testdata/photos/obama.jpg"
    face = {"box": [10, 10, 90, 90], "landmarks": [[1, 1]] * 5}
    lines = [{"file": str(path), "width": 99, "height": 99, "faces": [face]} for path in [tmp_path / "bad.jpg", good]]
    (tmp_path / "faces.jsonl").write_text("\n".join(map(json.dumps, lines)))
    faces = read_faces(tmp_path / "faces.jsonl", Path("/"))
    for _ in range(2):  # made, and from the cache
        kept, made = crops(faces, preprocessing, tmp_path)
        assert [face.photo for face in kept] == [good] and made.shape == (1, 160, 160, 3)


def test_pairs_are_counted() -> None:
    embeddings = np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]], np.float32)
    pairs = Pairs.of(embeddings, ["ann", "ann", "bob", "bo"], ["a", "a", "b", "b"])
    assert pairs.same.tolist() == [1.0]
    assert np.allclose(pairs.different, [0.6, 0.6, 0, 0])
    assert pairs.true_positives(0.01) == 1 and pairs.false_positives(0.5) == 0.5 and pairs.tellable() == []

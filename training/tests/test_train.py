"""The command from a folder of people to a network that facecore takes, at the size of a few seconds."""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from training.__main__ import keeps
from training.data import crops, read_faces
from training.errors import TrainingError
from training.losses import LOSSES
from training.manifest import read_entry
from training.measure import Pairs
from training.network import Network
from training.tests.test_data import ROOT, facecore
from training.train import Lesson, Parameters, Trainer

QUICK = Parameters(layers="last", epochs=3, rate=1e-2, held_back=0.3, patience=9)


def trainer(folder: Path, cache: Path, parameters: Parameters = QUICK) -> Trainer:
    entry = read_entry(folder / "models", "tiny")
    faces, made = crops(read_faces(folder / "people/faces.jsonl", folder / "people"), entry.preprocessing, cache)
    torch.manual_seed(1)
    return Trainer(Network.read(entry.file), Lesson(made, [face.person for face in faces], entry.preprocessing), parameters, cache)


def run(folder: Path, out: Path, *more: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "training", "fine-tune", str(folder / "people"), "--model", "tiny", "--models", str(folder / "models")]
    usual = ["--faces", str(folder / "people/faces.jsonl"), "--out", str(out), "--held-back", "0.3"]
    return subprocess.run([*command, *usual, *more], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("layers", ["head", "last", "all"])
def test_the_chosen_layers_learn_and_no_others(folder: Path, tmp_path: Path, layers: str) -> None:
    learner = trainer(folder, tmp_path, Parameters(layers=layers, epochs=4, rate=1e-2, held_back=0.3, patience=9))
    before = {name: weight.detach().clone() for name, weight in learner.network.weights.items()}
    losses = [learner.epoch() for _ in range(4)]
    assert losses[-1] < losses[0]
    changed = {name for name, weight in learner.network.weights.items() if not torch.equal(weight, before[name])}
    assert changed == {"head": {"weight_6", "weight_7"}, "last": {f"weight_{at}" for at in range(2, 8)}, "all": set(before)}[layers]


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_falls(folder: Path, tmp_path: Path, loss: str) -> None:
    learner = trainer(folder, tmp_path, Parameters(layers="head", loss=LOSSES[loss](), epochs=3, rate=1e-2, held_back=0.3))
    first = learner.epoch()
    learner.epoch()
    assert learner.epoch() < first


def test_a_killed_training_goes_on_to_the_same(folder: Path, tmp_path: Path) -> None:
    whole = trainer(folder, tmp_path)
    whole.fit(tmp_path / "whole.pt")
    cut = trainer(folder, tmp_path)
    cut.history.append({"loss": cut.epoch(), "held_back": cut.pairs(cut.embed(cut.others)).worth()})
    if cut.history[0]["held_back"] > cut.best_worth:
        cut.best, cut.best_worth, cut.best_weights = 1, cut.history[0]["held_back"], cut._weights()
    cut._save(tmp_path / "cut.pt")
    again = trainer(folder, tmp_path)
    again.fit(tmp_path / "cut.pt")
    assert again.history == whole.history and again.best == whole.best
    for name, weight in whole.network.weights.items():
        assert torch.equal(weight, again.network.weights[name])
    with pytest.raises(TrainingError, match="other settings"):
        trainer(folder, tmp_path, Parameters(layers="last", epochs=2, held_back=0.3)).fit(tmp_path / "cut.pt")


def test_the_network_is_one_that_facecore_takes(folder: Path, tmp_path: Path) -> None:
    general = ["--general", str(folder / "people/faces.jsonl"), "--general-people", str(folder / "people"), "--allowed"]
    options = ["--rate", "0.01", "--epochs", "6", "--patience", "9", "--layers", "all", *general]
    # Who allows less than nothing wants a gain that there cannot be.
    done = run(folder, tmp_path / "refused", *options, "-1")
    assert done.returncode == 1 and "refused: other people lost" in done.stdout
    assert not list((tmp_path / "refused").glob("*.onnx"))
    done = run(folder, tmp_path / "out", *options, "1")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["best_epoch"] > 0 and report["held_back_after"]["0.01"] > report["held_back_before"]["0.01"]
    command = [facecore(), "embed", "--json", "--models", str(tmp_path / "out"), str(ROOT / "testdata/photos/obama.jpg")]
    assert subprocess.run([command[0], "models", "verify", "--models", str(tmp_path / "out")], check=False).returncode == 0
    [photo] = map(json.loads, subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())
    assert len(photo["faces"][0]["embedding"]) == 6


def test_nothing_won_is_nothing_written(folder: Path, tmp_path: Path) -> None:
    done = run(folder, tmp_path / "out", "--rate", "1e-9", "--epochs", "1")
    assert done.returncode == 1 and "nothing was won" in done.stdout
    assert not (tmp_path / "out/manifest.toml").exists()
    # Whom the network has found itself cannot say that something was won.
    done = run(folder, tmp_path / "last", "--rate", "1e-9", "--epochs", "2", "--patience", "1", "--keep", "last")
    assert done.returncode == 0 and "best epoch 2" in done.stdout and (tmp_path / "last/manifest.toml").exists()


def test_a_loss_among_other_people_is_refused() -> None:
    different = np.linspace(0.5, -0.5, 2000)
    before, after = (Pairs(np.array(same), np.ones(2), different) for same in [[0.9, 0.8], [0.9, 0.1]])
    assert keeps(before, before, 0.0) and keeps(after, before, 0.0)
    assert not keeps(before, after, 0.0) and keeps(before, after, 0.5)


@pytest.mark.parametrize(("lines", "says"), [(6, "faces of 1 people"), (0, "faces of 0 people"), (12, "two people to learn")])
def test_too_little_is_a_clear_line(folder: Path, tmp_path: Path, lines: int, says: str) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join((folder / "people/faces.jsonl").read_text().splitlines(keepends=True)[:lines]))
    done = run(folder, tmp_path / "out", "--faces", str(few))
    assert done.returncode == 2 and done.stderr.startswith("error: ") and says in done.stderr and done.stderr.count("\n") == 1


def test_faces_are_found_by_the_command(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "training", "fine-tune", str(ROOT / "testdata/people"), "--model", "tiny", "--models", str(folder / "models")]
    done = subprocess.run([*command, "--facecore", facecore(), "--out", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    # Two people: none is left to learn from where one is held back.
    assert done.returncode == 2 and "two people to learn" in done.stderr
    [found] = (tmp_path / "cache").glob("faces-mtcnn-*.jsonl")
    people = {face.person for face in read_faces(found, ROOT / "testdata/people")}
    assert people == {folder.name for folder in (ROOT / "testdata/people").iterdir() if folder.is_dir()}
    (tmp_path / "empty").mkdir()
    command = [*command[:4], str(tmp_path / "empty"), *command[5:], "--facecore", "no-command", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "name the command with --facecore" in done.stderr


def write_set(folder: Path, out: Path) -> Path:
    """The people as a data set of `facecore dataset`, of whom each third one is held back."""
    out.mkdir()
    names = ["person", "split", "account", "photo", "file", *"x1 y1 x2 y2".split(), *(f"l{axis}{at}" for at in range(5) for axis in "xy"), "score", "row"]
    rows = [",".join(names)]
    for row, line in enumerate((folder / "people/faces.jsonl").read_text().splitlines()):
        photo = json.loads(line)
        [face], file = photo["faces"], Path(photo["file"]).relative_to(folder / "people")
        person = int(file.parts[0].removeprefix("person"))
        points = [number for point in face["landmarks"] for number in point]
        split = "train" if person % 3 else "held-back"
        rows.append(",".join(map(str, [person, split, 1, row, file, *face["box"], *points, 1, row])))
    (out / "faces.csv").write_text("\n".join(rows) + "\n")
    (out / "dataset.json").write_text("{}")
    return out


def test_a_data_set_is_learned_from_and_says_who_is_held_back(folder: Path, tmp_path: Path) -> None:
    made = write_set(folder, tmp_path / "set")
    command = [sys.executable, "-m", "training", "fine-tune", str(made), "--model", "tiny", "--models", str(folder / "models"), "--out", str(tmp_path / "out")]
    options = ["--rate", "0.01", "--epochs", "6", "--patience", "9", "--layers", "all"]

    def run_set(*more: str) -> subprocess.CompletedProcess:
        return subprocess.run([*command, *options, *more], cwd=ROOT, capture_output=True, text=True, check=False)

    done = run_set("--photos", str(folder / "people"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "96 faces of 16 people; held back: 48 faces" in done.stdout
    done = run_set()
    assert done.returncode == 2 and "with --photos" in done.stderr and done.stderr.count("\n") == 1
    (made / "faces.csv").write_text((made / "faces.csv").read_text().replace("held-back", "train").replace("8,8", "8,x", 1))
    done = run_set("--photos", str(folder / "people"))
    assert done.returncode == 2 and "face 1: no line of a data set" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(("more", "says"), [
    (["--models", "nowhere"], "nowhere/manifest.toml"),
    (["--model", "other"], "no embedder other, but tiny"),
    (["--epochs", "0"], "at least 1"),
    (["--margins", "0.9", "0.4"], "--loss margins"),
])
def test_wrong_options_are_a_clear_line(folder: Path, tmp_path: Path, more: list[str], says: str) -> None:
    done = run(folder, tmp_path / "out", *more)
    assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1

"""The search for margins, at the size of a few seconds."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

from training.losses import Margins
from training.tests.test_data import ROOT
from training.train import Parameters
from training.tune import Trial, table


def run(folder: Path, out: Path, *more: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "training", "tune", str(folder / "people"), "--model", "tiny", "--models", str(folder / "models")]
    usual = ["--faces", str(folder / "people/faces.jsonl"), "--out", str(out), "--held-back", "0.3", "--epochs", "4", "--patience", "9", "--layers", "all"]
    return subprocess.run([*command, *usual, *more], cwd=ROOT, capture_output=True, text=True, check=False)


def test_each_pair_is_tried_once_and_the_best_named(folder: Path, tmp_path: Path) -> None:
    options = ["--rate", "0.01", "--positive", "0.9", "1", "--negative", "0.2", "0.6"]
    done = run(folder, tmp_path, *options[:-1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": Margins(") == 2 and "best: --loss margins --margins" in done.stdout
    first = json.loads((tmp_path / "tune.json").read_text())
    # What is finished is not trained again; the other pairs are.
    done = run(folder, tmp_path, *options)
    assert done.stdout.count(": Margins(") == 2 and "2 of 4: Margins(positive=0.9, negative=0.6)" in done.stdout
    tried = json.loads((tmp_path / "tune.json").read_text())["tried"]
    assert len(tried) == 4 and first["tried"].items() <= tried.items()
    best = max(tried.values(), key=lambda trial: trial["worth"])
    assert best["epoch"] > 0 and f"{best['after']['0.01']:.3f}" in done.stdout
    assert "| positive ↓ negative → | 0.2 | 0.6 |\n|---|--:|--:|\n| 0.9 | " in done.stdout
    assert not list(tmp_path.glob("*.onnx")) and not (tmp_path / "progress.pt").exists()
    (folder / "people/other.jsonl").write_text("".join((folder / "people/faces.jsonl").read_text().splitlines(keepends=True)[6:]))
    other = run(folder, tmp_path, *options, "--faces", str(folder / "people/other.jsonl"))
    assert other.returncode == 2 and "is of another network or other faces" in other.stderr


def test_nothing_won_is_told(folder: Path, tmp_path: Path) -> None:
    done = run(folder, tmp_path, "--rate", "1e-9", "--positive", "0.9", "--negative", "0.4")
    assert done.returncode == 1 and "| 0.9 | – |" in done.stdout and "with any margins" in done.stdout


@pytest.mark.parametrize(("more", "says"), [
    (["--positive", "1.5"], "--positive: margins are cosines"),
    (["--epochs", "0"], "at least 1"),
])
def test_wrong_options_are_a_clear_line(folder: Path, tmp_path: Path, more: list[str], says: str) -> None:
    done = run(folder, tmp_path, *more)
    assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1


def test_a_file_that_is_none_is_a_clear_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tune.json").write_text("[]")
    done = run(folder, tmp_path)
    assert done.returncode == 2 and "delete it" in done.stderr and done.stderr.count("\n") == 1


def test_the_table_has_positive_margins_down() -> None:
    trial = [
        Trial(Parameters(loss=Margins(one, other)), epoch, 0.5, {0.01: 0.25}, {0.01: one + other})
        for one, other, epoch in [(0.5, 0.0, 1), (0.5, 0.25, 0), (0.75, 0.0, 2), (0.75, 0.25, 1)]
    ]
    assert table(trial) == (
        "true positives at 0.01; before 0.250\n\n| positive ↓ negative → | 0.0 | 0.25 |\n|---|--:|--:|\n| 0.5 | 0.500 | – |\n| 0.75 | 0.750 | 1.000 |\n"
    )

"""Margins tried one after the other on the same faces; what is finished is kept in a file, so that a killed search goes on."""
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from training.errors import TrainingError
from training.losses import Margins
from training.network import Network
from training.train import Lesson, Parameters, Trainer, digest


@dataclass(frozen=True)
class Trial:
    """A training with some margins, and the true positives of the people held back in its best epoch; 0 is the network as it was."""

    parameters: Parameters
    epoch: int
    worth: float
    before: dict[float, float]
    after: dict[float, float]


def pairs_of_margins(positive: list[float], negative: list[float]) -> list[Margins]:
    for name, values in [("--positive", positive), ("--negative", negative)]:
        if any(not -1 <= value <= 1 for value in values):
            raise TrainingError(f"{name}: margins are cosines, from -1 to 1")
    return [Margins(one, other) for one in dict.fromkeys(positive) for other in dict.fromkeys(negative)]


def try_all(network: Path, lesson: Lesson, parameters: list[Parameters], kept: tuple[Path, Path]) -> list[Trial]:
    """Trains the network that is in a file with each of the parameters. Kept are the cache's folder and the file of what is finished."""
    cache, finished = kept
    about = digest(network.read_bytes(), lesson)
    done = _read(finished, about)
    tried = []
    for number, one in enumerate(parameters, 1):
        key = json.dumps(asdict(one) | {"loss": repr(one.loss)})
        if key not in done:
            print(f"{number} of {len(parameters)}: {one.loss}", flush=True)
            done[key] = _train(Network.read(network), lesson, one, cache)
            _write(finished, about, done)
        tried.append(Trial(one, done[key]["epoch"], done[key]["worth"], *(_rates(done[key][name]) for name in ("before", "after"))))
    return tried


def _train(network: Network, lesson: Lesson, parameters: Parameters, cache: Path) -> dict:
    torch.manual_seed(parameters.seed)
    trainer = Trainer(network, lesson, parameters, cache)
    trainer.fit(None)
    after = trainer.pairs(trainer.embed(trainer.others))
    return {"epoch": trainer.best, "worth": after.worth(), "before": trainer.start.rates(), "after": after.rates()}


def _rates(stored: dict) -> dict[float, float]:
    """A number that is a key is text in JSON."""
    return {float(rate): value for rate, value in stored.items()}


def _read(path: Path, about: str) -> dict:
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text())
        of, done = stored["of"], stored["tried"]
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path}: what `tune` wrote cannot be read: {error!r}; delete it") from error
    if of != about:
        raise TrainingError(f"{path} is of another network or other faces: delete it, or choose another --out")
    return done


def _write(path: Path, about: str, done: dict) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps({"of": about, "tried": done}, indent=1) + "\n")
    os.replace(unfinished, path)


def table(tried: list[Trial]) -> str:
    """For each rate of false positives a table of the true positives: positive margins down, negative ones across."""
    margins = {(trial.parameters.loss.positive, trial.parameters.loss.negative): trial for trial in tried}
    positive, negative = (list(dict.fromkeys(pair[at] for pair in margins)) for at in (0, 1))
    lines = []
    for rate, before in tried[0].before.items():
        lines += [f"true positives at {rate:g}; before {before:.3f}", "", f"| positive ↓ negative → | {' | '.join(map(str, negative))} |"]
        lines.append("|---|" + "--:|" * len(negative))
        for one in positive:
            cells = (margins[one, other] for other in negative)
            lines.append(f"| {one} | {' | '.join(f'{cell.after[rate]:.3f}' if cell.epoch else '–' for cell in cells)} |")
        lines.append("")
    return "\n".join(lines)

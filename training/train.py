"""Learns the layers of a network from labelled crops: centroids begin as the people's means and are learned too."""
import hashlib
import json
import math
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.augment import worsen
from training.data import Face, family, held_back, pixels_for
from training.errors import TrainingError
from training.losses import CosFace, Loss, cosines
from training.manifest import Preprocessing
from training.measure import Pairs
from training.network import Network

# A smaller gain on the people held back is chance.
WORTH = 0.001


@dataclass(frozen=True)
class Parameters:
    """How to learn. `rate` is that of the head, and each deeper part (the last block, the rest) has `deeper` times the one above it.

    `keep` says which epoch's layers are kept: the best on the people held back, or the last, where these cannot tell since they were found by the
    network itself. With `bf16` the layers' products are rounded to bfloat16 while learning, sums and weights are not; what is measured and written is f32.
    """

    layers: str = "last"
    loss: Loss = CosFace()
    epochs: int = 4
    batch: int = 64
    rate: float = 1e-4
    deeper: float = 1.0
    centroid_rate: float = 3e-4
    copies: int = 1
    held_back: float = 0.1
    patience: int = 2
    seed: int = 1
    bf16: bool = False
    keep: str = "best"
    family_before: str | None = None

    def check(self) -> None:
        if min(self.epochs, self.batch, self.patience) < 1 or self.copies < 0:
            raise TrainingError("epochs, batch and patience are at least 1, copies at least 0")
        if not (self.rate > 0 and self.centroid_rate > 0 and self.deeper > 0 and 0 < self.held_back < 1):
            raise TrainingError("rates are above 0, the part held back is above 0 and below 1")


@dataclass(frozen=True)
class Lesson:
    """Crops, the people they show, and how they are fed."""

    crops: np.ndarray
    people: list[str]
    preprocessing: Preprocessing
    held_back: frozenset[str] = frozenset()
    """People whom a data set holds back; where there are none, some are drawn."""

    def pixels(self, places: np.ndarray, copy: int, seed: int) -> Tensor:
        """Copy 0 is the faces as they are; each other is degraded in its own way."""
        made = self.crops[places]
        if copy:
            made = np.stack([worsen(face, (seed << 40) ^ (copy << 32) ^ int(place)) for face, place in zip(made, places)])
        return pixels_for(made, self.preprocessing)


def digest(network: bytes, lesson: Lesson) -> str:
    """Of a network and the faces that it is taught: the same only where both are."""
    whole = hashlib.sha256(network)
    whole.update(hashlib.sha256(np.ascontiguousarray(lesson.crops)).digest())
    whole.update("\n".join([*lesson.people, lesson.preprocessing.text()]).encode())
    return whole.hexdigest()


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def carried(network: Network, lesson: Lesson, first: int, copy: int, seed: int, into: np.ndarray) -> None:
    """What the network carries before node `first`, of a copy of each face."""
    began, size = time.monotonic(), 32
    with torch.no_grad():
        for start in range(0, len(into), size):
            places = np.arange(start, min(start + size, len(into)))
            pixels = lesson.pixels(places, copy, seed).to(device(), memory_format=torch.channels_last)
            into[places] = network.run(pixels, 0, first).cpu().numpy()
            if start // size % 40 == 39:
                rate = (start + size) / (time.monotonic() - began)
                print(f"copy {copy}: {start + size} of {len(into)} faces, {rate:.0f} a second", flush=True)


class Trainer:
    """The network, the centroids and the optimiser; saved after each epoch, so that a killed training goes on."""

    def __init__(self, network: Network, lesson: Lesson, parameters: Parameters, cache: Path) -> None:
        parameters.check()
        self.network = network.to(device(), memory_format=torch.channels_last)
        self.lesson, self.parameters = lesson, parameters
        self.first, self.end = network.first_node(parameters.layers), len(network.model.graph.node)
        self.families = [family(person, parameters.family_before) for person in lesson.people]
        self.learned, self.others = self._divide()
        self.inputs = self._inputs(cache)
        self.names = sorted({lesson.people[at] for at in self.learned})
        numbers = {name: number for number, name in enumerate(self.names)}
        self.own = np.array([numbers.get(person, -1) for person in lesson.people])
        start = self.embed(np.arange(len(lesson.people)))
        self.start = self.pairs(start[self.others])
        if not self.start.tellable() or not len(self.start.same):
            raise TrainingError("too few people or photos to measure on those held back: bring more people, or raise --held-back")
        means = torch.zeros(len(self.names), start.shape[1])
        means.index_add_(0, torch.from_numpy(self.own[self.learned]), torch.from_numpy(start[self.learned]))
        self.centroids = nn.Parameter(functional.normalize(means, dim=1).to(device()))
        self.optimiser = torch.optim.Adam(self._groups())
        self.full_rates = [group["lr"] for group in self.optimiser.param_groups]
        self.history: list[dict[str, float]] = []
        self.best, self.best_worth, self.best_weights = 0, self.start.worth() + WORTH, self._weights()

    def _divide(self) -> tuple[np.ndarray, np.ndarray]:
        """The places of the faces to learn from, and of those held back; no family is in both."""
        names, back = self.lesson.people, self.lesson.held_back
        if not back:
            names, back = self.families, held_back(self.families, self.parameters.held_back, self.parameters.seed)
        is_back = np.array([name in back for name in names])
        learned, others = np.flatnonzero(~is_back), np.flatnonzero(is_back)
        if len({self.lesson.people[at] for at in learned}) < 2:
            raise TrainingError("fewer than two people to learn from: PEOPLE should have a folder a person, with faces in its photos")
        return learned, others

    def pairs(self, embeddings: np.ndarray) -> Pairs:
        """Those of the faces held back."""
        return Pairs.of(embeddings, [self.lesson.people[at] for at in self.others], [self.families[at] for at in self.others])

    def _groups(self) -> list[dict]:
        parts, seen = [], set()
        for depth, layers in enumerate(["head", "last", "all"]):
            first = self.network.first_node(layers)
            names = [name for name in self.network.weights_from(max(first, self.first)) if name not in seen]
            seen.update(names)
            if names:
                weights = [self.network.weights[name] for name in names]
                parts.append({"params": weights, "lr": self.parameters.rate * self.parameters.deeper**depth})
        self.trained = [name for name in self.network.weights if name in seen]
        for name, weight in self.network.weights.items():
            weight.requires_grad_(name in seen)
        return [*parts, {"params": [self.centroids], "lr": self.parameters.centroid_rate}]

    def _weights(self) -> dict[str, Tensor]:
        return {name: self.network.weights[name].detach().clone() for name in self.trained}

    def _inputs(self, cache: Path) -> np.ndarray | None:
        """What the untrained layers make of each copy, float16 [copies, faces, …]: computed once. None where all layers are trained."""
        if self.first == 0:
            return None
        faces, copies = len(self.lesson.people), 1 + self.parameters.copies
        key = hashlib.sha256(self.network.model.SerializeToString(deterministic=True))
        key.update(hashlib.sha256(np.ascontiguousarray(self.lesson.crops)).digest())
        key.update(f"{self.lesson.preprocessing.text()} {self.first} {copies} {self.parameters.seed}".encode())
        stored = cache / f"layers-{key.hexdigest()[:16]}.npy"
        if not stored.exists():
            with torch.no_grad():
                shape = self.network.run(self.lesson.pixels(np.arange(1), 0, 0).to(device()), 0, self.first).shape[1:]
            unfinished = stored.with_suffix(".part")
            made = np.lib.format.open_memmap(unfinished, "w+", np.float16, (copies, faces, *shape))
            for copy in range(copies):
                carried(self.network, self.lesson, self.first, copy, self.parameters.seed, made[copy])
            made.flush()
            os.replace(unfinished, stored)
        return np.load(stored, mmap_mode="r")

    def _input(self, places: np.ndarray, copy: int) -> Tensor:
        if self.inputs is not None:
            return torch.from_numpy(self.inputs[copy % len(self.inputs), places].astype(np.float32)).to(device())
        return self.lesson.pixels(places, copy, self.parameters.seed).to(device(), memory_format=torch.channels_last)

    def embed(self, places: np.ndarray) -> np.ndarray:
        """The embeddings of the undegraded faces, as unit vectors."""
        made = []
        with torch.no_grad():
            for part in np.array_split(places, max(math.ceil(len(places) / 64), 1)):
                made.append(functional.normalize(self.network.run(self._input(part, 0), self.first, self.end), dim=1).cpu().numpy())
        return np.concatenate(made)

    def step(self, places: np.ndarray, copy: int, progress: float) -> float:
        """One step down the mean loss of some faces."""
        for group, rate in zip(self.optimiser.param_groups, self.full_rates):
            group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * progress))
        with torch.autocast(device().type, torch.bfloat16, enabled=self.parameters.bf16):
            embeddings = self.network.run(self._input(places, copy), self.first, self.end).float()
        own = torch.from_numpy(self.own[places]).to(device())
        loss = self.parameters.loss(cosines(embeddings, self.centroids), own)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        with torch.no_grad():
            self.centroids.copy_(functional.normalize(self.centroids, dim=1))
        return loss.item()

    def epoch(self) -> float:
        """Each face as it is and each of its degraded copies once; where all layers are trained, degraded anew in each epoch."""
        done, count = len(self.history), 1 + self.parameters.copies
        batches = self._batches(done)
        total, began = 0.0, time.monotonic()
        for at, (places, copy) in enumerate(batches):
            fresh = copy + done * self.parameters.copies if copy and self.inputs is None else copy
            total += self.step(places, fresh, (done + at / len(batches)) / self.parameters.epochs) * len(places)
            if at % 50 == 49:
                rate = (time.monotonic() - began) / (at + 1)
                print(f"epoch {done + 1}: step {at + 1} of {len(batches)}, {rate:.2f} s a step", flush=True)
        return total / (len(self.learned) * count)

    def _batches(self, epoch: int) -> list[tuple[np.ndarray, int]]:
        """Places and copies of an epoch's steps; seeded by the epoch, so that a training that goes on takes the same order."""
        random = np.random.default_rng([self.parameters.seed, epoch])
        parts = math.ceil(len(self.learned) / self.parameters.batch)
        batches = [
            (places, copy)
            for copy in range(1 + self.parameters.copies)
            for places in np.array_split(random.permutation(self.learned), parts)
        ]
        random.shuffle(batches)
        return batches

    def fit(self, progress: Path | None) -> None:
        """Epochs until nothing more is won on the people held back; the best one's weights are the network's at the end.

        Where `progress` names a file, a training that was killed goes on with it.
        """
        if progress:
            self._go_on(progress)
        print(f"{len(self.learned)} faces of {len(self.names)} people; held back: {len(self.others)} faces, {line(self.start)}", flush=True)
        patience = self.parameters.patience
        while len(self.history) < self.parameters.epochs and (self._keeps_last() or len(self.history) < self.best + patience):
            loss = self.epoch()
            pairs = self.pairs(self.embed(self.others))
            self.history.append({"loss": loss, "held_back": pairs.worth()})
            print(f"epoch {len(self.history)}: loss {loss:.4f}, held back {line(pairs)}", flush=True)
            if not math.isfinite(loss):
                break
            if pairs.worth() > self.best_worth or self._keeps_last():
                self.best, self.best_worth, self.best_weights = len(self.history), pairs.worth(), self._weights()
            if progress:
                self._save(progress)
        with torch.no_grad():
            for name, weight in self.best_weights.items():
                self.network.weights[name].copy_(weight)

    def _keeps_last(self) -> bool:
        return self.parameters.keep == "last"

    def _settings(self) -> str:
        parameters = asdict(self.parameters) | {"loss": repr(self.parameters.loss)}
        return json.dumps([parameters, self.names, len(self.learned), self.first])

    def _save(self, path: Path) -> None:
        state = {
            "settings": self._settings(),
            "history": self.history,
            "best": (self.best, self.best_worth, self.best_weights),
            "weights": self._weights(),
            "centroids": self.centroids.detach(),
            "optimiser": self.optimiser.state_dict(),
        }
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        os.replace(unfinished, path)

    def _go_on(self, path: Path) -> None:
        if not path.exists():
            return
        state = torch.load(path, map_location=device(), weights_only=True)
        if state["settings"] != self._settings():
            raise TrainingError(f"{path} is a training with other settings or people: delete it, or choose another --out")
        self.history, (self.best, self.best_worth, self.best_weights) = state["history"], state["best"]
        with torch.no_grad():
            self.centroids.copy_(state["centroids"])
            for name, weight in state["weights"].items():
                self.network.weights[name].copy_(weight)
        self.optimiser.load_state_dict(state["optimiser"])
        print(f"goes on after epoch {len(self.history)}", flush=True)


def line(pairs: Pairs) -> str:
    return "true positives " + ", ".join(f"{value:.3f} at {rate:g}" for rate, value in pairs.rates().items())

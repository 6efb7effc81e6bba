"""A model's entry in manifest.toml: read, and written for a new network with the space that its weights and crop make."""
import hashlib
import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from training.errors import TrainingError

Point = tuple[float, float]


@dataclass(frozen=True)
class Preprocessing:
    """What a network is fed of a face. Either `margin` or `template` says how it is cut out; `mean` is None where it is whitened."""

    size: tuple[int, int]
    margin: float | None
    template: tuple[Point, ...] | None
    landmarks: str
    fit: str
    colour: str
    mean: tuple[float, ...] | None
    deviation: tuple[float, ...] | None

    def text(self) -> str:
        """As facecore/src/models/preprocessing.rs writes it: the space is a hash of it."""
        width, height = self.size
        numbers = "Whiten"
        if self.mean is not None and self.deviation is not None:
            numbers = f"Fixed {{ mean: {list(self.mean)}, deviation: {list(self.deviation)} }}"
        if self.template is None:
            cut = f"box {self.margin:.4f}"
        else:
            points = ", ".join(f"[{x}, {y}]" for x, y in self.template)
            cut = f"points [{points}] by {self.landmarks} fit in {self.fit.capitalize()}"
        return f"{self.colour.capitalize()} {width}x{height} {numbers} {cut}"


@dataclass(frozen=True)
class Entry:
    """An embedder of a manifest; `toml` is the entry as it was written."""

    id: str
    file: Path
    sha256: str
    preprocessing: Preprocessing
    embedding: int
    threshold: float | None
    toml: dict[str, object]


def read_entry(folder: Path, model: str) -> Entry:
    """The entry of an embedder in the folder's manifest."""
    path = folder / "manifest.toml"
    try:
        manifest = tomllib.loads(path.read_text())
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}; name the folder of the models with --models") from error
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is no TOML: {error}") from error
    embedders = {entry["id"]: entry for entry in manifest.get("model", []) if entry.get("kind") == "embedder"}
    if model not in embedders:
        raise TrainingError(f"{path} has no embedder {model}, but {', '.join(embedders) or 'none at all'}")
    entry = embedders[model]
    try:
        [file] = entry["files"]
        threshold = entry.get("threshold")
        return Entry(model, folder / file["file"], file["sha256"], _preprocessing(entry), entry["embedding"], threshold, entry)
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{path}: the entry {model} lacks something or is not as docs/models.md says: {error!r}") from error


def _preprocessing(entry: dict) -> Preprocessing:
    crop, numbers = entry["crop"], entry["normalisation"]
    width, height = crop["size"]
    template = tuple((float(x), float(y)) for x, y in crop["points"]) if "points" in crop else None
    mean = deviation = None
    if numbers != "whiten":
        mean, deviation = (_channels(numbers[name]) for name in ["mean", "deviation"])
    return Preprocessing(
        size=(width, height),
        margin=None if template else float(crop["box"]),
        template=template,
        landmarks=crop.get("landmarks", "mtcnn"),
        fit=crop.get("fit", "crop"),
        colour=entry["colour"],
        mean=mean,
        deviation=deviation,
    )


def _channels(numbers: float | list[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers) if isinstance(numbers, list) else (float(numbers),) * 3


def space(sha256: str, preprocessing: Preprocessing) -> str:
    """The name of the embeddings' space, 16 hex digits."""
    return hashlib.sha256((sha256 + preprocessing.text()).encode()).hexdigest()[:16]


def write_manifest(folder: Path, base: Entry, model: str, threshold: float | None, trained_on: str) -> str:
    """A manifest with the one new network `model`.onnx, which lies in the folder; returns its space."""
    sha256 = hashlib.sha256((folder / f"{model}.onnx").read_bytes()).hexdigest()
    made = space(sha256, base.preprocessing)
    fields = {
        "id": model,
        "kind": "embedder",
        "files": [{"file": f"{model}.onnx", "sha256": sha256}],
        **{name: base.toml[name] for name in ["crop", "colour", "normalisation", "embedding"]},
        "space": made,
        "threshold": threshold,
        "licence": base.toml["licence"],
        "training_data": f"{base.toml['training_data']}; then {trained_on}",
        "source": f"{base.id} ({base.sha256[:16]}), fine-tuned",
    }
    lines = [f"default = {_toml(model)}", "", "[[model]]"]
    lines += [f"{name} = {_toml(value)}" for name, value in fields.items() if value is not None]
    unfinished = folder / "manifest.toml.part"
    unfinished.write_text("\n".join(lines) + "\n")
    os.replace(unfinished, folder / "manifest.toml")
    return made


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # Strings of JSON without characters that were escaped are strings of TOML.
    return json.dumps(value, ensure_ascii=False)

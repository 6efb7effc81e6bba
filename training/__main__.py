"""`python -m training fine-tune PEOPLE --model ID --out FOLDER`, and `tune`: see README.md."""
import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from training.data import Face, crops, detect, family, half_of, is_set, read_faces, read_set
from training.errors import TrainingError
from training.losses import LOSSES, Loss, Margins
from training.manifest import Entry, read_entry, write_manifest
from training.measure import Pairs
from training.network import Network
from training.train import Lesson, Parameters, Trainer, device, line
from training.tune import pairs_of_margins, table, try_all


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python -m training", description="Fine-tunes an embedder of facecore.")
    commands = result.add_subparsers(required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=says, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        made.set_defaults(run=run)
        add_usual(made)
        return made

    add = command("fine-tune", fine_tune, "exit code: 0 written, 1 nothing was won and nothing is written, 2 wrong input").add_argument
    add("--name", help="the new network's id; without, MODEL-tuned")
    add("--loss", choices=list(LOSSES), default="cosface")
    add("--margins", nargs=2, type=float, metavar=("POSITIVE", "NEGATIVE"), help="of --loss margins")
    add("--general", type=Path, help="what `facecore detect --json` printed of a folder of other people: a network that lost there is refused")
    add("--general-people", type=Path, help="that folder")
    add("--allowed", type=float, default=0.0, help="by how much true positives may fall there")
    add = command("tune", tune, "try margins and write no network; exit code: 0 done, 1 nothing was won with any, 2 wrong input").add_argument
    add("--positive", nargs="+", type=float, default=[0.8, 0.9, 1.0], help="margins to try: from which cosine a face is near enough to its person")
    add("--negative", nargs="+", type=float, default=[0.2, 0.3, 0.4, 0.5], help="and up to which it is far enough from others")
    return result


def add_usual(command: argparse.ArgumentParser) -> None:
    """What both commands take."""
    usual, add = Parameters(), command.add_argument
    add("people", type=Path, help="a folder with a folder a person; or a data set, as `facecore dataset` writes it")
    add("--photos", type=Path, help="of a data set: the folder that its files are in")
    add("--model", required=True, help="the embedder to begin with, such as facenet-ms1m-128")
    add("--out", type=Path, required=True, help="where what comes out goes")
    add("--models", type=Path, default=Path("models"), help="the folder of the models")
    add("--facecore", default="facecore", help="the command that finds the faces")
    add("--faces", type=Path, help="what `facecore detect --json PEOPLE` printed, where that was run already")
    add("--cache", type=Path, help="where faces, crops and what layers make of them are kept; without, OUT/cache")
    add("--layers", choices=["head", "last", "all"], default=usual.layers, help="what is trained: the last dense layer, the last block with it, or all")
    for name in ["epochs", "batch", "rate", "deeper", "centroid_rate", "copies", "held_back", "patience", "seed"]:
        add(f"--{name.replace('_', '-')}", type=type(getattr(usual, name)), default=getattr(usual, name), help=HELP[name])
    add("--keep", choices=["best", "last"], default=usual.keep, help="the epoch that is best on the people held back; or the last, where these were found by the network itself")
    add("--bf16", action="store_true", help="learn in bfloat16, which a processor or GPU that has it does in half the time or less; what is written stays f32")
    add("--family-before", help="relatives share what stands before this text in their names, such as _; they are not told apart")
    add("--half", type=int, choices=[1, 2], help="only this half of the families, as of `facecore adapt fit`")


HELP = {
    "epochs": "the most passes over the faces",
    "batch": "faces of a step",
    "rate": "the size of the steps of the head at the beginning",
    "deeper": "times the rate for the last block, and once more for the layers before it",
    "centroid_rate": "the size of the centroids' steps",
    "copies": "degraded copies of each face",
    "held_back": "the part of the families that is not learned from, but measured on",
    "patience": "epochs without a gain after which it ends",
    "seed": "other seeds hold back other people and degrade in other ways",
}


def main() -> int:
    arguments = parser().parse_args()
    try:
        return arguments.run(arguments)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


@dataclass(frozen=True)
class Begun:
    """What both commands begin with."""

    entry: Entry
    lesson: Lesson
    cache: Path


def begin(arguments: argparse.Namespace) -> Begun:
    entry = read_entry(arguments.models, arguments.model)
    cache = arguments.cache or arguments.out / "cache"
    for folder in [arguments.out, cache]:
        folder.mkdir(parents=True, exist_ok=True)
    return Begun(entry, lesson_of(read_people(arguments, entry, cache), arguments.people, entry, cache), cache)


def read_people(arguments: argparse.Namespace, entry: Entry, cache: Path) -> list[Face]:
    """The faces to learn from, and those held back."""
    if is_set(arguments.people):
        if not arguments.photos:
            raise TrainingError(f"{arguments.people} is a data set: name the folder of its photos with --photos")
        faces = read_set(arguments.people, arguments.photos)
    else:
        found = arguments.faces or detect(arguments.people, cache, entry.preprocessing.landmarks, arguments.facecore)
        faces = read_faces(found, arguments.people)
    if arguments.half:
        faces = [face for face in faces if half_of(family(face.person, arguments.family_before)) == arguments.half]
    return faces


def read_parameters(arguments: argparse.Namespace, loss: Loss) -> Parameters:
    parameters = Parameters(
        **{name: getattr(arguments, name) for name in [*HELP, "layers", "keep", "bf16", "family_before"]}, loss=loss)
    parameters.check()
    return parameters


def tune(arguments: argparse.Namespace) -> int:
    """Trains with each pair of margins, and says which was best on the people held back."""
    parameters = [read_parameters(arguments, loss) for loss in pairs_of_margins(arguments.positive, arguments.negative)]
    begun = begin(arguments)
    tried = try_all(begun.entry.file, begun.lesson, parameters, (begun.cache, arguments.out / "tune.json"))
    print(table(tried))
    best = max(tried, key=lambda trial: trial.worth)
    if not best.epoch:
        print("nothing was won on the people held back with any margins: keep the network, or try other layers or another rate")
        return 1
    loss = best.parameters.loss
    print(f"best: --loss margins --margins {loss.positive} {loss.negative}")
    return 0


def fine_tune(arguments: argparse.Namespace) -> int:
    parameters = read_parameters(arguments, read_loss(arguments))
    begun = begin(arguments)
    entry, cache = begun.entry, begun.cache
    network = Network.read(entry.file)
    general = None
    if arguments.general:
        others = arguments.general_people or arguments.people
        general = lesson_of(read_faces(arguments.general, others), others, entry, cache)
    torch.manual_seed(parameters.seed)
    trainer = Trainer(network, begun.lesson, parameters, cache)
    before = general and pairs_of(network, general, parameters)
    progress = arguments.out / "progress.pt"
    trainer.fit(progress)
    if not trainer.best:
        print("nothing was won on the people held back, and nothing is written: keep the network, or try other layers or another rate")
        return 1
    if general and before and not keeps(before, pairs_of(network, general, parameters), arguments.allowed):
        return 1
    write(arguments, entry, trainer)
    progress.unlink(missing_ok=True)
    return 0


def read_loss(arguments: argparse.Namespace) -> Loss:
    if not arguments.margins:
        return LOSSES[arguments.loss]()
    if arguments.loss != "margins":
        raise TrainingError("--margins are those of --loss margins")
    return Margins(*arguments.margins)


def lesson_of(faces: list[Face], people: Path, entry: Entry, cache: Path) -> Lesson:
    names = {face.person for face in faces}
    if len(names) < 2:
        raise TrainingError(f"{people}: faces of {len(names)} people; at least two are needed, each in a folder with photos of that person")
    kept, made = crops(faces, entry.preprocessing, cache)
    back = frozenset(face.person for face in kept if face.held_back)
    return Lesson(made, [face.person for face in kept], entry.preprocessing, back)


def pairs_of(network: Network, lesson: Lesson, parameters: Parameters) -> Pairs:
    """All pairs of some faces as they are."""
    made = []
    with torch.no_grad():
        for start in range(0, len(lesson.people), 64):
            places = np.arange(start, min(start + 64, len(lesson.people)))
            made.append(network(lesson.pixels(places, 0, 0).to(device(), memory_format=torch.channels_last)).cpu().numpy())
    embeddings = np.concatenate(made)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return Pairs.of(embeddings, lesson.people, [family(person, parameters.family_before) for person in lesson.people])


def keeps(before: Pairs, after: Pairs, allowed: float) -> bool:
    print(f"other people before: {line(before)}\nother people after:  {line(after)}")
    lost = [rate for rate, was in before.rates().items() if after.true_positives(rate) < was - allowed]
    if lost:
        print(f"refused: other people lost at false positives of {lost[0]:g}, and nothing is written")
    return not lost


def write(arguments: argparse.Namespace, entry: Entry, trainer: Trainer) -> None:
    name = arguments.name or f"{entry.id}-tuned"
    trainer.network.write(arguments.out / f"{name}.onnx")
    after = trainer.pairs(trainer.embed(trainer.others))
    threshold = None
    if entry.threshold is not None:
        rate = trainer.start.false_positives(entry.threshold)
        if 0 < rate < 1:
            threshold = round(after.threshold(rate), 4)
        else:
            print("the threshold could not be carried over: no pair of two people held back passes the old one; fit one with `facecore matching fit`")
    space = write_manifest(arguments.out, entry, name, threshold, f"{len(trainer.learned)} faces of {len(trainer.names)} people of one's own")
    report = {
        "model": name, "space": space, "threshold": threshold, "best_epoch": trainer.best, "epochs": trainer.history,
        "held_back_before": trainer.start.rates(), "held_back_after": after.rates(), "layers": arguments.layers, "loss": repr(trainer.parameters.loss),
    }
    unfinished = arguments.out / "report.json.part"
    unfinished.write_text(json.dumps(report, indent=1) + "\n")
    os.replace(unfinished, arguments.out / "report.json")
    print(f"best epoch {trainer.best}; held back before: {line(trainer.start)}\nheld back after: {line(after)}")
    print(f"{arguments.out / name}.onnx is of the space {space}: facecore embed --models {arguments.out} --model {name} PHOTO")


if __name__ == "__main__":
    sys.exit(main())

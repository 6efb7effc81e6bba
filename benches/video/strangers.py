"""Names out of people who are in no photo and no clip: whoever gets one is named wrongly.

strangers.py FOLDER FACECORE MODELS

FOLDER is from make.py, FACECORE the program. For each rate of false positives (`--fp`) prints how many photos in FOLDER/shown, and how many tracks in
the clips at the middle bitrate, get a name of FOLDER/others. YuNet finds the faces, SFace embeds them.
"""
import collections
import json
import pathlib
import subprocess
import sys

from people import Photo, family
from score import Clip, compare

RATES = ("0.01", "0.03", "0.05", "0.1")


def run(command, arguments):
    ran = subprocess.run([*command, "--json", "--model", "sface", "--detector", "yunet", *arguments], stdout=subprocess.PIPE, text=True)
    # 1: some photo could not be read, or has no face.
    if ran.returncode not in (0, 1):
        raise SystemExit(f"{command} ended with {ran.returncode}")
    return [json.loads(line) for line in ran.stdout.splitlines()]


def photos(command, folder):
    """Of each photo with a face: whose it is, and the name."""
    for row in run(command, [folder / "shown"]):
        if row.get("faces"):
            yield pathlib.Path(row["file"]).parent.name, name(Photo(row).face)


def tracks(command, folder):
    """Of each track of somebody: whose it is, and the name."""
    clips = sorted((folder / "clips").glob("*-middle.mp4"))
    found = collections.defaultdict(list)
    for track in run(command, ["--budget", "0", *clips]):
        found[track["file"]].append(track)
    for clip in clips:
        truth = Clip(clip.with_name(clip.name.split("-")[0] + ".json"))
        for track, of in zip(found[str(clip)], compare(truth, found[str(clip)])[2]):
            if of:
                yield truth.people[of.most_common(1)[0][0]]["name"], name(track)


def name(face):
    return face["match"] and face["match"]["person"]


def row(rate, found):
    found = list(found)
    named = [(own, name) for own, name in found if name]
    relatives = sum(family(own) is not None and family(own) == family(name) for own, name in named)
    return f"{rate} | {len(found)} | {len(named)} | {relatives} | {len({own for own, _ in named})} | {len(named) / max(len(found), 1):.4f}"


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    folder, facecore, models = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    print("| | `--fp` | all | named | of them after a relative | people named | share |\n|---|---:|---:|---:|---:|---:|---:|")
    for what, command, of in (("photos", "tag", photos), ("tracks", "video", tracks)):
        for rate in RATES:
            ran = [facecore, command, "--models", models, "--people", folder / "others", "--fp", rate]
            print(f"| {what} | {row(rate, of(ran, folder))} |", flush=True)


if __name__ == "__main__":
    main()

"""Tracks of made clips by `facecore video`, for score.py.

ours.py FOLDER FACECORE OUT [ARGUMENT...]

FOLDER is from make.py, FACECORE the program; ARGUMENTs go on to `facecore video`, such as `--models models --model sface --detector yunet
--budget 0`. Writes OUT/NN-low.jsonl and so on.
"""
import collections
import json
import pathlib
import subprocess
import sys


def main():
    folder, facecore, out, *arguments = sys.argv[1:]
    folder, out = pathlib.Path(folder), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    clips = sorted(path for path in folder.glob("clips/*.mp4"))
    command = [facecore, "video", "--json", "--people", folder / "gallery", *arguments, *clips]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    # 1: some of the gallery's photos could not be read, or have no face.
    if ran.returncode not in (0, 1):
        raise SystemExit(f"facecore ended with {ran.returncode}")
    tracks = collections.defaultdict(list)
    for line in ran.stdout.splitlines():
        track = json.loads(line)
        if "error" in track:
            raise SystemExit(line)
        verdict = track["match"]
        tracks[track["file"]].append({"track": track["track"], "joined": track["person"], "frames": track["frames"],
                                      "person": verdict and verdict["person"], "match": verdict})
    for clip in clips:
        lines = "".join(json.dumps(track) + "\n" for track in tracks[str(clip)])
        (out / clip.with_suffix(".jsonl").name).write_text(lines)


main()

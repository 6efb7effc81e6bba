"""What following the faces of a clip costs, beside OpenCV's detector and recogniser on the same frames, in one run on one core.

taskset -c 1 PYTHON benches/video/cost.py CLIP TRACKING MODELS [ROUNDS]

PYTHON has benches/peers/requirements.txt. TRACKING is `target/release/tracking`. Processor time for a second of video, without the decoding, which
is the same for all:

- every frame: YuNet on each frame, SFace for each face;
- every third frame: the same on each third frame only; nothing is known of the frames in between;
- facecore: `tracking` with the default budget, with its way from I420 to RGB; it finds, follows, and embeds the best views, over a minute of video;
- the same without a budget: on a busy machine the budget, which is by the clock, passes frames over, and this does not.

Each round runs all of them; medians of the rounds (5) are printed, with the share of a core.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import cv2
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "peers"))
import opencv_faces

FPS = 25


def raw(clip, layout):
    return subprocess.run(["ffmpeg", "-v", "error", "-i", clip, "-f", "rawvideo", "-pix_fmt", layout, "-"], stdout=subprocess.PIPE, check=True).stdout


def size(clip):
    answer = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "json", clip],
                            stdout=subprocess.PIPE, check=True).stdout
    stream = json.loads(answer)["streams"][0]
    return stream["width"], stream["height"]


def opencv(of, frames, step):
    """Milliseconds for a second of video, and faces a frame that was looked at."""
    start, faces = time.process_time(), 0
    for frame in frames[::step]:
        for face in of.detect(frame):
            of.embed(of.crop(frame, face["landmarks"]))
            faces += 1
    return 1e3 * (time.process_time() - start) * FPS / len(frames), faces / len(frames[::step])


def ours(tracking, models, i420, width, height, *budget):
    """The same of `tracking`, which prints ten parts of a minute."""
    printed = subprocess.run([tracking, models, str(width), str(height), "1", *budget], input=i420, stdout=subprocess.PIPE, check=True).stdout.decode()
    rows = [[float(cell) for cell in line.split()] for line in printed.splitlines()[1:]]
    return statistics.mean(row[2] for row in rows), statistics.mean(row[3] for row in rows)


def main():
    if len(sys.argv) not in (4, 5):
        raise SystemExit(__doc__)
    clip, tracking, models = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) == 5 else 5
    if len(os.sched_getaffinity(0)) != 1:
        raise SystemExit("run it on one core: taskset -c 1 …")
    cv2.setNumThreads(1)
    width, height = size(clip)
    frames = np.frombuffer(raw(clip, "bgr24"), np.uint8).reshape(-1, height, width, 3)
    i420, of = raw(clip, "yuv420p"), opencv_faces.OpenCv()
    took = {}
    for _ in range(rounds):
        for name, run in (("OpenCV, every frame", lambda: opencv(of, frames, 1)), ("OpenCV, every third frame", lambda: opencv(of, frames, 3)),
                          ("facecore, default budget", lambda: ours(tracking, models, i420, width, height)),
                          ("facecore, no budget", lambda: ours(tracking, models, i420, width, height, "0"))):
            took.setdefault(name, []).append(run())
    print(f"{clip}: {width}×{height}, {len(frames)} frames; medians of {rounds} rounds\n")
    print("| | ms a second of video | share of a core | times real time | faces a frame |\n|---|---:|---:|---:|---:|")
    for name, rows in took.items():
        ms, faces = (statistics.median(column) for column in zip(*rows))
        print(f"| {name} | {ms:.0f} | {ms / 10:.0f} % | {1e3 / ms:.1f} | {faces:.1f} |")


if __name__ == "__main__":
    main()

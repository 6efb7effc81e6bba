"""Tracks of made clips by what others do, for score.py: the same detections go into every one.

peers.py FOLDER FRAMES MODELS

FOLDER is from make.py; FRAMES is the program `target/release/frames`. Writes FOLDER/detections/NN-low.jsonl (kept, so a second run is fast)
and FOLDER/tracks/PEER/NN-low.jsonl. The peers:

- chain: detect every frame, a box goes on with the track whose last box (of the frame before) it overlaps most, name every frame;
- bytetrack: ByteTrack of the package `trackers`, at its defaults;
- norfair: norfair of that package, with the overlap of boxes, at its defaults.

A peer's track has the name that most of its frames have, each alone by the photo's rule.
"""
import collections
import json
import pathlib
import subprocess
import sys

import numpy as np
from scipy.optimize import linear_sum_assignment

from score import overlaps

LEAST_OVERLAP = 0.3


def detections(clip, size, frames, models, people, out):
    """The frames' detections, from the file if it is there."""
    if not out.exists():
        decode = subprocess.Popen(["ffmpeg", "-loglevel", "error", "-i", clip, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                                  stdout=subprocess.PIPE)
        part = out.with_suffix(".part")
        with open(part, "w") as lines:
            subprocess.run([frames, models, *map(str, size), people], stdin=decode.stdout, stdout=lines, check=True)
        if decode.wait():
            raise SystemExit(f"ffmpeg failed on {clip}")
        part.rename(out)
    with open(out) as lines:
        return [json.loads(line)["faces"] for line in lines]


class Chain:
    """The plain way: no prediction, no memory beyond a frame."""

    def __init__(self, _fps):
        self.last, self.next = [], 0

    def update(self, boxes, _scores):
        ids = [None] * len(boxes)
        if self.last and len(boxes):
            overlap = overlaps(np.array([box for _, box in self.last]), boxes)
            for row, column in zip(*linear_sum_assignment(-overlap)):
                if overlap[row, column] >= LEAST_OVERLAP:
                    ids[column] = self.last[row][0]
        for at in range(len(boxes)):
            if ids[at] is None:
                ids[at], self.next = self.next, self.next + 1
        self.last = list(zip(ids, boxes))
        return ids


class ByteTrack:
    def __init__(self, fps):
        import trackers
        self.tracker = trackers.ByteTrackTracker(frame_rate=fps)

    def update(self, boxes, scores):
        import supervision
        found = supervision.Detections(xyxy=boxes.reshape(-1, 4), confidence=scores, class_id=np.zeros(len(boxes), int),
                                       data={"at": np.arange(len(boxes))})
        tracked, ids = self.tracker.update(found), [None] * len(boxes)
        for at, track in zip(tracked.data.get("at", []), tracked.tracker_id):
            ids[int(at)] = int(track) if track >= 0 else None
        return ids


class Norfair:
    def __init__(self, fps):
        import norfair
        self.norfair, self.fps = norfair, fps
        self.tracker = norfair.Tracker(distance_function="iou", distance_threshold=1 - LEAST_OVERLAP)

    def update(self, boxes, scores):
        made = [self.norfair.Detection(box.reshape(2, 2), scores=np.repeat(score, 2), data=at)
                for at, (box, score) in enumerate(zip(boxes, scores))]
        ids = [None] * len(boxes)
        for track in self.tracker.update(detections=made):
            # Only those that were seen in this very frame.
            if any(track.last_detection is detection for detection in made):
                ids[track.last_detection.data] = track.id
        return ids


PEERS = {"chain": Chain, "bytetrack": ByteTrack, "norfair": Norfair}


def track(peer, frames, fps):
    """The lines of a clip's tracks."""
    tracker, tracks, spoken = peer(fps), collections.defaultdict(list), collections.defaultdict(list)
    for frame, faces in enumerate(frames):
        boxes = np.array([face["box"] for face in faces], float).reshape(-1, 4)
        ids = tracker.update(boxes, np.array([face["score"] for face in faces], float))
        for face, track in zip(faces, ids):
            if track is not None:
                tracks[track].append([frame, *face["box"]])
                spoken[track].append(face["person"])
    most = {number: collections.Counter(of).most_common(1)[0][0] for number, of in spoken.items()}
    return [{"track": number, "person": most[number], "frames": of, "frame_persons": spoken[number]} for number, of in tracks.items()]


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    folder, frames, models = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    (folder / "detections").mkdir(exist_ok=True)
    for clip in sorted((folder / "clips").glob("*-*.mp4")):
        truth = json.loads((folder / "clips" / f"{clip.stem.split('-')[0]}.json").read_text())
        found = detections(clip, (truth["width"], truth["height"]), frames, models, folder / "gallery",
                           folder / "detections" / f"{clip.stem}.jsonl")
        for name, peer in PEERS.items():
            out = folder / "tracks" / name
            out.mkdir(parents=True, exist_ok=True)
            lines = track(peer, found, truth["fps"])
            (out / f"{clip.stem}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        print(clip.stem, flush=True)


if __name__ == "__main__":
    main()

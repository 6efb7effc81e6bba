"""Where a face is in the frames between two looks: optical flow, as facecore follows it, beside a Kalman filter and the last box, on the same looks.

between.py FOLDER TRACKS

FOLDER is from make.py and peers.py (for what the detector sees in every frame), TRACKS from ours.py without a budget. A frame in which a track's box is just what the detector sees was looked at; the
filter (SORT's: Bewley et al. 2016, section 3.2) is told the same boxes in the same frames, and whose they are by the truth. Prints for all frames in between
the mean overlap with the truth, the share of faces of which it is at least 0.7, and how far the centre is off, as a share of the face's width.
"""
import json
import pathlib
import sys

import numpy as np
from filterpy.kalman import KalmanFilter

from score import OVERLAP, VISIBLE, Clip, by_frame, clipped, overlaps, read_tracks

WAYS = ["the last box", "Kalman filter", "optical flow"]
# A box of the detector, as it was written.
SAME = 0.01


def sort_filter(box):
    """SORT's: centre, area and ratio of the sides; the first three move on at a constant rate."""
    kalman = KalmanFilter(dim_x=7, dim_z=4)
    kalman.F = np.eye(7) + np.eye(7, k=4)
    kalman.H = np.eye(4, 7)
    kalman.R[2:, 2:] *= 10
    kalman.P[4:, 4:] *= 1000
    kalman.P *= 10
    kalman.Q[-1, -1] *= 0.01
    kalman.Q[4:, 4:] *= 0.01
    kalman.x[:4] = measured(box)
    return kalman


def measured(box):
    x1, y1, x2, y2 = box
    return np.array([[(x1 + x2) / 2], [(y1 + y2) / 2], [(x2 - x1) * (y2 - y1)], [(x2 - x1) / (y2 - y1)]])


def predicted(kalman):
    x, y, area, ratio = kalman.x[:4, 0]
    width = np.sqrt(max(area, 1) * max(ratio, 0.01))
    height = max(area, 1) / width
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def whose(truth, boxes):
    """The box of each face of the truth that has one: {id: place}."""
    overlap = overlaps(truth[:, 1:5], boxes)
    if not overlap.size:
        return {}
    best = overlap.argmax(axis=1)
    return {int(face[0]): at for face, at, most in zip(truth, best, overlap.max(axis=1)) if most >= OVERLAP}


def between(clip, tracks, seen):
    """Of each face in each frame between looks: the truth's box, and that of each way."""
    filters, last = {}, {}
    shot = 0
    for frame, (boxes, _) in enumerate(by_frame(tracks, clip)):
        truth = clip.frames[frame]
        if clip.shot_of(frame) != shot:
            shot, filters, last = clip.shot_of(frame), {}, {}
        for kalman in filters.values():
            kalman.predict()
        looked = seen[frame]
        if len(boxes) and len(looked) and np.abs(boxes[:, None] - looked[None]).max(axis=2).min() < SAME:
            for person, at in whose(truth, looked).items():
                last[person] = looked[at]
                if person in filters:
                    filters[person].update(measured(looked[at]))
                else:
                    filters[person] = sort_filter(looked[at])
            continue
        own = whose(truth, boxes)
        for person, *box, visible in truth:
            if visible >= VISIBLE and person in own and person in last:
                yield box, [last[person], predicted(filters[person]), boxes[own[person]]]


def main():
    folder, tracks = map(pathlib.Path, sys.argv[1:])
    rows = []
    for path in sorted(tracks.glob("*.jsonl")):
        clip = Clip(folder / "clips" / f"{path.stem.split('-')[0]}.json")
        with open(folder / "detections" / path.name) as lines:
            seen = [clipped(np.array([face["box"] for face in json.loads(line)["faces"]], float).reshape(-1, 4), clip.size) for line in lines]
        rows += between(clip, read_tracks(path), seen)
    truth = np.array([box for box, _ in rows])
    print(f"{len(rows)} faces in frames between looks")
    print("| followed by | mean overlap | at least 0.7 | centre off by, of the width |\n|---|--:|--:|--:|")
    for at, way in enumerate(WAYS):
        boxes = np.array([ways[at] for _, ways in rows])
        overlap = np.array([overlaps(a[None], b[None])[0, 0] for a, b in zip(truth, boxes)])
        off = np.hypot(*((boxes[:, :2] + boxes[:, 2:] - truth[:, :2] - truth[:, 2:]) / 2).T) / (truth[:, 2] - truth[:, 0])
        print(f"| {way} | {overlap.mean():.3f} | {(overlap >= 0.7).mean():.3f} | {off.mean():.3f} |")


main()

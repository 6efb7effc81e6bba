"""Scores tracks of made clips against their truth.

score.py FOLDER NAME=TRACKS…

FOLDER is from make.py; TRACKS has a file `NN-low.jsonl` (middle, high) a clip, with a line a track:

{"track": 3, "person": "NAME" or null, "frames": [[frame, x1, y1, x2, y2], …]}

More fields may be there: `joined`, the number of the person whose track it is, the same for all tracks of one person over shots (else every
track is taken for another person); `frame_persons`, a name or null a frame, for what names every frame; and `match`, as `facecore video --json` has it, for why there is no name.
"""
import collections
import json
import pathlib
import sys

import motmetrics as mm
import numpy as np
from scipy.optimize import linear_sum_assignment

# A box is a face's if they overlap so much; a face of which less is visible need not be found, and finding it is no error.
OVERLAP, VISIBLE = 0.5, 0.5
# The box of such a face may be off: a box that overlaps it by this much is left out as well.
NEAR_IGNORED = 0.2
# A cosine at most this far below what is required counts as nearly enough.
NEARLY = 0.1
# motmetrics takes numbers: a person in a shot is the person's number plus this much for every shot before.
SHOT = 1000
METRICS = ["idf1", "num_switches", "recall", "mostly_tracked", "num_unique_objects", "num_false_positives"]


class Clip:
    """The truth of a clip: of every frame rows of (id, x1, y1, x2, y2, visible)."""

    def __init__(self, path):
        truth = json.loads(path.read_text())
        self.people, self.shots = truth["people"], truth["shots"]
        self.frames = [np.array(frame, float).reshape(-1, 6) for frame in truth["frames"]]
        self.size = truth["width"], truth["height"]
        for frame in self.frames:
            frame[:, 1:5] = clipped(frame[:, 1:5], self.size)

    def shot_of(self, frame):
        return next(at for at, (start, end) in enumerate(self.shots) if start <= frame < end)


def clipped(boxes, size):
    return np.clip(boxes, 0, [*size, *size])


def overlaps(a, b):
    """Intersection over union of each box of a with each of b."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    area = lambda boxes: np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return both / np.maximum(area(a)[:, None] + area(b)[None] - both, 1e-9)


def read_tracks(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines]


def by_frame(tracks, clip):
    """Of every frame the boxes, and the place in `tracks` of each."""
    boxes, whose = collections.defaultdict(list), collections.defaultdict(list)
    for at, track in enumerate(tracks):
        for frame, *box in track["frames"]:
            boxes[int(frame)].append(box)
            whose[int(frame)].append(at)
    for frame in range(len(clip.frames)):
        yield clipped(np.array(boxes[frame], float).reshape(-1, 4), clip.size), np.array(whose[frame], int)


def without_ignored(truth, boxes, whose):
    """Leaves out faces that need not be found, and the boxes that are of them."""
    must = truth[:, 5] >= VISIBLE
    overlap = overlaps(truth[:, 1:5], boxes)
    drop = np.zeros(len(boxes), bool)
    if overlap.size:
        rows, columns = linear_sum_assignment(-np.where(overlap >= OVERLAP, overlap, 0))
        taken = {column: row for row, column in zip(rows, columns) if overlap[row, column] >= OVERLAP}
        for column in range(len(boxes)):
            if column in taken:
                drop[column] = not must[taken[column]]
            else:
                drop[column] = (~must).any() and overlap[~must, column].max() >= NEAR_IGNORED
    return truth[must], boxes[~drop], whose[~drop]


def score(clip, tracks):
    """Accumulators of motmetrics for tracks within shots and for people over the clip, and the names."""
    within, whole, owners = compare(clip, tracks)
    return within, whole, names(clip, tracks, owners)


def compare(clip, tracks):
    """Accumulators of motmetrics for tracks within shots and for people over the clip, and of each track in how many frames it is of whom."""
    within, whole = mm.MOTAccumulator(), mm.MOTAccumulator()
    numbers = {}
    joined = np.array([numbers.setdefault(joined_as(track), len(numbers)) for track in tracks], int)
    for frame, (boxes, whose) in enumerate(by_frame(tracks, clip)):
        truth, boxes, whose = without_ignored(clip.frames[frame], boxes, whose)
        ids = truth[:, 0].astype(int)
        distances = 1 - overlaps(truth[:, 1:5], boxes)
        distances[distances > 1 - OVERLAP] = np.nan
        within.update(ids + SHOT * clip.shot_of(frame), whose, distances, frameid=frame)
        whole.update(ids, joined[whose], distances, frameid=frame)
    seen = [collections.Counter() for _ in tracks]
    events = within.mot_events
    for who, track in events.loc[events.Type.isin(["MATCH", "SWITCH"]), ["OId", "HId"]].itertuples(index=False):
        seen[int(track)][int(who) % SHOT] += 1
    return within, whole, seen


def joined_as(track):
    return ("joined", track["joined"]) if track.get("joined") is not None else ("alone", track["track"])


def names(clip, tracks, seen):
    """How many tracks, frames of tracks, and frames named each alone, have which name: rows (what, person of the truth, outcome)."""
    counts = collections.Counter()
    for track, of in zip(tracks, seen):
        if not of:
            continue
        # A track is of the person who is in most of its frames.
        who = clip.people[of.most_common(1)[0][0]]
        kind = "strangers" if not who["enrolled"] else "of families" if who["family"] else "others"
        counts["tracks", kind, judged(track["person"], who)] += 1
        counts["tracks by their frames", kind, judged(track["person"], who)] += of.total()
        if "match" in track and who["enrolled"] and track["person"] is None:
            counts["why none", kind, reason(track["match"], who)] += 1
        for person in track.get("frame_persons", []):
            counts["frames, each alone", kind, judged(person, who)] += 1
    return counts


def reason(match, who):
    """Why a track of somebody who is enrolled has no name."""
    if match is None:
        return "no view could be embedded"
    if match["reason"] != "below-threshold":
        return match["reason"]
    own = match["nearest"]["person"] == who["name"]
    near = match["nearest"]["cosine"] > match["threshold"] - NEARLY
    return f"{'they are' if own else 'somebody else is'} the nearest, by {'less' if near else 'more'} than {NEARLY} too far"


def judged(person, who):
    if person is None:
        return "none"
    return "right" if who["enrolled"] and person == who["name"] else "wrong"


def table(title, rows, columns):
    print(f"\n### {title}\n\n| | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    for name, *cells in rows:
        print(f"| {name} | {' | '.join(cells)} |")


def print_tracking(title, scored, which):
    """A table of a measure over groups of clips."""
    host, rows = mm.metrics.create(), []
    for name, of in scored.items():
        for group, clips in groups(of).items():
            every = [of[key][which] for key in clips]
            row = host.compute_many(every, metrics=METRICS, names=[str(at) for at in range(len(every))], generate_overall=True).loc["OVERALL"]
            rows.append((f"{name}, {group}", f"{len(clips)}", f"{row.idf1:.3f}", f"{row.num_switches:.0f}", f"{row.recall:.3f}",
                         f"{row.mostly_tracked / max(row.num_unique_objects, 1):.3f}", f"{row.num_false_positives:.0f}"))
    rows.sort(key=lambda row: row[0].split(", ", 1)[1] != "all")
    table(title, rows, ["clips", "IDF1", "switches", "recall", "mostly tracked", "false boxes"])


def groups(of):
    """Names of groups of clips and the keys (people, bitrate, clip) in each."""
    found = {"all": list(of)}
    for people in sorted({key[0] for key in of}):
        found[f"{people} people"] = [key for key in of if key[0] == people]
    for rate in ("low", "middle", "high"):
        found[rate] = [key for key in of if key[1] == rate]
    found["to 6 people, middle"] = [key for key in of if key[0] <= 6 and key[1] == "middle"]
    return {name: keys for name, keys in found.items() if keys}


def print_names(scored):
    """Of the people who are enrolled the shares of outcomes, all and by the source of their photos; of strangers the share that got a name."""
    rows = []
    for name, of in scored.items():
        for what in ("tracks", "tracks by their frames", "frames, each alone"):
            for rate in ("all", "low", "middle", "high"):
                counts = sum((row[2] for key, row in of.items() if rate in ("all", key[1])), collections.Counter())
                if any(key[0] == what for key in counts):
                    rows.append((f"{name}, {what}, {rate}", *shares(counts, what)))
    outcomes = ("right", "wrong", "none")
    table("Names", rows, ["enrolled", *outcomes, "of families", *outcomes, "others", *outcomes, "strangers", "named"])


def print_reasons(scored):
    """Of the tracks of people who are enrolled those without a name, by reason."""
    rows = []
    for name, of in scored.items():
        for rate in ("low", "middle", "high"):
            counts = sum((row[2] for key, row in of.items() if rate == key[1]), collections.Counter())
            for why in sorted({key[2] for key in counts if key[0] == "why none"}):
                rows.append((f"{name}, {rate}, {why}", *(f"{counts['why none', kind, why]}" for kind in ("of families", "others"))))
    if rows:
        table("Tracks without their name", rows, ["of families", "others"])


def shares(counts, what):
    cells = []
    for kinds in (("of families", "others"), ("of families",), ("others",), ("strangers",)):
        of = {outcome: sum(counts[what, kind, outcome] for kind in kinds) for outcome in ("right", "wrong", "none")}
        count = sum(of.values())
        shown = ("wrong",) if kinds == ("strangers",) else of
        cells += [f"{count}", *(f"{of[outcome] / max(count, 1):.4f}" for outcome in shown)]
    return cells


def main():
    if len(sys.argv) < 3 or any("=" not in given for given in sys.argv[2:]):
        raise SystemExit(__doc__)
    folder, scored = pathlib.Path(sys.argv[1]), {}
    for given in sys.argv[2:]:
        name, tracks = given.split("=", 1)
        scored[name] = {}
        for path in sorted(pathlib.Path(tracks).glob("*.jsonl")):
            number, rate = path.stem.split("-")
            clip = Clip(folder / "clips" / f"{number}.json")
            scored[name][len(clip.people), rate, number] = score(clip, read_tracks(path))
    print_tracking("Tracks: a person in a shot is one track", scored, 0)
    print_tracking("People: a person in a clip is one person, over all shots", scored, 1)
    print_names(scored)
    print_reasons(scored)


if __name__ == "__main__":
    main()

"""Makes clips of people with the truth of every frame: real faces, cut out of photos, that move in front of scenes.

make.py FOLDER --images PEOPLE --scenes SCENES --seed N

PEOPLE has a folder a person with photos; SCENES has photos, those with faces named in its faces.csv. FOLDER gets, of each clip,
`clips/NN.json` (the truth) and `clips/NN-low.mp4`, `-middle.mp4`, `-high.mp4`; `gallery/NAME/` has photos of 100 people, none of which is
in a clip; `shown/NAME/` the photos that are; `others/NAME/` photos of 100 people who are in no clip. README.md has what is in the truth. The same
seed gives the same truth, byte for byte.
"""
import argparse
import csv
import json
import pathlib
import subprocess

import cv2
import numpy as np

import paths
import people
import picture

SIZE, FPS = (1280, 720), 25
PEOPLE_IN_CLIPS = (2, 4, 6, 8, 12)
BITRATES = {"low": "250k", "middle": "1000k", "high": "4000k"}
# People in the clips, those of them who are strangers (nobody knows them), people who are known, and people in no clip.
CAST, STRANGERS, KNOWN, OTHERS = 60, 9, 100, 100


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path, required=True, help="a folder a person, with photos")
    parser.add_argument("--scenes", type=pathlib.Path, required=True, help="photos for the background")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--half", type=int, choices=(0, 1), default=0, help="0 to choose by, 1 to report: no person is in both")
    parser.add_argument("--facecore", default="target/release/facecore")
    parser.add_argument("--models", default="models")
    return parser.parse_args()


def empty_scenes(folder):
    """Scenes in which no detector sees a face."""
    with open(folder / "faces.csv", newline="") as lines:
        rows = [row for row in csv.DictReader(lines)]
    best = ("best_score_of_yunet", "best_score_of_reference_mtcnn")
    return sorted(folder / row["file"] for row in rows if all(float(row[column]) < 0.3 for column in best))


def cuts(frames, rng):
    """Shots as (first frame, frame after the last): one to three, none shorter than two and a half seconds."""
    count = int(rng.choice([1, 2, 3], p=[0.5, 0.25, 0.25]))
    ends = [round(frames * (shot + rng.uniform(-0.08, 0.08)) / count) for shot in range(1, count)] + [frames]
    return list(zip([0] + ends[:-1], ends))


def who_is_in(shots, count, rng):
    """The people of each shot, as numbers: everybody is in one, most are in all."""
    if len(shots) == 1:
        return [list(range(count))]
    least = max(1, round(0.7 * count))
    cast = [sorted(rng.choice(count, int(rng.integers(least, count + 1)), replace=False).tolist()) for _ in shots]
    missing = set(range(count)) - {who for of in cast for who in of}
    cast[0] = sorted({*cast[0], *missing})
    return cast


def plan(cast, scenes, rng):
    """Shots of a clip, not yet drawn: (first frame, Shot)."""
    frames = int(rng.integers(8 * FPS, 10 * FPS + 1))
    spans = cuts(frames, rng)
    backgrounds = rng.choice(len(scenes), len(spans), replace=False)
    offsets = rng.integers(0, 8, len(cast))
    shots = []
    for at, (span, members, scene) in enumerate(zip(spans, who_is_in(spans, len(cast), rng), backgrounds)):
        length = span[1] - span[0]
        actors = []
        for who, path in zip(members, paths.shot(len(members), length, SIZE, FPS, rng)):
            shown = cast[who].shown
            turned = [shown[(offsets[who] + 2 * at + photo) % len(shown)] for photo in range(min(3, len(shown)))]
            actors.append((who, picture.Actor([picture.Patch(photo) for photo in turned], path, rng)))
        shots.append((span[0], picture.Shot(cv2.imread(str(scenes[scene])), actors, length, SIZE, rng)))
    return shots


def encoder(stem):
    """An ffmpeg that takes raw pictures and writes the clip at every bitrate."""
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "{}x{}".format(*SIZE),
               "-r", str(FPS), "-i", "-"]
    for name, rate in BITRATES.items():
        command += ["-c:v", "libx264", "-preset", "medium", "-threads", "1", "-pix_fmt", "yuv420p", "-b:v", rate, "-maxrate", rate,
                    "-bufsize", rate, "-map_metadata", "-1", "-fflags", "+bitexact", f"{stem}-{name}.mp4"]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def film(stem, shots):
    """Draws and encodes a clip; returns the faces of every frame."""
    frames = []
    ffmpeg = encoder(stem)
    for _, shot in shots:
        for frame in range(shot.frames):
            pixels, faces = shot.picture(frame)
            ffmpeg.stdin.write(pixels.tobytes())
            frames.append([[who, *(round(float(v), 2) for v in box), round(float(seen), 3)] for who, box, seen in faces if seen > 0])
    ffmpeg.stdin.close()
    if ffmpeg.wait():
        raise SystemExit(f"ffmpeg failed on {stem}")
    return frames


def write_truth(path, cast, enrolled, shots, frames):
    members = [{"id": who, "name": person.name, "family": people.family(person.name), "enrolled": person.name in enrolled}
               for who, person in enumerate(cast)]
    spans = [[first, first + shot.frames] for first, shot in shots]
    head = json.dumps({"width": SIZE[0], "height": SIZE[1], "fps": FPS, "people": members, "shots": spans})
    lines = ",\n".join(json.dumps(frame, separators=(",", ":")) for frame in frames)
    path.write_text(f'{head[:-1]}, "frames": [\n{lines}\n]}}\n')


def write_photos(folder, photos_of):
    for name, photos in photos_of.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for photo in photos:
            photo.write_to(folder / name)


def main():
    args = arguments()
    cv2.setNumThreads(1)
    rng = np.random.default_rng([args.seed, args.half])
    more = KNOWN - CAST + STRANGERS
    everybody, others, left_out = people.gather(args.images, args.half, (CAST, more + OTHERS), rng,
                                                lambda of: people.embed(args.facecore, args.models, of))
    known = everybody[STRANGERS:] + others[:more]
    enrolled = {person.name for person in known}
    write_photos(args.folder / "gallery", {person.name: person.known for person in known})
    write_photos(args.folder / "shown", {person.name: person.shown for person in everybody})
    write_photos(args.folder / "others", {person.name: person.known for person in others[more:]})
    scenes = empty_scenes(args.scenes)
    (args.folder / "clips").mkdir(parents=True, exist_ok=True)
    print(f"{CAST} people to show, {STRANGERS} of them strangers; {len(known)} known; {len(scenes)} scenes; "
          f"{left_out} photos left out as somebody else's")
    for clip in range(args.clips):
        of_clip = np.random.default_rng([args.seed, args.half, clip])
        count = PEOPLE_IN_CLIPS[clip % len(PEOPLE_IN_CLIPS)]
        cast = [everybody[who] for who in of_clip.choice(len(everybody), count, replace=False)]
        shots = plan(cast, scenes, of_clip)
        stem = args.folder / "clips" / f"{clip:02}"
        frames = film(stem, shots)
        write_truth(stem.with_suffix(".json"), cast, enrolled, shots, frames)
        print(f"{stem}: {count} people, {len(shots)} shots, {len(frames)} frames", flush=True)


if __name__ == "__main__":
    main()

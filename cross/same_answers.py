"""Compares what a command of facecore answers with the answers of x86: cross/same_answers.py [--bf16] COMMAND...

COMMAND is facecore with what runs it, such as `qemu-aarch64-static -L /usr/aarch64-linux-gnu facecore`. testdata/golden/float.jsonl has the
answers in f32 by AVX2: boxes and landmarks must lie within 0.1 pixels, scores within 1e-3, and embeddings at a cosine of 0.99999 or more, each value within 1e-4.
testdata/golden/bf16.jsonl has those in bf16 by AVX-512. Other kernels add in another order, and what is then rounded may differ by a bit of bf16:
BF16 below says what is borne. `cross/same_answers.py --write [--bf16] COMMAND...` writes these files.
"""

import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# How far apart boxes and landmarks (in pixels), scores, and values may be; the lowest cosine.
F32 = (0.1, 1e-3, 1e-4, 0.99999)
BF16 = (0.5, 1e-2, 1e-2, 0.9998)
RUNS = [
    ["embed", "--model", "facenet-ms1m-128", "testdata/photos/astronaut.jpg", "testdata/orientations/6.jpg"],
    ["embed", "--model", "facenet-casia-512", "testdata/photos/astronaut.jpg"],
    ["embed", "--model", "sface", "--detector", "yunet", "testdata/photos/astronaut.jpg", "testdata/photos/group.jpg"],
    ["detect", "testdata/photos/group.jpg"],
]


def answers(command, compute):
    for run in RUNS:
        options = ["--json", "--threads", "1", "--compute", compute]
        out = subprocess.run([*command, *run, *options], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        for line in out.splitlines():
            yield {"run": " ".join(run), **json.loads(line)}


def differences(ours, golden):
    """The largest distance of a box or landmark, of a score, of a value, and the lowest cosine."""
    if len(ours["faces"]) != len(golden["faces"]):
        sys.exit(f"{golden['file']}: {len(ours['faces'])} faces, not {len(golden['faces'])}: {golden['run']}")
    places = scores = values = 0.0
    cosine = 1.0
    for a, b in zip(ours["faces"], golden["faces"]):
        flat = lambda face: face["box"] + sum(face["landmarks"], [])
        places = max([places] + [abs(x - y) for x, y in zip(flat(a), flat(b))])
        scores = max(scores, abs(a["score"] - b["score"]))
        if "embedding" in b:
            left, right = a["embedding"], b["embedding"]
            values = max([values] + [abs(x - y) for x, y in zip(left, right, strict=True)])
            cosine = min(cosine, sum(x * y for x, y in zip(left, right)) / math.hypot(*left) / math.hypot(*right))
    return places, scores, values, cosine


def main():
    arguments = sys.argv[1:]
    write, coarse = ("--write" in arguments[:2], "--bf16" in arguments[:2])
    command = arguments[write + coarse:]
    compute, (most_places, most_scores, most_values, least_cosine) = ("bf16", BF16) if coarse else ("f32", F32)
    file = ROOT / f"testdata/golden/{'bf16' if coarse else 'float'}.jsonl"
    if write:
        file.write_text("".join(json.dumps(answer, separators=(",", ":")) + "\n" for answer in answers(command, compute)))
        return
    golden = [json.loads(line) for line in file.read_text().splitlines()]
    for ours, expected in zip(answers(command, compute), golden, strict=True):
        places, scores, values, cosine = differences(ours, expected)
        text = f"{len(expected['faces'])} faces, at most {places:.5f} pixels and {scores:.1e} of the score apart"
        text += f", values {values:.1e}, lowest cosine {cosine:.9f}" if "embedding" in expected["faces"][0] else ""
        print(f"{compute}: {expected['run'].split()[0]} {expected['file']}: {text}", flush=True)
        if places > most_places or scores > most_scores or values > most_values or cosine < least_cosine:
            sys.exit("that is too far from what x86 answers")


if __name__ == "__main__":
    main()

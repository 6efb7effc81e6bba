"""Compares what a command of facecore answers with the answers of x86: cross/same_answers.py COMMAND...

COMMAND is facecore with what runs it, such as `qemu-aarch64-static -L /usr/aarch64-linux-gnu facecore`. testdata/golden/float.jsonl has the
answers in f32 by AVX2: boxes and landmarks must lie within 0.1 pixels, scores within 1e-3, and embeddings at a cosine of 0.99999 or more, each value within 1e-4.
`cross/same_answers.py --write COMMAND...` writes that file.
"""

import json
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ANSWERS = ROOT / "testdata/golden/float.jsonl"
RUNS = [
    ["embed", "--model", "facenet-ms1m-128", "testdata/photos/astronaut.jpg", "testdata/orientations/6.jpg"],
    ["embed", "--model", "facenet-casia-512", "testdata/photos/astronaut.jpg"],
    ["embed", "--model", "sface", "--detector", "yunet", "testdata/photos/astronaut.jpg", "testdata/photos/group.jpg"],
    ["detect", "testdata/photos/group.jpg"],
]


def answers(command):
    for run in RUNS:
        options = ["--json", "--threads", "1", "--compute", "f32"]
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
    if sys.argv[1:2] == ["--write"]:
        lines = "".join(json.dumps(answer, separators=(",", ":")) + "\n" for answer in answers(sys.argv[2:]))
        ANSWERS.write_text(lines)
        return
    golden = [json.loads(line) for line in ANSWERS.read_text().splitlines()]
    for ours, expected in zip(answers(sys.argv[1:]), golden, strict=True):
        places, scores, values, cosine = differences(ours, expected)
        text = f"{len(expected['faces'])} faces, at most {places:.5f} pixels and {scores:.1e} of the score apart"
        text += f", values {values:.1e}, lowest cosine {cosine:.9f}" if "embedding" in expected["faces"][0] else ""
        print(f"{expected['run'].split()[0]} {expected['file']}: {text}", flush=True)
        if places > 0.1 or scores > 1e-3 or values > 1e-4 or cosine < 0.99999:
            sys.exit("that is too far from what x86 answers")


if __name__ == "__main__":
    main()

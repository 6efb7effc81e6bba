"""Fills in what the cases of cases/index.json and cases/merge.json expect, by plain arithmetic and by the documented formats, without facecore.

    python3 testdata/cases.py

The other cases' expectations were written by hand.
"""

import json
import math
import struct
from pathlib import Path

CASES = Path(__file__).parent / "cases"


def cosine(a, b):
    dot, *squares = (math.fsum(x * y for x, y in zip(*pair)) for pair in ((a, b), (a, a), (b, b)))
    return dot / math.sqrt(squares[0] * squares[1])


def turned(face):
    """The turned face: twice, half of the values change sign, by a counter's mixed bits, then a Hadamard transform."""
    length = max(64, 1 << (len(face) - 1).bit_length())
    values = list(face) + [0] * (length - len(face))
    for number in range(2):
        flipped = [-value if mixed(number << 32 | at) & 1 else value for at, value in enumerate(values, 1)]
        values = [math.fsum(-v if (row & at).bit_count() % 2 else v for at, v in enumerate(flipped)) for row in range(length)]
    return values


def mixed(counter):
    """SplitMix64."""
    bits = counter * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
    return bits ^ bits >> 31


def by_signs(query, face):
    """How alike a face is as far as its signs tell: the product of the turned query with them, as a share of the largest possible."""
    query, face = turned(query), turned(face)
    return math.fsum(a if b >= 0 else -a for a, b in zip(query, face)) / math.fsum(map(abs, query))


def hits(faces, query, step):
    """What a search finds among (id, face) in the order in which they were added."""
    places = [place for place, (id, _) in enumerate(faces) if id not in step.get("except", []) and id in step.get("only", [id])]
    if not step.get("exact"):
        shortlist = max(step.get("shortlist", 300), step.get("neighbours", 1), 1)
        if shortlist < len(places):
            alike = {place: by_signs(query, faces[place][1]) for place in places}
            places.sort(key=lambda place: -alike[place])
            assert alike[places[shortlist - 1]] - alike[places[shortlist]] > 0.05, "rounding could change the shortlist"
            places = sorted(places[:shortlist])
    found = [(faces[place][0], cosine(query, faces[place][1])) for place in places]
    found = [(id, cosine) for id, cosine in found if cosine >= step.get("least", -1)]
    found.sort(key=lambda hit: -round(hit[1], 9))
    for (_, one), (_, other) in zip(found, found[1:]):
        assert one - other > 0.01 or one - other < 1e-9, "8 bits could change the order"
    return [[id, round(cosine, 6)] for id, cosine in found[: step.get("neighbours", 1)]]


def index(case):
    faces = []
    for step in case["steps"]:
        if step["answer"] in ("error space-mismatch", "error embedding", "error index"):
            continue
        if step["do"] == "add":
            faces += zip(step["ids"], step["faces"])
        elif step["do"] == "remove":
            step["answer"] = str(sum(id == step["id"] for id, _ in faces))
            faces = [face for face in faces if face[0] != step["id"]]
        elif step["do"] == "search":
            step["answer"] = hits(faces, step["face"], step)
        elif step["do"] == "search-many":
            step["answer"] = [hits(faces, face, step) for face in step["faces"]]
        elif step["do"] == "size":
            step["answer"] = str(len(faces))


def read_profile(text):
    data = bytes.fromhex(text)
    count, values = struct.unpack_from("<BH", data, 5)
    width = data[16]
    slots, at = {}, 20
    for _ in range(count):
        role, photos, faces = struct.unpack_from("<B3xII", data, at)
        sums = struct.unpack_from(f"<{values}{'i' if width == 4 else 'h'}", data, at + 12)
        slots[role] = [photos, faces, *sums]
        at += 12 + values * width
    return data[8:16], values, slots


def merge(case):
    if "error" in case["expect"]:
        return
    profiles = [read_profile(text) for text in case["profiles"]]
    space, values = (bytes.fromhex(case["space"]), case["values"]) if "values" in case else profiles[0][:2]
    merged = {}
    for _, _, slots in profiles:
        for role, slot in slots.items():
            merged[role] = [a + b for a, b in zip(merged.get(role, [0] * len(slot)), slot)]
    kind, width, scale = ("i", 4, 2**15) if values <= 256 else ("h", 2, 2**8)
    data = b"FCPR" + struct.pack("<BBH8sBxxx", 1, len(merged), values, space, width)
    slots = []
    for role, (photos, faces, *sums) in sorted(merged.items()):
        data += struct.pack(f"<B3xII{values}{kind}", role, photos, faces, *sums)
        slots.append([role, photos, faces, round(math.hypot(*sums) / faces / scale, 6)])
    embeddings = sum(any(slot[2:]) for slot in merged.values())
    case["expect"] = {"bytes": data.hex(), "slots": slots, "embeddings": embeddings}


def line(value):
    return json.dumps(value, ensure_ascii=False)


def written(case):
    if not case.get("steps"):
        return f"  {line(case)}"
    steps = ",\n".join(f"    {line(step)}" for step in case["steps"])
    return f"""  {line({**case, "steps": []})[:-3]}[\n{steps}\n  ]}}"""


for name, fill in [("index", index), ("merge", merge)]:
    cases = json.loads((CASES / f"{name}.json").read_text())
    for case in cases:
        fill(case)
    (CASES / f"{name}.json").write_text("[\n" + ",\n".join(map(written, cases)) + "\n]\n")

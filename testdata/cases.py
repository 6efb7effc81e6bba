"""Fills in what the cases of index, merge, accounts and stars expect, by plain arithmetic and by the documented formats, without facecore.

    python3 testdata/cases.py

The other cases' expectations were written by hand.
"""

import json
import math
import operator
import struct
import zlib
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
    """How alike a face is by its signs alone: the product of the turned query with them, as a share of the largest possible."""
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


def made(face, values):
    """A face of an account: random values by its number, and a step aside."""
    drawn = [(mixed(face["like"] << 32 | at) >> 40) / 2**23 - 1 for at in range(values)]
    return [drawn[0] + face.get("off", 0), *drawn[1:]]


def unit(face):
    length = math.sqrt(math.fsum(value * value for value in face))
    return [value / length for value in face]


def mean(faces):
    return [math.fsum(column) for column in zip(*map(unit, faces))]


def pairs(faces, least, known):
    """Pairs of two ids that are alike and not known, the most alike first."""
    faces = [(id, unit(face)) for id, face in faces]
    found = []
    for at, (one, face) in enumerate(faces):
        for other, against in faces[at + 1 :]:
            alike = sum(map(operator.mul, face, against))
            assert abs(alike - least) > 0.005, "8 bits could change the pairs"
            if alike > least and one != other and frozenset((one, other)) not in known:
                found.append([f"{min(one, other)}-{max(one, other)}", round(alike, 6)])
    return sorted(found, key=lambda pair: -pair[1])


class Accounts:
    """The store and the index of a case."""

    def __init__(self, case):
        self.values = case["values"]
        self.profiles, self.faces, self.known = {}, [], set()
        self.findable, self.opted_out = set(), set()

    def take(self, step):
        match step["do"]:
            case "profile":
                self.profiles[step["user"]] = [[made(face, self.values) for face in step.get(role, [])] for role in ("owner", "partner")]
            case "many":
                for user in range(step["first"], step["first"] + step["count"]):
                    self.profiles[user] = [[made({"like": user}, self.values)], []]
            case "write":
                for change in step["changes"]:
                    self.change(change)
            case "add-profiles":
                for user, roles in sorted(self.profiles.items()):
                    if not (step.get("single-owners") and roles[1]):
                        self.faces += [(user, mean(faces)) for faces in roles if faces]
            case "who":
                step["answer"] = self.who(step)
            case "search":
                step["answer"] = hits(self.faces, made(step["face"], self.values), step)
            case "find-clones" if step["answer"] != "left":
                step["answer"] = [pair for pair in pairs(self.faces, step["least"], self.known) if not self.out(pair[0])]
                self.known.update(frozenset(map(int, pair.split("-"))) for pair, _ in step["answer"])
            case "remove":
                step["answer"] = str(sum(id == step["id"] for id, _ in self.faces))
                self.faces = [face for face in self.faces if face[0] != step["id"]]
            case "size":
                step["answer"] = str(len(self.faces))

    def change(self, change):
        user, kind = change["user"], change["change"]
        if kind == "findable":
            (self.findable.add if change["findable"] else self.findable.discard)(user)
            self.findable -= self.opted_out
        elif kind == "judge-clone":
            self.known.add(frozenset((user, change["other"])))
        else:
            self.findable.discard(user)
            self.profiles.pop(user, None)
            self.known = {pair for pair in self.known if user not in pair}
            self.opted_out |= {user} if kind == "opt-out" else set()

    def out(self, pair):
        return any(int(user) in self.opted_out for user in pair.split("-"))

    def who(self, step):
        """Each user who agreed once, with their most alike face."""
        found = hits(self.faces, made(step["face"], self.values), {**step, "exact": True, "neighbours": len(self.faces)})
        best = {}
        for user, cosine in found:
            if user in self.findable:
                best.setdefault(user, cosine)
        return [[user, cosine] for user, cosine in best.items()][: step.get("neighbours", 1)]


def accounts(case):
    held = Accounts(case)
    for step in case["steps"]:
        if not str(step["answer"]).startswith("error"):
            held.take(step)


def people_bytes(space, people):
    """As docs/formats.md points to: by name, faces in 8 bits, a checksum."""
    data = b"FCPE\x01\0\0\0" + space + struct.pack("<I", len(people))
    for name, faces in sorted(people.items()):
        data += struct.pack("<H", len(name.encode())) + name.encode() + struct.pack("<I", len(faces))
        for face in map(unit, faces):
            scale = max(map(abs, face)) / 127
            data += b"FCE1" + struct.pack("<BBH8sf", 2, 0, len(face), space, scale)
            data += struct.pack(f"<{len(face)}b", *(round(value / scale) for value in face))
    return data + struct.pack("<I", zlib.crc32(data))


def decided(faces, people, threshold, margin):
    """Which face is whom: the nearest of the people, near enough, nearer by a margin than the next; each of them once."""
    best = {}
    for at, face in enumerate(faces):
        ranked = sorted(((max(cosine(face, known) for known in shown), name) for name, shown in people.items()), reverse=True)
        (alike, name), others = ranked[0], [alike for alike, _ in ranked[1:]]
        if alike >= threshold and all(alike - other >= margin for other in others) and alike > best.get(name, (0, 0))[0]:
            best[name] = (alike, at)
    return {at: (name, alike) for name, (alike, at) in best.items()}


def stars(case):
    people, space = {}, bytes.fromhex(case["space"])
    rule = case["threshold"], case["margin"]
    for step in case["steps"]:
        if str(step["answer"]).startswith("error"):
            continue
        if step["do"] == "add" and step["faces"]:
            people[step["person"]] = people.get(step["person"], []) + step["faces"]
        elif step["do"] == "remove":
            people.pop(step["person"], None)
        elif step["do"] == "bytes":
            step["answer"] = people_bytes(space, people).hex()
        elif step["do"] == "stars":
            step["answer"] = []
            for uploader in decided(step["faces"], {"": step["uploader"]}, *rule):
                others = {at: face for at, face in enumerate(step["faces"]) if at != uploader}
                found = decided(others.values(), people, *rule) if people else {}
                named = sorted((list(others)[at], name, alike) for at, (name, alike) in found.items())
                step["answer"] = [[f"{name.replace(' ', '_')}@{at}/{uploader}", round(alike, 6)] for at, name, alike in named]


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


for name, fill in [("index", index), ("merge", merge), ("accounts", accounts), ("stars", stars)]:
    cases = json.loads((CASES / f"{name}.json").read_text())
    for case in cases:
        fill(case)
    (CASES / f"{name}.json").write_text("[\n" + ",\n".join(map(written, cases)) + "\n]\n")

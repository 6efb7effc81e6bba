"""FAKER.whl NOMQUAMGENDER.whl: trains facecore/src/social/names.bin, and writes the held-out names into testdata/names.

Both are MIT-licensed PyPI packages: Faker 40.54.0 (lists of Russian names, last names of the world) and nomquamgender 0.1.4 (first names of 150
countries with the share of women). A logistic regression on hashed letter groups; a fifth of the names, by a hash of the name, is held out.
Needs numpy, scipy and scikit-learn.
"""
import ast
import hashlib
import json
import pathlib
import random
import sys
import unicodedata
import zipfile

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

HERE = pathlib.Path(__file__).resolve().parent
SLOTS = 1 << 15
LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
                 "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" ")))


def held_out(name):
    return hashlib.sha256(name.encode()).digest()[0] < 51


def latin(name):
    return "".join(LATIN.get(letter, letter) for letter in name.lower()).capitalize()


def fold(word):
    """Lower case without accents, as names.rs does it: й stays, since Cyrillic is not decomposed."""
    letters = []
    for letter in word.lower():
        base = unicodedata.normalize("NFD", letter)[0]
        letters.append(base if base.isascii() else ("е" if letter == "ё" else letter))
    return "".join(letter for letter in letters if letter.isalpha())


def groups(word, tag, ends_only):
    """The letter groups of a word: of last names and patronymics the endings only."""
    word = f"^{word}$"
    if ends_only:
        return [f"{tag}{word[-n:]}" for n in range(2, min(6, len(word)) + 1)]
    found = {f"{tag}{word[start:start + n]}" for n in range(2, 6) for start in range(len(word) - n + 1)}
    return sorted(found | {f"{tag}{word}"})


def slot(group):
    value = 2166136261
    for byte in group.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return (value ^ value >> 15) % SLOTS


def features(first, last):
    words = [fold(word) for word in first.split()]
    words = [word for word in words if word]
    found = [group for word in words[:1] for group in groups(word, "f", False)]
    found += [group for word in words[1:] for group in groups(word, "m", True)]
    found += [group for word in [fold(last)] if word for group in groups(word, "l", True)]
    return sorted({slot(group) for group in found})


def lists(archive, locale):
    """The tuples and dictionaries of names in a provider of Faker, without running it."""
    source = archive.read(f"faker/providers/person/{locale}/__init__.py").decode()
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            words = [item.value for item in ast.walk(node.value) if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            found[node.targets[0].id] = list(dict.fromkeys(words))
    return found


def main(faker, nomquamgender):
    random.seed(1)
    rows, test = [], {"russian": [], "international": []}
    with zipfile.ZipFile(faker) as archive:
        russian = lists(archive, "ru_RU")
        neutral = [name for locale in ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "tr_TR", "hu_HU", "sv_SE")
                   for name in lists(archive, locale).get("last_names", []) if name[0].isalpha()]
    for sex, target in (("male", 0.0), ("female", 1.0)):
        names = {kind: russian[f"{kind}_names_{sex}"] for kind in ("first", "middle", "last")}
        stem = lambda name: name[:4].lower()
        for kind, ending in names.items():
            for name in ending:
                if held_out(stem(name)):
                    continue
                for spelt in (name, latin(name)):
                    as_first = (spelt, "") if kind == "first" else (f"x {spelt}", "") if kind == "middle" else ("", spelt)
                    rows.append((*as_first, target, 20.0))
        pick = {kind: [name for name in ending if held_out(stem(name))] for kind, ending in names.items()}
        for name in pick["first"]:
            test["russian"].append((name, "", target))
            for _ in range(3):
                # First name and last name that training has not seen.
                test["russian"].append((name, random.choice(pick["last"]), target))
        for name in pick["last"]:
            test["russian"].append(("", name, target))
    with zipfile.ZipFile(nomquamgender) as archive:
        world = json.loads(archive.read("nomquamgender/name_data.json"))
    for name in sorted(world):
        sources, counts, women, _ = world[name]
        if sources < 3 or counts < 20 or not name.isalpha() or len(name) < 2:
            continue
        if held_out(name):
            if counts >= 2000:
                test["international"].append((name.capitalize(), "", women))
        else:
            weight = min(np.log10(counts), 6.0)
            rows += [(name, "", 1.0, weight * women), (name, "", 0.0, weight * (1 - women))]
    rows += [("", name, target, 0.5) for name in neutral for target in (0.0, 1.0)]
    rows = [row for row in rows if row[3] > 0]
    columns = [features(first, last) for first, last, _, _ in rows]
    starts = np.cumsum([0] + [len(found) for found in columns])
    matrix = csr_matrix((np.ones(starts[-1]), np.concatenate(columns), starts), (len(rows), SLOTS))
    model = LogisticRegression(C=0.5, max_iter=300, tol=1e-4)
    model.fit(matrix, [row[2] for row in rows], sample_weight=[row[3] for row in rows])
    weights = model.coef_[0]
    scale = np.abs(weights).max() / 127
    head = b"FCNM" + np.array([1, SLOTS], "<u4").tobytes() + np.array([scale, model.intercept_[0]], "<f4").tobytes()
    data = head + np.clip(np.rint(weights / scale), -127, 127).astype("i1").tobytes()
    (HERE.parent / "facecore/src/social/names.bin").write_bytes(data)
    print(f"{len(rows)} examples, {len(data)} bytes")
    for kind, names in test.items():
        names = random.sample(names, min(1500, len(names)))
        text = "first,last,women\n" + "".join(f"{first},{last},{women:.3f}\n" for first, last, women in sorted(names))
        (HERE.parent / f"testdata/names/{kind}.csv").write_text(text)
        print(kind, len(names))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Writes scores.csv (synthetic, seeded) and expected.json: FaceNet's LFW protocol in NumPy and SciPy.

Needs numpy and scipy (made with 2.4 and 1.17): python3 reference.py
"""

import json
import pathlib

import numpy as np
from scipy.interpolate import BSpline

HERE = pathlib.Path(__file__).parent
FAR_TARGET = 1e-3


def synthetic(folds, same, different, same_mean, different_mean, rng):
    """Rows (fold, same, distance); four decimals, so that many distances lie exactly on a threshold."""
    rows = []
    for fold in range(folds):
        for is_same, count, mean in ((1, same, same_mean), (0, different, different_mean)):
            distances = np.clip(rng.normal(mean, 0.3, count), 0, 4)
            decimals = rng.choice([2, 3, 4], count)
            rows += [(fold, is_same, round(float(d), int(k))) for d, k in zip(distances, decimals)]
    return rows


def slinear(x, y, at):
    """interp1d(x, y, kind="slinear")(at) of the SciPy that FaceNet was measured with.

    Since then interp1d refuses repeated x, which rates of false accepts always have; the spline below it does not.
    """
    order = np.argsort(x, kind="mergesort")
    x, y = x[order], y[order]
    return float(BSpline.construct_fast(np.r_[x[0], x, x[-1]], y, 1)(at))


def evaluate(rows):
    fold, same, distance = (np.array(column) for column in zip(*rows))
    same = same.astype(bool)
    coarse, fine = np.arange(0, 4, 0.01), np.arange(0, 4, 0.001)
    result = {name: [] for name in ("accuracy", "accuracy_threshold", "tp", "fp", "threshold")}
    for test in range(fold.max() + 1):
        train, test = fold != test, fold == test

        def accuracy(threshold, part):
            return float(np.sum(np.less(distance[part], threshold) == same[part])) / np.sum(part)

        def accepted(threshold, part):
            return float(np.sum(np.less(distance[part], threshold))) / np.sum(part)

        best = coarse[np.argmax([accuracy(threshold, train) for threshold in coarse])]
        far = np.array([accepted(threshold, train & ~same) for threshold in fine])
        threshold = slinear(far, fine, FAR_TARGET) if np.max(far) >= FAR_TARGET else 0.0
        result["accuracy"].append(float(accuracy(best, test)))
        result["accuracy_threshold"].append(float(best))
        result["tp"].append(float(accepted(threshold, test & same)))
        result["fp"].append(float(accepted(threshold, test & ~same)))
        result["threshold"].append(threshold)
    for name in ("accuracy", "tp", "fp"):
        result[name + "_mean"] = float(np.mean(result[name]))
        result[name + "_std"] = float(np.std(result[name]))
    return result


def as_text(value):
    """Numbers as strings: some JSON readers miss the last bit of a number."""
    if isinstance(value, dict):
        return {key: as_text(entry) for key, entry in value.items()}
    return [repr(number) for number in value] if isinstance(value, list) else repr(value)


def main():
    rng = np.random.default_rng(20180408)
    sets = {
        "usual": synthetic(10, 25, 25, 0.7, 1.9, rng),
        # 1,000 pairs of two people in two folds: the rate stands at the target itself.
        "plateau": synthetic(3, 10, 500, 0.7, 1.9, rng),
        # The rate never reaches the target, and only at the very last threshold.
        "never": [(f, s, d) for f in range(2) for s, d in ((1, 0.5), (1, 0.0), (0, 3.9995))],
        "end": [(f, s, d) for f in range(2) for s, d in ((1, 0.5), (0, 3.9985), (0, 4.0))],
    }
    with open(HERE / "scores.csv", "w", newline="\n") as file:
        file.write("set,fold,same,distance\n")
        for name, rows in sets.items():
            file.writelines(f"{name},{fold},{same},{distance}\n" for fold, same, distance in rows)
    expected = {name: evaluate(rows) for name, rows in sets.items()}
    (HERE / "expected.json").write_text(json.dumps(as_text(expected), indent=1) + "\n")


if __name__ == "__main__":
    main()

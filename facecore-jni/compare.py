"""Reads what criterion and JMH wrote: with a round, keeps criterion's medians of it; without, prints the table over all rounds."""

import json
import pathlib
import statistics
import sys

criterion, work = map(pathlib.Path, sys.argv[1:3])

if len(sys.argv) > 3:
    medians = {}
    for call in ("detect", "decide"):
        estimates = json.loads((criterion / call / "new" / "estimates.json").read_text())
        medians[call] = estimates["median"]["point_estimate"] / 1000
    (work / f"rust.{sys.argv[3]}.json").write_text(json.dumps(medians))
    sys.exit()

rust, java = {}, {}
for file in sorted(work.glob("rust.*.json")):
    for call, median in json.loads(file.read_text()).items():
        rust.setdefault(call, []).append(median)
for file in sorted(work.glob("java.*.json")):
    for result in json.loads(file.read_text()):
        runs = result["primaryMetric"]["rawData"][0]
        java.setdefault(result["benchmark"].rsplit(".", 1)[1], []).append(statistics.median(runs))

print(f"medians of {len(rust['detect'])} rounds by turns, µs a call")
print(f"{'':34} {'Rust':>10} {'Java':>10} {'Java / Rust':>12}")
for name, call, base in (
    ("detect, from bytes", "detect", "detect"),
    ("decide, 100 friends kept", "decide", "decide"),
    ("decide, 100 friends as values", "decideValues", "decide"),
):
    ratio = statistics.median(j / r for j, r in zip(java[call], rust[base]))
    print(f"{name:34} {statistics.median(rust[base]):10.1f} {statistics.median(java[call]):10.1f} {ratio:12.3f}")

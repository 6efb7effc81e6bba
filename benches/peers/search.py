"""search.py BENCH FOLDER [FACES] [--graphs]: our index beside faiss-cpu (flat, IVF, HNSW) and usearch (HNSW), one thread, on the same faces
in one run. BENCH is target/release/index. Without FACES, those that lie in FOLDER are searched (`albums search` puts real ones there). Prints
a table: memory, build, ms a query one by one, seconds for 1,000 queries at once, how often the first hit is the right person, and how often
it is the exact answer. Times are the processor's, so that other programs matter less. Graphs take minutes to build for a million faces:
--graphs asks for them."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

# Before numpy and faiss are loaded.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import faiss
import numpy as np
from usearch.index import Index


def main():
    graphs = "--graphs" in sys.argv
    bench, folder, *made = [word for word in sys.argv[1:] if word != "--graphs"]
    folder = pathlib.Path(folder)
    faiss.omp_set_num_threads(1)
    if made:
        subprocess.run([bench, "make", folder, *made], check=True)
    base = np.fromfile(folder / "base.f32", np.float32).reshape(-1, 128)
    queries = np.fromfile(folder / "queries.f32", np.float32).reshape(-1, 128)
    base_people, people = [np.fromfile(folder / name, np.uint32) for name in ("base_people.u32", "people.u32")]
    faces = len(base)
    print(f"{faces:,} faces\n\n| | MB | build, s | ms a query | 1,000 at once, s | right person first | exact answer |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    ours(bench, folder)
    flat = faiss.IndexFlatIP(128)
    flat.add(base)
    exact = flat.search(queries, 1)[1][:, 0]
    alone = max(20, min(200, 50_000_000 // faces))

    def row(name, search, megabytes, build):
        times = []
        for query in queries[:alone]:
            start = time.process_time()
            search(query[None])
            times.append((time.process_time() - start) * 1e3)
        start = time.process_time()
        found = search(queries)
        together = time.process_time() - start
        right, same = np.mean(base_people[found] == people), np.mean(found == exact)
        print_row(name, megabytes, build, statistics.median(times), together, right, same)

    row("faiss flat f32", lambda queries: flat.search(queries, 1)[1][:, 0], base.nbytes / 1e6, 0.0)
    cells = int(4 * faces**0.5)
    start = time.process_time()
    ivf = faiss.IndexIVFFlat(faiss.IndexFlatIP(128), 128, cells, faiss.METRIC_INNER_PRODUCT)
    ivf.train(base[:: max(1, faces // (40 * cells))])
    ivf.add(base)
    build = time.process_time() - start
    for probes in (8, 32, 128):
        ivf.nprobe = probes
        row(f"faiss IVF {cells}, {probes} cells", lambda queries: ivf.search(queries, 1)[1][:, 0], base.nbytes / 1e6, build)
    if not graphs:
        return
    start = time.process_time()
    hnsw = faiss.IndexHNSWFlat(128, 16, faiss.METRIC_INNER_PRODUCT)
    hnsw.hnsw.efConstruction = 100
    hnsw.add(base)
    build = time.process_time() - start
    for ef in (64, 256):
        hnsw.hnsw.efSearch = ef
        row(f"faiss HNSW 16, ef {ef}", lambda queries: hnsw.search(queries, 1)[1][:, 0], (base.nbytes + faces * 34 * 4) / 1e6, build)
    start = time.process_time()
    graph = Index(ndim=128, metric="cos", dtype="i8", connectivity=16, expansion_add=128)
    graph.add(np.arange(faces), base, threads=1)
    build = time.process_time() - start
    for ef in (64, 256, 1024):
        graph.expansion_search = ef
        search = lambda queries: np.atleast_2d(graph.search(queries, 1, threads=1).keys)[:, 0]
        row(f"usearch HNSW i8, ef {ef}", search, graph.memory_usage / 1e6, build)


def ours(bench, folder):
    out = subprocess.run([bench, "measure", folder], check=True, capture_output=True, text=True).stdout
    first, *rows = [json.loads(line) for line in out.splitlines()]
    for found in rows:
        print_row(found["what"], found["mb"], first["build_s"], found["ms"], found["many_s"], found["right"], found["exact"])
    print(f"\nOpened in {first['open_s'] * 1e3:.0f} ms.\n", file=sys.stderr)


def print_row(name, megabytes, build, ms, together, right, same):
    print(f"| {name} | {megabytes:.0f} | {build:.1f} | {ms:.2f} | {together:.2f} | {right:.3f} | {same:.3f} |", flush=True)


if __name__ == "__main__":
    main()

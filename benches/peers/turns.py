"""Runs ours and theirs by turns, so that whatever slows the machine slows both."""
import statistics
import subprocess
import time


class Ours:
    """The program `ours`, a request a line."""

    def __init__(self, program, models):
        self.process = subprocess.Popen([program, models], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise SystemExit(f"our program ended at: {request}")
        return None if answer == "none" else float(answer)

    def runner(self, request):
        return lambda: self.ask(request)


def timed(run):
    """A function that runs and answers the nanoseconds."""

    def once():
        start = time.perf_counter_ns()
        run()
        return time.perf_counter_ns() - start

    return once


def in_turns(runs, rounds, base):
    """For each name its median time, and the median of its ratios to the time of `base` in the same round. A function that answers None is left out."""
    times = {name: [] for name in runs}
    for round_ in range(rounds + 3):
        for name, run in runs.items():
            nanoseconds = run()
            if round_ >= 3 and nanoseconds is not None:
                times[name].append(nanoseconds)
    return {
        name: (statistics.median(own), statistics.median(a / b for a, b in zip(own, times[base])))
        for name, own in times.items()
        if own
    }

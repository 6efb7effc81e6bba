"""Who is where in a shot: smooth paths on which people stand about, cross, leave and come back."""
from dataclasses import dataclass

import numpy as np

# The width of a face's box in pixels of a picture 1,280 wide: the range shrinks as more people are to fit.
SIZES = {2: (80, 170), 4: (70, 150), 6: (55, 130), 8: (45, 115), 12: (34, 95)}


@dataclass
class Path:
    """A person's place in each frame of a shot: the middle of the eyes, the scale of the patch, and the turn in radians."""
    x: np.ndarray
    y: np.ndarray
    size: np.ndarray
    turn: np.ndarray


def smooth(times, values, frames):
    """Through the values at the times, with no corner: a cubic (Catmull-Rom) between each two."""
    times, values = np.asarray(times, float), np.asarray(values, float)
    slopes = np.gradient(values, times)
    at = np.clip(np.searchsorted(times, frames, side="right") - 1, 0, len(times) - 2)
    span = times[at + 1] - times[at]
    t = np.clip((frames - times[at]) / span, 0, 1)
    first, second = (1 + 2 * t) * (1 - t) ** 2, t * t * (3 - 2 * t)
    return (first * values[at] + second * values[at + 1]
            + span * (t * (1 - t) ** 2 * slopes[at] - t * t * (1 - t) * slopes[at + 1]))


def wander(frames, amount, seconds, fps, rng):
    """A slow random movement around zero."""
    times = np.arange(0, len(frames) + 2 * seconds * fps, seconds * fps)
    return smooth(times, rng.normal(0, amount, len(times)), frames)


def sizes_for(people):
    return SIZES[min((known for known in SIZES if known >= people), default=max(SIZES))]


def slots(count, width, height, rng):
    """Where `count` people start: one row, or two where more than six are to fit (those behind are higher up and smaller)."""
    rows = 1 if count <= 6 else 2
    places = []
    for row in range(rows):
        of_row = (count + 1 - row) // rows
        step = width / of_row
        for at in range(of_row):
            x = (at + 0.5 + rng.uniform(-0.2, 0.2)) * step
            depth = rng.uniform(0, 1) if rows == 1 else 0.55 * row + rng.uniform(0, 0.45)
            y = height * (0.22 + 0.28 * depth + rng.uniform(-0.04, 0.04))
            places.append((x, y, depth))
    rng.shuffle(places)
    return places


def shot(count, frames, size, fps, rng):
    """A path a person, for a shot of so many frames in a picture of `size`."""
    width, height = size
    small, large = sizes_for(count)
    scale = width / 1280
    places = slots(count, width, height, rng)
    at = np.arange(frames)
    waypoints = roles(places, frames, width, rng)
    paths = []
    for (_, y, depth), (times, xs) in zip(places, waypoints):
        base = (small + (large - small) * depth) * scale
        grow = wander(at, 0.08, 2.0, fps, rng)
        x = smooth(times, xs, at) + wander(at, 0.1 * base, 1.0, fps, rng)
        y = y + wander(at, 0.12 * base, 1.2, fps, rng)
        paths.append(Path(x, y, base * np.exp(grow), wander(at, np.radians(6), 1.5, fps, rng)))
    return paths


def roles(places, frames, width, rng):
    """Each person's waypoints along x: half of them change places with somebody, one in four leaves and comes back."""
    xs = [place[0] for place in places]
    ways = [([0, frames], [x, x + rng.normal(0, 0.04) * width]) for x in xs]
    # Two who stand near each other pass in front of each other, some of them there and back.
    order = list(np.argsort(xs))
    while len(order) >= 2:
        first = order.pop(0)
        second = order.pop(int(rng.integers(0, min(3, len(order)))))
        if rng.random() < 0.6 or len(places) == 2:
            start, end = frames * rng.uniform(0.05, 0.2), frames * rng.uniform(0.45, 0.65)
            back = rng.random() < 0.5
            for me, other in ((first, second), (second, first)):
                last = xs[me] if back else xs[other]
                ways[me] = ([0, start, end, frames * 0.8, frames], [xs[me], xs[me], xs[other], last, last])
        elif rng.random() < 0.8:
            ways[first] = leave(xs[first], frames, width, rng)
    return ways


def leave(x, frames, width, rng):
    """Out of the picture at the nearer side, and in again."""
    beyond = width * (1.12 if x > width / 2 else -0.12)
    start, again = frames * rng.uniform(0.05, 0.2), frames * rng.uniform(0.5, 0.6)
    return [0, start, frames * 0.4, again, frames * 0.9, frames], [x, x, beyond, beyond, x, x]

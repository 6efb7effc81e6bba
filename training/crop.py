"""Photo and face to the pixels that a network is fed, as facecore/src/crop and facecore/src/photo have it."""
import math

import numpy as np

from training.errors import TrainingError
from training.manifest import Preprocessing

Array = np.ndarray


def crop(photo: Array, box: Array, landmarks: Array, preprocessing: Preprocessing) -> Array:
    """The face in a photo (uint8 [height, width, 3], RGB): uint8 [height, width, 3] of the network's size, before normalisation."""
    if preprocessing.template is None:
        pixels = _by_box(photo, box, preprocessing.margin or 0.0, preprocessing.size)
    else:
        pixels = _by_points(photo, landmarks, np.array(preprocessing.template), preprocessing)
    return np.rint(pixels).clip(0, 255).astype(np.uint8)


def _by_box(photo: Array, box: Array, margin: float, size: tuple[int, int]) -> Array:
    x, width = _side(box[0], box[2], photo.shape[1], margin)
    y, height = _side(box[1], box[3], photo.shape[0], margin)
    shrinks = width >= size[0] and height >= size[1]
    weights = _area if shrinks else _linear
    window = photo[y : y + height, x : x + width].astype(np.float32)
    rows = np.tensordot(weights(height, size[1]), window, axes=1)
    return np.tensordot(rows, weights(width, size[0]), axes=(1, 1)).swapaxes(1, 2)


def _side(start: float, end: float, limit: int, margin: float) -> tuple[int, int]:
    """Where the window begins along one side, and its length: the box fills `1 − margin` of it, cut at the photo's edge."""
    extra = (end - start) * (1 / (1 - margin) - 1) / 2
    if not (math.isfinite(start) and math.isfinite(end)):
        raise TrainingError("a box is not finite")
    first, last = int(max(start - extra, 0)), int(min(end + extra, limit))
    if last <= first:
        raise TrainingError("a box has no pixels in its photo")
    return first, last - first


def _area(source: int, target: int) -> Array:
    """OpenCV's INTER_AREA: a source pixel counts by the part of it that the target pixel covers; [target, source]."""
    scale = source / target
    edges = np.arange(target + 1) * scale
    pixels = np.arange(source)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (overlap.clip(min=0) / scale).astype(np.float32)


def _linear(source: int, target: int) -> Array:
    """OpenCV's INTER_LINEAR: pixel centres on pixel centres; [target, source]."""
    places = ((np.arange(target) + 0.5) * source / target - 0.5).clip(min=0)
    first = np.minimum(places.astype(int), source - 1)
    second, share = np.minimum(first + 1, source - 1), places - np.floor(places)
    weights = np.zeros((target, source), np.float32)
    np.add.at(weights, (np.arange(target), first), 1 - share)
    np.add.at(weights, (np.arange(target), second), share)
    return weights


def _by_points(photo: Array, landmarks: Array, template: Array, preprocessing: Preprocessing) -> Array:
    """Where a pixel of the crop covers several of the photo's, as many points in it are averaged; black outside of the photo."""
    if preprocessing.fit == "photo":
        turn, move = _similarity(template, landmarks)
    else:
        turn, move = _similarity(landmarks, template)
        turn, move = 1 / turn, -move / turn
    width, height = preprocessing.size
    points = min(max(math.ceil(abs(turn)), 1), 16)
    within = (np.arange(points) + 0.5) / points - 0.5
    columns, rows = (np.add.outer(np.arange(side), within).ravel() for side in (width, height))
    places = turn * (columns[None, :] + 1j * rows[:, None]) + move
    return _between(photo, places).reshape(height, points, width, points, 3).mean(axis=(1, 3))


def _similarity(start: Array, end: Array) -> tuple[complex, complex]:
    """`z → turn · z + move`, x + iy, that takes five points nearest to five others by least squares (Umeyama, 1991)."""
    start, end = (points[:, 0] + 1j * points[:, 1] for points in (start, end))
    from_mean, to_mean = start.mean(), end.mean()
    size = (abs(start - from_mean) ** 2).sum()
    turn = ((start - from_mean).conj() * (end - to_mean)).sum() / size if size > 0 else 0
    if not abs(turn) > 1e-6:
        raise TrainingError("five landmarks give no direction")
    return complex(turn), complex(to_mean - turn * from_mean)


def _between(photo: Array, places: Array) -> Array:
    """Between the four nearest pixels of each place, x + iy."""
    left, top = np.floor(places.real).astype(int), np.floor(places.imag).astype(int)
    right, bottom = places.real - left, places.imag - top
    result = np.zeros((*places.shape, 3), np.float32)
    for dx, dy, share in [
        (0, 0, (1 - right) * (1 - bottom)),
        (1, 0, right * (1 - bottom)),
        (0, 1, (1 - right) * bottom),
        (1, 1, right * bottom),
    ]:
        x, y = left + dx, top + dy
        inside = (x >= 0) & (x < photo.shape[1]) & (y >= 0) & (y < photo.shape[0])
        pixels = photo[y.clip(0, photo.shape[0] - 1), x.clip(0, photo.shape[1] - 1)]
        result += (share * inside)[..., None].astype(np.float32) * pixels
    return result

"""Crops made worse: one of four ways, drawn as facecore's Degradation::draw does it, and mirrored or not."""
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

_WORD = (1 << 64) - 1


def _mix(seed: int) -> int:
    """SplitMix64."""
    z = (seed + 0x9E3779B97F4A7C15) & _WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
    return z ^ (z >> 31)


@dataclass(frozen=True)
class Degradation:
    """`way` is `shrunk` (factor), `JPEG` (quality), `blur` (deviation in the crop's pixels) or `gamma` (power)."""

    way: str
    number: float

    @classmethod
    def draw(cls, seed: int) -> "Degradation":
        """Factor 1 to 6, quality 10 to 90, blur to 4 pixels, gamma 0.5 to 3."""
        z = _mix(seed)
        share = (z >> 40) / (1 << 24)
        return [
            cls("shrunk", 1 + 5 * share),
            cls("JPEG", 10 + int(80 * share)),
            cls("blur", 0.1 + 3.9 * share),
            cls("gamma", 0.5 + 2.5 * share),
        ][z % 4]

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 [height, width, 3] to the same."""
        image = Image.fromarray(pixels)
        if self.way == "shrunk":
            small = [max(round(side / self.number), 1) for side in image.size]
            image = image.resize(small, Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BILINEAR)
        elif self.way == "JPEG":
            stored = io.BytesIO()
            image.save(stored, "JPEG", quality=int(self.number))
            image = Image.open(stored).convert("RGB")
        elif self.way == "blur":
            image = image.filter(ImageFilter.GaussianBlur(self.number))
        else:
            table = np.rint(255 * (np.arange(256) / 255) ** self.number).astype(np.uint8)
            return table[pixels]
        return np.asarray(image)


def worsen(pixels: np.ndarray, seed: int) -> np.ndarray:
    """A degraded copy of a crop, every other one mirrored; the same seed gives the same."""
    worse = Degradation.draw(seed).apply(pixels)
    return worse[:, ::-1].copy() if _mix(seed ^ 0x5DEECE66D) & 1 else worse

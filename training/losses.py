"""The losses as functions of the cosines between faces and the people's centroids, as facecore/src/adapt/loss.rs has them.

Cosines are [faces, people], `own` is the number of each face's person; each answers the mean loss of the faces.
"""
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Margins:
    """The loss that OK.ru's face recognition was fine-tuned with: for a face of person t,
    `max(positive − cos(c_t), 0)² + Σ_{i≠t} max(cos(c_i) − negative, 0)²`.
    """

    positive: float = 0.9
    negative: float = 0.4

    def __call__(self, cosines: Tensor, own: Tensor) -> Tensor:
        lacking = (self.positive - cosines.gather(1, own[:, None])).clamp(min=0).square().sum()
        others = (cosines - self.negative).clamp(min=0).square()
        return (lacking + others.scatter(1, own[:, None], 0).sum()) / len(own)


@dataclass(frozen=True)
class CosFace:
    """Cross entropy of `scale` times the cosines, `margin` taken off the own (Wang et al., 2018)."""

    scale: float = 20.0
    margin: float = 0.35

    def __call__(self, cosines: Tensor, own: Tensor) -> Tensor:
        margin = torch.zeros_like(cosines).scatter(1, own[:, None], self.margin)
        return functional.cross_entropy(self.scale * (cosines - margin), own)


@dataclass(frozen=True)
class ArcFace:
    """Cross entropy of `scale` times the cosines, `margin` (radians) added to the own angle (Deng et al., 2019).

    Where the angle would pass π, the cosine falls on along a line, as in the authors' code.
    """

    scale: float = 20.0
    margin: float = 0.35

    def __call__(self, cosines: Tensor, own: Tensor) -> Tensor:
        margin = torch.tensor(self.margin, dtype=cosines.dtype)
        cosine = cosines.gather(1, own[:, None])
        # A root has no slope at 0.
        sine = (1 - cosine.square()).clamp(min=1e-12).sqrt()
        turned = cosine * margin.cos() - sine * margin.sin()
        beyond = cosine - margin.sin() * margin
        turned = torch.where(cosine > -margin.cos(), turned, beyond)
        return functional.cross_entropy(self.scale * cosines.scatter(1, own[:, None], turned), own)


@dataclass(frozen=True)
class Center:
    """Center loss (Wen et al., 2016) on unit vectors: cross entropy of `scale` times the cosines, and `weight` times `|x − c_t|² / 2`,
    which is `1 − cos(c_t)`. Here the centroids are the classifier's weights too, and learned.
    """

    scale: float = 20.0
    weight: float = 1.0

    def __call__(self, cosines: Tensor, own: Tensor) -> Tensor:
        apart = 1 - cosines.gather(1, own[:, None])
        return functional.cross_entropy(self.scale * cosines, own) + self.weight * apart.mean()


Loss = Margins | CosFace | ArcFace | Center
LOSSES: dict[str, type[Loss]] = {"margins": Margins, "cosface": CosFace, "arcface": ArcFace, "center": Center}


def cosines(embeddings: Tensor, centroids: Tensor) -> Tensor:
    """Between each embedding and each centroid, of any lengths above 0."""
    return functional.normalize(embeddings, dim=1) @ functional.normalize(centroids, dim=1).t()

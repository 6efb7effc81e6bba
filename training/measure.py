"""How well embeddings tell people apart: true positives over all pairs at rates of false positives, as facecore::evaluate counts them."""
from collections import Counter
from dataclasses import dataclass

import numpy as np

RATES = (1e-2, 1e-3, 1e-4)
# A rate is told by so many false positives at the least.
FEWEST = 10
# A person counts as so many pairs at the most.
CAP = 100


@dataclass(frozen=True)
class Pairs:
    """The cosines of all pairs of one person, with their weights, and of two people of two families, falling."""

    same: np.ndarray
    weights: np.ndarray
    different: np.ndarray

    @classmethod
    def of(cls, embeddings: np.ndarray, people: list[str], families: list[str]) -> "Pairs":
        people_ids, family_ids = (np.unique(names, return_inverse=True)[1] for names in (people, families))
        first, second = np.triu_indices(len(people), 1)
        cosines = (embeddings @ embeddings.T)[first, second]
        same = people_ids[first] == people_ids[second]
        counts = Counter(people)
        weight = {person: min(1.0, CAP / max(count * (count - 1) / 2, 1)) for person, count in counts.items()}
        of_face = np.array([weight[person] for person in people])
        different = np.sort(cosines[family_ids[first] != family_ids[second]])[::-1]
        return cls(cosines[same], of_face[first[same]], different)

    def tellable(self) -> list[float]:
        return [rate for rate in RATES if rate * len(self.different) >= FEWEST]

    def threshold(self, rate: float) -> float:
        """The cosine that a given share of the pairs of two people exceeds."""
        return float(self.different[min(int(rate * len(self.different)), len(self.different) - 1)])

    def true_positives(self, rate: float) -> float:
        return float(self.weights[self.same > self.threshold(rate)].sum() / self.weights.sum())

    def false_positives(self, threshold: float) -> float:
        return float((self.different > threshold).mean())

    def rates(self) -> dict[float, float]:
        return {rate: self.true_positives(rate) for rate in self.tellable()}

    def worth(self) -> float:
        """The mean of the true positives: what an epoch is judged by."""
        return float(np.mean(list(self.rates().values())))

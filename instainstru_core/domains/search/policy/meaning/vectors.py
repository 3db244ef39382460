"""Exact search among vectors in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from instainstru_core.domains.search.types.meaning import Vectors


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Subjects and their vectors, one row of length 1 for each text about a subject.

    A cosine says nothing up to `none`, and all from `all` on: that is how the model was made.
    """

    subjects: tuple[str, ...]
    rows: Vectors
    none: float
    all: float

    def nearest(self, vector: Vectors, *, most: int) -> list[tuple[str, float]]:
        """The subjects that are like this, each with the likeness of its nearest text, from 0 to 1;
        nearest first, then by subject.
        """
        if not self.subjects:
            return []
        # Not `@`: that is done by several threads, which wait for each other on a busy machine.
        cosines = np.einsum("ij,j->i", self.rows, vector)
        best: dict[str, float] = {}
        for place in np.flatnonzero(cosines > self.none):
            subject = self.subjects[place]
            best[subject] = max(best.get(subject, 0.0), self._likeness(float(cosines[place])))
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:most]

    def _likeness(self, cosine: float) -> float:
        share = (cosine - self.none) / (self.all - self.none)
        return round(min(max(share, 0.0), 1.0), 4)


def unit(rows: Vectors) -> Vectors:
    """Each row at length 1; rows of zeros, of which nothing is known, stay as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return found


def index(vectors: Sequence[tuple[str, Vectors]], scale: tuple[float, float]) -> VectorIndex:
    """An index over these subjects and vectors; a subject may have several."""
    rows = np.stack([row for _, row in vectors]) if vectors else np.empty((0, 0))
    subjects = tuple(subject for subject, _ in vectors)
    return VectorIndex(subjects, np.ascontiguousarray(rows, dtype=np.float32), *scale)

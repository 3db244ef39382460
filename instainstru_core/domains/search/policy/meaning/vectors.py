"""Exact search among vectors in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from instainstru_core.domains.search.types.meaning import Vectors


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Subjects and their vectors, one row of length 1 for each."""

    subjects: tuple[str, ...]
    rows: Vectors

    def nearest(self, vector: Vectors, *, most: int, least: float) -> list[tuple[str, float]]:
        """The subjects with a cosine of `least` or more, nearest first, then by subject."""
        if not self.subjects:
            return []
        cosines = self.rows @ vector
        places = np.flatnonzero(cosines >= least)
        found = [(self.subjects[place], float(cosines[place])) for place in places]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most]


def unit(rows: Vectors) -> Vectors:
    """Each row at length 1; rows of zeros, of which nothing is known, stay as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def index(subjects: Sequence[str], rows: Vectors) -> VectorIndex:
    """An index over these rows."""
    return VectorIndex(tuple(subjects), np.ascontiguousarray(rows, dtype=np.float32))

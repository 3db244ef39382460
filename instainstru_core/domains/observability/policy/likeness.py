"""How alike two short texts are, as an angle between vectors of their letters. Pure.

A text becomes a vector of fixed length: each run of three to five letters of each word falls on
one place, weighted by how rare it is among the known texts. The same text gives the same vector
on every machine; nothing is learned and nothing is downloaded.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PLACES = 1_024
SHORTEST, LONGEST = 3, 5
WORD = re.compile(r"[a-z0-9]+")


class Likeness:
    """Known texts, and how alike each is to another."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np  # noqa: PLC0415 - only who is asked questions needs it

        counted = [_pieces(text) for text in texts]
        spread = Counter(place for pieces in counted for place in pieces)
        self._rarity: dict[int, float] = {
            place: log((1 + len(texts)) / count) for place, count in spread.items()
        }
        self._unknown = log(1 + len(texts))
        self._known: Vectors = np.zeros((len(texts), PLACES), dtype=np.float32)
        for row, pieces in enumerate(counted):
            self._fill(self._known[row], pieces)

    def to(self, text: str) -> list[float]:
        """For each known text a number from 0, nothing shared, to 1, the same."""
        import numpy as np  # noqa: PLC0415 - as above

        asked: Vectors = np.zeros(PLACES, dtype=np.float32)
        self._fill(asked, _pieces(text))
        return [min(1.0, max(0.0, float(one))) for one in self._known @ asked]

    def _fill(self, row: "Vectors", pieces: Counter[int]) -> None:
        for place, count in pieces.items():
            row[place] = (1 + log(count)) * self._rarity.get(place, self._unknown)
        length = float((row @ row) ** 0.5)
        if length:
            row /= length


def _pieces(text: str) -> Counter[int]:
    """The places of a text's words and of the runs of letters in them."""
    found: Counter[int] = Counter()
    for word in WORD.findall(text.casefold()):
        framed = f"<{word}>"
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(framed) - size + 1):
                found[_place(framed[start : start + size])] += 1
    return found


def _place(piece: str) -> int:
    return zlib.crc32(piece.encode()) % PLACES

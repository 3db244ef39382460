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
        self._known: Vectors = np.zeros((PLACES, len(texts)), dtype=np.float32)
        for column, pieces in enumerate(counted):
            places, values = self._vector(pieces)
            self._known[places, column] = values

    def to(self, text: str) -> list[float]:
        """For each known text a number from 0, nothing shared, to 1, the same."""
        places, values = self._vector(_pieces(text))
        # Of the thousand places of a text some dozens are in use. Over all of them the library
        # would call a second thread to help, which takes longer than the work.
        found: list[float] = (values @ self._known[places]).clip(0.0, 1.0).tolist()
        return found

    def _vector(self, pieces: Counter[int]) -> tuple[list[int], "Vectors"]:
        """The places that are in use, and what is in them; as a whole of length 1, or nothing."""
        import numpy as np  # noqa: PLC0415 - as above

        values: Vectors = np.array(
            [
                (1 + log(count)) * self._rarity.get(place, self._unknown)
                for place, count in pieces.items()
            ],
            dtype=np.float32,
        )
        length = float((values @ values) ** 0.5)
        return list(pieces), values / length if length else values


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

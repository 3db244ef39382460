"""Cuts words into the pieces that vectors are known of: byte pairs as SentencePiece joins them.

The usual library holds the same rules in 25 MB; here they take one. Pieces never reach over the
beginning of a word, so words are cut one by one and remembered.
Source: R. Sennrich, B. Haddow, A. Birch, "Neural Machine Translation of Rare Words with Subword
Units" (2016); the file is in the format of Hugging Face's tokenizers.
"""

import json
import re
from array import array
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Any

SPACE = "\u2581"
WORD = re.compile(f"{SPACE}+[^{SPACE}]*")
FIRST_BYTE = 3
"""The number of the piece that stands for byte 0."""

BITS = 16
NEVER = 1 << 32
REMEMBERED = 4_096


class WordPieces:
    """The pieces of a vocabulary of fewer than 65,536, and in which order they are joined."""

    def __init__(self, path: Path) -> None:
        model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["model"]
        numbers: dict[str, int] = model["vocab"]
        self._letters = {piece: number for piece, number in numbers.items() if len(piece) == 1}
        joined: list[tuple[int, int, int]] = []
        for rank, merge in enumerate(model["merges"]):
            left, right = merge.split(" ") if isinstance(merge, str) else merge
            pair = numbers[left] << BITS | numbers[right]
            joined.append((pair, rank, numbers[left + right]))
        joined.sort()
        self._pairs = array("I", (pair for pair, _, _ in joined))
        self._ranks = array("I", (rank for _, rank, _ in joined))
        self._joined = array("H", (number for _, _, number in joined))
        self._of_word = lru_cache(maxsize=REMEMBERED)(self._cut)

    def of(self, text: str) -> list[int]:
        """The numbers of the pieces of a text, in its order."""
        marked = SPACE + text.replace(" ", SPACE) if text else ""
        return [number for word in WORD.findall(marked) for number in self._of_word(word)]

    def _cut(self, word: str) -> tuple[int, ...]:
        found: list[int] = []
        for letter in word:
            number = self._letters.get(letter)
            if number is None:
                found += (FIRST_BYTE + byte for byte in letter.encode("utf-8", "replace"))
            else:
                found.append(number)
        while len(found) > 1:
            rank, at, number = min(self._join(found, at) for at in range(len(found) - 1))
            if rank == NEVER:
                break
            found[at : at + 2] = [number]
        return tuple(found)

    def _join(self, found: list[int], at: int) -> tuple[int, int, int]:
        """The rank of joining the two pieces from here on, where they stand, and what they make."""
        pair = found[at] << BITS | found[at + 1]
        place = bisect_left(self._pairs, pair)
        if place == len(self._pairs) or self._pairs[place] != pair:
            return NEVER, at, 0
        return self._ranks[place], at, self._joined[place]

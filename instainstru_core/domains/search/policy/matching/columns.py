"""The offerings of one service as columns, and ids as numbers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from instainstru_core.kernel.ids import ID_LENGTH

DIGITS = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "0123456789abcdefghijklmnopqrstuv")
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = tuple(first + second for first in LETTERS for second in LETTERS)
SHIFTS = tuple(range(120, -1, -10))
VALUES = np.zeros(256, np.uint64)
VALUES[[ord(letter) for letter in LETTERS]] = np.arange(len(LETTERS), dtype=np.uint64)
SIGNS = np.frombuffer(LETTERS.encode("ascii"), np.uint8)
IN_HIGH, IN_LOW = (np.arange(most, -1, -5, dtype=np.uint64) for most in (61, 55))
"""Where the signs are in the two halves of an id, but for the one that is partly in each."""

LOW = 0xFFFF_FFFF_FFFF_FFFF
SMALL = 0xFFFF
NOWHERE = -32_768
"""Both coordinates of a place that somebody does not have."""

Counts: TypeAlias = NDArray[np.int32 | np.uint16]
"""Numbers from 0 on, in two bytes each where all of them are small. Nothing is added to them as
they are.
"""


@dataclass(frozen=True, eq=False)
class Block:
    """The offerings of one service, by instructor's number. Rows run along the last axis.

    Areas and options are numbers of sets in the tables of the index. `spots` has two columns for
    each place that anybody here has.
    """

    who: NDArray[np.int32]
    prices: Counts
    areas: Counts
    spot_areas: Counts
    spots: NDArray[np.int16]
    durations: NDArray[np.uint32]
    ages: NDArray[np.uint8]
    skills: NDArray[np.uint8]
    options: Counts
    star_sum: Counts
    reviews: Counts
    founding: NDArray[np.bool_]
    active: NDArray[np.int32]
    joined: NDArray[np.int32]
    complete: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.who)

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        return sum(column.nbytes for column in columns(self))

    def between(self, start: int, stop: int) -> "Block":
        """These rows, sharing the memory of this block."""
        return Block(*(column[..., start:stop] for column in columns(self)))

    def without(self, numbers: Sequence[int]) -> "Block":
        """The block without these instructors; itself where they are not in it."""
        gone = np.isin(self.who, np.asarray(numbers, np.int32))
        if not gone.any():
            return self
        kept = ~gone
        return Block(*(column[..., kept] for column in columns(self)))


def counts(numbers: ArrayLike) -> Counts:
    """These numbers as a column of counts."""
    column = np.asarray(numbers, np.int32)
    return column.astype(np.uint16) if column.max(initial=0) <= SMALL else column


def columns(block: Block) -> list[NDArray[Any]]:
    """The columns of a block, in order."""
    return [getattr(block, one.name) for one in fields(block)]


def laid(blocks: Sequence[Block]) -> Block:
    """The rows of these blocks one after the other, as they are."""
    parts = zip(*(columns(one) for one in blocks), strict=True)
    return Block(*map(strung, parts))


def strung(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """These pieces of one column one after the other; where others have more places, none."""
    if len({part.shape[:-1] for part in parts}) > 1:
        most = max(map(len, parts))
        wide = [((0, most - len(part)), (0, 0)) for part in parts]
        parts = [
            np.pad(part, more, constant_values=NOWHERE)
            for part, more in zip(parts, wide, strict=True)
        ]
    return np.concatenate(parts, axis=-1)


def joined(blocks: Sequence[Block]) -> Block:
    """The rows of these blocks in one, by instructor's number."""
    merged = laid(blocks)
    order = np.argsort(merged.who)
    return Block(*(np.ascontiguousarray(column[..., order]) for column in columns(merged)))


def halves_of(instructor_id: str) -> tuple[int, int]:
    """An id as two numbers that sort as it does."""
    whole = int(instructor_id.translate(DIGITS), 32)
    return whole >> 64, whole & LOW


def halves(ids: Iterable[str]) -> NDArray[np.uint64]:
    """Ids as two columns of numbers: their high halves and their low ones."""
    signs = np.frombuffer("".join(ids).encode("ascii"), np.uint8).reshape(-1, ID_LENGTH)
    high, low = np.zeros((2, len(signs)), np.uint64)
    for digit in VALUES[signs].T:  # of 5 bits each; what the low half has no room for moves up
        high = (high << np.uint64(5)) | (low >> np.uint64(59))
        low = (low << np.uint64(5)) | digit
    return np.stack((high, low))


def id_of(high: int, low: int) -> str:
    """The id of these two numbers."""
    whole = (high << 64) | low
    return "".join([PAIRS[(whole >> shift) & 1_023] for shift in SHIFTS])


def ids_of(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> list[str]:
    """The ids of these numbers."""
    across = ((high << np.uint64(4)) | (low >> np.uint64(60)))[:, np.newaxis]
    split = (high[:, np.newaxis] >> IN_HIGH, across, low[:, np.newaxis] >> IN_LOW)
    signs = SIGNS[np.concatenate(split, axis=1) & np.uint64(31)]
    text = signs.tobytes().decode("ascii")
    return [text[at : at + ID_LENGTH] for at in range(0, len(text), ID_LENGTH)]

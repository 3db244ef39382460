"""Everybody's offerings put together: pieces as they are read, one block of all at the end. Pure.

Pieces are few and large, and of the whole only one column at a time is held twice: what is read
leaves no more in memory than the index itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block, columns, strung

WHO = next(at for at, one in enumerate(fields(Block)) if one.name == "who")

Spans = Mapping[str, tuple[int, int]]


class Pile:
    """Rows in the order in which they came, each with the number of its service."""

    def __init__(self) -> None:
        self._pieces: list[list[NDArray[Any]]] = [[] for _ in fields(Block)]
        self._services: dict[str, int] = {}
        self._of: list[NDArray[np.int32]] = []

    def __len__(self) -> int:
        return sum(map(len, self._of))

    def add(self, services: Sequence[str], block: Block) -> None:
        """Take rows with the service of each."""
        if not services:
            return
        known = self._services
        numbers = [known.setdefault(one, len(known)) for one in services]
        self._of.append(np.array(numbers, np.int32))
        for pieces, column in zip(self._pieces, columns(block), strict=True):
            pieces.append(column)

    def laid(self, numbers: NDArray[np.int32]) -> tuple[Block, Spans]:
        """All rows by service and instructor's number, and where those of each service are.

        `numbers` says what becomes of the numbers that instructors had so far. The pile is empty
        afterwards.
        """
        keys = sorted(self._services)
        ranks = np.empty(len(keys), np.int32)
        ranks[[self._services[key] for key in keys]] = np.arange(len(keys), dtype=np.int32)
        kinds = ranks[np.concatenate(self._of)]
        self._pieces[WHO] = [numbers[np.concatenate(self._pieces[WHO])]]
        order = np.lexsort((*self._pieces[WHO], kinds)).astype(np.int32)
        ends = np.bincount(kinds, minlength=len(keys)).cumsum().tolist()
        del kinds
        block = Block(*(_ordered(pieces, order) for pieces in self._pieces))
        self._services, self._of = {}, []
        return block, dict(zip(keys, pairwise([0, *ends]), strict=True))


def _ordered(pieces: list[NDArray[Any]], order: NDArray[np.int32]) -> NDArray[Any]:
    whole = strung(pieces)
    pieces.clear()
    return np.ascontiguousarray(whole[..., order])

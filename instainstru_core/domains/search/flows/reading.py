"""Having a language model read what the grammar is not certain of. No transaction is open here."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.search.errors import ModelUnavailable
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from instainstru_core.domains.search.policy.meaning.merging import figures, merged
from instainstru_core.domains.search.ports import Embedder, Question, Reader
from instainstru_core.domains.search.types.meaning import ModelUse, Vectors
from instainstru_core.domains.search.types.parsed import Parsed
from instainstru_core.domains.search.types.reading import Reading
from instainstru_core.kernel.deadline import Deadline

MOST_KEPT = 1_000
KEEP_SECONDS = 3_600.0
ALIKE = 0.97
"""The least cosine of two texts that are read alike, where the grammar also reads them alike."""


@dataclass(frozen=True, slots=True)
class Read:
    """A parsed text, with what a model added to it, and whether one did."""

    parsed: Parsed
    model: ModelUse


@dataclass(frozen=True, slots=True)
class _Kept:
    reading: Reading
    understood: Parsed
    figures: frozenset[float]
    vector: Vectors | None
    until: float


class Readings:
    """Asks a reader, and remembers in this process what it said: of the same text on the same day,
    and of texts that mean the same. Those are texts which the grammar reads alike slot by slot,
    which hold the same figures, and which lie next to each other by vector.
    """

    def __init__(
        self,
        reader: Reader,
        embedder: Embedder | None = None,
        *,
        most: int = MOST_KEPT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reader = reader
        self._clock = clock
        self._embedder = embedder if embedder is not None and not embedder.is_remote else None
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, date], _Kept] = OrderedDict()
        self._picked: OrderedDict[tuple[str, tuple[str, ...]], tuple[str, ...]] = OrderedDict()

    def read(self, parsed: Parsed, lookup: Lookup, today: date, *, deadline: Deadline) -> Read:
        """The text with what the model adds. Whatever goes wrong, it is the grammar's at least."""
        if not parsed.needs_model:
            return Read(parsed, ModelUse.UNNEEDED)
        if not self.reader.is_on:
            return Read(parsed, ModelUse.OFF)
        key = fold(parsed.text), today
        vector = self._vector(parsed.text, deadline)
        known = self._known(key, parsed, vector)
        if known is not None:
            return Read(merged(parsed, known, lookup, today), ModelUse.CACHED)
        names = tuple(entry.name for entry in lookup.lexicon.entries)
        try:
            reading = self.reader.read(Question(parsed.text, today, names), deadline=deadline)
        except ModelUnavailable as failure:
            return Read(parsed, failure.use)
        self._keep(key, reading, parsed, vector)
        return Read(merged(parsed, reading, lookup, today), ModelUse.USED)

    def pick_area(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:
        """Those of the names that a place text means, best first. Raises ModelUnavailable."""
        key = fold(text), tuple(names)
        with self._lock:
            if key in self._picked:
                self._picked.move_to_end(key)
                return self._picked[key]
        picked = self.reader.pick(text, names, deadline=deadline)
        with self._lock:
            self._picked[key] = picked
            if len(self._picked) > self._most:
                self._picked.popitem(last=False)
        return picked

    def _vector(self, text: str, deadline: Deadline) -> Vectors | None:
        if self._embedder is None:
            return None
        found: Vectors = self._embedder.embed([text], deadline=deadline)[0]
        return found

    def _known(
        self, key: tuple[str, date], parsed: Parsed, vector: Vectors | None
    ) -> Reading | None:
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.until > now:
                self._kept.move_to_end(key)
                return kept.reading
            if vector is None:
                return None
            others = [
                one
                for (_, day), one in self._kept.items()
                if day == key[1] and one.until > now and one.vector is not None
            ]
        understood, numbers = _understood(parsed), figures(parsed.text)
        alike = [one for one in others if one.understood == understood and one.figures == numbers]
        if not alike:
            return None
        rows = np.stack([one.vector for one in alike if one.vector is not None])
        nearest = int(np.argmax(rows @ vector))
        return alike[nearest].reading if float(rows[nearest] @ vector) >= ALIKE else None

    def _keep(
        self, key: tuple[str, date], reading: Reading, parsed: Parsed, vector: Vectors | None
    ) -> None:
        kept = _Kept(
            reading=reading,
            understood=_understood(parsed),
            figures=figures(parsed.text),
            vector=vector,
            until=self._clock() + KEEP_SECONDS,
        )
        with self._lock:
            self._kept[key] = kept
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


def _understood(parsed: Parsed) -> Parsed:
    """What the grammar understood, wherever it stands in the text."""
    return replace(
        parsed,
        text="",
        corrected=None,
        services=tuple(replace(one, start=0, end=0) for one in parsed.services),
        excluded=tuple(replace(one, start=0, end=0) for one in parsed.excluded),
        place=None if parsed.place is None else replace(parsed.place, start=0, end=0),
        marks=(),
        rest="",
    )

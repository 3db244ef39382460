"""Calendars, asked of as many at a time as the deadline allows by what they took so far. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.candidates import Candidates, formats_of
from instainstru_core.domains.search.types.matching import Free, Lesson
from instainstru_core.domains.search.types.wanted import When
from instainstru_core.kernel.deadline import Deadline

Starts: TypeAlias = dict[int, datetime]
"""First free starts by the number of the instructor."""

KEPT_SECONDS = 0.08
"""What is kept of the deadline for showing what was found."""
SHARE = 0.6
"""What of the rest one call may take: the next calendars may be slower than the last."""
UNKNOWN, LEAST = 1_024, 32
"""How many are asked before it is known how long they take, and the fewest that are worth it."""
PERSON_DAYS = 2
"""What reading somebody's calendar costs beside its days, in days."""


class Calendars:
    """Asks `free` who has room. `is_late` says that there was no time for some."""

    def __init__(self, free: Free, deadline: Deadline | None) -> None:
        self.is_late = False
        self._free = free
        self._deadline = deadline
        self._day_seconds: float | None = None

    def stretches(
        self, stretches: Iterable[NDArray[np.intp]], when: When
    ) -> Iterator[NDArray[np.intp]]:
        """These rows in pieces that there is time for; it ends where there is none."""
        for stretch in stretches:
            left = stretch
            while len(left):
                size = self.room([when])
                if size < min(LEAST, len(left)):
                    self.is_late = True
                    return
                yield left[:size]
                left = left[size:]

    def room(self, whens: Sequence[When]) -> int:
        """How many there is time for."""
        if self._deadline is None:
            return np.iinfo(np.int32).max
        left = self._deadline.left - KEPT_SECONDS
        if left <= 0:
            return 0
        if not self._day_seconds:
            return UNKNOWN
        return int(SHARE * left / (self._day_seconds * _days(whens)))

    def asked(
        self, of: Candidates, rows: Iterable[int], whens: Sequence[When]
    ) -> dict[int, tuple[int, datetime]]:
        """Who of these has room, by their numbers: for which of the wishes first, and when."""
        taken, every = np.fromiter(rows, np.intp), of.rows
        if not len(taken):
            return {}
        ids = of.numbers.ids(every.who[taken])
        numbers: dict[str, int] = dict(zip(ids, every.who[taken].tolist(), strict=True))
        formats = map(formats_of, every.formats[taken].tolist())
        lessons = dict(zip(ids, map(Lesson, formats, every.minutes[taken].tolist()), strict=True))
        before = None if self._deadline is None else self._deadline.left
        found = self._free(lessons, whens)
        if before is not None and self._deadline is not None:
            took = before - self._deadline.left
            self._day_seconds = took / (len(numbers) * _days(whens))
        return {numbers[one]: told for one, told in found.items()}

    def starts(self, of: Candidates, rows: Iterable[int], when: When) -> Starts:
        """The earliest starts of those of these who have room."""
        return {who: at for who, (_, at) in self.asked(of, rows, [when]).items()}


def _days(whens: Sequence[When]) -> int:
    """What one calendar costs to read for these wishes, in days."""
    days = [day for when in whens for day in when.days]
    return PERSON_DAYS + (max(days) - min(days)).days + 1

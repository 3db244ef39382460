"""Which of those who taught somebody are meant by "the same" or "my usual". Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Protocol

from instainstru_core.domains.search.types.parsed import Again


class Lessons(Protocol):
    """Lessons with an instructor in a service; a list of them begins with the last."""

    @property
    def instructor_id(self) -> str: ...

    @property
    def service_id(self) -> str: ...

    @property
    def lessons(self) -> int: ...


def meant(which: Again, had: Sequence[Lessons], services: Collection[str] | None) -> frozenset[str]:
    """The instructors who are meant: of the last lesson, of the most, or all; of those who taught
    one of these services, where any are named. None where there was no such lesson.
    """
    fitting = [one for one in had if services is None or one.service_id in services]
    if not fitting:
        return frozenset()
    if which is Again.LAST:
        return frozenset({fitting[0].instructor_id})
    if which is Again.ANY:
        return frozenset(one.instructor_id for one in fitting)
    counts: Counter[str] = Counter()
    for one in fitting:
        counts[one.instructor_id] += one.lessons
    return frozenset({counts.most_common(1)[0][0]})

"""A page of results: who answers the wish, when they are free, what is said of them and of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.search.policy import budget
from instainstru_core.domains.search.policy.matching.places import Areas
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.repository import cards as repository
from instainstru_core.domains.search.repository.cards import Card
from instainstru_core.domains.search.service import index as indexes
from instainstru_core.domains.search.types.finding import Understood
from instainstru_core.domains.search.types.matching import Found, Free, Lesson, Position
from instainstru_core.domains.search.types.wanted import When
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page is wanted, and whether calendars are asked for it."""

    limit: int
    after: Position | None = None
    check_times: bool = True

    @property
    def first(self) -> int:
        """The position of the first result."""
        return 1 if self.after is None else self.after.shown + 1


@dataclass(slots=True)
class Asked:
    """Whose calendars were looked at."""

    ids: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class Page:
    """What was found, and what is said of whom."""

    found: Found
    cards: Mapping[str, Card]
    calendars: frozenset[str]
    areas: Areas


def page(uow: Uow, asked: Understood, turn: Turn, *, deadline: Deadline) -> Page:
    """The page, in at most three statements: the index's news, calendars, cards.

    Raises QueryTooSlow where a statement would go on after the deadline, less what cards need.
    """
    calendars = Asked()
    kept = budget.CARDS_SECONDS if turn.check_times else 0.0
    current = indexes.fresh(uow, deadline=deadline, kept=kept)
    found = matched(
        current,
        asked.wanted,
        today=local_day(uow.now),
        limit=turn.limit,
        after=turn.after,
        free=_free(uow, calendars) if turn.check_times else None,
        deadline=deadline,
        with_facets=turn.after is None,
    )
    ids = {one.instructor_id for one in found.items}
    cards = repository.cards(uow.session, ids) if ids else {}
    return Page(found, cards, frozenset(calendars.ids), current.areas)


def _free(uow: Uow, calendars: Asked) -> Free:
    """Asks calendars for the lessons that answer, and remembers whose."""

    def free(
        lessons: Mapping[str, Lesson], whens: Sequence[When]
    ) -> Mapping[str, tuple[int, datetime]]:
        calendars.ids.update(lessons)
        return availability.free_for_wishes(
            uow,
            lessons.keys(),
            [availability.Hours(when.days, when.after, when.before) for when in whens],
            minutes={one: lesson.minutes for one, lesson in lessons.items()},
            formats={one: lesson.formats for one, lesson in lessons.items()},
        )

    return free

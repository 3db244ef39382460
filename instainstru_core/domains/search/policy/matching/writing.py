"""How offerings become rows of the index: words turned into bits. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.policy.matching.columns import NOWHERE, Block, counts
from instainstru_core.domains.search.policy.matching.places import Areas
from instainstru_core.domains.search.policy.matching.sets import Numbering
from instainstru_core.domains.search.types.matching import Offered, Spot, Teacher
from instainstru_core.domains.search.types.parsed import AgeGroup, Skill

PRICED = (LessonFormat.STUDENT_LOCATION, LessonFormat.INSTRUCTOR_LOCATION, LessonFormat.ONLINE)
MAX_SPOTS = 4
GRID = 10_000
MIDDLE = (40.7, -73.95)
NEVER = -1
DURATION_STEP, MAX_DURATION = 15, 480
OPTION_WORDS = 2
MAX_OPTIONS = 64 * OPTION_WORDS
PROVEN, DESCRIBED = 4_000, 2_000
"""Completeness in ten-thousandths: what nobody is live without, and each text of some length."""

Option: TypeAlias = tuple[str, str]
"""A filter and one of its values."""


class TooManyOptions(ValueError):
    """Offerings say more different things than there are bits for."""


class Person(NamedTuple):
    """What is the same for all offerings of somebody: worked out once."""

    number: int
    teacher: Teacher
    areas: int
    spot_areas: int
    spots: list[int]


class Writer:
    """Takes offerings, one after the other, and makes blocks of them.

    What is first met is added: to `options` a bit for each value of a filter, to the sets what
    nobody else travels to or says.
    """

    def __init__(
        self,
        areas: Areas,
        number: Callable[[str], int | None],
        options: dict[Option, int],
        area_sets: Numbering,
        option_sets: Numbering,
    ) -> None:
        self.areas = areas
        self.options = options
        self.area_sets = area_sets
        self.option_sets = option_sets
        self._number = number
        self._people: dict[str, Person | None] = {}
        self._rows: dict[str, list[tuple[Person, Offered]]] = {}

    def add(self, teacher: Teacher, offer: Offered) -> None:
        """Take an offering. Those without a price are left out."""
        person = self._person(teacher)
        if person is not None and any(map(offer.prices.get, PRICED)):
            self._rows.setdefault(offer.service_id, []).append((person, offer))

    def blocks(self) -> dict[str, Block]:
        """What was taken, by service, each by instructor's number."""
        return {
            service_id: self._block(sorted(rows, key=lambda row: row[0].number))
            for service_id, rows in self._rows.items()
        }

    def _person(self, teacher: Teacher) -> Person | None:
        key = teacher.instructor_id
        if key not in self._people:
            number = self._number(key)
            self._people[key] = None if number is None else self._worked_out(number, teacher)
        return self._people[key]

    def _worked_out(self, number: int, teacher: Teacher) -> Person:
        return Person(
            number,
            teacher,
            self.area_sets.of(self.areas.whole(teacher.area_keys)),
            self.area_sets.of(self.areas.whole(spot.area_key for spot in teacher.spots)),
            grid(teacher.spots),
        )

    def _block(self, rows: list[tuple[Person, Offered]]) -> Block:
        people = [person for person, _ in rows]
        offers = [offer for _, offer in rows]
        teachers = [person.teacher for person in people]
        active = [one.active_on.toordinal() if one.active_on else NEVER for one in teachers]
        return Block(
            who=np.array([one.number for one in people], np.int32),
            prices=counts(
                _wide([[one.prices.get(kind, 0) for kind in PRICED] for one in offers], "i4")
            ),
            areas=counts([one.areas for one in people]),
            spot_areas=counts([one.spot_areas for one in people]),
            spots=needed(_wide([one.spots for one in people], "i2")),
            durations=_each(duration_bits, [one.durations for one in offers], "u4"),
            ages=_each(age_bits, [one.age_groups for one in offers], "u1"),
            skills=_each(skill_bits, [one.skills for one in offers], "u1"),
            options=counts([self._options(one) for one in offers]),
            star_sum=counts([one.star_sum for one in teachers]),
            reviews=counts([one.review_count for one in teachers]),
            founding=np.array([one.is_founding for one in teachers], np.bool_),
            active=np.array(active, np.int32),
            joined=np.array([one.joined_on.toordinal() for one in teachers], np.int32),
            complete=np.array([_completeness(one.teacher, offer) for one, offer in rows], np.int16),
        )

    def _options(self, offer: Offered) -> int:
        said = ((key, value) for key, values in offer.filters.items() for value in values)
        return self.option_sets.of(option_bits(said, self.options))


def option_bits(said: Iterable[Option], options: dict[Option, int]) -> int:
    """What an offering says as bits; each option gets one when it is first met. Raises
    TooManyOptions where there are more than bits.
    """
    whole = 0
    for one in said:
        whole |= 1 << options.setdefault(one, len(options))
    if len(options) > MAX_OPTIONS:
        raise TooManyOptions(f"{len(options)} options, {MAX_OPTIONS} at most")
    return whole


def duration_bits(minutes: Iterable[int]) -> int:
    """Lengths of lessons as bits, one for each quarter of an hour up to eight hours."""
    return sum(
        1 << (one // DURATION_STEP - 1)
        for one in set(minutes)
        if one % DURATION_STEP == 0 and DURATION_STEP <= one <= MAX_DURATION
    )


def age_bits(groups: Iterable[str]) -> int:
    """Age groups as bits."""
    return _bits(groups, tuple(AgeGroup))


def skill_bits(skills: Iterable[str]) -> int:
    """Levels as bits."""
    return _bits(skills, tuple(Skill))


def _bits(given: Iterable[str], known: Sequence[str]) -> int:
    wanted = set(given)
    return sum(1 << at for at, one in enumerate(known) if one in wanted)


def grid(spots: Sequence[Spot]) -> list[int]:
    """Up to four places as latitude and longitude in ten-thousandths of a degree."""
    found: list[int] = []
    for spot in spots[:MAX_SPOTS]:
        north = round((spot.latitude - MIDDLE[0]) * GRID)
        east = round((spot.longitude - MIDDLE[1]) * GRID)
        if max(abs(north), abs(east)) < -NOWHERE:
            found += [north, east]
    return found + [NOWHERE] * (2 * MAX_SPOTS - len(found))


def needed(spots: NDArray[np.int16]) -> NDArray[np.int16]:
    """The columns of as many places as anybody here has."""
    places = np.count_nonzero((spots[::2] != NOWHERE).any(axis=1))
    return spots[: 2 * places]


def _completeness(teacher: Teacher, offer: Offered) -> int:
    return PROVEN + DESCRIBED * (teacher.is_described + offer.is_described)


def _each(bits: Callable[[Any], int], given: Sequence[Sequence[Any]], kind: str) -> NDArray[Any]:
    """The bits of each, found once for what many say alike."""
    known: dict[tuple[Any, ...], int] = {}
    column: list[int] = []
    for one in map(tuple, given):
        if one not in known:
            known[one] = bits(one)
        column.append(known[one])
    return np.array(column, kind)


def _wide(rows: Sequence[Sequence[int]], kind: str) -> NDArray[Any]:
    """Several columns at once, each of them contiguous."""
    return np.ascontiguousarray(np.array(rows, kind).T)

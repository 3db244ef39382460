"""What matching works on and what it answers with: offers of instructors, in order. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, NamedTuple, TypeAlias

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.types.wanted import Relaxable, When
from instainstru_core.kernel.ids import is_id


class Lesson(NamedTuple):
    """What calendars are asked to have room for: in one of these formats, so many minutes."""

    formats: frozenset[LessonFormat]
    minutes: int


Free: TypeAlias = Callable[
    [Mapping[str, Lesson], Sequence[When]], Mapping[str, tuple[int, datetime]]
]
"""Who of these has room for the lesson named for each: the number of the first wish in turn that
they have room for, and their earliest start there."""


@dataclass(frozen=True, slots=True)
class AreaShape:
    """A polygon of a display area as matching knows it: a point inside, and how wide it is."""

    area_key: str
    latitude: float
    longitude: float
    radius_meters: float


class AreaName(NamedTuple):
    """What people call a display area, and its borough."""

    key: str
    name: str
    borough: Borough


@dataclass(frozen=True, slots=True)
class Spot:
    """Where someone teaches, as the public may know it."""

    latitude: float
    longitude: float
    area_key: str | None


@dataclass(frozen=True, slots=True)
class Teacher:
    """What counts of a live instructor, whatever they teach."""

    instructor_id: str
    area_keys: Sequence[str]
    spots: Sequence[Spot]
    is_founding: bool
    star_sum: int
    review_count: int
    active_on: date | None
    joined_on: date
    is_described: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """What counts of an active offering. Prices are hourly cents, by format."""

    instructor_id: str
    service_id: str
    prices: Mapping[LessonFormat, int]
    durations: Sequence[int]
    age_groups: Sequence[str]
    skills: Sequence[str]
    filters: Mapping[str, Sequence[str]]
    is_described: bool


class People(NamedTuple):
    """Many instructors in columns, by id. `active` and `joined` are ordinals of New York days."""

    ids: Sequence[str]
    is_founding: Sequence[bool]
    is_described: Sequence[bool]
    active: Sequence[int | None]
    joined: Sequence[int]
    star_sum: Sequence[int]
    reviews: Sequence[int]
    areas: Sequence[Sequence[str]]
    spots: Sequence[Sequence[Spot]]


class Offers(NamedTuple):
    """What they offer, in columns. A price is that of an hour in cents, 0 where there is none."""

    instructor_ids: Sequence[str]
    service_ids: Sequence[str]
    durations: Sequence[tuple[int, ...]]
    age_groups: Sequence[tuple[str, ...]]
    skills: Sequence[tuple[str, ...]]
    options: Sequence[tuple[tuple[str, str], ...]]
    is_described: Sequence[bool]
    student: Sequence[int]
    instructor: Sequence[int]
    online: Sequence[int]


@dataclass(frozen=True, slots=True)
class Signals:
    """What a result's place in the order follows from, each in ten-thousandths.

    The first six are weighed; `audience`, `skill` and `founding` are what was added to the score.
    """

    relevance: int
    quality: int
    distance: int
    price: int
    freshness: int
    completeness: int
    audience: int
    skill: int
    founding: int


@dataclass(frozen=True, slots=True)
class Offer:
    """An offering that answers. `from_cents` is the lowest price of the formats that do."""

    service_id: str
    formats: frozenset[LessonFormat]
    from_cents: int
    score: int
    signals: Signals


@dataclass(frozen=True, slots=True)
class Matched:
    """An instructor who answers: their best offering, up to three others, and how many more.

    `meters` is 0 where they come or teach in the place, None where nothing was asked of place or
    the lesson is online. `relaxed` is what was given up for them.
    """

    instructor_id: str
    best: Offer
    others: tuple[Offer, ...]
    offering_count: int
    meters: int | None
    relaxed: tuple[Relaxable, ...]
    free_from: datetime | None
    review_count: int
    star_sum: int
    is_founding: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended, and what has to stay as it was on the first page.

    `place`, `joined` and `instructor_id` order the results; `day` is the ordinal of the day and
    `mean` the mean rating in thousandths that the first page was ranked with; `relaxing` has the
    bits of what was given up to fill it, `failed` those of the last result; `total` is what the
    first page said, `shown` counts the results so far.
    """

    place: int
    joined: int
    instructor_id: str
    day: int
    mean: int
    relaxing: int
    failed: int
    total: int
    shown: int
    kinds: ClassVar[tuple[type, ...]] = (int, int, str, int, int, int, int, int, int)

    def key(self) -> tuple[int | str, ...]:
        """As the parts of a cursor."""
        return (
            self.place,
            self.joined,
            self.instructor_id,
            self.day,
            self.mean,
            self.relaxing,
            self.failed,
            self.total,
            self.shown,
        )

    @classmethod
    def of(cls, key: Sequence[object]) -> "Position":
        """From the parts of a cursor, which are of `kinds`. Raises ValueError for others."""
        if tuple(map(type, key)) != cls.kinds or not is_id(str(key[2])):
            raise ValueError("not the key of a position")
        place, joined, instructor_id, *rest = key
        day, mean, relaxing, failed, total, shown = (int(str(one)) for one in rest)
        return cls(
            place=int(str(place)),
            joined=int(str(joined)),
            instructor_id=str(instructor_id),
            day=day,
            mean=mean,
            relaxing=relaxing,
            failed=failed,
            total=total,
            shown=shown,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, and how many instructors answer with it, other filters applied."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What results can be narrowed by. Days and hours are not counted in."""

    lesson_types: tuple[Choice, ...] = ()
    skills: tuple[Choice, ...] = ()
    age_groups: tuple[Choice, ...] = ()
    minutes: tuple[Choice, ...] = ()
    prices: tuple[Choice, ...] = ()
    ratings: tuple[Choice, ...] = ()
    filters: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict[str, tuple[Choice, ...]])


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results.

    `total` counts who answers everything that was asked; where it is not `exact`, there are at
    least so many. `relaxed` is what was given up for some of them, in order. `cut` says that the
    deadline ended the search before all were looked at, `is_taught` that somebody teaches what is
    sought, whatever else was asked.
    """

    items: tuple[Matched, ...]
    total: int
    exact: bool
    relaxed: tuple[Relaxable, ...] = ()
    next: Position | None = None
    facets: Facets | None = None
    cut: bool = False
    is_taught: bool = False

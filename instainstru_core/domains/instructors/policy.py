"""The rules of profiles, offerings and going live. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from instainstru_core.domains.instructors.types import (
    FUNNEL,
    InstructorStatus,
    LessonFormat,
    Milestone,
    Missing,
    Proofs,
)

IN_PERSON_FLOOR_CENTS = 8_000
ONLINE_FLOOR_CENTS = 6_000
MAX_OFFERINGS = 20
MAX_PLACES = 2
MAX_SERVICE_AREAS = 200
MAX_DURATIONS = 15
MIN_DURATION, MAX_DURATION, DURATION_STEP = 30, 240, 15
SLUG_TAIL = 8
BUFFER_MINUTES, TRAVEL_BUFFER_MINUTES = 15, 60
SOUTH, NORTH, WEST, EAST = 40.30, 41.10, -74.30, -73.50

TRAVEL_FORMATS = frozenset({LessonFormat.STUDENT_LOCATION, LessonFormat.NEUTRAL_LOCATION})

ONCE_ONLY = frozenset(FUNNEL)
"""Steps that are reached once, in any order; what may come after is written every time."""


def instructor_travels(lesson_format: LessonFormat) -> bool:
    """Whether the instructor leaves home for it: longer lead time, longer buffers."""
    return lesson_format in TRAVEL_FORMATS


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Where an offering can take place. Derived from its prices, never stored."""

    travels: bool
    hosts: bool
    online: bool

    @property
    def in_person(self) -> bool:
        return self.travels or self.hosts


def capabilities(priced: Collection[LessonFormat]) -> Capabilities:
    """What the formats with a price make possible."""
    return Capabilities(
        travels=LessonFormat.STUDENT_LOCATION in priced,
        hosts=LessonFormat.INSTRUCTOR_LOCATION in priced,
        online=LessonFormat.ONLINE in priced,
    )


def hourly_rate(prices: Mapping[LessonFormat, int], lesson_format: LessonFormat) -> int | None:
    """The hourly cents of a format. A neutral place costs what the instructor's own place does,
    else what travel does, and never the online price. None when it is not offered.
    """
    if lesson_format is LessonFormat.NEUTRAL_LOCATION:
        hosting = prices.get(LessonFormat.INSTRUCTOR_LOCATION)
        return hosting if hosting is not None else prices.get(LessonFormat.STUDENT_LOCATION)
    return prices.get(lesson_format)


def needs_point(lesson_format: LessonFormat) -> bool:
    """Whether a lesson in this format needs the coordinates of its place."""
    return lesson_format in TRAVEL_FORMATS


def needs_coverage(lesson_format: LessonFormat, offered: Capabilities) -> bool:
    """Whether the place must lie in the service areas. A neutral place need not when the
    instructor also hosts: the student then comes to meet the instructor.
    """
    if lesson_format is LessonFormat.NEUTRAL_LOCATION:
        return offered.travels and not offered.hosts
    return lesson_format is LessonFormat.STUDENT_LOCATION


def floor_cents(lesson_format: LessonFormat) -> int:
    """The least an hour may cost in this format."""
    return ONLINE_FLOOR_CENTS if lesson_format is LessonFormat.ONLINE else IN_PERSON_FLOOR_CENTS


def below_floor(prices: Mapping[LessonFormat, int]) -> LessonFormat | None:
    """The first format whose hourly price is under its floor."""
    return next((kind for kind, cents in prices.items() if cents < floor_cents(kind)), None)


def unfit_durations(wanted: Sequence[int], allowed: Collection[int]) -> list[int]:
    """The lengths that break the general rule or that the catalogue does not allow here."""
    return [
        minutes
        for minutes in wanted
        if not MIN_DURATION <= minutes <= MAX_DURATION
        or minutes % DURATION_STEP
        or minutes not in allowed
    ]


def slug(public_name: str, instructor_id: str) -> str:
    """The public address of a profile: "Zoë M." becomes "zoe-m-" and the end of the id."""
    plain = unicodedata.normalize("NFKD", public_name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return f"{words or 'instructor'}-{instructor_id[-SLUG_TAIL:].lower()}"


def same_address(text: str) -> str:
    """A form in which two spellings of one address are equal."""
    return " ".join(text.casefold().split())


def repeated(values: Sequence[str]) -> list[str]:
    """The values that occur more than once, each named once."""
    return sorted({value for value in values if values.count(value) > 1})


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a profile has of the things that going live needs."""

    has_bio: bool
    active_offerings: int
    capabilities: Capabilities
    service_areas: int
    teaching_places: int


def missing(readiness: Readiness) -> tuple[Missing, ...]:
    """What stands between this profile and being live, all at once."""
    offered = readiness.capabilities
    checks = (
        (Missing.BIO, readiness.has_bio),
        (Missing.OFFERING, readiness.active_offerings > 0),
        (Missing.SERVICE_AREA, not offered.travels or readiness.service_areas > 0),
        (Missing.TEACHING_PLACE, not offered.hosts or readiness.teaching_places > 0),
    )
    return tuple(part for part, present in checks if not present)


def unproven(proofs: Proofs) -> tuple[Missing, ...]:
    """What others do not say of this instructor yet, and going live needs."""
    checks = (
        (Missing.BACKGROUND_CHECK, proofs.background_check),
        (Missing.IDENTITY, proofs.identity),
        (Missing.PAYOUTS, proofs.payouts),
    )
    return tuple(part for part, present in checks if not present)


def status(*, is_live: bool, was_live: bool, active_offerings: int) -> InstructorStatus:
    """Where an instructor is on the way, as staff see it."""
    if is_live:
        return InstructorStatus.LIVE
    if was_live:
        return InstructorStatus.PAUSED
    return InstructorStatus.ONBOARDING if active_offerings else InstructorStatus.REGISTERED


def milestones_due(
    reached: Collection[Milestone], *, has_bio: bool, active_offerings: int
) -> list[Milestone]:
    """The steps a profile has taken by its content and that were not written yet."""
    taken = {
        Milestone.REGISTERED: True,
        Milestone.PROFILE_SUBMITTED: has_bio,
        Milestone.SERVICES_CONFIGURED: active_offerings > 0,
    }
    return [step for step, done in taken.items() if done and step not in reached]


def is_in_city(latitude: float, longitude: float) -> bool:
    """Whether a point lies in the box around New York City."""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST

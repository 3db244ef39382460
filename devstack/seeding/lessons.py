"""Two years of lessons with seasons, regulars and cancellations, and the weeks ahead.

Lessons respect what the product enforces: open minutes, the 15-minute grid, buffers, one place at
a time for teacher and student.
"""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate

from devstack.seeding import names
from devstack.seeding.world import (
    HISTORY_DAYS,
    Instructor,
    Lesson,
    Offering,
    Student,
    World,
    is_day_off,
)
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import NonexistentLocalTime, to_utc

ZONE = "America/New_York"
BUFFER_MINUTES = 60
SEASON = (1.12, 1.05, 1.08, 1.04, 1.0, 0.82, 0.7, 0.74, 1.2, 1.18, 1.08, 0.8)
"""How busy each month is, January first."""
TRIES = 16
LOOKS = 8
AT_HOME = 0.8


@dataclass(slots=True)
class Ledger:
    """Minutes already taken, by person and day."""

    taken: dict[tuple[str, date], list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def free(self, person: str, day: date, start: int, end: int, buffer: int) -> bool:
        return all(
            end + buffer <= first or last + buffer <= start
            for first, last in self.taken.get((person, day), ())
        )

    def take(self, person: str, day: date, start: int, end: int) -> None:
        self.taken[person, day].append((start, end))


@dataclass(slots=True)
class Market:
    """Who can be booked, for what, since when; and who is around to book."""

    world: World
    ledger: Ledger = field(default_factory=Ledger)
    teachers: dict[str, list[Instructor]] = field(default_factory=dict[str, list[Instructor]])
    weights: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    joined: list[datetime] = field(default_factory=list[datetime])

    @classmethod
    def of(cls, world: World) -> "Market":
        market = cls(world)
        for person in world.instructors:
            if person.live_since is not None:
                for offer in person.offerings:
                    market.teachers.setdefault(offer.service.id, []).append(person)
        for service_id, people in market.teachers.items():
            market.weights[service_id] = list(accumulate(one.popularity for one in people))
        market.joined = [student.created_at for student in world.students]
        return market


def add_lessons(world: World) -> None:
    """Fill the world with lessons, in order of their start."""
    market = Market.of(world)
    days = [world.today + timedelta(days=offset) for offset in range(-HISTORY_DAYS, 22)]
    busy = list(accumulate(_demand(world, day) for day in days))
    for _ in range(world.scale.bookings):
        for _attempt in range(TRIES):
            day = days[bisect_left(busy, world.dice.random() * busy[-1])]
            lesson = _lesson(market, day)
            if lesson is not None:
                world.lessons.append(lesson)
                break
    world.lessons.sort(key=lambda lesson: (lesson.starts_at, lesson.id))


def _demand(world: World, day: date) -> float:
    age = (day - world.today).days + HISTORY_DAYS
    growth = 0.25 + age / HISTORY_DAYS
    weekend = 1.35 if day.weekday() >= 5 else 1.0
    ahead = (day - world.today).days
    thinning = max(0.08, 1 - ahead / 18) if ahead > 0 else 1.0
    return SEASON[day.month - 1] * growth * weekend * thinning


def _lesson(market: Market, day: date) -> Lesson | None:
    world, dice = market.world, market.world.dice
    earliest = to_utc(datetime.combine(day, datetime.min.time()).replace(hour=4), ZONE)
    around = bisect_left(market.joined, min(earliest, world.now) - timedelta(days=1))
    if around == 0:
        return None
    student = world.students[int(around * dice.random() ** 0.8)]
    found = _teacher(market, student, earliest)
    if found is None or is_day_off(found[0].id, day):
        return None
    person, offering = found
    lesson_format = _format(market, student, person, offering)
    if lesson_format is None:
        return None
    minutes = dice.choice(offering.durations)
    start = _start(market, person, student, day, minutes)
    if start is None:
        return None
    offered = (person, offering, lesson_format)
    return _booked(market, student, offered, day, start, minutes=minutes)


def _teacher(
    market: Market, student: Student, earliest: datetime
) -> tuple[Instructor, Offering] | None:
    dice = market.world.dice
    if student.usual and dice.random() < 0.72:
        person = dice.choice(student.usual)
        return person, dice.choice(person.offerings)
    service = dice.choice(student.interests)
    people = market.teachers.get(service.id)
    if not people:
        return None
    weights = market.weights[service.id]
    person = people[0]
    for _ in range(LOOKS):
        person = people[bisect_left(weights, dice.random() * weights[-1])]
        if student.home in person.areas:
            break
    if person.live_since is None or person.live_since >= earliest:
        return None
    return person, next(offer for offer in person.offerings if offer.service is service)


def _format(
    market: Market, student: Student, person: Instructor, offering: Offering
) -> LessonFormat | None:
    """Where they meet: mostly at the student's home, if the instructor travels there."""
    dice = market.world.dice
    formats = list(offering.rates)
    if LessonFormat.STUDENT_LOCATION in formats:
        if student.home in person.areas and dice.random() < AT_HOME:
            return LessonFormat.STUDENT_LOCATION
        formats.remove(LessonFormat.STUDENT_LOCATION)
    return dice.choice(formats) if formats else None


def _start(
    market: Market, person: Instructor, student: Student, day: date, minutes: int
) -> int | None:
    starts = _grid(person.habit[day.weekday()], minutes)
    if not starts:
        return None
    dice = market.world.dice
    for _ in range(3):
        start = dice.choice(starts)
        end = start + minutes
        ledger = market.ledger
        if ledger.free(person.id, day, start, end, BUFFER_MINUTES) and ledger.free(
            student.id, day, start, end, 0
        ):
            return start
    return None


@cache
def _grid(bits: int, minutes: int) -> tuple[int, ...]:
    """The quarter hours at which a lesson of this length fits into an open day."""
    whole = (1 << minutes) - 1
    return tuple(start for start in range(0, 1440, 15) if (bits >> start) & whole == whole)


def _booked(
    market: Market,
    student: Student,
    offered: tuple[Instructor, Offering, LessonFormat],
    day: date,
    start: int,
    *,
    minutes: int,
) -> Lesson | None:
    world, dice = market.world, market.world.dice
    person, offering, lesson_format = offered
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=start)
    try:
        starts_at = to_utc(local, ZONE)
    except NonexistentLocalTime:
        return None
    notice = timedelta(hours=4 + dice.expovariate(1 / 110))
    booked_at = max(starts_at - notice, person.live_since or starts_at, student.created_at)
    created = min(booked_at, world.now - timedelta(minutes=dice.randint(1, 600)))
    if created >= starts_at - timedelta(hours=3):
        return None
    lesson = Lesson(
        id=world.id_at(created),
        student=student,
        instructor=person,
        offering=offering,
        format=lesson_format,
        starts_local=local,
        starts_at=starts_at,
        minutes=minutes,
        created_at=created,
    )
    _settle(world, lesson)
    if lesson.status is not BookingStatus.CANCELLED:
        market.ledger.take(person.id, day, start, start + minutes)
        market.ledger.take(student.id, day, start, start + minutes)
    if person not in student.usual:
        student.usual = [*student.usual[-2:], person]
    return lesson


def _settle(world: World, lesson: Lesson) -> None:
    """How the lesson ended, or stands."""
    dice = world.dice
    draw = dice.random()
    if draw < 0.1:
        cancel(world, lesson, by="student" if dice.random() < 0.7 else "instructor")
    elif lesson.starts_at > world.now or lesson.ends_at > world.now - timedelta(hours=24):
        lesson.status = BookingStatus.CONFIRMED
    elif draw < 0.115:
        lesson.status = BookingStatus.NO_SHOW
    elif draw < 0.1175 and lesson.starts_at - lesson.created_at >= timedelta(hours=24):
        lesson.status = BookingStatus.PAYMENT_FAILED
    else:
        lesson.status = BookingStatus.COMPLETED


def cancel(world: World, lesson: Lesson, *, by: str, reason: str | None = None) -> None:
    """Cancel a lesson between its booking and its start, never in the future."""
    latest = min(lesson.starts_at - timedelta(minutes=30), world.now - timedelta(minutes=1))
    span = latest - lesson.created_at
    if span <= timedelta():
        return
    lesson.status = BookingStatus.CANCELLED
    lesson.cancelled_at = lesson.created_at + span * (1 - world.dice.random() ** 2)
    lesson.cancelled_by = by
    lesson.reason = reason or world.dice.choice(names.CANCEL_REASONS)

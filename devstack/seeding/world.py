"""What the parts of the demo world share: its size, its dice, its people and lessons."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.types import LessonFormat, Milestone
from instainstru_core.kernel.time import BUSINESS_ZONE, local_day, midnight, to_utc

SEED = 20_251_101
HISTORY_DAYS = 730
AHEAD_DAYS = 84
FULL_SIZE = 300
CORE = 1_000
"""So many instructors live in memory, with lessons and searches; all beyond come in batches."""
BATCH = 1_000
PASSWORD = "demo-lessons-2025"  # noqa: S105 - the one password of every demo account, printed in docs
EVALUATION = time(3, 15)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of each. Lessons and searches stop growing at 300 instructors."""

    instructors: int
    students: int
    bookings: int
    searches: int

    @classmethod
    def of(cls, instructors: int) -> "Scale":
        share = min(1.0, instructors / FULL_SIZE)
        return cls(
            instructors=instructors,
            students=max(30, round(2_200 * share)),
            bookings=round(26_400 * share),
            searches=round(62_000 * share),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    id: str
    name: str
    slug: str
    category: str
    subcategory: str
    synonyms: tuple[str, ...]
    durations: tuple[int, ...]
    age_groups: tuple[str, ...]
    online_capable: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A spot on the map and the polygon it lies in."""

    latitude: float
    longitude: float
    region_id: str


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    key: str
    name: str
    borough: str
    latitude: float
    longitude: float
    points: tuple[Point, ...]


@dataclass(slots=True, eq=False)
class Offering:
    id: str
    service: Service
    durations: tuple[int, ...]
    rates: dict[LessonFormat, int]


@dataclass(slots=True, eq=False)
class Instructor:
    id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    created_at: datetime
    home: Area
    milestones: list[tuple[Milestone, datetime]]
    offerings: list[Offering] = field(default_factory=list[Offering])
    areas: list[Area] = field(default_factory=list[Area])
    place: Point | None = None
    address: str = ""
    habit: tuple[int, ...] = (0,) * 7
    popularity: float = 1.0
    years: int = 1
    category: str = ""
    founding_slot: int | None = None
    is_live: bool = False
    never_sleeps: bool = False
    bio: str | None = None

    @property
    def live_since(self) -> datetime | None:
        return next((at for what, at in self.milestones if what is Milestone.WENT_LIVE), None)


@dataclass(slots=True, eq=False)
class Student:
    id: str
    first_name: str
    last_name: str
    email: str
    phone: str | None
    created_at: datetime
    home: Area
    point: Point
    address: str
    interests: list[Service]
    usual: list[Instructor] = field(default_factory=list[Instructor])


@dataclass(slots=True, eq=False)
class Lesson:
    id: str
    student: Student
    instructor: Instructor
    offering: Offering
    format: LessonFormat
    starts_local: datetime
    starts_at: datetime
    minutes: int
    created_at: datetime
    status: BookingStatus = BookingStatus.CONFIRMED
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    reason: str | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(slots=True)
class World:
    """The whole demo world in memory, on its way into the database."""

    scale: Scale
    today: date
    now: datetime
    dice: Random
    services: list[Service]
    areas: list[Area]
    money_seed: int = 0
    instructors: list[Instructor] = field(default_factory=list[Instructor])
    students: list[Student] = field(default_factory=list[Student])
    lessons: list[Lesson] = field(default_factory=list[Lesson])
    _by_borough: dict[str, list[Area]] = field(default_factory=dict[str, list[Area]])

    def areas_of(self, borough: str) -> list[Area]:
        """The areas of one borough."""
        if not self._by_borough:
            for area in self.areas:
                self._by_borough.setdefault(area.borough, []).append(area)
        return self._by_borough[borough]

    @property
    def opened_at(self) -> datetime:
        """When the marketplace opened."""
        return midnight(self.today - timedelta(days=HISTORY_DAYS))

    def scaled(self, count: int) -> int:
        """A count of the full-size world, in proportion; never less than two."""
        return max(2, round(count * min(1.0, self.scale.instructors / FULL_SIZE)))

    def id_at(self, instant: datetime) -> str:
        """A ULID whose time part is this instant and whose rest comes from the dice."""
        return self.id_of(instant, self.dice)

    def id_of(self, instant: datetime, dice: Random) -> str:
        """The same with dice of somebody's own."""
        value = (int(instant.timestamp() * 1000) << 80) | dice.getrandbits(80)
        return "".join(PAIRS[(value >> shift) & 1023] for shift in range(120, -10, -10))

    def moment(self, day: date, *, first_hour: int = 7, last_hour: int = 23) -> datetime:
        """A random second of a New York day, within these hours."""
        seconds = self.dice.randint(first_hour * 3600, last_hour * 3600 - 1)
        return midnight(day) + timedelta(seconds=seconds)


def latest_night(now: datetime) -> datetime:
    """When tiers were last due to be evaluated."""
    tonight = to_utc(datetime.combine(local_day(now), EVALUATION), BUSINESS_ZONE)
    if tonight <= now:
        return tonight
    return night_before(tonight, 1)


def night_before(night: datetime, nights: int) -> datetime:
    """The evaluation so many nights before this one."""
    day = local_day(night) - timedelta(days=nights)
    return to_utc(datetime.combine(day, EVALUATION), BUSINESS_ZONE)


def at_night(instant: datetime, since_midnight: timedelta) -> datetime:
    """The first night after this instant, at this time since New York's midnight."""
    day = local_day(instant)
    tonight = midnight(day) + since_midnight
    return tonight if tonight > instant else midnight(day + timedelta(days=1)) + since_midnight


def is_day_off(instructor_id: str, day: date) -> bool:
    """Whether this instructor takes the day off: about one day in twelve. SQL has the same rule."""
    digest = hashlib.md5(f"{instructor_id}{day.isoformat()}".encode(), usedforsecurity=False)
    return int(digest.hexdigest()[:4], 16) % 12 == 0


DAY_OFF_SQL = "('x' || substr(md5(h.instructor_id || d.day::text), 1, 4))::bit(16)::int %% 12 = 0"
"""For statements with parameters: the percent sign is doubled."""

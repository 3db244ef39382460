"""Small cities for matching, and a reference that goes through every offer by itself."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.policy.matching.gathering import gathered
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.places import Areas
from instainstru_core.domains.search.types.matching import (
    AreaShape,
    Lesson,
    Offered,
    Offers,
    People,
    Spot,
    Teacher,
)
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Skill
from instainstru_core.domains.search.types.wanted import Relaxable, Sort, Wanted, When
from instainstru_core.kernel.ids import id_of

TODAY = date(2026, 6, 15)
TRAVEL = LessonFormat.STUDENT_LOCATION
STUDIO = LessonFormat.INSTRUCTOR_LOCATION
ONLINE = LessonFormat.ONLINE
NEUTRAL = LessonFormat.NEUTRAL_LOCATION

PIANO, CELLO, CHESS = (id_of(1, number) for number in (1, 2, 3))
"""Three services, in the order of their ids."""

SHAPES = (
    AreaShape("harlem", 40.810, -73.945, 900.0),
    AreaShape("harlem", 40.818, -73.950, 700.0),
    AreaShape("inwood", 40.868, -73.921, 1_000.0),
    AreaShape("chelsea", 40.746, -74.001, 800.0),
    AreaShape("astoria", 40.765, -73.923, 1_200.0),
    AreaShape("tottenville", 40.508, -74.239, 1_500.0),
)
"""Harlem is 4.5 km from Inwood, some 3 from Astoria, 6.8 from Chelsea, 40 from Tottenville."""
AREAS = Areas.of(SHAPES)
KEYS = AREAS.keys


def who(number: int) -> str:
    """The id of the instructor with this number; lower numbers come first."""
    return id_of(1_700_000_000_000 + number, number)


def teacher(number: int, **changes: object) -> Teacher:
    """An instructor of no special merit, who travels to Harlem."""
    usual: dict[str, object] = {
        "instructor_id": who(number),
        "area_keys": ("harlem",),
        "spots": (),
        "is_founding": False,
        "star_sum": 0,
        "review_count": 0,
        "active_on": TODAY,
        "joined_on": date(2026, 1, 1),
        "is_described": True,
    }
    return Teacher(**{**usual, **changes})  # type: ignore[arg-type]


def offer(number: int, service_id: str = PIANO, **changes: object) -> Offered:
    """Piano for $100 an hour at the student's, for everybody, in 30 and 60 minutes."""
    usual: dict[str, object] = {
        "instructor_id": who(number),
        "service_id": service_id,
        "prices": {TRAVEL: 10_000},
        "durations": (30, 60),
        "age_groups": ("kids", "adults"),
        "skills": ("beginner",),
        "filters": {},
        "is_described": True,
    }
    return Offered(**{**usual, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class City:
    """Instructors and their offers."""

    teachers: tuple[Teacher, ...]
    offers: tuple[Offered, ...]

    @property
    def index(self) -> Index:
        return gathered(AREAS, [(people_of(self.teachers), offers_of(self.offers))])


def people_of(teachers: Sequence[Teacher]) -> People:
    """These instructors in columns."""
    return People(
        ids=[one.instructor_id for one in teachers],
        is_founding=[one.is_founding for one in teachers],
        is_described=[one.is_described for one in teachers],
        active=[one.active_on and one.active_on.toordinal() for one in teachers],
        joined=[one.joined_on.toordinal() for one in teachers],
        star_sum=[one.star_sum for one in teachers],
        reviews=[one.review_count for one in teachers],
        areas=[one.area_keys for one in teachers],
        spots=[one.spots for one in teachers],
    )


def offers_of(offered: Sequence[Offered]) -> Offers:
    """These offers in columns."""
    return Offers(
        instructor_ids=[one.instructor_id for one in offered],
        service_ids=[one.service_id for one in offered],
        durations=[tuple(one.durations) for one in offered],
        age_groups=[tuple(one.age_groups) for one in offered],
        skills=[tuple(one.skills) for one in offered],
        options=[
            tuple((key, value) for key, values in one.filters.items() for value in values)
            for one in offered
        ],
        is_described=[one.is_described for one in offered],
        student=[one.prices.get(TRAVEL, 0) for one in offered],
        instructor=[one.prices.get(STUDIO, 0) for one in offered],
        online=[one.prices.get(ONLINE, 0) for one in offered],
    )


def city(*pairs: tuple[Teacher, Offered]) -> City:
    """These instructors, with one offer each."""
    return City(tuple(one for one, _ in pairs), tuple(one for _, one in pairs))


def plain(count: int, **changes: object) -> City:
    """So many instructors who are all the same but for their ids."""
    return city(*((teacher(number), offer(number, **changes)) for number in range(count)))


@dataclass(frozen=True)
class Row:
    """What the reference says of the best offer of an instructor."""

    instructor_id: str
    service_id: str
    relaxed: tuple[Relaxable, ...]
    score: int
    cents: int
    meters: int | None


def meters(here: tuple[float, float], there: tuple[float, float]) -> float:
    north = math.radians(there[0] - here[0])
    east = math.radians(there[1] - here[1]) * math.cos(math.radians((here[0] + there[0]) / 2))
    return 6_371_000.0 * math.sqrt(north * north + east * east)


def way(wanted: Wanted, key: str) -> int:
    """The meters from the wanted place to an area."""
    keys, point = wanted.where.area_keys or frozenset(), wanted.where.point
    if key in keys:
        return 0
    own = [one for one in SHAPES if one.area_key == key]
    starts = [(one.latitude, one.longitude, one.radius_meters) for one in SHAPES]
    starts = [start for start, one in zip(starts, SHAPES, strict=True) if one.area_key in keys]
    if point is not None:
        starts = [(*point, 0.0)]
    ways = [
        int(max(meters((a, b), (one.latitude, one.longitude)) - one.radius_meters - radius, 0))
        for a, b, radius in starts
        for one in own
    ]
    return min(ways, default=10**6)


def reference(city: City, wanted: Wanted, free: Mapping[str, datetime] | None = None) -> list[Row]:
    """Who answers, in order, by going through every offer and every format of it."""
    people = {one.instructor_id: one for one in city.teachers}
    live = {one.instructor_id for one in city.offers}
    stars = sum(one.star_sum for one in city.teachers if one.instructor_id in live)
    count = sum(one.review_count for one in city.teachers if one.instructor_id in live)
    mean = 4_200 if count == 0 else stars * 1_000 // count
    best: dict[str, tuple[tuple[object, ...], Row]] = {}
    for offered in sorted(city.offers, key=lambda one: one.service_id):
        judged = _judged(people[offered.instructor_id], offered, wanted, mean)
        if judged is None:
            continue
        key, row = judged
        known = best.get(row.instructor_id)
        if known is None or _chosen(key, wanted) < _chosen(known[0], wanted):
            best[row.instructor_id] = judged
    rows = [row for _, row in sorted(best.values(), key=lambda one: one[0])]
    given: set[Relaxable] = set()
    for step in Relaxable:
        if sum(set(row.relaxed) <= given for row in rows) >= 5:
            break
        given.add(step)
    return [row for row in rows if set(row.relaxed) <= given]


def _chosen(key: tuple[object, ...], wanted: Wanted) -> tuple[object, ...]:
    """Of one instructor's offers the cheapest counts where it is sorted by price."""
    if wanted.sort is Sort.PRICE_HIGH:
        return (key[0], -key[1], *key[2:])  # type: ignore[operator]
    return key


def _judged(
    person: Teacher, offered: Offered, wanted: Wanted, mean: int
) -> tuple[tuple[object, ...], Row] | None:
    if wanted.services is not None and offered.service_id not in wanted.services:
        return None
    if offered.service_id in wanted.excluded or not _holds(person, offered, wanted):
        return None
    found = [
        one
        for kind in _formats(wanted)
        if (one := _in_format(person, offered, wanted, kind)) is not None
    ]
    if not found:
        return None
    failed = min(bits for bits, _, _ in found)
    cents = min(price for bits, price, _ in found if bits == failed)
    away = min(far for bits, _, far in found if bits == failed)
    relaxed = tuple(
        one for one, bit in ((Relaxable.PLACE, 4), (Relaxable.PRICE, 8)) if failed & bit
    )
    quality = (person.star_sum * 1_000 + 5 * mean) * 2 // (person.review_count + 5)
    score = _score(person, offered, wanted, quality, (cents, away))
    row = Row(
        person.instructor_id,
        offered.service_id,
        relaxed,
        score,
        cents,
        None if away < 0 else away,
    )
    steps = 2_047 if away < 0 else min(away // 100, 2_047)
    chain: dict[Sort, tuple[object, ...]] = {
        Sort.RECOMMENDED: (-score, -quality, cents),
        Sort.PRICE_LOW: (cents, -score, -quality),
        Sort.PRICE_HIGH: (-cents, -score, -quality),
        Sort.RATING: (person.review_count == 0, -quality, -score, cents),
    }
    last = (steps, person.joined_on, person.instructor_id)
    return (failed, *chain[wanted.sort], *last), row


def _formats(wanted: Wanted) -> Iterable[LessonFormat]:
    if wanted.formats is not None:
        return wanted.formats
    placed = wanted.where.area_keys is not None or wanted.where.point is not None
    return (TRAVEL, STUDIO) if placed else (TRAVEL, STUDIO, ONLINE)


def _holds(person: Teacher, offered: Offered, wanted: Wanted) -> bool:
    rated = person.review_count > 0 and person.star_sum / person.review_count
    return all(
        (
            wanted.minutes is None or wanted.minutes in offered.durations,
            wanted.age_group is None or wanted.age_group in offered.age_groups,
            wanted.skills is None or bool(wanted.skills & set(offered.skills)),
            wanted.min_rating is None or (rated is not False and rated >= wanted.min_rating),
            all(
                values & set(offered.filters.get(key, ())) for key, values in wanted.filters.items()
            ),
        )
    )


def _in_format(
    person: Teacher, offered: Offered, wanted: Wanted, kind: LessonFormat
) -> tuple[int, int, int] | None:
    """The bits of what fails (4 place, 8 price), the price and the meters; None where it is out."""
    if kind is NEUTRAL:
        kind = STUDIO if offered.prices.get(STUDIO) else TRAVEL
    price = offered.prices.get(kind, 0)
    if not price or price < (wanted.min_cents or 0):
        return None
    failed, away = 0, -1
    keys, point = wanted.where.area_keys, wanted.where.point
    if (keys is not None or point is not None) and kind is not ONLINE:
        strict, away = _place(person, wanted, kind)
        failed = 0 if strict else 4
        if failed and away > 10_000:
            return None
    most = wanted.max_cents
    if most is not None and price > most:
        if price > most * 5 // 4:
            return None
        failed |= 8
    return failed, price, away


def _place(person: Teacher, wanted: Wanted, kind: LessonFormat) -> tuple[bool, int]:
    keys, point = wanted.where.area_keys or frozenset(), wanted.where.point
    if kind is TRAVEL:
        areas: Sequence[str | None] = person.area_keys
        strict = bool(keys & set(person.area_keys))
    else:
        areas = [spot.area_key for spot in person.spots]
        strict = bool(keys & set(areas))
        if point is not None:
            ways = [int(meters(point, _grid(spot))) for spot in person.spots]
            away = min(ways, default=10**6)
            return strict or away <= 5_000, away
    if strict:
        return True, 0
    ways = [way(wanted, key) for key in areas if key is not None]
    near = [-(-one // 500) * 500 for one in ways if one <= 10_000]
    return False, min(near, default=10**6)


def _grid(spot: Spot) -> tuple[float, float]:
    return (
        round((spot.latitude - 40.7) * 10_000) / 10_000 + 40.7,
        round((spot.longitude + 73.95) * 10_000) / 10_000 - 73.95,
    )


def _score(
    person: Teacher, offered: Offered, wanted: Wanted, quality: int, price_and_way: tuple[int, int]
) -> int:
    cents, away = price_and_way
    relevance = 1.0 if wanted.services is None else wanted.services[offered.service_id]
    if away < 0:
        near = 7_000
    elif away <= 10_000:
        near = min(10_000 - 5_000 * (away - 1_000) // 9_000, 10_000)
    else:
        near = max(2_000, 5_000 - 3_000 * (away - 10_000) // 20_000)
    price = 7_000
    if wanted.max_cents:
        ratio = cents * 10_000 // wanted.max_cents
        price = min(17_000 - ratio, 10_000) if ratio <= 10_000 else 5_000
    fresh = 5_000
    if person.active_on is not None:
        days = (TODAY - person.active_on).days
        steps = ((1, 10_000), (7, 9_000), (30, 7_000), (90, 5_000))
        fresh = next((worth for most, worth in steps if days <= most), 3_000)
    complete = 4_000 + 2_000 * (person.is_described + offered.is_described)
    score = (
        35 * round(relevance * 10_000)
        + 25 * quality
        + 15 * near
        + 10 * price
        + 10 * fresh
        + 5 * complete
    ) // 100
    if wanted.audience is not None:
        fitting = {"adults"} if wanted.audience is Audience.ADULTS else set(AgeGroup) - {"adults"}
        ages = set(offered.age_groups)
        score += 1_000 if not ages or ages & fitting else 0
    if wanted.skill is not None:
        if not offered.skills or wanted.skill in offered.skills:
            score += 500
        elif wanted.skill is Skill.INTERMEDIATE:
            score += 200
    if person.is_founding:
        score += min(score // 2, 500)
    return score


def all_free(ids: Mapping[str, Lesson], whens: Sequence[When]) -> dict[str, tuple[int, datetime]]:
    """A calendar in which everybody always has room."""
    return {one: (0, at(whens[0].days[0], whens[0].after or 540)) for one in ids}


def at(day: date, minutes: int) -> datetime:
    """A moment of that day in New York, in summer."""
    start = datetime.fromisoformat(f"{day}T00:00:00-04:00")
    return start + timedelta(minutes=minutes)

"""The people of the demo: instructors at every step of the funnel, and their students."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from devstack.seeding import names
from devstack.seeding.calendars import weekly_habit
from devstack.seeding.checking import be_checked
from devstack.seeding.places import Neighborhoods
from devstack.seeding.world import (
    BATCH,
    CORE,
    HISTORY_DAYS,
    Area,
    Instructor,
    Offering,
    Point,
    Service,
    Student,
    World,
    is_day_off,
)
from instainstru_core.domains.instructors.types import LessonFormat, Milestone

CATEGORY_WEIGHTS = {
    "music": 26, "tutoring": 24, "languages": 14, "sports": 15, "arts": 8, "dance": 7, "hobbies": 6,
}  # fmt: skip
HOURLY_CENTS = {
    "music": 9_500, "tutoring": 10_500, "languages": 9_000, "sports": 10_000, "arts": 9_000,
    "dance": 9_500, "hobbies": 9_000,
}  # fmt: skip
BOROUGH_WEIGHTS = {
    "Manhattan": 36, "Brooklyn": 33, "Queens": 20, "Bronx": 8, "Staten Island": 3,
}  # fmt: skip
BOROUGH_PRICE = {
    "Manhattan": 1.25, "Brooklyn": 1.1, "Queens": 1.0, "Bronx": 0.95, "Staten Island": 0.95,
}  # fmt: skip
FLOOR = {LessonFormat.ONLINE: 6_000}
IN_PERSON_FLOOR = 8_000
FOUNDING_PLACES_TAKEN = 97
LESSON = 60
WHOLE_DAY = (1 << 1440) - 1
PROPER_NAMES = frozenset({"languages", "tutoring"})
"""Categories whose services keep their capitals in a sentence: Mandarin, SAT."""


def add_instructors(world: World) -> None:
    """Fill the world with instructors: most live, some on the way, some stuck, some paused."""
    number = min(world.scale.instructors, CORE)
    world.instructors.extend(_instructors(world, range(number)))


def more_instructors(world: World) -> Iterator[list[Instructor]]:
    """The instructors beyond the core, a batch at a time. Nobody has booked or searched them."""
    for first in range(CORE, world.scale.instructors, BATCH):
        yield _instructors(world, range(first, min(first + BATCH, world.scale.instructors)))


def found(world: World) -> None:
    """Nearly fill the founding program: places go to the first who registered, in that order."""
    taken = world.scaled(FOUNDING_PLACES_TAKEN)
    first = sorted(
        (one for one in world.instructors if one.is_live), key=lambda one: one.created_at
    )
    for number, person in enumerate(first[:taken], start=1):
        person.founding_slot = number


def keep_one_awake(world: World) -> None:
    """Somebody teaches online around the clock, so that a lesson soon can be booked at any hour."""
    days = (world.today, world.today + timedelta(days=1))
    for person in world.instructors:
        online = [
            offer
            for offer in person.offerings
            if LessonFormat.ONLINE in offer.rates and LESSON in offer.durations
        ]
        if person.is_live and online and not any(is_day_off(person.id, day) for day in days):
            person.never_sleeps = True
            person.habit = (WHOLE_DAY,) * 7
            return


def _instructors(world: World, numbers: range) -> list[Instructor]:
    near = Neighborhoods(world.areas)
    by_category: dict[str, list[Service]] = {}
    for service in world.services:
        by_category.setdefault(service.category, []).append(service)
    return [_instructor(world, number, by_category, near) for number in numbers]


def _instructor(
    world: World, number: int, by_category: dict[str, list[Service]], near: Neighborhoods
) -> Instructor:
    dice = world.dice
    joined = world.today - timedelta(days=int(HISTORY_DAYS * dice.random() ** 1.1))
    created = world.moment(joined) if joined < world.today else world.now - timedelta(hours=5)
    first, last = dice.choice(names.FIRST), dice.choice(names.LAST)
    person = Instructor(
        id=world.id_at(created),
        first_name=first,
        last_name=last,
        email=f"{first}.{last}.{number}@teach.example".lower(),
        phone=_phone(number, 1),
        created_at=created,
        home=_home(world),
        milestones=[(Milestone.REGISTERED, created)],
        habit=weekly_habit(dice),
        popularity=min(12.0, dice.paretovariate(1.5)),
        years=dice.randint(1, 24),
        category=dice.choices(list(by_category), [CATEGORY_WEIGHTS[name] for name in by_category])[
            0
        ],
    )
    _walk_funnel(world, person)
    be_checked(world, person)
    reached = {milestone for milestone, _ in person.milestones}
    if Milestone.SERVICES_CONFIGURED in reached:
        _offer(world, person, by_category)
        person.areas = _travels_to(world, person, near)
        person.place = _teaches_at(world, person)
        person.address = _address(world)
    if Milestone.PROFILE_SUBMITTED in reached:
        person.bio = _bio(world, person, by_category)
    return person


def _walk_funnel(world: World, person: Instructor) -> None:
    dice, at = world.dice, person.created_at
    steps = (
        (Milestone.PROFILE_SUBMITTED, 0.97, 2.0),
        (Milestone.SERVICES_CONFIGURED, 0.96, 3.0),
        (Milestone.WENT_LIVE, 0.94, 6.0),
    )
    for milestone, chance, days in steps:
        at += timedelta(days=dice.expovariate(1 / days), minutes=7)
        if dice.random() > chance or at >= world.now:
            return
        person.milestones.append((milestone, at))
    person.is_live = True
    if dice.random() < 0.05 and at + timedelta(days=30) < world.now:
        paused = at + (world.now - at) * dice.uniform(0.3, 0.95)
        person.milestones.append((Milestone.PAUSED, paused))
        person.is_live = False


def _offer(world: World, person: Instructor, by_category: dict[str, list[Service]]) -> None:
    dice = world.dice
    choices = by_category[person.category]
    # Early services of a category are the popular ones: piano before oboe.
    weights = [1 / (1 + position) ** 0.6 for position in range(len(choices))]
    wanted = dice.choices(choices, weights, k=dice.choices([1, 2, 3], [55, 30, 15])[0])
    for service in dict.fromkeys(wanted):
        person.offerings.append(_offering(world, person, service))


def _offering(world: World, person: Instructor, service: Service) -> Offering:
    dice = world.dice
    base = HOURLY_CENTS[service.category] * BOROUGH_PRICE[person.home.borough]
    hourly = round(base * dice.lognormvariate(0, 0.22) / 500) * 500
    formats = [
        lesson_format
        for lesson_format, chance in (
            (LessonFormat.STUDENT_LOCATION, 0.72),
            (LessonFormat.INSTRUCTOR_LOCATION, 0.42),
            (LessonFormat.ONLINE, 0.6 if service.online_capable else 0.0),
        )
        if dice.random() < chance
    ] or [LessonFormat.STUDENT_LOCATION]
    rates = {lesson_format: _rate(hourly, lesson_format) for lesson_format in formats}
    allowed = [minutes for minutes in service.durations if 30 <= minutes <= 120] or [60]
    durations = sorted({60 if 60 in allowed else allowed[0], *dice.sample(allowed, 1)})
    return Offering(world.id_at(person.created_at), service, tuple(durations), rates)


def _rate(hourly: int, lesson_format: LessonFormat) -> int:
    factor = {LessonFormat.ONLINE: 0.82, LessonFormat.INSTRUCTOR_LOCATION: 0.95}
    cents = round(hourly * factor.get(lesson_format, 1.0) / 500) * 500
    return min(40_000, max(FLOOR.get(lesson_format, IN_PERSON_FLOOR), cents))


def _travels_to(world: World, person: Instructor, near: Neighborhoods) -> list[Area]:
    if not any(LessonFormat.STUDENT_LOCATION in offer.rates for offer in person.offerings):
        return []
    close = near.nearest(person.home.key, 32)
    extra = world.dice.sample(close[1:], world.dice.randint(4, 22))
    return [person.home, *sorted(extra, key=lambda area: area.key)]


def _teaches_at(world: World, person: Instructor) -> Point | None:
    if not any(LessonFormat.INSTRUCTOR_LOCATION in offer.rates for offer in person.offerings):
        return None
    return world.dice.choice(person.home.points)


def _bio(world: World, person: Instructor, by_category: dict[str, list[Service]]) -> str:
    services = [offer.service for offer in person.offerings] or by_category[person.category]
    service = services[0].name
    if person.category not in PROPER_NAMES and not service.isupper():
        service = service.lower()
    dice = world.dice
    opening = dice.choice(names.OPENINGS).format(
        service=service, borough=_spoken(person.home.borough), years=person.years
    )
    opening = opening[0].upper() + opening[1:]
    return f"{opening}. {dice.choice(names.MIDDLES)}. {dice.choice(names.CLOSINGS)}."


def _spoken(borough: str) -> str:
    return "the Bronx" if borough == "Bronx" else borough


def _home(world: World) -> Area:
    borough = world.dice.choices(list(BOROUGH_WEIGHTS), list(BOROUGH_WEIGHTS.values()))[0]
    return world.dice.choice(world.areas_of(borough))


def add_students(world: World) -> None:
    """Fill the world with students, more of them the older the marketplace gets."""
    dice = world.dice
    taught = [offer.service for person in world.instructors for offer in person.offerings]
    taught = taught or world.services
    for number in range(world.scale.students):
        joined = world.today - timedelta(days=int(HISTORY_DAYS * dice.random() ** 1.15))
        created = _before(world, joined)
        first, last = dice.choice(names.FIRST), dice.choice(names.LAST)
        home = _home(world)
        world.students.append(
            Student(
                id=world.id_at(created),
                first_name=first,
                last_name=last,
                email=f"{first}.{last}.{number}@learn.example".lower(),
                phone=_phone(number, 2) if dice.random() < 0.8 else None,
                created_at=created,
                home=home,
                point=dice.choice(home.points),
                address=_address(world),
                interests=list(dict.fromkeys(dice.choices(taught, k=dice.randint(1, 3)))),
            )
        )
    world.students.sort(key=lambda student: student.created_at)


def _before(world: World, day: date) -> datetime:
    moment = world.moment(day)
    return min(moment, world.now - timedelta(hours=2))


def _address(world: World) -> str:
    return f"{world.dice.randint(2, 980)} {world.dice.choice(names.STREETS)}"


def _phone(number: int, line: int) -> str:
    """A number of the exchange 555, where no telephone rings; each is given once per line."""
    area_code = (212, 646, 917, 718, 347, 929, 332)[number // 1000 % 7]
    return f"+1{area_code}555{line}{number % 1000:03d}"

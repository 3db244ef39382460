"""Ten things that went wrong, planted so that the copilot has something true to find.

Each is described in docs/demo.md together with the question that finds it.
"""

from datetime import date, datetime, timedelta

from devstack.seeding.lessons import cancel
from devstack.seeding.searches import Crowd, Search
from devstack.seeding.world import Area, Instructor, Lesson, Offering, Student, World, is_day_off
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.types import LessonFormat, Milestone
from instainstru_core.kernel.time import BUSINESS_ZONE, to_utc

OUTAGE_DAYS_AGO = 9
OUTAGE_REASON = "No trains: subway outage"
OUTAGE_BOROUGHS = frozenset({"Manhattan", "Brooklyn"})
STUCK = 12
NAMESAKES = 2
SERIAL_CANCELLATIONS = 8
HOURS = (17, 16, 18, 11, 10)
LONG = (1 << 120) - 1
BAGPIPES = 180
MANDARIN_IN_RIVERDALE = 90
PENDING_FOUNDING_INVITES = 9
EXPIRING_INVITES = 30
FAILED_NIGHTS = 3


def strand_in_onboarding(world: World) -> None:
    """Twelve people wrote a profile weeks ago and never set up a service."""
    stuck = min(world.scaled(STUCK), len(world.instructors) // 3)
    for number, person in enumerate(world.instructors[len(world.instructors) - stuck :]):
        created = world.now - timedelta(days=24 + 3 * number, hours=number)
        person.created_at = created
        person.id = world.id_at(created)
        person.milestones = [
            (Milestone.REGISTERED, created),
            (Milestone.PROFILE_SUBMITTED, created + timedelta(days=2, hours=3)),
        ]
        person.offerings, person.areas, person.place = [], [], None
        person.is_live = False
        person.bio = person.bio or "I am still setting up my lessons and will be ready soon."


def repeat_a_name(world: World) -> None:
    """Two instructors and one student are all called Maya Chen."""
    everybody: list[Instructor | Student] = [*world.instructors, *world.students]
    for one in everybody:
        if (one.first_name, one.last_name) == ("Maya", "Chen"):
            one.last_name = "Chang"
    live = [person for person in world.instructors if person.is_live]
    for person in live[3 : 3 + NAMESAKES]:
        person.first_name, person.last_name = "Maya", "Chen"
        person.email = f"maya.chen.{person.id[-4:].lower()}@teach.example"
    student = world.students[len(world.students) // 2]
    student.first_name, student.last_name = "Maya", "Chen"
    student.email = f"maya.chen.{student.id[-4:].lower()}@learn.example"


def leave_riverdale_without_mandarin(world: World) -> None:
    """Nobody who teaches Mandarin travels to Riverdale, though people ask for it."""
    for person in world.instructors:
        if any(offer.service.slug == "mandarin" for offer in person.offerings):
            person.areas = [area for area in person.areas if "Riverdale" not in area.name]


def cut_the_subway(world: World) -> None:
    """Nine days ago every lesson in Manhattan and Brooklyn was cancelled by its instructor."""
    day = world.today - timedelta(days=OUTAGE_DAYS_AGO)
    for lesson in world.lessons:
        if (
            lesson.starts_local.date() == day
            and lesson.format is not LessonFormat.ONLINE
            and lesson.instructor.home.borough in OUTAGE_BOROUGHS
        ):
            cancel(world, lesson, by="instructor", reason=OUTAGE_REASON)
            if lesson.status is BookingStatus.CANCELLED:
                lesson.cancelled_at = lesson.starts_at - timedelta(hours=1)


def pause_the_star(world: World) -> Instructor | None:
    """The live instructor with most lessons ahead paused yesterday; the lessons still stand."""
    ahead: dict[str, int] = {}
    for lesson in world.lessons:
        if lesson.starts_at > world.now and lesson.status is BookingStatus.CONFIRMED:
            ahead[lesson.instructor.id] = ahead.get(lesson.instructor.id, 0) + 1
    live = [person for person in world.instructors if person.is_live and person.id in ahead]
    if not live:
        return None
    star = max(live, key=lambda person: (ahead[person.id], person.id))
    star.is_live = False
    star.milestones.append((Milestone.PAUSED, world.now - timedelta(hours=20)))
    return star


def add_a_serial_canceller(world: World) -> Student:
    """One student booked and cancelled eight lessons at the last moment within two weeks."""
    student = world.students[len(world.students) // 3]
    booked = 0
    for back in range(1, 14):
        found = _open_lesson(world, world.today - timedelta(days=back), booked)
        if found is None or booked == SERIAL_CANCELLATIONS:
            continue
        person, offering, local = found
        booked += 1
        starts_at = to_utc(local, BUSINESS_ZONE)
        created = starts_at - timedelta(days=2, hours=booked)
        lesson = Lesson(
            id=world.id_at(created),
            student=student,
            instructor=person,
            offering=offering,
            format=min(offering.rates, key=_needs_travel),
            starts_local=local,
            starts_at=starts_at,
            minutes=offering.durations[0],
            created_at=created,
            status=BookingStatus.CANCELLED,
            cancelled_at=starts_at - timedelta(hours=2),
            cancelled_by="student",
            reason="Changed my mind",
        )
        world.lessons.append(lesson)
    return student


def _open_lesson(
    world: World, day: date, turn: int
) -> tuple[Instructor, Offering, datetime] | None:
    """A lesson that somebody could have given on this day, another teacher at each turn."""
    since = world.now - timedelta(days=20)
    for hour in HOURS:
        people = [
            one
            for one in world.instructors
            if one.is_live
            and (one.live_since or world.now) < since
            and not is_day_off(one.id, day)
            and not _needs_travel(min(one.offerings[0].rates, key=_needs_travel))
            and (one.habit[day.weekday()] >> hour * 60) & LONG == LONG
        ]
        if people:
            person = people[turn % len(people)]
            local = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
            return person, person.offerings[0], local
    return None


def _needs_travel(lesson_format: LessonFormat) -> bool:
    return lesson_format is LessonFormat.STUDENT_LOCATION


def ask_for_bagpipes(world: World, crowd: Crowd) -> list[Search]:
    """A parade made bagpipes popular; nobody teaches them."""
    found: list[Search] = []
    for _ in range(world.scaled(BAGPIPES)):
        text = world.dice.choice(("bagpipes", "Bagpipes", "bagpipes ", "BAGPIPES"))
        found.append(crowd.made(_lately(world, 10), None, text))
    return found


def ask_for_mandarin_in_riverdale(world: World, crowd: Crowd) -> list[Search]:
    """Families in Riverdale look for Mandarin and find nobody."""
    service = next((one for one in world.services if one.slug == "mandarin"), None)
    area = riverdale(world)
    if service is None or area is None:
        return []
    return [
        crowd.made(
            _lately(world, 14), None, "mandarin tutor in riverdale", service=service, area=area
        )
        for _ in range(world.scaled(MANDARIN_IN_RIVERDALE))
    ]


def riverdale(world: World) -> Area | None:
    """The area that holds Riverdale."""
    return next((area for area in world.areas if "Riverdale" in area.name), None)


def _lately(world: World, days: int) -> datetime:
    return world.now - timedelta(minutes=world.dice.randint(5, days * 24 * 60))

"""Instructors ready to be booked, written straight into the tables.

The factory's neighborhood is a square in the Atlantic, so that it never overlaps a real one and
its edges are round numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.instructors.models import (
    Instructor,
    LifecycleEvent,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import (
    FUNNEL,
    LessonFormat,
    Milestone,
    PlaceKind,
)
from instainstru_core.domains.regions.models import DisplayArea, Region
from instainstru_core.domains.regions.types import Borough
from instainstru_core.kernel.authority import Actor, Permission
from instainstru_core.kernel.ids import new_id, stable_id
from instainstru_core.kernel.time import BUSINESS_ZONE, local_day
from instainstru_core.kernel.uow import Uow
from tests.factories import availability, checks

SQUARE = "test-square"
SOUTH, WEST = 40.40, -73.80
INSIDE = (40.41, -73.79)
ON_EDGE = (40.41, -73.80)
OUTSIDE = (40.41, -73.77)
EXACT_PLACE = (40.4112345, -73.7912345)
APPROXIMATE_PLACE = (40.4115, -73.7915)

ALL_FORMATS: Mapping[LessonFormat, int] = {
    LessonFormat.STUDENT_LOCATION: 12_000,
    LessonFormat.INSTRUCTOR_LOCATION: 9_000,
    LessonFormat.ONLINE: 8_000,
}

INSTRUCTOR_PERMISSIONS = frozenset(
    {
        Permission.ACCOUNT_MANAGE_OWN,
        Permission.ADDRESSES_MANAGE_OWN,
        Permission.BOOKINGS_VIEW_OWN,
        Permission.BOOKINGS_CANCEL_OWN,
        Permission.INSTRUCTORS_MANAGE_OWN,
        Permission.AVAILABILITY_MANAGE_OWN,
    }
)


@dataclass(frozen=True, slots=True)
class LiveInstructor:
    """What a test needs to know of an instructor who can be booked."""

    id: str
    slug: str
    offering_id: str
    service_id: str
    service_name: str
    timezone: str
    area_keys: tuple[str, ...]
    actor: Actor = field(repr=False)


def instructor_actor(user_id: str) -> Actor:
    """The instructor, signed in."""
    return Actor(id=user_id, permissions=INSTRUCTOR_PERMISSIONS)


def person(
    uow: Uow,
    *,
    first_name: str = "Maya",
    last_name: str = "Okafor",
    email: str | None = None,
    phone: str | None = "+12125550143",
    timezone: str = BUSINESS_ZONE,
    status: AccountStatus = AccountStatus.ACTIVE,
) -> str:
    """A person's row, without roles or a password that works. Returns the id."""
    user_id = new_id()
    uow.session.add(
        User(
            id=user_id,
            email=email or f"{user_id.lower()}@example.org",
            password_hash="unusable",
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            zip_code="10025",
            timezone=timezone,
            status=status,
            created_at=uow.now,
            last_login_at=None,
            tokens_valid_after=None,
        )
    )
    uow.session.flush()
    return user_id


def profile(
    uow: Uow,
    *,
    first_name: str = "Maya",
    last_name: str = "Okafor",
    timezone: str = BUSINESS_ZONE,
    status: AccountStatus = AccountStatus.ACTIVE,
    bio: str | None = "I teach patiently and with a lot of music from the first lesson.",
    live: bool = False,
    founding: bool = False,
    buffers: tuple[int, int] = (15, 60),
    overnight_protection: bool = True,
) -> str:
    """A profile with nothing on offer. Returns the instructor's id."""
    user_id = person(
        uow, first_name=first_name, last_name=last_name, timezone=timezone, status=status
    )
    uow.session.add(
        Instructor(
            id=user_id,
            slug=f"{first_name}-{last_name[0]}-{user_id[-8:]}".lower(),
            bio=bio,
            years_experience=7,
            timezone=timezone,
            buffer_minutes=buffers[0],
            travel_buffer_minutes=buffers[1],
            overnight_protection=overnight_protection,
            is_live=live,
            first_live_at=uow.now if live else None,
            is_founding=founding,
            founding_granted_at=uow.now if founding else None,
            created_at=uow.now,
            updated_at=uow.now,
        )
    )
    uow.session.flush()
    reached = FUNNEL if live else [Milestone.REGISTERED]
    if live:
        checks.check(uow, user_id)
    uow.session.add_all(
        LifecycleEvent(id=new_id(), instructor_id=user_id, milestone=step, occurred_at=uow.now)
        for step in reached
    )
    uow.session.flush()
    return user_id


def live_instructor(
    uow: Uow,
    *,
    first_name: str = "Maya",
    last_name: str = "Okafor",
    service: str = "test-theremin",
    prices: Mapping[LessonFormat, int] = ALL_FORMATS,
    durations: Sequence[int] = (30, 60, 90),
    area_keys: Sequence[str] | None = None,
    timezone: str = BUSINESS_ZONE,
    status: AccountStatus = AccountStatus.ACTIVE,
    live: bool = True,
    founding: bool = False,
    buffers: tuple[int, int] = (15, 60),
    overnight_protection: bool = True,
    hours: Sequence[str] = ("09:00-18:00",),
    open_days: int = 28,
) -> LiveInstructor:
    """An instructor with one offering in every format, one area, one place, and open hours.

    Open from the local today on, `open_days` days, the same hours each day.
    """
    instructor_id = profile(
        uow,
        first_name=first_name,
        last_name=last_name,
        timezone=timezone,
        status=status,
        live=live,
        founding=founding,
        buffers=buffers,
        overnight_protection=overnight_protection,
    )
    taught = catalog_service(uow, slug=service)
    offered = offering(uow, instructor_id, taught.id, prices=prices, durations=durations)
    keys = tuple(area_keys) if area_keys is not None else (area(uow),)
    uow.session.add_all(ServiceArea(instructor_id=instructor_id, area_key=key) for key in keys)
    place(uow, instructor_id)
    today = local_day(uow.now, timezone)
    availability.open_days(uow, instructor_id, today, open_days, *hours)
    uow.session.flush()
    slug = uow.session.scalars(select(Instructor.slug).filter_by(id=instructor_id)).one()
    return LiveInstructor(
        id=instructor_id,
        slug=slug,
        offering_id=offered,
        service_id=taught.id,
        service_name=taught.name,
        timezone=timezone,
        area_keys=keys,
        actor=instructor_actor(instructor_id),
    )


def offering(
    uow: Uow,
    instructor_id: str,
    service_id: str,
    *,
    prices: Mapping[LessonFormat, int] = ALL_FORMATS,
    durations: Sequence[int] = (30, 60, 90),
    age_groups: Sequence[str] = ("kids", "teens", "adults"),
    skill_levels: Sequence[str] = ("beginner", "intermediate", "advanced"),
    filters: Mapping[str, Sequence[str]] | None = None,
    active: bool = True,
) -> str:
    """A service this instructor teaches. Returns the offering's id."""
    offering_id = new_id()
    uow.session.add(
        Offering(
            id=offering_id,
            instructor_id=instructor_id,
            service_id=service_id,
            description="From the first note to the first concert.",
            durations=list(durations),
            age_groups=list(age_groups),
            skill_levels=list(skill_levels),
            filters={key: list(values) for key, values in (filters or {}).items()},
            is_active=active,
            created_at=uow.now,
            prices=[
                OfferingPrice(format=kind, hourly_rate_cents=cents)
                for kind, cents in prices.items()
            ],
        )
    )
    uow.session.flush()
    return offering_id


def place(
    uow: Uow,
    instructor_id: str,
    *,
    kind: PlaceKind = PlaceKind.TEACHING,
    label: str = "Studio",
    address_line: str = "742 Evergreen Terrace, Apt 5",
    position: int = 0,
) -> str:
    """A teaching place whose exact point and address no public answer may show."""
    place_id = new_id()
    uow.session.add(
        TeachingPlace(
            id=place_id,
            instructor_id=instructor_id,
            kind=kind,
            label=label,
            address_line=address_line,
            latitude=EXACT_PLACE[0],
            longitude=EXACT_PLACE[1],
            approximate_latitude=APPROXIMATE_PLACE[0],
            approximate_longitude=APPROXIMATE_PLACE[1],
            area_key=None,
            position=position,
        )
    )
    uow.session.flush()
    return place_id


def catalog_service(
    uow: Uow,
    slug: str = "test-theremin",
    *,
    durations: Sequence[int] = (30, 45, 60, 90, 120),
    age_groups: Sequence[str] = ("kids", "teens", "adults"),
    online_capable: bool = True,
) -> Service:
    """The catalogue's service of this slug, or a new one under a category of the tests' own.

    Its id is always the same, so that what a process keeps of the catalog serves the next test.
    """
    found = uow.session.scalars(select(Service).filter_by(slug=slug)).one_or_none()
    if found is not None:
        return found
    subcategory_id = _subcategory(uow.session)
    created = Service(
        id=stable_id("test.service", slug),
        subcategory_id=subcategory_id,
        slug=slug,
        name=slug.removeprefix("test-").replace("-", " ").title(),
        description="Taught in tests only.",
        synonyms=[],
        age_groups=list(age_groups),
        durations=list(durations),
        online_capable=online_capable,
        position=0,
        is_active=True,
    )
    uow.session.add(created)
    uow.session.flush()
    return created


def _subcategory(session: Session) -> str:
    found = session.scalars(select(Subcategory.id).filter_by(slug="test-rarities")).one_or_none()
    if found is not None:
        return found
    category = Category(
        id=stable_id("test.category", "test-arts"), slug="test-arts", name="Test Arts", position=99
    )
    session.add(category)
    session.flush()
    subcategory = Subcategory(
        id=stable_id("test.subcategory", "test-rarities"),
        category_id=category.id,
        slug="test-rarities",
        name="Test Rarities",
        position=0,
    )
    session.add(subcategory)
    session.flush()
    return subcategory.id


def area(
    uow: Uow,
    key: str = SQUARE,
    *,
    name: str = "Test Square",
    borough: Borough = Borough.BROOKLYN,
    south: float = SOUTH,
    west: float = WEST,
    size: float = 0.02,
) -> str:
    """A square neighborhood of one polygon. Asking twice for a key gives the same one.

    The same change of the same map makes the same version of it, so that the names that a process
    keeps of it serve the next test.
    """
    version = uow.session.scalar(text("SELECT token FROM place_versions"))
    known = uow.session.execute(
        insert(DisplayArea)
        .values(key=key, name=name, borough=borough, position=999, aliases=[])
        .on_conflict_do_nothing()
        .returning(DisplayArea.key)
    ).first()
    if known is None:
        return key
    north, east = round(south + size, 6), round(west + size, 6)
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    uow.session.add(
        Region(
            id=stable_id("test.region", key),
            code=f"TEST-{key}",
            name=name,
            borough=borough,
            area_key=key,
            boundary=f"SRID=4326;MULTIPOLYGON((({ring})))",
            latitude=round(south + size / 2, 6),
            longitude=round(west + size / 2, 6),
        )
    )
    uow.session.flush()
    change = f"{version} {key} {name} {borough} {ring}"
    uow.session.execute(
        text("UPDATE place_versions SET token = md5(:change)::uuid"), {"change": change}
    )
    return key

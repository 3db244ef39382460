"""The people of a simulation: written straight into the tables, and known to the provider."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.dialects.postgresql import insert

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.access.policy import ROLE_PERMISSIONS
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.availability.models import AvailabilityDay
from instainstru_core.domains.availability.policy import stretch, to_bytes
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.policy import valid_until
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.types import CreditSource
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import LessonFormat, PlaceKind
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.domains.payments.models import (
    ConnectAccount,
    IdentityCheck,
    PaymentCustomer,
    PaymentMethod,
)
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.domains.regions.models import DisplayArea, Region
from instainstru_core.domains.regions.types import Borough
from instainstru_core.kernel.authority import Actor, Permission
from instainstru_core.kernel.ids import new_id, stable_id
from instainstru_core.kernel.time import BUSINESS_ZONE, local_day
from instainstru_core.kernel.uow import Uow

SQUARE = (40.40, -73.80, 0.02)
"""South, west and size of a neighborhood of its own, in the Atlantic."""
INSIDE = (40.41, -73.79)
AREA = "simulated-square"
OPENS, CLOSES = 8 * 60, 22 * 60
AHEAD = timedelta(days=70)
DURATIONS = (30, 45, 60, 90)
STAFF = Actor(id="01STAFF0000000000000000000", permissions=frozenset(Permission))
KEY = "sk_test_simulation"
LASTING_CARDS = {"good": 55, "fails later": 16, "disputes": 8, "asks": 9, "short holds": 12}
"""How cards behave, and how common each behavior is."""


@dataclass(slots=True)
class Teacher:
    """Somebody who teaches."""

    actor: Actor
    offering_id: str
    account_id: str
    formats: tuple[LessonFormat, ...]

    @property
    def id(self) -> str:
        return self.actor.id or ""


@dataclass(slots=True)
class Student:
    """Somebody who learns, with their cards: our ids, the main one first."""

    actor: Actor
    cards: list[str] = field(default_factory=list[str])
    fails_from: datetime | None = None

    @property
    def id(self) -> str:
        return self.actor.id or ""


@dataclass(slots=True)
class People:
    """Everybody."""

    teachers: list[Teacher]
    students: list[Student]
    vendor_cards: dict[str, str] = field(default_factory=dict[str, str])
    """What the provider calls our cards."""


def populate(
    uow: Uow, stripe: Simulator, dice: Random, *, teachers: int, students: int, days: int
) -> People:
    """Fill the empty tables."""
    _furnish(uow)
    _person(uow, Role.ADMIN, 0, user_id=STAFF.id)
    people = People([], [])
    making = _Making(uow, stripe, dice, people, days)
    for number in range(teachers):
        people.teachers.append(making.teacher(number))
    for number in range(students):
        people.students.append(Student(_person(uow, Role.STUDENT, number)))
    uow.session.flush()
    for student in people.students:
        making.cards(student)
        making.credit(student)
    stripe.take_webhooks()
    return people


def call(stripe: Simulator, path: str, form: Mapping[str, str]) -> dict[str, Any]:
    """One call to the provider that always works."""
    answer = stripe.handle("POST", path, {"Authorization": f"Bearer {KEY}"}, urlencode(form))
    found: dict[str, Any] = json.loads(answer.body)
    if "error" in found:
        raise RuntimeError(found["error"]["message"])
    return found


def _furnish(uow: Uow) -> None:
    """What is taught and where: the same for everybody, and there from the first seed on."""
    south, west, size = SQUARE
    north, east = round(south + size, 6), round(west + size, 6)
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    ids = {name: stable_id("simulation", name) for name in ("category", "group", "service")}
    rows: Sequence[tuple[type[Any], dict[str, Any]]] = (
        (Category, {"id": ids["category"], "slug": "simulated", "name": "Music", "position": 99}),
        (
            Subcategory,
            {
                "id": ids["group"],
                "category_id": ids["category"],
                "slug": "simulated",
                "name": "Strings",
                "position": 0,
            },
        ),
        (
            Service,
            {
                "id": ids["service"],
                "subcategory_id": ids["group"],
                "slug": "simulated",
                "name": "Cello",
                "description": "From the first note to the first concert.",
                "synonyms": [],
                "age_groups": ["adults"],
                "durations": list(DURATIONS),
                "online_capable": True,
                "position": 0,
            },
        ),
        (
            DisplayArea,
            {
                "key": AREA,
                "name": "Simulated Square",
                "borough": Borough.BROOKLYN,
                "position": 999,
                "aliases": [],
            },
        ),
        (
            Region,
            {
                "id": stable_id("simulation", "region"),
                "code": "SIMULATED",
                "name": "Simulated Square",
                "borough": Borough.BROOKLYN,
                "area_key": AREA,
                "boundary": f"SRID=4326;MULTIPOLYGON((({ring})))",
                "latitude": INSIDE[0],
                "longitude": INSIDE[1],
            },
        ),
    )
    for table, values in rows:
        uow.session.execute(insert(table).values(values).on_conflict_do_nothing())


def _person(uow: Uow, role: Role, number: int, *, user_id: str | None = None) -> Actor:
    user_id = user_id or new_id()
    uow.session.add(
        User(
            id=user_id,
            email=f"{role}.{number}@simulation.example",
            password_hash="unusable",  # noqa: S106 - nobody signs in here
            first_name=f"{role.title()}",
            last_name=f"Number{number}",
            phone=None,
            zip_code="10025",
            status=AccountStatus.ACTIVE,
            created_at=uow.now,
        )
    )
    return Actor(id=user_id, permissions=ROLE_PERMISSIONS[role])


@dataclass(frozen=True, slots=True)
class _Making:
    """What making people takes."""

    uow: Uow
    stripe: Simulator
    dice: Random
    people: People
    days: int

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    def teacher(self, number: int) -> Teacher:
        actor = _person(self.uow, Role.INSTRUCTOR, number)
        founding = self.chance(0.1)
        self.uow.session.flush()
        self.uow.session.add(
            Instructor(
                id=actor.id or "",
                slug=f"teacher-{number}",
                bio="I teach patiently and with a lot of music from the first lesson.",
                is_live=True,
                first_live_at=self.uow.now,
                is_founding=founding,
                founding_granted_at=self.uow.now if founding else None,
                created_at=self.uow.now,
                updated_at=self.uow.now,
            )
        )
        self.uow.session.flush()
        if not founding and self.chance(0.5):
            tier = self.dice.choice([Tier.GROWTH, Tier.PRO])
            self.uow.session.add(
                InstructorTier(instructor_id=actor.id or "", tier=tier, evaluated_at=self.uow.now)
            )
        offering_id = self._offering(actor.id or "")
        days_open = list(self._open_days(actor.id or ""))
        self.uow.session.execute(insert(AvailabilityDay), days_open)
        return Teacher(
            actor,
            offering_id,
            self._account(actor.id or ""),
            (LessonFormat.ONLINE, LessonFormat.STUDENT_LOCATION, LessonFormat.INSTRUCTOR_LOCATION),
        )

    def _offering(self, instructor_id: str) -> str:
        offering_id = new_id()
        hourly = self.dice.randrange(9_000, 16_000, 50) + self.dice.choice([0, 7, 33])
        self.uow.session.add(
            Offering(
                id=offering_id,
                instructor_id=instructor_id,
                service_id=stable_id("simulation", "service"),
                description=None,
                durations=list(DURATIONS),
                age_groups=["adults"],
                created_at=self.uow.now,
                prices=[
                    OfferingPrice(format=LessonFormat.ONLINE, hourly_rate_cents=hourly - 2_000),
                    OfferingPrice(format=LessonFormat.STUDENT_LOCATION, hourly_rate_cents=hourly),
                    OfferingPrice(
                        format=LessonFormat.INSTRUCTOR_LOCATION, hourly_rate_cents=hourly
                    ),
                ],
            )
        )
        self.uow.session.add(ServiceArea(instructor_id=instructor_id, area_key=AREA))
        self.uow.session.add(
            TeachingPlace(
                id=new_id(),
                instructor_id=instructor_id,
                kind=PlaceKind.TEACHING,
                label="Studio",
                address_line="742 Evergreen Terrace, Apt 5",
                latitude=INSIDE[0],
                longitude=INSIDE[1],
                approximate_latitude=INSIDE[0],
                approximate_longitude=INSIDE[1],
                area_key=AREA,
                position=0,
            )
        )
        self.uow.session.flush()
        return offering_id

    def _open_days(self, instructor_id: str) -> Iterator[dict[str, Any]]:
        today = local_day(self.uow.now, BUSINESS_ZONE)
        bits = to_bytes(stretch(OPENS, CLOSES))
        for offset in range(self.days + AHEAD.days):
            yield {"instructor_id": instructor_id, "day": today + timedelta(offset), "bits": bits}

    def _account(self, instructor_id: str) -> str:
        made = call(
            self.stripe,
            "/v1/accounts",
            {
                "type": "express",
                "capabilities[transfers][requested]": "true",
                "settings[payouts][schedule][interval]": "weekly",
                "settings[payouts][schedule][weekly_anchor]": "tuesday",
            },
        )
        account_id = str(made["id"])
        self.stripe.complete_onboarding(account_id)
        self.uow.session.add(
            ConnectAccount(
                instructor_id=instructor_id,
                vendor_id=account_id,
                charges_enabled=True,
                payouts_enabled=True,
                details_submitted=True,
                onboarded_at=self.uow.now,
                created_at=self.uow.now,
                updated_at=self.uow.now,
            )
        )
        self.uow.session.add(
            BackgroundCheck(
                user_id=instructor_id,
                candidate_id=f"candidate_{instructor_id}",
                invitation_id=f"invitation_{instructor_id}",
                report_id=f"report_{instructor_id}",
                status=CheckStatus.CLEAR,
                consented_at=self.uow.now,
                ordered_at=self.uow.now,
                completed_at=self.uow.now,
                valid_until=valid_until(self.uow.now),
                looked_at=self.uow.now,
            )
        )
        self.uow.session.add(
            IdentityCheck(
                instructor_id=instructor_id,
                vendor_id=f"vs_{instructor_id}",
                status=IdentityStatus.VERIFIED,
                verified_at=self.uow.now,
                updated_at=self.uow.now,
            )
        )
        return account_id

    def cards(self, student: Student) -> None:
        customer = str(call(self.stripe, "/v1/customers", {"metadata[user_id]": student.id})["id"])
        self.uow.session.add(
            PaymentCustomer(user_id=student.id, vendor_id=customer, created_at=self.uow.now)
        )
        self.uow.session.flush()
        behavior = self.dice.choices(list(LASTING_CARDS), list(LASTING_CARDS.values()))[0]
        kinds = {"disputes": "pm_card_createDispute", "asks": "pm_card_authenticationRequired"}
        self._card(student, customer, kinds.get(behavior, "pm_card_visa"))
        main = self.people.vendor_cards[student.cards[0]]
        if behavior == "fails later":
            student.fails_from = self.uow.now + timedelta(days=self.days * self.dice.random())
        elif behavior == "short holds":
            self.stripe.change_card(main, hold_seconds=self.dice.randint(6, 60) * 3600)
        if self.chance(0.85):
            self._card(student, customer, "pm_card_mastercard")

    def _card(self, student: Student, customer: str, kind: str) -> None:
        attached = call(self.stripe, f"/v1/payment_methods/{kind}/attach", {"customer": customer})
        card_id = new_id()
        self.uow.session.add(
            PaymentMethod(
                id=card_id,
                user_id=student.id,
                vendor_id=attached["id"],
                brand=attached["card"]["brand"],
                last4=attached["card"]["last4"],
                exp_month=12,
                exp_year=2040,
                is_default=not student.cards,
                created_at=self.uow.now,
            )
        )
        student.cards.append(card_id)
        self.people.vendor_cards[card_id] = str(attached["id"])

    def credit(self, student: Student) -> None:
        """Credit of several ages: some of it ends while it is reserved."""
        self.uow.session.flush()
        for number in range(self.dice.choice([0, 0, 1, 1, 2, 3])):
            credits.issue(
                self.uow,
                user_id=student.id,
                cents=self.dice.randint(500, 9_000),
                source=CreditSource.ADJUSTMENT,
                key=f"simulation:{student.id}:{number}",
                funded_by=Account(AccountKind.CREDIT_EXPENSE),
                expires_at=self.uow.now
                + timedelta(hours=self.dice.choice([30, 90, 200, 500, 8_760])),
            )

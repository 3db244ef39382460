"""People who pay and are paid at the simulator, and lessons whose money is due."""

import http.client
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from benchmarks.servers import serving
from benchmarks.world import World
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, PaymentStatus
from instainstru_core.domains.payments.models import (
    ConnectAccount,
    IdentityCheck,
    PaymentCustomer,
    PaymentMethod,
)
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import local_day, to_local
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime

SECRET_KEY = "sk_test_benchmark"  # noqa: S105 - the simulator lets in whoever says so
FUNDS = 100_000_000
MINUTES = 30
FIRST = timedelta(hours=2)
"""How far ahead the first lesson of everybody starts."""

UNPAID: dict[str, Any] = {
    "status": BookingStatus.PENDING,
    "payment_status": PaymentStatus.NONE,
    "credit_cents": None,
    "card_cents": None,
    "confirmed_at": None,
}
PAYERS = """
SELECT u.id, u.email FROM users u JOIN role_grants g ON g.user_id = u.id AND g.role = 'student'
WHERE u.status = 'active' AND NOT EXISTS (SELECT FROM payer_standings p WHERE p.user_id = u.id)
ORDER BY u.id LIMIT :most
"""
PAYEES = """
SELECT i.id FROM instructors i JOIN users u ON u.id = i.id
WHERE i.is_live AND u.status = 'active' ORDER BY i.id LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Payer:
    """A student with a card, here and at the provider."""

    user_id: str
    email: str
    card_id: str
    customer: str
    payment_method: str


@dataclass(frozen=True, slots=True)
class Due:
    """A lesson that waits to be paid for."""

    booking_id: str
    payer: Payer


@contextmanager
def simulated(world: World) -> Generator[World]:
    """The same world, with the simulator in a process of its own and a key for it."""
    options = ("--starting-balance", str(FUNDS), "--api-key", SECRET_KEY)
    argv = ("devstack.stripe_simulator", *options)
    log = world.folder / "stripe.log"
    with serving(argv, world.environment, ready="/_sim/health", log=log) as server:
        url = f"http://127.0.0.1:{server.port}"
        yield replace(
            world,
            environment={
                **world.environment,
                "STRIPE_SECRET_KEY": SECRET_KEY,
                "INSTAINSTRU_STRIPE_API_URL": url,
            },
            stripe_url=url,
        )


class Provider:
    """The simulator, asked as little as it takes to make people known to it."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    def customer(self, user_id: str) -> tuple[str, str]:
        """A customer with a good card."""
        made = self._call("/v1/customers", {"metadata[user_id]": user_id})["id"]
        path = "/v1/payment_methods/pm_card_visa/attach"
        return made, self._call(path, {"customer": made})["id"]

    def account(self) -> str:
        """An account that can be paid."""
        wanted = {"type": "express", "capabilities[transfers][requested]": "true"}
        made: str = self._call("/v1/accounts", wanted)["id"]
        self._send(f"/_sim/accounts/{made}", json.dumps({"action": "complete_onboarding"}))
        return made

    def _call(self, path: str, form: Mapping[str, str]) -> dict[str, Any]:
        return self._send(path, urlencode(form))

    def _send(self, path: str, body: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        found: dict[str, Any] = json.loads(answer.read())
        if answer.status != http.HTTPStatus.OK:
            raise LookupError(f"{path}: {found}")
        return found


def payers(runtime: Runtime, url: str, count: int) -> list[Payer]:
    """So many students, each with a card."""
    provider = Provider(url)
    with runtime.begin(SYSTEM) as uow:
        people = uow.session.execute(text(PAYERS), {"most": count}).all()
        found = [
            Payer(user_id, email, new_id(), *provider.customer(user_id))
            for user_id, email in people
        ]
        mine = PaymentMethod.user_id.in_([one.user_id for one in found])
        uow.session.execute(update(PaymentMethod).where(mine).values(is_default=False))
        for one in found:
            known_as = {"user_id": one.user_id, "vendor_id": one.customer, "created_at": uow.now}
            uow.session.merge(PaymentCustomer(**known_as))
        uow.session.add_all(_card(one, uow.now) for one in found)
    return found


def payees(runtime: Runtime, url: str, count: int) -> list[str]:
    """So many instructors who can be paid."""
    provider = Provider(url)
    with runtime.begin(SYSTEM) as uow:
        found = list(uow.session.scalars(text(PAYEES), {"most": count}))
        for one in found:
            uow.session.merge(_account(one, provider.account(), uow.now))
            uow.session.merge(_identity(one, uow.now))
    return found


def _card(payer: Payer, now: datetime) -> PaymentMethod:
    return PaymentMethod(
        id=payer.card_id,
        user_id=payer.user_id,
        vendor_id=payer.payment_method,
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=now.year + 5,
        is_default=True,
        created_at=now,
    )


def _account(instructor_id: str, vendor_id: str, now: datetime) -> ConnectAccount:
    return ConnectAccount(
        instructor_id=instructor_id,
        vendor_id=vendor_id,
        charges_enabled=True,
        payouts_enabled=True,
        details_submitted=True,
        disabled_reason=None,
        onboarded_at=now,
        created_at=now,
        updated_at=now,
    )


def _identity(instructor_id: str, now: datetime) -> IdentityCheck:
    return IdentityCheck(
        instructor_id=instructor_id,
        vendor_id=f"vs_{instructor_id}",
        status=IdentityStatus.VERIFIED,
        verified_at=now,
        updated_at=now,
    )


def unpaid(runtime: Runtime, who: Sequence[Payer], by: Sequence[str], each: int) -> list[Due]:
    """So many checkouts for each student, begun now, of lessons in less than 24 hours.

    The first of everybody come first. Each student has an instructor to themselves.
    """
    with runtime.begin(SYSTEM) as uow:
        first = _quarter(uow.now) + FIRST
        length = timedelta(minutes=MINUTES)
        within = Range(first, first + each * length)
        taken = OccupiedTime.span.op("&&")(within)
        uow.session.execute(delete(OccupiedTime).where(taken))
        pairs = [
            (one, _lesson(uow, one.user_id, teacher, first + slot * length) | UNPAID)
            for slot in range(each)
            for one, teacher in zip(who, by, strict=True)
        ]
        rows = [row for _, row in pairs]
        until = agenda.checkout_expiry(first, uow.now)
        plan = {"checkout_expires_at": until, "due_at": until, "due_kind": DueKind.CHECKOUT}
        _write(uow.session, rows, plan)
        uow.session.execute(insert(OccupiedTime), [_occupied(row, until) for row in rows])
    return [Due(row["id"], one) for one, row in pairs]


def unheld(runtime: Runtime, who: Sequence[Payer], by: Sequence[str], count: int) -> None:
    """So many confirmed lessons, all in 23 hours, whose hold is due, and nothing else is."""
    with runtime.begin(SYSTEM) as uow:
        at = _quarter(uow.now) + timedelta(hours=23)
        rows: list[dict[str, Any]] = []
        cards: dict[str, str] = {one.user_id: one.card_id for one in who}
        for number in range(count):
            payer, teacher = who[number % len(who)], by[number % len(by)]
            row = _lesson(uow, payer.user_id, teacher, at)
            row |= {"status": BookingStatus.CONFIRMED, "payment_status": PaymentStatus.SCHEDULED}
            rows.append(row | {"confirmed_at": uow.now})
        uow.session.execute(update(LessonMoney).values(due_at=None, due_kind=None))
        due_at = agenda.hold_due_at(at)
        plan = {"hold_due_at": due_at, "due_at": due_at, "due_kind": DueKind.HOLD}
        _write(uow.session, rows, plan, cards)


def _quarter(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _lesson(uow: Uow, student_id: str, instructor_id: str, starts_at: datetime) -> dict[str, Any]:
    """A booking like one that was seeded, for other people at another time."""
    known: dict[str, Any] = uow.session.info.setdefault("pattern", _pattern(uow.session))
    booking_id = new_id()
    return known | {
        "id": booking_id,
        "chain_id": booking_id,
        "student_id": student_id,
        "instructor_id": instructor_id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=MINUTES),
        "starts_local": to_local(starts_at, known["lesson_timezone"]),
        "lesson_day": local_day(starts_at),
        "duration_minutes": MINUTES,
        "created_at": uow.now,
    }


def _pattern(session: Session) -> dict[str, Any]:
    row = session.scalars(
        select(Booking)
        .where(Booking.status == BookingStatus.CONFIRMED, Booking.chain_id == Booking.id)
        .order_by(Booking.id)
        .limit(1)
    ).one()
    return {column.key: getattr(row, column.key) for column in inspect(Booking).column_attrs}


def _write(
    session: Session,
    rows: Sequence[dict[str, Any]],
    plan: Mapping[str, Any],
    cards: Mapping[str, str] | None = None,
) -> None:
    session.execute(insert(Booking), rows)
    money = [
        {
            "chain_id": row["chain_id"],
            "booking_id": row["id"],
            "student_id": row["student_id"],
            "instructor_id": row["instructor_id"],
            "card_cents": row["total_cents"],
            "payment_method_id": (cards or {}).get(row["student_id"]),
            **plan,
        }
        for row in rows
    ]
    session.execute(insert(LessonMoney), money)


def _occupied(row: Mapping[str, Any], until: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "instructor_id": row["instructor_id"],
        "student_id": row["student_id"],
        "span": Range(row["starts_at"], row["ends_at"]),
        "travels": False,
        "chain_id": row["chain_id"],
        "reference": f"booking:{row['id']}",
        "expires_at": until,
    }

"""Charges that may be one too many, found among all of a student's."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.payments.models import Charge
from instainstru_core.domains.payments.types import ChargeState, Purpose
from instainstru_core.domains.reporting import service
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories.bookings import booking
from tests.factories.instructors import person

FIVE = timedelta(minutes=5)


@pytest.fixture
def jonas(uow: Uow) -> str:
    student = person(uow, first_name="Jonas", last_name="Lind")
    booking(uow, student_id=student)
    return student


def charge(uow: Uow, student: str, reference: str, at: datetime, **changes: Any) -> str:
    given: dict[str, Any] = {
        "purpose": Purpose.LESSON,
        "state": ChargeState.CAPTURED,
        "amount_cents": 13_440,
        "captured_cents": 13_440,
        "captured_at": at,
    }
    row = Charge(
        id=new_id(),
        reference=reference,
        student_id=student,
        intent_id=f"pi_{new_id()}",
        authorized_at=at,
        **(given | changes),
    )
    uow.session.add(row)
    uow.session.flush()
    return row.id


def told(uow: Uow, student: str) -> list[tuple[list[str], bool]]:
    report = service.payment_explain(uow, student)
    return [(one.charge_ids, one.is_certain) for one in report.data.double_charges]


class TestDoubleCharges:
    def test_of_one_lesson_are_certain(self, uow: Uow, jonas: str) -> None:
        first = charge(uow, jonas, "booking:1", uow.now - timedelta(days=3))
        second = charge(uow, jonas, "booking:1", uow.now, captured_cents=100)
        assert told(uow, jonas) == [([first, second], True)]
        report = service.payment_explain(uow, jonas)
        assert "Charged twice for one lesson (1): look at `double_charges`." in report.warnings

    def test_of_one_amount_are_possible_up_to_five_minutes(self, uow: Uow, jonas: str) -> None:
        first = charge(uow, jonas, "booking:1", uow.now - FIVE)
        second = charge(uow, jonas, "booking:2", uow.now)
        charge(uow, jonas, "booking:3", uow.now + FIVE + timedelta(seconds=1))
        assert told(uow, jonas) == [([first, second], False)]

    def test_are_not_seen_in_holds_refunds_and_other_peoples(self, uow: Uow, jonas: str) -> None:
        charge(uow, jonas, "booking:1", uow.now)
        charge(uow, jonas, "booking:1", uow.now, state=ChargeState.HELD, captured_cents=0)
        charge(uow, jonas, "booking:2", uow.now, refunded_cents=13_440)
        charge(uow, person(uow, first_name="Mia", last_name="Ober"), "booking:3", uow.now)
        assert told(uow, jonas) == []

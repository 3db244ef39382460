"""A row that was read directly is what SQLAlchemy would have made of it."""

from typing import Any

import pytest
from sqlalchemy import Select, inspect, select, text

from instainstru_core.domains.bookings.models import Booking, LessonMoney, NoShowReport
from instainstru_core.domains.bookings.repository import money
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    DueKind,
    Party,
    PaymentStatus,
)
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.rows import Rows
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.bookings import booking


def read(uow: Uow, kind: type[Base], query: Select[Any]) -> Base | None:
    """The one row of a query for all columns of a table."""
    ((found),) = Direct(lambda: query).afresh(uow.session, {})
    return Rows(kind).of(uow.session, found)


def values(row: Base) -> dict[str, Any]:
    return {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}


def reported(uow: Uow) -> Booking:
    made = booking(uow, status=BookingStatus.NO_SHOW)
    report = NoShowReport(
        booking_id=made.id,
        absent=Absent.STUDENT,
        reported_by=Party.INSTRUCTOR,
        reported_at=uow.now,
        status_before=BookingStatus.CONFIRMED,
    )
    uow.session.add(report)
    uow.session.get_one(LessonMoney, made.chain_id).due_kind = DueKind.MONEY
    uow.session.flush()
    return made


class TestARow:
    @pytest.mark.parametrize("kind", [Booking, LessonMoney, NoShowReport])
    def test_has_the_same_values(self, begin: Begin, uow: Uow, kind: type[Base]) -> None:
        reported(uow)
        with begin(SYSTEM) as one, begin(SYSTEM) as other:
            found = read(one, kind, select(*kind.__table__.c))
            expected = other.session.scalars(select(kind)).one()
            assert found is not None
            assert values(found) == values(expected)
            assert [type(value) for value in values(found).values()] == [
                type(value) for value in values(expected).values()
            ]
            assert inspect(found).identity_key == inspect(expected).identity_key
            assert inspect(found).persistent
            assert not one.session.dirty

    def test_is_the_object_that_the_session_has_as_it_is_now(self, begin: Begin, uow: Uow) -> None:
        made = reported(uow)
        with begin(SYSTEM) as later:
            known = later.session.get_one(Booking, made.id)
            later.session.execute(text("UPDATE bookings SET payment_status = 'locked'"))
            with later.session.no_autoflush:
                known.student_note = "Forget this."
                assert money.booking(later.session, made.id).booking is known
            assert known.payment_status is PaymentStatus.LOCKED
            assert known.student_note == made.student_note

    def test_shows_what_the_session_has_changed(self, begin: Begin, uow: Uow) -> None:
        made = reported(uow)
        with begin(SYSTEM) as later:
            later.session.get_one(Booking, made.id).student_note = "Bring the score."
            assert money.booking(later.session, made.id).booking.student_note == "Bring the score."

    def test_is_written_when_it_is_changed(self, begin: Begin, uow: Uow) -> None:
        made = reported(uow)
        with begin(SYSTEM) as later:
            held = money.locked(later.session, made.chain_id)
            assert held is not None
            held.fence = 7
        with begin(SYSTEM) as after:
            assert after.session.get_one(LessonMoney, made.chain_id).fence == 7

    def test_that_an_outer_join_did_not_find_is_none(self, uow: Uow) -> None:
        found = money.booking(uow.session, booking(uow).id)
        assert (found.report, found.is_asked) == (None, False)
        report = money.booking(uow.session, reported(uow).id).report
        assert report is not None
        assert report.absent is Absent.STUDENT

"""Cancelling: who may, until when, and what follows."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.errors import (
    AlreadyCancelled,
    AlreadyStarted,
    BookingNotFound,
    NotCancellable,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.schemas import BookingDetailView, CancelBooking
from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy, Side
from instainstru_core.kernel.authority import Actor, Permission, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.bookings import booking, lesson, student
from tests.factories.instructors import LiveInstructor

ILL = CancelBooking(reason="I am ill.")
TICK = timedelta(microseconds=1)
STAFF = Actor(
    id=new_id(),
    permissions=frozenset({Permission.BOOKINGS_READ_ANY, Permission.BOOKINGS_CANCEL_ANY}),
)
READER = Actor(id=new_id(), permissions=frozenset({Permission.BOOKINGS_READ_ANY}))


@pytest.fixture
def booked(uow: Uow, teacher: LiveInstructor, jonas: Actor) -> Booking:
    """Tomorrow at the same time."""
    return booking(uow, teacher=teacher, student_id=jonas.id)


def cancel(begin: Begin, actor: Actor, booked: Booking) -> BookingDetailView:
    """Cancel a lesson whose card was never asked: its money needs no call."""
    with begin(actor) as theirs:
        assert service.cancel(theirs, booked.id, ILL) is None
        return service.detail(theirs, booked.id)


def announced(uow: Uow) -> list[OutboxRow]:
    """What was told of cancellations."""
    return list(uow.session.scalars(select(OutboxRow).filter_by(name="BookingCancelled")))


class TestCancel:
    def test_frees_the_time_and_keeps_who_when_and_why(
        self, begin: Begin, uow: Uow, booked: Booking, jonas: Actor
    ) -> None:
        done = cancel(begin, jonas, booked)

        assert (done.status, done.cancelled_by) == (BookingStatus.CANCELLED, CancelledBy.STUDENT)
        assert (done.cancelled_at, done.cancellation_reason) == (uow.now, "I am ill.")
        assert uow.session.scalars(select(OccupiedTime)).all() == []

    def test_announces_and_audits_once(
        self, begin: Begin, uow: Uow, booked: Booking, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        cancel(begin, jonas, booked)

        (fact,) = announced(uow)
        assert fact.payload == {
            "booking_id": booked.id,
            "student_id": jonas.id,
            "instructor_id": teacher.id,
            "starts_at": "2026-06-16T14:00:00+00:00",
            "cancelled_by": "student",
            "notice": "early",
        }
        entry = uow.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject_id) == ("bookings.cancel", booked.id)
        assert entry.details == {"cancelled_by": "student", "notice": "early"}

    @pytest.mark.parametrize(
        "case",
        [
            (timedelta(0), "early"),
            (TICK, "middle"),
            (timedelta(hours=12), "middle"),
            (timedelta(hours=12) + TICK, "late"),
            (timedelta(hours=24) - TICK, "late"),
        ],
    )
    def test_tells_how_early_it_came(
        self,
        begin: Begin,
        uow: Uow,
        clock: SetClock,
        booked: Booking,
        case: tuple[timedelta, str],
    ) -> None:
        later, notice = case
        clock.advance(later)

        cancel(begin, STAFF, booked)

        (fact,) = announced(uow)
        assert fact.payload["notice"] == notice

    def test_is_open_to_the_instructor(
        self, begin: Begin, booked: Booking, teacher: LiveInstructor
    ) -> None:
        done = cancel(begin, teacher.actor, booked)

        assert (done.seen_as, done.cancelled_by) == (Side.INSTRUCTOR, CancelledBy.INSTRUCTOR)

    def test_is_open_to_staff(self, begin: Begin, booked: Booking) -> None:
        done = cancel(begin, STAFF, booked)

        assert (done.seen_as, done.cancelled_by) == (Side.STAFF, CancelledBy.ADMIN)

    def test_is_closed_at_the_very_start(
        self, begin: Begin, uow: Uow, clock: SetClock, booked: Booking, jonas: Actor
    ) -> None:
        clock.now = booked.starts_at

        with pytest.raises(AlreadyStarted):
            cancel(begin, jonas, booked)
        with pytest.raises(AlreadyStarted):
            cancel(begin, STAFF, booked)
        assert uow.session.scalars(select(OutboxRow)).all() == []

    def test_repeated_by_the_same_side_changes_nothing(
        self, begin: Begin, uow: Uow, clock: SetClock, booked: Booking, jonas: Actor
    ) -> None:
        first = cancel(begin, jonas, booked)
        told = uow.session.scalars(select(OutboxRow)).all()
        clock.advance(timedelta(days=3))

        assert cancel(begin, jonas, booked) == first
        assert uow.session.scalars(select(OutboxRow)).all() == told
        assert (len(announced(uow)), len(uow.session.scalars(select(AuditEntry)).all())) == (1, 1)

    def test_comes_too_late_after_the_other_side(
        self, begin: Begin, booked: Booking, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        cancel(begin, jonas, booked)

        with pytest.raises(AlreadyCancelled) as refused:
            cancel(begin, teacher.actor, booked)
        assert refused.value.facts == {"booking_id": booked.id, "cancelled_by": "student"}

    @pytest.mark.parametrize(
        "status", [BookingStatus.COMPLETED, BookingStatus.NO_SHOW, BookingStatus.PAYMENT_FAILED]
    )
    def test_is_no_way_out_of_what_is_over(
        self, begin: Begin, uow: Uow, jonas: Actor, status: BookingStatus
    ) -> None:
        over = booking(
            uow, student_id=jonas.id, starts_at=uow.now - timedelta(days=1), status=status
        )

        with pytest.raises(NotCancellable):
            cancel(begin, jonas, over)
        assert over.status is status

    def test_makes_room_for_another_student(
        self, begin: Begin, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        with begin(jonas) as theirs:
            first = service.create(theirs, lesson(teacher))
        with begin(jonas) as theirs:
            service.cancel(theirs, first.id, ILL)

        with begin(student(uow)) as theirs:
            second = service.create(theirs, lesson(teacher))

        assert (second.starts_at, second.status) == (first.starts_at, BookingStatus.PENDING)


class TestWhoMayCancel:
    def test_is_nobody_else(self, begin: Begin, uow: Uow, booked: Booking) -> None:
        with pytest.raises(BookingNotFound):
            cancel(begin, student(uow), booked)
        assert booked.status is BookingStatus.CONFIRMED

    def test_is_not_staff_that_only_reads(self, begin: Begin, booked: Booking) -> None:
        with pytest.raises(PermissionMissing):
            cancel(begin, READER, booked)
        assert booked.status is BookingStatus.CONFIRMED

    def test_is_not_a_service_with_a_students_id(
        self, begin: Begin, booked: Booking, jonas: Actor
    ) -> None:
        with pytest.raises(PermissionMissing):
            cancel(begin, Actor(id=jonas.id), booked)

    @pytest.mark.parametrize("booking_id", ["", "x", "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "' OR 1=1 --"])
    def test_finds_nothing_unknown(self, begin: Begin, jonas: Actor, booking_id: str) -> None:
        with begin(jonas) as theirs, pytest.raises(BookingNotFound):
            service.cancel(theirs, booking_id, ILL)

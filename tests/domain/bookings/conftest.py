"""An instructor, a student, and a desk at which lessons are booked."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.schemas import BookingDetailView, BookLesson
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.bookings import student
from tests.factories.instructors import LiveInstructor, live_instructor


@pytest.fixture
def teacher(uow: Uow) -> LiveInstructor:
    return live_instructor(uow)


@pytest.fixture
def jonas(uow: Uow) -> Actor:
    return student(uow)


def at(text: str) -> datetime:
    """This moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Desk:
    """Where students book, each in a transaction of their own."""

    def __init__(self, begin: Begin, uow: Uow) -> None:
        self.begin = begin
        self.uow = uow

    def book(
        self, actor: Actor, command: BookLesson, *, key: str | None = None
    ) -> BookingDetailView:
        with self.begin(actor) as theirs:
            return service.create(theirs, command, idempotency_key=key)

    def refuses(self, kind: type[Refusal], actor: Actor, command: BookLesson) -> Refusal:
        """The refusal, once it is sure that nothing was written."""
        before = self.written()
        with pytest.raises(kind) as refused:
            self.book(actor, command)
        assert type(refused.value) is kind
        assert self.written() == before
        return refused.value

    def written(self) -> list[int | None]:
        tables = (Booking, LessonMoney, OccupiedTime, OutboxRow, AuditEntry)
        return [
            self.uow.session.scalar(select(func.count()).select_from(table)) for table in tables
        ]


@pytest.fixture
def desk(begin: Begin, uow: Uow) -> Desk:
    return Desk(begin, uow)

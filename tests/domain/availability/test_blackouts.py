"""Days on which somebody does not teach: they bind view, search and booking alike."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.errors import (
    BlackedOut,
    BlackoutNotFound,
    DaysOutOfReach,
    NotOpen,
)
from instainstru_core.domains.availability.schemas import (
    AddBlackouts,
    AddedBlackoutsView,
    FreeTimesQuery,
)
from instainstru_core.domains.availability.types import Done, Why
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import availability, instructors
from tests.factories.bookings import student
from tests.factories.instructors import LiveInstructor

MONDAY, TUESDAY, WEDNESDAY = date(2026, 6, 15), date(2026, 6, 16), date(2026, 6, 17)
ONE_DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ONLINE = LessonFormat.ONLINE


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def teacher(begin: Begin) -> LiveInstructor:
    with begin(SYSTEM) as uow:
        return instructors.live_instructor(uow, hours=("00:00-24:00",))


def add(
    begin: Begin, actor: Actor, first: date, last: date | None = None, reason: str | None = None
) -> AddedBlackoutsView:
    with begin(actor) as uow:
        return service.add_blackouts(uow, AddBlackouts(first=first, last=last, reason=reason))


def results(view: AddedBlackoutsView) -> list[Done]:
    return [each.result for each in view.items]


class TestBinding:
    def test_view_search_and_booking_alike(self, begin: Begin, teacher: LiveInstructor) -> None:
        add(begin, teacher.actor, TUESDAY)
        query = FreeTimesQuery(first=TUESDAY, last=WEDNESDAY, format=ONLINE)
        with begin(SYSTEM) as uow:
            closed, opened = service.free_times(uow, teacher.id, query).days
            found = service.free_for_many(uow, [teacher.id], [TUESDAY, WEDNESDAY], formats=[ONLINE])
            assert not service.free_for_many(uow, [teacher.id], [TUESDAY], formats=[ONLINE])
            with pytest.raises(BlackedOut):
                require(uow, teacher, at(16, 16))
            require(uow, teacher, at(17, 16))
        assert (closed.blackout, closed.free, closed.windows) == (True, False, [])
        assert (opened.blackout, opened.free) == (False, True)
        assert found == {teacher.id: at(17, 4)}

    def test_ends_at_midnight_on_both_sides(self, begin: Begin, teacher: LiveInstructor) -> None:
        add(begin, teacher.actor, TUESDAY)
        with begin(SYSTEM) as uow:
            require(uow, teacher, at(17, 4))
            require(uow, teacher, at(16, 3))
            for start in (at(16, 3, 15), at(17, 3, 15), at(17, 3)):
                with pytest.raises(NotOpen) as refusal:
                    require(uow, teacher, start)
                assert refusal.value.code == "availability.blackout"

    def test_hides_hours_and_leaves_them_as_they_are(
        self, begin: Begin, teacher: LiveInstructor
    ) -> None:
        add(begin, teacher.actor, TUESDAY)
        with begin(teacher.actor) as uow:
            days = service.week(uow, TUESDAY).days
        assert [day.blackout for day in days[:3]] == [False, True, False]
        assert [each.end for each in days[1].hours] == ["24:00"]
        with begin(teacher.actor) as uow:
            assert service.remove_blackout(uow, TUESDAY).day == TUESDAY
        with begin(SYSTEM) as uow:
            require(uow, teacher, at(16, 16))


class TestAdding:
    def test_reports_each_day(self, begin: Begin, teacher: LiveInstructor) -> None:
        add(begin, teacher.actor, TUESDAY, reason="Concert")
        again = add(begin, teacher.actor, MONDAY - ONE_DAY, WEDNESDAY, reason="Concert")
        assert results(again) == [Done.SKIPPED, Done.APPLIED, Done.UNCHANGED, Done.APPLIED]
        assert again.items[0].why is Why.OVER
        changed = add(begin, teacher.actor, TUESDAY, reason="Rehearsal")
        assert results(changed) == [Done.APPLIED]
        same = add(begin, teacher.actor, TUESDAY, reason="Rehearsal")
        assert results(same) == [Done.UNCHANGED]
        with begin(teacher.actor) as uow:
            listed = service.blackouts(uow).items
            events = uow.session.scalars(select(OutboxRow.name)).all()
            actions = uow.session.scalars(select(AuditEntry.action)).all()
        assert [(each.day, each.reason) for each in listed] == [
            (MONDAY, "Concert"),
            (TUESDAY, "Rehearsal"),
            (WEDNESDAY, "Concert"),
        ]
        assert events == ["AvailabilityDaysChanged"] * 3
        assert actions == ["availability.add_blackouts"] * 3

    def test_leaves_lessons_and_names_them(self, begin: Begin, teacher: LiveInstructor) -> None:
        with begin(SYSTEM) as uow:
            learner = instructors.person(uow, first_name="Noor", last_name="Aziz")
            for start, reference in (
                (at(16, 3, 30), "booking:late"),
                (at(16, 16), "booking:noon"),
                (at(17, 4), "booking:after"),
            ):
                availability.occupied(
                    uow,
                    teacher.id,
                    start,
                    start + HOUR,
                    student_id=learner,
                    reference=reference,
                )
        view = add(begin, teacher.actor, TUESDAY)
        assert [(each.booking_id, each.student_name) for each in view.staying] == [
            ("late", "Noor A."),
            ("noon", "Noor A."),
        ]
        with begin(SYSTEM) as uow:
            assert service.keep(uow, "booking:noon", people=(teacher.id, learner))

    def test_reaches_a_year_and_no_further(self, begin: Begin, teacher: LiveInstructor) -> None:
        assert len(add(begin, teacher.actor, MONDAY, date(2027, 6, 15)).items) == 366
        for first, last in ((TUESDAY, MONDAY), (MONDAY, date(2027, 6, 16)), (date.min, date.max)):
            with pytest.raises(DaysOutOfReach):
                add(begin, teacher.actor, first, last)

    def test_is_for_one_s_own_calendar(self, begin: Begin, teacher: LiveInstructor) -> None:
        with begin(SYSTEM) as uow:
            other, learner = instructors.live_instructor(uow), student(uow)
        add(begin, teacher.actor, TUESDAY)
        with pytest.raises(BlackoutNotFound), begin(other.actor) as uow:
            service.remove_blackout(uow, TUESDAY)
        with pytest.raises(PermissionMissing):
            add(begin, learner, TUESDAY)


def require(uow: Uow, teacher: LiveInstructor, start: datetime) -> None:
    service.require_open(uow, teacher.id, Span(start, start + HOUR), lesson_format=ONLINE)

"""One's own week: reading it, saving it, and not losing what somebody else saved."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.errors import (
    CalendarNotFound,
    DayOutsideWeek,
    DayRepeated,
    DaysOutOfReach,
    HoursUnusable,
    NotAMonday,
    VersionRequired,
    WeekChanged,
)
from instainstru_core.domains.availability.models import AvailabilityDay
from instainstru_core.domains.availability.schemas import DayHours, Hours, SavedWeekView, SaveWeek
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import availability, instructors
from tests.factories.bookings import student

MONDAY = date(2026, 6, 15)
TUESDAY = date(2026, 6, 16)
NEXT_MONDAY = date(2026, 6, 22)
LAST_MONDAY = date(2026, 5, 11)


@pytest.fixture
def maya(begin: Begin) -> Actor:
    """An instructor without any open hours."""
    with begin(SYSTEM) as uow:
        return instructors.instructor_actor(instructors.profile(uow))


def day(on: date, *hours: str) -> DayHours:
    windows = [text.split("-") for text in hours]
    return DayHours(day=on, hours=[Hours(start=start, end=end) for start, end in windows])


def save(
    begin: Begin,
    actor: Actor,
    *days: DayHours,
    monday: date = NEXT_MONDAY,
    version: int | None = 0,
    clear_existing: bool = True,
    if_match: int | None = None,
) -> SavedWeekView:
    command = SaveWeek(version=version, days=list(days), clear_existing=clear_existing)
    with begin(actor) as uow:
        return service.save_week(uow, monday, command, if_match=if_match)


def hours_of(view: SavedWeekView) -> dict[date, list[str]]:
    return {
        each.day: [f"{hours.start}-{hours.end}" for hours in each.hours]
        for each in view.days
        if each.hours
    }


def stored(uow: Uow, actor: Actor) -> dict[date, bytes]:
    query = select(AvailabilityDay.day, AvailabilityDay.bits).filter_by(instructor_id=actor.id)
    return {on: bits for on, bits in uow.session.execute(query) if any(bits)}


def written(uow: Uow) -> tuple[int, int]:
    """How many events and audit entries of saved weeks there are."""
    events = select(func.count()).where(OutboxRow.name == "AvailabilityWeekSaved")
    entries = select(func.count()).where(AuditEntry.action == "availability.save_week")
    return uow.session.scalar(events) or 0, uow.session.scalar(entries) or 0


class TestWeek:
    def test_is_empty_at_version_0_before_the_first_save(self, begin: Begin, maya: Actor) -> None:
        with begin(maya) as uow:
            view = service.week(uow, date(2026, 6, 25))
        assert (view.monday, view.version, view.saved_at) == (NEXT_MONDAY, 0, None)
        assert view.timezone == "America/New_York"
        assert [each.day for each in view.days] == [
            NEXT_MONDAY + timedelta(days=offset) for offset in range(7)
        ]
        assert [each.hours for each in view.days] == [[]] * 7

    def test_shows_only_one_s_own(self, begin: Begin, maya: Actor) -> None:
        with begin(SYSTEM) as uow:
            other = instructors.live_instructor(uow)
        with begin(maya) as uow:
            assert all(not each.hours for each in service.week(uow, MONDAY).days)
        with begin(other.actor) as uow:
            shown = service.week(uow, MONDAY).days[0].hours
        assert shown == [Hours(start="09:00", end="18:00")]

    def test_takes_one_statement(
        self,
        begin: Begin,
        maya: Actor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with begin(maya) as uow, count_statements() as statements:
            service.week(uow, MONDAY)
        assert len(statements) == 1

    def test_needs_the_permission_and_a_profile(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            learner = student(uow)
            nobody = instructors.instructor_actor(instructors.person(uow))
        with pytest.raises(PermissionMissing), begin(learner) as uow:
            service.week(uow, MONDAY)
        for actor in (nobody, SYSTEM):
            with pytest.raises(CalendarNotFound), begin(actor) as uow:
                service.week(uow, MONDAY)

    @pytest.mark.parametrize("far", [date(2027, 6, 16), date(2025, 6, 14), date.max, date.min])
    def test_ends_a_year_from_today(self, begin: Begin, maya: Actor, far: date) -> None:
        with pytest.raises(DaysOutOfReach), begin(maya) as uow:
            service.week(uow, far)


class TestSaveWeek:
    def test_keeps_minutes_exactly(self, begin: Begin, maya: Actor) -> None:
        view = save(begin, maya, day(NEXT_MONDAY, "22:01-24:00", "00:00-00:01", "09:07-09:08"))
        assert hours_of(view) == {NEXT_MONDAY: ["00:00-00:01", "09:07-09:08", "22:01-24:00"]}
        with begin(maya) as uow:
            assert service.week(uow, NEXT_MONDAY).days == view.days
            assert stored(uow, maya) == {
                NEXT_MONDAY: availability.bits("00:00-00:01", "09:07-09:08", "22:01-24:00")
            }

    def test_reads_an_end_of_0_as_midnight_and_merges_what_touches(
        self, begin: Begin, maya: Actor
    ) -> None:
        view = save(begin, maya, day(NEXT_MONDAY, "12:00-00:00", "09:00-12:00"))
        assert hours_of(view) == {NEXT_MONDAY: ["09:00-24:00"]}

    def test_counts_the_version_up_and_says_what_changed(self, begin: Begin, maya: Actor) -> None:
        first = save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"))
        tuesday = NEXT_MONDAY + timedelta(days=1)
        second = save(begin, maya, day(tuesday, "09:00-12:00"), version=1)
        assert (first.version, first.changed_days) == (1, [NEXT_MONDAY])
        assert (second.version, second.changed_days) == (2, [NEXT_MONDAY, tuesday])
        assert hours_of(second) == {tuesday: ["09:00-12:00"]}

    def test_leaves_days_that_are_not_listed_when_asked(self, begin: Begin, maya: Actor) -> None:
        tuesday = NEXT_MONDAY + timedelta(days=1)
        save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"))
        view = save(begin, maya, day(tuesday, "10:00-11:00"), version=1, clear_existing=False)
        assert hours_of(view) == {NEXT_MONDAY: ["09:00-12:00"], tuesday: ["10:00-11:00"]}
        assert view.changed_days == [tuesday]

    def test_closes_a_listed_day_without_hours(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"))
        view = save(begin, maya, day(NEXT_MONDAY), version=1, clear_existing=False)
        assert hours_of(view) == {}
        with begin(maya) as uow:
            assert stored(uow, maya) == {}

    def test_writes_nothing_when_nothing_changes(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"))
        with begin(maya) as uow:
            before = written(uow)
        again = save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"), version=1)
        assert (again.version, again.changed_days) == (1, [])
        with begin(maya) as uow:
            assert written(uow) == before == (1, 1)

    def test_refuses_a_stale_version_and_loses_nothing(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"))
        with pytest.raises(WeekChanged) as refusal:
            save(begin, maya, day(NEXT_MONDAY, "20:00-21:00"), version=0)
        assert refusal.value.code == "availability.week_changed"
        assert refusal.value.facts == {"current_version": 1}
        with begin(maya) as uow:
            assert stored(uow, maya) == {NEXT_MONDAY: availability.bits("09:00-12:00")}
            assert written(uow) == (1, 1)

    def test_refuses_a_version_from_the_future(self, begin: Begin, maya: Actor) -> None:
        with pytest.raises(WeekChanged) as refusal:
            save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"), version=1)
        assert refusal.value.facts == {"current_version": 0}

    def test_believes_if_match_before_the_body(self, begin: Begin, maya: Actor) -> None:
        view = save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"), version=7, if_match=0)
        assert view.version == 1

    def test_wants_some_version(self, begin: Begin, maya: Actor) -> None:
        with pytest.raises(VersionRequired):
            save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"), version=None)

    def test_changes_a_day_30_days_ago_and_leaves_older_ones(
        self, begin: Begin, maya: Actor
    ) -> None:
        days = [LAST_MONDAY + timedelta(days=offset) for offset in range(7)]
        view = save(begin, maya, *(day(on, "09:00-10:00") for on in days), monday=LAST_MONDAY)
        assert view.skipped_days == days[:5]
        assert view.changed_days == days[5:]
        assert hours_of(view) == {on: ["09:00-10:00"] for on in days[5:]}

    def test_announces_only_weeks_with_days_to_come(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, day(date(2026, 6, 8), "09:00-10:00"), monday=date(2026, 6, 8))
        with begin(maya) as uow:
            assert written(uow) == (0, 1)
        save(begin, maya, day(MONDAY, "09:00-10:00"), monday=MONDAY)
        with begin(maya) as uow:
            assert written(uow) == (1, 2)

    @pytest.mark.parametrize(
        ("hours", "said"),
        [
            (["10:00-10:00"], "is empty"),
            (["22:00-02:00"], "crosses midnight"),
            (["09:00-11:00", "10:59-12:00"], "overlaps"),
        ],
    )
    def test_refuses_hours_that_make_no_sense(
        self, begin: Begin, maya: Actor, hours: list[str], said: str
    ) -> None:
        with pytest.raises(HoursUnusable, match=said) as refusal:
            save(begin, maya, day(NEXT_MONDAY, *hours))
        assert refusal.value.facts == {"day": "2026-06-22"}

    def test_refuses_days_of_other_weeks_and_repeated_ones(self, begin: Begin, maya: Actor) -> None:
        refused: list[tuple[type[Refusal], list[DayHours], date]] = [
            (DayOutsideWeek, [day(TUESDAY, "09:00-10:00")], NEXT_MONDAY),
            (DayRepeated, [day(NEXT_MONDAY), day(NEXT_MONDAY, "09:00-10:00")], NEXT_MONDAY),
            (NotAMonday, [day(TUESDAY, "09:00-10:00")], TUESDAY),
            (DaysOutOfReach, [], date(2027, 6, 21)),
        ]
        for kind, days, monday in refused:
            with pytest.raises(kind):
                save(begin, maya, *days, monday=monday)
        with begin(maya) as uow:
            assert stored(uow, maya) == {}
            assert written(uow) == (0, 0)

    def test_takes_four_statements(
        self,
        begin: Begin,
        maya: Actor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        days = [
            day(NEXT_MONDAY + timedelta(days=offset), "09:00-12:00", "13:00-18:00")
            for offset in range(7)
        ]
        with count_statements() as statements:
            save(begin, maya, *days)
        assert len(statements) == 4

"""Many days at once: a week copied, a pattern repeated, stretches opened and closed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.errors import (
    DaysOutOfReach,
    HoursUnusable,
    NotAMonday,
    NothingToCopy,
    SameWeek,
    WeekChanged,
)
from instainstru_core.domains.availability.models import AvailabilityDay
from instainstru_core.domains.availability.schemas import (
    ApplyPattern,
    CopiedWeekView,
    CopyWeek,
    DayEdit,
    EditDays,
    EditKind,
    FilledView,
)
from instainstru_core.domains.availability.types import Done, Tag, Why
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import availability, instructors

MONDAY = date(2026, 6, 15)
NEXT_MONDAY, MONDAY_AFTER = date(2026, 6, 22), date(2026, 6, 29)
ONE_DAY = timedelta(days=1)
APPLIED, UNCHANGED, SKIPPED = Done.APPLIED, Done.UNCHANGED, Done.SKIPPED


@pytest.fixture
def maya(begin: Begin) -> Actor:
    """An instructor who teaches on Mondays and, online only in the evening, on Tuesdays."""
    with begin(SYSTEM) as uow:
        instructor_id = instructors.profile(uow)
        availability.open_day(uow, instructor_id, NEXT_MONDAY, "09:00-12:00")
        tuesday = NEXT_MONDAY + ONE_DAY
        availability.open_day(uow, instructor_id, tuesday, "10:00-11:00", "18:00-19:00 online_only")
        return instructors.instructor_actor(instructor_id)


def hours(begin: Begin, actor: Actor, day: date) -> list[str]:
    with begin(actor) as uow:
        shown = service.week(uow, day).days[day.weekday()].hours
    return [f"{each.start}-{each.end} {each.tag}" for each in shown]


def results(view: CopiedWeekView | FilledView) -> list[tuple[date, Done]]:
    return [(each.day, each.result) for each in view.items]


def written(uow: Uow) -> tuple[int, int]:
    """How many events of changed days and audit entries there are."""
    events = select(func.count()).where(OutboxRow.name == "AvailabilityDaysChanged")
    entries = select(func.count()).where(AuditEntry.action.like("availability.%"))
    return uow.session.scalar(events) or 0, uow.session.scalar(entries) or 0


def copy(
    begin: Begin, actor: Actor, source: date, to: date, version: int | None = None
) -> CopiedWeekView:
    with begin(actor) as uow:
        return service.copy_week(uow, source, CopyWeek(to=to, version=version))


def apply(begin: Begin, actor: Actor, monday: date, first: date, last: date) -> FilledView:
    with begin(actor) as uow:
        return service.apply_pattern(uow, ApplyPattern(monday=monday, first=first, last=last))


def edit(
    begin: Begin, actor: Actor, *edits: tuple[date, str, str], try_only: bool = False
) -> FilledView:
    """Edits such as (day, "open", "09:00-10:00 no_travel")."""
    wanted: list[DayEdit] = []
    for day, kind, text in edits:
        times, _, tag = text.partition(" ")
        start, end = times.split("-")
        wanted.append(
            DayEdit(
                day=day,
                kind=EditKind(kind),
                start=start,
                end=end,
                tag=Tag(tag) if tag else None,
            )
        )
    with begin(actor) as uow:
        return service.edit_days(uow, EditDays(edits=wanted, try_only=try_only))


class TestCopyWeek:
    def test_overwrites_all_seven_days_with_hours_and_tags(self, begin: Begin, maya: Actor) -> None:
        wednesday = MONDAY_AFTER + 2 * ONE_DAY
        with begin(SYSTEM) as uow:
            availability.open_day(uow, maya.id or "", wednesday, "07:00-08:00")
            availability.open_day(uow, maya.id or "", MONDAY_AFTER, "09:00-12:00")
        view = copy(begin, maya, NEXT_MONDAY, MONDAY_AFTER)
        assert (view.monday, view.version) == (MONDAY_AFTER, 1)
        assert [result for _, result in results(view)] == [
            UNCHANGED,
            APPLIED,
            APPLIED,
            *[UNCHANGED] * 4,
        ]
        assert hours(begin, maya, MONDAY_AFTER + ONE_DAY) == [
            "10:00-11:00 any",
            "18:00-19:00 online_only",
        ]
        assert hours(begin, maya, wednesday) == []
        with begin(maya) as uow:
            assert written(uow) == (1, 1)
        again = copy(begin, maya, NEXT_MONDAY, MONDAY_AFTER, version=1)
        assert (again.version, {done for _, done in results(again)}) == (1, {UNCHANGED})
        with begin(maya) as uow:
            assert written(uow) == (1, 1)

    def test_leaves_days_that_are_over(self, begin: Begin, maya: Actor) -> None:
        """It is a Monday: of the week before nothing is changed, of this one everything."""
        past = copy(begin, maya, NEXT_MONDAY, MONDAY - 7 * ONE_DAY)
        assert {(each.result, each.why) for each in past.items} == {(SKIPPED, Why.OVER)}
        assert past.version == 0
        now = copy(begin, maya, NEXT_MONDAY, MONDAY)
        assert [result for _, result in results(now)][:2] == [APPLIED, APPLIED]

    def test_refuses_what_is_no_copy_and_stale_versions(self, begin: Begin, maya: Actor) -> None:
        for source, to, kind in (
            (NEXT_MONDAY, NEXT_MONDAY, SameWeek),
            (NEXT_MONDAY, MONDAY_AFTER + ONE_DAY, NotAMonday),
            (MONDAY_AFTER, NEXT_MONDAY, NothingToCopy),
            (NEXT_MONDAY, date(2027, 6, 21), DaysOutOfReach),
        ):
            with pytest.raises(kind):
                copy(begin, maya, source, to)
        with pytest.raises(WeekChanged) as refusal:
            copy(begin, maya, NEXT_MONDAY, MONDAY_AFTER, version=1)
        assert refusal.value.facts == {"monday": "2026-06-29", "current_version": 0}
        assert hours(begin, maya, NEXT_MONDAY) == ["09:00-12:00 any"]

    def test_takes_four_statements(
        self,
        begin: Begin,
        maya: Actor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with count_statements() as statements:
            copy(begin, maya, NEXT_MONDAY, MONDAY_AFTER)
        assert len(statements) == 4


class TestApplyPattern:
    def test_gives_each_day_the_hours_of_its_weekday(self, begin: Begin, maya: Actor) -> None:
        """From a Tuesday to the Monday of the week after next: three weeks are touched."""
        first, last = NEXT_MONDAY + ONE_DAY, MONDAY_AFTER + 7 * ONE_DAY
        view = apply(begin, maya, NEXT_MONDAY, first, last)
        assert [day for day, _ in results(view)] == [
            first + offset * ONE_DAY for offset in range(14)
        ]
        assert [day for day, result in results(view) if result is APPLIED] == [
            MONDAY_AFTER,
            MONDAY_AFTER + ONE_DAY,
            last,
        ]
        assert [(each.monday, each.version) for each in view.weeks] == [
            (MONDAY_AFTER, 1),
            (last, 1),
        ]
        assert hours(begin, maya, last) == ["09:00-12:00 any"]
        assert hours(begin, maya, last + ONE_DAY) == []
        assert hours(begin, maya, MONDAY_AFTER + ONE_DAY)[1] == "18:00-19:00 online_only"

    def test_reports_days_that_are_over_and_empties_days_without_hours(
        self, begin: Begin, maya: Actor
    ) -> None:
        wednesday = MONDAY + 2 * ONE_DAY
        with begin(SYSTEM) as uow:
            for day in (MONDAY - ONE_DAY, wednesday):
                availability.open_day(uow, maya.id or "", day, "07:00-08:00")
        view = apply(begin, maya, NEXT_MONDAY, MONDAY - ONE_DAY, wednesday)
        assert [(each.result, each.why) for each in view.items] == [
            (SKIPPED, Why.OVER),
            (APPLIED, None),
            (APPLIED, None),
            (APPLIED, None),
        ]
        assert hours(begin, maya, MONDAY - ONE_DAY) == ["07:00-08:00 any"]
        assert hours(begin, maya, wednesday) == []

    def test_spans_a_year_at_most(self, begin: Begin, maya: Actor) -> None:
        view = apply(begin, maya, NEXT_MONDAY, MONDAY, date(2027, 6, 15))
        assert len(view.items) == 366
        assert sum(result is APPLIED for _, result in results(view)) == 2 * 53 - 2
        for first, last in ((MONDAY, date(2027, 6, 16)), (MONDAY + ONE_DAY, MONDAY)):
            with pytest.raises(DaysOutOfReach):
                apply(begin, maya, NEXT_MONDAY, first, last)

    def test_takes_four_statements_for_a_whole_year(
        self,
        begin: Begin,
        maya: Actor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with count_statements() as statements:
            apply(begin, maya, NEXT_MONDAY, MONDAY, date(2027, 6, 15))
        assert len(statements) == 4


class TestEditDays:
    def test_opens_and_closes_stretches_one_after_the_other(
        self, begin: Begin, maya: Actor
    ) -> None:
        tuesday = NEXT_MONDAY + ONE_DAY
        view = edit(
            begin,
            maya,
            (NEXT_MONDAY, "close", "10:00-11:00"),
            (NEXT_MONDAY, "open", "11:30-13:00 no_travel"),
            (tuesday, "open", "17:00-19:00"),
            (tuesday, "close", "20:00-21:00"),
            (tuesday, "close", "10:00-24:00"),
        )
        assert [result for _, result in results(view)] == [
            APPLIED,
            APPLIED,
            APPLIED,
            UNCHANGED,
            APPLIED,
        ]
        assert hours(begin, maya, NEXT_MONDAY) == [
            "09:00-10:00 any",
            "11:00-11:30 any",
            "11:30-13:00 no_travel",
        ]
        assert hours(begin, maya, tuesday) == []
        assert [(each.monday, each.version) for each in view.weeks] == [(NEXT_MONDAY, 1)]
        with begin(maya) as uow:
            details = uow.session.scalars(select(AuditEntry.details)).one()
        assert (details["edits"], details["changed_days"]) == (5, 2)
        assert (details["opened_minutes"], details["closed_minutes"]) == (60, 60 + 120)

    def test_keeps_tags_of_what_is_open_already(self, begin: Begin, maya: Actor) -> None:
        tuesday = NEXT_MONDAY + ONE_DAY
        edit(begin, maya, (tuesday, "open", "17:00-20:00"))
        assert hours(begin, maya, tuesday) == [
            "10:00-11:00 any",
            "17:00-18:00 any",
            "18:00-19:00 online_only",
            "19:00-20:00 any",
        ]

    def test_goes_over_midnight_into_the_week_after(self, begin: Begin, maya: Actor) -> None:
        sunday = MONDAY_AFTER - ONE_DAY
        view = edit(begin, maya, (sunday, "open", "23:00-01:00"))
        assert [each.monday for each in view.weeks] == [NEXT_MONDAY, MONDAY_AFTER]
        assert hours(begin, maya, sunday) == ["23:00-24:00 any"]
        assert hours(begin, maya, MONDAY_AFTER) == ["00:00-01:00 any"]
        closed = edit(begin, maya, (sunday, "close", "23:30-00:30"))
        assert results(closed) == [(sunday, APPLIED)]
        assert hours(begin, maya, MONDAY_AFTER) == ["00:30-01:00 any"]

    def test_says_what_would_happen_and_writes_nothing_when_only_tried(
        self, begin: Begin, maya: Actor
    ) -> None:
        view = edit(
            begin,
            maya,
            (NEXT_MONDAY, "close", "09:00-12:00"),
            (NEXT_MONDAY, "close", "09:00-12:00"),
            try_only=True,
        )
        assert [result for _, result in results(view)] == [APPLIED, UNCHANGED]
        assert (view.weeks, view.written) == ([], False)
        assert hours(begin, maya, NEXT_MONDAY) == ["09:00-12:00 any"]
        with begin(maya) as uow:
            assert written(uow) == (0, 0)

    def test_skips_days_of_more_than_30_days_ago(self, begin: Begin, maya: Actor) -> None:
        edge = MONDAY - 30 * ONE_DAY
        view = edit(
            begin, maya, (edge - ONE_DAY, "open", "23:00-01:00"), (edge, "open", "09:00-10:00")
        )
        assert [(each.result, each.why) for each in view.items] == [
            (SKIPPED, Why.TOO_OLD),
            (APPLIED, None),
        ]
        assert hours(begin, maya, edge) == ["09:00-10:00 any"]
        assert hours(begin, maya, edge - ONE_DAY) == []
        with begin(maya) as uow:
            assert written(uow) == (0, 1)

    def test_refuses_all_when_one_makes_no_sense(self, begin: Begin, maya: Actor) -> None:
        good = (NEXT_MONDAY, "close", "09:00-12:00")
        with pytest.raises(HoursUnusable, match="09:00-09:00 is empty") as refusal:
            edit(begin, maya, good, (MONDAY_AFTER, "open", "09:00-09:00"))
        assert refusal.value.facts == {"day": "2026-06-29"}
        with pytest.raises(DaysOutOfReach):
            edit(begin, maya, good, (date(2027, 6, 16), "open", "09:00-10:00"))
        with pytest.raises(ValueError, match="leave the tag out"):
            edit(begin, maya, (NEXT_MONDAY, "close", "09:00-10:00 any"))
        assert hours(begin, maya, NEXT_MONDAY) == ["09:00-12:00 any"]
        with begin(maya) as uow:
            stored = select(func.count()).select_from(AvailabilityDay)
            assert uow.session.scalar(stored) == 2

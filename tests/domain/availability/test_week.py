"""One's own week: reading it, saving it, and not losing what somebody else saved."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

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
from instainstru_core.domains.availability.types import Tag
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
            (shown,) = service.week(uow, MONDAY).days[0].hours
        assert (shown.start, shown.end, shown.tag) == ("09:00", "18:00", Tag.ANY)

    def test_takes_two_statements(
        self,
        begin: Begin,
        maya: Actor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with begin(maya) as uow, count_statements() as statements:
            service.week(uow, MONDAY)
        assert len(statements) == 2

    def test_shows_what_is_booked_beside_the_hours_and_neither_changes_the_other(
        self, begin: Begin
    ) -> None:
        with begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
            noor = instructors.person(uow, first_name="Noor", last_name="Aziz")
            start = datetime(2026, 6, 16, 16, tzinfo=UTC)
            held = start + timedelta(hours=3)
            availability.occupied(
                uow,
                teacher.id,
                start,
                start + timedelta(hours=1),
                student_id=noor,
                travels=True,
                reference="booking:01JZ8M4T6Q3V9K2X7C5B1N0D8F",
            )
            ends = uow.now + timedelta(minutes=30)
            availability.occupied(
                uow, teacher.id, held, held + timedelta(hours=12), reference="x", expires_at=ends
            )
            gone = start + timedelta(days=1)
            availability.occupied(uow, teacher.id, gone, gone, expires_at=uow.now)
        with begin(teacher.actor) as uow:
            before = service.week(uow, TUESDAY)
        lesson, hold = before.taken
        assert (lesson.day, lesson.start, lesson.end) == (TUESDAY, "12:00", "13:00")
        assert (lesson.student_name, lesson.travels, lesson.held_until) == ("Noor A.", True, None)
        assert lesson.booking_id == "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
        assert (hold.start, hold.end, hold.held_until) == ("15:00", "03:00", ends)
        assert (hold.booking_id, hold.student_name) == (None, None)
        assert [each.start for each in before.days[1].hours] == ["09:00"]
        save(begin, teacher.actor, monday=MONDAY, version=0)
        with begin(teacher.actor) as uow:
            after = service.week(uow, TUESDAY)
        assert all(not each.hours for each in after.days)
        assert after.taken == before.taken

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
        assert refusal.value.facts == {"monday": "2026-06-22", "current_version": 1}
        with begin(maya) as uow:
            assert stored(uow, maya) == {NEXT_MONDAY: availability.bits("09:00-12:00")}
            assert written(uow) == (1, 1)

    def test_refuses_a_version_from_the_future(self, begin: Begin, maya: Actor) -> None:
        with pytest.raises(WeekChanged) as refusal:
            save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"), version=1)
        assert refusal.value.facts == {"monday": "2026-06-22", "current_version": 0}

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

    def test_takes_any_version_when_told_so(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, day(NEXT_MONDAY, "09:00-12:00"))
        command = SaveWeek(days=[day(NEXT_MONDAY, "10:00-11:00")])
        with begin(maya) as uow:
            view = service.save_week(uow, NEXT_MONDAY, command, whatever=True)
        assert (view.version, hours_of(view)) == (2, {NEXT_MONDAY: ["10:00-11:00"]})

    @pytest.mark.parametrize(
        ("hours", "said"),
        [
            (["10:00-10:00"], "is empty"),
            (["17:00-16:00"], "would end on the next day"),
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


class TestTags:
    def tagged(self, *hours: str) -> DayHours:
        """Hours such as "09:00-12:00 online_only"; without a word nothing is said of the tag."""
        return DayHours(day=NEXT_MONDAY, hours=[hour(text) for text in hours])

    def shown(self, view: SavedWeekView) -> list[str]:
        return [f"{each.start}-{each.end} {each.tag}" for each in view.days[0].hours]

    def test_are_kept_for_each_stretch(self, begin: Begin, maya: Actor) -> None:
        view = save(
            begin, maya, self.tagged("09:00-10:01 online_only", "10:01-12:00", "14:00-15:00 closed")
        )
        assert self.shown(view) == [
            "09:00-10:01 online_only",
            "10:01-12:00 any",
            "14:00-15:00 closed",
        ]
        with begin(maya) as uow:
            assert service.week(uow, NEXT_MONDAY).days == view.days

    def test_stay_when_a_save_says_nothing_of_them(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, self.tagged("09:00-12:00 online_only", "14:00-16:00 no_travel"))
        view = save(begin, maya, self.tagged("11:00-15:00"), version=1)
        assert self.shown(view) == [
            "11:00-12:00 online_only",
            "12:00-14:00 any",
            "14:00-15:00 no_travel",
        ]

    def test_go_where_a_save_says_any(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, self.tagged("09:00-12:00 online_only"))
        view = save(begin, maya, self.tagged("09:00-10:00 any", "10:00-12:00"), version=1)
        assert self.shown(view) == ["09:00-10:00 any", "10:00-12:00 online_only"]

    def test_are_forgotten_with_the_minutes_that_had_them(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, self.tagged("09:00-12:00 closed"))
        save(begin, maya, self.tagged(), version=1)
        view = save(begin, maya, self.tagged("09:00-12:00"), version=2)
        assert self.shown(view) == ["09:00-12:00 any"]
        with begin(maya) as uow:
            tags = select(AvailabilityDay.tags).filter_by(instructor_id=maya.id, day=NEXT_MONDAY)
            assert uow.session.scalars(tags).one() is None

    def test_alone_are_a_change(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, self.tagged("09:00-12:00"))
        view = save(begin, maya, self.tagged("09:00-12:00 no_travel"), version=1)
        assert (view.version, view.changed_days) == (2, [NEXT_MONDAY])
        with begin(maya) as uow:
            entries = select(AuditEntry.details).order_by(AuditEntry.id.desc()).limit(1)
            details = uow.session.scalars(entries).one()
        assert (details["retagged_minutes"], details["opened_minutes"]) == (180, 0)

    def test_may_not_cut_a_day_into_more_pieces_than_can_be_sent_back(
        self, begin: Begin, maya: Actor
    ) -> None:
        quarters = [f"{at // 60:02d}:{at % 60:02d}" for at in range(0, 24 * 60, 15)]
        pieces = [
            f"{start}-{end} online_only"
            for start, end in zip(quarters[:-1:2], quarters[1::2], strict=False)
        ]
        assert len(pieces) == 48 - 1 + 1
        save(begin, maya, self.tagged(*pieces))
        with pytest.raises(HoursUnusable, match="at most 48 windows"):
            save(begin, maya, self.tagged("00:00-24:00"), version=1)
        view = save(begin, maya, self.tagged("00:00-24:00 any"), version=1)
        assert self.shown(view) == ["00:00-24:00 any"]


class TestHoursOverMidnight:
    SUNDAY = NEXT_MONDAY + timedelta(days=6)
    MONDAY_AFTER = NEXT_MONDAY + timedelta(days=7)

    def test_are_cut_in_two(self, begin: Begin, maya: Actor) -> None:
        view = save(begin, maya, day(NEXT_MONDAY, "22:00-01:00"))
        tuesday = NEXT_MONDAY + timedelta(days=1)
        assert hours_of(view) == {NEXT_MONDAY: ["22:00-24:00"], tuesday: ["00:00-01:00"]}
        again = save(
            begin,
            maya,
            day(NEXT_MONDAY, "22:00-24:00"),
            day(tuesday, "00:00-01:00"),
            version=1,
        )
        assert (again.version, again.changed_days) == (1, [])

    def test_join_the_hours_of_the_day_after(self, begin: Begin, maya: Actor) -> None:
        tuesday = NEXT_MONDAY + timedelta(days=1)
        view = save(begin, maya, day(NEXT_MONDAY, "22:00-01:00"), day(tuesday, "01:00-02:00"))
        assert hours_of(view)[tuesday] == ["00:00-02:00"]
        with pytest.raises(HoursUnusable, match="With the hours of the night before, 00:00-01:00"):
            save(
                begin,
                maya,
                day(NEXT_MONDAY, "22:00-01:00"),
                day(tuesday, "00:59-02:00"),
                version=1,
            )

    def test_of_a_sunday_are_added_to_the_week_after(self, begin: Begin, maya: Actor) -> None:
        save(begin, maya, day(self.MONDAY_AFTER, "09:00-10:00"), monday=self.MONDAY_AFTER)
        view = save(begin, maya, day(self.SUNDAY, "23:00-01:30"))
        assert (view.version, view.changed_days) == (1, [self.SUNDAY, self.MONDAY_AFTER])
        with begin(maya) as uow:
            after = service.week(uow, self.MONDAY_AFTER)
        assert after.version == 2
        assert [f"{each.start}-{each.end}" for each in after.days[0].hours] == [
            "00:00-01:30",
            "09:00-10:00",
        ]
        with pytest.raises(WeekChanged):
            save(begin, maya, monday=self.MONDAY_AFTER, version=1)
        again = save(begin, maya, day(self.SUNDAY, "23:00-01:30"), version=1)
        assert (again.version, again.changed_days) == (1, [])

    def test_of_a_sunday_cost_one_statement_more(
        self,
        begin: Begin,
        maya: Actor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with count_statements() as statements:
            save(begin, maya, day(self.SUNDAY, "23:00-01:30"))
        assert len(statements) <= 5


def hour(text: str) -> Hours:
    times, _, tag = text.partition(" ")
    start, end = times.split("-")
    return Hours(start=start, end=end, tag=Tag(tag) if tag else None)

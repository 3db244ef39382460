"""When somebody can be booked: for the public day by day, for the search in bulk."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.errors import CalendarNotFound, DaysOutOfReach
from instainstru_core.domains.availability.repository.many import TOGETHER
from instainstru_core.domains.availability.schemas import (
    Detail,
    FreeTimesQuery,
    FreeTimesView,
    FreeWindowView,
)
from instainstru_core.domains.availability.types import DayPart
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.conftest import SetClock
from tests.factories import availability, instructors

MONDAY = date(2026, 6, 15)
TUESDAY = date(2026, 6, 16)
ONLINE = LessonFormat.ONLINE


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of June 2026; New York is four hours behind."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def free(
    uow: Uow,
    instructor_id: str,
    *,
    first: date | None = TUESDAY,
    last: date | None = TUESDAY,
    minutes: int = 60,
    lesson_format: LessonFormat | None = ONLINE,
    detail: Detail = Detail.FULL,
) -> FreeTimesView:
    query = FreeTimesQuery(
        first=first, last=last, minutes=minutes, format=lesson_format, detail=detail
    )
    return service.free_times(uow, instructor_id, query)


def windows(view: FreeTimesView) -> list[str]:
    (day,) = view.days
    return [f"{window.start}-{window.end}" for window in day.windows or ()]


def first_window(view: FreeTimesView) -> FreeWindowView:
    (day,) = view.days
    assert day.windows
    return day.windows[0]


class TestFreeTimes:
    def test_shows_open_hours_and_where_a_lesson_fits(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("09:05-11:00", "23:30-24:00"))
        view = free(uow, teacher.id)
        assert windows(view) == ["09:15-11:00", "23:30-24:00"]
        assert view.days[0].starts == ["09:15", "09:30", "09:45", "10:00"]
        assert view.earliest_at == at(16, 13, 15)
        assert first_window(view).starts_at == at(16, 13, 15)
        assert first_window(view).ends_at == at(16, 15)

    def test_lets_a_lesson_go_on_after_midnight(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("00:00-00:30", "23:30-24:00"))
        assert free(uow, teacher.id).days[0].starts == ["23:30"]

    def test_takes_off_lessons_and_the_pauses_around_them(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, buffers=(20, 50))
        availability.occupied(uow, teacher.id, at(16, 16), at(16, 17))
        assert windows(free(uow, teacher.id)) == ["09:00-11:40", "13:30-18:00"]
        travel = free(uow, teacher.id, lesson_format=LessonFormat.STUDENT_LOCATION)
        assert windows(travel) == ["09:00-11:10", "14:00-18:00"]
        assert free(uow, teacher.id, lesson_format=None).days == travel.days

    def test_keeps_the_longer_pause_around_a_lesson_with_travel(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        availability.occupied(uow, teacher.id, at(16, 16), at(16, 17), travels=True)
        assert windows(free(uow, teacher.id)) == ["09:00-11:00", "14:00-18:00"]

    def test_takes_off_what_they_take_themselves_without_a_pause(self, uow: Uow) -> None:
        learner, teacher = instructors.live_instructor(uow), instructors.live_instructor(uow)
        availability.occupied(
            uow, teacher.id, at(16, 16), at(16, 17), student_id=learner.id, travels=True
        )
        assert windows(free(uow, learner.id)) == ["09:00-12:00", "13:00-18:00"]

    def test_counts_a_hold_until_it_ends(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        for hour, ends in ((14, uow.now), (18, uow.now + timedelta(microseconds=1))):
            availability.occupied(uow, teacher.id, at(16, hour), at(16, hour + 1), expires_at=ends)
        assert windows(free(uow, teacher.id)) == ["09:00-13:45", "15:15-18:00"]

    def test_knows_a_lesson_of_the_night_before(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("00:00-03:00",))
        availability.occupied(uow, teacher.id, at(16, 3), at(16, 4))
        assert windows(free(uow, teacher.id)) == ["00:15-03:00"]

    def test_asks_for_notice(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        online = free(uow, teacher.id, first=MONDAY, last=MONDAY)
        assert windows(online) == ["11:00-18:00"]
        travel = free(uow, teacher.id, first=MONDAY, last=MONDAY, lesson_format=None)
        assert windows(travel) == ["13:00-18:00"]

    def test_protects_the_morning_in_the_evening(self, uow: Uow, clock: SetClock) -> None:
        teacher = instructors.live_instructor(uow, hours=("07:00-12:00",))
        careless = instructors.live_instructor(
            uow, hours=("07:00-12:00",), overnight_protection=False
        )
        late = Uow(session=uow.session, now=at(16, 0), actor=uow.actor)
        assert windows(free(late, teacher.id)) == ["09:00-12:00"]
        assert windows(free(late, teacher.id, lesson_format=None)) == ["11:00-12:00"]
        assert windows(free(late, careless.id)) == ["07:00-12:00"]

    def test_starts_today_and_ends_with_the_week_by_itself(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, timezone="Pacific/Auckland")
        view = free(uow, teacher.id, first=None, last=None)
        assert view.timezone == "Pacific/Auckland"
        assert [day.day for day in view.days] == [
            date(2026, 6, 16) + timedelta(days=offset) for offset in range(7)
        ]

    def test_skips_the_hour_that_the_clocks_skip(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        sunday = date(2026, 3, 8)
        availability.open_day(uow, teacher.id, sunday, "01:30-03:30")
        early = Uow(session=uow.session, now=datetime(2026, 3, 6, 15, tzinfo=UTC), actor=uow.actor)
        view = free(early, teacher.id, first=sunday, last=sunday)
        window = first_window(view)
        assert (window.start, window.end) == ("01:30", "03:30")
        assert window.ends_at - window.starts_at == timedelta(minutes=60)
        assert view.days[0].starts == ["01:30"]

    def test_has_the_hour_that_happens_twice_twice(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        sunday = date(2026, 11, 1)
        availability.open_day(uow, teacher.id, sunday, "01:00-02:00")
        early = Uow(session=uow.session, now=datetime(2026, 10, 30, tzinfo=UTC), actor=uow.actor)
        view = free(early, teacher.id, first=sunday, last=sunday, minutes=120)
        window = first_window(view)
        assert window.ends_at - window.starts_at == timedelta(hours=2)
        assert view.days[0].starts == ["01:00"]
        assert view.earliest_at == datetime(2026, 11, 1, 5, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (date(2026, 6, 14), None),
            (None, date(2026, 6, 14)),
            (TUESDAY, MONDAY),
            (TUESDAY, date(2026, 9, 15)),
            (date.min, date.max),
            (date(2027, 6, 16), None),
        ],
    )
    def test_refuses_days_it_does_not_know(
        self, uow: Uow, first: date | None, last: date | None
    ) -> None:
        teacher = instructors.live_instructor(uow)
        with pytest.raises(DaysOutOfReach):
            free(uow, teacher.id, first=first, last=last)

    def test_holds_90_days_at_most(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        assert len(free(uow, teacher.id, first=TUESDAY, last=date(2026, 9, 13)).days) == 90
        with pytest.raises(DaysOutOfReach, match="at most 90 days") as refusal:
            free(uow, teacher.id, first=TUESDAY, last=date(2026, 9, 14))
        assert refusal.value.facts == {"most": 90}

    def test_hides_who_cannot_be_booked(self, uow: Uow) -> None:
        paused = instructors.live_instructor(uow, live=False)
        suspended = instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        for hidden in (paused.id, suspended.id, new_id(), "x"):
            with pytest.raises(CalendarNotFound):
                free(uow, hidden)

    def test_takes_one_statement(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        teacher = instructors.live_instructor(uow)
        availability.occupied(uow, teacher.id, at(16, 16), at(16, 17))
        with count_statements() as statements:
            free(uow, teacher.id, first=MONDAY, last=date(2026, 7, 10))
        assert len(statements) == 1


class TestTags:
    """Ten to one on Tuesday: an hour for any format, one online only, one at home, one closed."""

    HOURS = (
        "10:00-11:00",
        "11:00-12:00 online_only",
        "12:00-13:00 no_travel",
        "13:00-14:00 closed",
    )

    @pytest.mark.parametrize(
        ("lesson_format", "expected"),
        [
            (LessonFormat.ONLINE, ["10:00-13:00"]),
            (LessonFormat.INSTRUCTOR_LOCATION, ["10:00-11:00", "12:00-13:00"]),
            (LessonFormat.STUDENT_LOCATION, ["10:00-11:00"]),
            (LessonFormat.NEUTRAL_LOCATION, ["10:00-11:00"]),
            (None, ["10:00-11:00"]),
        ],
    )
    def test_leave_what_suits_the_format(
        self, uow: Uow, lesson_format: LessonFormat | None, expected: list[str]
    ) -> None:
        teacher = instructors.live_instructor(uow, hours=self.HOURS)
        view = free(uow, teacher.id, lesson_format=lesson_format)
        assert windows(view) == expected
        formats = None if lesson_format is None else [lesson_format]
        for minutes in (30, 60, 90, 180, 210):
            view = free(uow, teacher.id, lesson_format=lesson_format, minutes=minutes)
            found = service.free_for_many(
                uow, [teacher.id], [TUESDAY], minutes=minutes, formats=formats
            )
            assert found == ({teacher.id: view.earliest_at} if view.earliest_at else {})

    def test_are_taken_off_with_the_pauses_that_the_format_needs(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(
            uow, hours=("09:00-12:00", "12:00-18:00 no_travel"), buffers=(20, 50)
        )
        availability.occupied(uow, teacher.id, at(16, 15), at(16, 16))
        assert windows(free(uow, teacher.id, lesson_format=None)) == ["09:00-10:10"]
        hosted = free(uow, teacher.id, lesson_format=LessonFormat.INSTRUCTOR_LOCATION)
        assert windows(hosted) == ["09:00-10:40", "12:30-18:00"]


class TestDetail:
    def test_judges_a_day_by_when_lessons_can_start(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, hours=("09:00-21:00",))
        (day,) = free(uow, teacher.id, detail=Detail.SUMMARY).days
        assert day.parts == [DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING]
        assert (day.free, day.windows, day.starts) == (True, None, None)

    @pytest.mark.parametrize(
        ("hours", "parts"),
        [
            ("10:59-12:59", [DayPart.MORNING]),
            ("11:00-13:00", [DayPart.MORNING, DayPart.AFTERNOON]),
            ("12:00-17:59", [DayPart.AFTERNOON]),
            ("12:01-18:00", [DayPart.AFTERNOON, DayPart.EVENING]),
            ("12:00-12:59", []),
        ],
    )
    def test_knows_a_part_of_the_day_by_its_first_minute(
        self, uow: Uow, hours: str, parts: list[DayPart]
    ) -> None:
        teacher = instructors.live_instructor(uow, hours=(hours,))
        (day,) = free(uow, teacher.id, detail=Detail.SUMMARY).days
        assert (day.parts, day.free) == (parts, bool(parts))

    def test_can_be_as_little_as_whether_there_is_room(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        view = free(uow, teacher.id, detail=Detail.MINIMAL)
        (day,) = view.days
        assert (day.free, day.parts, day.windows, day.starts) == (True, None, None, None)
        assert view.earliest_at == at(16, 13)


def free_for(
    uow: Uow,
    ids: Collection[str],
    day: date,
    *,
    minutes: int = 60,
    lesson_format: LessonFormat | None = None,
) -> dict[str, datetime]:
    """Who has room on one day, for one format or for every one."""
    formats = None if lesson_format is None else [lesson_format]
    return service.free_for_many(uow, ids, [day], minutes=minutes, formats=formats)


class TestFreeFor:
    def test_names_who_has_room_with_the_earliest_start(self, uow: Uow) -> None:
        early = instructors.live_instructor(uow, hours=("09:00-10:00",))
        late = instructors.live_instructor(uow, hours=("09:00-09:59", "17:07-18:30"))
        full = instructors.live_instructor(uow, hours=("09:00-11:00",))
        availability.occupied(uow, full.id, at(16, 13, 30), at(16, 14, 30))
        closed = instructors.live_instructor(uow, open_days=0)
        ids = [early.id, late.id, full.id, closed.id, new_id()]
        found = free_for(uow, ids, TUESDAY, lesson_format=ONLINE)
        assert found == {early.id: at(16, 13), late.id: at(16, 21, 15)}
        assert free_for(uow, ids, TUESDAY, minutes=90, lesson_format=ONLINE) == {}
        assert free_for(uow, [], TUESDAY) == {}

    def test_knows_of_nobody_on_days_out_of_reach(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        for day in (date.min, date.max, date(2026, 6, 14)):
            assert free_for(uow, [teacher.id], day) == {}

    def test_agrees_with_the_free_times(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        availability.occupied(uow, teacher.id, at(16, 13), at(16, 17))
        shown = free(uow, teacher.id, lesson_format=None)
        assert free_for(uow, [teacher.id], TUESDAY) == {teacher.id: shown.earliest_at}

    def test_means_the_day_of_new_york(self, uow: Uow) -> None:
        away = instructors.live_instructor(
            uow, timezone="Pacific/Auckland", hours=("09:00-10:00",), overnight_protection=False
        )
        found = free_for(uow, [away.id], TUESDAY, lesson_format=ONLINE)
        assert found == {away.id: at(16, 21)}

    def test_takes_one_statement_for_many(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        ids = [instructors.live_instructor(uow, open_days=2).id for _ in range(12)]
        with count_statements() as statements:
            found = free_for(uow, ids, TUESDAY)
        assert len(statements) == 1
        assert found == dict.fromkeys(ids, at(16, 13))


class TestFreeForMany:
    def test_looks_through_several_days_for_the_first_start(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, open_days=0)
        for day, hours in ((18, "09:00-10:00"), (20, "08:00-09:00")):
            availability.open_day(uow, teacher.id, date(2026, 6, day), hours)
        days = [date(2026, 6, day) for day in (20, 16, 18)]
        found = service.free_for_many(uow, [teacher.id], days, formats=[ONLINE])
        assert found == {teacher.id: at(18, 13)}
        later = service.free_for_many(uow, [teacher.id], [days[0], TUESDAY], formats=[ONLINE])
        assert later == {teacher.id: at(20, 12)}

    @pytest.mark.parametrize(
        ("after", "before", "expected"),
        [
            (15 * 60, 18 * 60, at(16, 19)),
            (15 * 60, 16 * 60, at(16, 19)),
            (15 * 60, 16 * 60 - 1, None),
            (17 * 60, None, at(16, 21)),
            (17 * 60 + 1, None, None),
            (None, 10 * 60, at(16, 13)),
        ],
    )
    def test_keeps_between_two_times_of_the_day(
        self, uow: Uow, after: int | None, before: int | None, expected: datetime | None
    ) -> None:
        teacher = instructors.live_instructor(uow)
        found = service.free_for_many(
            uow, [teacher.id], [TUESDAY], after=after, before=before, formats=[ONLINE]
        )
        assert found == ({teacher.id: expected} if expected else {})

    def test_asks_of_each_the_formats_and_the_length_that_are_theirs(self, uow: Uow) -> None:
        hours = ("09:00-10:00", "10:00-12:00 online_only", "14:00-16:00")
        one, two, three = (instructors.live_instructor(uow, hours=hours) for _ in range(3))
        found = service.free_for_many(
            uow,
            [one.id, two.id, three.id],
            [TUESDAY],
            minutes={one.id: 90, two.id: 90, three.id: 30},
            formats={
                one.id: [LessonFormat.STUDENT_LOCATION, LessonFormat.ONLINE],
                two.id: [LessonFormat.INSTRUCTOR_LOCATION],
            },
        )
        assert found == {one.id: at(16, 13), two.id: at(16, 18)}

    def test_tells_of_more_than_travel_in_one_string(self, uow: Uow) -> None:
        hours = ("09:00-10:00", "10:00-11:00", "14:00-16:00")
        people = [
            instructors.live_instructor(uow, hours=(hours[number % 3],))
            for number in range(TOGETHER + 8)
        ]
        availability.occupied(uow, people[-1].id, at(16, 13), at(16, 14))
        starts = (at(16, 13), at(16, 14), at(16, 18))
        expected = {one.id: starts[number % 3] for number, one in enumerate(people[:-1])}
        asked = [one.id for one in reversed(people)]
        assert free_for(uow, asked, TUESDAY, lesson_format=ONLINE) == expected

    def test_takes_off_lessons_with_pauses_and_leaves_out_blackouts(self, uow: Uow) -> None:
        busy = instructors.live_instructor(uow, hours=("09:00-12:00",))
        availability.occupied(uow, busy.id, at(16, 13), at(16, 13, 45), travels=True)
        night = instructors.live_instructor(uow, hours=("00:00-03:00",))
        availability.occupied(uow, night.id, at(16, 2), at(16, 4))
        gone = instructors.live_instructor(uow)
        availability.occupied(uow, gone.id, at(16, 13), at(16, 20), expires_at=uow.now)
        away = instructors.live_instructor(uow)
        availability.blackout(uow, away.id, TUESDAY)
        learns = instructors.live_instructor(uow)
        availability.occupied(
            uow, away.id, at(16, 13), at(16, 14), student_id=learns.id, travels=True
        )
        ids = [busy.id, night.id, gone.id, away.id, learns.id]
        found = service.free_for_many(uow, ids, [TUESDAY], formats=[ONLINE])
        assert found == {
            busy.id: at(16, 14, 45),
            night.id: at(16, 4, 15),
            gone.id: at(16, 13),
            learns.id: at(16, 14),
        }

    def test_asks_once_more_for_those_who_live_elsewhere(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        here = instructors.live_instructor(uow)
        away = instructors.live_instructor(
            uow, timezone="America/Los_Angeles", hours=("09:00-10:00",)
        )
        with count_statements() as statements:
            found = service.free_for_many(
                uow, [here.id, away.id], [TUESDAY], after=12 * 60, formats=[ONLINE]
            )
        assert found == {here.id: at(16, 16), away.id: at(16, 16)}
        assert len(statements) == 2
        none = service.free_for_many(
            uow, [away.id], [TUESDAY], before=13 * 60 - 1, formats=[ONLINE]
        )
        assert none == {}

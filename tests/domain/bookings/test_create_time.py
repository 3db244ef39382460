"""When a lesson may be booked: to the instant, on every clock."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from instainstru_core.domains.availability.errors import (
    BlackedOut,
    FormatClosed,
    NightProtected,
    NotOpen,
    SlotTaken,
    TooSoon,
)
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings.errors import (
    DurationNotOffered,
    InThePast,
    NonexistentTime,
    OffGrid,
    TooFarAhead,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Uow
from tests.conftest import SetClock
from tests.domain.bookings.conftest import Desk, at
from tests.factories import availability
from tests.factories.bookings import AT_HOME, lesson, student
from tests.factories.instructors import (
    LiveInstructor,
    live_instructor,
)

TICK = timedelta(microseconds=1)


class TestLength:
    @pytest.mark.parametrize("minutes", [45, 120, 240])
    def test_is_one_that_the_offering_has(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, minutes: int
    ) -> None:
        refusal = desk.refuses(DurationNotOffered, jonas, lesson(teacher, duration_minutes=minutes))

        assert refusal.facts == {"duration_minutes": minutes, "offered": ["30", "60", "90"]}


class TestStart:
    @pytest.mark.parametrize("local", ["2026-06-18T16:05:00", "2026-06-18T16:00:01"])
    def test_is_on_the_quarter_of_an_hour(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, local: str
    ) -> None:
        desk.refuses(OffGrid, jonas, lesson(teacher, starts_local=local))

    @pytest.mark.parametrize("local", ["2026-06-15T10:00:00", "2026-06-15T09:45:00"])
    def test_lies_ahead(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, local: str
    ) -> None:
        desk.refuses(InThePast, jonas, lesson(teacher, starts_local=local))

    def test_lies_at_most_365_days_ahead(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        availability.open_day(uow, teacher.id, date(2027, 6, 15), "09:00-18:00")

        desk.refuses(TooFarAhead, jonas, lesson(teacher, starts_local="2027-06-15T10:15:00"))
        made = desk.book(jonas, lesson(teacher, starts_local="2027-06-15T10:00:00"))

        assert made.starts_at - uow.now == timedelta(days=365)

    @pytest.mark.parametrize("local", ["9999-12-31T23:45:00", "2500-01-01T00:00:00"])
    def test_lies_within_the_calendar(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, local: str
    ) -> None:
        desk.refuses(TooFarAhead, jonas, lesson(teacher, starts_local=local))

    def test_exists_on_the_wall_clock(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        """Scenario 55, the gap."""
        desk.refuses(NonexistentTime, jonas, lesson(teacher, starts_local="2027-03-14T02:30:00"))

    def test_is_the_first_of_two_where_the_hour_happens_twice(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        """Scenario 55, the overlap."""
        availability.open_day(uow, teacher.id, date(2026, 11, 1), "00:00-06:00")

        made = desk.book(jonas, lesson(teacher, starts_local="2026-11-01T01:30:00"))

        assert (made.starts_at, made.ends_at) == (
            at("2026-11-01T05:30"),
            at("2026-11-01T06:30"),
        )

    def test_counts_on_the_new_york_day_and_the_instructors_clock(
        self, desk: Desk, uow: Uow, jonas: Actor
    ) -> None:
        west = live_instructor(uow, timezone="America/Los_Angeles", hours=("09:00-24:00",))

        made = desk.book(jonas, lesson(west, starts_local="2026-06-18T22:00:00"))

        assert (made.timezone, made.starts_at) == ("America/Los_Angeles", at("2026-06-19T05:00"))
        row = uow.session.get_one(Booking, made.id)
        assert (row.starts_local.isoformat(), row.lesson_day) == (
            "2026-06-18T22:00:00",
            date(2026, 6, 19),
        )

    def test_may_be_so_late_that_the_lesson_crosses_midnight(
        self, desk: Desk, uow: Uow, jonas: Actor
    ) -> None:
        owl = live_instructor(uow, hours=("00:00-01:00", "22:00-24:00"))

        made = desk.book(
            jonas, lesson(owl, starts_local="2026-06-18T23:30:00", duration_minutes=90)
        )

        assert (made.starts_at, made.ends_at) == (
            at("2026-06-19T03:30"),
            at("2026-06-19T05:00"),
        )
        assert uow.session.get_one(Booking, made.id).lesson_day == date(2026, 6, 18)

    @pytest.mark.parametrize("local", ["2026-06-18T08:45:00", "2026-06-18T17:15:00"])
    def test_lies_in_open_hours_to_the_end(
        self, desk: Desk, teacher: LiveInstructor, jonas: Actor, local: str
    ) -> None:
        desk.refuses(NotOpen, jonas, lesson(teacher, starts_local=local))


class TestHoursForOtherFormats:
    """From four in the afternoon on the instructor teaches online only."""

    def test_are_refused_with_the_formats_that_would_do(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        hours = ("09:00-16:00", "16:00-18:00 online_only")
        availability.open_day(uow, teacher.id, date(2026, 6, 18), *hours)
        at_home = lesson(teacher, starts_local="2026-06-18T15:15:00", **AT_HOME)
        refusal = desk.refuses(FormatClosed, jonas, at_home)
        assert (refusal.code, refusal.facts) == (
            "availability.format_closed",
            {"formats": ["online"]},
        )
        made = desk.book(jonas, lesson(teacher, starts_local="2026-06-18T16:00:00"))
        assert made.format is LessonFormat.ONLINE


class TestBlackouts:
    def test_are_refused_whatever_hours_are_open_and_leave_what_is_booked(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        kept = desk.book(jonas, lesson(teacher, starts_local="2026-06-18T10:00:00"))
        availability.blackout(uow, teacher.id, date(2026, 6, 18))
        desk.refuses(BlackedOut, jonas, lesson(teacher, starts_local="2026-06-18T16:00:00"))
        assert uow.session.get_one(Booking, kept.id).status == kept.status
        desk.book(jonas, lesson(teacher, starts_local="2026-06-19T16:00:00"))


class TestNotice:
    @pytest.mark.parametrize(
        ("changes", "last", "minutes"),
        [
            ({}, "2026-06-15T11:00:00", 60),
            ({"format": LessonFormat.INSTRUCTOR_LOCATION}, "2026-06-15T11:00:00", 60),
            (AT_HOME, "2026-06-15T13:00:00", 180),
        ],
    )
    def test_is_long_enough_to_the_instant(
        self, desk: Desk, clock: SetClock, changes: dict[str, Any], last: str, minutes: int
    ) -> None:
        """Scenario 57."""
        teacher, jonas = live_instructor(desk.uow), student(desk.uow)
        clock.advance(TICK)

        wish = lesson(teacher, **changes | {"starts_local": last})
        refusal = desk.refuses(TooSoon, jonas, wish)
        assert refusal.facts == {"notice_minutes": minutes}

        clock.advance(-TICK)
        desk.book(jonas, wish)

    @pytest.mark.parametrize(
        ("changes", "early", "allowed"),
        [
            ({}, "2026-06-16T08:45:00", "2026-06-16T09:00:00"),
            (AT_HOME, "2026-06-16T10:45:00", "2026-06-16T11:00:00"),
        ],
    )
    def test_protects_the_morning_from_eight_in_the_evening_on(
        self, desk: Desk, clock: SetClock, changes: dict[str, Any], early: str, allowed: str
    ) -> None:
        """Scenario 58."""
        lark, jonas = live_instructor(desk.uow, hours=("06:00-18:00",)), student(desk.uow)
        clock.now = at("2026-06-16T00:00")

        desk.refuses(NightProtected, jonas, lesson(lark, **changes | {"starts_local": early}))
        desk.book(jonas, lesson(lark, **changes | {"starts_local": allowed}))

    def test_protects_no_morning_a_moment_before_eight(
        self, desk: Desk, uow: Uow, clock: SetClock, jonas: Actor
    ) -> None:
        lark = live_instructor(uow, hours=("06:00-18:00",))
        clock.now = at("2026-06-16T00:00") - TICK

        desk.book(jonas, lesson(lark, starts_local="2026-06-16T08:45:00"))

    def test_protects_no_one_who_does_not_want_it(
        self, desk: Desk, uow: Uow, clock: SetClock, jonas: Actor
    ) -> None:
        lark = live_instructor(uow, hours=("06:00-18:00",), overnight_protection=False)
        clock.now = at("2026-06-16T00:00")

        desk.book(jonas, lesson(lark, starts_local="2026-06-16T06:00:00"))


class TestTakenTime:
    @pytest.mark.parametrize("local", ["2026-06-18T15:15:00", "2026-06-18T17:00:00"])
    def test_keeps_fifteen_minutes_between_lessons(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor, local: str
    ) -> None:
        """Scenario 56, online."""
        desk.book(student(uow), lesson(teacher))

        refusal = desk.refuses(SlotTaken, jonas, lesson(teacher, starts_local=local))

        assert refusal.facts == {"scope": "instructor"}

    def test_is_free_right_after_the_pause(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        desk.book(student(uow), lesson(teacher))

        desk.book(jonas, lesson(teacher, starts_local="2026-06-18T14:45:00"))
        desk.book(jonas, lesson(teacher, starts_local="2026-06-18T17:15:00", duration_minutes=30))

    def test_keeps_an_hour_where_either_lesson_needs_travel(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        """Scenario 56, travel."""
        noon = "2026-06-18T12:00:00"
        desk.book(student(uow), lesson(teacher, **AT_HOME, starts_local=noon))

        desk.refuses(SlotTaken, jonas, lesson(teacher, starts_local="2026-06-18T13:45:00"))
        desk.book(jonas, lesson(teacher, starts_local="2026-06-18T14:00:00"))
        far = lesson(teacher, **AT_HOME, starts_local="2026-06-18T15:45:00")
        desk.refuses(SlotTaken, jonas, far)

    def test_of_the_student_never_overlaps(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        desk.book(jonas, lesson(live_instructor(uow)))

        refusal = desk.refuses(
            SlotTaken, jonas, lesson(teacher, starts_local="2026-06-18T16:45:00")
        )

        assert refusal.facts == {"scope": "student"}

    def test_of_the_student_needs_no_pause(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        desk.book(jonas, lesson(live_instructor(uow)))

        desk.book(jonas, lesson(teacher, starts_local="2026-06-18T17:00:00"))

    def test_counts_no_hold_that_has_ended(
        self, desk: Desk, uow: Uow, teacher: LiveInstructor, jonas: Actor
    ) -> None:
        availability.occupied(
            uow,
            teacher.id,
            at("2026-06-18T20:00"),
            at("2026-06-18T21:00"),
            student_id=student(uow).id,
            expires_at=uow.now,
        )

        made = desk.book(jonas, lesson(teacher))

        references = uow.session.scalars(select(OccupiedTime.reference)).all()
        assert references == [f"booking:{made.id}"]

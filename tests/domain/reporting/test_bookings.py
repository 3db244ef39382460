"""Figures of lessons: exact, by New York day, in a fixed number of statements."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.domains.reporting import service
from instainstru_core.domains.reporting.errors import WindowNotWholeDays
from instainstru_core.domains.reporting.types import AsWhom
from instainstru_core.kernel.authority import ANONYMOUS, PermissionMissing
from instainstru_core.kernel.paging import BadCursor, encode_cursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import instructors
from tests.factories.bookings import booking

Counting = Callable[[], AbstractContextManager[list[str]]]
MIDNIGHT = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)


class TestSummary:
    def test_counts_every_status_and_only_standing_lessons_as_turnover(self, uow: Uow) -> None:
        for status in BookingStatus:
            booking(uow, starts_at=MIDNIGHT + timedelta(hours=15), status=status)
        found = service.bookings_summary(uow, "today").data
        assert found.by_status == dict.fromkeys(BookingStatus, 1)
        assert (found.lessons, found.gmv_cents, found.average_lesson_cents) == (6, 24_000, 12_000)
        # 12 percent of the student and 15 of the instructor, of two lessons at 120 dollars.
        assert found.platform_fees_cents == 6_480

    def test_rounds_fees_per_lesson(self, uow: Uow) -> None:
        booking(
            uow,
            starts_at=MIDNIGHT + timedelta(hours=15),
            hourly_rate_cents=8_333,
            minutes=30,
            tier=Tier.PRO,
        )
        found = service.bookings_summary(uow, "today").data
        # 4166.5 rounds to 4167; 12 percent are 500.04, 10 percent are 416.7.
        assert (found.gmv_cents, found.platform_fees_cents) == (4_167, 917)

    @pytest.mark.parametrize(
        ("day", "start", "length"),
        [
            ("2026-06-15", MIDNIGHT, 24),
            ("2026-03-08", datetime(2026, 3, 8, 5, 0, tzinfo=UTC), 23),
            ("2026-11-01", datetime(2026, 11, 1, 4, 0, tzinfo=UTC), 25),
        ],
    )
    def test_takes_a_new_york_day_to_the_minute(
        self, uow: Uow, day: str, start: datetime, length: int
    ) -> None:
        end = start + timedelta(hours=length)
        minute = timedelta(minutes=1)
        for starts_at in (start - minute, start, end - minute, end):
            booking(uow, starts_at=starts_at, status=BookingStatus.COMPLETED)
        found = service.bookings_summary(uow, day)
        assert found.data.lessons == 2
        assert found.data.previous.lessons == 1
        assert found.window is not None
        assert (found.window.start, found.window.end) == (start, end)

    def test_tells_new_students_from_those_who_came_back(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        old, fell_through, new = (instructors.person(uow) for _ in range(3))
        earlier = MIDNIGHT - timedelta(days=30)
        lesson = {
            "teacher": teacher,
            "status": BookingStatus.COMPLETED,
        }
        booking(uow, student_id=old, starts_at=earlier, **lesson)
        booking(
            uow,
            teacher=teacher,
            student_id=fell_through,
            starts_at=earlier,
            status=BookingStatus.CANCELLED,
        )
        for hour, student in enumerate((old, fell_through, new)):
            booking(uow, student_id=student, starts_at=MIDNIGHT + timedelta(hours=hour), **lesson)
        found = service.bookings_summary(uow, "today").data
        assert (found.new_students, found.repeat_students) == (2, 1)

    def test_compares_months_with_months(self, uow: Uow) -> None:
        for month in (1, 2):
            booking(
                uow,
                starts_at=datetime(2026, month, 28, 20, 0, tzinfo=UTC),
                status=BookingStatus.COMPLETED,
            )
        found = service.bookings_summary(uow, "march 2026").data.previous
        assert (found.label, found.first_day.isoformat()) == ("February 2026", "2026-02-01")
        assert (found.gmv_cents, found.gmv_change) == (12_000, -1.0)

    def test_compares_with_nothing_that_is_not_known_whole(self, uow: Uow) -> None:
        for day in (12, 14, 15):
            booking(
                uow,
                starts_at=datetime(2026, 6, day, 16, 0, tzinfo=UTC),
                status=BookingStatus.COMPLETED,
            )
        whole = service.bookings_summary(uow, "today")
        assert (whole.data.previous.gmv_change, whole.data.previous.lessons_change) == (0.0, 0.0)
        assert not any("Records begin" in warning for warning in whole.warnings)
        half = service.bookings_summary(uow, "last 3 days")
        assert (half.data.lessons, half.data.previous.lessons) == (2, 1)
        assert (half.data.previous.gmv_change, half.data.previous.lessons_change) == (None, None)
        assert half.warnings[0] == (
            "Records begin on 2026-06-12: the window before is not known whole, so that nothing"
            " is compared with it."
        )

    def test_says_when_there_is_nothing_at_all(self, uow: Uow) -> None:
        found = service.bookings_summary(uow, "yesterday")
        assert (found.data.lessons, found.data.average_lesson_cents) == (0, None)
        assert found.warnings == [
            "There are no bookings on record at all: zero means nothing was ever booked."
        ]

    def test_wants_whole_days(self, uow: Uow) -> None:
        with pytest.raises(WindowNotWholeDays, match="whole New York days"):
            service.bookings_summary(uow, "2h")

    def test_needs_few_statements(self, uow: Uow, count_statements: Counting) -> None:
        for hour in range(6):
            booking(uow, starts_at=MIDNIGHT + timedelta(hours=hour * 2))
        with count_statements() as seen:
            service.bookings_summary(uow, "today")
        assert len(seen) == 1


class TestRecent:
    @pytest.mark.parametrize("at", ["soon", "2026-06-15T14:00:00", "\ud800", None])
    def test_refuses_a_cursor_that_was_made_up(self, uow: Uow, at: str | None) -> None:
        cursor = encode_cursor((at, "x"), scope="reporting.bookings_recent:None:last 24 hours")
        with pytest.raises(BadCursor):
            service.bookings_recent(uow, "24h", cursor=cursor)

    def test_pages_without_gaps_when_bookings_were_made_at_once(self, uow: Uow) -> None:
        made = uow.now - timedelta(hours=1)
        expected = {booking(uow, created_at=made).id for _ in range(5)}
        seen: list[str] = []
        cursor = None
        while True:
            page = service.bookings_recent(uow, "24h", limit=2, cursor=cursor)
            seen += [row.booking_id for row in page.data.bookings]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert (len(seen), set(seen)) == (5, expected)

    def test_takes_the_window_to_the_instant(self, uow: Uow) -> None:
        first = booking(uow, created_at=uow.now - timedelta(hours=2))
        booking(uow, created_at=uow.now - timedelta(hours=2, microseconds=1))
        booking(uow, created_at=uow.now)
        found = service.bookings_recent(uow, "2h")
        assert [row.booking_id for row in found.data.bookings] == [first.id]
        assert found.total == 1

    def test_refuses_the_cursor_of_another_list(self, uow: Uow) -> None:
        for _ in range(2):
            booking(uow, created_at=uow.now - timedelta(hours=1))
        cursor = service.bookings_recent(uow, "24h", limit=1).next_cursor
        with pytest.raises(BadCursor):
            service.bookings_recent(uow, "48h", cursor=cursor)

    def test_needs_as_many_statements_for_many_as_for_one(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        for _ in range(6):
            booking(uow, created_at=uow.now - timedelta(hours=1))
        for limit in (1, 100):
            uow.session.expire_all()
            with count_statements() as seen:
                service.bookings_recent(uow, "24h", limit=limit)
            assert len(seen) == 2


class TestHistory:
    def test_keeps_both_sides_apart(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow, first_name="Iris", last_name="Quell")
        colleague = instructors.live_instructor(uow)
        taught = booking(uow, teacher=teacher, starts_at=uow.now + timedelta(days=2))
        took = booking(uow, teacher=colleague, student_id=teacher.id, minutes=90)
        both = service.users_booking_history(uow, teacher.id)
        assert [(row.booking_id, row.side) for row in both.data.bookings] == [
            (taught.id, AsWhom.INSTRUCTOR),
            (took.id, AsWhom.STUDENT),
        ]
        assert both.data.as_student is not None
        assert both.data.as_instructor is not None
        assert (both.data.as_student.gmv_cents, both.data.as_instructor.gmv_cents) == (
            18_000,
            12_000,
        )
        one = service.users_booking_history(uow, teacher.id, side=AsWhom.STUDENT)
        assert [row.booking_id for row in one.data.bookings] == [took.id]
        assert one.total == 1


class TestAuthority:
    @pytest.mark.parametrize("name", sorted(service.__all__))
    def test_is_asked_for_first(self, begin: Begin, name: str) -> None:
        ask = getattr(service, name)
        needed = [
            parameter
            for parameter in inspect.signature(ask).parameters.values()
            if parameter.default is parameter.empty
        ]
        named = {one.name: 1 for one in needed if one.kind is one.KEYWORD_ONLY}
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            ask(uow, *["anything"] * (len(needed) - len(named) - 1), **named)

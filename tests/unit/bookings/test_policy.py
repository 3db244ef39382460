"""The rules of a booking's life."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancellationVerdict,
    CancelledBy,
    Notice,
    Party,
    Side,
)

STARTS_AT = datetime(2026, 6, 18, 20, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


class TestMayBecome:
    @pytest.mark.parametrize(
        ("current", "wanted", "parties"),
        [
            (None, BookingStatus.PENDING, "student"),
            (BookingStatus.PENDING, BookingStatus.CONFIRMED, "system"),
            (BookingStatus.PENDING, BookingStatus.PAYMENT_FAILED, "system"),
            (BookingStatus.PENDING, BookingStatus.CANCELLED, "admin instructor student"),
            (BookingStatus.PENDING, BookingStatus.COMPLETED, "admin"),
            (BookingStatus.CONFIRMED, BookingStatus.CANCELLED, "admin instructor student"),
            (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, "admin instructor system"),
            (BookingStatus.CONFIRMED, BookingStatus.NO_SHOW, "admin instructor student system"),
            (BookingStatus.COMPLETED, BookingStatus.CANCELLED, "admin"),
            (BookingStatus.COMPLETED, BookingStatus.NO_SHOW, "admin instructor student"),
            (BookingStatus.NO_SHOW, BookingStatus.CONFIRMED, "admin"),
            (BookingStatus.NO_SHOW, BookingStatus.COMPLETED, "admin"),
            (BookingStatus.NO_SHOW, BookingStatus.CANCELLED, "admin"),
        ],
    )
    def test_is_open_to_these_parties_and_no_others(
        self, current: BookingStatus | None, wanted: BookingStatus, parties: str
    ) -> None:
        found = sorted(party for party in Party if policy.may_become(current, wanted, by=party))

        assert " ".join(found) == parties

    def test_has_no_other_way(self) -> None:
        ways = [
            (current, wanted)
            for current, wanted in product([None, *BookingStatus], BookingStatus)
            if any(policy.may_become(current, wanted, by=party) for party in Party)
        ]

        assert len(ways) == 13

    def test_ends_at_cancelled_and_at_payment_failed(self) -> None:
        assert {status for status in BookingStatus if policy.is_terminal(status)} == {
            BookingStatus.CANCELLED,
            BookingStatus.PAYMENT_FAILED,
        }


def verdict(
    status: BookingStatus,
    *,
    by: CancelledBy = CancelledBy.STUDENT,
    cancelled_by: CancelledBy | None = None,
    now: datetime = STARTS_AT - timedelta(days=2),
) -> CancellationVerdict:
    return policy.cancellation(
        status=status, cancelled_by=cancelled_by, starts_at=STARTS_AT, by=by, now=now
    )


class TestCancellation:
    @pytest.mark.parametrize("by", CancelledBy)
    @pytest.mark.parametrize("status", [BookingStatus.PENDING, BookingStatus.CONFIRMED])
    def test_is_allowed_to_every_side_until_the_last_moment(
        self, by: CancelledBy, status: BookingStatus
    ) -> None:
        assert verdict(status, by=by, now=STARTS_AT - TICK) is CancellationVerdict.ALLOWED

    @pytest.mark.parametrize("by", CancelledBy)
    def test_is_over_at_the_very_start(self, by: CancelledBy) -> None:
        found = verdict(BookingStatus.CONFIRMED, by=by, now=STARTS_AT)

        assert found is CancellationVerdict.STARTED

    def test_repeats_for_the_side_that_cancelled_even_after_the_start(self) -> None:
        found = verdict(
            BookingStatus.CANCELLED, cancelled_by=CancelledBy.STUDENT, now=STARTS_AT + TICK
        )

        assert found is CancellationVerdict.REPEATED

    def test_tells_the_other_side_that_it_came_too_late(self) -> None:
        found = verdict(
            BookingStatus.CANCELLED, by=CancelledBy.INSTRUCTOR, cancelled_by=CancelledBy.STUDENT
        )

        assert found is CancellationVerdict.CANCELLED_BEFORE

    @pytest.mark.parametrize(
        "status", [BookingStatus.COMPLETED, BookingStatus.NO_SHOW, BookingStatus.PAYMENT_FAILED]
    )
    def test_is_impossible_for_the_sides_once_the_booking_is_over(
        self, status: BookingStatus
    ) -> None:
        assert verdict(status) is CancellationVerdict.IMPOSSIBLE
        assert verdict(status, by=CancelledBy.INSTRUCTOR) is CancellationVerdict.IMPOSSIBLE


class TestNotice:
    @pytest.mark.parametrize(
        ("left", "expected"),
        [
            (timedelta(hours=48), Notice.EARLY),
            (timedelta(hours=24), Notice.EARLY),
            (timedelta(hours=24) - TICK, Notice.MIDDLE),
            (timedelta(hours=12), Notice.MIDDLE),
            (timedelta(hours=12) - TICK, Notice.LATE),
            (timedelta(0), Notice.LATE),
        ],
    )
    def test_changes_right_after_24_and_12_hours(self, left: timedelta, expected: Notice) -> None:
        assert policy.notice(STARTS_AT, STARTS_AT - left) is expected


class TestSideOf:
    def test_is_the_readers_own_side_before_staff(self) -> None:
        found = policy.side_of("ANN", student_id="ANN", instructor_id="BEN", is_staff=True)

        assert found is Side.STUDENT

    def test_is_the_instructors(self) -> None:
        found = policy.side_of("BEN", student_id="ANN", instructor_id="BEN", is_staff=False)

        assert found is Side.INSTRUCTOR

    def test_is_staff_only_for_staff(self) -> None:
        assert (
            policy.side_of("CAT", student_id="ANN", instructor_id="BEN", is_staff=True)
            is Side.STAFF
        )
        assert policy.side_of("CAT", student_id="ANN", instructor_id="BEN", is_staff=False) is None
        assert policy.side_of(None, student_id="ANN", instructor_id="BEN", is_staff=False) is None


class TestStart:
    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            ("2026-06-18T16:00", True),
            ("2026-06-18T16:15", True),
            ("2026-06-18T16:45", True),
            ("2026-06-18T16:05", False),
            ("2026-06-18T16:15:01", False),
            ("2026-06-18T16:15:00.000001", False),
        ],
    )
    def test_is_on_the_quarter_of_an_hour(self, start: str, expected: bool) -> None:
        assert policy.is_on_grid(datetime.fromisoformat(start)) is expected

    def test_may_lie_exactly_365_days_ahead(self) -> None:
        now = STARTS_AT - timedelta(days=365)

        assert not policy.is_too_far_ahead(STARTS_AT, now)
        assert policy.is_too_far_ahead(STARTS_AT, now - TICK)

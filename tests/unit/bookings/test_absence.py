"""Who may say that somebody did not come, and until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.bookings.policy import absence
from instainstru_core.domains.bookings.policy.absence import ReportVerdict
from instainstru_core.domains.bookings.types import Absent, BookingStatus, Party

STARTS_AT = datetime(2026, 6, 18, 20, 0, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=1)
DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)


def verdict(**changes: Any) -> ReportVerdict:
    facts: dict[str, Any] = {
        "status": BookingStatus.CONFIRMED,
        "starts_at": STARTS_AT,
        "ends_at": ENDS_AT,
        "absent": Absent.INSTRUCTOR,
        "by": Party.STUDENT,
        "is_reported": False,
        "is_settled": False,
        "now": ENDS_AT,
    }
    return absence.report(**(facts | changes))


class TestReport:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (STARTS_AT - TICK, ReportVerdict.NOT_NOW),
            (STARTS_AT, ReportVerdict.ALLOWED),
            (ENDS_AT + DAY, ReportVerdict.ALLOWED),
            (ENDS_AT + DAY + TICK, ReportVerdict.NOT_NOW),
        ],
    )
    def test_is_taken_from_the_start_until_a_day_after_the_end(
        self, now: datetime, expected: ReportVerdict
    ) -> None:
        assert verdict(now=now) is expected

    @pytest.mark.parametrize(
        ("absent", "parties"),
        [
            (Absent.INSTRUCTOR, "admin student system"),
            (Absent.STUDENT, "admin instructor system"),
            (Absent.MUTUAL, "admin system"),
        ],
    )
    def test_comes_from_the_other_side_staff_or_the_system(
        self, absent: Absent, parties: str
    ) -> None:
        allowed = sorted(
            party for party in Party if verdict(absent=absent, by=party) is ReportVerdict.ALLOWED
        )

        assert " ".join(allowed) == parties

    def test_is_taken_about_a_lesson_that_the_instructor_completed(self) -> None:
        assert verdict(status=BookingStatus.COMPLETED) is ReportVerdict.ALLOWED

    @pytest.mark.parametrize(
        "status",
        sorted(set(BookingStatus) - {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}),
    )
    def test_is_impossible_about_any_other(self, status: BookingStatus) -> None:
        assert verdict(status=status) is ReportVerdict.IMPOSSIBLE

    def test_is_impossible_about_a_lesson_whose_money_is_shared_out(self) -> None:
        assert verdict(is_settled=True) is ReportVerdict.IMPOSSIBLE

    def test_is_taken_once(self) -> None:
        assert verdict(is_reported=True) is ReportVerdict.REPORTED_BEFORE


class TestDispute:
    @pytest.mark.parametrize(
        ("absent", "parties"),
        [
            (Absent.INSTRUCTOR, "instructor"),
            (Absent.STUDENT, "student"),
            (Absent.MUTUAL, "instructor student"),
        ],
    )
    def test_is_open_to_those_whom_the_report_is_about(self, absent: Absent, parties: str) -> None:
        allowed = sorted(
            party
            for party in Party
            if absence.may_dispute(
                absent=absent, by=party, reported_at=ENDS_AT, is_disputed=False, now=ENDS_AT
            )
        )

        assert " ".join(allowed) == parties

    @pytest.mark.parametrize(
        ("now", "is_disputed", "expected"),
        [
            (ENDS_AT + DAY - TICK, False, True),
            (ENDS_AT + DAY, False, False),
            (ENDS_AT + TICK, True, False),
        ],
    )
    def test_is_possible_once_for_less_than_a_day(
        self, now: datetime, is_disputed: bool, expected: bool
    ) -> None:
        found = absence.may_dispute(
            absent=Absent.STUDENT,
            by=Party.STUDENT,
            reported_at=ENDS_AT,
            is_disputed=is_disputed,
            now=now,
        )

        assert found is expected

"""Students by the New York month of their first completed lesson."""

from datetime import UTC, datetime

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reporting import service
from instainstru_core.kernel.uow import Uow
from tests.factories.bookings import booking
from tests.factories.instructors import live_instructor, person


def at(month: int, day: int, hour: int = 16) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def build(uow: Uow) -> None:
    """Ana: April, May, June. Bo: April, twice. Cy: the last hour of May in New York. Di: never."""
    teacher = live_instructor(uow)
    lessons = {
        "Ana": [at(4, 10), at(5, 3), at(6, 1)],
        "Bo": [at(4, 20), at(4, 27)],
        "Cy": [at(6, 1, 3)],
    }
    for name, starts in lessons.items():
        student = person(uow, first_name=name, last_name="Lind")
        for start in starts:
            booking(
                uow,
                teacher=teacher,
                student_id=student,
                starts_at=start,
                status=BookingStatus.COMPLETED,
            )
    di = person(uow, first_name="Di", last_name="Lind")
    for status in (BookingStatus.CANCELLED, BookingStatus.CONFIRMED):
        booking(uow, teacher=teacher, student_id=di, starts_at=at(6, 20), status=status)


class TestCohorts:
    def test_keep_who_came_back_apart_from_who_did_not(self, uow: Uow) -> None:
        build(uow)
        report = service.cohort_report(uow, months=3)
        april, may = report.data.cohorts
        assert (april.students, april.repeat_students, april.repeat_rate) == (2, 2, 1.0)
        assert (april.lessons, april.gmv_cents) == (5, 60_000)
        assert (april.retained, april.retention) == ([2, 1, 1], [1.0, 0.5, 0.5])
        assert (may.students, may.repeat_rate, may.retained) == (1, 0.0, [1, 0])
        assert report.data.repeat_rate == 0.6667

    def test_are_of_unknown_revenue_before_the_ledger(self, uow: Uow) -> None:
        build(uow)
        report = service.cohort_report(uow, months=3)
        assert [one.revenue_cents for one in report.data.cohorts] == [None, None]
        assert report.warnings[-1] == (
            "There is no money fact on record: revenue is null, not zero."
        )

    def test_begin_with_the_month_that_was_asked_for(self, uow: Uow) -> None:
        build(uow)
        assert [one.students for one in service.cohort_report(uow, months=2).data.cohorts] == [1]
        none = service.cohort_report(uow, months=1)
        assert none.data.cohorts == []
        assert none.data.repeat_rate is None
        assert none.warnings == ["Nobody completed a first lesson in these months."]

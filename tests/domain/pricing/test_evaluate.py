"""The nightly evaluation of tiers, on the tables."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.bookings import booking, student
from tests.factories.instructors import LiveInstructor, live_instructor
from tests.factories.pricing import standing

DAY = timedelta(days=1)


def taught(uow: Uow, teacher: LiveInstructor, lessons: int, *, ago: timedelta = DAY) -> None:
    """So many lessons that were completed so long ago."""
    for _ in range(lessons):
        booking(
            uow,
            teacher=teacher,
            starts_at=uow.now - ago - timedelta(hours=1),
            status=BookingStatus.COMPLETED,
        )


def tier_of(uow: Uow, teacher: LiveInstructor) -> Tier | None:
    return uow.session.scalars(
        select(InstructorTier.tier).filter_by(instructor_id=teacher.id)
    ).one_or_none()


class TestEvaluateTiers:
    def test_promotes_at_once_and_may_jump(self, uow: Uow) -> None:
        teacher = live_instructor(uow)
        taught(uow, teacher, 11)

        assert bookings.evaluate_tiers(uow).changed == 1
        assert tier_of(uow, teacher) is Tier.PRO

    def test_counts_a_lesson_completed_exactly_thirty_days_ago(self, uow: Uow) -> None:
        counted, missed = live_instructor(uow), live_instructor(uow)
        taught(uow, counted, 5, ago=30 * DAY)
        taught(uow, missed, 5, ago=30 * DAY + timedelta(microseconds=1))

        bookings.evaluate_tiers(uow)

        assert tier_of(uow, counted) is Tier.GROWTH
        assert tier_of(uow, missed) is None

    def test_counts_completed_lessons_only(self, uow: Uow) -> None:
        teacher = live_instructor(uow)
        taught(uow, teacher, 4)
        booking(uow, teacher=teacher, starts_at=uow.now - DAY, status=BookingStatus.CANCELLED)
        booking(uow, teacher=teacher, starts_at=uow.now - DAY, status=BookingStatus.CONFIRMED)

        bookings.evaluate_tiers(uow)

        assert tier_of(uow, teacher) is None

    def test_takes_one_step_down_a_night(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        teacher = live_instructor(uow)
        taught(uow, teacher, 2)
        standing(uow, teacher.id, Tier.PRO, at=uow.now - DAY)

        assert bookings.evaluate_tiers(uow).changed == 1
        assert tier_of(uow, teacher) is Tier.GROWTH
        assert bookings.evaluate_tiers(uow).changed == 0
        assert tier_of(uow, teacher) is Tier.GROWTH

        clock.advance(DAY)
        with begin(uow.actor) as next_night:
            assert bookings.evaluate_tiers(next_night).changed == 1
            assert tier_of(next_night, teacher) is Tier.ENTRY

    def test_sends_an_idle_pro_back_to_entry(self, uow: Uow) -> None:
        teacher = live_instructor(uow)
        taught(uow, teacher, 1, ago=91 * DAY)
        standing(uow, teacher.id, Tier.PRO, at=uow.now - DAY)

        bookings.evaluate_tiers(uow)

        assert tier_of(uow, teacher) is Tier.ENTRY

    def test_passes_founding_instructors_over(self, uow: Uow) -> None:
        teacher = live_instructor(uow, founding=True)
        taught(uow, teacher, 11)

        assert bookings.evaluate_tiers(uow).changed == 0
        assert tier_of(uow, teacher) is None

    def test_goes_through_everyone_in_portions(self, uow: Uow) -> None:
        teachers = sorted((live_instructor(uow) for _ in range(3)), key=lambda one: one.id)
        for teacher in teachers:
            taught(uow, teacher, 5)

        first = bookings.evaluate_tiers(uow, limit=2)
        assert (first.evaluated, first.changed, first.next_after) == (2, 2, teachers[1].id)
        rest = bookings.evaluate_tiers(uow, after=teachers[1].id, limit=2)
        assert (rest.evaluated, rest.changed, rest.next_after) == (1, 1, None)

    def test_is_not_for_students(self, begin: Begin, uow: Uow) -> None:
        with begin(student(uow)) as theirs, pytest.raises(PermissionMissing):
            bookings.evaluate_tiers(theirs)

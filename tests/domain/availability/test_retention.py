"""Days that are long over are removed, but for those with a lesson."""

from datetime import date, timedelta

from sqlalchemy import func, select

from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.models import (
    AvailabilityDay,
    AvailabilityWeek,
    Blackout,
)
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.time import local_day, monday_of
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import availability, instructors

DAY = timedelta(days=1)


def days(uow: Uow, instructor_id: str, today: date) -> list[int]:
    """How old each day of open hours is that is there."""
    kept = uow.session.scalars(
        select(AvailabilityDay.day)
        .where(AvailabilityDay.instructor_id == instructor_id)
        .order_by(AvailabilityDay.day)
    )
    return [(today - day).days for day in kept]


def test_days_go_on_the_181st_day_and_those_with_a_lesson_stay(begin: Begin, uow: Uow) -> None:
    maya = instructors.live_instructor(uow)
    today = local_day(uow.now)
    uow.session.query(AvailabilityDay).filter_by(instructor_id=maya.id).delete()
    for age in (400, 200, 181, 180, 30, 0, -30):
        availability.open_day(uow, maya.id, today - age * DAY, "09:00-17:00")
    lesson_at = uow.now - 200 * DAY
    availability.occupied(uow, maya.id, lesson_at, lesson_at + timedelta(hours=1))
    with begin(SYSTEM) as work:
        assert service.forget_days(work, "") is None
    assert days(uow, maya.id, today) == [200, 180, 30, 0, -30]


def test_blackouts_and_versions_of_weeks_go_with_them(begin: Begin, uow: Uow) -> None:
    maya = instructors.live_instructor(uow)
    today = local_day(uow.now)
    for age in (181, 180):
        availability.blackout(uow, maya.id, today - age * DAY)
    for age in (200, 170):
        monday = monday_of(today - age * DAY)
        uow.session.add(
            AvailabilityWeek(instructor_id=maya.id, monday=monday, version=3, saved_at=uow.now)
        )
    uow.session.flush()
    with begin(SYSTEM) as work:
        service.forget_days(work, "")
    assert list(uow.session.scalars(select(Blackout.day))) == [today - 180 * DAY]
    left = uow.session.scalar(select(func.count()).where(AvailabilityWeek.version == 3))
    assert left == 1


def test_instructors_come_in_turn(begin: Begin, uow: Uow) -> None:
    both = sorted(instructors.live_instructor(uow).id for _ in range(2))
    with begin(SYSTEM) as work:
        assert service.forget_days(work, "", people=1) == both[0]
        assert service.forget_days(work, both[0], people=1) == both[1]
        assert service.forget_days(work, both[1], people=1) is None

"""Several wishes at once: each instructor's first that there is room for, from one reading."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.service import Hours
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.uow import Uow
from tests.factories import availability, instructors

TUESDAY, THURSDAY = date(2026, 6, 16), date(2026, 6, 18)
ONLINE = LessonFormat.ONLINE


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


class TestFreeForWishes:
    def test_says_which_wish_there_is_room_for_in_one_statement(
        self,
        uow: Uow,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        evening, morning, later, never = (
            instructors.live_instructor(uow, open_days=0) for _ in range(4)
        )
        availability.open_day(uow, evening.id, TUESDAY, "08:00-09:00", "17:00-19:00")
        availability.open_day(uow, morning.id, TUESDAY, "08:00-09:00")
        availability.open_day(uow, later.id, THURSDAY, "08:00-09:00")
        wishes = [
            Hours([date(2028, 1, 1)]),
            Hours([TUESDAY], after=17 * 60, before=19 * 60),
            Hours([TUESDAY]),
            Hours([THURSDAY, TUESDAY]),
        ]
        ids = [evening.id, morning.id, later.id, never.id]
        uow.session.flush()
        with count_statements() as statements:
            found = service.free_for_wishes(uow, ids, wishes, formats=[ONLINE])
        assert found == {
            evening.id: (1, at(16, 21)),
            morning.id: (2, at(16, 12)),
            later.id: (3, at(18, 12)),
        }
        assert len(statements) == 1

    def test_asks_again_of_those_elsewhere_what_is_left(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(
            uow, timezone="America/Los_Angeles", hours=("09:00-10:00",)
        )
        wishes = [Hours([TUESDAY], before=11 * 60), Hours([TUESDAY])]
        found = service.free_for_wishes(uow, [teacher.id], wishes, formats=[ONLINE])
        assert found == {teacher.id: (1, at(16, 16))}

    def test_finds_nobody_without_a_wish(self, uow: Uow) -> None:
        teacher = instructors.live_instructor(uow)
        assert service.free_for_wishes(uow, [teacher.id], []) == {}
        assert service.free_for_wishes(uow, [], [Hours([TUESDAY])]) == {}

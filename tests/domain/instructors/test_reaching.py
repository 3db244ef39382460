"""Who of many travels to a point."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.instructors import service
from instainstru_core.domains.instructors.errors import TooManyInstructors
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories import instructors


def covered(uow: Uow, point: tuple[float, float], *ids: str) -> dict[str, bool]:
    view = service.coverage(uow, ids, latitude=point[0], longitude=point[1])
    return {each.instructor_id: each.covered for each in view.items}


class TestCoverage:
    def test_says_of_each_whether_the_point_lies_in_their_areas(self, uow: Uow) -> None:
        here = instructors.live_instructor(uow)
        far = instructors.area(uow, "test-far", south=40.50, west=-73.80)
        there = instructors.live_instructor(uow, area_keys=[far])
        nowhere = instructors.live_instructor(uow, area_keys=[])
        ids = (there.id, here.id, nowhere.id)
        found = covered(uow, instructors.INSIDE, *ids)
        assert list(found.items()) == [(there.id, False), (here.id, True), (nowhere.id, False)]
        assert covered(uow, instructors.ON_EDGE, here.id) == {here.id: True}
        assert covered(uow, instructors.OUTSIDE, here.id) == {here.id: False}

    def test_lists_apart_who_cannot_be_booked(self, uow: Uow) -> None:
        here = instructors.live_instructor(uow)
        paused = instructors.live_instructor(uow, live=False)
        suspended = instructors.live_instructor(uow, status=AccountStatus.SUSPENDED)
        stranger = new_id()
        ids = [stranger, here.id, paused.id, suspended.id, here.id, "x"]
        view = service.coverage(uow, ids, latitude=40.41, longitude=-73.79)
        assert [(each.instructor_id, each.covered) for each in view.items] == [(here.id, True)]
        assert view.not_bookable == [stranger, paused.id, suspended.id, "x"]

    def test_is_refused_for_more_than_100_and_not_cut_short(self, uow: Uow) -> None:
        ids = [new_id() for _ in range(101)]
        with pytest.raises(TooManyInstructors) as refusal:
            covered(uow, instructors.INSIDE, *ids)
        assert refusal.value.facts == {"asked": 101, "most": 100}
        view = service.coverage(uow, [*ids[:100], ids[0]], latitude=40.41, longitude=-73.79)
        assert len(view.not_bookable) == 100

    def test_takes_one_statement(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        ids = [instructors.live_instructor(uow, open_days=0).id for _ in range(3)]
        with count_statements() as statements:
            assert covered(uow, instructors.INSIDE, *ids) == dict.fromkeys(ids, True)
        assert len(statements) == 1

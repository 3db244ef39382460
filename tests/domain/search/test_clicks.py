"""What someone did with a result."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.search import service
from instainstru_core.domains.search.errors import (
    PositionUnknown,
    ResultUnknown,
    SearchNotFound,
    TooManyClicks,
)
from instainstru_core.domains.search.models import SearchClick
from instainstru_core.domains.search.policy import MAX_CLICKS
from instainstru_core.domains.search.schemas import RecordClick, SearchInstructors
from instainstru_core.domains.search.types import ClickAction
from instainstru_core.kernel.authority import ANONYMOUS
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import instructors

THEREMIN = SearchInstructors(q="theremin")


def click(instructor_id: str, action: ClickAction = ClickAction.VIEW, at: int = 1) -> RecordClick:
    return RecordClick(instructor_id=instructor_id, action=action, position=at)


def count(uow: Uow) -> int:
    return uow.session.scalars(select(func.count()).select_from(SearchClick)).one()


class TestAClick:
    def test_is_on_record_once_for_each_action(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as work:
            search_id = service.search(work, THEREMIN).search_id
            first = service.record_click(work, search_id, click(maya.id))
            assert service.record_click(work, search_id, click(maya.id)) == first
            service.record_click(work, search_id, click(maya.id, ClickAction.BOOK))
        assert (first.search_id, first.position, first.at) == (search_id, 1, uow.now)
        assert count(uow) == 2

    @pytest.mark.parametrize("at", [2, 100_000])
    def test_is_refused_where_no_result_was(self, begin: Begin, uow: Uow, at: int) -> None:
        maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as work:
            search_id = service.search(work, THEREMIN).search_id
            with pytest.raises(PositionUnknown):
                service.record_click(work, search_id, click(maya.id, at=at))
        assert count(uow) == 0

    def test_is_refused_for_who_cannot_be_seen(self, begin: Begin, uow: Uow) -> None:
        instructors.live_instructor(uow)
        hidden = instructors.live_instructor(uow, live=False)
        with begin(ANONYMOUS) as work:
            search_id = service.search(work, THEREMIN).search_id
            for instructor_id in (hidden.id, new_id()):
                with pytest.raises(ResultUnknown):
                    service.record_click(work, search_id, click(instructor_id))

    def test_is_refused_for_an_unknown_search(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as work:
            for search_id in (new_id(), "x", "' --"):
                with pytest.raises(SearchNotFound):
                    service.record_click(work, search_id, click(maya.id))

    def test_belongs_to_whoever_searched(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        zoe = instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))
        with begin(zoe) as work:
            search_id = service.search(work, THEREMIN).search_id
        with begin(maya.actor) as work, pytest.raises(SearchNotFound):
            service.record_click(work, search_id, click(maya.id))
        with begin(ANONYMOUS) as work, pytest.raises(SearchNotFound):
            service.record_click(work, search_id, click(maya.id))
        with begin(zoe) as work:
            service.record_click(work, search_id, click(maya.id))
        assert count(uow) == 1

    def test_comes_within_a_day(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as work:
            search_id = service.search(work, THEREMIN).search_id
        clock.advance(timedelta(days=1))
        with begin(ANONYMOUS) as work:
            service.record_click(work, search_id, click(maya.id))
        clock.advance(timedelta(seconds=1))
        with begin(ANONYMOUS) as work, pytest.raises(SearchNotFound):
            service.record_click(work, search_id, click(maya.id, ClickAction.BOOK))

    def test_is_one_of_so_many(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as work:
            search_id = service.search(work, THEREMIN).search_id
            work.session.add_all(
                SearchClick(
                    id=new_id(),
                    search_id=search_id,
                    instructor_id=maya.id,
                    action=ClickAction.VIEW,
                    position=1,
                    at=work.now,
                )
                for _ in range(MAX_CLICKS)
            )
            work.session.flush()
            with pytest.raises(TooManyClicks):
                service.record_click(work, search_id, click(maya.id, ClickAction.BOOK))
            service.record_click(work, search_id, click(maya.id))

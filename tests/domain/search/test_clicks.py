"""What someone did with a result."""

from collections.abc import Callable
from contextlib import AbstractContextManager
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
from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.repository import recording as repository
from instainstru_core.domains.search.schemas.clicks import RecordClick, RecordInteractions
from instainstru_core.domains.search.service import recording
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Noted, Visitor
from instainstru_core.kernel.authority import ANONYMOUS, Actor
from instainstru_core.kernel.ids import id_of, new_id
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import instructors

SECRET = "a-secret"
Counting = Callable[[], AbstractContextManager[list[str]]]
GUEST = Visitor(guest="g" * 32)
OTHER = Visitor(guest="o" * 32)
NOBODY = Visitor()


def an_id(uow: Uow) -> str:
    """An id that a search of this moment would have."""
    return id_of(int(uow.now.timestamp() * 1000), int.from_bytes(new_id()[-10:].encode(), "big"))


def written(uow: Uow, search_id: str, visitor: Visitor = NOBODY, results: int = 1) -> str:
    """A search that is on record."""
    recording.note(
        uow,
        Noted(
            search_id=search_id,
            at=uow.now,
            searcher=recording.searcher(uow, visitor, secret=SECRET),
            text="theremin",
            result_count=results,
            took_ms=1.0,
        ),
    )
    return search_id


def search(begin: Begin, actor: Actor = ANONYMOUS, visitor: Visitor = NOBODY) -> str:
    with begin(actor) as work:
        return written(work, an_id(work), visitor)


def click(instructor_id: str, action: ClickAction = ClickAction.VIEW, at: int = 1) -> RecordClick:
    return RecordClick(instructor_id=instructor_id, action=action, position=at)


def count(uow: Uow) -> int:
    return uow.session.scalars(select(func.count()).select_from(SearchClick)).one()


class TestAClick:
    def test_is_on_record_once_for_each_action(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        search_id = search(begin)
        with begin(ANONYMOUS) as work:
            first = service.record_click(work, search_id, click(maya.id))
            assert service.record_click(work, search_id, click(maya.id)) == first
            for action in ClickAction:
                service.record_click(work, search_id, click(maya.id, action))
        assert (first.search_id, first.position, first.at) == (search_id, 1, uow.now)
        assert count(uow) == len(ClickAction) == 7

    @pytest.mark.parametrize("at", [2, 100_000])
    def test_is_refused_where_no_result_was(self, begin: Begin, uow: Uow, at: int) -> None:
        maya = instructors.live_instructor(uow)
        search_id = search(begin)
        with begin(ANONYMOUS) as work, pytest.raises(PositionUnknown):
            service.record_click(work, search_id, click(maya.id, at=at))
        assert count(uow) == 0

    def test_is_refused_for_who_cannot_be_seen(self, begin: Begin, uow: Uow) -> None:
        hidden = instructors.live_instructor(uow, live=False)
        search_id = search(begin)
        with begin(ANONYMOUS) as work:
            for instructor_id in (hidden.id, new_id()):
                with pytest.raises(ResultUnknown):
                    service.record_click(work, search_id, click(instructor_id))

    def test_is_refused_for_what_is_no_search_of_the_last_day(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        ahead = int((uow.now + timedelta(hours=1)).timestamp() * 1000)
        with begin(ANONYMOUS) as work:
            for search_id in (id_of(ahead, 1), id_of(1, 1), "7" + "Z" * 25, "x", "' --"):
                with pytest.raises(SearchNotFound):
                    service.record_click(work, search_id, click(maya.id))

    def test_belongs_to_whoever_searched(self, begin: Begin, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        zoe = instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))
        search_id = search(begin, zoe)
        for stranger in (maya.actor, ANONYMOUS):
            with begin(stranger) as work, pytest.raises(SearchNotFound):
                service.record_click(work, search_id, click(maya.id), secret=SECRET)
        with begin(zoe) as work:
            service.record_click(work, search_id, click(maya.id), secret=SECRET)
        assert count(uow) == 1

    def test_of_a_guest_is_that_guests_signed_in_since_then_or_not(
        self, begin: Begin, uow: Uow
    ) -> None:
        maya = instructors.live_instructor(uow)
        search_id = search(begin, visitor=GUEST)
        for stranger in (OTHER, NOBODY):
            with begin(ANONYMOUS) as work, pytest.raises(SearchNotFound):
                service.record_click(
                    work, search_id, click(maya.id), visitor=stranger, secret=SECRET
                )
        for actor, action in ((ANONYMOUS, ClickAction.VIEW), (maya.actor, ClickAction.BOOK)):
            with begin(actor) as work:
                service.record_click(
                    work, search_id, click(maya.id, action), visitor=GUEST, secret=SECRET
                )
        assert count(uow) == 2

    def test_comes_within_a_day(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        maya = instructors.live_instructor(uow)
        search_id = search(begin)
        clock.advance(timedelta(days=1))
        with begin(ANONYMOUS) as work:
            service.record_click(work, search_id, click(maya.id))
        clock.advance(timedelta(seconds=1))
        with begin(ANONYMOUS) as work, pytest.raises(SearchNotFound):
            service.record_click(work, search_id, click(maya.id, ClickAction.BOOK))

    def test_is_one_of_so_many(
        self, begin: Begin, uow: Uow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(policy, "MAX_CLICKS", 1)
        maya = instructors.live_instructor(uow)
        search_id = search(begin)
        with begin(ANONYMOUS) as work:
            service.record_click(work, search_id, click(maya.id))
            with pytest.raises(TooManyClicks):
                service.record_click(work, search_id, click(maya.id, ClickAction.BOOK))
            service.record_click(work, search_id, click(maya.id))


class TestAClickThatComesFirst:
    def test_waits_for_its_search(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        maya = instructors.live_instructor(uow)
        search_id = an_id(uow)
        with begin(ANONYMOUS) as work:
            service.record_click(work, search_id, click(maya.id), visitor=GUEST, secret=SECRET)
            written(work, search_id, GUEST)
        clock.advance(timedelta(days=2))
        with begin(ANONYMOUS) as work:
            service.forget_shown(work, limit=100)
        assert count(uow) == 1

    def test_is_dropped_with_no_search_or_a_strangers(
        self, begin: Begin, uow: Uow, clock: SetClock
    ) -> None:
        maya = instructors.live_instructor(uow)
        lost, strange = an_id(uow), an_id(uow)
        with begin(ANONYMOUS) as work:
            for search_id in (lost, strange):
                service.record_click(work, search_id, click(maya.id), visitor=OTHER, secret=SECRET)
            written(work, strange, GUEST)
        for late, left in ((timedelta(hours=24), 2), (timedelta(hours=2), 0)):
            clock.advance(late)
            with begin(ANONYMOUS) as work:
                service.forget_shown(work, limit=100)
            assert count(uow) == left

    def test_is_dropped_some_at_a_time(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as work:
            for _ in range(3):
                service.record_click(work, an_id(work), click(maya.id))
        clock.advance(timedelta(days=2))
        with begin(ANONYMOUS) as work:
            before = work.now - timedelta(days=1)
            assert repository.drop_stray_clicks(work.session, before=before, limit=2) == 2
            assert repository.drop_stray_clicks(work.session, before=before, limit=2) == 1


class TestSeveralAtOnce:
    def test_are_written_in_few_statements_and_each_told_of(
        self, begin: Begin, uow: Uow, count_statements: Counting
    ) -> None:
        maya, ana = instructors.live_instructor(uow), instructors.live_instructor(uow)
        hidden = instructors.live_instructor(uow, live=False)
        with begin(ANONYMOUS) as work:
            search_id = written(work, an_id(work), results=2)
            items = [
                click(maya.id),
                click(maya.id),
                click(ana.id, ClickAction.HOVER, at=2),
                click(hidden.id),
                click(ana.id, at=3),
            ]
            with count_statements() as statements:
                told = service.record_interactions(work, search_id, RecordInteractions(items=items))
            service.record_interactions(work, search_id, RecordInteractions(items=items))
        assert [item.code for item in told.items] == [
            None,
            None,
            None,
            "search.result_unknown",
            "search.position_unknown",
        ]
        assert count(uow) == 2
        assert len(statements) <= 4

    def test_are_of_whoever_searched_and_of_so_many(
        self, begin: Begin, uow: Uow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(policy, "MAX_CLICKS", 2)
        maya = instructors.live_instructor(uow)
        search_id = search(begin, visitor=GUEST)
        command = RecordInteractions(items=[click(maya.id, action) for action in ClickAction])
        with begin(ANONYMOUS) as work, pytest.raises(SearchNotFound):
            service.record_interactions(work, search_id, command, visitor=OTHER, secret=SECRET)
        with begin(ANONYMOUS) as work:
            told = service.record_interactions(
                work, search_id, command, visitor=GUEST, secret=SECRET
            )
        assert [item.code for item in told.items] == [None, None, *["search.too_many_clicks"] * 5]
        assert count(uow) == 2

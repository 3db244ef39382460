"""Addresses and clicks at the same instant, with real commits."""

from collections.abc import Callable

from sqlalchemy import func, select

from instainstru_core.domains.addresses import service as addresses
from instainstru_core.domains.addresses.errors import TooManyAddresses
from instainstru_core.domains.addresses.policy import MAX_ADDRESSES
from instainstru_core.domains.addresses.schemas import AddAddress, AddressView
from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.domains.search import service as searches
from instainstru_core.domains.search.models import SearchClick
from instainstru_core.domains.search.schemas import ClickView, RecordClick, SearchInstructors
from instainstru_core.domains.search.types import ClickAction
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM
from instainstru_core.runtime import Runtime
from tests.factories import instructors
from tests.together import at_once

HOME = AddAddress(
    label=AddressLabel.HOME, line1="9 Fillmore Street", postal_code="11215", is_default=True
)


class TestAddresses:
    def test_keep_one_default_and_their_limit(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            zoe = instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))

        def add() -> AddressView:
            with begin(zoe) as uow:
                return addresses.add(uow, HOME)

        calls: list[Callable[[], AddressView]] = [add] * 8
        answers = [*at_once(calls), *at_once(calls)]
        refused = [answer for answer in answers if isinstance(answer, TooManyAddresses)]
        assert len(refused) == len(answers) - MAX_ADDRESSES
        with begin(zoe) as uow:
            saved = addresses.listing(uow).items
        assert len(saved) == MAX_ADDRESSES
        assert [one.is_default for one in saved] == [True] + [False] * (MAX_ADDRESSES - 1)


class TestClicks:
    def test_count_once(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow)
        with begin(ANONYMOUS) as uow:
            search_id = searches.search(uow, SearchInstructors(q="theremin")).search_id

        def click() -> ClickView:
            command = RecordClick(instructor_id=maya.id, action=ClickAction.BOOK, position=1)
            with begin(ANONYMOUS) as uow:
                return searches.record_click(uow, search_id, command)

        answers = at_once([click] * 6)
        assert len({answer.id for answer in answers if isinstance(answer, ClickView)}) == 1
        with begin(SYSTEM) as uow:
            assert uow.session.scalar(select(func.count()).select_from(SearchClick)) == 1

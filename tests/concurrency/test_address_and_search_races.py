"""Addresses, clicks and histories at the same instant, with real commits."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.addresses import service as addresses
from instainstru_core.domains.addresses.errors import TooManyAddresses
from instainstru_core.domains.addresses.policy import MAX_ADDRESSES
from instainstru_core.domains.addresses.schemas import AddAddress, AddressView
from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.domains.search import service as searches
from instainstru_core.domains.search.errors import AliasDecided, AliasKnown
from instainstru_core.domains.search.flows.recording import Recorder
from instainstru_core.domains.search.models import (
    SearchClick,
    SearchHistory,
    SearchQuery,
    SearchSalt,
)
from instainstru_core.domains.search.schemas.clicks import ClickView, RecordClick
from instainstru_core.domains.search.schemas.places import (
    AddPlaceAlias,
    LearnedView,
    PlaceAliasFilters,
    PlaceAliasView,
)
from instainstru_core.domains.search.service import recording
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Noted, Searcher, Visitor
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM
from instainstru_core.kernel.ids import id_of, new_id
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
            search_id = id_of(int(uow.now.timestamp() * 1000), 7)

        def click() -> ClickView:
            command = RecordClick(instructor_id=maya.id, action=ClickAction.BOOK, position=1)
            with begin(ANONYMOUS) as uow:
                return searches.record_click(uow, search_id, command)

        answers = at_once([click] * 6)
        assert len({answer.id for answer in answers if isinstance(answer, ClickView)}) == 1
        with begin(SYSTEM) as uow:
            assert uow.session.scalar(select(func.count()).select_from(SearchClick)) == 1


class TestHistories:
    def test_count_every_search_of_a_text(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin

        def note() -> None:
            with begin(SYSTEM) as uow:
                searches.note(
                    uow,
                    *(
                        Noted(
                            search_id=new_id(),
                            at=uow.now,
                            searcher=Searcher(guest="g" * 32, person="g" * 32),
                            text=text,
                            result_count=1,
                            took_ms=1.0,
                        )
                        for text in ("piano", "oboe", "harp")
                    ),
                )

        assert at_once([note] * 6) == [None] * 6
        with begin(SYSTEM) as uow:
            times = uow.session.scalars(select(SearchHistory.times)).all()
        assert times == [6, 6, 6]

    def test_are_taken_along_once(self, committed_runtime: Runtime) -> None:
        begin, guest = committed_runtime.begin, "g" * 32
        with begin(SYSTEM) as uow:
            zoe = instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))
            hashed = searches.searcher(uow, Visitor(guest=guest), secret="s")
            searches.note(
                uow,
                Noted(
                    search_id=new_id(),
                    at=uow.now,
                    searcher=hashed,
                    text="piano",
                    result_count=1,
                    took_ms=1.0,
                ),
            )

        def take() -> int:
            with begin(zoe) as uow:
                return searches.take_searches_along(uow, guest, secret="s")

        assert sorted(map(str, at_once([take] * 4))) == ["0", "0", "0", "1"]


class TestTheRecorder:
    def test_writes_what_many_threads_note_before_it_closes(
        self, committed_runtime: Runtime
    ) -> None:
        recorder = Recorder(committed_runtime.begin, committed_runtime.clock, "s")

        def note() -> None:
            for _ in range(50):
                who = recorder.searcher(Visitor(guest="g" * 32), ANONYMOUS)
                recorder.note(
                    Noted(
                        search_id=new_id(),
                        at=committed_runtime.clock(),
                        searcher=who,
                        text="piano",
                        result_count=1,
                        took_ms=1.0,
                    )
                )

        assert at_once([note] * 4) == [None] * 4
        recorder.close()
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.scalar(select(func.count()).select_from(SearchQuery)) == 200
            assert uow.session.scalar(select(SearchHistory.times)) == 200


class TestSalts:
    def test_are_one_a_day_whoever_comes_first(
        self, committed_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin = committed_runtime.begin
        monkeypatch.setattr(recording, "_salts", Forgetful())

        def hashed() -> str | None:
            with begin(ANONYMOUS) as uow:
                visitor = Visitor(address="203.0.113.9")
                return searches.searcher(uow, visitor, secret="s").person

        assert len(set(at_once([hashed] * 6))) == 1
        with begin(SYSTEM) as uow:
            assert uow.session.scalar(select(func.count()).select_from(SearchSalt)) == 1


class Forgetful(dict[date, bytes]):
    """As in six processes: none knows what another chose but by the table."""

    def get(self, *_: object) -> None:  # type: ignore[override]
        return None


class TestPlaceAliases:
    def test_are_decided_once(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            searches.propose_place_alias(uow, "hollow", ["nyc-brooklyn-flatbush"])
            (waiting,) = searches.place_aliases(uow, PlaceAliasFilters()).items

        def decide(by: Callable[..., PlaceAliasView]) -> Callable[[], PlaceAliasView]:
            def call() -> PlaceAliasView:
                with begin(SYSTEM) as uow:
                    return by(uow, waiting.id)

            return call

        answers = at_once([decide(searches.approve_place_alias)] * 4)
        assert len([one for one in answers if isinstance(one, PlaceAliasView)]) == 1
        assert len([one for one in answers if isinstance(one, AliasDecided)]) == 3
        with begin(SYSTEM) as uow:
            assert searches.gazetteer(uow).find("hollow", similar=False) is not None

    def test_of_one_name_are_taught_once(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin

        def teach() -> PlaceAliasView:
            with begin(SYSTEM) as uow:
                command = AddPlaceAlias(name="hollow", area_keys=["nyc-brooklyn-flatbush"])
                return searches.add_place_alias(uow, command)

        answers = at_once([teach] * 6)
        assert len([one for one in answers if isinstance(one, PlaceAliasView)]) == 1
        assert len([one for one in answers if isinstance(one, AliasKnown)]) == 5

    def test_are_learned_once(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            teachers = [
                instructors.live_instructor(uow, area_keys=["nyc-brooklyn-flatbush"]).id
                for _ in range(3)
            ]
            other = instructors.live_instructor(uow, area_keys=["nyc-queens-astoria"])
            assert other.id not in teachers
            for number in range(5):
                person = f"g{number}".ljust(32, "0")
                search_id = new_id()
                uow.session.add(
                    SearchQuery(
                        id=search_id,
                        at=uow.now,
                        person=person,
                        text="piano in hollow",
                        normalized_text="piano in hollow",
                        unresolved_place="hollow",
                        result_count=3,
                        took_ms=5,
                    )
                )
                uow.session.add(
                    SearchClick(
                        id=new_id(),
                        search_id=search_id,
                        instructor_id=teachers[number % 3],
                        action=ClickAction.VIEW,
                        position=1,
                        at=uow.now,
                        person=person,
                    )
                )

        def learn() -> LearnedView:
            with begin(SYSTEM) as uow:
                return searches.learn_places(uow)

        answers = at_once([learn] * 4)
        told = [one.pending for one in answers if isinstance(one, LearnedView)]
        assert told == [["hollow"]] * 4
        with begin(SYSTEM) as uow:
            (alias,) = searches.place_aliases(uow, PlaceAliasFilters()).items
        assert (alias.name, alias.people, alias.area_keys) == (
            "hollow",
            5,
            ["nyc-brooklyn-flatbush"],
        )

"""What is kept of a search."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import func, select

from instainstru_core.domains.search.flows import recording as flows
from instainstru_core.domains.search.flows.recording import Recorder
from instainstru_core.domains.search.models import (
    SearchCandidate,
    SearchHistory,
    SearchQuery,
    SearchSalt,
)
from instainstru_core.domains.search.service import recording
from instainstru_core.domains.search.types.parsed import (
    LessonType,
    Parsed,
    Phrase,
    PlaceMention,
    PlacePhrase,
    PriceWish,
)
from instainstru_core.domains.search.types.recording import (
    Device,
    FoundBy,
    Noted,
    Searcher,
    Shown,
    Visitor,
)
from instainstru_core.kernel.authority import ANONYMOUS
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin, DatabaseUnreachable, Uow
from tests.conftest import SetClock
from tests.factories import instructors

Counting = Callable[[], AbstractContextManager[list[str]]]
GUEST = Searcher(guest="g" * 32, person="g" * 32, device=Device.PHONE)


def noted(uow: Uow, words: str = "piano", **values: Any) -> Noted:
    made = Noted(
        search_id=new_id(), at=uow.now, searcher=GUEST, text=words, result_count=3, took_ms=4.6
    )
    return replace(made, **values)


def kept(uow: Uow, search_id: str) -> SearchQuery:
    return uow.session.scalars(select(SearchQuery).where(SearchQuery.id == search_id)).one()


def count(uow: Uow, table: type[SearchQuery | SearchHistory]) -> int:
    return uow.session.scalars(select(func.count()).select_from(table)).one()


class TestANote:
    def test_keeps_what_was_said_understood_and_shown(self, uow: Uow) -> None:
        maya = instructors.live_instructor(uow)
        parsed = Parsed(
            text="paino  in Astoria under $80",
            corrected="piano in astoria under $80",
            services=(Phrase("piano", 0, 5),),
            price=PriceWish(max_cents=8000),
            lesson_type=LessonType.ONLINE,
            place=PlacePhrase("astoria", PlaceMention.PREPOSITION, 10, 17),
        )
        one = noted(
            uow,
            "paino  in Astoria under $80",
            parsed=parsed,
            service_ids=("s" * 26,),
            area_keys=("nyc-queens-astoria",),
            strict_count=1,
            relaxed=("price",),
            level="light",
            skipped=("model",),
            stages={"parse": 0.71236, "match": 2.0},
            shown=(
                Shown(1, maya.id, "s" * 26, 0.91, FoundBy.TEXT, {"relevance": 0.81239}, ("price",)),
                Shown(2, maya.id, "s" * 26, 0.5),
            ),
        )
        one = replace(one, service_ids=(), area_keys=None)
        recording.note(uow, one)
        row = kept(uow, one.search_id)
        assert row.text == "paino in Astoria under $80"
        assert row.normalized_text == "paino in astoria under 80"
        assert row.wish_text == "piano in astoria under 80"
        assert row.slots == {
            "services": ["piano"],
            "price": {"max_cents": 8000},
            "lesson_type": "online",
            "place": {"text": "astoria", "how": "preposition"},
        }
        assert (row.result_count, row.strict_count, row.relaxed) == (3, 1, ["price"])
        assert (row.took_ms, row.stages) == (5, {"parse": 0.712, "match": 2.0})
        assert (row.level, row.skipped, row.cache_hit) == ("light", ["model"], False)
        assert (row.person, row.user_id, row.device) == ("g" * 32, None, Device.PHONE)
        shown = uow.session.scalars(
            select(SearchCandidate).order_by(SearchCandidate.position)
        ).all()
        assert [(item.position, round(item.score, 2), item.found_by) for item in shown] == [
            (1, 0.91, FoundBy.TEXT),
            (2, 0.5, FoundBy.NONE),
        ]
        assert (shown[0].signals, shown[0].relaxed) == ({"relevance": 0.8124}, ["price"])

    def test_takes_two_statements_however_many_there_are(
        self, uow: Uow, count_statements: Counting
    ) -> None:
        shown = tuple(Shown(at, new_id(), new_id(), 0.5) for at in range(1, 21))
        searches = [noted(uow, f"piano {number}", shown=shown) for number in range(30)]
        with count_statements() as statements:
            recording.note(uow, *searches)
        assert len(statements) == 2
        assert count(uow, SearchQuery) == 30

    def test_loses_what_tells_of_people(self, uow: Uow) -> None:
        one = noted(uow, "piano for maya@example.com call 212-555-0199")
        recording.note(uow, one)
        row = kept(uow, one.search_id)
        assert row.text == "piano for [email] call [phone]"
        assert "maya" not in row.normalized_text
        assert uow.session.scalars(select(SearchHistory.text)).one() == row.text

    def test_counts_a_text_of_one_owner_however_it_is_typed(self, uow: Uow) -> None:
        later = uow.now + timedelta(minutes=5)
        recording.note(uow, noted(uow, "PIANO  lessons"), noted(uow, "Piano Lessons", at=later))
        recording.note(uow, noted(uow, "piano lessons", at=uow.now - timedelta(hours=1)))
        row = uow.session.scalars(select(SearchHistory)).one()
        assert (row.text, row.times) == ("Piano Lessons", 3)
        assert (row.first_at, row.last_at) == (uow.now - timedelta(hours=1), later)

    def test_is_written_once_and_remembered_once(self, uow: Uow) -> None:
        one = noted(uow)
        recording.note(uow, one, one)
        recording.note(uow, one)
        assert count(uow, SearchQuery) == 1
        assert uow.session.scalars(select(SearchHistory.times)).one() == 1

    def test_remembers_nothing_for_programs_and_for_nobody(self, uow: Uow) -> None:
        program = replace(GUEST, device=Device.PROGRAM)
        unknown = Searcher(person="a" * 32, address_hash="b" * 32)
        recording.note(
            uow,
            noted(uow, searcher=program),
            noted(uow, searcher=unknown),
            noted(uow, "  "),
        )
        assert count(uow, SearchQuery) == 3
        assert count(uow, SearchHistory) == 0

    def test_begins_a_deleted_text_anew(self, uow: Uow) -> None:
        recording.note(uow, noted(uow), noted(uow))
        row = uow.session.scalars(select(SearchHistory)).one()
        row.deleted_at = uow.now
        uow.session.flush()
        uow.session.expire_all()
        recording.note(uow, noted(uow, at=uow.now + timedelta(days=1)))
        uow.session.expire_all()
        assert (row.times, row.deleted_at) == (1, None)
        assert row.first_at == uow.now + timedelta(days=1)


class TestASearcher:
    def test_is_the_same_on_one_day_and_unknown_on_the_next(
        self, begin: Begin, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recording, "_salts", {})
        visitor = Visitor(address="203.0.113.9", user_agent="curl/8.5")
        found: list[Searcher] = []
        days = 0
        for _ in range(2):
            with begin(ANONYMOUS) as work:
                found += [recording.searcher(work, visitor, secret="s") for _ in range(2)]
                days = work.session.scalars(select(func.count()).select_from(SearchSalt)).one()
            clock.advance(timedelta(days=1))
        assert found[0] == found[1] != found[2] == found[3]
        assert found[0].person != found[2].person
        assert found[0].device is Device.PROGRAM
        assert days == 2

    def test_shares_the_salt_that_another_process_chose(
        self, uow: Uow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visitor = Visitor(address="203.0.113.9")
        monkeypatch.setattr(recording, "_salts", {})
        first = recording.searcher(uow, visitor, secret="s")
        monkeypatch.setattr(recording, "_salts", {})
        assert recording.searcher(uow, visitor, secret="s") == first


class TestTheRecorder:
    def test_says_once_that_nobody_can_be_told_apart_without_a_secret(
        self, uow: Uow, begin: Begin, clock: SetClock
    ) -> None:
        recorder = Recorder(begin, clock, "", threaded=False)
        with structlog.testing.capture_logs() as logs:
            for number in range(2):
                recorder.note(noted(uow, f"piano {number}"))
        assert [line["event"] for line in logs] == ["searchers_unknown"]
        assert "guests have no history" in logs[0]["so"]

    def test_writes_all_that_waits(self, uow: Uow, begin: Begin, clock: SetClock) -> None:
        recorder = Recorder(begin, clock, "secret", threaded=False)
        for number in range(120):
            recorder.note(noted(uow, f"piano {number}"))
        recorder.flush()
        assert count(uow, SearchQuery) == 120

    def test_leaves_one_out_that_cannot_be_written_and_no_other(
        self, uow: Uow, begin: Begin, clock: SetClock
    ) -> None:
        recorder = Recorder(begin, clock, "secret", threaded=False)
        gone = noted(uow, service_ids=(new_id(),))  # a service that is no longer there
        for one in (noted(uow, "oboe"), gone, noted(uow, "harp")):
            recorder.note(one)
        recorder.flush()
        texts = uow.session.scalars(select(SearchQuery.text).order_by(SearchQuery.text)).all()
        assert texts == ["harp", "oboe"]

    def test_keeps_what_waits_while_the_database_is_away(
        self, uow: Uow, begin: Begin, clock: SetClock
    ) -> None:
        away = [True]

        def sometimes(actor: Any) -> Any:
            if away[0]:
                raise DatabaseUnreachable("Away.")
            return begin(actor)

        recorder = Recorder(sometimes, clock, "secret", threaded=False)
        recorder.note(noted(uow, "oboe"))
        with pytest.raises(DatabaseUnreachable):
            recorder.flush()
        away[0] = False
        recorder.flush()
        assert uow.session.scalars(select(SearchQuery.text)).one() == "oboe"

    def test_drops_the_oldest_where_too_many_wait(
        self, uow: Uow, begin: Begin, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(flows, "MOST_WAITING", 2)
        recorder = Recorder(begin, clock, "secret", threaded=False)
        for words in ("first", "second", "third"):
            recorder.note(noted(uow, words))
        recorder.flush()
        texts = uow.session.scalars(select(SearchQuery.text).order_by(SearchQuery.text)).all()
        assert texts == ["second", "third"]

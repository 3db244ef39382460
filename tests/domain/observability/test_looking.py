"""Many sources at once: deadlines, failures, one flight, and an answer kept for a moment."""

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
import structlog

from instainstru_core.domains.observability.errors import BrokerUnreachable
from instainstru_core.domains.observability.flows import looking as flow
from instainstru_core.domains.observability.flows.looking import (
    BROKEN,
    GIVEN_MEANWHILE,
    KEPT,
    Board,
    Figures,
)
from instainstru_core.domains.observability.policy.health import Check, Section, Status
from instainstru_core.domains.observability.schemas.health import HealthOverview
from tests.conftest import SetClock
from tests.patience import PATIENCE_SECONDS

MOMENT = timedelta(microseconds=1)
FINE: Figures = {Check.TASKS_WAITING: 0, Check.QUEUES_NOBODY_TAKES: 0}


@pytest.fixture
def board() -> Iterator[Board]:
    board = Board(deadline_seconds=PATIENCE_SECONDS)
    yield board
    board.close()


def seen(board: Board, clock: SetClock, **looks: object) -> HealthOverview:
    asked = {Section(name): look for name, look in looks.items()}
    return board.seen(asked, clock=clock, left_out=[]).overview  # type: ignore[arg-type]


def refusing() -> Figures:
    raise BrokerUnreachable("The broker is away.")


def broken() -> Figures:
    raise RuntimeError("maya@example.org")


class TestASource:
    def test_that_answers_is_judged(self, board: Board, clock: SetClock) -> None:
        found = seen(board, clock, queues=lambda: {**FINE, Check.TASKS_WAITING: 50})
        (waiting, taken) = found.checks
        assert (waiting.value, waiting.warn, waiting.critical) == (50, 50, 200)
        assert (waiting.status, waiting.note) == (Status.WARN, None)
        assert taken.status is Status.OK
        assert (found.sections, found.overall) == ({"queues": Status.WARN}, Status.WARN)

    def test_that_refuses_is_unknown_and_says_why(self, board: Board, clock: SetClock) -> None:
        found = seen(board, clock, queues=refusing, search=lambda: {Check.ZERO_RESULT_SHARE_24H: 0})
        assert found.sections == {"queues": Status.UNKNOWN, "search": Status.OK}
        assert found.overall is Status.UNKNOWN
        assert {one.note for one in found.checks if one.section == Section.QUEUES} == {
            "The broker is away."
        }

    def test_that_breaks_is_unknown_and_keeps_its_secrets(
        self, board: Board, clock: SetClock
    ) -> None:
        with structlog.testing.capture_logs() as lines:
            found = seen(board, clock, queues=broken)
        assert found.overall is Status.UNKNOWN
        assert {one.note for one in found.checks} == {BROKEN}
        assert [line["event"] for line in lines] == ["health_section_failed"]

    def test_that_knows_only_half_is_unknown_for_the_rest(
        self, board: Board, clock: SetClock
    ) -> None:
        found = seen(board, clock, queues=lambda: {Check.TASKS_WAITING: 0})
        assert [one.status for one in found.checks] == [Status.OK, Status.UNKNOWN]
        assert found.overall is Status.UNKNOWN

    def test_that_hangs_holds_up_nobody_and_is_asked_once(
        self, board: Board, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def until_one_has_answered(futures: Iterable[Future[Figures]], timeout: float) -> None:
            """As if the deadline came right then, however slow the machine is."""
            assert timeout == board.deadline_seconds
            wait(futures, return_when=FIRST_COMPLETED)

        monkeypatch.setattr(flow, "wait", until_one_has_answered)
        go_on, asked = threading.Event(), []

        def hanging() -> Figures:
            asked.append(1)
            go_on.wait(PATIENCE_SECONDS)
            return FINE

        search = lambda: {Check.ZERO_RESULT_SHARE_24H: 0.0}  # noqa: E731
        found = seen(board, clock, queues=hanging, search=search)
        assert found.sections == {"queues": Status.UNKNOWN, "search": Status.OK}
        assert "No answer within" in (found.checks[0].note or "")
        clock.advance(KEPT)
        assert seen(board, clock, queues=hanging, search=search).overall is Status.UNKNOWN
        assert len(asked) == 1, "its thread is still at it"
        go_on.set()
        while not all(future.done() for future in board._hanging.values()):
            time.sleep(0.01)
        clock.advance(KEPT)
        late = lambda: {Check.TASKS_WAITING: 200, Check.QUEUES_NOBODY_TAKES: 0}  # noqa: E731
        assert seen(board, clock, queues=late).overall is Status.CRITICAL, "not the late answer"
        clock.advance(KEPT)
        while seen(board, clock, queues=hanging, search=search).overall is not Status.OK:
            clock.advance(KEPT)


class TestAnAnswer:
    def test_is_kept_for_a_moment(self, board: Board, clock: SetClock) -> None:
        asked: list[int] = []

        def look() -> Figures:
            asked.append(1)
            return FINE

        for ahead, times in ((timedelta(0), 1), (KEPT - MOMENT, 1), (MOMENT, 2)):
            clock.advance(ahead)
            seen(board, clock, queues=look)
            assert len(asked) == times

    @pytest.mark.parametrize(
        ("age", "given"), [(GIVEN_MEANWHILE - MOMENT, True), (GIVEN_MEANWHILE, False)]
    )
    def test_of_the_last_minute_is_given_while_a_new_one_is_made(
        self, clock: SetClock, age: timedelta, given: bool
    ) -> None:
        board = Board(deadline_seconds=PATIENCE_SECONDS)
        looking, go_on = threading.Event(), threading.Event()
        before = seen(board, clock, queues=lambda: FINE)
        clock.advance(age)

        def slow() -> Figures:
            looking.set()
            go_on.wait(PATIENCE_SECONDS)
            return {**FINE, Check.TASKS_WAITING: 50}

        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(seen, board, clock, queues=slow)
            looking.wait(PATIENCE_SECONDS)
            second = threads.submit(seen, board, clock, queues=slow)
            if given:
                assert second.result(PATIENCE_SECONDS) is before
            go_on.set()
            assert first.result().overall is Status.WARN
            assert (second.result() is before) is given
        board.close()

    def test_is_made_once_for_all_who_ask_meanwhile(self, clock: SetClock) -> None:
        board, asked = Board(deadline_seconds=PATIENCE_SECONDS), []
        everybody = threading.Barrier(8)

        def look() -> Figures:
            asked.append(1)
            return FINE

        def ask(_: int) -> HealthOverview:
            everybody.wait()
            return seen(board, clock, queues=look)

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(8)))
        assert len(asked) == 1
        assert all(one is answers[0] for one in answers)
        board.close()

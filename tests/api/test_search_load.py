"""Searches when something is slow or many come at once: what lacks is said, who waits is told."""

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api import metrics
from api.app import create_app
from instainstru_core import runtime as composition
from instainstru_core.domains.search import service
from instainstru_core.domains.search.errors import IndexLoading, ModelUnavailable
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.flows.reading import Readings
from instainstru_core.domains.search.policy import budget
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.ports import Question
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors
from instainstru_core.domains.search.types.meaning import ModelUse, Vectors
from instainstru_core.domains.search.types.reading import Reading
from instainstru_core.kernel import measure
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers
from tests.factories import instructors
from tests.factories.instructors import LiveInstructor
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS, wait_until

SEARCH = "/api/v1/search"
COMPLEX = "theremin or if there is none oboe, and also something for the evening"


class SlowEmbedder:
    """A model over a network that answers too late: implements search.ports.Embedder."""

    @property
    def model(self) -> str:
        return "slow"

    @property
    def version(self) -> str:
        return "1"

    @property
    def is_remote(self) -> bool:
        return True

    @property
    def scale(self) -> tuple[float, float]:
        return 0.3, 0.9

    def prepare(self) -> None:
        """There is nothing to load."""

    def __init__(self, use: ModelUse = ModelUse.TIMEOUT) -> None:
        self.use = use
        self.given: list[float] = []

    def embed(self, texts: Sequence[str], *, deadline: Deadline) -> Vectors:
        self.given.append(deadline.left)
        raise ModelUnavailable("Too late.", use=self.use)

    def close(self) -> None:
        """Nothing is open."""


class SlowReader:
    """A language model that does not answer in time: implements search.ports.Reader."""

    @property
    def is_on(self) -> bool:
        return True

    def __init__(self, use: ModelUse = ModelUse.TIMEOUT) -> None:
        self.use = use
        self.given: list[float] = []

    def read(self, question: Question, *, deadline: Deadline) -> Reading:
        self.given.append(deadline.left)
        raise ModelUnavailable("Too late.", use=self.use)

    def pick(self, text: str, names: Sequence[str], *, deadline: Deadline) -> tuple[str, ...]:
        raise ModelUnavailable("Too late.", use=self.use)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def maya(runtime: Runtime) -> LiveInstructor:
    with runtime.begin(SYSTEM) as uow:
        return instructors.live_instructor(uow)


@pytest.fixture
def patient_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements end by themselves, however slow the machine is: the time of steps is tested."""
    monkeypatch.setattr(budget, "LEAST_STATEMENT_MS", PATIENCE_MS)


@contextmanager
def client_of(runtime: Runtime) -> Generator[TestClient]:
    with TestClient(create_app(runtime), raise_server_exceptions=False) as client:
        yield client


def degraded(client: TestClient, headers: Headers | None = None, **query: str) -> object:
    answer = client.get(SEARCH, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["degradation"]


class TestSomethingSlow:
    @pytest.mark.parametrize(
        ("use", "reason"),
        [
            (ModelUse.TIMEOUT, "vectors_timeout"),
            (ModelUse.BUSY, "vectors_failed"),
            (ModelUse.OPEN_CIRCUIT, "vectors_failed"),
        ],
    )
    def test_leaves_services_to_their_words(
        self, runtime: Runtime, use: ModelUse, reason: str
    ) -> None:
        embedder = SlowEmbedder(use)
        with client_of(replace(runtime, query_vectors=QueryVectors(embedder))) as client:
            assert degraded(client, q="electronic hand waving") == {
                "level": "heavy",
                "reasons": [reason],
            }
            assert degraded(client, q="piano") == {"level": "none", "reasons": []}
        assert len(embedder.given) == 1
        assert embedder.given[0] < 30

    @pytest.mark.parametrize(
        ("use", "reason"),
        [
            (ModelUse.TIMEOUT, "model_timeout"),
            (ModelUse.BUSY, "model_busy"),
            (ModelUse.REFUSED, "model_refused"),
            (ModelUse.OPEN_CIRCUIT, "model_open_circuit"),
        ],
    )
    def test_leaves_the_text_to_the_grammar(
        self, runtime: Runtime, maya: LiveInstructor, use: ModelUse, reason: str
    ) -> None:
        reader = SlowReader(use)
        with client_of(replace(runtime, readings=Readings(reader))) as client:
            answer = client.get(SEARCH, params={"q": COMPLEX}).json()
        assert answer["degradation"] == {"level": "moderate", "reasons": [reason]}
        assert answer["understood"]["model"] == use
        assert [one["instructor_id"] for one in answer["items"]] == [maya.id]
        assert len(reader.given) == 1

    @pytest.mark.usefixtures("patient_database")
    def test_is_not_begun_where_time_is_short(self, runtime: Runtime, maya: LiveInstructor) -> None:
        reader, embedder = SlowReader(), SlowEmbedder()
        settings = runtime.settings.model_copy(update={"search_budget_ms": 180})
        hurried = replace(
            runtime,
            settings=settings,
            readings=Readings(reader),
            query_vectors=QueryVectors(embedder),
        )
        with client_of(hurried) as client:
            client.get(SEARCH, params={"q": "theremin"})  # so that all is in memory
            found = degraded(client, q=f"{COMPLEX} and electronic hand waving")
        assert isinstance(found, dict)
        assert found["reasons"][0] == "model_skipped"
        assert (reader.given, embedder.given) == ([], [])
        assert maya.id

    def test_is_left_out_where_staff_say_so(
        self, runtime: Runtime, admin: Headers, student: Headers
    ) -> None:
        reader, embedder = SlowReader(), SlowEmbedder()
        slow = replace(runtime, readings=Readings(reader), query_vectors=QueryVectors(embedder))
        with client_of(slow) as client:
            assert degraded(client, admin, q=COMPLEX, skip_model="true") == {
                "level": "moderate",
                "reasons": ["model_skipped"],
            }
            found = degraded(client, admin, q="electronic hand waving", skip_vectors="true")
            assert found == {"level": "heavy", "reasons": ["vectors_skipped"]}
            for switch in ("explain", "skip_model", "skip_vectors", "high_load"):
                for headers in ({}, student):
                    refused = client.get(
                        SEARCH, params={"q": "theremin", switch: "true"}, headers=headers
                    )
                    assert (refused.status_code, refused.json()["code"]) == (
                        403,
                        "access.permission_missing",
                    )
        assert (reader.given, embedder.given) == ([], [])

    @pytest.mark.usefixtures("patient_database")
    def test_is_said_where_the_deadline_passes(
        self, runtime: Runtime, maya: LiveInstructor
    ) -> None:
        finder = runtime.finder
        wish = finding.wish_of(finder, SearchInstructors(q="theremin"))
        found = finding.find(finder, SYSTEM, wish, deadline=Deadline.within(0))
        assert (found.degradation.level, found.degradation.reasons) == (
            "critical",
            ["over_budget"],
        )
        assert [one.instructor_id for one in found.items] == [maya.id]


@pytest.fixture
def crowd(committed_runtime: Runtime) -> list[LiveInstructor]:
    with committed_runtime.begin(SYSTEM) as uow:
        return [instructors.live_instructor(uow) for _ in range(2)]


@contextmanager
def calendars_locked(runtime: Runtime) -> Generator[None]:
    """Nobody can look at a calendar meanwhile."""
    with runtime.engine.begin() as connection:
        connection.execute(text("LOCK TABLE availability_days IN ACCESS EXCLUSIVE MODE"))
        yield


def in_a_hurry(runtime: Runtime, milliseconds: int, **changes: int) -> Runtime:
    """The runtime with such a budget, and all that searches need in memory."""
    finding.warm(runtime.finder)
    changes["search_budget_ms"] = milliseconds
    return replace(runtime, settings=runtime.settings.model_copy(update=changes))


@contextmanager
def threads() -> Generator[Callable[[TestClient, dict[str, str]], Future[Response]]]:
    """Asks beside this thread."""
    with ThreadPoolExecutor(8) as pool:
        yield lambda client, query: pool.submit(client.get, SEARCH, params=query)


class TestCalendarsThatDoNotAnswer:
    def test_are_left_out_and_that_is_said(
        self, committed_runtime: Runtime, crowd: list[LiveInstructor]
    ) -> None:
        finder = committed_runtime.finder
        command = SearchInstructors(q="theremin", on=date(2026, 6, 16))

        def asked() -> ResultsView:
            began = time.perf_counter()
            # A clock that goes slowly: what is tested is not how fast this machine is.
            deadline = Deadline(1.0, lambda: (time.perf_counter() - began) / 50)
            wish = finding.wish_of(finder, command)
            return finding.found(finder, ANONYMOUS, wish, deadline=deadline).view

        finding.warm(finder)
        with calendars_locked(committed_runtime):
            answer = asked()
        after = finding.find(finder, ANONYMOUS, finding.wish_of(finder, command))
        assert answer.degradation.level == "critical"
        assert "times_unchecked" in answer.degradation.reasons
        assert {one.instructor_id for one in answer.items} == {one.id for one in crowd}
        assert {one.free_at for one in answer.items} == {None}
        assert all("Not checked: whether there is room then." in one.why for one in answer.items)
        assert any(hint.startswith("Calendars could not be looked at") for hint in answer.hints)
        assert after.degradation.level == "none"
        assert {one.free_at for one in after.items} == {datetime(2026, 6, 16, 13, tzinfo=UTC)}


class TestOffersThatAreBeingRead:
    def test_are_searched_as_they_were_and_who_has_none_is_told_to_come_back(
        self, committed_runtime: Runtime, crowd: list[LiveInstructor]
    ) -> None:
        new = composition.build(committed_runtime.settings)

        def read(runtime: Runtime, seconds: float) -> Index:
            with runtime.begin(SYSTEM) as uow:
                return service.fresh(uow, deadline=Deadline.within(seconds))

        before = read(committed_runtime, PATIENCE_SECONDS)
        with committed_runtime.engine.begin() as connection:
            connection.execute(text("UPDATE search_feed SET version = version + 1"))
        with ThreadPoolExecutor(2) as pool, committed_runtime.engine.connect() as holding:
            holding.execute(text("LOCK TABLE regions IN ACCESS EXCLUSIVE MODE"))
            reading = [pool.submit(read, one, PATIENCE_SECONDS) for one in (committed_runtime, new)]
            wait_until(lambda: waiting_for_regions(committed_runtime) == 2)
            meanwhile = read(committed_runtime, 1)
            with pytest.raises(IndexLoading) as told:
                read(new, 1)
            holding.rollback()
            after = [one.result(PATIENCE_SECONDS) for one in reading]
        new.close()
        assert meanwhile is before
        assert told.value.facts["retry_after"] == 2
        assert [one.rows for one in after] == [before.rows] * 2 == [len(crowd)] * 2
        assert before not in after


def waiting_for_regions(runtime: Runtime) -> int:
    """How many wait to read the map."""
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE relation = 'regions'::regclass AND NOT granted"
    )
    with runtime.engine.connect() as connection:
        return connection.scalar(waiting) or 0


class TestManyAtOnce:
    @pytest.mark.usefixtures("crowd")
    def test_wait_a_little_and_then_come_back_while_other_routes_answer(
        self, committed_runtime: Runtime
    ) -> None:
        hurried = in_a_hurry(committed_runtime, 4_000, search_running=1)
        app = create_app(hurried)
        with TestClient(app) as client, threads() as ask:
            with calendars_locked(committed_runtime):
                first = ask(client, {"q": "theremin", "on": "2026-06-16"})
                wait_until(lambda: app.state.searches.turns.in_flight == 1)
                second = ask(client, {"q": "theremin"})
                wait_until(lambda: app.state.searches.turns.in_flight == 2)
                assert client.get("/api/v1/catalog/categories").status_code == 200
                refused = second.result(PATIENCE_SECONDS)
            assert first.result(PATIENCE_SECONDS).status_code == 200
            assert client.get(SEARCH, params={"q": "theremin"}).status_code == 200
        assert (refused.status_code, refused.json()["code"]) == (503, "search.busy")
        assert refused.headers["retry-after"] == "2"
        assert app.state.searches.turns.in_flight == 0

    @pytest.mark.usefixtures("crowd")
    def test_get_one_answer_where_they_ask_the_same(self, committed_runtime: Runtime) -> None:
        app = create_app(in_a_hurry(committed_runtime, 10_000))
        cards: list[str] = []
        query = {"q": "theremin", "on": "2026-06-16"}

        def note(_by: object, statement: str, _values: object) -> None:
            if "FROM teaching_places" in statement:
                cards.append(statement)

        with measure.overheard(note), TestClient(app) as client, threads() as ask:
            with calendars_locked(committed_runtime):
                asked = [ask(client, query) for _ in range(5)]
                wait_until(lambda: in_progress(app) == 5)
            found = [one.result(PATIENCE_SECONDS) for one in asked]
        assert {one.status_code for one in found} == {200}
        assert len({one.json()["search_id"] for one in found}) == 5
        assert len({len(one.content) for one in found}) == 1
        assert len(cards) == 1


def in_progress(app: FastAPI) -> float:
    """How many searches the application is at."""
    assert app.state.searches is not None
    found = metrics.IN_PROGRESS.labels("GET", SEARCH)
    return next(iter(found.collect())).samples[0].value

"""The questions of the tour to a real MCP server, and how its answers are judged."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from devstack import tour
from devstack.touring.stop import Stop, differences
from instainstru_core import runtime as composition
from tests.conftest import settings_for
from tests.databases import ServerUrls
from tests.mcp import world as worlds
from tests.worlds import seeded

NOW = datetime(2026, 6, 15, 16, tzinfo=UTC)
TODAY = date(2026, 6, 15)
ASKED_OF_THE_DATABASE = 18


@pytest.fixture(scope="module")
def database_url(servers: ServerUrls) -> Iterator[str]:
    with seeded(servers, instructors=60, today=TODAY) as url:
        yield url


@pytest.fixture(scope="module")
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    plain = make_url(database_url).set(drivername="postgresql")
    with psycopg.connect(
        plain.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        yield connection


@pytest.fixture(scope="module")
def stops(connection: psycopg.Connection) -> list[Stop]:
    asked = tour.all_stops(connection, NOW)
    return [stop for stop in asked if stop.tool not in {"prometheus_query", "celery_worker_status"}]


@pytest.fixture(scope="module")
def replies(
    servers: ServerUrls, database_url: str, stops: list[Stop]
) -> Iterator[list[dict[str, Any]]]:
    """What the server answers to every question that needs nothing but the database."""
    settings = settings_for(database_url, servers).model_dump() | {
        "DATABASE_URL": database_url,
        "REDIS_URL": servers.redis_url,
        "mcp_static_tokens": worlds.static_tokens(),
    }
    runtime = composition.build(type(settings_for(database_url, servers))(**settings), lambda: NOW)
    with worlds.serving(runtime) as url, worlds.Copilot(url).connected() as copilot:
        yield [copilot.ask(stop.tool, **stop.arguments) for stop in stops]
    runtime.close()


def test_every_answer_is_what_sql_says(
    connection: psycopg.Connection, stops: list[Stop], replies: list[dict[str, Any]]
) -> None:
    assert len(stops) == ASKED_OF_THE_DATABASE
    wrong = {
        stop.question: tour.check(connection, stop, reply)
        for stop, reply in zip(stops, replies, strict=True)
    }
    assert [problems for problems in wrong.values() if problems] == []


def test_answers_are_told_in_a_line_each(stops: list[Stop], replies: list[dict[str, Any]]) -> None:
    for stop, reply in zip(stops, replies, strict=True):
        assert stop.tell(reply)
        assert "\n" not in stop.tell(reply)


def test_a_wrong_figure_is_named(
    connection: psycopg.Connection, stops: list[Stop], replies: list[dict[str, Any]]
) -> None:
    week, reply = stops[0], replies[0]
    lessons = reply["data"]["lessons"]
    changed = reply | {"data": reply["data"] | {"lessons": lessons + 1}}
    assert tour.check(connection, week, changed) == [
        f"lessons: the tool says {lessons + 1}, the check says {lessons}"
    ]


def test_an_answer_of_another_form_is_wrong(
    connection: psycopg.Connection, stops: list[Stop]
) -> None:
    assert tour.check(connection, stops[0], {"data": {}}) == [
        "the answer has another form than expected (KeyError('lessons'))"
    ]


def test_a_figure_that_only_one_side_knows_is_a_difference() -> None:
    assert differences({"a": 1}, {"a": 1, "b": 2}) == ["b: the tool says nothing, the check says 2"]

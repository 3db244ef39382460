"""Whether the process runs, and whether it can serve."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from instainstru_core import runtime as composition
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock

NOWHERE = "redis://127.0.0.1:1/0"


def client_with(runtime: Runtime, **changes: object) -> TestClient:
    settings = runtime.settings.model_copy(update=changes)
    app = create_app(replace(runtime, settings=settings))
    return TestClient(app, raise_server_exceptions=False)


class TestHealth:
    def test_names_the_release_without_asking_anybody(
        self,
        runtime: Runtime,
        clock: SetClock,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with (
            count_statements() as seen,
            client_with(runtime, release="r7", git_sha="abc") as client,
        ):
            clock.advance(timedelta(minutes=2))
            answer = client.get("/api/v1/health")
        assert answer.json() == {
            "status": "ok",
            "release": "r7",
            "git_sha": "abc",
            "started_at": "2026-06-15T14:00:00Z",
            "uptime_seconds": 120,
        }
        assert seen == []


class TestReady:
    def test_says_so_when_everything_answers(self, client: TestClient) -> None:
        answer = client.get("/api/v1/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})

    def test_names_redis_when_it_is_down(self, runtime: Runtime) -> None:
        with client_with(runtime, redis_url=SecretStr(NOWHERE)) as client:
            answer = client.get("/api/v1/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "redis.unreachable")
        assert answer.headers["retry-after"] == "5"

    def test_names_the_database_when_it_is_down(self, runtime: Runtime) -> None:
        gone = "postgresql+psycopg://postgres@127.0.0.1:1/nowhere"
        settings = runtime.settings.model_copy(update={"database_url": SecretStr(gone)})
        cut_off = composition.build(settings)
        with TestClient(create_app(cut_off)) as client:
            answer = client.get("/api/v1/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "database.unreachable")

"""The commit is done before the response leaves."""

from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from instainstru_core.runtime import Runtime
from tests.api import probe


class TestACommitThatFails:
    def test_is_never_answered_with_success(self, committed_runtime: Runtime) -> None:
        with committed_runtime.engine.begin() as connection:
            connection.execute(
                text("CREATE TABLE only_once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            )
        app = probe.add_to(create_app(committed_runtime))
        with TestClient(app, raise_server_exceptions=False) as client:
            answer = client.post("/api/v1/probe/deferred")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        with committed_runtime.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM only_once")) == 0

"""Who is asking: found out in the transaction of the route, once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.api import probe
from tests.api.conftest import Headers, NewUser, SignIn
from tests.conftest import SetClock


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    return probe.add_to(app)


class TestAnAnonymousCaller:
    @pytest.mark.parametrize("path", ["mine", "signed-in"])
    def test_is_asked_to_sign_in(self, client: TestClient, path: str) -> None:
        answer = client.get(f"/api/v1/probe/{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")
        assert answer.headers["www-authenticate"] == 'Bearer realm="instainstru"'

    def test_may_use_what_is_public(self, client: TestClient) -> None:
        assert client.get("/api/v1/probe/anyone").json() == {"said": "anonymous 1"}
        assert client.get("/api/v1/probe/who").json() == {"said": "anonymous api"}


class TestABadToken:
    @pytest.mark.parametrize("path", ["mine", "signed-in", "anyone", "who"])
    @pytest.mark.parametrize(
        "header", ["Bearer x.y.z", "Bearer ", "Basic abc", "Bearer " + "x" * 9000]
    )
    def test_is_refused_even_where_anyone_may_ask(
        self, client: TestClient, path: str, header: str
    ) -> None:
        answer = client.get(f"/api/v1/probe/{path}", headers={"Authorization": header})
        assert answer.status_code == 401
        assert "www-authenticate" in answer.headers

    def test_has_expired_at_the_very_second(
        self, client: TestClient, student: Headers, clock: SetClock
    ) -> None:
        clock.advance(timedelta(minutes=15) - timedelta(seconds=1))
        assert client.get("/api/v1/probe/mine", headers=student).status_code == 200
        clock.advance(timedelta(seconds=1))
        answer = client.get("/api/v1/probe/mine", headers=student)
        assert (answer.status_code, answer.json()["code"]) == (401, "accounts.token_expired")


class TestASignedInCaller:
    def test_is_known_by_the_token(
        self, client: TestClient, new_user: NewUser, sign_in: SignIn
    ) -> None:
        zoe = new_user(Role.STUDENT)
        answer = client.get("/api/v1/probe/mine", headers=sign_in(zoe))
        assert answer.json() == {"said": zoe}

    def test_costs_one_statement(
        self,
        client: TestClient,
        student: Headers,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with count_statements() as seen:
            assert client.get("/api/v1/probe/mine", headers=student).status_code == 200
        assert len(seen) == 1

    def test_is_out_from_the_next_request_on_once_suspended(
        self, client: TestClient, new_user: NewUser, sign_in: SignIn, runtime: Runtime
    ) -> None:
        zoe = new_user(Role.STUDENT)
        headers = sign_in(zoe)
        with runtime.begin(SYSTEM) as uow:
            uow.session.execute(
                update(User).where(User.id == zoe).values(status=AccountStatus.SUSPENDED)
            )
        answer = client.get("/api/v1/probe/mine", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "accounts.suspended")

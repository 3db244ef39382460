"""A client of the real application, in process, and people who are signed in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.access import service as access_service
from instainstru_core.domains.access.models import RoleGrant
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import policy, service
from instainstru_core.domains.accounts.models import LoginSession, User
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import access
from tests.factories.money import Market, market

Headers: TypeAlias = dict[str, str]
SignIn: TypeAlias = Callable[[str], Headers]


class NewUser(Protocol):
    """Writes a person who holds these roles, and answers with the id."""

    def __call__(self, *roles: Role) -> str: ...


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> Iterator[None]:
    """Tracebacks without the values of variables, which take seconds to print."""
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            plain,
        ]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    return create_app(runtime)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Talks to the application; a bug inside it answers 500 as it would outside."""
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50_000)) as client:
        yield client


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a key that service tokens are signed with."""
    path = tmp_path_factory.mktemp("keys") / "signing.pem"
    path.write_text(access.signing_key("api"))
    return path


@pytest.fixture
def new_user(runtime: Runtime) -> NewUser:
    return lambda *roles: write_user(runtime, *roles)


@pytest.fixture
def sign_in(runtime: Runtime) -> SignIn:
    """The headers of this person, signed in a moment ago."""
    return lambda user_id: headers_for(runtime, user_id)


@pytest.fixture
def student(runtime: Runtime) -> Headers:
    """The headers of some student."""
    return headers_for(runtime, write_user(runtime, Role.STUDENT))


@pytest.fixture
def admin(runtime: Runtime) -> Headers:
    """The headers of some administrator."""
    return headers_for(runtime, write_user(runtime, Role.ADMIN))


def write_user(runtime: Runtime, *roles: Role) -> str:
    with runtime.begin(SYSTEM) as uow:
        user = User(
            id=new_id(),
            email=f"{new_id().lower()}@example.com",
            password_hash="!",
            first_name="Zoe",
            last_name="Moss",
            created_at=uow.now,
        )
        uow.session.add(user)
        uow.session.flush()
        uow.session.add_all(
            RoleGrant(user_id=user.id, role=role, granted_at=uow.now) for role in roles
        )
        return user.id


def headers_for(runtime: Runtime, user_id: str) -> Headers:
    terms = service.terms_of(runtime.settings)
    with runtime.begin(SYSTEM) as uow:
        session = LoginSession(
            id=new_id(),
            user_id=user_id,
            refresh_digest=new_id(),
            created_at=uow.now,
            used_at=uow.now,
            expires_at=uow.now + timedelta(days=7),
        )
        uow.session.add(session)
        token = policy.signed_access_token(
            terms, user_id=user_id, session_id=session.id, token_id=new_id(), now=uow.now
        )
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Shop:
    """A market whose people come through the HTTP door, each signed in at the moment they ask."""

    client: TestClient
    market: Market
    staff_id: str
    stranger_id: str

    def __post_init__(self) -> None:
        self.ids = {
            "student": self.market.student.id or "",
            "instructor": self.market.teacher.id,
            "staff": self.staff_id,
            "stranger": self.stranger_id,
        }

    def headers(self, who: str, key: str | None = None) -> Headers:
        signed_in = headers_for(self.market.runtime, self.ids[who])
        return signed_in if key is None else signed_in | {"Idempotency-Key": key}

    def get(self, path: str, *, by: str) -> Response:
        return self.client.get(f"/api/v1/{path}", headers=self.headers(by))

    def post(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        by: str,
        key: str | None = None,
    ) -> Response:
        return self.client.post(f"/api/v1/{path}", json=body or {}, headers=self.headers(by, key))


@pytest.fixture
def shop(client: TestClient, runtime: Runtime, stripe: Simulator, clock: SetClock) -> Shop:
    """A student with a card, an instructor who can be paid, staff, and somebody else."""
    people = market(runtime, stripe, clock)
    with runtime.begin(SYSTEM) as uow:
        access_service.grant_role(uow, people.student.id or "", Role.STUDENT)
        access_service.grant_role(uow, people.teacher.id, Role.INSTRUCTOR)
    return Shop(client, people, write_user(runtime, Role.ADMIN), write_user(runtime, Role.STUDENT))

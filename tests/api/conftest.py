"""A client of the real application, in process, and people who are signed in."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from instainstru_core.domains.access.models import RoleGrant
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import policy, service
from instainstru_core.domains.accounts.models import LoginSession, User
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.factories import access

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

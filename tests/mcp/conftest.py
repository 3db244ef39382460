"""One database, one world and one server for all tests that only ask."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from instainstru_core import runtime as composition
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock, settings_for
from tests.databases import ServerUrls, clone
from tests.mcp import market_world
from tests.mcp import world as worlds
from tests.mcp.market_world import MarketWorld
from tests.mcp.world import Copilot, World


@pytest.fixture(scope="session")
def signing_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "signing.pem"
    path.write_text(worlds.signing_key())
    return path


@pytest.fixture(scope="session", autouse=True)
def quiet_framework() -> None:
    """Its log lines go to pytest, not to the terminal, and those about each refusal nowhere: to
    write their tracebacks takes longer than the calls.
    """
    framework = logging.getLogger("fastmcp")
    framework.handlers[:] = []
    framework.setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def asked(servers: ServerUrls, signing_key_file: Path) -> Iterator[Runtime]:
    """A runtime with real commits that all tests of a process share."""
    with clone(servers) as database_url:
        known: dict[str, Any] = settings_for(database_url, servers).model_dump() | {
            "DATABASE_URL": database_url,
            "REDIS_URL": servers.redis_url,
            "PROMETHEUS_URL": servers.prometheus_url,
            "oauth_issuer": worlds.ISSUER,
            "oauth_audience": worlds.AUDIENCE,
            "oauth_signing_key_file": signing_key_file,
            "mcp_static_tokens": worlds.static_tokens(),
            "mcp_operators": {"ops": worlds.OPERATOR},
            "mcp_limits": dict.fromkeys(("read", "write", "money", "comms", "refused"), 0),
            "mcp_state_keys": ["a-key-that-seals-the-state-of-a-question"],
        }
        settings = settings_for(database_url, servers)
        settings = type(settings)(**known)
        runtime = composition.build(settings, SetClock())
        yield runtime
        runtime.close()


@pytest.fixture(scope="session")
def world(asked: Runtime) -> World:
    with asked.begin(SYSTEM) as uow:
        return worlds.build(uow)


@pytest.fixture(scope="session")
def url(asked: Runtime, world: World) -> Iterator[str]:
    with worlds.serving(asked) as url:
        yield url


@pytest.fixture(scope="session")
def copilot(url: str) -> Iterator[Copilot]:
    """A copilot that stays connected for all its questions."""
    with Copilot(url).connected() as copilot:
        yield copilot


@pytest.fixture(scope="session")
def lived(servers: ServerUrls, signing_key_file: Path) -> Iterator[MarketWorld]:
    """A market whose money moved, for tests that only ask."""
    with market_world.opened(servers, signing_key_file) as lived:
        yield lived


@pytest.fixture(scope="session")
def desk(lived: MarketWorld) -> Iterator[Copilot]:
    """A copilot that is asked about that market."""
    good = market_world.token(worlds.signing_key())
    with worlds.serving(lived.runtime) as url, Copilot(url, good).connected() as desk:
        yield desk


@pytest.fixture(scope="session")
def staff(url: str) -> Iterator[Copilot]:
    """A copilot that may do everything, for an operator who answers for it."""
    scope = "mcp:read mcp:write mcp:money mcp:comms"
    made = worlds.token(worlds.signing_key(), sub="ops", client_id="ops", scope=scope)
    with Copilot(url, made).connected() as copilot:
        yield copilot

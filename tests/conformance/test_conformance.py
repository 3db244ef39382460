"""The official suite, on the application that the product's own factory builds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from instainstru_core import runtime as composition
from instainstru_core.kernel.settings import Settings
from mcp_server.server import create_app
from tests.conformance import guests, suite
from tests.conftest import SetClock
from tests.mcp import world as worlds
from tests.serving import serving

pytestmark = pytest.mark.conformance

HERE = Path(__file__).parent
COUNTS = {"2025-11-25": 30, "2026-07-28": 37}
"""How many scenarios a revision requires of a server."""

WARNS = {"2025-11-25": {"server-sse-multiple-streams"}, "2026-07-28": set[str]()}
PLAIN = {
    "2025-11-25": {"server-initialize", "ping", "tools-list", "tools-call-image"},
    "2026-07-28": {"server-stateless", "caching", "tools-list", "tools-call-image"},
}
"""Scenarios that a server which is dead, or has none of the tools, cannot pass."""


class WithToken:
    """A proxy before the server that adds the token, as the suite has no word for one."""

    def __init__(self, app: Any, token: str) -> None:
        self.app = app
        self.header = (b"authorization", f"Bearer {token}".encode())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], self.header]}
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    holders = {"mcp_static_tokens": worlds.static_tokens()}
    known = Settings.model_validate(holders).mcp_static_tokens
    runtime = composition.build(
        settings.model_copy(update={"mcp_static_tokens": known}), SetClock()
    )
    app = create_app(runtime, guests=guests.TOOLS, furnish=guests.furnish)
    with serving(WithToken(app, worlds.STATIC)) as address:
        yield address
    runtime.close()


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    try:
        suite.install()
    except suite.SuiteAbsent as absent:
        pytest.skip(str(absent))


@pytest.mark.parametrize("revision", COUNTS)
def test_fails_exactly_where_a_stateless_server_must(
    address: str, revision: str, tmp_path: Path
) -> None:
    assert httpx.get(f"{address}/healthz").status_code == 200
    verdict = suite.run(f"{address.replace('127.0.0.1', 'localhost')}/mcp", revision, tmp_path)
    expected = set(yaml.safe_load((HERE / f"expected_{revision}.yaml").read_text())["server"])
    told = verdict.told[-4_000:]
    assert verdict.failed | verdict.warned == expected, told
    assert verdict.warned == WARNS[revision]
    assert verdict.passed >= PLAIN[revision]
    assert len(verdict.passed) == COUNTS[revision] - len(expected)
    assert verdict.code == 0, told
    assert httpx.get(f"{address}/healthz").status_code == 200

"""The processes that the terminal runs, and what it asks of them: tokens and tools."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt
import pytest

from instainstru_core import runtime as composition
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.schemas import RegisterClient
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import SYSTEM
from tests.cli.conftest import Terminal
from tests.conftest import settings_for
from tests.databases import ROOT, ServerUrls, clone
from tests.factories.access import signing_key
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.processes import free_port, get


@dataclass(frozen=True, slots=True)
class Served:
    """The API and the MCP server as processes, and a terminal that knows them."""

    terminal: Terminal
    client_id: str
    secret: str

    @property
    def credentials(self) -> tuple[str, ...]:
        return ("--client-id", self.client_id, "--client-secret", self.secret)


@contextmanager
def serving(
    role: str, terminal: Terminal, port: int, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`instainstru serve` of this role; it must end well when it is told to, which is with 0 but
    for the MCP server, whose library ends by the signal itself.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.app", "serve", role, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **terminal.environment, **variables},
    )
    with process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == (-signal.SIGTERM if role == "mcp" else 0)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def served(servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    key = tmp_path_factory.mktemp("keys") / "signing.pem"
    key.write_text(signing_key("cli"))
    api, mcp = free_port(), free_port()
    address = f"http://127.0.0.1:{api}"
    with clone(servers) as url:
        settings = settings_for(url, servers)
        runtime = composition.build(settings)
        with runtime.begin(SYSTEM) as uow:
            command = RegisterClient(name="Terminal tests", scopes=[Scope.MCP_READ])
            registered = access.register_client(uow, command)
        runtime.close()
        extra = {
            "INSTAINSTRU_API_URL": address,
            "INSTAINSTRU_MCP_URL": f"http://127.0.0.1:{mcp}",
            "INSTAINSTRU_OAUTH_ISSUER": address,
            "INSTAINSTRU_OAUTH_JWKS_URL": f"{address}/oauth2/jwks",
            "INSTAINSTRU_OAUTH_SIGNING_KEY_FILE": str(key),
            "INSTAINSTRU_DEMO_CLIENT_ID": registered.client_id,
            "INSTAINSTRU_DEMO_CLIENT_SECRET": registered.client_secret,
        }
        terminal = Terminal(settings, extra)
        with serving("api", terminal, api) as one, serving("mcp", terminal, mcp) as two:
            assert get(one, api, "/api/v1/health").status_code == 200
            assert get(two, mcp, "/healthz").status_code == 200
            yield Served(terminal, registered.client_id, registered.client_secret)


class TestToken:
    def test_is_a_jwt_for_the_client(self, served: Served) -> None:
        done = served.terminal("token", *served.credentials)
        assert done.code == 0, done.err
        claims = jwt.decode(done.out.strip(), options={"verify_signature": False})
        assert claims["client_id"] == served.client_id
        assert claims["scope"] == "mcp:read"

    def test_is_the_demos_without_a_name(self, served: Served) -> None:
        done = served.terminal("token", "--json").json
        assert done["token_type"] == "Bearer"
        found = served.terminal("token", "decode", done["access_token"], "--json").json
        assert found["claims"]["client_id"] == served.client_id
        assert found["header"]["alg"] == "RS256"
        shown = served.terminal("token", "decode", typed=done["access_token"] + "\n")
        assert "UTC)" in shown.out

    def test_a_wrong_secret_is_refused(self, served: Served) -> None:
        refused = served.terminal(
            "token", "--client-id", served.client_id, "--client-secret", "wrong", "--json"
        )
        assert refused.code == 1
        assert refused.problem["code"] == "token.refused"
        assert refused.problem["facts"]["error"] == "invalid_client"

    def test_a_scope_beyond_the_clients_is_refused(self, served: Served) -> None:
        refused = served.terminal("token", *served.credentials, "--scope", "mcp:write", "--json")
        assert refused.code == 1
        assert refused.problem["facts"]["error"] == "invalid_scope"

    def test_an_issuer_that_is_not_there_is_unavailable(self, served: Served) -> None:
        refused = served.terminal(
            "token", *served.credentials, "--url", "http://127.0.0.1:1/oauth2/token", "--json"
        )
        assert refused.code == 3
        assert refused.problem["code"] == "token.issuer_unreachable"

    def test_what_is_no_token_is_refused(self, served: Served) -> None:
        refused = served.terminal("token", "decode", "nonsense", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "token.unreadable")


class TestMcp:
    def test_lists_the_tools_that_the_token_may_use(self, served: Served) -> None:
        found = served.terminal("mcp", "tools", "--json").json
        assert "instainstru_bookings_summary" in {tool["name"] for tool in found}
        assert all(tool["inputSchema"]["type"] == "object" for tool in found)

    def test_calls_a_tool_with_arguments(self, served: Served) -> None:
        done = served.terminal("mcp", "call", "bookings_recent", "window=7d", "limit:=3", "--json")
        assert done.code == 0, done.err
        assert done.json["data"]["bookings"] == []
        same = served.terminal(
            "mcp", "call", "instainstru_bookings_recent", "--args", '{"window": "7d"}'
        )
        assert '"bookings": []' in same.out
        named = ("--arg", "window=7d", "--arg", "limit:=3")
        again = served.terminal("mcp", "call", "bookings_recent", *named, "--json")
        assert again.json["data"]["bookings"] == []

    def test_a_refusal_of_the_tool_is_one_of_ours(self, served: Served) -> None:
        refused = served.terminal("mcp", "call", "bookings_recent", "window=nonsense", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "mcp.refused")

    @pytest.mark.parametrize(
        "given", [["window"], ["limit:=many"], ["--args", "[]"], ["--arg", "window"]]
    )
    def test_arguments_that_cannot_be_read_are_refused(
        self, served: Served, given: list[str]
    ) -> None:
        refused = served.terminal("mcp", "call", "bookings_recent", *given, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "mcp.bad_argument")

    def test_a_token_that_does_not_hold_is_refused(self, served: Served) -> None:
        refused = served.terminal("mcp", "tools", "--token", "x" * 40, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "mcp.token_refused")

    def test_a_server_that_is_not_there_is_unavailable(self, served: Served) -> None:
        refused = served.terminal(
            "mcp", "tools", "--token", "x" * 40, "--url", "http://127.0.0.1:1", "--json"
        )
        assert (refused.code, refused.problem["code"]) == (3, "mcp.unreachable")

    @pytest.mark.parametrize("client", ["claude", "chatgpt", "vscode", "cursor"])
    def test_prints_what_connects_a_client(self, served: Served, client: str) -> None:
        made = served.terminal(
            "mcp", "config", client, "--token", "t0ken", "--url", "https://mcp.example", "--json"
        ).json
        assert made["endpoint"] == "https://mcp.example/mcp"
        assert made["endpoint"] in made["configuration"]
        assert ("t0ken" in made["configuration"]) == (client != "chatgpt")

    def test_prints_what_the_client_itself_reads(self, served: Served) -> None:
        given = ("--token", "t0ken", "--url", "https://mcp.example")
        server = {
            "url": "https://mcp.example/mcp",
            "headers": {"Authorization": "Bearer t0ken"},
        }
        made = served.terminal("mcp", "config", "cursor", *given).json
        assert made == {"mcpServers": {"instainstru": server}}
        signing_in = ("--login", "--url", "https://mcp.example")
        made = served.terminal("mcp", "config", "cursor", *signing_in).json
        assert made == {"mcpServers": {"instainstru": {"url": "https://mcp.example/mcp"}}}
        made = served.terminal("mcp", "config", "claude", *signing_in).out
        assert made == "claude mcp add --transport http instainstru https://mcp.example/mcp\n"
        made = served.terminal("mcp", "config", "vscode", *given).json
        assert made == {"servers": {"instainstru": {"type": "http", **server}}}


class TestServe:
    def test_a_port_in_use_is_refused_with_advice(self, served: Served) -> None:
        port = str(httpx.URL(served.terminal.extra["INSTAINSTRU_API_URL"]).port)
        refused = served.terminal("serve", "exporter", "--port", port)
        assert refused.code == 1
        assert "choose another with --port" in refused.err

    @pytest.mark.parametrize("role", ["api", "mcp", "worker"])
    def test_a_database_of_another_tier_is_refused(self, served: Served, role: str) -> None:
        refused = served.terminal.serve(role, INSTAINSTRU_TIER="PROD")
        assert refused.code == 1
        assert "[database.protected]" in refused.err

    def test_the_api_is_ready_and_shows_what_it_takes(self, served: Served) -> None:
        address = served.terminal.extra["INSTAINSTRU_API_URL"]
        assert httpx.get(f"{address}/api/v1/ready").json() == {"status": "ready"}
        answer = httpx.get(f"{address}/metrics")
        assert "process_resident_memory_bytes" in answer.text
        assert "server" not in answer.headers

    def test_the_exporter_serves_its_figures(self, served: Served) -> None:
        port = free_port()
        with serving("exporter", served.terminal, port) as process:
            answer = get(process, port, "/metrics")
            assert "instainstru_exporter_database_up 1.0" in answer.text
            assert "process_start_time_seconds" in answer.text

    def test_the_worker_adds_up_the_figures_of_its_children(
        self, served: Served, tmp_path: Path
    ) -> None:
        port = free_port()
        with serving("worker", served.terminal, port, TMPDIR=str(tmp_path)) as process:
            assert get(process, port, "/metrics").status_code == 200
            (folder,) = tmp_path.glob("instainstru-metrics-*")
            wait_until(lambda: any(folder.glob("*.db")))
        assert list(tmp_path.iterdir()) == []

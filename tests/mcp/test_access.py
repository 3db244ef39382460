"""Who gets in, what they see, and what they hear when they do not."""

import asyncio
import json
import socket
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import anyio.to_thread
import httpx
import jwt
import pytest

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.policy import key_id
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from mcp_server import auth
from mcp_server.envelope import Answer, Source
from mcp_server.registry import declared
from mcp_server.tool import Call, writes
from tests.conftest import SetClock
from tests.factories import access as clients
from tests.mcp import world as worlds
from tests.mcp.world import MORNING, Copilot, World, token

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/list",
    "params": {},
}
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-11-25",
}


def post(url: str, bearer: str | None, **headers: str) -> httpx.Response:
    given = {**HEADERS, **headers}
    if bearer is not None:
        given["Authorization"] = f"Bearer {bearer}"
    return httpx.post(f"{url}/mcp", json=INITIALIZE, headers=given)


def unsigned() -> str:
    """A token that claims to need no signature."""
    _, body, _ = token(worlds.signing_key()).split(".")
    head = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{body}."


def symmetric() -> str:
    """A token signed with the public key as if it were a shared secret."""
    claims = jwt.decode(token(worlds.signing_key()), options={"verify_signature": False})
    return jwt.encode(claims, "any-secret-of-at-least-thirty-two-bytes", "HS256")


class TestWithoutAToken:
    def test_is_told_where_to_get_one(self, url: str) -> None:
        answer = post(url, None)
        assert answer.status_code == 401
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('Bearer scope="mcp:read", resource_metadata="')
        assert challenge.endswith('/.well-known/oauth-protected-resource/mcp"')

    @pytest.mark.parametrize("path", ["", "/mcp"])
    def test_finds_the_discovery_document(self, url: str, path: str) -> None:
        answer = httpx.get(f"{url}/.well-known/oauth-protected-resource{path}")
        assert answer.status_code == 200
        document = answer.json()
        assert document["resource"].endswith("/mcp")
        assert document["authorization_servers"] == [f"{worlds.ISSUER}/"]
        assert document["scopes_supported"] == [
            "mcp:read",
            "mcp:write",
            "mcp:money",
            "mcp:comms",
        ]
        assert document["bearer_methods_supported"] == ["header"]

    def test_lists_nothing(self, url: str) -> None:
        assert post(url, None).content == b""


class TestJwt:
    def test_of_the_issuer_gets_in(self, url: str) -> None:
        copilot = Copilot(url, token(worlds.signing_key()))
        assert copilot.ask("bookings_summary")["data"]["lessons"] == 4

    def test_issued_by_client_credentials_gets_in(self, asked: Runtime, url: str) -> None:
        issuer = access.issuer_of(asked.settings)
        with asked.begin(SYSTEM) as uow:
            client = clients.client(uow)
            issued = access.issue_token(
                uow,
                client_id=client.client_id,
                client_secret=client.client_secret,
                scope="mcp:read",
                issuer=issuer.url,
                audience=issuer.audience,
                signing_key=issuer.signing_key,
                ttl=timedelta(minutes=5),
            )
        names = [tool.name for tool in Copilot(url, issued.access_token).tools()]
        assert names == worlds.listed("mcp:read")

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": int(MORNING.timestamp())},
            {"exp": int(MORNING.timestamp()) - 60},
            {"exp": "tomorrow"},
            {"aud": "another-service"},
            {"aud": []},
            {"iss": "https://someone-else.test"},
            {"iat": int(MORNING.timestamp()) + 120},
            {"nbf": int(MORNING.timestamp()) + 120},
            {"drop": "exp"},
            {"drop": "aud"},
            {"drop": "iss"},
            {"drop": "sub"},
            {"drop": "iat"},
        ],
    )
    def test_that_does_not_hold_is_refused(self, url: str, changes: dict[str, Any]) -> None:
        answer = post(url, token(worlds.signing_key(), **changes))
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert "resource_metadata=" in answer.headers["www-authenticate"]

    def test_of_our_issuer_holds_however_its_address_ends(self, url: str) -> None:
        for issuer, status in ((worlds.ISSUER + "/", 200), (worlds.ISSUER + "//", 401)):
            made = token(worlds.signing_key(), iss=issuer)
            assert post(url, made).status_code == status

    def test_holds_until_the_second_it_expires(self, url: str) -> None:
        last = token(worlds.signing_key(), exp=int(MORNING.timestamp()) + 1)
        assert post(url, last).status_code == 200

    def test_of_another_key_is_refused(self, url: str) -> None:
        assert post(url, token(clients.signing_key("stranger"))).status_code == 401

    @pytest.mark.parametrize("made", [unsigned, symmetric])
    def test_without_our_kind_of_signature_is_refused(self, url: str, made: Any) -> None:
        assert post(url, made()).status_code == 401

    @pytest.mark.parametrize("nonsense", ["x", "a.b.c", "." * 2, "x" * 20_000, "%00", "é" * 40])
    def test_of_nonsense_is_refused(self, url: str, nonsense: str) -> None:
        headers = {**HEADERS, "Authorization": f"Bearer {nonsense}".encode()}
        answer = httpx.post(f"{url}/mcp", json=INITIALIZE, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401

    @pytest.mark.parametrize("scope", ["", "mcp:write", "openid", None, ["mcp:read"]])
    def test_without_the_scope_is_forbidden(self, url: str, scope: Any) -> None:
        answer = post(url, token(worlds.signing_key(), scope=scope))
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
        assert 'scope="mcp:read"' in answer.headers["www-authenticate"]


class TestASignatureThatHeld:
    """It is not computed again; all else about its token is judged each time."""

    @pytest.fixture
    def keys(self) -> auth.LocalKeys:
        return auth.LocalKeys(auth.keys_of(access.jwks(worlds.signing_key())))

    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def strict(self, asked: Runtime, keys: auth.LocalKeys, clock: SetClock) -> auth.StrictJwt:
        return auth.StrictJwt(keys, asked.settings, clock)

    def judged(self, strict: auth.StrictJwt, bearer: str) -> bool:
        async def judging() -> bool:
            return await strict.verify_token(bearer) is not None

        return bool(worlds.run(judging()))

    def test_is_known_by_the_whole_token(self, strict: auth.StrictJwt) -> None:
        good = token(worlds.signing_key())
        assert [self.judged(strict, good) for _ in range(3)] == [True] * 3
        assert len(strict.signed) == 1
        head, body, signature = good.split(".")
        swapped = "A" if signature[0] != "A" else "B"
        assert not self.judged(strict, f"{head}.{body}.{swapped}{signature[1:]}")
        assert len(strict.signed) == 1

    def test_does_not_outlive_its_token(self, strict: auth.StrictJwt, clock: SetClock) -> None:
        good = token(worlds.signing_key())
        assert self.judged(strict, good)
        clock.now = MORNING + timedelta(seconds=3_599)
        assert self.judged(strict, good)
        clock.now = MORNING + timedelta(seconds=3_600)
        assert not self.judged(strict, good)

    def test_does_not_outlive_its_key(self, strict: auth.StrictJwt, keys: auth.LocalKeys) -> None:
        good = token(worlds.signing_key())
        assert self.judged(strict, good)
        name, key = keys.known.popitem()
        assert not self.judged(strict, good)
        (other,) = auth.keys_of(access.jwks(clients.signing_key("stranger"))).values()
        keys.known[name] = other
        assert not self.judged(strict, good)
        keys.known[name] = key
        assert self.judged(strict, good)

    def test_is_kept_of_so_many_tokens_and_no_more(
        self, strict: auth.StrictJwt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(auth, "MOST_SIGNED", 2)
        for number in range(5):
            assert self.judged(strict, token(worlds.signing_key(), jti=str(number)))
            assert len(strict.signed) <= 2


class TestStaticToken:
    def test_gets_in_until_it_ends(self, url: str) -> None:
        assert post(url, worlds.STATIC).status_code == 200
        assert post(url, worlds.ENDED).status_code == 401

    def test_without_an_end_is_refused(self, url: str) -> None:
        assert post(url, worlds.ENDLESS).status_code == 401

    @pytest.mark.parametrize("given", [worlds.STATIC[:-1], worlds.STATIC + "x"])
    def test_must_be_the_whole_token(self, url: str, given: str) -> None:
        assert post(url, given).status_code == 401

    @pytest.mark.parametrize("given", [b"Bearer ", b"Bearer", b"Bearer  \t", b""])
    def test_is_not_the_empty_token(self, url: str, given: bytes) -> None:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                b"Connection: close\r\nAuthorization: " + given + b"\r\n\r\n{}"
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


@writes("Close the shop", destructive=True)
def close_shop(call: Call) -> Answer[worlds.Nothing]:
    """Close the shop, for these tests only."""
    with call.begin() as uow:
        return Answer(
            data=worlds.Nothing(),
            as_of=uow.now,
            source=Source.DATABASE,
            currency=None,
            window=None,
            truncated=False,
            total=None,
            next_cursor=None,
            warnings=[],
            next_actions=[],
        )


@pytest.fixture(scope="module")
def mixed(asked: Runtime, world: World) -> Iterator[str]:
    """A server that has a tool that writes, too."""
    with worlds.serving(asked, [*declared(), close_shop]) as url:
        yield url


class TestScopes:
    def test_hide_what_they_do_not_allow(self, mixed: str) -> None:
        reader = Copilot(mixed, token(worlds.signing_key()))
        assert [tool.name for tool in reader.tools()] == worlds.listed("mcp:read")

    def test_show_what_they_allow(self, mixed: str) -> None:
        writer = Copilot(mixed, token(worlds.signing_key(), scope="mcp:read mcp:write"))
        assert [tool.name for tool in writer.tools()][-3] == "instainstru_close_shop"
        assert writer.ask("close_shop")["data"] == {}

    def test_show_each_their_own_whoever_asked_before(self, mixed: str) -> None:
        """A listing is kept, and only for those who may use the same tools."""
        key = worlds.signing_key()
        reader = token(key)
        writer = token(key, scope="mcp:read mcp:write")
        money = token(key, scope="mcp:read mcp:write mcp:money")
        operator = token(key, scope="mcp:read mcp:write mcp:money", client_id="ops")
        for mode in ("legacy", "2026-07-28"):
            seen = [
                [tool.model_dump() for tool in Copilot(mixed, bearer, mode).tools()]
                for bearer in (reader, writer, money, operator) * 2
            ]
            assert seen[:4] == seen[4:]
            assert len(seen[0]) < len(seen[1])
            assert seen[1] == seen[2]  # nobody answers for this client's money
            assert len(seen[2]) < len(seen[3])

    def test_show_nothing_to_a_listing_that_is_none(self, url: str) -> None:
        for params in ({"_meta": 5}, {"cursor": 5}, []):
            for _ in range(2):
                assert post(url, token(worlds.signing_key())).json()["result"]["tools"]
                asked = {**INITIALIZE, "params": params}
                bearer = {"Authorization": f"Bearer {token(worlds.signing_key())}"}
                answer = httpx.post(f"{url}/mcp", json=asked, headers={**HEADERS, **bearer})
                assert answer.json()["error"]["code"] == -32602, params

    def test_refuse_what_they_do_not_allow(self, mixed: str) -> None:
        reader = Copilot(mixed, token(worlds.signing_key()))
        error = reader.refused("close_shop")
        assert error["code"] == "access.scope_missing"
        assert error["facts"] == {"scope": Scope.MCP_WRITE.value}


@dataclass
class Issuer:
    """An issuer whose keys can be read over HTTP, rotated and taken away."""

    url: str
    key: str = field(default_factory=worlds.signing_key)
    asked: int = 0
    says: Any = None
    gate: threading.Event = field(default_factory=threading.Event)
    visited: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked += 1
            known.visited.set()
            known.gate.wait(worlds.PATIENCE_SECONDS)
            body = json.dumps(known.says or access.jwks(known.key)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        known = Issuer(f"http://127.0.0.1:{server.server_port}/jwks")
        known.gate.set()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield known
        known.gate.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def remote(asked: Runtime, world: World) -> Callable[..., AbstractContextManager[str]]:
    """A server that reads its issuer's keys from an address."""

    def serving(url: str, **changes: Any) -> AbstractContextManager[str]:
        settings = asked.settings.model_copy(update={"oauth_jwks_url": url, **changes})
        return worlds.serving(replace(asked, settings=settings))

    return serving


Remote = Callable[..., AbstractContextManager[str]]


class TestRemoteKeys:
    def test_are_read_once(self, remote: Remote, issuer: Issuer) -> None:
        with remote(issuer.url) as url:
            for _ in range(3):
                assert post(url, token(issuer.key)).status_code == 200
        assert issuer.asked == 1

    def test_are_not_read_again_for_each_unknown_key(self, remote: Remote, issuer: Issuer) -> None:
        with remote(issuer.url) as url:
            stranger = token(clients.signing_key("stranger"))
            assert [post(url, stranger).status_code for _ in range(4)] == [401] * 4
            assert post(url, token(issuer.key)).status_code == 200
        assert issuer.asked == 1

    def test_follow_a_rotation(self, issuer: Issuer) -> None:
        keys = auth.RemoteKeys(issuer.url, refetch_seconds=0)
        old, new = key_id(issuer.key), key_id(clients.signing_key("stranger"))

        async def before_and_after() -> list[bool]:
            first = await keys.key(old), await keys.key(new)
            issuer.key = clients.signing_key("stranger")
            second = await keys.key(new), await keys.key(old)
            return [found is not None for found in (*first, *second)]

        assert worlds.run(before_and_after()) == [True, False, True, False]

    def test_that_are_known_do_not_wait_for_one_that_is_not(self, issuer: Issuer) -> None:
        keys = auth.RemoteKeys(issuer.url, refetch_seconds=0)

        async def known_while_another_is_looked_for() -> bool:
            await keys.key(key_id(issuer.key))
            issuer.gate.clear()
            issuer.visited.clear()
            looking = asyncio.create_task(keys.key("made-up"))
            await anyio.to_thread.run_sync(issuer.visited.wait)
            with anyio.fail_after(worlds.PATIENCE_SECONDS / 20):
                found = await keys.key(key_id(issuer.key))
            issuer.gate.set()
            return found is not None and await looking is None

        assert worlds.run(known_while_another_is_looked_for())

    @pytest.mark.parametrize("nonsense", [[1], {"keys": [1]}, {"keys": 1}, "keys"])
    def test_that_are_none_do_not_make_a_token_wrong(
        self, remote: Remote, issuer: Issuer, nonsense: Any
    ) -> None:
        issuer.says = nonsense
        with remote(issuer.url) as url:
            assert post(url, token(issuer.key)).status_code == 503

    def test_that_cannot_be_read_do_not_make_a_token_wrong(self, remote: Remote) -> None:
        with remote("http://127.0.0.1:9/jwks") as url:
            for _ in range(2):
                answer = post(url, token(worlds.signing_key()))
                assert answer.status_code == 503
                assert answer.headers["retry-after"] == "30"
                assert answer.json()["error"] == "temporarily_unavailable"
            assert post(url, None).status_code == 401
            assert post(url, worlds.STATIC).status_code == 200

    def test_of_an_issuer_with_many_tenants_open_for_ours_only(
        self, remote: Remote, issuer: Issuer
    ) -> None:
        with remote(issuer.url, oauth_allowed_orgs=["org_ours"]) as url:
            assert post(url, token(issuer.key, org_id="org_ours")).status_code == 200
            assert post(url, token(issuer.key, org_id="org_other")).status_code == 401
            assert post(url, token(issuer.key)).status_code == 401

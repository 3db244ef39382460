"""A small marketplace whose figures can be worked out by hand, and a copilot that asks about it.

The clock says Monday, June 15th 2026, 10:00 in New York. All lessons are at 120 dollars an hour,
taught at the ENTRY tier: the student pays 12 percent more, the instructor is paid 15 percent less.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

import jwt
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastmcp import Client
from fastmcp.client.client import CallToolResult
from fastmcp.client.transports import StreamableHttpTransport
from jsonschema import Draft202012Validator
from mcp.types import Tool
from pydantic import BaseModel

from instainstru_core.domains.access.policy import key_id
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.search.models import SearchClick, SearchQuery
from instainstru_core.domains.search.types import ClickAction
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from mcp_server.registry import declared
from mcp_server.server import create_app
from tests.factories import access, instructors
from tests.factories.bookings import booking
from tests.factories.instructors import LiveInstructor
from tests.patience import PATIENCE_SECONDS
from tests.serving import serving as served

ISSUER = "https://issuer.test"
AUDIENCE = "instainstru-mcp"
OPERATOR = "Ada Rook"
STATIC = "a-static-token-of-more-than-32-characters"
ENDED = "a-static-token-that-is-no-longer-accepted"
ENDLESS = "a-static-token-that-was-given-without-end"
MORNING = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)

Answered = TypeVar("Answered")


class Nothing(BaseModel):
    """Data without any field."""


@dataclass(frozen=True, slots=True)
class World:
    """Who and what there is."""

    maya: LiveInstructor
    ana: LiveInstructor
    ben: str
    jonas: str
    lena: str
    booked: dict[str, str]


def build(uow: Uow) -> World:
    """Two live instructors, one without a lesson on offer, two students, six bookings."""
    maya = instructors.live_instructor(uow, first_name="Maya", last_name="Okafor", founding=True)
    ana = instructors.live_instructor(
        uow, first_name="Ana", last_name="Ruiz", service="test-oboe", area_keys=()
    )
    ben = instructors.profile(uow, first_name="Ben", last_name="Cole")
    jonas = instructors.person(
        uow,
        first_name="Jonas",
        last_name="Lind",
        email="jonas@example.org",
        phone="+12125550188",
    )
    lena = instructors.person(uow, first_name="Lena", last_name="Lindqvist", phone=None)
    made = uow.now - timedelta(hours=2)
    early = uow.now - timedelta(days=9)

    def lesson(
        name: str, start: datetime, status: BookingStatus, minutes: int = 60, **changes: Any
    ) -> tuple[str, str]:
        return name, booking(uow, starts_at=start, status=status, minutes=minutes, **changes).id

    hour = timedelta(hours=1)
    booked = dict(
        [
            # June 14th: the last minutes before midnight in New York.
            lesson(
                "late_sunday",
                MIDNIGHT - hour / 2,
                BookingStatus.COMPLETED,
                teacher=ana,
                student_id=lena,
                created_at=early,
            ),
            # June 15th: from midnight on.
            lesson(
                "first_monday",
                MIDNIGHT,
                BookingStatus.COMPLETED,
                30,
                teacher=maya,
                student_id=lena,
                created_at=early,
            ),
            lesson(
                "evening",
                MORNING + 8 * hour,
                BookingStatus.CONFIRMED,
                teacher=maya,
                student_id=jonas,
                created_at=made,
            ),
            lesson(
                "cancelled",
                MORNING + 3 * hour,
                BookingStatus.CANCELLED,
                90,
                teacher=ana,
                student_id=jonas,
                created_at=made - hour,
            ),
            lesson(
                "last_minutes",
                MIDNIGHT + 24 * hour - hour / 2,
                BookingStatus.CONFIRMED,
                90,
                teacher=ana,
                student_id=lena,
                created_at=made + hour,
            ),
            # June 16th.
            lesson(
                "tuesday",
                MIDNIGHT + 24 * hour,
                BookingStatus.CONFIRMED,
                teacher=maya,
                student_id=jonas,
                created_at=early,
            ),
        ]
    )
    _search(uow, maya)
    return World(maya=maya, ana=ana, ben=ben, jonas=jonas, lena=lena, booked=booked)


def _search(uow: Uow, maya: LiveInstructor) -> None:
    """Ten searches in the last 30 days: 4 theremin (1 booked), 3 zither and 2 unicycle in vain,
    1 oboe; and one that is older. Each is another guest's.
    """
    days = timedelta(days=1)
    texts = [("zither", 0, 3)] * 3 + [("unicycle", 0, 4)] * 2 + [("oboe", 1, 5)]
    every = [("theremin", 3, 40), *texts, *[("theremin", 3, 2)] * 4]
    for number, (text, results, ago) in enumerate(every):
        row = SearchQuery(
            id=new_id(),
            at=uow.now - ago * days,
            user_id=None,
            person=f"g{number}",
            text=text.title(),
            normalized_text=text,
            service_id=maya.service_id if text == "theremin" else None,
            area_key=None,
            result_count=results,
            took_ms=4,
        )
        uow.session.add(row)
        uow.session.flush()
    uow.session.add_all(
        SearchClick(
            id=new_id(),
            search_id=row.id,
            instructor_id=maya.id,
            action=action,
            position=1,
            at=row.at,
            person=row.person,
        )
        for action in (ClickAction.VIEW, ClickAction.BOOK)
    )
    uow.session.flush()


def _checked_once() -> None:
    """Have a client check each schema of an answer once, not once for each connection: it takes
    longer than all the rest of a call.
    """
    usual = Draft202012Validator.check_schema
    good: set[str] = set()

    def check(schema: Any, *rest: Any, **more: Any) -> None:
        known = json.dumps(schema, sort_keys=True)
        if known not in good:
            usual(schema, *rest, **more)
            good.add(known)

    Draft202012Validator.check_schema = check  # type: ignore[method-assign]


_checked_once()


@dataclass(frozen=True, slots=True)
class Copilot:
    """A real MCP client over streamable HTTP. Unless it stays connected, it connects each time."""

    url: str
    token: str = STATIC
    mode: Any = "auto"
    connection: tuple[BlockingPortal, Client[Any]] | None = None

    @contextmanager
    def connected(self) -> Generator["Copilot"]:
        """The same client, which connects once for all questions."""
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(self._client()) as client,
        ):
            yield replace(self, connection=(portal, client))

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer. The text says the same."""
        answer = self.call(tool, arguments)
        assert not answer.is_error, answer.content
        structured = answer.structured_content
        assert structured is not None
        assert json.loads(answer.content[0].text) == structured
        return structured

    def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a refusal says."""
        answer = self.call(tool, arguments)
        assert answer.is_error
        assert answer.structured_content is None
        found: dict[str, Any] = json.loads(answer.content[0].text)["error"]
        return found

    def call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        return self.calls([(tool, arguments)])[0]

    def calls(self, questions: Sequence[tuple[str, dict[str, Any]]]) -> list[CallToolResult]:
        """The answers to several questions over one connection."""

        async def calling(client: Client[Any]) -> list[CallToolResult]:
            return [
                await client.call_tool(named(tool), arguments, raise_on_error=False)
                for tool, arguments in questions
            ]

        return self._with_client(calling)

    def tools(self) -> list[Tool]:
        async def listing(client: Client[Any]) -> list[Tool]:
            return await client.list_tools()

        return self._with_client(listing)

    def protocol(self) -> str:
        async def asking(client: Client[Any]) -> str:
            await client.list_tools()
            return str(client.session.protocol_version)

        return self._with_client(asking)

    def _client(self) -> Client[Any]:
        transport = StreamableHttpTransport(f"{self.url}/mcp", auth=self.token)
        return Client(transport, mode=self.mode, timeout=PATIENCE_SECONDS)

    def _with_client(
        self, question: Callable[[Client[Any]], Coroutine[Any, Any, Answered]]
    ) -> Answered:
        if self.connection is not None:
            portal, client = self.connection
            return portal.call(question, client)

        async def asking() -> Answered:
            async with self._client() as client:
                return await question(client)

        return run(asking())


def named(tool: str) -> str:
    plain = tool.startswith("instainstru_") or tool in {"search_tools", "call_tool"}
    return tool if plain else f"instainstru_{tool}"


def listed(*scopes: str) -> list[str]:
    """The names of the tools that a client with these scopes is shown, in order."""
    direct = [tool.name for tool in declared() if tool.direct and tool.scope in scopes]
    return [*direct, "search_tools", "call_tool"]


def run(coroutine: Coroutine[Any, Any, Answered]) -> Answered:
    return asyncio.run(coroutine)


def token(signing_key: str, *, at: datetime = MORNING, drop: str = "", **changes: Any) -> str:
    """A JWT as the issuer makes them, with these claims changed or one left out."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "copilot",
        "client_id": "copilot",
        "scope": "mcp:read",
        "iat": int(at.timestamp()),
        "exp": int(at.timestamp()) + 3_600,
        **changes,
    }
    claims.pop(drop, None)
    return jwt.encode(
        claims, access.loaded(signing_key), "RS256", headers={"kid": key_id(signing_key)}
    )


def static_tokens() -> dict[str, dict[str, Any]]:
    """Three holders: one whose token holds, one whose token ended, one without an end."""
    ends = {
        STATIC: MORNING + timedelta(days=1),
        ENDED: MORNING,
        ENDLESS: None,
    }
    return {
        sha256(secret.encode()).hexdigest(): {
            "client_id": "desk-copilot",
            "scopes": ["mcp:read"],
            "expires_at": end,
        }
        for secret, end in ends.items()
    }


def serving(runtime: Runtime, tools: Any = None) -> AbstractContextManager[str]:
    """The MCP server with all tools, or with these."""
    return served(create_app(runtime, tools))


def now() -> datetime:
    return datetime.now(UTC)


def signing_key() -> str:
    return access.signing_key("mcp")

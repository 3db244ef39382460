"""One call of a tool: read the arguments, do the work, fit the answer, write down what was done.

All of it happens on one worker thread, so that the event loop only passes messages.
"""

import base64
import hashlib
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

import anyio
from fastmcp.exceptions import ToolError
from fastmcp.tools import ToolResult
from mcp.types import CallToolResult, ContentBlock, ImageContent, TextContent
from pydantic_core import from_json, to_json

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.confirmations import service as confirmations
from instainstru_core.domains.confirmations.errors import ConfirmationDeclined
from instainstru_core.domains.confirmations.schemas import ConfirmationView
from instainstru_core.kernel.authority import Actor, ActorKind
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from mcp_server import auth, errors, metrics
from mcp_server.charts import Picture
from mcp_server.clients import Clients
from mcp_server.detail import summarized, wants_summary
from mcp_server.errors import AnswerTooLarge
from mcp_server.lean import DETAIL
from mcp_server.limits import Limits, TooManyCalls
from mcp_server.tool import CONFIRM_TOKEN, PREFIX, AnyAnswer, Call, Tool

BUDGET_BYTES = 40_000
QUIETLY = 20  # the level at which the framework logs an expected refusal: info

_log = logger(__name__)


@dataclass(slots=True)
class Record:
    """How a call went, for the audit trail and the metrics."""

    tool: str
    started: float
    actor: Actor
    outcome: Outcome = Outcome.SUCCESS
    code: str | None = None
    size: int = 0
    took: float | None = None
    is_written: bool = False
    picture: Picture | None = None

    def taken(self) -> float:
        """Seconds from the start until this was asked for the first time."""
        if self.took is None:
            self.took = time.perf_counter() - self.started
        return self.took


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes the calls of one server."""

    runtime: Runtime
    limits: Limits = field(init=False)
    clients: Clients = field(init=False)
    turns: dict[bool, anyio.CapacityLimiter] = field(
        default_factory=dict[bool, anyio.CapacityLimiter]
    )

    def __post_init__(self) -> None:
        limits = Limits.of(self.runtime.settings, self.runtime.limiter)
        object.__setattr__(self, "limits", limits)
        object.__setattr__(self, "clients", Clients(self.runtime))

    def make(self, tool: Tool, arguments: dict[str, Any], actor: Actor) -> ToolResult:
        """The answer of the tool. Raises ToolError in words for the model."""
        with self._recorded(tool, arguments, actor) as record:
            record.actor = self._resolved(actor)
            self.limits.count(record.actor, tool)
            encoded = self._accounted(tool, arguments, record.actor, record)
        return _Known.of(encoded, record.picture)

    def shown(self, tool: Tool, arguments: dict[str, Any], actor: Actor) -> ConfirmationView | None:
        """What a call of this tool would confirm; None where it was done before.

        Only refusals are recorded: the call itself is made later.
        """
        with self._recorded(tool, arguments, actor, quietly=True) as record:
            record.actor = self._resolved(actor)
            token = tool.read(arguments)[CONFIRM_TOKEN]
            with self.runtime.begin(record.actor) as uow:
                found = confirmations.look(uow, token, action=tool.name.removeprefix(PREFIX))
        return None if found.is_done else found

    def decline(self, tool: Tool, arguments: dict[str, Any], actor: Actor) -> None:
        """Discard what a call of this tool would confirm. Raises ToolError in any case."""
        with self._recorded(tool, arguments, actor) as record:
            record.actor = self._resolved(actor)
            token = tool.read(arguments)[CONFIRM_TOKEN]
            with self.runtime.begin(record.actor) as uow:
                confirmations.decline(uow, token, action=tool.name.removeprefix(PREFIX))
            raise ConfirmationDeclined(
                "The person at the client said no, so nothing was done and this confirmation is"
                " void."
            )

    def readers(self, *, outside: bool) -> anyio.CapacityLimiter:
        """How many may read at once: one thread and its connection are left for changes.

        Tools that ask somebody outside have turns of their own, half as many: however slow the
        others are, the database goes on answering.
        """
        if outside not in self.turns:
            most = max(1, self.runtime.settings.pool_size - 1)
            self.turns[outside] = anyio.CapacityLimiter(max(1, most // 2) if outside else most)
        return self.turns[outside]

    @contextmanager
    def _recorded(
        self, tool: Tool, arguments: dict[str, Any], actor: Actor, *, quietly: bool = False
    ) -> Generator[Record]:
        """Turn what goes wrong into words for the model; count and write down how it went."""
        record = Record(tool.name, time.perf_counter(), actor)
        try:
            yield record
        except Refusal as refusal:
            record.outcome, record.code = Outcome.REFUSED, refusal.code
            words = errors.told(refusal, actor.request_id, tool.name)
            raise ToolError(words, log_level=QUIETLY) from None
        except Exception:  # noqa: BLE001 - a bug of ours must not end the connection
            record.outcome, record.code = Outcome.FAILED, errors.UNEXPECTED
            _log.exception("tool_failed", tool=tool.name, caller=record.actor.id or "nobody")
            raise ToolError(errors.unexpected(actor.request_id), log_level=QUIETLY) from None
        finally:
            if not (quietly and record.outcome is Outcome.SUCCESS):
                _count(record)
                if not record.is_written:
                    self._write(record, arguments)

    def refuse(
        self, name: str | None, arguments: dict[str, Any], actor: Actor, refusal: Refusal
    ) -> ToolError:
        """The error for a call that no tool is run for; None names a tool that does not exist.

        Each is recorded, but for those of somebody who does so too often: they are only counted.
        """
        known = PREFIX + metrics.UNKNOWN if name is None else name
        try:
            self.limits.count_refusal(actor)
        except TooManyCalls as limited:
            refusal = limited
        record = Record(known, time.perf_counter(), actor, Outcome.REFUSED, refusal.code)
        _count(record)
        if not isinstance(refusal, TooManyCalls):
            self._write(record, arguments)
        return ToolError(errors.told(refusal, actor.request_id), log_level=QUIETLY)

    def _accounted(
        self, tool: Tool, arguments: dict[str, Any], actor: Actor, record: Record
    ) -> bytes:
        """The answer; that of a tool which reads is written down in the transaction it read in."""
        with ExitStack() as kept:
            call = Call(self.runtime, actor, kept if tool.reads else None)
            encoded = self._answer(tool, arguments, call)
            record.size, record.picture = len(encoded), call.picture
            is_written = call.uow is not None and _is_audited(call.uow, record, arguments)
        record.is_written = is_written
        return encoded

    def _answer(self, tool: Tool, arguments: dict[str, Any], call: Call) -> bytes:
        notes: list[str] = []
        is_summary = False
        if tool.reads and DETAIL not in tool.arguments.model_fields:
            arguments, is_summary = wants_summary(arguments)
        given = tool.read(arguments, notes)
        found = _noted(tool.body(call, **given), notes)
        encoded = _encoded(found)
        asked = limit = given.get("limit", 1)
        while len(encoded) > BUDGET_BYTES and tool.reads and limit > 1:
            limit //= 2
            found = _noted(tool.body(call, **{**given, "limit": limit}), notes)
            encoded = _encoded(_cut(found, limit, asked))
        if len(encoded) > BUDGET_BYTES:
            raise AnswerTooLarge(
                f"The answer has {len(encoded)} bytes and may have {BUDGET_BYTES}. Ask for less:"
                " a shorter window, a narrower filter or a lower limit."
            )
        return summarized(encoded) if is_summary else encoded

    def _resolved(self, actor: Actor) -> Actor:
        """A person as we know them, with what their roles allow at this moment; a program that
        may still come in.
        """
        if actor.kind is not ActorKind.USER:
            if actor.kind is ActorKind.SERVICE:
                self.clients.require(actor)
            return actor
        with self.runtime.begin(actor) as uow:
            return accounts.as_person(uow, actor, auth.person(), session_id=auth.session())

    def _write(self, record: Record, arguments: dict[str, Any]) -> None:
        """Write the call to the audit trail, in a transaction of its own."""
        try:
            with self.runtime.begin(record.actor) as uow:
                _audit(uow, record, arguments)
        except Exception:  # noqa: BLE001 - the answer is right even when the trail is not
            metrics.UNAUDITED.inc()
            _log.exception("call_not_audited", tool=record.tool)


_STATUS = {
    Outcome.SUCCESS: "success",
    Outcome.REFUSED: "refused",
    Outcome.FAILED: "failed",
}
SHOWN_ARGUMENTS = 20
SHOWN_NAME = 40
LARGEST_SHOWN = 2**53


def _count(record: Record) -> None:
    caller = record.actor.id or record.actor.kind
    status = _STATUS[record.outcome]
    metrics.observe(record.tool, status, record.taken(), record.size, caller)


def _is_audited(uow: Uow, record: Record, arguments: dict[str, Any]) -> bool:
    """Write the call to the audit trail where it was made. Where that fails, nothing is lost: it
    is written once more, in a transaction of its own.
    """
    try:
        _audit(uow, record, arguments)
    except Exception:  # noqa: BLE001 - as above
        _log.exception("call_not_audited_at_once", tool=record.tool)
        return False
    return True


def _audit(uow: Uow, record: Record, arguments: dict[str, Any]) -> None:
    audit.record(
        uow,
        f"mcp.{record.tool.removeprefix(PREFIX)}",
        outcome=record.outcome,
        code=record.code,
        arguments_hash=hashlib.sha256(to_json(arguments, fallback=str)).hexdigest(),
        duration_ms=round(record.taken() * 1000),
        details={"arguments": _shown(arguments), "result_bytes": record.size},
    )


class _Known(ToolResult):
    """An answer that is known to be JSON: the framework need not look at it again and again."""

    @classmethod
    def of(cls, encoded: bytes, picture: Picture | None = None) -> "_Known":
        content: list[ContentBlock] = [TextContent(text=encoded.decode())]
        if picture is not None:
            png = base64.b64encode(picture.png).decode()
            told = {"data": png, "mimeType": "image/png", "_meta": {"alt": picture.alt}}
            content.append(ImageContent.model_validate({"type": "image", **told}))
        return cls.model_construct(content=content, structured_content=from_json(encoded))

    def to_mcp_result(self) -> CallToolResult:
        return CallToolResult.model_construct(
            content=self.content, structured_content=self.structured_content
        )


def _encoded(found: AnyAnswer) -> bytes:
    return found.model_dump_json().encode()


def _noted(found: AnyAnswer, notes: list[str]) -> AnyAnswer:
    """The answer with a warning for each argument that was understood otherwise than written."""
    return found.model_copy(update={"warnings": [*notes, *found.warnings]}) if notes else found


def _cut(found: AnyAnswer, limit: int, asked: int) -> AnyAnswer:
    words = f"Only {limit} of the {asked} asked for are shown, so that the answer stays readable."
    return found.model_copy(update={"truncated": True, "warnings": [*found.warnings, words]})


def _shown(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments for the audit trail: numbers as they are, of texts only how long they are."""
    return {
        name[:SHOWN_NAME].replace("\0", "?"): _kind(value)
        for name, value in list(arguments.items())[:SHOWN_ARGUMENTS]
    }


def _kind(value: object) -> bool | int | float | str | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_SHOWN else "a huge number"
    if isinstance(value, float):
        return value if isfinite(value) else "no number"
    if isinstance(value, StrEnum):
        return value.value
    return f"{len(value)} characters" if isinstance(value, str) else type(value).__name__

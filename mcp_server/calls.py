"""One call of a tool: read the arguments, do the work, fit the answer, write down what was done.

All of it happens on one worker thread, so that the event loop only passes messages.
"""

import hashlib
import time
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from fastmcp.exceptions import ToolError
from fastmcp.tools import ToolResult
from mcp.types import TextContent
from pydantic_core import from_json, to_json

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger
from instainstru_core.runtime import Runtime
from mcp_server import errors, metrics
from mcp_server.errors import AnswerTooLarge
from mcp_server.tool import PREFIX, AnyAnswer, Call, Tool

BUDGET_BYTES = 40_000
QUIETLY = 20  # the level at which the framework logs an expected refusal: info

_log = logger(__name__)


@dataclass(slots=True)
class Record:
    """How a call went, for the audit trail and the metrics."""

    tool: str
    started: float
    outcome: Outcome = Outcome.SUCCESS
    code: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes the calls of one server."""

    runtime: Runtime

    def make(self, tool: Tool, arguments: dict[str, Any], actor: Actor) -> ToolResult:
        """The answer of the tool. Raises ToolError in words for the model."""
        record = Record(tool.name, time.perf_counter())
        try:
            encoded = self._answer(tool, arguments, Call(self.runtime, actor))
        except Refusal as refusal:
            record.outcome, record.code = Outcome.REFUSED, refusal.code
            raise ToolError(errors.told(refusal, actor.request_id), log_level=QUIETLY) from None
        except Exception:  # noqa: BLE001 - a bug of ours must not end the connection
            record.outcome, record.code = Outcome.FAILED, errors.UNEXPECTED
            _log.exception("tool_failed", tool=tool.name)
            raise ToolError(errors.unexpected(actor.request_id), log_level=QUIETLY) from None
        else:
            record.size = len(encoded)
        finally:
            self._account(record, arguments, actor)
        return ToolResult(
            content=[TextContent(text=encoded.decode())], structured_content=from_json(encoded)
        )

    def refuse(
        self, name: str | None, arguments: dict[str, Any], actor: Actor, refusal: Refusal
    ) -> ToolError:
        """The error for a call that no tool is run for; None names a tool that does not exist."""
        known = PREFIX + metrics.UNKNOWN if name is None else name
        record = Record(known, time.perf_counter(), Outcome.REFUSED, refusal.code)
        self._account(record, arguments, actor)
        return ToolError(errors.told(refusal, actor.request_id), log_level=QUIETLY)

    def _answer(self, tool: Tool, arguments: dict[str, Any], call: Call) -> bytes:
        given = tool.read(arguments)
        found = tool.body(call, **given)
        encoded = _encoded(found)
        asked = limit = given.get("limit", 1)
        while len(encoded) > BUDGET_BYTES and tool.reads and limit > 1:
            limit //= 2
            found = tool.body(call, **{**given, "limit": limit})
            encoded = _encoded(_cut(found, limit, asked))
        if len(encoded) > BUDGET_BYTES:
            raise AnswerTooLarge(
                f"The answer has {len(encoded)} bytes and may have {BUDGET_BYTES}. Ask for less:"
                " a shorter window, a narrower filter or a lower limit."
            )
        return encoded

    def _account(self, record: Record, arguments: dict[str, Any], actor: Actor) -> None:
        """Count the call and write it to the audit trail, in a transaction of its own."""
        took = time.perf_counter() - record.started
        metrics.observe(record.tool, _STATUS[record.outcome], took, record.size)
        try:
            with self.runtime.begin(actor) as uow:
                audit.record(
                    uow,
                    f"mcp.{record.tool.removeprefix(PREFIX)}",
                    outcome=record.outcome,
                    code=record.code,
                    arguments_hash=hashlib.sha256(to_json(arguments, fallback=str)).hexdigest(),
                    duration_ms=round(took * 1000),
                    details={"arguments": _shown(arguments), "result_bytes": record.size},
                )
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


def _encoded(found: AnyAnswer) -> bytes:
    return found.model_dump_json().encode()


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

"""How the copilot is used, from the audit trail."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from instainstru_core.kernel.time import Span

_USES = """
SELECT {name} AS name, {kind} AS kind, count(*) AS calls,
    count(*) FILTER (WHERE outcome = 'refused') AS refused,
    count(*) FILTER (WHERE outcome = 'failed') AS failed,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms) AS median_ms,
    percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_ms) AS slow_ms,
    coalesce(sum((details ->> 'result_bytes')::bigint), 0) AS bytes
FROM audit_entries
WHERE door = 'mcp' AND action LIKE 'mcp.%' AND at >= :since AND at < :until
GROUP BY 1, 2
ORDER BY calls DESC, name
"""
_BY_TOOL = text(_USES.format(name="substr(action, 5)", kind="'tool'"))
_BY_ACTOR = text(_USES.format(name="coalesce(actor_id, actor_kind)", kind="actor_kind"))


class Use(NamedTuple):
    """How often something was called, how that ended, and what it cost."""

    name: str
    kind: str
    calls: int
    refused: int
    failed: int
    median_ms: int | None
    slow_ms: int | None
    bytes: int


def by_tool(session: Session, span: Span) -> list[Use]:
    """Every tool that was called, the most often first."""
    return _uses(session, by_actor=False, span=span)


def by_actor(session: Session, span: Span) -> list[Use]:
    """Everybody who called, the most often first."""
    return _uses(session, by_actor=True, span=span)


def _uses(session: Session, *, by_actor: bool, span: Span) -> list[Use]:
    query = _BY_ACTOR if by_actor else _BY_TOOL
    rows = session.execute(query, {"since": span.start, "until": span.end})
    return [Use(*row) for row in rows]

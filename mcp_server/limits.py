"""How often each may call, by kind of tool.

Whoever calls is a person, or a program. Reading is taken in portions, so that a call seldom waits
for Redis; each change is counted by itself.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.ports import Limiter
from instainstru_core.kernel.settings import Settings
from mcp_server.tool import Tool

PER_MINUTE: Mapping[str, int] = {
    "read": 600,
    "write": 60,
    "money": 20,
    "comms": 10,
    "refused": 120,
}
KINDS: Mapping[Scope, str] = {
    Scope.MCP_READ: "read",
    Scope.MCP_WRITE: "write",
    Scope.MCP_MONEY: "money",
    Scope.MCP_COMMS: "comms",
}
PORTION = 20
MOST_CALLERS = 1_000


class TooManyCalls(Unavailable):
    code = "tool.too_many_calls"


@dataclass(slots=True)
class Limits:
    """The limits of one server."""

    limiter: Limiter
    per_minute: Mapping[str, int]
    portions: dict[str, int] = field(default_factory=dict[str, int])
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, settings: Settings, limiter: Limiter) -> "Limits":
        return cls(limiter, {**PER_MINUTE, **settings.mcp_limits})

    def count(self, actor: Actor, tool: Tool) -> None:
        """Count one call. Raises TooManyCalls, which says what is left and when to come back."""
        self._count(actor, KINDS[tool.scope])

    def count_refusal(self, actor: Actor) -> None:
        """Count a call that no tool is run for: of an unknown name, or without the scope."""
        self._count(actor, "refused")

    def _count(self, actor: Actor, kind: str) -> None:
        per_minute = self.per_minute[kind]
        if not per_minute:
            return
        name = f"{kind}:{actor.kind}:{actor.id}"
        if kind == "read" and self._has_one(name):
            return
        portion = min(PORTION, per_minute) if kind == "read" else 1
        allowance = self.limiter.take(name, most=per_minute, cost=portion)
        if not allowance.is_allowed:
            raise TooManyCalls(
                f"These are more than {per_minute} calls a minute of this kind ({kind}). Wait"
                f" {allowance.retry_after} seconds, then go on.",
                retry_after=allowance.retry_after,
                remaining=allowance.left,
                per_minute=per_minute,
            )
        if portion > 1:
            self._keep(name, portion - 1)

    def _has_one(self, name: str) -> bool:
        with self.lock:
            left = self.portions.get(name, 0)
            if left:
                self.portions[name] = left - 1
            return left > 0

    def _keep(self, name: str, calls: int) -> None:
        with self.lock:
            if len(self.portions) >= MOST_CALLERS:
                self.portions.clear()
            self.portions[name] = self.portions.get(name, 0) + calls

"""What a listing of the tools comes to, kept: it is the same for all who may use the same tools.

A conversation begins with it, and to shape it takes longer than to call a tool. Tools are declared
once and do not change while the server runs.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp_types import methods

from instainstru_core.domains.access.types import Scope
from mcp_server import auth

LIST = "tools/list"
ABOUT_THE_REQUEST = {"_meta"}

Allowed: TypeAlias = frozenset[Scope]


class Listing:
    """Answers a plain listing from what it has seen; the innermost layer of the protocol.

    Whoever asks has been let in by then. Kept is one listing for each revision of the protocol and
    each set of scopes that the caller may make use of, as it goes to the wire.
    """

    def __init__(self) -> None:
        self.known: dict[tuple[str, Allowed], dict[str, Any]] = {}

    async def __call__(
        self, context: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """The listing, or whatever else was asked for."""
        if context.method != LIST or not _is_plain(context.params):
            return await call_next(context)
        key = context.protocol_version, _allowed()
        known = self.known.get(key)
        if known is not None:
            methods.validate_client_request(LIST, context.protocol_version, context.params)
            return known
        found = await call_next(context)
        if isinstance(found, dict):
            self.known[key] = found
        return found


def _is_plain(params: Mapping[str, Any] | None) -> bool:
    """Whether it asks for the whole list: no page of it, and nothing that is not known here."""
    return not set(params or ()) - ABOUT_THE_REQUEST


def _allowed() -> Allowed:
    """The scopes that decide what the caller is shown."""
    actor = auth.caller()
    return frozenset(scope for scope in Scope if auth.allows(actor, scope))

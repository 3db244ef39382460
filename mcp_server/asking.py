"""Asks the person at the client before a change is made, where protocol and client can.

From revision 2026-07-28 on, a tool may answer that it needs input first. A call that confirms a
preview then shows its summary, and goes on only when a person agrees. Other clients confirm with
the token alone. What comes back is believed only with the state that this server sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fastmcp.server.dependencies import get_context
from mcp.types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from instainstru_core.domains.confirmations.schemas import ConfirmationView

QUESTION = "confirm"
FORM = {
    "type": "object",
    "properties": {
        QUESTION: {
            "type": "boolean",
            "title": "Do it",
            "description": "Yes makes exactly this change now. No discards it.",
        }
    },
    "required": [QUESTION],
}


class Reply(StrEnum):
    """What the person at the client said."""

    NOT_ASKED = "not_asked"
    YES = "yes"
    NO = "no"
    NOTHING = "nothing"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Round:
    """Where the asking stands for this request."""

    can_ask: bool
    reply: Reply


def this_round(token: str) -> Round:
    """Whether the client of this request can be asked, and what it said about this token."""
    context = get_context()
    request = context.request_context
    if request is None or request.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        return Round(can_ask=False, reply=Reply.NOT_ASKED)
    capabilities = context.session.client_capabilities
    can_ask = capabilities is not None and capabilities.elicitation is not None
    return Round(can_ask, _reply(context.input_responses, context.request_state, token))


def question(shown: ConfirmationView) -> InputRequiredResult:
    """Ask for a yes to exactly this. The state is sealed before it leaves."""
    form = ElicitRequestFormParams(
        message=f"{shown.summary} This can be confirmed for {shown.expires_in_seconds} seconds.",
        requested_schema=FORM,
    )
    return InputRequiredResult(
        input_requests={QUESTION: ElicitRequest(params=form)}, request_state=shown.token
    )


def _reply(responses: Mapping[str, object] | None, state: str | None, token: str) -> Reply:
    if responses is None and state is None:
        return Reply.NOT_ASKED
    if state != token:
        return Reply.FORGED
    answer = (responses or {}).get(QUESTION)
    if not isinstance(answer, ElicitResult) or answer.action == "cancel":
        return Reply.NOTHING
    agreed = answer.action == "accept" and (answer.content or {}).get(QUESTION) is True
    return Reply.YES if agreed else Reply.NO

"""One lookup for anything."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report, View
from instainstru_core.domains.reporting.schemas.finding import Found
from instainstru_core.domains.reporting.types import FoundKind
from mcp_server.arguments import PLAIN
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

Anything = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PLAIN),
    Field(
        description="An e-mail, phone number, name, any id, an invite code or an id of Stripe's.",
        examples=["maya@example.org", "pi_3MtwBwLkdIwHu7ix28a3tqPa", "Okafor"],
    ),
]
Most = Annotated[int, Field(ge=1, le=25, description="At most this many.", examples=[10])]
SUGGESTED = 3


class Candidate(View):
    """Something that may be meant, and the tool that tells more of it."""

    kind: FoundKind
    id: str
    label: str
    why: str
    score: float
    tool: str
    arguments: dict[str, str]


class Candidates(View):
    """What may be meant, the best match first."""

    candidates: list[Candidate]
    tried: list[str]


@reads("Find anything")
def find(call: Call, text: Anything, limit: Most = 10) -> Answer[Candidates]:
    """Find whatever an id, e-mail, phone, name, code or Stripe id may mean: ranked candidates."""
    with call.begin() as uow:
        report = reporting.find(uow, text, limit=limit)
        follow = [_next(found) for found in report.data.found]
        candidates = [
            _candidate(found, action)
            for found, action in zip(report.data.found, follow, strict=True)
        ]
        told = Report[Candidates](
            data=Candidates(candidates=candidates, tried=report.data.tried),
            total=report.total,
            warnings=report.warnings,
        )
        unique = {(action.tool, str(action.arguments)): action for action in follow}
        return answer(
            told,
            as_of=uow.now,
            truncated=report.total is None,
            next_actions=list(unique.values())[:SUGGESTED],
        )


def _candidate(found: Found, action: NextAction) -> Candidate:
    return Candidate(
        **found.model_dump(include={"kind", "id", "label", "why", "score"}),
        tool=action.tool,
        arguments={name: str(value) for name, value in action.arguments.items()},
    )


def _next(found: Found) -> NextAction:
    """The tool that tells most of what was found."""
    words = f"If this {found.kind.replace('_', ' ')} is meant."
    if found.kind in BY_ID:
        tool, argument = BY_ID[found.kind]
        return suggest(tool, words, **{argument: found.id})
    if found.booking_id:
        return suggest("booking_story", words, booking=found.booking_id)
    if found.user_id:
        return suggest("users_lookup", words, identifier=found.user_id)
    return suggest("audit_search", words, subject=found.id)


BY_ID = {
    FoundKind.INSTRUCTOR: ("instructors_detail", "instructor"),
    FoundKind.INVITE: ("invites_detail", "invite"),
    FoundKind.WEBHOOK: ("webhook_detail", "event"),
    FoundKind.AUDIT_ENTRY: ("audit_search", "entry"),
}

"""Who did what."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.trail import Trail, TrailEntry
from instainstru_core.kernel.authority import Door
from instainstru_core.kernel.ids import ID_PATTERN
from mcp_server.arguments import PLAIN, Cursor, Limit, Window
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

Actor = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PLAIN),
    Field(
        description="Whose actions: an e-mail, a name, an id, or a program's client id.",
        examples=["ada@example.org", "desk-copilot"],
    ),
]
Action = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=PLAIN),
    Field(
        description="One action, or all of a subject.", examples=["bookings.cancel", "bookings.*"]
    ),
]
Subject = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=PLAIN),
    Field(
        description="The id of what it was done to: a booking, a person, an invite, an event.",
        examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F"],
    ),
]
Ended = Annotated[Outcome | None, Field(description="How it ended.", examples=["refused"])]
Through = Annotated[Door | None, Field(description="Which door it came by.", examples=["mcp"])]
Entry = Annotated[
    str | None,
    Field(
        max_length=26,
        pattern=ID_PATTERN,
        description="One entry by its id.",
        examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F"],
    ),
]


@reads("Search the audit trail", direct=False)
def audit_search(
    call: Call,
    *,
    actor: Actor = None,
    action: Action = None,
    subject: Subject = None,
    outcome: Ended = None,
    door: Through = None,
    window: Window = "last 7 days",
    entry: Entry = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[Trail]:
    """Who did what, when, through which door, with counts: people, programs, and this copilot."""
    with call.begin() as uow:
        report = reporting.audit_search(
            uow,
            window,
            actor=actor,
            action=action,
            subject=subject,
            outcome=outcome,
            door=door,
            entry=entry,
            limit=limit,
            cursor=cursor,
        )
        return answer(report, as_of=uow.now, next_actions=_next(report.data.entries))


def _next(entries: list[TrailEntry]) -> list[NextAction]:
    """What the newest entry was about."""
    newest = next((one for one in entries if one.subject_id), None)
    if newest is None or newest.subject_id is None:
        return []
    if newest.subject_kind == "booking":
        words = "See the story of the booking that the newest one was about."
        return [suggest("booking_story", words, booking=newest.subject_id)]
    words = f"See what the {newest.subject_kind} is that the newest one was about."
    return [suggest("find", words, text=newest.subject_id)]

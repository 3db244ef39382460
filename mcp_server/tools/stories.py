"""What happened to one lesson, and to somebody's money."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.bookings.types import StaffMove
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.explaining import PaymentsTold
from instainstru_core.domains.reporting.schemas.story import BookingStory
from instainstru_core.domains.reporting.types import StoryPart
from instainstru_core.kernel.authority import Actor
from mcp_server import auth
from mcp_server.arguments import PLAIN
from mcp_server.envelope import Answer, Argument, NextAction, answer, suggest
from mcp_server.tool import PREFIX, Call, reads

Lesson = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=PLAIN),
    Field(description="A booking's id.", examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F"]),
]
Part = Annotated[
    StoryPart | None, Field(description="Only events of this part.", examples=["money"])
]
Events = Annotated[
    int, Field(ge=1, le=200, description="At most this many events, the newest.", examples=[60])
]
Subject = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PLAIN),
    Field(
        description="A booking's id, or a student's id, e-mail, phone or name.",
        examples=["jonas@example.org", "01JZ8M4T6Q3V9K2X7C5B1N0D8F"],
    ),
]
Lessons = Annotated[
    int, Field(ge=1, le=20, description="At most this many lessons, the latest.", examples=[5])
]
SUGGESTED = 3


@reads("Story of a booking")
def booking_story(
    call: Call, booking: Lesson, part: Part = None, limit: Events = 60
) -> Answer[BookingStory]:
    """One lesson: its timeline, where each cent is now, what comes next, what staff may do."""
    with call.begin() as uow:
        report = reporting.booking_story(uow, booking, part=part, limit=limit)
        story = report.data
        next_actions = [*_moves(call.actor, story), *_look(story)]
        return answer(
            report, as_of=uow.now, shown=len(story.timeline), next_actions=next_actions[:SUGGESTED]
        )


@reads("Explain a payment", direct=False)
def payment_explain(call: Call, subject: Subject, limit: Lessons = 5) -> Answer[PaymentsTold]:
    """Why a student was charged, held or refused, where a refund is, what is charged when."""
    with call.begin() as uow:
        report = reporting.payment_explain(uow, subject, limit=limit)
        return answer(
            report,
            as_of=uow.now,
            shown=len(report.data.payments) if report.data.user_id else None,
            next_actions=_after(report.data),
        )


def _moves(actor: Actor, story: BookingStory) -> list[NextAction]:
    """What staff may do with the lesson now, where there is a tool that this caller may use."""
    return [
        NextAction(tool=PREFIX + tool, arguments=given(story.booking_id), reason=words)
        for move, (scope, tool, words, given) in STAFF.items()
        if move in story.staff_may and auth.allows(actor, scope)
    ]


def _cancelling(booking_id: str) -> dict[str, Argument]:
    return {"booking_id": booking_id, "reason": "other", "message": "Cancelled by our team."}


def _refunding(booking_id: str) -> dict[str, Argument]:
    return {"booking_id": booking_id, "reason": "other"}


STAFF: Mapping[StaffMove, tuple[Scope, str, str, Callable[[str], dict[str, Argument]]]] = {
    StaffMove.CANCEL: (
        Scope.MCP_WRITE,
        "booking_cancel_preview",
        "See what cancelling it would do; ask for reason and message first.",
        _cancelling,
    ),
    StaffMove.REFUND: (
        Scope.MCP_MONEY,
        "refund_preview",
        "See what refunding it would do; ask for the reason first.",
        _refunding,
    ),
}


def _look(story: BookingStory) -> list[NextAction]:
    return [
        suggest(
            "payment_explain",
            "See what was charged, refunded and why, in words for the student.",
            subject=story.booking_id,
        ),
        suggest(
            "users_booking_history",
            f"See the other lessons of {story.student}.",
            user=story.student_id,
        ),
    ]


def _after(found: PaymentsTold) -> list[NextAction]:
    if found.user_id is None:
        return [
            suggest("payment_explain", f"If {one.name} is meant.", subject=one.user_id)
            for one in found.candidates[:SUGGESTED]
        ]
    return [
        suggest(
            "booking_story",
            f"See everything that happened to the lesson of {one.starts_at:%Y-%m-%d}.",
            booking=one.booking_id,
        )
        for one in found.payments[:1]
    ] + [suggest("users_lookup", f"See who {found.name} is.", identifier=found.user_id)]

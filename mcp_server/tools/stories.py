"""What happened to one lesson, and to somebody's money."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.explaining import PaymentsTold
from instainstru_core.domains.reporting.schemas.story import BookingStory
from instainstru_core.domains.reporting.types import StoryPart
from mcp_server.arguments import PLAIN
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

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
        next_actions = [
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
        return answer(report, as_of=uow.now, shown=len(story.timeline), next_actions=next_actions)


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

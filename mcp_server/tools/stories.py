"""What happened to one lesson, and to somebody's money."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.story import BookingStory
from instainstru_core.domains.reporting.types import StoryPart
from mcp_server.arguments import PLAIN
from mcp_server.envelope import Answer, answer, suggest
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

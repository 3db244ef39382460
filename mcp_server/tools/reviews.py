"""What students say of their lessons."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.reviews import ReviewList
from instainstru_core.domains.reviews.types import ReviewState
from mcp_server.arguments import PLAIN, Cursor, Limit
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

Whose = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=200,
        pattern=PLAIN,
        description="Only of this instructor: an id, an e-mail address or a name.",
        examples=["Maya Okafor"],
    ),
]
State = Annotated[ReviewState | None, Field(description="Only in this state.", examples=["hidden"])]
Most = Annotated[
    int | None, Field(ge=1, le=5, description="Only of at most so many stars.", examples=[2])
]
SUGGESTED = 3


@reads("List reviews", direct=False)
def reviews_list(
    call: Call,
    instructor: Whose = None,
    *,
    state: State = None,
    max_stars: Most = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[ReviewList]:
    """Reviews that students wrote: stars and words, newest first, with an instructor's rating."""
    with call.begin() as uow:
        report = reporting.reviews_list(
            uow, instructor, state=state, max_stars=max_stars, limit=limit, cursor=cursor
        )
        return answer(report, as_of=uow.now, next_actions=_next(report.data))


def _next(found: ReviewList) -> list[NextAction]:
    meant = [
        suggest("reviews_list", f"If {one.name} is meant.", instructor=one.user_id)
        for one in found.candidates[:SUGGESTED]
    ]
    about = [
        suggest(
            "booking_story",
            f"See the lesson behind the latest review of {one.instructor}.",
            booking=one.booking_id,
        )
        for one in found.reviews[:1]
    ]
    return meant or about

"""Who people are and what they booked or taught."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.bookings import HistoryRow
from instainstru_core.domains.reporting.schemas.people import (
    BookingHistory,
    PeopleFound,
    PersonFound,
)
from instainstru_core.domains.reporting.types import AsWhom
from mcp_server.arguments import Cursor, Limit, Person
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

Few = Annotated[int, Field(ge=1, le=20, description="At most this many.", examples=[5])]
Side = Annotated[AsWhom, Field(description="Which side of the bookings.", examples=["student"])]
SUGGESTED = 3


@reads("Look up users")
def users_lookup(call: Call, identifier: Person, limit: Few = 5) -> Answer[PeopleFound]:
    """Find people by id, e-mail, phone, name or booking id: ranked candidates with figures."""
    with call.begin() as uow:
        report = reporting.users_lookup(uow, identifier, limit=limit)
        people = report.data.people
        return answer(
            report,
            as_of=uow.now,
            truncated=report.data.ambiguous and report.total is None,
            next_actions=[_about(person) for person in people[:SUGGESTED]],
        )


@reads("Booking history of a user")
def users_booking_history(
    call: Call,
    user: Person,
    side: Side = AsWhom.BOTH,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[BookingHistory]:
    """One person's bookings as student and as instructor, the latest lesson first, with totals."""
    with call.begin() as uow:
        report = reporting.users_booking_history(uow, user, side=side, limit=limit, cursor=cursor)
        found = report.data
        next_actions = [
            suggest(
                "users_booking_history",
                f"If {candidate.name} is meant.",
                user=candidate.user_id,
                side=side.value,
            )
            for candidate in found.candidates[:SUGGESTED]
        ]
        return answer(
            report, as_of=uow.now, next_actions=next_actions or _teacher_of(found.bookings)
        )


def _about(person: PersonFound) -> NextAction:
    if person.as_instructor is not None and not person.as_student.bookings:
        return suggest(
            "instructors_detail", f"See how {person.name} teaches.", instructor=person.user_id
        )
    return suggest(
        "users_booking_history", f"See the bookings of {person.name}.", user=person.user_id
    )


def _teacher_of(rows: list[HistoryRow]) -> list[NextAction]:
    latest = next((row for row in rows if row.side is AsWhom.STUDENT), None)
    if latest is None:
        return []
    words = f"See {latest.instructor}, who teaches the latest one."
    return [suggest("instructors_detail", words, instructor=latest.instructor_id)]

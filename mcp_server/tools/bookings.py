"""Lessons in figures and in lists."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.bookings import BookingsSummary, RecentBookings
from mcp_server.arguments import Cursor, Limit, Window
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads

Status = Annotated[
    BookingStatus | None,
    Field(description="Only bookings with this status now.", examples=["CANCELLED"]),
]


@reads("Bookings summary")
def bookings_summary(call: Call, window: Window = "today") -> Answer[BookingsSummary]:
    """Lessons, GMV, fees, students and top categories of a window, beside the window before."""
    with call.begin() as uow:
        report = reporting.bookings_summary(uow, window)
        next_actions = [
            suggest("bookings_recent", "See the bookings that were made lately.", window="24h")
        ]
        begun = report.window is not None and report.window.start <= uow.now
        if begun and report.data.by_status[BookingStatus.CANCELLED]:
            next_actions.append(
                suggest(
                    "bookings_recent",
                    "See which of the bookings made in these days are cancelled.",
                    window=window,
                    status=BookingStatus.CANCELLED.value,
                )
            )
        return answer(report, as_of=uow.now, next_actions=next_actions)


@reads("Recent bookings")
def bookings_recent(
    call: Call,
    window: Window = "24h",
    status: Status = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[RecentBookings]:
    """Bookings by when they were made, the newest first."""
    with call.begin() as uow:
        report = reporting.bookings_recent(uow, window, status=status, limit=limit, cursor=cursor)
        rows = report.data.bookings
        next_actions = (
            [
                suggest(
                    "users_booking_history",
                    "See all bookings of the student of the newest one.",
                    user=rows[0].student_id,
                )
            ]
            if rows
            else []
        )
        return answer(report, as_of=uow.now, next_actions=next_actions)

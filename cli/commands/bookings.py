"""`instainstru bookings`: lessons that were booked."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Cursor, Limit, Yes
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import BookingDetailView, CancelBooking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.bookings import RecentBookings
from instainstru_core.domains.reporting.schemas.people import BookingHistory
from instainstru_core.domains.reporting.types import AsWhom

app = typer.Typer(no_args_is_help=True)
BookingId = Annotated[str, typer.Argument(help="The booking's id.")]
Listed: TypeAlias = Report[RecentBookings] | Report[BookingHistory]


@app.command("list")
def show_list(
    *,
    user: Annotated[
        str | None, typer.Option(help="Only those of one person: id, e-mail, phone or name.")
    ] = None,
    side: Annotated[
        AsWhom, typer.Option(help="With --user: booked, taught, or both.")
    ] = AsWhom.BOTH,
    status: Annotated[
        BookingStatus | None, typer.Option(help="Without --user: only with this status.")
    ] = None,
    window: Annotated[
        str, typer.Option(help="Without --user: when they were made, such as today or 7d.")
    ] = "24h",
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List the bookings that were made lately, or all of one person."""
    found: Listed
    with session.work() as uow:
        if user is None:
            found = reporting.bookings_recent(
                uow, window, status=status, limit=limit, cursor=cursor
            )
        else:
            found = reporting.users_booking_history(
                uow, user, side=side, limit=limit, cursor=cursor
            )
    output.show(found, lambda: _list(found), as_json=as_json)


@app.command("show")
def show_booking(booking_id: BookingId, *, as_json: AsJson = False) -> None:
    """Show one booking."""
    with session.work() as uow:
        found = bookings.detail(uow, booking_id)
    output.show(found, lambda: [_booking(found)], as_json=as_json)


@app.command()
def cancel(
    booking_id: BookingId,
    *,
    reason: Annotated[str, typer.Option(help="Why, in words that both sides may read.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel a booking on behalf of the marketplace."""
    command = CancelBooking(reason=reason)
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            found = bookings.detail(uow, booking_id)
        agree(f"Cancel {_words(found)}?", yes=yes)
        with runtime.begin(actor) as uow:
            done = bookings.cancel(uow, booking_id, command)
    output.show(done, lambda: [f"Cancelled {_words(done)}."], as_json=as_json)


def _words(found: BookingDetailView) -> str:
    return (
        f"{found.service_name} of {found.student_name} with {found.instructor_name},"
        f" {found.starts_local:%a %Y-%m-%d %H:%M}"
    )


def _list(found: Listed) -> Sequence[Table | str]:
    rows = output.table(
        "id",
        "lesson",
        "service",
        "student",
        "instructor",
        "status",
        "total",
        rows=(
            (
                row.booking_id,
                f"{row.lesson_day} {row.local_time}",
                row.service,
                row.student,
                row.instructor,
                row.status,
                output.money(row.total_cents),
            )
            for row in found.data.bookings
        ),
    )
    candidates = getattr(found.data, "candidates", [])
    people = output.table(
        "candidate",
        "name",
        "e-mail",
        rows=((one.user_id, one.name, one.email) for one in candidates),
    )
    shown = [people] if candidates else [rows]
    return [*shown, *output.warnings(found.warnings), *output.more(found.next_cursor)]


def _booking(found: BookingDetailView) -> Table:
    return output.facts(
        [
            ("id", found.id),
            ("lesson", f"{found.service_name}, {found.duration_minutes} minutes, {found.format}"),
            ("starts", f"{found.starts_local:%a %Y-%m-%d %H:%M} ({found.timezone})"),
            ("student", f"{found.student_name} ({found.student_id})"),
            ("instructor", f"{found.instructor_name} ({found.instructor_id})"),
            ("area", found.area_key),
            ("status", found.status),
            ("payment", found.payment_status),
            ("lesson price", output.money(found.lesson_price_cents)),
            ("student fee", output.money(found.student_fee_cents)),
            ("total", output.money(found.total_cents)),
            ("payout", output.money(found.payout_cents)),
            ("booked", output.moment(found.created_at)),
            ("cancelled", output.moment(found.cancelled_at) or None),
            ("cancelled by", found.cancelled_by),
            ("reason", found.cancellation_reason),
        ]
    )
